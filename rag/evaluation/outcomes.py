"""What came of each question of a set, and the figures that follow from all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rag.evaluation.judged import JudgedQuestion, JudgedSet
from rag.evaluation.metrics import SUMMARY, Judged, first_rank, measured, median_rank, percentile, summary
from rag.evaluation.stages import FINAL, STAGES, passage_name


class Level(StrEnum):
    """What is ranked and judged."""

    DOCUMENTS = "documents"
    PASSAGES = "passages"


@dataclass(frozen=True, slots=True)
class SeenHit:
    """A hit as people are shown it. Ranks count from 1; ``score`` is the sum of ``parts``."""

    rank: int
    source: str
    title: str
    section: tuple[str, ...]
    place: str | None
    text: str
    score: float
    parts: Mapping[str, float]
    right: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """A document or passage that answers a question; ``hit`` is None where no candidate brought it."""

    source: str
    title: str
    text: str
    grade: int
    hit: SeenHit | None


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """One question with its rankings by level and stage, best first."""

    asked: JudgedQuestion
    read_as: str
    """The question as it was searched: a follow-up is completed from the questions before it."""
    rankings: Mapping[Level, Mapping[str, Sequence[str]]]
    first: tuple[SeenHit, ...]
    """The hits that stand first."""
    expected: tuple[Expected, ...]
    right_place: bool | None
    """Whether the first hit's document is of the place whose rule answers; None where no place is asked about."""
    latency_ms: float

    def grades(self, level: Level) -> dict[str, int]:
        """Return the grades of the relevant items under the names that the rankings use."""
        if level is Level.DOCUMENTS:
            return dict(self.asked.documents)
        return {passage_name(span): span.grade for span in self.asked.passages}

    def judged(self, level: Level, stage: str) -> Judged:
        """Return one ranking with the grades that it is judged by."""
        return self.rankings[level][stage], self.grades(level)

    def rank(self, level: Level, stage: str = FINAL) -> int | None:
        """Return the rank of the first relevant item, or None where none is among the first hundred."""
        return first_rank(*self.judged(level, stage))


@dataclass(frozen=True, slots=True)
class RetrievalEvaluation:
    """The outcomes of one run over a set."""

    judged: JudgedSet
    outcomes: tuple[QuestionOutcome, ...]

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels that are judged, the one that counts first."""
        return (Level.PASSAGES, Level.DOCUMENTS) if self.judged.by_passage else (Level.DOCUMENTS,)

    @property
    def level(self) -> Level:
        """The level whose figures are the run's figures."""
        return self.levels[0]

    @property
    def rankings(self) -> dict[str, list[str]]:
        """The whole ranking of each question, at the level that counts."""
        return {o.asked.question_id: list(o.rankings[self.level][FINAL]) for o in self.outcomes}

    @property
    def by_stage(self) -> dict[str, dict[str, float | None]]:
        """The figures of each stage at the level that counts."""
        return self.stage_figures(self.level)

    @property
    def latency_ms(self) -> dict[str, float]:
        """Milliseconds from the question to its first ten hits: half, 95 and 99 of 100 questions took no longer."""
        times = [outcome.latency_ms for outcome in self.outcomes]
        return {name: percentile(times, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}

    def stage_figures(self, level: Level) -> dict[str, dict[str, float | None]]:
        """Return the figures of each stage."""
        return {stage: _figures(self.outcomes, level, stage) for stage in STAGES}

    def place_share(self, outcomes: Iterable[QuestionOutcome] | None = None) -> tuple[float | None, int]:
        """Return the share of questions about a place whose first hit is of the right one, and their number."""
        judged = [o.right_place for o in (self.outcomes if outcomes is None else outcomes) if o.right_place is not None]
        return (sum(judged) / len(judged) if judged else None), len(judged)

    def by_kind(self) -> dict[str, dict[str, Any]]:
        """Return the figures of each kind of question; empty where the set names no kinds."""
        kinds: dict[str, list[QuestionOutcome]] = {}
        for outcome in self.outcomes:
            if outcome.asked.kind is not None:
                kinds.setdefault(outcome.asked.kind, []).append(outcome)
        found: dict[str, dict[str, Any]] = {}
        for kind in sorted(kinds):
            share, about_a_place = self.place_share(kinds[kind])
            found[kind] = {
                "queries": len(kinds[kind]),
                **_figures(kinds[kind], self.level, FINAL),
                "right_place_first": share,
                "place_questions": about_a_place,
            }
        return found

    def question_record(self) -> dict[str, dict[str, Any]]:
        """Return what the history keeps of each question, by its id."""
        gains = measured([outcome.judged(self.level, FINAL) for outcome in self.outcomes], ["ndcg@10"])
        return {
            outcome.asked.question_id: {
                "question": outcome.asked.question.text,
                "rank": outcome.rank(self.level),
                "ndcg@10": round(gain["ndcg@10"], 6),
                "stages": {stage: outcome.rank(self.level, stage) for stage in STAGES},
            }
            for outcome, gain in zip(self.outcomes, gains, strict=True)
        }

    def to_json(self, documents: int, chunks: int, build_s: float) -> dict[str, Any]:
        """Return what ``evaluate retrieval --json`` prints."""
        by_stage = self.by_stage
        values: dict[str, Any] = {
            "set": self.judged.name,
            "queries": len(self.outcomes),
            "documents": documents,
            "chunks": chunks,
            "judged_by": self.level.value,
            **by_stage[FINAL],
            "build_s": round(build_s, 1),
            "latency_ms": self.latency_ms,
            "by_stage": by_stage,
        }
        if self.judged.by_passage:
            share, about_a_place = self.place_share()
            values |= {
                "by_document": self.stage_figures(Level.DOCUMENTS),
                "right_place_first": share,
                "place_questions": about_a_place,
                "by_kind": self.by_kind(),
                "unanswerable": self.judged.unanswerable,
                "missing": list(self.judged.missing),
            }
        return {name: _rounded(value, 2 if name == "latency_ms" else 4) for name, value in values.items()}


def _figures(outcomes: Sequence[QuestionOutcome], level: Level, stage: str) -> dict[str, float | None]:
    rankings = [outcome.judged(level, stage) for outcome in outcomes]
    ranks = [outcome.rank(level, stage) for outcome in outcomes]
    return {
        **summary(rankings, (*SUMMARY, "hit@3", "hit@10")),
        "median_rank": median_rank(ranks),
        "missed@10": sum(rank is None or rank > 10 for rank in ranks),
        "missed@100": sum(rank is None for rank in ranks),
    }


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, Mapping):
        return {name: _rounded(inner, digits) for name, inner in value.items()}
    return round(value, digits) if isinstance(value, float) else value
