"""Find the number of a term without holding millions of strings in memory.

Beside an index lie the digests of its terms, sorted, and their numbers, both memory-mapped. Opening them costs nothing;
the vocabulary itself is read only when the next generation is built from this one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_DIGESTS, _NUMBERS = "term_digests.npy", "term_numbers.npy"
_BYTES = 8
"""Among five million terms two share a digest of 64 bits once in a million indexes."""


def write_terms(folder: Path, vocabulary: Mapping[str, int]) -> None:
    """Write the table of a vocabulary into the folder of its index."""
    digests = _digests(list(vocabulary))
    order = np.argsort(digests)
    np.save(folder / _DIGESTS, digests[order])
    np.save(folder / _NUMBERS, np.fromiter(vocabulary.values(), dtype=np.int32, count=len(vocabulary))[order])


def _digests(terms: Sequence[str]) -> NDArray[np.uint64]:
    whole = b"".join(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest() for term in terms)
    return np.frombuffer(whole, dtype="<u8")


class TermTable:
    """The numbers of an index's terms. Safe to use from several threads."""

    def __init__(self, folder: Path, vocabulary: Path) -> None:
        """Open the table in ``folder``; an index of an earlier version has only the ``vocabulary``, a JSON file.

        Raises:
            OSError, ValueError: a file is missing or unreadable, or the two do not belong together.
        """
        self._vocabulary = vocabulary
        self._known: Mapping[str, int] | None = None
        if (folder / _DIGESTS).is_file():
            self._digests = np.asarray(np.load(folder / _DIGESTS, mmap_mode="r"))
            self._numbers = np.asarray(np.load(folder / _NUMBERS, mmap_mode="r"))
            if self._digests.shape != self._numbers.shape or not vocabulary.is_file():
                raise ValueError("the terms do not fit their numbers")
        else:
            self._known = self.vocabulary()

    def numbers(self, terms: Sequence[str]) -> dict[str, int]:
        """Return the number of each term that the index has."""
        if self._known is not None:
            return {term: self._known[term] for term in terms if term in self._known}
        if not terms or not len(self._digests):
            return {}
        digests = _digests(terms)
        places = np.minimum(np.searchsorted(self._digests, digests), len(self._digests) - 1)
        there = self._digests[places] == digests
        found = zip(terms, self._numbers[places].tolist(), there.tolist(), strict=True)
        return {term: number for term, number, known in found if known}

    def vocabulary(self) -> dict[str, int]:
        """Return the number of every term, read from the file.

        Raises:
            OSError, ValueError: it cannot be read.
        """
        known: dict[str, int] = json.loads(self._vocabulary.read_text(encoding="utf-8"))
        return known
