"""Compare two evaluations question by question, and say whether the difference could be chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from rag.catalogue.records import EvaluationInfo, EvaluationRecord
from rag.errors import UsageError
from rag.evaluation.metrics import SUMMARY

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_ROUNDS = 20_000
"""Sign patterns drawn; the p-value then has a standard error of at most 0.0036."""
_BLOCK = 500
_SEED = 20_261_121
"""Fixed, so that the same two evaluations always give the same answer."""


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question whose first relevant rank changed; None is "not among the first hundred"."""

    question_id: str
    question: str
    before: int | None
    after: int | None


class SideBySide(Protocol):
    """Two evaluations of one kind, over the questions that both asked."""

    @property
    def before(self) -> EvaluationInfo:
        """Return the earlier one."""
        ...

    @property
    def after(self) -> EvaluationInfo:
        """Return the later one."""
        ...

    @property
    def shared(self) -> int:
        """Return how many questions both asked."""
        ...

    @property
    def same_set(self) -> bool:
        """Return whether the same questions were asked and the same answers counted as right."""
        ...

    @property
    def p_value(self) -> float:
        """Return how likely chance alone makes such a difference."""
        ...

    @property
    def better(self) -> Sequence[DataclassInstance]:
        """Return the questions that got better."""
        ...

    @property
    def worse(self) -> Sequence[DataclassInstance]:
        """Return the questions that got worse."""
        ...

    @property
    def changed_settings(self) -> Mapping[str, tuple[Any, Any]]:
        """Return the settings that differ, by dotted name, with both values."""
        ...


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two evaluations side by side, over the questions that both asked."""

    before: EvaluationInfo
    after: EvaluationInfo
    shared: int
    same_set: bool
    """True where the same questions were asked and the same answers counted as right."""
    better: tuple[ChangedQuestion, ...]
    worse: tuple[ChangedQuestion, ...]
    ndcg_before: float
    ndcg_after: float
    """Means of nDCG@10 over the shared questions."""
    p_value: float

    @property
    def changed_settings(self) -> dict[str, tuple[Any, Any]]:
        """The settings that differ, by dotted name, with both values."""
        return changed_settings(self.before, self.after)

    def to_json(self) -> dict[str, Any]:
        """Return what ``evaluate compare --json`` prints."""
        stages = [stage for stage in self.before.figures["by_stage"] if stage in self.after.figures["by_stage"]]
        return {
            **told_of(self),
            "by_stage": {stage: self._pairs(stage) for stage in stages},
            "ndcg@10": [round(self.ndcg_before, 4), round(self.ndcg_after, 4)],
        }

    def _pairs(self, stage: str) -> dict[str, list[float | None]]:
        before, after = (side.figures["by_stage"][stage] for side in (self.before, self.after))
        return {name: [before.get(name), after.get(name)] for name in SUMMARY}


def compare(before: EvaluationRecord, after: EvaluationRecord) -> Comparison:
    """Return the comparison, the largest changes first.

    Raises:
        UsageError: one of them measured answers, or no question was asked in both with the same words.
    """
    for record in (before, after):
        if "by_stage" not in record.info.figures:
            raise UsageError(f"{record.info.evaluation_id} measured answers, the other one a ranking")
    old, new = before.questions, after.questions
    shared = shared_questions(before, after)
    changed = [
        ChangedQuestion(name, new[name]["question"], old[name]["rank"], new[name]["rank"])
        for name in shared
        if old[name]["rank"] != new[name]["rank"]
    ]
    changed.sort(key=lambda question: -abs(_step(question)))
    gains_before = [float(old[name]["ndcg@10"]) for name in shared]
    gains_after = [float(new[name]["ndcg@10"]) for name in shared]
    return Comparison(
        before=before.info,
        after=after.info,
        shared=len(shared),
        same_set=before.info.set_digest == after.info.set_digest,
        better=tuple(question for question in changed if _step(question) > 0),
        worse=tuple(question for question in changed if _step(question) < 0),
        ndcg_before=float(np.mean(gains_before)),
        ndcg_after=float(np.mean(gains_after)),
        p_value=randomisation_p(gains_before, gains_after),
    )


def randomisation_p(before: Sequence[float], after: Sequence[float]) -> float:
    """Return how often chance alone would give a mean difference as large as this, in either direction, in 0..1.

    Fisher's paired randomisation test, which Smucker, Allan & Carterette, "A comparison of statistical significance
    tests for information retrieval evaluation", 2007, recommend: if the change meant nothing, each question could as
    well have had its two values the other way round.
    """
    differences = np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64)
    differences = differences[differences != 0]
    if not len(differences):
        return 1.0
    # Sums in another order differ in the last digits; equal means must count as equal.
    observed = abs(differences.sum()) - 1e-9
    random = np.random.default_rng(_SEED)
    extreme = 0
    for _ in range(_ROUNDS // _BLOCK):
        signs = random.integers(0, 2, size=(_BLOCK, len(differences)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ differences) >= observed).sum())
    # Adding one for what was observed keeps the test from ever claiming certainty.
    return (extreme + 1) / (_ROUNDS + 1)


def _step(question: ChangedQuestion) -> float:
    """Return how much 1 ÷ rank rose; from rank 2 to 1 means more to a reader than from 90 to 50."""
    before, after = (1 / rank if rank else 0.0 for rank in (question.before, question.after))
    return after - before


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat


def changed_settings(before: EvaluationInfo, after: EvaluationInfo) -> dict[str, tuple[Any, Any]]:
    """Return the settings that differ between two evaluations, by dotted name, with both values."""
    old, new = _flat(before.settings), _flat(after.settings)
    return {name: (old.get(name), new.get(name)) for name in sorted({*old, *new}) if old.get(name) != new.get(name)}


def heading(info: EvaluationInfo) -> dict[str, Any]:
    """Return what a comparison says of one of its sides."""
    return {
        "evaluation_id": info.evaluation_id,
        "made_at": info.made_at,
        "label": info.label,
        "set": info.set_name,
        "model": info.model,
        "settings_digest": info.settings_digest,
    }


def shared_questions(before: EvaluationRecord, after: EvaluationRecord) -> list[str]:
    """Return the ids of the questions that were asked in both with the same words. Raises UsageError for none."""
    old, new = before.questions, after.questions
    shared = [name for name in old if name in new and old[name]["question"] == new[name]["question"]]
    if not shared:
        raise UsageError("the two evaluations have no question in common")
    return shared


def told_of(comparison: SideBySide) -> dict[str, Any]:
    """Return what ``evaluate compare --json`` says of two evaluations, whatever they measured."""
    sides = (comparison.before, comparison.after)
    return {
        "before": heading(comparison.before),
        "after": heading(comparison.after),
        "same_set": comparison.same_set,
        "same_model": comparison.before.model == comparison.after.model,
        "changed_settings": {name: list(values) for name, values in comparison.changed_settings.items()},
        "latency_ms": [dict(side.figures["latency_ms"]) for side in sides],
        "shared_questions": comparison.shared,
        "p_value": round(comparison.p_value, 4),
        "better": [asdict(question) for question in comparison.better],
        "worse": [asdict(question) for question in comparison.worse],
    }
