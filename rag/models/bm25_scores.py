"""BM25 over lists of terms held in memory, as hard negatives and the comparison of methods need it.

The formula is the one of ``rag.lexical`` (Robertson & Zaragoza 2009, Lucene's variant), with the same constants; there
an index lies on disk and is searched, here every passage of a small set gets its score.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.models.token_lists import IntArray, TokenLists, number_terms
from rag.ports import FloatArray
from rag.tokenizing import Terms, terms

K1 = B = 0.6


class Bm25Scores:
    """Scores the passages it was made of: the sum of BM25 over words and BM25 over character bigrams."""

    def __init__(self, passages: Sequence[str]) -> None:
        """Read the passages."""
        cut = [terms(passage) for passage in passages]
        self._fields = [_Field([text.words for text in cut]), _Field([text.bigrams for text in cut])]

    def scores(self, question: str) -> FloatArray:
        """Return the score of each passage, (n_passages,) float32."""
        cut: Terms = terms(question)
        total: FloatArray = self._fields[0].scores(cut.words) + self._fields[1].scores(cut.bigrams)
        return total


class _Field:
    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        self._numbers: dict[str, int] = {}
        lists: TokenLists = number_terms(texts, self._numbers)
        self._size = len(lists)
        lengths = np.diff(lists.starts)
        owners = np.repeat(np.arange(self._size), lengths)
        pairs, counts = np.unique(lists.ids * self._size + owners, return_counts=True)
        found_in: IntArray = np.bincount(pairs // self._size, minlength=len(self._numbers))
        self._owners = pairs % self._size
        self._bounds = np.concatenate([[0], np.cumsum(found_in)])
        idf = np.log(1 + (self._size - found_in + 0.5) / (found_in + 0.5))
        norms = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9))
        self._parts = (idf[pairs // self._size] * counts / (counts + norms[self._owners])).astype(np.float32)

    def scores(self, question: Sequence[str]) -> FloatArray:
        total = np.zeros(self._size, dtype=np.float32)
        for term in question:
            number = self._numbers.get(term)
            if number is not None:
                places = slice(self._bounds[number], self._bounds[number + 1])
                total[self._owners[places]] += self._parts[places]
        return total
