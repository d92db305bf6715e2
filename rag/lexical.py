"""Lexical search: BM25 over words and over character bigrams, as two fields whose scores are added.

The edge to ``bm25s``. An index covers one kind of unit (chunks, or whole documents) in a fixed order; the
scores come back as one array in that order, so callers combine them with other arrays without look-ups.

BM25: Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009, in Lucene's variant. The matrix of scores is
computed here from counts, since bm25s does it unit by unit in Python (15 s for 38,000 chunks, here 1 s); bm25s keeps,
opens and asks it. The counts are kept beside it, so that the next generation need not read unchanged texts again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexDamagedError
from rag.ports import FloatArray
from rag.term_counts import FIELDS, Counts, Numbers, Vocabularies, count_units, merged, without_unused
from rag.tokenizing import Terms

_COUNTS = "counts.npy"


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


class LexicalIndex:
    """A saved index, memory-mapped; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``.

        Raises:
            IndexDamagedError: a file is missing or unreadable.
        """
        import bm25s

        self._folder = folder
        try:
            self._fields: dict[str, Any] = {
                field: bm25s.BM25.load(folder / field, mmap=True, load_vocab=True) for field in FIELDS
            }
        except Exception as error:  # bm25s passes on whatever numpy, json or the file system raise
            raise IndexDamagedError(f"lexical index {folder} cannot be opened: {error}") from error
        self.size = int(self._fields["words"].scores["num_docs"])

    def field_scores(self, question: Terms) -> tuple[FloatArray, FloatArray]:
        """Return BM25 over words and over bigrams, each (n_units,) float32; 0 where no term is shared."""
        word_scores, bigram_scores = (self._one_field(field, getattr(question, field)) for field in FIELDS)
        return word_scores, bigram_scores

    def _one_field(self, field: str, question: tuple[str, ...]) -> FloatArray:
        index = self._fields[field]
        # An unknown token raises inside bm25s, and an empty query fails: keep the known ones only.
        known = [index.vocab_dict[term] for term in question if term in index.vocab_dict]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        return np.asarray(index.get_scores_from_ids(known), dtype=np.float32)

    def idf(self, word: str) -> float:
        """Return how rare a word is: ln(1 + (N - n + 0.5) / (n + 0.5)), the idf of BM25 itself."""
        index = self._fields["words"]
        number = index.vocab_dict.get(word)
        pointers = index.scores["indptr"]
        units = int(pointers[number + 1] - pointers[number]) if number is not None else 0
        return math.log(1.0 + (self.size - units + 0.5) / (units + 0.5))

    def vocabulary(self) -> Mapping[str, Mapping[str, int]]:
        """Return the number of each term, by field."""
        return {field: self._fields[field].vocab_dict for field in FIELDS}

    def counts(self, field: str) -> Counts:
        """Return the counts that the index was computed from.

        Raises:
            IndexDamagedError: they are missing, or do not fit the index.
        """
        scores = self._fields[field].scores
        try:
            counts = np.load(self._folder / field / _COUNTS)
        except (OSError, ValueError) as error:
            raise IndexDamagedError(f"lexical index {self._folder}: no readable counts: {error}") from error
        if counts.shape != scores["indices"].shape:
            raise IndexDamagedError(f"lexical index {self._folder}: the counts do not fit the index")
        pointers = np.asarray(scores["indptr"])
        terms = np.repeat(np.arange(len(pointers) - 1, dtype=np.int32), np.diff(pointers))
        return Counts(terms, np.asarray(scores["indices"]), counts, self.size)
