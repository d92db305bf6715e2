"""Walk gradient-boosted regression trees with numpy alone: what LightGBM learns, without LightGBM at run time.

The trees of one model lie in arrays of one row a tree. A row of features goes left where it is at most the threshold,
as LightGBM decides for features without missing values (Ke et al. 2017, *LightGBM: A Highly Efficient Gradient Boosting
Decision Tree*); leaves point to themselves, so every tree is walked the same number of steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
"""(n, features): one row of features for each thing that is judged."""


@dataclass(frozen=True, slots=True)
class BoostedTrees:
    """Trees as arrays, each (n_trees, n_nodes); ``depth`` is the number of steps from a root to its deepest leaf."""

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float32]
    depth: int
    features: int
    """How many features a row has."""

    def sums(self, rows: Rows) -> NDArray[np.float32]:
        """Return the sum of the leaves that each row falls into, (n,).

        Raises:
            ValueError: the rows have another number of features than the model was trained with.
        """
        if rows.shape[1] != self.features:
            raise ValueError(f"the trees read {self.features} features, the rows have {rows.shape[1]}")
        count, nodes = self.feature.shape
        base = (np.arange(count, dtype=np.intp) * nodes)[None, :]
        feature, threshold = self.feature.ravel(), self.threshold.ravel()
        children = np.stack([(self.left + base.T).ravel(), (self.right + base.T).ravel()], axis=1).ravel()
        flat = np.ascontiguousarray(rows, dtype=np.float32).ravel()
        starts = (np.arange(len(rows), dtype=np.intp) * self.features)[:, None]
        at = np.repeat(base, len(rows), axis=0)
        for _ in range(self.depth):
            goes_right = flat.take(starts + feature.take(at)) > threshold.take(at)
            at = children.take(2 * at + goes_right)
        return self.value.ravel().take(at).sum(axis=1, dtype=np.float32)  # type: ignore[no-any-return]

    def chances(self, rows: Rows) -> NDArray[np.float32]:
        """Return the chance of each row, in 0..1, for trees that were trained with the logistic loss."""
        return (1.0 / (1.0 + np.exp(-self.sums(rows)))).astype(np.float32)

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Return what ``from_arrays`` reads, under keys that begin with ``name``."""
        return {
            f"{name}.feature": self.feature.astype(np.int16),
            f"{name}.threshold": self.threshold,
            f"{name}.left": self.left.astype(np.int16),
            f"{name}.right": self.right.astype(np.int16),
            f"{name}.value": self.value,
            f"{name}.shape": np.array([self.depth, self.features], dtype=np.int32),
        }

    @classmethod
    def from_arrays(cls, name: str, arrays: Mapping[str, NDArray[Any]]) -> BoostedTrees:
        """Return the trees that ``arrays`` put under a name.

        Raises:
            KeyError: an array is missing.
        """
        depth, features = (int(number) for number in arrays[f"{name}.shape"])
        return cls(
            arrays[f"{name}.feature"].astype(np.int32),
            arrays[f"{name}.threshold"].astype(np.float32),
            arrays[f"{name}.left"].astype(np.int32),
            arrays[f"{name}.right"].astype(np.int32),
            arrays[f"{name}.value"].astype(np.float32),
            depth,
            features,
        )

    @classmethod
    def from_dump(cls, dump: Mapping[str, Any]) -> BoostedTrees:
        """Return the trees of ``lightgbm.Booster.dump_model()``, trained without categories and missing values."""
        trees = [_nodes(tree["tree_structure"]) for tree in dump["tree_info"]]
        width = max(len(nodes) for nodes, _ in trees)
        filled = [nodes + [(0, 0.0, n, n, 0.0) for n in range(len(nodes), width)] for nodes, _ in trees]
        columns = [np.array([[node[part] for node in nodes] for nodes in filled]) for part in range(5)]
        return cls(
            columns[0].astype(np.int32),
            np.nextafter(columns[1].astype(np.float32), np.float32(np.inf)),
            columns[2].astype(np.int32),
            columns[3].astype(np.int32),
            columns[4].astype(np.float32),
            max(depth for _, depth in trees),
            int(dump["max_feature_idx"]) + 1,
        )


def _nodes(root: Mapping[str, Any]) -> tuple[list[tuple[int, float, int, int, float]], int]:
    """Return the nodes of one tree, the root first, and its depth."""
    nodes: list[tuple[int, float, int, int, float]] = []

    def add(node: Mapping[str, Any], level: int) -> int:
        at = len(nodes)
        nodes.append((0, 0.0, at, at, float(node.get("leaf_value", 0.0))))
        if "split_index" not in node:
            return level
        lefts = len(nodes)
        deepest = add(node["left_child"], level + 1)
        rights = len(nodes)
        deepest = max(deepest, add(node["right_child"], level + 1))
        nodes[at] = (int(node["split_feature"]), float(node["threshold"]), lefts, rights, 0.0)
        return deepest

    return nodes, add(root, 0)
