"""Which of two candidates must come first whatever their words say: the rules that no score may break.

- A document that another candidate replaces stands below its successor's best passage.
- A copy stands below the best passage of the text it is a copy of, and a reposted passage below the same passage of an
  official text.
- A passage of a place that was not asked about stands below the same passage of one that was.

Each rule lowers a score just as far as it must, and the part of the score that the rule is about shows by how much.
Where rules contradict each other, the place decides, then validity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.ports import FloatArray
from rag.scoring import Values

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

_GAP = 1e-6
_ROUNDS = 30
"""A chain of successors is settled in as many rounds as it has links; only a circle of links needs more than this."""
_SIMILAR = 0.7
"""Passages whose vectors are further apart are not read to compare them: the same passage with another place name in it
stays above 0.9."""
_ALIKE = 0.75
"""Dice overlap of two texts' distinct character bigrams from which they are the same passage. A place name that is
changed once in twenty characters leaves 0.85; two passages on one subject share less than half."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules are about, an entry for each candidate."""

    documents: Numbers
    place: Values
    """In −1..1: below 0 for a place not asked about, above 0 for one that was."""
    superseded_by: Numbers
    duplicate_of: Numbers
    """Document numbers; −1 for none."""
    official: Flags
    reposted: Flags
    region: Numbers
    """A number for each region; −1 where it is unknown."""
    vectors: FloatArray
    text: Callable[[int], str]
    """Returns the folded text of the n-th candidate."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """``low`` candidates must all stand below the best of ``high``; ``part`` of their score shows it."""

    part: str
    low: Numbers
    high: Numbers


def settle(parts: Mapping[str, Values], standing: Standing) -> Values:
    """Lower what stands too high, in ``parts`` themselves, and return the sums, (n_candidates,)."""
    scores: Values = np.sum(list(parts.values()), axis=0)
    passages = _SamePassages(standing)
    rules = _document_rules(standing)
    for _ in range(_ROUNDS):
        pairs = passages.out_of_order(scores)
        contradicted = {(int(standing.documents[h]), int(standing.documents[w])) for _, w, h in passages.by_place}
        fitting = [
            rule
            for rule in rules
            if (int(standing.documents[rule.low[0]]), int(standing.documents[rule.high[0]])) not in contradicted
        ]
        new = [_Rule(part, np.array([low]), np.array([high])) for part, low, high in pairs]
        if not sum(_apply(rule, scores, parts) for rule in [*new, *fitting]):
            break
    return scores


def _apply(rule: _Rule, scores: Values, parts: Mapping[str, Values]) -> bool:
    excess = float(scores[rule.low].max() - scores[rule.high].max()) + _GAP
    if excess <= _GAP / 2:
        return False
    scores[rule.low] -= excess
    parts[rule.part][rule.low] -= excess
    return True


def _document_rules(standing: Standing) -> list[_Rule]:
    """Return the rules that the links between documents make."""
    linked = np.flatnonzero((standing.superseded_by >= 0) | (standing.duplicate_of >= 0))
    rules: list[_Rule] = []
    known: set[tuple[int, int]] = set()
    for part, links in (("validity", standing.superseded_by), ("authority", standing.duplicate_of)):
        for document in dict.fromkeys(standing.documents[linked].tolist()):
            low = np.flatnonzero(standing.documents == document)
            other = int(links[low[0]])
            high = np.flatnonzero(standing.documents == other)
            if len(high) and (other, document) not in known:
                known.add((document, other))
                rules.append(_Rule(part, low, high))
    return rules


class _SamePassages:
    """Finds pairs of candidates that say the same and whose order matters."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._shingles: dict[int, frozenset[str]] = {}
        self._alike: dict[tuple[int, int], bool] = {}
        self.by_place: set[tuple[str, int, int]] = set()
        """The pairs that were found to be out of order because of their places."""
        place, region = standing.place, standing.region
        self._groups: list[tuple[str, Numbers, Numbers, Flags]] = []
        self._group("place", place < 0, place > 0, None)
        self._group("authority", standing.reposted, standing.official, region)

    def _group(self, part: str, low: Flags, high: Flags, region: Numbers | None) -> None:
        lows, highs = np.flatnonzero(low), np.flatnonzero(high)
        if not len(lows) or not len(highs):
            return
        vectors = self._standing.vectors
        worth = vectors[lows] @ vectors[highs].T >= _SIMILAR
        # Without a vector there is no telling, so the texts are compared.
        blank = ~np.any(vectors, axis=1)
        worth |= np.logical_or.outer(blank[lows], blank[highs])
        if region is not None:
            own, other = region[lows][:, None], region[highs][None, :]
            worth &= (own == other) | (own < 0) | (other < 0)
        self._groups.append((part, lows, highs, worth))

    def out_of_order(self, scores: Values) -> list[tuple[str, int, int]]:
        """Return (part, the one that is too high, the one that must stand above it)."""
        found: list[tuple[str, int, int]] = []
        for part, lows, highs, worth in self._groups:
            wrong = worth & (scores[lows][:, None] > scores[highs][None, :] - _GAP / 2)
            for n, m in zip(*np.nonzero(wrong), strict=True):
                low, high = int(lows[n]), int(highs[m])
                if self._are_alike(low, high) and ("place", high, low) not in self.by_place:
                    found.append((part, low, high))
        self.by_place.update(pair for pair in found if pair[0] == "place")
        return found

    def _are_alike(self, one: int, other: int) -> bool:
        known = self._alike.get((one, other))
        if known is None:
            a, b = self._shingles_of(one), self._shingles_of(other)
            known = self._alike[one, other] = 2 * len(a & b) >= _ALIKE * (len(a) + len(b)) > 0
        return known

    def _shingles_of(self, candidate: int) -> frozenset[str]:
        found = self._shingles.get(candidate)
        if found is None:
            text = "".join(self._standing.text(candidate).split())
            found = self._shingles[candidate] = frozenset(map("".join, pairwise(text)))
        return found
