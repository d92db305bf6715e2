"""What came of each question of an answer set, and the figures that follow from all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from rag.domain import Answer
from rag.evaluation.answer_checks import cited_sources, is_source, problem_kinds, shown_of
from rag.evaluation.answer_file import ExpectedAnswer
from rag.evaluation.answer_likeness import Measured
from rag.evaluation.answer_metrics import (
    auroc,
    auroc_interval,
    calibration,
    coverage_at,
    mean_interval,
    risk_coverage,
)
from rag.evaluation.answer_set import AnswerSet
from rag.evaluation.answer_writing import entry_of
from rag.evaluation.metrics import percentile

KIND = "answers"
"""What ``figures["measures"]`` says of an evaluation of answers; one of a ranking has no such entry."""
FALSE_ANSWERS = 0.05
_CURVE_POINTS = 100


@dataclass(frozen=True, slots=True)
class AnswerOutcome:
    """One question with the answer as it was served, and as it was drafted: with the threshold at 0."""

    asked: ExpectedAnswer
    answer: Answer
    drafted: Answer
    served: Measured | None
    """None where no answer is known."""
    draft: Measured | None
    problems: tuple[str, ...]
    """What is wrong with the served answer; none for a right one."""
    draft_is_right: bool
    differing_quotes: int
    unsupported_figures: int
    latency_ms: float

    @property
    def right(self) -> bool:
        """Whether nothing is wrong with the answer."""
        return not self.problems

    def record(self) -> dict[str, Any]:
        """Return what the history keeps of the question."""
        expectation = self.asked.expectation
        wrong = problem_kinds(expectation, self.answer) if expectation is not None else ()
        return {
            "question": self.asked.question.text,
            "region": self.asked.question.region,
            "right": self.right,
            "status": self.answer.status.value,
            "confidence": round(self.answer.confidence, 4),
            "rouge_l": round(self.served.rouge_l, 4) if self.served else None,
            "problems": list(self.problems),
            "wrong": [kind.value for kind in wrong],
            "expect": entry_of(self.asked)["expect"] if expectation is not None else None,
            "shown": shown_of(self.answer),
            "sources": list(cited_sources(self.answer)),
        }


@dataclass(frozen=True, slots=True)
class AnswerEvaluation:
    """The outcomes of one run over a set."""

    answers: AnswerSet
    outcomes: tuple[AnswerOutcome, ...]

    @property
    def wrong(self) -> list[AnswerOutcome]:
        """Questions whose answer is not right: false answers first, then the surest."""
        failed = [outcome for outcome in self.outcomes if not outcome.right]
        return sorted(failed, key=lambda o: (not _false_answer(o), -o.answer.confidence))

    @property
    def confidences(self) -> tuple[list[float], list[float]]:
        """The confidences of answerable and of unanswerable questions."""
        return _confidences(self.outcomes)

    def curve(self) -> list[tuple[float, float]]:
        """Return for every threshold the share of questions answered and the share of those that are wrong.

        Questions count that are known to have an answer, or none.
        """
        known = [outcome for outcome in self.outcomes if outcome.asked.answerable is not None]
        return risk_coverage([o.answer.confidence for o in known], [not o.draft_is_right for o in known])

    def served_point(self) -> tuple[float, float] | None:
        """Return the point of the curve that is served: share answered, share wrong; None where nothing is answered."""
        known = [outcome for outcome in self.outcomes if outcome.asked.answerable is not None]
        said = [outcome for outcome in known if outcome.answer.status.carries_evidence]
        return (len(said) / len(known), fmean(not outcome.right for outcome in said)) if said else None

    def question_record(self) -> dict[str, dict[str, Any]]:
        """Return what the history keeps of each question, by its id."""
        return {outcome.asked.question_id: outcome.record() for outcome in self.outcomes}

    def to_json(self) -> dict[str, Any]:
        """Return what ``evaluate answers --json`` prints, without what built the index."""
        bins, error = calibration(*_known_confidences(self.outcomes))
        values = {
            "measures": KIND,
            "set": self.answers.name,
            **_figures(self.outcomes),
            "quotes_that_differ": sum(o.differing_quotes for o in self.outcomes),
            "unsupported_figures": sum(o.unsupported_figures for o in self.outcomes),
            "dropped_statements": sum(o.answer.dropped_statements for o in self.outcomes),
            "status": dict(Counter(o.answer.status.value for o in self.outcomes).most_common()),
            "latency_ms": {
                name: percentile([o.latency_ms for o in self.outcomes], share)
                for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
            },
            "drafted": _likeness([o.draft for o in self.outcomes]),
            "calibration_error": error,
            "calibration": [
                {
                    "from": b.low,
                    "to": b.high,
                    "questions": b.questions,
                    "confidence": b.confidence,
                    "share": b.came_true,
                }
                for b in bins
            ],
            "intervals": _intervals(self.outcomes, self.confidences),
            "by_kind": _grouped(self.outcomes, lambda o: o.asked.kind),
            "by_part": _grouped(self.outcomes, _part),
            "risk_coverage": _thinned(self.curve()),
        }
        return {name: _rounded(value, 2 if name == "latency_ms" else 4) for name, value in values.items()}


def _figures(outcomes: Sequence[AnswerOutcome]) -> dict[str, Any]:
    """Return the figures that are given for the whole set, and for each part of it."""
    answerable = [o for o in outcomes if o.asked.answerable is True]
    silent = [o for o in outcomes if o.asked.answerable is False]
    confidences = _confidences(outcomes)
    return {
        "queries": len(outcomes),
        "answerable": len(answerable),
        "unanswerable": len(silent),
        "right": _mean(o.right for o in outcomes),
        **_likeness([o.served for o in outcomes]),
        "citation_precision": _mean(_precision(o) for o in outcomes if o.asked.documents and o.answer.citations),
        "citation_recall": _mean(_recall(o) for o in outcomes if o.asked.documents),
        "false_answer_rate": _mean(map(_false_answer, silent)),
        "false_refusal_rate": _mean(not o.answer.status.carries_evidence for o in answerable),
        "auroc": auroc(*confidences),
        "coverage_at_5_percent": coverage_at(*confidences, FALSE_ANSWERS),
    }


def _confidences(outcomes: Sequence[AnswerOutcome]) -> tuple[list[float], list[float]]:
    answerable = [o.answer.confidence for o in outcomes if o.asked.answerable is True]
    return answerable, [o.answer.confidence for o in outcomes if o.asked.answerable is False]


def _likeness(found: Sequence[Measured | None]) -> dict[str, float | None]:
    known = [each for each in found if each is not None]
    return {
        "rouge_l": _mean(each.rouge_l for each in known),
        "char_f1": _mean(each.char_f1 for each in known),
        "answer_contained": _mean(each.contained for each in known),
    }


def _grouped(
    outcomes: Sequence[AnswerOutcome], key: Callable[[AnswerOutcome], str | None]
) -> dict[str, dict[str, Any]]:
    groups: dict[str, list[AnswerOutcome]] = {}
    for outcome in outcomes:
        name = key(outcome)
        if name is not None:
            groups.setdefault(name, []).append(outcome)
    return {name: _figures(own) for name, own in groups.items()}


def _intervals(
    outcomes: Sequence[AnswerOutcome], confidences: tuple[Sequence[float], Sequence[float]]
) -> dict[str, tuple[float, float] | None]:
    served = [o.served for o in outcomes if o.served is not None]
    return {
        "right": mean_interval([float(o.right) for o in outcomes]),
        "rouge_l": mean_interval([each.rouge_l for each in served]),
        "answer_contained": mean_interval([float(each.contained) for each in served]),
        "false_answer_rate": mean_interval([float(_false_answer(o)) for o in outcomes if o.asked.answerable is False]),
        "auroc": auroc_interval(*confidences),
    }


def _part(outcome: AnswerOutcome) -> str | None:
    held_out = outcome.asked.held_out
    return None if held_out is None else "held_out" if held_out else "seen"


def _known_confidences(outcomes: Sequence[AnswerOutcome]) -> tuple[list[float], list[bool]]:
    known = [(o.answer.confidence, o.asked.answerable) for o in outcomes if o.asked.answerable is not None]
    return [confidence for confidence, _ in known], [there for _, there in known]


def _precision(outcome: AnswerOutcome) -> float:
    cited, known = cited_sources(outcome.answer), outcome.asked.documents or ()
    return fmean(any(is_source(found, expected) for expected in known) for found in cited)


def _recall(outcome: AnswerOutcome) -> float:
    cited, known = cited_sources(outcome.answer), outcome.asked.documents or ()
    return fmean(any(is_source(found, expected) for found in cited) for expected in known)


def _false_answer(outcome: AnswerOutcome) -> bool:
    return outcome.asked.answerable is False and outcome.answer.status.carries_evidence


def _mean(values: Iterable[float]) -> float | None:
    found = [float(value) for value in values]
    return fmean(found) if found else None


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return at most a hundred points of a curve, the last among them: thousands say nothing more."""
    step = max(1, -(-len(points) // _CURVE_POINTS))
    kept = [*points[::step], *points[-1:]]
    return list(dict.fromkeys(kept))


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(inner, digits) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(inner, digits) for inner in value]
    return round(value, digits) if isinstance(value, float) else value
