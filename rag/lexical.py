"""Lexical search: BM25 over words and over character bigrams, as two fields whose scores are added.

The edge to ``bm25s``. An index covers one kind of unit (chunks, or whole documents) in a fixed order; the
scores come back as one array in that order, so callers combine them with other arrays without look-ups.

BM25: Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009, in Lucene's variant. The matrix of scores is
computed here from counts, since bm25s does it unit by unit in Python (15 s for 38,000 chunks, here 1 s); bm25s keeps
and opens it. The postings of a question are summed here: bm25s without numba does it one by one in Python or joins
copies of them. The counts are kept beside the index, so that the next generation need not read unchanged texts again.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamagedError
from rag.lexical_terms import TermTable, write_terms
from rag.ports import FloatArray
from rag.term_counts import FIELDS, Counts, Numbers, Vocabularies, count_units, merged, without_unused
from rag.tokenizing import Terms

_COUNTS = "counts.npy"
_VOCABULARY = "vocab.index.json"
_MOST_POSTINGS = 4_000_000
"""Postings of one field that are summed for a question, about 6 ms; beyond it the most frequent terms are left out. Only
long questions over some hundred thousand units get there, and what they leave out stands in every tenth unit."""


class LexicalWriter:
    """Collects the terms of units in order and writes an index. Terms are kept as numbers to save memory."""

    def __init__(self, vocabularies: Vocabularies | None = None) -> None:
        """Begin an index; one that shares its vocabularies with another can take over its numbers."""
        self._vocabularies = vocabularies or Vocabularies()
        self._units: dict[str, dict[int, list[Numbers]]] = {field: {} for field in FIELDS}
        self._size = 0
        self._kept: dict[int, int] = {}

    def add(self, parts: Iterable[Terms]) -> None:
        """Append one unit made of the terms of all ``parts``."""
        self.add_numbers([self._vocabularies.numbers(part) for part in parts])

    def add_numbers(self, parts: Iterable[tuple[Numbers, ...]]) -> None:
        """Append one unit made of parts whose terms were numbered by the writer's vocabularies."""
        parts = list(parts)
        for place, field in enumerate(FIELDS):
            self._units[field][self._size] = [part[place] for part in parts]
        self._size += 1

    def keep(self, unit: int) -> None:
        """Append a unit of the index that ``save`` is given as ``before``, as it stands there."""
        self._kept[unit] = self._size
        self._size += 1

    def save(self, folder: Path, k1: float, b: float, before: LexicalIndex | None = None) -> None:
        """Write the index into an existing folder and forget the collected units.

        ``before`` is the index that kept units come from; the vocabularies must have begun with its own.
        """
        for field in FIELDS:
            vocabulary = self._vocabularies.fields[field]
            counts = count_units(self._units[field], vocabulary, self._size)
            self._units[field] = {}
            if before is not None:
                new_place = np.full(before.size, -1, dtype=np.int64)
                new_place[list(self._kept.keys())] = list(self._kept.values())
                kept = before.counts(field).moved(new_place, self._size)
                counts = merged([kept, counts])
            _write_field(folder / field, *without_unused(counts, vocabulary), k1, b)
        self._size, self._kept = 0, {}


def _write_field(folder: Path, counts: Counts, vocabulary: dict[str, int], k1: float, b: float) -> None:
    import bm25s

    index = bm25s.BM25(k1=k1, b=b, method="lucene")
    in_units = np.bincount(counts.terms, minlength=len(vocabulary))
    index.scores = {
        "data": _bm25(counts, in_units, k1, b),
        "indices": counts.units,
        "indptr": np.concatenate([[0], np.cumsum(in_units)]),
        "num_docs": counts.n_units,
    }
    index.vocab_dict = vocabulary
    index.nonoccurrence_array = None  # of other variants than Lucene's
    index.save(folder, show_progress=False)
    write_terms(folder, vocabulary)
    np.save(folder / _COUNTS, counts.counts)


def _bm25(counts: Counts, in_units: NDArray[np.int64], k1: float, b: float) -> FloatArray:
    """Return the score of each count: idf · tf / (tf + k1 · (1 − b + b · length / mean length))."""
    n = counts.n_units
    idf = np.log(1.0 + (n - in_units + 0.5) / (in_units + 0.5)).astype(np.float32)
    lengths = counts.lengths()
    norms = (k1 * (1.0 - b + b * lengths / (lengths.mean() if n else 1.0))).astype(np.float32)
    frequencies = counts.counts.astype(np.float32)
    scores: FloatArray = idf[counts.terms] * (frequencies / (frequencies + norms[counts.units]))
    return scores


@dataclass(frozen=True, slots=True)
class _Field:
    """One field's matrix, a column for each term: the units that have it, ascending, and its score there."""

    terms: TermTable
    pointers: NDArray[np.int64]
    units: NDArray[np.int32]
    scores: FloatArray

    def spread(self, number: int) -> int:
        """Return how many units have a term."""
        return int(self.pointers[number + 1] - self.pointers[number])

    def postings(self, number: int) -> slice:
        """Return where a term's units and scores stand."""
        return slice(int(self.pointers[number]), int(self.pointers[number + 1]))


class LexicalIndex:
    """A saved index, memory-mapped; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``.

        Raises:
            IndexDamagedError: a file is missing or unreadable.
        """
        self._folder = folder
        try:
            opened = {field: _opened(folder / field) for field in FIELDS}
        except Exception as error:  # bm25s passes on whatever numpy, json or the file system raise
            raise IndexDamagedError(f"lexical index {folder} cannot be opened: {error}") from error
        self._fields = {field: found for field, (found, _) in opened.items()}
        self.size = opened["words"][1]

    def field_scores(self, question: Terms) -> tuple[FloatArray, FloatArray]:
        """Return BM25 over words and over bigrams, each (n_units,) float32; 0 where no term is shared."""
        word_scores, bigram_scores = (
            self._one_field(field, getattr(question, field), light)
            for field, light in zip(FIELDS, question.light, strict=True)
        )
        return word_scores, bigram_scores

    def _one_field(self, name: str, question: Sequence[str], light: Mapping[str, float]) -> FloatArray:
        field = self._fields[name]
        times = Counter(question)
        numbers = field.terms.numbers([*times, *light])
        scores = np.zeros(self.size, dtype=np.float32)
        # What a question may mean besides has postings of its own to spend: it never costs one of its own terms.
        for weights in cast("tuple[Mapping[str, float], ...]", (times, light)):
            for term in _affordable({term: numbers[term] for term in weights if term in numbers}, field):
                at, weight = field.postings(numbers[term]), weights[term]
                added = field.scores[at] if weight == 1 else field.scores[at] * np.float32(weight)
                np.add.at(scores, field.units[at], added)
        return scores

    def spreads(self, terms: Sequence[str], field: str) -> dict[str, int]:
        """Return in how many units each of some terms stands; terms that the index does not have are left out."""
        own = self._fields[field]
        return {term: own.spread(number) for term, number in own.terms.numbers(terms).items()}

    def holding(self, bigrams: Sequence[str]) -> NDArray[np.int64]:
        """Return the units that have every one of some bigrams, ascending; without a bigram all of them."""
        field = self._fields["bigrams"]
        wanted = set(bigrams)
        numbers = field.terms.numbers(list(wanted))
        if len(numbers) < len(wanted):
            return np.zeros(0, dtype=np.int64)
        found = np.arange(self.size, dtype=np.int64)
        for number in sorted(numbers.values(), key=field.spread):
            units = field.units[field.postings(number)]
            if len(found) == self.size:
                found = units.astype(np.int64)
            elif len(found):
                places = np.minimum(np.searchsorted(units, found.astype(np.int32)), len(units) - 1)
                found = found[units[places] == found]
        return found

    def idf(self, word: str) -> float:
        """Return how rare a word is: ln(1 + (N - n + 0.5) / (n + 0.5)), the idf of BM25 itself."""
        return self.idfs([word])[word]

    def idfs(self, words: Sequence[str]) -> dict[str, float]:
        """Return how rare each of some words is."""
        field = self._fields["words"]
        numbers = field.terms.numbers(words)
        units = {word: field.spread(numbers[word]) if word in numbers else 0 for word in words}
        return {word: math.log(1.0 + (self.size - n + 0.5) / (n + 0.5)) for word, n in units.items()}

    def covered(self, bigrams: Sequence[str], unit: int) -> float:
        """Return the share, in 0..1 by idf, of some distinct bigrams that a unit has; 1 where there are none."""
        field = self._fields["bigrams"]
        wanted = list(dict.fromkeys(bigrams))
        numbers = field.terms.numbers(wanted)
        whole = held = 0.0
        for term in wanted:
            units = field.units[field.postings(numbers[term])] if term in numbers else field.units[:0]
            weight = math.log(1.0 + (self.size - len(units) + 0.5) / (len(units) + 0.5))
            whole += weight
            place = int(np.searchsorted(units, np.int32(unit)))
            held += weight if place < len(units) and units[place] == unit else 0.0
        return held / whole if whole else 1.0

    def vocabulary(self) -> Mapping[str, Mapping[str, int]]:
        """Return the number of each term, by field; read from the files each time.

        Raises:
            IndexDamagedError: one is unreadable.
        """
        return {name: self._vocabulary(name) for name in self._fields}

    def terms(self, field: str) -> Collection[str]:
        """Return every term of a field; read from its file each time.

        Raises:
            IndexDamagedError: it is unreadable.
        """
        return self._vocabulary(field).keys()

    def _vocabulary(self, field: str) -> dict[str, int]:
        try:
            return self._fields[field].terms.vocabulary()
        except (OSError, ValueError) as error:
            raise IndexDamagedError(f"lexical index {self._folder}: no readable vocabulary: {error}") from error

    def counts(self, field: str) -> Counts:
        """Return the counts that the index was computed from.

        Raises:
            IndexDamagedError: they are missing, or do not fit the index.
        """
        own = self._fields[field]
        try:
            counts = np.load(self._folder / field / _COUNTS)
        except (OSError, ValueError) as error:
            raise IndexDamagedError(f"lexical index {self._folder}: no readable counts: {error}") from error
        if counts.shape != own.units.shape:
            raise IndexDamagedError(f"lexical index {self._folder}: the counts do not fit the index")
        terms = np.repeat(np.arange(len(own.pointers) - 1, dtype=np.int32), np.diff(own.pointers))
        return Counts(terms, own.units, counts, self.size)


def _opened(folder: Path) -> tuple[_Field, int]:
    """Return the field in ``folder`` and the number of its units."""
    import bm25s

    index = bm25s.BM25.load(folder, mmap=True, load_vocab=False)
    # As plain arrays over the mapped memory: every access to a memmap object itself costs a microsecond more.
    pointers, units, scores = (np.asarray(index.scores[name]) for name in ("indptr", "indices", "data"))
    return _Field(TermTable(folder, folder / _VOCABULARY), pointers, units, scores), int(index.scores["num_docs"])


def _affordable(numbers: Mapping[str, int], field: _Field) -> list[str]:
    """Return the terms whose postings are summed, in the order of the question: all, or the rarest of them."""
    left = _MOST_POSTINGS
    taken: set[str] = set()
    for term in sorted(numbers, key=lambda term: field.spread(numbers[term])):
        left -= field.spread(numbers[term])
        if left < 0 and taken:
            break
        taken.add(term)
    return [term for term in numbers if term in taken]
