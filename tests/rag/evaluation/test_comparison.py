"""Two evaluations side by side."""

from __future__ import annotations

from typing import Any

import pytest

from rag.catalogue.records import EvaluationInfo, EvaluationRecord
from rag.errors import UsageError
from rag.evaluation.comparison import compare, randomisation_p

STAGE = {"ndcg@10": 0.5, "recall@10": 0.5, "recall@100": 0.5, "hit@1": 0.5, "mrr@10": 0.5}


def record(ranks: dict[str, int | None], digest: str = "same", **settings: Any) -> EvaluationRecord:
    figures = {"by_stage": {"bm25": STAGE, "reranked": STAGE}, "latency_ms": {"p50": 1.0, "p95": 2.0}}
    info = EvaluationInfo("id", "2026-11-22T00:00:00Z", None, "set", digest, "s", settings, "model@1", figures)
    gains = {name: 0.0 if rank is None else 1 / rank for name, rank in ranks.items()}
    questions = {name: {"question": f"问{name}", "rank": ranks[name], "ndcg@10": gains[name]} for name in ranks}
    return EvaluationRecord(info, questions)


def test_questions_that_got_better_and_worse_are_told_with_both_ranks_the_largest_change_first() -> None:
    found = compare(
        record({"a": 5, "b": 2, "c": None, "d": 1, "e": 3}), record({"a": 4, "b": 1, "c": 60, "d": None, "e": 3})
    )
    assert [(each.question_id, each.before, each.after) for each in found.better] == [
        ("b", 2, 1),
        ("a", 5, 4),
        ("c", None, 60),
    ]
    assert [(each.question_id, each.before, each.after) for each in found.worse] == [("d", 1, None)]
    assert found.same_set


def test_only_questions_that_both_asked_in_the_same_words_count() -> None:
    before, after = record({"a": 1, "b": 2}), record({"b": 1, "c": 1}, digest="other")
    found = compare(before, after)
    assert (found.shared, found.same_set) == (1, False)
    assert (found.ndcg_before, found.ndcg_after) == (0.5, 1.0)


def test_evaluations_without_a_common_question_are_refused() -> None:
    with pytest.raises(UsageError, match="no question in common"):
        compare(record({"a": 1}), record({"b": 1}))


def test_settings_that_differ_are_named() -> None:
    before = record({"a": 1}, retrieval={"k1": 0.6, "b": 0.6}, program="1")
    after = record({"a": 1}, retrieval={"k1": 0.9, "b": 0.6, "new": 1}, program="1")
    assert compare(before, after).changed_settings == {"retrieval.k1": (0.6, 0.9), "retrieval.new": (None, 1)}


def test_the_same_values_are_no_difference() -> None:
    assert randomisation_p([0.1, 0.5, 1.0], [0.1, 0.5, 1.0]) == 1.0


def test_one_question_alone_proves_nothing() -> None:
    assert randomisation_p([0.0, 0.5], [1.0, 0.5]) == 1.0


def test_as_many_gains_as_losses_are_chance() -> None:
    assert randomisation_p([0.0, 1.0] * 20, [1.0, 0.0] * 20) > 0.9


def test_forty_gains_and_no_loss_are_no_chance() -> None:
    assert randomisation_p([0.0] * 40, [0.5] * 40) < 0.001


def test_the_test_agrees_with_counting_every_pattern_of_signs() -> None:
    from itertools import product

    import numpy as np

    differences = np.array([0.3, -0.1, 0.5, 0.2, 0.4, -0.2, 0.1, 0.6])
    sums = [abs(float(np.dot(signs, differences))) for signs in product((-1, 1), repeat=8)]
    exact = sum(total >= abs(differences.sum()) - 1e-9 for total in sums) / len(sums)
    assert randomisation_p([0.0] * 8, differences.tolist()) == pytest.approx(exact, abs=0.01)


def test_both_directions_count_alike() -> None:
    before, after = [0.1, 0.4, 0.9, 0.2, 0.6], [0.3, 0.5, 0.8, 0.9, 0.7]
    assert randomisation_p(before, after) == randomisation_p(after, before)
