"""Find documents that are copies of one another: the same notice as PDF and DOCX, a repost, three words changed.

MinHash (Broder, 1997) with locality-sensitive hashing proposes pairs; every pair is then measured on the texts
themselves and held to what is known of the two documents: the same words about another place, under another number,
for another year are no copy, however alike they read.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, reduce

import numpy as np
from numpy.typing import NDArray

from ingest.copy_rules import are_other_texts, named_alike, preference, title_key
from ingest.metadata_successors import normal_number
from rag.domain import Document
from rag.folding import codes_of, fold

_RUN = 4
"""Characters of a shingle. A changed word of two touches five shingles, so a notice of 150 characters keeps a similarity
of 0.8 with three words changed; unrelated official texts share less than a tenth of theirs."""
_PERMUTATIONS = 64
"""The standard error of an estimated similarity is 0.05 at 0.8; a signature has 260 bytes."""
_SEED = 1
_AT_ONCE = 4096
"""Shingles hashed together: 64 permutations of them are 1 MB, where a whole statute book would be gigabytes."""
_SLACK = 0.15
"""Three standard errors: a pair whose estimate lies further below what is asked for is not measured."""
_RECALL = 0.999
_CONTAINED = 0.9
"""Share of the shorter text that must stand in the longer one, where names or numbers say it is a part of it."""
_SHORTEST_PART = 300
"""Shingles of a text that can count as a part of another one."""
_SHORTEST_ALONE = 60
"""Shingles from which a text is known by its words; a shorter one ("see the attachment") must be named alike as well."""
_KEPT_SETS = 512
_COUNTED, _NOT_COUNTED = 1, 2
_PRIME = np.uint64(0x9E3779B97F4A7C15)

Shingles = NDArray[np.uint64]


def shingles(text: str) -> Shingles:
    """Return the distinct hashes, ascending, of all runs of four characters; empty for a text of fewer.

    Script, width, capitals, white space and punctuation do not count. 64-bit hashes stand for the runs: in a corpus of
    10⁹ runs they are as good as exact.
    """
    codes = _counted(codes_of(fold(text))).astype(np.uint64)
    if len(codes) < _RUN:
        return np.empty(0, dtype=np.uint64)
    runs = np.zeros(len(codes) - _RUN + 1, dtype=np.uint64)
    for offset in range(_RUN):
        runs ^= codes[offset : offset + len(runs)]
        runs *= _PRIME
        runs ^= runs >> np.uint64(29)
    runs.sort()  # `np.unique` would make a hash table first, which takes ten times as long
    return runs[np.concatenate(([True], runs[1:] != runs[:-1]))]


@cache
def _known_kinds() -> NDArray[np.uint8]:
    """Return the kind of every code point met so far, 0 for the others; filled in as texts are read."""
    return np.zeros(sys.maxunicode + 1, dtype=np.uint8)


def _counted(codes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the code points that count: letters, characters and digits."""
    known = _known_kinds()
    kinds = known[codes]
    if not kinds.all():
        for code in np.unique(codes[kinds == 0]).tolist():
            known[code] = _COUNTED if chr(code).isalnum() else _NOT_COUNTED
        kinds = known[codes]
    counted: NDArray[np.uint32] = codes[kinds == _COUNTED]
    return counted


@cache
def _permutations() -> NDArray[np.uint32]:
    """Return the multipliers and summands of the permutations, (2, 64), as `MinHash` draws them."""
    from datasketch import MinHash

    return np.asarray(MinHash(_PERMUTATIONS, seed=_SEED, scheme="affine32").permutations, dtype=np.uint32)


def _minima(hashes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the minima of the permuted hashes, (64,), the same that datasketch's ``MinHash`` of scheme affine32 finds.

    It takes hashes one by one as Python numbers, which costs more than the arithmetic.
    """
    mixed = hashes ^ (hashes >> np.uint32(16))  # the finalizer of MurmurHash3 (A. Appleby, public domain)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    multipliers, summands = _permutations()
    permuted = multipliers[:, None] * mixed
    permuted += summands[:, None]
    minima: NDArray[np.uint32] = permuted.min(axis=1)
    return minima


def signature(text: str) -> bytes:
    """Return a text's signature: the number of its shingles and 64 minima, little-endian uint32; 260 bytes.

    It is the same in every process and run. A text of fewer than four letters or characters has none: ``b""``.
    """
    found = shingles(text)
    if not len(found):
        return b""
    hashes = (found >> np.uint64(32)).astype(np.uint32)
    parts = (_minima(hashes[start : start + _AT_ONCE]) for start in range(0, len(hashes), _AT_ONCE))
    return np.concatenate(([len(found)], reduce(np.minimum, parts))).astype("<u4").tobytes()


@dataclass(frozen=True, slots=True)
class _Sketches:
    """Signatures side by side: (n,) counts of shingles and (n, 64) minima, uint32."""

    counts: NDArray[np.uint32]
    minima: NDArray[np.uint32]

    def similarity(self, one: int, other: int) -> float:
        """Estimate the Jaccard similarity of two texts."""
        return float(np.count_nonzero(self.minima[one] == self.minima[other])) / _PERMUTATIONS

    def containment(self, one: int, other: int) -> float:
        """Estimate the share of the shorter text's shingles that the longer one has."""
        alike = self.similarity(one, other)
        both = alike / (1.0 + alike) * (float(self.counts[one]) + float(self.counts[other]))
        return both / float(min(self.counts[one], self.counts[other]))


def link_duplicates(documents: Sequence[Document], signatures: Mapping[str, bytes], threshold: float) -> list[Document]:
    """Set ``duplicate_of`` of each near-duplicate to the source of the copy that is preferred; order is kept.

    ``signatures`` maps document ids to what :func:`signature` returned; one that is missing is made here. Two documents
    are copies if their texts have at least ``threshold`` of their shingles in common (Jaccard, 0..1), or nine tenths of
    the shorter one stand in the longer one of the same name or number. A copy always points at a document that it was
    itself compared with and that points at none: official before unknown before media before repost, then what is not
    superseded, then the fuller text, then the newer, then by source. Earlier links are taken back first, so the result
    depends on the arguments only.
    """
    fresh = [replace(item, duplicate_of=None) if item.duplicate_of is not None else item for item in documents]
    usable = [n for n, item in enumerate(fresh) if _signed(item, signatures)]
    if len(usable) < 2:
        return fresh
    ranked = sorted(usable, key=lambda n: preference(fresh[n]))
    finder = _CopyFinder([fresh[n] for n in ranked], [_signed(fresh[n], signatures) for n in ranked], threshold)
    for copy, preferred in finder.links():
        fresh[ranked[copy]] = replace(fresh[ranked[copy]], duplicate_of=fresh[ranked[preferred]].source)
    return fresh


def _signed(document: Document, signatures: Mapping[str, bytes]) -> bytes:
    known = signatures.get(document.document_id, b"")
    return known if len(known) == 4 * (_PERMUTATIONS + 1) else signature(document.text)


class _CopyFinder:
    """Compares documents that are given in order of preference."""

    def __init__(self, documents: Sequence[Document], signatures: Sequence[bytes], threshold: float) -> None:
        self._documents = documents
        self._threshold = threshold
        table = np.frombuffer(b"".join(signatures), dtype="<u4").reshape(len(signatures), _PERMUTATIONS + 1)
        self._sketches = _Sketches(table[:, 0], table[:, 1:])
        self._shingles = lru_cache(maxsize=_KEPT_SETS)(lambda n: shingles(documents[n].text))
        self._titles = [title_key(document.title) for document in documents]
        self._named: dict[str, list[int]] = defaultdict(list)
        for n, document in enumerate(documents):
            for name in {self._titles[n], fold(normal_number(document.document_number or ""))} - {""}:
                self._named[name].append(n)

    def links(self) -> Iterator[tuple[int, int]]:
        """Yield each copy with the one preferred to it."""
        candidates = self._candidates()
        settled: set[int] = set()
        for preferred, others in enumerate(candidates):
            if preferred in settled:
                continue
            for other in sorted(others):
                if other > preferred and other not in settled and self._are_copies(preferred, other):
                    settled.add(other)
                    yield other, preferred

    def _candidates(self) -> list[set[int]]:
        """Return for each document the others worth comparing: alike by signature, or named alike."""
        from datasketch import LeanMinHash, MinHashLSH

        rows = _rows_per_band(self._threshold)
        index = MinHashLSH(num_perm=_PERMUTATIONS, params=(_PERMUTATIONS // rows, rows))
        sketches = [LeanMinHash(seed=_SEED, hashvalues=row, scheme="affine32") for row in self._sketches.minima]
        for n, sketch in enumerate(sketches):
            index.insert(n, sketch, check_duplication=False)
        found = [set(index.query(sketch)) for sketch in sketches]
        for group in self._named.values():
            for n in group:
                found[n].update(group)
        return found

    def _are_copies(self, one: int, other: int) -> bool:
        first, second = self._documents[one], self._documents[other]
        if first.region is not None and second.region is not None and first.region != second.region:
            return False
        same_name = named_alike(first, second)
        shorter = min(self._sketches.counts[one], self._sketches.counts[other])
        if shorter < _SHORTEST_ALONE and not same_name:
            return False
        part = same_name and shorter >= _SHORTEST_PART
        alike = self._sketches.similarity(one, other) >= self._threshold - _SLACK
        contained = part and self._sketches.containment(one, other) >= _CONTAINED - 2 * _SLACK
        if not (alike or contained) or not self._measured(one, other, part):
            return False
        return not are_other_texts(first, second)

    def _measured(self, one: int, other: int, part: bool) -> bool:
        a, b = self._shingles(one), self._shingles(other)
        both = len(np.intersect1d(a, b, assume_unique=True))
        return both >= self._threshold * (len(a) + len(b) - both) or (part and both >= _CONTAINED * min(len(a), len(b)))


def _rows_per_band(threshold: float) -> int:
    """Return the most rows of a band with which a pair at the threshold is still found 999 times of 1,000."""
    return next(
        (
            rows
            for rows in range(_PERMUTATIONS, 1, -1)
            if 1.0 - (1.0 - threshold**rows) ** (_PERMUTATIONS // rows) >= _RECALL
        ),
        1,
    )
