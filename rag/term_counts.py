"""Count terms over many units: the numbers from which a lexical index is computed.

A term is a number given by a vocabulary that grows as texts are read. The counts of an index that was built before
can be taken over for units that did not change, so that only new units are read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.tokenizing import Terms

Numbers = NDArray[np.int32]
FIELDS = ("words", "bigrams")
_EMPTY = ""
"""Stands in a unit without any term, so that every unit has a length; no question contains it."""
_COUNTED_AT_ONCE = 8_000_000
"""Terms that are sorted together, in 64 MB."""


class _Vocabulary(dict[str, int]):
    def __missing__(self, term: str) -> int:
        number = len(self)
        self[term] = number
        return number


class Vocabularies:
    """Number the terms of each field in the order in which they are first seen."""

    def __init__(self, known: Mapping[str, Mapping[str, int]] | None = None) -> None:
        """Begin empty, or with the vocabularies of an index that was built before, by field."""
        self.fields = {field: _Vocabulary(known[field] if known else {}) for field in FIELDS}
        for vocabulary in self.fields.values():
            vocabulary.setdefault(_EMPTY, len(vocabulary))

    def numbers(self, terms: Terms) -> tuple[Numbers, ...]:
        """Return the numbers of a text's terms, one array for each field, repetitions kept."""
        return tuple(
            np.array(list(map(self.fields[field].__getitem__, getattr(terms, field))), dtype=np.int32)
            for field in FIELDS
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each term stands in each unit, sorted by term, then by unit; three arrays of one length."""

    terms: Numbers
    units: Numbers
    counts: NDArray[Any]
    n_units: int

    def lengths(self) -> NDArray[np.int64]:
        """Return the number of terms of each unit, (n_units,)."""
        return np.bincount(self.units, weights=self.counts, minlength=self.n_units).astype(np.int64)

    def moved(self, new_place: NDArray[np.int64], n_units: int) -> Counts:
        """Return the counts of the units that stay, under new numbers.

        ``new_place``: (old n_units,), the new number of each old unit, −1 for one that is left out.
        """
        place = new_place.astype(np.int32)[self.units]
        stays = np.flatnonzero(place >= 0)
        moved = Counts(self.terms[stays], place[stays], self.counts[stays], n_units)
        in_order = bool((np.diff(new_place[new_place >= 0]) > 0).all())
        return moved if in_order else moved._taken(np.argsort(moved._keys(), kind="stable"))

    def _keys(self) -> NDArray[np.int64]:
        return self.terms.astype(np.int64) * self.n_units + self.units

    def _taken(self, places: NDArray[np.int64]) -> Counts:
        return Counts(self.terms[places], self.units[places], self.counts[places], self.n_units)


def count_units(units: Mapping[int, Sequence[Numbers]], vocabulary: Mapping[str, int], n_units: int) -> Counts:
    """Count the terms of units, each made of several arrays of term numbers; the units come in ascending order.

    They are counted some thousand at a time: the sort of all terms of a million chunks would take ten gigabytes.
    """
    empty = np.array([vocabulary[_EMPTY]], dtype=np.int32)
    counted: list[Counts] = []
    arrays: list[Numbers] = []
    places: list[int] = []
    lengths: list[int] = []
    waiting = 0
    for place, parts in units.items():
        filled = [part for part in parts if len(part)] or [empty]
        arrays.extend(filled)
        places.append(place)
        lengths.append(sum(map(len, filled)))
        waiting += lengths[-1]
        if waiting >= _COUNTED_AT_ONCE:
            counted.append(_counted(arrays, places, lengths, n_units))
            arrays, places, lengths, waiting = [], [], [], 0
    if arrays or not counted:
        counted.append(_counted(arrays, places, lengths, n_units))
    return _joined(counted)


def _counted(arrays: Sequence[Numbers], places: Sequence[int], lengths: Sequence[int], n_units: int) -> Counts:
    terms = np.concatenate(arrays) if arrays else np.zeros(0, dtype=np.int32)
    keys = terms.astype(np.int64) * n_units + np.repeat(np.array(places, dtype=np.int64), lengths)
    keys.sort()
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.diff(starts, append=len(keys))
    return _counts_of(keys[starts], counts, n_units)


def _joined(counted: list[Counts]) -> Counts:
    """Join counts of units that follow one another; empties the list, so that no more than two copies exist.

    Every part goes to its places within each term, which are known from how often the parts have the term.
    """
    if len(counted) == 1:
        return counted.pop()
    n_units, n_terms = counted[0].n_units, 1 + max(int(part.terms.max()) for part in counted)
    within = [np.bincount(part.terms, minlength=n_terms) for part in counted]
    sizes = np.sum(within, axis=0)
    wide = np.result_type(*(part.counts for part in counted))
    units = np.empty(int(sizes.sum()), dtype=np.int32)
    counts = np.empty(len(units), dtype=wide)
    begins = np.cumsum(sizes) - sizes
    counted.reverse()
    for own in within:
        part = counted.pop()
        at = np.arange(len(part.terms)) + np.repeat(begins - (np.cumsum(own) - own), own)
        units[at], counts[at] = part.units, part.counts
        begins += own
    return Counts(np.repeat(np.arange(n_terms, dtype=np.int32), sizes), units, counts, n_units)


def merged(counts: Iterable[Counts]) -> Counts:
    """Return the counts of units that were counted apart; no unit may stand in two of them."""
    whole, *others = counts
    for part in others:
        # Both are in order: finding places in the larger one is far less work than sorting them together.
        at = np.searchsorted(whole._keys(), part._keys())
        wide = np.promote_types(whole.counts.dtype, part.counts.dtype)
        whole = Counts(
            np.insert(whole.terms, at, part.terms),
            np.insert(whole.units, at, part.units),
            np.insert(whole.counts.astype(wide, copy=False), at, part.counts),
            whole.n_units,
        )
    return Counts(whole.terms, whole.units, _smallest(whole.counts), whole.n_units)


def _counts_of(keys: NDArray[np.int64], counts: NDArray[Any], n_units: int) -> Counts:
    terms, units = np.divmod(keys, max(n_units, 1))
    return Counts(terms.astype(np.int32), units.astype(np.int32), _smallest(counts), n_units)


def _smallest(counts: NDArray[Any]) -> NDArray[Any]:
    return counts.astype(np.min_scalar_type(int(counts.max(initial=1))), copy=False)


def without_unused(counts: Counts, vocabulary: Mapping[str, int]) -> tuple[Counts, dict[str, int]]:
    """Return counts and vocabulary numbered anew without the terms that stand in no unit any more."""
    used = np.zeros(len(vocabulary), dtype=bool)
    used[counts.terms] = True
    used[vocabulary[_EMPTY]] = True
    if used.all():
        return counts, dict(vocabulary)
    fresh = np.cumsum(used) - 1
    # As lists: reading single numbers out of an array takes longer than all the rest.
    stays, numbers = used.tolist(), fresh.tolist()
    kept = {term: numbers[number] for term, number in vocabulary.items() if stays[number]}
    return Counts(fresh[counts.terms].astype(np.int32), counts.units, counts.counts, counts.n_units), kept
