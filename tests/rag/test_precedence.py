"""The rules that no score may break, on scores made up to break them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rag.precedence import Standing, settle

SAME = "居民每年可以免费体检一次包括血常规和心电图"


def standing(count: int, **given: Any) -> Standing:
    """Return candidates of documents of their own about which nothing is known but what is given."""
    none = np.full(count, -1)
    values: dict[str, Any] = {
        "documents": np.arange(count),
        "place": np.zeros(count),
        "superseded_by": none,
        "duplicate_of": none,
        "official": np.zeros(count, dtype=np.bool_),
        "reposted": np.zeros(count, dtype=np.bool_),
        "region": none,
        "vectors": np.ones((count, 1), dtype=np.float32),
        "text": lambda n: f"第{n}件事" * 5,
    }
    return Standing(
        **(values | {name: np.array(value) if isinstance(value, list) else value for name, value in given.items()})
    )


def settled(scores: list[float], about: Standing) -> tuple[list[int], dict[str, np.ndarray]]:
    """Return the candidates best first, and the parts."""
    parts = {"bm25_word": np.array(scores)} | {
        name: np.zeros(len(scores)) for name in ("place", "validity", "authority")
    }
    found = settle(parts, about)
    np.testing.assert_allclose(sum(parts.values()), found)
    np.testing.assert_array_equal(parts["bm25_word"], scores)
    return np.argsort(-found, kind="stable").tolist(), parts


def test_what_breaks_no_rule_stays_as_it_is() -> None:
    order, parts = settled([0.9, 0.5, 0.7], standing(3, superseded_by=[-1, 0, -1]))
    assert order == [0, 2, 1]
    assert not any(parts[name].any() for name in ("place", "validity", "authority"))


def test_every_passage_of_a_superseded_text_stands_below_the_best_of_its_successor_and_keeps_its_order() -> None:
    about = standing(5, documents=[7, 7, 8, 8, 9], superseded_by=[8, 8, -1, -1, -1])
    order, parts = settled([0.9, 0.8, 0.6, 0.1, 0.7], about)
    assert order == [4, 2, 0, 1, 3]
    assert parts["validity"][0] == pytest.approx(-0.3, abs=1e-5)
    assert parts["validity"][0] == parts["validity"][1]


def test_a_chain_of_successors_is_kept_in_order_whatever_the_order_of_the_candidates() -> None:
    for numbers in ([2, 1, 0], [0, 1, 2], [1, 2, 0]):
        older = {0: 1, 1: 2, 2: -1}
        about = standing(3, documents=numbers, superseded_by=[older[n] for n in numbers])
        order, _ = settled([0.9 - 0.1 * n for n in numbers], about)
        assert [numbers[n] for n in order] == [2, 1, 0]


def test_a_circle_of_links_ends() -> None:
    order, parts = settled([0.9, 0.8, 0.7], standing(3, superseded_by=[1, 2, 0]))
    assert sorted(order) == [0, 1, 2]
    assert np.isfinite(parts["validity"]).all()


def test_a_copy_stands_below_what_it_is_a_copy_of_unless_it_replaces_it() -> None:
    assert settled([0.9, 0.5], standing(2, duplicate_of=[1, -1]))[0] == [1, 0]
    assert settled([0.9, 0.5], standing(2, duplicate_of=[1, -1], superseded_by=[-1, 0]))[0] == [0, 1]


@pytest.mark.parametrize(
    ("texts", "vectors", "order"),
    [
        (("甲县" + SAME, "乙县" + SAME), [[1.0], [1.0]], [1, 0]),
        (("甲县" + SAME, "乙县门诊周末不开"), [[1.0], [1.0]], [0, 1]),
        (("甲县" + SAME, "乙县" + SAME), [[0.0], [0.0]], [1, 0]),
        (("", ""), [[1.0], [1.0]], [0, 1]),
    ],
)
def test_only_the_same_passage_of_another_place_must_stand_below(
    texts: tuple[str, str], vectors: list[list[float]], order: list[int]
) -> None:
    about = standing(2, place=[-1.0, 0.4], text=lambda n: texts[n], vectors=np.array(vectors, dtype=np.float32))
    found, parts = settled([0.9, 0.5], about)
    assert found == order
    assert (parts["place"][0] < 0) == (order == [1, 0])


@pytest.mark.parametrize(("regions", "order"), [([3, 3], [1, 0]), ([3, -1], [1, 0]), ([3, 4], [0, 1])])
def test_a_repost_stands_below_the_same_official_passage_of_its_place(regions: list[int], order: list[int]) -> None:
    about = standing(2, reposted=[True, False], official=[False, True], region=regions, text=lambda _: SAME)
    assert settled([0.9, 0.5], about)[0] == order


def test_where_rules_contradict_each_other_the_place_decides() -> None:
    about = standing(2, place=[0.5, -1.0], superseded_by=[1, -1], text=lambda _: SAME)
    assert settled([0.5, 0.9], about)[0] == [0, 1]
    about = standing(2, place=[0.5, -1.0], reposted=[True, False], official=[False, True], text=lambda _: SAME)
    assert settled([0.9, 0.5], about)[0] == [0, 1]
    assert settled([0.5, 0.9], about)[0] == [0, 1]


def test_nothing_is_settled_without_candidates() -> None:
    assert settled([], standing(0))[0] == []
