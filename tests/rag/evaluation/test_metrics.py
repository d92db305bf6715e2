"""Figures worked by hand."""

from __future__ import annotations

import math

import pytest

from rag.evaluation.metrics import ndcg, percentile, recall, reciprocal_rank, summary

L3 = math.log2(3)


@pytest.mark.parametrize(
    ("ranked", "relevant", "k", "expected"),
    [
        (["a", "b"], {"a": 1}, 10, 1.0),
        (["b", "a"], {"a": 1}, 10, 1 / L3),
        (["b", "a"], {"a": 1}, 1, 0.0),
        (["a", "x", "b"], {"a": 1, "b": 1}, 10, (1 + 1 / 2) / (1 + 1 / L3)),
        (["b", "a"], {"a": 2, "b": 1}, 10, (1 + 2 / L3) / (2 + 1 / L3)),
        (["a"], {"a": 1, "b": 1}, 1, 1.0),
        ([], {"a": 1}, 10, 0.0),
        (["a"], {}, 10, 0.0),
    ],
)
def test_ndcg(ranked: list[str], relevant: dict[str, int], k: int, expected: float) -> None:
    assert ndcg(ranked, relevant, k) == pytest.approx(expected)


@pytest.mark.parametrize(("k", "expected"), [(1, 0.0), (2, 1 / 3), (3, 2 / 3), (10, 2 / 3)])
def test_recall(k: int, expected: float) -> None:
    assert recall(["x", "a", "b"], {"a": 1, "b": 1, "c": 1, "x": 0}, k) == pytest.approx(expected)


@pytest.mark.parametrize(("ranked", "expected"), [(["a"], 1.0), (["x", "y", "a"], 1 / 3), (["x", "y", "z", "a"], 0.0)])
def test_reciprocal_rank(ranked: list[str], expected: float) -> None:
    assert reciprocal_rank(ranked, {"a": 1}, 3) == pytest.approx(expected)


def test_a_summary_is_the_mean_over_questions_and_one_without_hits_counts_zero() -> None:
    found = summary([(["a", "b"], {"a": 1}), (["x", "b"], {"b": 1}), ([], {"c": 1})])
    assert found == pytest.approx(
        {
            "ndcg@10": (1 + 1 / L3) / 3,
            "recall@10": 2 / 3,
            "recall@100": 2 / 3,
            "hit@1": 1 / 3,
            "mrr@10": 1.5 / 3,
        }
    )


def test_no_questions_give_zeros() -> None:
    assert set(summary([]).values()) == {0.0}


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, 0.0), ([3.0], 0.95, 3.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0), ([1.0, 2.0, 3.0, 4.0], 0.95, 4.0)],
)
def test_percentile(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected
