"""Find every figure in a text and give it a value that does not depend on how it is written.

65岁 and 六十五岁, 12万 and 120000, 百分之三十五 and 35%, 2024年3月11日 and 2024-03-11 compare as equal. Only the
value counts, not the unit behind it. Figures that the text gives as a range are two figures, and what the
range states once (a percent sign, a year, 万) belongs to both.

Values: a number is a plain decimal (``120000``, ``0.5``), a fraction ``2/3``, a time of day ``8:30``; a percentage
ends in ``%``; a date is ``2024-03-11``, ``2024-03``, ``2024``, ``--03-11`` or ``--03`` (ISO 8601 with what is
missing left out), a weekday ``W1`` to ``W7``; a telephone number is its digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from rag.chinese_numbers import CLASSIFIERS, DIGITS, LARGE_UNITS, NUMERALS, SMALL_UNITS, UNITS, numbers_in_run
from rag.chinese_numbers import numeral_value as _numeral_value
from rag.folding import fold


class FigureKind(StrEnum):
    """What a figure is."""

    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure ``text[start:end]`` and its canonical value."""

    kind: FigureKind
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Found:
    kind: FigureKind
    value: str
    start: int
    end: int
    amount: Decimal | None = None
    """Set for a plain number, before ``factor``; a range may change what it means."""
    factor: int = 1


_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
_FACTOR = r"(?:百(?!分)|千(?![克米瓦卡伏])|万|亿)"
_MIXED = rf"{_ARABIC}(?: ?{_FACTOR}{{1,2}}(?:\d+{_FACTOR})*)?"
_CHINESE = rf"[{NUMERALS}]{{1,20}}(?:点[{DIGITS}]{{1,9}}(?![十分])[万亿]?)?"
_ANY = rf"(?:{_MIXED}|{_CHINESE})"
_RANGE = r" ?(?:-{1,2}|~|至|到) ?"
_YEAR = rf"(?:[12]\d{{3}}|[一二][{DIGITS}]{{3}})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_HOUR = r"(?:2[0-4]|[01]?\d|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])"
_MINUTE = r"(?:[0-5]?\d|[二三四五]?十[一二三四五六七八九]?|零?[一二三四五六七八九])"
_FREE = rf"(?<![\d.{NUMERALS}])"


def _day_part(group: str) -> str:
    return rf" ?(?P<{group}>{_DAY})(?: ?[日号]|(?={_RANGE}{_DAY} ?[日号]))"


_FIGURE = re.compile(
    "|".join(
        (
            rf"(?<!\d)(?P<year>{_YEAR}) ?年度?(?: ?(?P<month>{_MONTH})(?: ?月份?|(?={_RANGE}{_MONTH} ?月))"
            rf"(?:{_day_part('day')})?)?",
            rf"{_FREE}(?P<only_month>{_MONTH}) ?月(?!龄)份?(?:{_day_part('only_day')})?",
            r"(?<![\d./-])(?P<iso_year>[12]\d{3})(?P<mark>[-/.])(?P<iso_month>1[0-2]|0?[1-9])(?P=mark)"
            r"(?P<iso_day>3[01]|[12]\d|0?[1-9])(?![./-]?\d)",
            r"(?<![\d./-])(?P<ym_year>(?:19|20)\d\d)-(?P<ym_month>0[1-9]|1[0-2])(?![\d-])",
            r"(?<![\d.])(?P<phone>0\d{2,3}\)?[- ]?\d{7,8}|1[3-9]\d-?\d{4}-?\d{4}|[48]00-?\d{3,4}-?\d{3,4}"
            rf"|(?:12|9[56])\d{{3}}(?! ?(?:{_FACTOR}|{UNITS}|{CLASSIFIERS})))(?![\d.]|,\d{{3}}(?!\d))",
            rf"(?P<base>[百千万])分之(?P<share>{_ANY})|(?P<all>百分百)|(?P<sign_share>{_ARABIC}) ?(?P<sign>[%‰])",
            r"(?<![\d.])(?P<tenths>[1-9]|[二两三四五六七八九])成(?![为立员功果长本年品分人交效就熟都书])",
            rf"(?P<bottom>{_ANY})分之(?P<top>{_ANY})|(?<![\d/.])(?P<slash>\d{{1,2}}/\d{{1,2}})(?![\d/])",
            rf"(?:星期|礼拜|周)(?P<weekday>[一二三四五六日天])(?!次|回|个|天|名|年|岁|月|期|小时|周|[{NUMERALS}])",
            r"(?<![\d:.])(?P<clock>(?:2[0-4]|[01]?\d):[0-5]\d)(?![\d:])",
            rf"{_FREE}(?P<hour>{_HOUR}) ?[点时](?:(?P<minute>{_MINUTE}) ?分(?!之)|(?P<half>半)|整)",
            rf"{_FREE}(?!一)(?P<full_hour>{_HOUR}) ?[点时](?![\d{NUMERALS}])",
            rf"第 ?(?!一时间)(?P<ordinal>\d+|[{NUMERALS}]{{1,12}})",
            rf"(?P<number>{_MIXED})",
            rf"(?P<chinese>{_CHINESE})",
        )
    )
)
"""All spellings, the most specific first. The text is folded before, so the characters are simplified and ASCII."""

_FORMAL = re.compile(r"(?<![大队入登收])[壹贰叁肆伍陆柒捌玖][壹贰叁肆伍陆柒捌玖拾佰仟万亿零]{1,19}")
_FORMAL_TABLE = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_PREPARE = str.maketrans(
    {"，": "、", "○": "零", "◯": "零", "〜": "~"} | {chr(code): "·" for code in range(0x2460, 0x2500)}
)
"""Done before folding: a full-width comma never groups thousands, and a circled digit numbers an item."""

_ENUMERATOR = re.compile(
    r"(?:^|(?<=[\n。;；:：，、]))[ \t\u3000*>•·-]*(?:"
    r"[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[)）]|[一二三四五六七八九十]{1,3}、|"
    r"\d{1,2}[、.．](?!\d)|\d{1,2}(?:\.\d{1,2}){2,3}(?!\d)|[一二三四五六七八九十]{1,2}是|"
    r"第[一二三四五六七八九十]{1,3}[，,、:：]|其[一二三四五六七八九][是，,、:：]|[\u2460-\u24ff\u3220-\u3229])",
    re.MULTILINE,
)


def blank_enumerators(text: str) -> str:
    """Replace the markers that number lines and items ("1、", "（一）", "二是") by spaces; offsets stay.

    References such as 第二条 stay: they say something.
    """
    return _ENUMERATOR.sub(lambda match: " " * len(match[0]), text)


def find_figures(text: str, indefinite: bool = False) -> tuple[Figure, ...]:
    """Return the figures of a text in reading order.

    ``indefinite`` also counts 一 before a mere classifier, as in 一个. A text that is only looked up in
    should be read so, because a writer may put 1个 for it.
    """
    form = fold(text.translate(_PREPARE))
    form = _FORMAL.sub(lambda match: match[0].translate(_FORMAL_TABLE), form)
    found: list[_Found] = []
    for match in _FIGURE.finditer(form):
        found.extend(_read(match, form, indefinite))
    _share_over_ranges(found, form)
    return tuple(Figure(item.kind, item.value, item.start, item.end) for item in found)


def _read(match: re.Match[str], form: str, indefinite: bool) -> list[_Found]:
    if match["chinese"] is not None:
        return _read_chinese(match, form, indefinite)
    if match["ordinal"] is not None:
        value = _amount(match["ordinal"])
        return [] if value is None else [_Found(FigureKind.NUMBER, _plain(value), *match.span())]
    if match["number"] is not None:
        return [_read_number(match["number"], *match.span())]
    for read in (_read_date, _read_share, _read_time):
        item = read(match)
        if item is not None:
            return [_Found(*item, *match.span())]
    return []


def _read_date(match: re.Match[str]) -> tuple[FigureKind, str] | None:
    for names in (("year", "month", "day"), ("", "only_month", "only_day"), ("iso_year", "iso_month", "iso_day")):
        parts = [match[name] if name else None for name in names]
        if any(parts):
            return FigureKind.DATE, _date_value(*(int(_amount(part) or 0) if part else None for part in parts))
    if match["ym_year"]:
        return FigureKind.DATE, f"{match['ym_year']}-{match['ym_month']}"
    if match["weekday"]:
        return FigureKind.DATE, f"W{min('一二三四五六日天'.index(match['weekday']), 6) + 1}"
    return None


def _read_share(match: re.Match[str]) -> tuple[FigureKind, str] | None:
    if match["all"]:
        return FigureKind.PERCENT, "100%"
    if match["tenths"]:
        return FigureKind.PERCENT, _plain((_amount(match["tenths"]) or Decimal(0)) * 10) + "%"
    if match["slash"]:
        return FigureKind.NUMBER, match["slash"]
    for share, base in (("share", "base"), ("sign_share", "sign")):
        if match[share]:
            value = Decimal(100) if match[share] == "百" else _amount(match[share])
            scale = {"千": 10, "‰": 10, "万": 100}.get(match[base], 1)
            return None if value is None else (FigureKind.PERCENT, _plain(value / scale) + "%")
    if match["bottom"]:
        top, bottom = _amount(match["top"]), _amount(match["bottom"])
        return None if top is None or bottom is None else (FigureKind.NUMBER, f"{_plain(top)}/{_plain(bottom)}")
    return None


def _read_time(match: re.Match[str]) -> tuple[FigureKind, str] | None:
    if match["phone"]:
        return FigureKind.PHONE, re.sub(r"\D", "", match["phone"])
    if match["clock"]:
        return FigureKind.NUMBER, match["clock"].lstrip("0").rjust(4, "0")
    hour = match["hour"] or match["full_hour"]
    if hour:
        minute = 30 if match["half"] else int(_amount(match["minute"]) or 0) if match["minute"] else 0
        return FigureKind.NUMBER, f"{int(_amount(hour) or 0)}:{minute:02d}"
    return None


def _read_number(spelling: str, start: int, end: int) -> _Found:
    amount = _amount(spelling) or Decimal(0)
    return _Found(FigureKind.NUMBER, _plain(amount), start, end, *_split_factor(amount, spelling))


def _read_chinese(match: re.Match[str], form: str, indefinite: bool) -> list[_Found]:
    start, end = match.span()
    if "点" in match[0]:
        value = _amount(match[0])
        return [] if value is None else [_Found(FigureKind.NUMBER, _plain(value), start, end, value)]
    return [
        _Found(FigureKind.NUMBER, _plain(value), first, last, *_split_factor(value, form[first:last]))
        for first, last, value in numbers_in_run(form, start, end, indefinite)
    ]


def _split_factor(value: Decimal, spelling: str) -> tuple[Decimal, int]:
    factor = LARGE_UNITS.get(spelling[-1], 1)
    return value / factor, factor


def _amount(spelling: str) -> Decimal | None:
    """Value of a numeral in either script, 万 and 亿 included."""
    if not re.search(r"\d", spelling):
        return _numeral_value(spelling)
    total = Decimal(0)
    for digits, units in re.findall(rf"({_ARABIC}) ?([百千万亿]*)", spelling):
        part = Decimal(digits.replace(",", ""))
        for unit in units:
            part *= SMALL_UNITS.get(unit) or LARGE_UNITS[unit]
        total += part
    return total


def _plain(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date_value(year: int | None, month: int | None = None, day: int | None = None) -> str:
    head = f"{year:04d}" if year is not None else "-"
    return head + "".join(f"-{part:02d}" for part in (month, day) if part is not None)


def _share_over_ranges(found: list[_Found], form: str) -> None:
    between = re.compile(_RANGE)
    for i in range(len(found) - 1):
        first, second = found[i], found[i + 1]
        if between.fullmatch(form, first.end, second.start):
            found[i], found[i + 1] = _shared(first, second, form)


def _shared(first: _Found, second: _Found, form: str) -> tuple[_Found, _Found]:
    if first.kind is FigureKind.DATE:
        return first, _with_date_of(first, second, form)
    amount, other = first.amount, second.amount
    if amount is None or first.factor != 1:
        return first, second
    if second.kind is FigureKind.PERCENT:
        first = replace(first, kind=FigureKind.PERCENT, value=first.value + "%")
    elif second.kind is FigureKind.DATE:
        if re.fullmatch(r"\d{4}.*", second.value) and re.fullmatch(r"[12]\d{3}", first.value):
            first = replace(first, kind=FigureKind.DATE)
        elif re.fullmatch(r"--\d\d", second.value) and 1 <= amount <= 12:
            first = replace(first, kind=FigureKind.DATE, value=_date_value(None, int(amount)))
    elif ":" in second.value and amount <= 24:
        first = replace(first, value=f"{first.value}:00")
    elif second.factor != 1 and other is not None and amount < other:
        first = replace(first, value=_plain(amount * second.factor))
    return first, second


def _with_date_of(first: _Found, second: _Found, form: str) -> _Found:
    if second.kind is FigureKind.DATE and second.value.startswith("--") and first.value[0].isdigit():
        return replace(second, value=first.value[:4] + second.value[1:])
    if second.amount is not None and 1 <= second.amount <= 31 and form[second.end : second.end + 1] in ("日", "号"):
        head, dash, day = first.value.rpartition("-")
        if dash and day and len(head) > 3:
            return replace(second, kind=FigureKind.DATE, value=f"{head}-{int(second.amount):02d}")
    return second
