"""Say which documents a search may find: by place, date, issuer, type, authority, validity, document number.

Each document's facts are read once, when somebody filters for the first time, and compared as arrays; Chroma's own
``where`` takes up to a second on 100,000 rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.chinese_numbers import numeral_value
from rag.domain import Authority, DocumentType, SearchFilter, Validity
from rag.errors import QuestionError
from rag.folding import fold
from rag.regions import Gazetteer, Region

Mask = NDArray[np.bool_]
"""(n_documents,): True where a document may be found."""

Fact = TypeVar("Fact")

_NUMERALS = "〇零一二三四五六七八九十百"
_NUMBER_PIECE = re.compile(rf"\d+|[{_NUMERALS}]+|[^\W\d_{_NUMERALS}]+")
_SAYS_NOTHING = {"年", "第", "年第"}
"""Between the pieces of a document number people write 2023年第8号 as well as 〔2023〕8号."""
_YEAR_DIGITS = 4


class Facts(Protocol):
    """What the filters need of a library."""

    def facts(self, name: str) -> list[str | None]:
        """Return one stored fact of every document in stored order."""
        ...


class DocumentFilter:
    """Turns filters into masks over the documents of one generation. Safe to use from several threads."""

    def __init__(self, library: Facts, gazetteer: Gazetteer) -> None:
        self._library = library
        self._gazetteer = gazetteer

    def mask(self, wanted: SearchFilter) -> Mask:
        """Return which documents fit everything but the phrase, which is a matter of passages.

        Raises:
            QuestionError: the place is not known, or several bear its name.
        """
        parts = [np.ones(len(self._published), dtype=np.bool_)]
        if wanted.region is not None:
            parts.append(self._within(wanted.region))
        if wanted.published_from is not None:
            parts.append(self._published >= wanted.published_from.toordinal())
        if wanted.published_until is not None:
            parts.append((self._published <= wanted.published_until.toordinal()) & (self._published > 0))
        if wanted.issuer is not None:
            named = fold(wanted.issuer).strip()
            parts.append(_where(self._issuers, lambda issuer: named in issuer))
        for values, stored in (
            (wanted.types, self._types),
            (wanted.authorities, self._authorities),
            (wanted.validities, self._validities),
        ):
            if values:
                parts.append(np.isin(stored, [value.value for value in values]))
        if wanted.document_number is not None:
            pieces = _number_pieces(wanted.document_number)
            parts.append(_where(self._numbers, lambda number: has_number(number, pieces)))
        fitting: Mask = np.logical_and.reduce(parts)
        return fitting

    def _within(self, name: str) -> Mask:
        place = self._gazetteer.resolve(name)
        if place is None:
            raise QuestionError(f"unknown region {name!r}, or several bear this name", field="within")
        if place == self._gazetteer.country:
            return np.ones(len(self._regions), dtype=np.bool_)
        fitting = {
            code: self._gazetteer.is_within(region, place)
            for code, region in {region.code: region for region in self._regions if region is not None}.items()
        }
        return np.array([region is not None and fitting[region.code] for region in self._regions], dtype=np.bool_)

    @cached_property
    def _regions(self) -> list[Region | None]:
        known: dict[tuple[str | None, str | None], Region | None] = {}
        for stored in zip(self._library.facts("region_code"), self._library.facts("region"), strict=True):
            if stored not in known:
                known[stored] = next((found for name in stored if name and (found := self._gazetteer.get(name))), None)
        pairs = zip(self._library.facts("region_code"), self._library.facts("region"), strict=True)
        return [known[pair] for pair in pairs]

    @cached_property
    def _published(self) -> NDArray[np.int64]:
        """Days of publication as ordinals; 0 where unknown."""
        days = self._library.facts("published")
        known = np.array([day or "0001-01-01" for day in days], dtype="datetime64[D]").astype(np.int64)
        ordinals: NDArray[np.int64] = known - np.datetime64("0001-01-01", "D").astype(np.int64) + 1
        return np.where([day is None for day in days], 0, ordinals)

    @cached_property
    def _issuers(self) -> list[str]:
        return [fold(issuer or "") for issuer in self._library.facts("issuer")]

    @cached_property
    def _numbers(self) -> list[tuple[str, ...]]:
        return [_number_pieces(number or "") for number in self._library.facts("document_number")]

    @cached_property
    def _types(self) -> NDArray[np.str_]:
        return self._stored("type", DocumentType)

    @cached_property
    def _authorities(self) -> NDArray[np.str_]:
        return self._stored("authority", Authority)

    @cached_property
    def _validities(self) -> NDArray[np.str_]:
        return self._stored("validity", Validity)

    def _stored(self, name: str, kinds: type[StrEnum]) -> NDArray[np.str_]:
        longest = max(len(kind.value) for kind in kinds)
        return np.array([value or "" for value in self._library.facts(name)], dtype=f"U{longest}")


def _where(facts: Collection[Fact], fits: Callable[[Fact], bool]) -> Mask:
    """Return where a fact fits; many documents share few issuers, so each fact is looked at once."""
    answers = {fact: fits(fact) for fact in set(facts)}
    return np.array([answers[fact] for fact in facts], dtype=np.bool_)


def _number_pieces(number: str) -> tuple[str, ...]:
    """Return words and figures in order, figures as plain digits (〔二〇二六〕05号文件 and 2026年第5号 are the same)."""
    pieces = []
    for piece in _NUMBER_PIECE.findall(fold(number)):
        value = Decimal(piece) if piece.isdecimal() else numeral_value(piece)
        if value is not None:
            pieces.append(str(value))
        elif piece not in _SAYS_NOTHING:
            pieces.append("号" if piece.startswith("号") else piece.removeprefix("第").removesuffix("第"))
    return tuple(piece for piece in pieces if piece)


def has_number(stored: Sequence[str], typed: Sequence[str]) -> bool:
    """Tell whether a document number has the typed pieces in a row; the outer words may be cut, figures may not.

    The year may be left out.
    """
    without_year = [piece for piece in stored if not (piece.isdecimal() and len(piece) == _YEAR_DIGITS)]
    return bool(typed) and (_in_a_row(stored, typed) or _in_a_row(without_year, typed))


def _in_a_row(stored: Sequence[str], typed: Sequence[str]) -> bool:
    last = len(typed) - 1
    return any(
        all(
            _same(own, piece, first=n == 0, last=n == last)
            for n, (own, piece) in enumerate(zip(stored[start : start + last + 1], typed, strict=True))
        )
        for start in range(len(stored) - last)
    )


def _same(own: str, typed: str, *, first: bool, last: bool) -> bool:
    if own == typed or own.isdecimal() or typed.isdecimal():
        return own == typed
    return (first and own.endswith(typed)) or (last and own.startswith(typed)) or (first and last and typed in own)
