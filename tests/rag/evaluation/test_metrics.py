"""Figures worked by hand."""

from __future__ import annotations

import math

import pytest

from rag.evaluation.metrics import first_rank, measured, median_rank, percentile, recall_curve, summary

L3 = math.log2(3)


def one(name: str, ranked: list[str], relevant: dict[str, int]) -> float:
    return measured([(ranked, relevant)], [name])[0][name]


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
    assert one(f"ndcg@{k}", ranked, relevant) == pytest.approx(expected)


@pytest.mark.parametrize(("k", "expected"), [(1, 0.0), (2, 1 / 3), (3, 2 / 3), (10, 2 / 3)])
def test_recall(k: int, expected: float) -> None:
    assert one(f"recall@{k}", ["x", "a", "b"], {"a": 1, "b": 1, "c": 1, "x": 0}) == pytest.approx(expected)


@pytest.mark.parametrize(("ranked", "expected"), [(["a"], 1.0), (["x", "y", "a"], 1 / 3), (["x", "y", "z", "a"], 0.0)])
def test_reciprocal_rank(ranked: list[str], expected: float) -> None:
    assert one("mrr@3", ranked, {"a": 1}) == pytest.approx(expected)


def test_the_order_of_the_ranking_counts_and_not_the_names() -> None:
    backwards = [f"d{n:03}" for n in reversed(range(150))]
    for rank, name in enumerate(backwards[:10], start=1):
        assert one("mrr@10", backwards, {name: 1}) == pytest.approx(1 / rank)
    assert one("recall@100", backwards, {backwards[99]: 1}) == 1.0
    assert one("recall@100", backwards, {backwards[100]: 1}) == 0.0


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


def test_each_ranking_keeps_its_own_figures_in_order() -> None:
    rankings = [(["x"], {"a": 1}) if n % 3 else (["a"], {"a": 1}) for n in range(12)]
    assert [values["hit@1"] for values in measured(rankings)] == [0.0 if n % 3 else 1.0 for n in range(12)]


def test_no_questions_give_zeros() -> None:
    assert set(summary([]).values()) == {0.0}


def test_a_recall_curve_rises_where_a_relevant_item_stands() -> None:
    rankings = [(["x", "a", "b"], {"a": 1, "b": 1}), (["c"], {"c": 1})]
    assert recall_curve(rankings, 4) == pytest.approx([0.5, 0.75, 1.0, 1.0])


@pytest.mark.parametrize(
    ("ranked", "relevant", "rank"), [(["x", "a"], {"a": 1}, 2), (["x"], {"a": 1}, None), (["x"], {"x": 0}, None)]
)
def test_the_first_relevant_rank(ranked: list[str], relevant: dict[str, int], rank: int | None) -> None:
    assert first_rank(ranked, relevant) == rank


@pytest.mark.parametrize(
    ("ranks", "middle"),
    [([], None), ([3], 3.0), ([1, 2, 9], 2.0), ([1, 1, None], 1.0), ([1, None, None], None), ([None], None)],
)
def test_the_median_rank_counts_what_was_not_found_as_last(ranks: list[int | None], middle: float | None) -> None:
    assert median_rank(ranks) == middle


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([], 0.5, 0.0), ([3.0], 0.95, 3.0), ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0), ([1.0, 2.0, 3.0, 4.0], 0.95, 4.0)],
)
def test_percentile(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected
