"""Two evaluations of answers side by side."""

from __future__ import annotations

from typing import Any

import pytest

from rag.catalogue.records import EvaluationInfo, EvaluationRecord
from rag.errors import UsageError
from rag.evaluation.answer_comparison import compare_answers
from rag.evaluation.comparison import compare


def record(right: dict[str, bool], measures: str | None = "answers", **changed: Any) -> EvaluationRecord:
    figures: dict[str, Any] = {
        "latency_ms": {},
        "right": 0.5,
        "auroc": 0.8,
        **({"measures": measures} if measures else {}),
    }
    values = {
        "evaluation_id": "id",
        "made_at": "2026-11-22T10:11:12Z",
        "label": None,
        "set_name": "set",
        "set_digest": "d",
        "settings_digest": "s",
        "settings": {"answering": {"min_confidence": 0.6}},
        "model": "m",
        "figures": figures,
    }
    questions = {
        name: {"question": f"{name}?", "right": hit, "status": "answered" if hit else "no_evidence"}
        for name, hit in right.items()
    }
    return EvaluationRecord(EvaluationInfo(**values | changed), questions)


def test_questions_that_became_right_or_wrong_are_named_with_both_statuses() -> None:
    compared = compare_answers(record({"a": True, "b": False, "c": True}), record({"a": True, "b": True, "c": False}))
    assert [(q.question_id, q.before, q.after) for q in compared.better] == [("b", "no_evidence", "answered")]
    assert [(q.question_id, q.before, q.after) for q in compared.worse] == [("c", "answered", "no_evidence")]
    assert compared.right_before == compared.right_after == pytest.approx(2 / 3)
    assert compared.p_value == 1.0


def test_only_questions_of_both_count() -> None:
    compared = compare_answers(record({"a": True, "b": False}), record({"b": True, "c": True}, set_digest="e"))
    assert (compared.shared, compared.same_set) == (1, False)
    assert (compared.right_before, compared.right_after) == (0.0, 1.0)
    with pytest.raises(UsageError, match="no question in common"):
        compare_answers(record({"a": True}), record({"b": True}))


def test_settings_and_figures_stand_side_by_side() -> None:
    after = record({"a": True}, settings={"answering": {"min_confidence": 0.7}})
    values = compare_answers(record({"a": True}), after).to_json()
    assert values["changed_settings"] == {"answering.min_confidence": [0.6, 0.7]}
    assert values["figures"]["auroc"] == [0.8, 0.8]
    assert values["figures"]["rouge_l"] == [None, None]


def test_a_ranking_and_answers_are_not_compared() -> None:
    ranking = record({"a": True}, measures=None, evaluation_id="ranked")
    with pytest.raises(UsageError, match="ranked measured a ranking"):
        compare_answers(record({"a": True}), ranking)
    with pytest.raises(UsageError, match="id measured answers"):
        compare(record({"a": True}), ranking)
