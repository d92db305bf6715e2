"""What a fit of the weight of the cosine found: the weights, what they gave on each half, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Any

from rag.evaluation.comparison import randomisation_p
from rag.settings import RetrievalSettings

EQUAL = 1e-9
"""Sums in another order differ in the last digits; a smaller difference of means is none."""

Gains = tuple[float, ...]
"""nDCG@10 of each question of a half, in the questions' order."""


@dataclass(frozen=True, slots=True, order=True)
class Weights:
    """The two settings that are fitted."""

    dense: float
    uncovered: float

    @classmethod
    def of(cls, settings: RetrievalSettings) -> Weights:
        """Return the weights that are set."""
        return cls(settings.dense_weight, settings.uncovered_weight)

    @property
    def settings(self) -> dict[str, float]:
        """The weights by the names of the settings in the section ``retrieval``."""
        return {"dense_weight": self.dense, "uncovered_weight": self.uncovered}


class Verdict(StrEnum):
    """What came of a fit."""

    GAINS = "gains"
    """Better than the current weights on both halves."""
    CURRENT_IS_BEST = "current_is_best"
    NOT_CONFIRMED = "not_confirmed"
    """Not better on both halves."""
    FUSION_FALLS = "fusion_falls"
    """On the other half words and vectors together fall below the better of the two."""
    FUSION_ALWAYS_FALLS = "fusion_always_falls"
    """Under none of the weights they keep up with the better of the two."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What some weights made of a half: words and vectors alone, and the whole ranking."""

    fused: Gains
    final: Gains
    holds: bool
    """Whether fusion is not worse than the better of BM25 and the cosine, but for what may be noise."""


@dataclass(frozen=True, slots=True)
class Half:
    """One half of the questions under all weights that were tried on it."""

    bm25: Gains
    dense: Gains
    tried: Mapping[Weights, Tried]

    def ndcg(self, weights: Weights) -> float:
        """Return the mean nDCG@10 of the whole ranking."""
        return fmean(self.tried[weights].final)

    def to_json(self) -> dict[str, Any]:
        """Return the means."""
        return {
            "questions": len(self.bm25),
            "bm25": round(fmean(self.bm25), 4),
            "dense": round(fmean(self.dense), 4),
            "tried": [self.figures(weights) for weights in sorted(self.tried)],
        }

    def figures(self, weights: Weights) -> dict[str, Any]:
        """Return the means of some weights."""
        return {
            **weights.settings,
            "fused": round(fmean(self.tried[weights].fused), 4),
            "ndcg@10": round(self.ndcg(weights), 4),
            "holds": self.tried[weights].holds,
        }


@dataclass(frozen=True, slots=True)
class FusionFit:
    """The weights that one half chose and what the other half says of them."""

    current: Weights
    best: Weights | None
    """None where fusion keeps up with its better half under none of the weights."""
    chosen_on: Half
    confirmed_on: Half

    @property
    def verdict(self) -> Verdict:
        """What came of it; only ``GAINS`` is a recommendation."""
        if self.best is None:
            return Verdict.FUSION_ALWAYS_FALLS
        if self.best == self.current:
            return Verdict.CURRENT_IS_BEST
        if not self.confirmed_on.tried[self.best].holds:
            return Verdict.FUSION_FALLS
        halves = (self.chosen_on, self.confirmed_on)
        gains = [half.ndcg(self.best) - half.ndcg(self.current) > EQUAL for half in halves]
        return Verdict.GAINS if all(gains) else Verdict.NOT_CONFIRMED

    @property
    def p_value(self) -> float | None:
        """How often chance alone would change the other half as much; the half that chose cannot tell."""
        if self.best is None:
            return None
        tried = self.confirmed_on.tried
        return randomisation_p(tried[self.current].final, tried[self.best].final)

    def to_json(self) -> dict[str, Any]:
        """Return what ``models fit --json`` prints of it."""
        p_value = self.p_value
        return {
            "current": self.current.settings,
            "fitted": self.best.settings if self.best else None,
            "chosen_on": self._half(self.chosen_on),
            "confirmed_on": self._half(self.confirmed_on),
            "p_value": None if p_value is None else round(p_value, 4),
            "verdict": self.verdict.value,
            "recommended": self.verdict is Verdict.GAINS,
        }

    def _half(self, half: Half) -> dict[str, Any]:
        fitted = half.figures(self.best) if self.best else None
        return {**half.to_json(), "current": half.figures(self.current), "fitted": fitted}
