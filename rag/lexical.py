"""Lexical search: BM25 over words and over character bigrams, as two fields whose scores are added.

The edge to ``bm25s``. An index covers one kind of unit (chunks, or whole documents) in a fixed order; the
scores come back as one array in that order, so callers combine them with other arrays without look-ups.

BM25: Robertson & Zaragoza, "The Probabilistic Relevance Framework", 2009, in Lucene's variant.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import IndexDamagedError
from rag.ports import FloatArray
from rag.tokenizing import Terms

_FIELDS = ("words", "bigrams")


class _Vocabulary(dict[str, int]):
    def __missing__(self, term: str) -> int:
        number = len(self)
        self[term] = number
        return number


class LexicalWriter:
    """Collects the terms of units in order and writes an index. Terms are kept as numbers to save memory."""

    def __init__(self) -> None:
        self._vocabularies = {field: _Vocabulary() for field in _FIELDS}
        self._units: dict[str, list[list[int]]] = {field: [] for field in _FIELDS}

    def add(self, parts: Iterable[Terms]) -> None:
        """Append one unit made of the terms of all ``parts``."""
        parts = list(parts)
        for field in _FIELDS:
            vocabulary = self._vocabularies[field]
            self._units[field].append([vocabulary[term] for part in parts for term in getattr(part, field)])

    def save(self, folder: Path, k1: float, b: float) -> None:
        """Write the index into an existing folder and forget the collected units."""
        import bm25s

        for field in _FIELDS:
            vocabulary = dict(self._vocabularies[field])
            # bm25s cannot index a corpus without any token: the empty token makes one.
            vocabulary.setdefault("", len(vocabulary))
            units = [unit or [vocabulary[""]] for unit in self._units[field]]
            index = bm25s.BM25(k1=k1, b=b, method="lucene")
            index.index((units, vocabulary), show_progress=False)
            index.save(folder / field, show_progress=False)
            self._units[field] = []
            self._vocabularies[field] = _Vocabulary()


class LexicalIndex:
    """A saved index, memory-mapped; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the index in ``folder``.

        Raises:
            IndexDamagedError: a file is missing or unreadable.
        """
        import bm25s

        try:
            self._fields: dict[str, Any] = {
                field: bm25s.BM25.load(folder / field, mmap=True, load_vocab=True) for field in _FIELDS
            }
        except Exception as error:  # bm25s passes on whatever numpy, json or the file system raise
            raise IndexDamagedError(f"lexical index {folder} cannot be opened: {error}") from error
        self.size = int(self._fields["words"].scores["num_docs"])

    def field_scores(self, question: Terms) -> tuple[FloatArray, FloatArray]:
        """Return BM25 over words and over bigrams, each (n_units,) float32; 0 where no term is shared."""
        word_scores, bigram_scores = (self._one_field(field, getattr(question, field)) for field in _FIELDS)
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
