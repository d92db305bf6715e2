"""Figures of one question's scores over all passages of a corpus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from rag.ports import FloatArray

_FIRST, _DEEP = 10, 100


class Figures(NamedTuple):
    """As ``rag.evaluation.metrics`` defines them; every answer has grade 1."""

    ndcg_at_10: float
    hit_at_1: float
    recall_at_100: float


def figures(scores: FloatArray, answers: Sequence[int]) -> Figures:
    """Return the figures of the passages ordered by score, the earlier first among equals."""
    depth = min(_DEEP, len(scores))
    least = np.partition(scores, len(scores) - depth)[len(scores) - depth]
    candidates = np.flatnonzero(scores >= least)
    ranked = candidates[np.argsort(-scores[candidates], kind="stable")][:depth]
    right = np.isin(ranked, list(answers))
    discounts = 1 / np.log2(np.arange(2, _FIRST + 2))
    best = discounts[: min(_FIRST, len(answers))].sum()
    gained = (right[:_FIRST] * discounts[: len(right[:_FIRST])]).sum()
    return Figures(float(gained / best), float(right[0]), float(right.sum() / len(answers)))


def scaled(scores: FloatArray) -> FloatArray:
    """Return the scores divided by the highest; zeros stay zero."""
    highest = scores.max()
    return scores / highest if highest > 0 else scores
