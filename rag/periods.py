"""Read years: which ones a question asks about, which ones a document is about, and until when a document holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from rag.domain import Document, DocumentType
from rag.folding import fold

_DIGITS = {digit: str(value % 10) for value, digit in enumerate("零一二三四五六七八九")}
_DIGIT = "[0-9零一二三四五六七八九]"
_YEAR = rf"(?:[12一二]{_DIGIT}{{3}})"
_RANGE = re.compile(rf"(?<!{_DIGIT})({_YEAR})\s*年?\s*(?:-{{1,2}}|~|至|到)\s*({_YEAR})(?!{_DIGIT})")
_SINGLE = re.compile(rf"(?<!{_DIGIT})({_YEAR})(?:\s*年(?!出生|生人|生的|[前后]?参加工作|[前后]?退休|代)|(?=版|度))")
_REVISION = re.compile(r"[(〔\[][^()〔〕\[\]]{0,12}?[)〕\]]")
"""What stands in brackets in a title is the year of a revision or of a document number, not what the text is about."""
_DATED = re.compile(r"\s*年\s*\d{1,2}\s*月")
_FIVE_YEARS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "十二五": (2011, 2015),
        "十三五": (2016, 2020),
        "十四五": (2021, 2025),
        "十五五": (2026, 2030),
        "十六五": (2031, 2035),
    }
)
"""The five-year plans by number: the twelfth is that of 2011 to 2015."""
_RELATIVE: Mapping[str, int] = MappingProxyType(
    {"前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
)
_FIRST, _AHEAD = 1949, 20
_BY_YEAR = frozenset(
    {DocumentType.PLAN, DocumentType.NOTICE, DocumentType.INTERPRETATION, DocumentType.FAQ, DocumentType.OTHER}
)
"""Types whose title names the year for which they are made; that of a report or of news names what it tells about."""
_SINCE = re.compile(r"\s*年?\s*(?:以来|起|以后|开始)")


@dataclass(frozen=True, slots=True)
class Period:
    """The years ``first`` to ``last``, both included."""

    first: int
    last: int

    def __contains__(self, year: int) -> bool:
        return self.first <= year <= self.last


def asked_years(text: str, today: date) -> tuple[int, ...]:
    """Return the years that a question names, in order: 2023年, 二〇二三年, 去年, 2021到2025年 (first and last)."""
    folded = fold(text)
    found: dict[int, int] = {}
    for match in _RANGE.finditer(folded):
        for group in (1, 2):
            found[match.start(group)] = _year(match[group])
    for match in _SINGLE.finditer(folded):
        found.setdefault(match.start(1), _year(match[1]))
    for word, offset in _RELATIVE.items():
        for match in re.finditer(rf"(?<!\d){word}(?!级)", folded):
            found.setdefault(match.start(), today.year + offset)
    years = (year for _, year in sorted(found.items()) if _FIRST <= year <= today.year + _AHEAD)
    return tuple(dict.fromkeys(years))


def period_of_title(title: str) -> Period | None:
    """Return the years that a title says the text is for: 2021—2025年, 十四五, 2024年度; None where it names none."""
    folded = fold(title)
    ranges = _RANGE.search(folded)
    if ranges:
        first, last = _year(ranges[1]), _year(ranges[2])
        return Period(first, last) if first <= last else None
    for name, (first, last) in _FIVE_YEARS.items():
        if name in folded:
            return Period(first, last)
    bare = _REVISION.sub(" ", folded)
    years = [
        _year(match[1])
        for match in _SINGLE.finditer(bare)
        if not _DATED.match(bare, match.end(1)) and not _SINCE.match(bare, match.end(1))
    ]
    return Period(min(years), max(years)) if years else None


def holds_until(document: Document) -> date | None:
    """Return the last day for which a document says that it holds; None where it does not say.

    A stated end counts first, then the last year of its title. Statutes hold until they are changed, whatever year
    their title names, and reports tell of a year without being meant for it.
    """
    if document.valid_until is not None:
        return document.valid_until
    if document.type not in _BY_YEAR:
        return None
    period = period_of_title(document.title)
    return date(period.last, 12, 31) if period is not None and _FIRST <= period.last <= date.max.year else None


def years_named(text: str) -> frozenset[int]:
    """Return every year that a text names, those inside a range included."""
    folded = fold(text)
    years = {_year(match[1]) for match in _SINGLE.finditer(folded)}
    for match in _RANGE.finditer(folded):
        first, last = _year(match[1]), _year(match[2])
        if first <= last <= first + _AHEAD:
            years.update(range(first, last + 1))
    return frozenset(years)


def _year(spelling: str) -> int:
    return int("".join(_DIGITS.get(character, character) for character in spelling))
