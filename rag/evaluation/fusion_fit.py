"""Fit the weight of the cosine to an embedding model: try weights on one half of a set, confirm them on the other.

How much a cosine is worth beside BM25 differs from model to model, so that one model's weights may make another's
fusion worse than BM25 alone. Two numbers are chosen from a short list and judged by questions that had no say in the
choice; more would be learned from a set of usual size than it can teach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from statistics import fmean
from typing import Any

from rag.errors import UsageError
from rag.evaluation.comparison import randomisation_p
from rag.evaluation.judged import JudgedSet
from rag.evaluation.metrics import measured
from rag.evaluation.outcomes import RetrievalEvaluation
from rag.evaluation.retrieval import evaluate_retrieval
from rag.evaluation.stages import FINAL
from rag.generations import Generation
from rag.ports import Embedding, FloatArray
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import RetrievalSettings

LEAST_IN_A_HALF = 20
"""Questions below which one lucky one moves the mean by more than weights do."""
CHANCE = 0.05
"""A difference that chance alone makes less often than this is not taken for noise."""
_EQUAL = 1e-9

Progress = Callable[[str, int, int], None]
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


DENSE = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Each about twice the one before: the cosine has as much to say as BM25 at about 1, and 2 is the most that is allowed."""
UNCOVERED = (0.0, 4.0, 8.0, 16.0)
GRID = tuple(Weights(dense, uncovered) for dense in DENSE for uncovered in UNCOVERED)
_HEAVIEST = GRID[-1]
"""Tried first: the order by cosine alone can be read from no ranking under weights that leave the cosine out."""


class Verdict(StrEnum):
    """What came of a fit."""

    GAINS = "gains"
    """Better than the current weights on both halves."""
    CURRENT_IS_BEST = "current_is_best"
    NOT_CONFIRMED = "not_confirmed"
    """Better on the half that chose them, and not on the other."""
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
        gain = self.confirmed_on.ndcg(self.best) - self.confirmed_on.ndcg(self.current)
        return Verdict.GAINS if gain > _EQUAL else Verdict.NOT_CONFIRMED

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


def fit_fusion(
    generation: Generation,
    judged: JudgedSet,
    gazetteer: Gazetteer,
    embedding: Embedding,
    settings: RetrievalSettings,
    progress: Progress,
) -> FusionFit:
    """Try every weight of ``GRID`` and the current ones on the first, third, … question, and the best on the others.

    Raises:
        UsageError: a half would have fewer than ``LEAST_IN_A_HALF`` questions.
    """
    if len(judged.questions) < 2 * LEAST_IN_A_HALF:
        raise UsageError(
            f"{judged.name}: {len(judged.questions)} questions with an answer are too few to fit on one half and "
            f"confirm on the other; {2 * LEAST_IN_A_HALF} are the least"
        )
    halves = [replace(judged, questions=judged.questions[start::2]) for start in (0, 1)]
    current = Weights.of(settings)
    run = _Run(generation, gazetteer, _QueriesOnce(embedding), settings, progress)
    chosen_on = run.half(halves[0], [current, *GRID], still_to_ask=3 * len(halves[1].questions))
    best = _best(chosen_on, current)
    confirmed_on = run.half(halves[1], [current, *([best] if best else [])])
    return FusionFit(current, best, chosen_on, confirmed_on)


def _best(half: Half, current: Weights) -> Weights | None:
    """Return the weights with the best ranking among those that hold; of equal ones the current, then the smallest."""
    held = [weights for weights, tried in half.tried.items() if tried.holds]
    return min(held, key=lambda each: (-round(half.ndcg(each), 9), each != current, each), default=None)


@dataclass(slots=True)
class _Run:
    """The parts that every ranking needs."""

    generation: Generation
    gazetteer: Gazetteer
    embedding: Embedding
    settings: RetrievalSettings
    progress: Progress
    asked: int = 0

    def half(self, judged: JudgedSet, weights: Sequence[Weights], still_to_ask: int = 0) -> Half:
        every = sorted({*weights, _HEAVIEST}, reverse=True)
        total = self.asked + len(every) * len(judged.questions) + still_to_ask
        bm25: Gains = ()
        dense: Gains = ()
        tried: dict[Weights, Tried] = {}
        for each in every:
            evaluation = self.evaluation(judged, each, total)
            if not tried:
                bm25, dense = _gains(evaluation, "bm25"), _gains(evaluation, "dense")
            fused = _gains(evaluation, "fused")
            tried[each] = Tried(fused, _gains(evaluation, FINAL), _holds(fused, max(bm25, dense, key=fmean)))
        return Half(bm25, dense, tried)

    def evaluation(self, judged: JudgedSet, weights: Weights, total: int) -> RetrievalEvaluation:
        settings = self.settings.model_copy(update=weights.settings)
        retriever = HybridRetriever(self.generation, self.embedding, self.gazetteer, settings)
        before = self.asked

        def told(stage: str, done: int, _: int) -> None:
            self.asked = before + done
            self.progress(stage, self.asked, total)

        return evaluate_retrieval(retriever, self.generation.library, judged, self.gazetteer, told)


def _holds(fused: Gains, better: Gains) -> bool:
    return fmean(fused) >= fmean(better) - _EQUAL or randomisation_p(better, fused) >= CHANCE


def _gains(evaluation: RetrievalEvaluation, stage: str) -> Gains:
    rankings = [outcome.judged(evaluation.level, stage) for outcome in evaluation.outcomes]
    return tuple(figures["ndcg@10"] for figures in measured(rankings, ["ndcg@10"]))


@dataclass(frozen=True, slots=True)
class _QueriesOnce:
    """An embedding model that is asked for each query only once: a large one takes longer than all the ranking."""

    model: Embedding
    vectors: dict[str, FloatArray] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Name the model."""
        return self.model.fingerprint

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self.model.dimension

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return what the model returns."""
        return self.model.embed_passages(texts)

    def embed_query(self, text: str) -> FloatArray:
        """Return the vector of a query, from before if it was asked for before."""
        if text not in self.vectors:
            self.vectors[text] = self.model.embed_query(text)
        return self.vectors[text]
