"""Read dates, and spans of years, in every form that Chinese policy texts write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from rag.folding import fold

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "○": 0}
_NUMERAL = "零一二三四五六七八九十○"

_DATE = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)\s?"
    r"(?:年\s?(?P<month>\d{1,2})\s?月(?:\s?(?P<day>\d{1,2})\s?[日号])?"
    r"|(?P<mark>[-/.])(?P<month2>\d{1,2})(?P=mark)(?P<day2>\d{1,2})(?![\d.]))"
    rf"|(?P<zyear>[一二][{_NUMERAL}]{{3}})年(?P<zmonth>[{_NUMERAL}]{{1,2}})月(?:(?P<zday>[{_NUMERAL}]{{1,3}})日)?"
    r"|(?<!\d)(?P<packed>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)
"""In folded text, where 〇 is 零 and full-width digits are ASCII."""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date at ``start..end`` of a text; ``whole`` is false where only year and month stand there."""

    day: date
    start: int
    end: int
    whole: bool


def chinese_number(numeral: str) -> int | None:
    """Read digits or a Chinese numeral below one hundred (5, 五, 十二, 二十一, 两); ``None`` for anything else."""
    if numeral.isdecimal():
        return int(numeral)
    if not numeral or any(character != "十" and character not in _DIGITS for character in numeral):
        return None
    tens, ten, units = numeral.partition("十")
    if ten and len(tens) <= 1 and len(units) <= 1:
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[units] if units else 0)
    return None if ten or len(numeral) > 1 else _DIGITS[numeral]


def _calendar_day(match: re.Match[str]) -> tuple[date, bool] | None:
    packed = match["packed"]
    if packed:
        parts: list[int | None] = [int(packed[:4]), int(packed[4:6]), int(packed[6:])]
    elif match["zyear"]:
        year = int("".join(str(_DIGITS.get(character, 0)) for character in match["zyear"]))
        parts = [year, chinese_number(match["zmonth"]), chinese_number(match["zday"]) if match["zday"] else None]
    else:
        day = match["day"] or match["day2"]
        parts = [int(match["year"]), int(match["month"] or match["month2"]), int(day) if day else None]
    if parts[0] is None or parts[1] is None:
        return None
    try:
        return date(parts[0], parts[1], 1 if parts[2] is None else parts[2]), parts[2] is not None
    except ValueError:
        return None


def dates_in(text: str) -> list[FoundDate]:
    """Return every calendar date in ``text``, in order; what is no day of the calendar (2024年13月) is left out."""
    found = []
    for match in _DATE.finditer(fold(text)):
        day = _calendar_day(match)
        if day is not None:
            found.append(FoundDate(day[0], match.start(), match.end(), day[1]))
    return found


_SENTENCE = re.compile(r"[^。；;\n]+")
_ABOUT_ITSELF = re.compile(
    r"(?:本|该)(?:办法|规定|通知|意见|方案|细则|条例|文件|规划|公告|通告|计划|决定|标准|规范)|起(?:正式)?(?:施行|实施|执行|试行|生效)|之日起|^[\s（(]*有效期"
)
_ABOUT_PAPERS = re.compile(r"证|许可|批件|注册|备案凭")
"""Licences and certificates have terms too; those say nothing about the text."""
_TERM = re.compile(
    r"(?:有效期限?|试行期|试行)(?:限)?(?:为|是|至)?\s?[:：]?\s?(?P<years>\d{1,2}|[一二三四五六七八九十两]{1,2})\s?年(?!\d|\s?\d)"
)
_UNTIL = re.compile(
    r"(?:有效期限?|执行期限|施行期限|有效)[^。；;\n]{0,24}?(?:至|到|截止)|(?:失效|废止)(?:日期|时间)\s?[:：]"
)
_SINCE = re.compile(
    r"(?:(?:起(?:正式)?|(?<=日)\s?)(?:施行|实施|执行|生效|试行)|(?:施行|实施|生效|执行)(?:日期|时间)\s?[:：])"
)
_SINCE_ISSUE = re.compile(r"自(?:公布|发布|印发|颁布|通过|批准)之日起(?:正式)?(?:施行|实施|执行|生效|试行)")


def effective_from(text: str, published: date | None = None) -> date | None:
    """Return the day from which the text says it applies (自…起施行), the last one named; ``None`` if none is.

    Texts end with their own day; earlier sentences of that form speak about other rules. A text that applies
    from its publication gets ``published``.
    """
    folded = fold(text)
    last = None
    for match in _SINCE.finditer(folded):
        before = match[0][-1] not in ":："
        window = (
            folded[max(0, match.start() - 20) : match.start()] if before else folded[match.end() : match.end() + 16]
        )
        days = [found for found in dates_in(window) if found.whole]
        if days:
            last = days[-1 if before else 0].day
    return published if last is None and _SINCE_ISSUE.search(folded) else last


def expiry(text: str, since: date | None) -> date | None:
    """Return the last day on which the text says it is valid itself, ``None`` if it names no term.

    A term in years (有效期五年) is counted from ``since``; without that day it stays unknown.
    """
    for sentence in _SENTENCE.findall(fold(text)):
        if _ABOUT_PAPERS.search(sentence) or not _ABOUT_ITSELF.search(sentence):
            continue
        until = _UNTIL.search(sentence)
        days = [found for found in dates_in(sentence[until.end() : until.end() + 16]) if found.whole] if until else []
        if days:
            return days[0].day
        term = _TERM.search(sentence)
        years = chinese_number(term["years"]) if term else None
        if years is not None and since is not None:
            return _anniversary(since, years) - timedelta(days=1)
    return None


def _anniversary(day: date, years: int) -> date:
    # 29 February has none in most years; the first of March ends the same span.
    return date(day.year + years, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + years)
