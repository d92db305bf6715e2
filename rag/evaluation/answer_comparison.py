"""Compare two evaluations of answers question by question, and say whether the difference could be chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.catalogue.records import EvaluationInfo, EvaluationRecord
from rag.errors import UsageError
from rag.evaluation.answer_outcomes import KIND
from rag.evaluation.comparison import changed_settings, randomisation_p, shared_questions, told_of

COMPARED = (
    "right",
    "rouge_l",
    "answer_contained",
    "citation_precision",
    "citation_recall",
    "false_answer_rate",
    "false_refusal_rate",
    "auroc",
    "coverage_at_5_percent",
    "calibration_error",
)


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question that was answered rightly in one of two evaluations, with both statuses."""

    question_id: str
    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AnswerComparison:
    """Two evaluations of answers side by side, over the questions that both asked."""

    before: EvaluationInfo
    after: EvaluationInfo
    shared: int
    same_set: bool
    better: tuple[ChangedAnswer, ...]
    worse: tuple[ChangedAnswer, ...]
    right_before: float
    right_after: float
    """Shares of right answers among the shared questions."""
    p_value: float

    @property
    def changed_settings(self) -> dict[str, tuple[Any, Any]]:
        """The settings that differ, by dotted name, with both values."""
        return changed_settings(self.before, self.after)

    def figures(self) -> dict[str, tuple[float | None, float | None]]:
        """Return the figures of the whole of both, side by side."""
        return {name: (self.before.figures.get(name), self.after.figures.get(name)) for name in COMPARED}

    def to_json(self) -> dict[str, Any]:
        """Return what ``evaluate compare --json`` prints."""
        return {
            "measures": KIND,
            **told_of(self),
            "figures": {name: list(values) for name, values in self.figures().items()},
            "right": [round(self.right_before, 4), round(self.right_after, 4)],
        }


def measures_answers(info: EvaluationInfo) -> bool:
    """Return whether an evaluation of the history is one of answers rather than of a ranking."""
    return info.figures.get("measures") == KIND


def compare_answers(before: EvaluationRecord, after: EvaluationRecord) -> AnswerComparison:
    """Return the comparison of two evaluations of answers.

    Raises:
        UsageError: one of them is of a ranking, or no question was asked in both with the same words.
    """
    for record in (before, after):
        if not measures_answers(record.info):
            raise UsageError(f"{record.info.evaluation_id} measured a ranking, the other one answers")
    old, new = before.questions, after.questions
    shared = shared_questions(before, after)
    right_before = [float(old[name]["right"]) for name in shared]
    right_after = [float(new[name]["right"]) for name in shared]
    changed = {
        better: tuple(
            ChangedAnswer(name, new[name]["question"], old[name]["status"], new[name]["status"])
            for name in shared
            if new[name]["right"] is better and old[name]["right"] is not better
        )
        for better in (True, False)
    }
    return AnswerComparison(
        before=before.info,
        after=after.info,
        shared=len(shared),
        same_set=before.info.set_digest == after.info.set_digest,
        better=changed[True],
        worse=changed[False],
        right_before=sum(right_before) / len(shared),
        right_after=sum(right_after) / len(shared),
        p_value=randomisation_p(right_before, right_after),
    )
