from __future__ import annotations

import numpy as np
import pytest

from rag.boosted_trees import BoostedTrees

LEAF = "leaf_value"


def split(feature: int, threshold: float, left: object, right: object) -> dict[str, object]:
    return {
        "split_index": 0,
        "split_feature": feature,
        "threshold": threshold,
        "left_child": left,
        "right_child": right,
    }


DUMP = {
    "max_feature_idx": 1,
    "tree_info": [
        {"tree_structure": split(0, 1.0, {LEAF: 1.0}, split(1, 5.0, {LEAF: 2.0}, {LEAF: 3.0}))},
        {"tree_structure": {LEAF: 0.5}},
    ],
}
ROWS = np.array([[0, 9], [1, 9], [2, 5], [2, 6]], dtype=np.float32)


def test_a_row_goes_left_up_to_the_threshold_and_every_tree_adds_its_leaf() -> None:
    assert BoostedTrees.from_dump(DUMP).sums(ROWS).tolist() == [1.5, 1.5, 2.5, 3.5]


def test_trees_are_the_same_after_they_were_written_and_read() -> None:
    trees = BoostedTrees.from_dump(DUMP)
    again = BoostedTrees.from_arrays("a", trees.arrays("a"))
    assert again.sums(ROWS).tolist() == trees.sums(ROWS).tolist()


def test_a_chance_is_the_logistic_function_of_the_sum() -> None:
    assert BoostedTrees.from_dump(DUMP).chances(ROWS)[0] == pytest.approx(1 / (1 + np.exp(-1.5)))


def test_rows_with_another_number_of_features_are_refused() -> None:
    with pytest.raises(ValueError, match="2 features"):
        BoostedTrees.from_dump(DUMP).sums(np.zeros((1, 3), dtype=np.float32))


def test_the_walk_gives_what_lightgbm_gives() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    source = np.random.default_rng(3)
    rows = source.normal(size=(400, 5)).astype(np.float32)
    wanted = rows[:, 0] * rows[:, 1] + (rows[:, 2] > 0)
    booster = lightgbm.train(
        {"objective": "regression", "num_leaves": 7, "verbose": -1, "num_threads": 1},
        lightgbm.Dataset(rows, wanted),
        20,
    )
    walked = BoostedTrees.from_dump(booster.dump_model()).sums(rows)
    assert np.allclose(walked, booster.predict(rows), atol=1e-4)
