"""Fit the weight of the cosine to an embedding model: try weights on one half of a set, confirm them on the other.

How much a cosine is worth beside BM25 differs from model to model, so that one model's weights may make another's
fusion worse than BM25 alone. Two numbers are chosen from a short list and judged by questions that had no say in the
choice; more would be learned from a set of usual size than it can teach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from rag.errors import UsageError
from rag.evaluation.comparison import randomisation_p
from rag.evaluation.fusion_outcome import EQUAL, FusionFit, Gains, Half, Tried, Weights
from rag.evaluation.judged import JudgedSet
from rag.evaluation.metrics import measured
from rag.evaluation.outcomes import RetrievalEvaluation
from rag.evaluation.retrieval import evaluate_retrieval
from rag.evaluation.stages import FINAL, STAGES
from rag.generations import Generation
from rag.ports import Embedding, FloatArray
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import RetrievalSettings

LEAST_IN_A_HALF = 20
"""Questions below which one lucky one moves the mean by more than weights do."""
CHANCE = 0.05
"""A difference that chance alone makes less often than this is not taken for noise."""

Progress = Callable[[str, int, int], None]

DENSE = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
"""Each about twice the one before: the cosine has as much to say as BM25 at about 1, and 2 is the most that is allowed."""
UNCOVERED = (0.0, 4.0, 8.0, 16.0)
GRID = tuple(Weights(dense, uncovered) for dense in DENSE for uncovered in UNCOVERED)
_WITHOUT_VECTORS, _HEAVIEST = GRID[0], GRID[-1]
"""Where BM25 alone and the cosine alone are read: equal scores of a stage stand as the whole ranking has them, so that
under heavy weights the vectors would settle the ties of BM25, and without weight the cosine says nothing."""


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
    chosen_on = run.half(halves[0], [current, *GRID], still_to_ask=4 * len(halves[1].questions))
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
        every = list(dict.fromkeys([*weights, _WITHOUT_VECTORS, _HEAVIEST]))
        total = self.asked + len(every) * len(judged.questions) + still_to_ask
        gains = {each: self.gains(judged, each, total) for each in every}
        bm25, dense = gains[_WITHOUT_VECTORS]["bm25"], gains[_HEAVIEST]["dense"]
        better = max(bm25, dense, key=fmean)
        tried = {
            each: Tried(stages["fused"], stages[FINAL], _holds(stages["fused"], better))
            for each, stages in gains.items()
        }
        return Half(bm25, dense, tried)

    def gains(self, judged: JudgedSet, weights: Weights, total: int) -> dict[str, Gains]:
        settings = self.settings.model_copy(update=weights.settings)
        retriever = HybridRetriever(self.generation, self.embedding, self.gazetteer, settings)
        before = self.asked

        def told(stage: str, done: int, _: int) -> None:
            self.asked = before + done
            self.progress(stage, self.asked, total)

        evaluation = evaluate_retrieval(retriever, self.generation.library, judged, self.gazetteer, told)
        return {stage: _gains(evaluation, stage) for stage in STAGES}


def _holds(fused: Gains, better: Gains) -> bool:
    return fmean(fused) >= fmean(better) - EQUAL or randomisation_p(better, fused) >= CHANCE


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
