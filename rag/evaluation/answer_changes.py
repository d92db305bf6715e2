"""Which answers differ between two evaluations, question by question, with both texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from rag.catalogue import Catalogue, EvaluationRecord
from rag.evaluation.answer_comparison import measures_answers

_LOOKED_AT = 100
"""So many of a generation's evaluations are looked at, the newest first."""


class ChangeKind(StrEnum):
    """What became of an answer, worst first."""

    WORSE = "worse"
    """It was as expected, and is not any more."""
    BETTER = "better"
    """It was not as expected, and is now."""
    OTHER_WRONG = "other_wrong"
    """It says something else, which is as wrong as before."""
    OTHER_RIGHT = "other_right"
    """It says something else, which is as right as before."""


@dataclass(frozen=True, slots=True)
class SeenAnswer:
    """An answer as the history keeps it; ``shown`` is None where only right and wrong were kept."""

    right: bool
    status: str
    shown: str | None
    sources: tuple[str, ...]
    problems: tuple[str, ...]
    wrong: tuple[str, ...]
    """In which respects, as ``answer_checks.ProblemKind``."""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A question whose answer differs."""

    question_id: str
    question: str
    region: str | None
    kind: ChangeKind
    before: SeenAnswer
    after: SeenAnswer

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def answer_changes(before: EvaluationRecord, after: EvaluationRecord) -> tuple[AnswerChange, ...]:
    """Return the questions that both asked in the same words and that are answered otherwise, worst changes first."""
    order = list(ChangeKind)
    found = []
    for name, now in after.questions.items():
        then = before.questions.get(name)
        if then is not None and (then["question"], then.get("region")) == (now["question"], now.get("region")):
            change = _change(name, then, now)
            found += [change] if change is not None else []
    return tuple(sorted(found, key=lambda change: order.index(change.kind)))


def changes_between(catalogue: Catalogue, earlier: str, later: str) -> tuple[AnswerChange, ...] | None:
    """Return the answers that differ between two generations, by what the history keeps, worst changes first.

    Of each set the newest evaluations count in which both were asked the same questions. None where there are none.
    """
    pairs = _newest_of_both(catalogue, earlier, later)
    order = list(ChangeKind)
    found = (change for before, after in pairs for change in answer_changes(before, after))
    return tuple(sorted(found, key=lambda change: order.index(change.kind))) if pairs else None


def _newest_of_both(catalogue: Catalogue, earlier: str, later: str) -> list[tuple[EvaluationRecord, EvaluationRecord]]:
    evaluations = catalogue.evaluations
    pairs: dict[str, tuple[EvaluationRecord, EvaluationRecord]] = {}
    for now in evaluations.latest(_LOOKED_AT, generation=later):
        if now.set_name not in pairs and measures_answers(now):
            then = evaluations.latest(1, set_digest=now.set_digest, generation=earlier)
            if then:
                pairs[now.set_name] = evaluations.get(then[0].evaluation_id), evaluations.get(now.evaluation_id)
    return list(pairs.values())


def _change(name: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> AnswerChange | None:
    before, after = _seen(then), _seen(now)
    if before.right != after.right:
        kind = ChangeKind.BETTER if after.right else ChangeKind.WORSE
    elif before.status != after.status or (None not in (before.shown, after.shown) and before.shown != after.shown):
        kind = ChangeKind.OTHER_RIGHT if after.right else ChangeKind.OTHER_WRONG
    else:
        return None
    return AnswerChange(name, now["question"], now.get("region"), kind, before, after)


def _seen(kept: Mapping[str, Any]) -> SeenAnswer:
    return SeenAnswer(
        right=bool(kept["right"]),
        status=str(kept["status"]),
        shown=kept.get("shown"),
        sources=tuple(kept.get("sources", ())),
        problems=tuple(kept.get("problems", ())),
        wrong=tuple(kept.get("wrong", ())),
    )
