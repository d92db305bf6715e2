"""Judge whether a document is still of use: by what it says of its own time first, and by its age where it says nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from rag.domain import Citation, Document, DocumentType, Validity
from rag.folding import fold
from rag.periods import holds_until, period_of_title
from rag.settings import StaleAfterSettings
from rag.year_choice import YearFit, year_fit

_EPIDEMIC = r"新冠|新型冠状病毒|疫情防控|防疫|核酸|健康码|行程卡|方舱|复工复产|疫情期间"
_EPIDEMIC_TITLE = re.compile(f"{_EPIDEMIC}|隔离")
_EPIDEMIC_WORDS = re.compile(_EPIDEMIC)
_EPIDEMIC_NAMES = re.compile(r"新冠肺炎|新型冠状病毒(?:感染的?)?肺炎|健康码|行程卡")
"""What the disease and its rules were called until the end of 2022; they date a text that bears no date."""
_EPIDEMIC_YEARS = range(2020, 2023)
"""Epidemic-control rules of 2020–2022 were withdrawn in January 2023, so they are old whatever their age."""


class StaleReason(StrEnum):
    """Why a document may not say what holds today, the gravest first."""

    EXPIRED = "expired"
    """It says itself, or its publisher does, that it holds no more."""
    EPIDEMIC = "epidemic"
    """It is a rule against the epidemic of 2020–2022."""
    YEAR = "year"
    """It is of another year than was asked about."""
    PERIOD = "period"
    """The years it was made for are over."""
    AGE = "age"
    """It is older than documents of its type should be."""


@dataclass(frozen=True, slots=True)
class Staleness:
    """Why a document is old, and the values that the words for it take."""

    reason: StaleReason
    values: Mapping[str, str]


def staleness(
    document: Document,
    quotes: Sequence[Citation],
    stale_after: StaleAfterSettings,
    today: date,
    years: Collection[int] = (),
) -> Staleness | None:
    """Return the gravest reason why a document that ``quotes`` were taken from is old; None where it is not.

    ``years`` are those that the question asks about. A statute is never of another year, and no rule of the epidemic.
    """
    if document.validity is Validity.EXPIRED or (document.valid_until is not None and document.valid_until < today):
        return _stale(StaleReason.EXPIRED, document, until=document.valid_until)
    if document.type is not DocumentType.STATUTE:
        if _is_epidemic_rule(document, quotes):
            return _stale(StaleReason.EPIDEMIC, document)
        if years and _is_of_another_year(document, quotes, years):
            asked = "、".join(map(str, sorted(years)))
            return _stale(StaleReason.YEAR, document, asked=asked, said=years_of(document))
    return _by_period_or_age(document, stale_after, today)


def _by_period_or_age(document: Document, stale_after: StaleAfterSettings, today: date) -> Staleness | None:
    until = holds_until(document)
    if until is not None:
        return _stale(StaleReason.PERIOD, document, until=until.year) if until < today else None
    if document.validity is Validity.IN_FORCE or document.published is None:
        return None
    longest = {
        DocumentType.PLAN: stale_after.plan,
        DocumentType.NOTICE: stale_after.notice,
        DocumentType.INTERPRETATION: stale_after.interpretation,
        DocumentType.REPORT: stale_after.report,
        DocumentType.FAQ: stale_after.faq,
        DocumentType.STATUTE: stale_after.statute,
        DocumentType.NEWS: stale_after.news,
        DocumentType.OTHER: stale_after.other,
    }[document.type]
    return _stale(StaleReason.AGE, document) if (today - document.published).days > longest else None


def years_of(document: Document) -> str:
    """Return the year or years that a document is of (2023, 2021—2025): its title's, else that of its publication."""
    period = period_of_title(document.title)
    if period is not None:
        return str(period.first) if period.first == period.last else f"{period.first}—{period.last}"
    began = document.published or document.effective
    return str(began.year) if began else ""


def _is_epidemic_rule(document: Document, quotes: Sequence[Citation]) -> bool:
    title = fold(document.title)
    told = " ".join((title, *(fold(quote.quote) for quote in quotes)))
    if document.published is None:
        return _EPIDEMIC_NAMES.search(told) is not None
    if document.published.year not in _EPIDEMIC_YEARS:
        return False
    return _EPIDEMIC_TITLE.search(title) is not None or _EPIDEMIC_WORDS.search(told) is not None


def _is_of_another_year(document: Document, quotes: Sequence[Citation], years: Collection[int]) -> bool:
    """True if no quote is of a year asked about, and the document is known to be of another one."""
    fits = [year_fit(document, quote.quote, years) for quote in quotes]
    if any(fit is YearFit.NAMED for fit in fits):
        return False
    elsewhere = document.published is not None and document.published.year not in years
    return elsewhere or all(fit is YearFit.OTHER for fit in fits)


def _stale(reason: StaleReason, document: Document, **values: object) -> Staleness:
    told = {name: str(value) for name, value in values.items() if value is not None}
    published = document.published.isoformat() if document.published else ""
    return Staleness(reason, MappingProxyType({"published": published, **told}))
