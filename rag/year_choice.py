"""Keep a document of one year from answering for another without a word."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum

from rag.domain import Document, DocumentType, Hit
from rag.periods import period_of_title, years_named
from rag.same_words import bare, dice

_SAME_SERIES = 0.7
"""Dice overlap of two titles without their years from which they are the same thing for different years."""


class YearFit(Enum):
    """How well a text fits the years that were asked about."""

    NAMED = 2
    """Its title or the passage names the year, or a period with it."""
    OPEN = 1
    """It names no year and was there by then: it may have held."""
    OTHER = 0
    """It is for other years, or was not there yet."""


def year_fit(document: Document, passage: str, years: Collection[int]) -> YearFit:
    """Judge a passage of a document for the years asked about; without any, everything is open."""
    if not years:
        return YearFit.OPEN
    period = period_of_title(document.title)
    if not years_named(passage).isdisjoint(years) or (period is not None and any(year in period for year in years)):
        return YearFit.NAMED
    if period is not None and document.type is not DocumentType.STATUTE:
        return YearFit.OTHER
    began = document.effective or document.published
    return YearFit.OTHER if began is not None and began.year > max(years) else YearFit.OPEN


def of_the_years(hits: Sequence[Hit], years: Collection[int]) -> list[Hit]:
    """Return hits without those for other years of a series of which the year asked about is among them.

    A series is the same thing of one place, year by year (某市2022年缴费通知, 某市2023年缴费通知). Where the year asked about is
    not among the hits, nothing is left out: a notice says of which year the answer is.
    """
    fits = {id(hit): year_fit(hit.document, hit.chunk.text, years) for hit in hits}
    named = {hit.document.document_id: hit.document for hit in hits if fits[id(hit)] is YearFit.NAMED}
    if not named:
        return list(hits)
    return [
        hit
        for hit in hits
        if fits[id(hit)] is not YearFit.OTHER or not any(_one_series(hit.document, other) for other in named.values())
    ]


def _one_series(one: Document, other: Document) -> bool:
    if one.region != other.region or one.document_id == other.document_id:
        return False
    return dice(_without_years(one.title), _without_years(other.title)) >= _SAME_SERIES


def _without_years(title: str) -> str:
    return "".join(character for character in bare(title) if character not in "0123456789零一二三四五六七八九年")
