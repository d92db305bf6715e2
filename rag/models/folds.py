"""Cut questions into folds so that no passage answers questions of two of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.models.token_lists import IntArray

FOLDS = 5


def folds_by_passage(answers: Sequence[Sequence[int]], n_folds: int = FOLDS) -> IntArray:
    """Return the fold of each question, 0 to ``n_folds - 1``, given the passages that answer each.

    Questions that share a passage, directly or through others, go to the same fold: a model that has seen the
    passage as an answer would else be measured on it. The largest such groups are dealt out first, each to the
    fold that has the fewest questions so far, so the folds are as even as the groups allow.
    """
    parent: dict[int, int] = {}

    def root(passage: int) -> int:
        while parent.setdefault(passage, passage) != passage:
            parent[passage] = parent[parent[passage]]
            passage = parent[passage]
        return passage

    for passages in answers:
        for passage in passages[1:]:
            parent[root(passage)] = root(passages[0])
    groups: dict[int, list[int]] = {}
    for question, passages in enumerate(answers):
        groups.setdefault(root(passages[0]), []).append(question)
    folds = np.zeros(len(answers), dtype=np.int64)
    sizes = [0] * n_folds
    for group in sorted(groups.values(), key=lambda questions: (-len(questions), questions[0])):
        smallest = sizes.index(min(sizes))
        folds[group] = smallest
        sizes[smallest] += len(group)
    return folds
