"""Weigh the terms of a question by how rare they are in a collection, the rarest possible one counting 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.lexicon import TermCounts


@dataclass(frozen=True, slots=True)
class TermWeights:
    """Distinct terms with their weights, each in 0..1; the shares below are of their sum."""

    weights: Mapping[str, float]
    total: float
    unknown: float
    """Share of the terms that the collection does not have."""

    @classmethod
    def of(cls, terms: Sequence[str], field: str, counts: TermCounts) -> TermWeights:
        """Weigh folded terms by their idf in a field (``words`` or ``bigrams``), as a share of the highest there is."""
        distinct = list(dict.fromkeys(terms))
        spread = counts.spreads(distinct, field)
        highest = _idf(counts.size, 0)
        weights = {term: _idf(counts.size, spread.get(term, 0)) / highest for term in distinct}
        total = math.fsum(weights.values()) or 1.0
        return cls(weights, total, math.fsum(weight for term, weight in weights.items() if term not in spread) / total)

    def share(self, text: str) -> float:
        """Return the share of the terms that a folded text has; 0 where there are no terms."""
        return math.fsum([weight for term, weight in self.weights.items() if term in text]) / self.total

    def heaviest_missing(self, text: str) -> float:
        """Return the weight of the heaviest term that a folded text lacks, 0 where it has them all."""
        return max((weight for term, weight in self.weights.items() if term not in text), default=0.0)

    def apart(self, texts: Sequence[str]) -> float:
        """Return the first text's share of the terms where each counts less the more of the other texts have it.

        It is 1 where every text has every term: nothing is left to tell them apart.
        """
        others = texts[1:]
        held = whole = 0.0
        for term, weight in self.weights.items():
            rare = weight * (1.0 - sum(term in other for other in others) / len(others)) if others else weight
            whole += rare
            held += rare if term in texts[0] else 0.0
        return held / whole if whole > 1e-9 else 1.0

    def nowhere(self, texts: Sequence[str]) -> float:
        """Return the share of the terms that none of the texts has."""
        missing = [weight for term, weight in self.weights.items() if not any(term in text for text in texts)]
        return math.fsum(missing) / self.total


def _idf(size: int, spread: int) -> float:
    return math.log(1.0 + (size - spread + 0.5) / (spread + 0.5))
