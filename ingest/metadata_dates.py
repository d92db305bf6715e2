"""Read calendar dates in every form that Chinese policy texts write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from rag.folding import fold

_ZEROS = "零○o◯\u043e\u041e"
"""What stands for 〇 in typed years: the folded form of the sign itself, circles, the Latin and the Cyrillic letter."""
_DIGITS = (
    {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2} | dict.fromkeys(_ZEROS, 0)
)
_NUMERAL = f"一二三四五六七八九十{_ZEROS}"
_ROC_EPOCH = 1911
_CENTURY_TURN = 70
"""Two-digit years below it are of this century; China's administration dates no paper before 1949 that way."""

_DATE = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)\s{0,2}"
    r"(?:年\s{0,2}(?P<month>\d{1,2})\s{0,2}月(?:\s{0,2}(?P<day>\d{1,2})(?:\s{0,2}[日号]|(?=$|[\s,.;)\]])))?"
    r"|(?P<mark>[-/.])(?P<month2>\d{1,2})(?P=mark)(?P<day2>\d{1,2})(?![\d.]))"
    rf"|(?P<zyear>[一二][{_NUMERAL}]{{3}})年(?P<zmonth>[{_NUMERAL}]{{1,2}})月(?:(?P<zday>[{_NUMERAL}]{{1,3}})日)?"
    r"|(?<!\d)(?P<packed>(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?!\d)"
    r"|民国\s?(?P<roc>\d{1,3})\s?年\s?(?P<rmonth>\d{1,2})\s?月\s?(?P<rday>\d{1,2})\s?日"
    r"|(?<![\d.一二三四五六七八九零十第满])'?(?P<short>\d\d)年(?P<smonth>\d{1,2})月(?P<sday>\d{1,2})日"
)
"""In folded text, where 〇 is 零, ’ is ' and full-width digits are ASCII."""
_STARTS = re.compile(r"[\d一二民']")
"""What a date begins with; a text is searched for these, which is quicker than trying the forms everywhere."""
_OPENING_CHARS = 16
"""A date that begins among the first three characters has its year, or its first two figures, within these."""
_MAY_HOLD_DATE = re.compile(rf"[\d{_NUMERAL}〇Oo]\s{{0,2}}年|\d[-./]\d|\d{{8}}|[０-９]")


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


def may_hold_date(text: str) -> bool:
    """Tell cheaply whether `dates_in` could find something; never false where it would."""
    return _MAY_HOLD_DATE.search(text) is not None


def may_open_with_date(text: str) -> bool:
    """Tell cheaply whether `dates_in` could find a date among the first three characters; never false where it would."""
    return may_hold_date(fold(text[:_OPENING_CHARS]))


def _parts(match: re.Match[str]) -> tuple[int, int | None, int | None]:
    """Return year, month and day as written; a day that is not written is 0."""
    if match["packed"]:
        return int(match["packed"][:4]), int(match["packed"][4:6]), int(match["packed"][6:])
    if match["zyear"]:
        year = int("".join(str(_DIGITS.get(character, 0)) for character in match["zyear"]))
        return year, chinese_number(match["zmonth"]), chinese_number(match["zday"]) if match["zday"] else 0
    if match["roc"]:
        return int(match["roc"]) + _ROC_EPOCH, int(match["rmonth"]), int(match["rday"])
    if match["short"]:
        short = int(match["short"])
        return short + (2000 if short < _CENTURY_TURN else 1900), int(match["smonth"]), int(match["sday"])
    day = match["day"] or match["day2"]
    return int(match["year"]), int(match["month"] or match["month2"]), int(day) if day else 0


def _calendar_day(match: re.Match[str]) -> tuple[date, bool] | None:
    year, month, day = _parts(match)
    if month is None or day is None:
        return None
    try:
        return date(year, month, day or 1), day != 0
    except ValueError:
        return None


def dates_in(text: str) -> list[FoundDate]:
    """Return every calendar date in ``text``, in order; what is no day of the calendar (2024年13月) is left out.

    Years of two digits (24年12月24日) and of the Republic (民國113年) are read too; a date without its day counts as
    the first of the month and is not ``whole``.
    """
    folded = fold(text) if text else ""
    if not may_hold_date(folded):
        return []
    found = []
    reached = 0
    for start in _STARTS.finditer(folded):
        match = _DATE.match(folded, start.start()) if start.start() >= reached else None
        if match is None:
            continue
        reached = match.end()
        day = _calendar_day(match)
        if day is not None:
            found.append(FoundDate(day[0], match.start(), match.end(), day[1]))
    return found
