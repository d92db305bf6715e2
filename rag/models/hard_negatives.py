"""Find passages that look like the answer of a question and are not: the hard negatives of fine-tuning."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.models.bm25_scores import Bm25Scores
from rag.models.token_lists import IntArray, TokenLists, vectors
from rag.ports import FloatArray

_NEARLY_THE_ANSWER = 0.95
"""Cosine to an answer from which a passage is taken for another edition of it, and is no wrong answer."""


def hard_negatives(
    questions: Sequence[str],
    question_tokens: TokenLists,
    answers: Sequence[Sequence[int]],
    bm25: Bm25Scores,
    passages: TokenLists,
    weights: FloatArray,
    pool: int,
) -> list[IntArray]:
    """Return for each question the wrong passages ranked highest, ``pool`` by BM25 and ``pool`` by the model.

    An answer of the question is never among them, nor a passage that hardly differs from one.
    """
    passage_vectors = vectors(weights, passages)
    question_vectors = vectors(weights, question_tokens)
    found = []
    for number, question in enumerate(questions):
        right = list(answers[number])
        wrong: list[int] = []
        for scores in (bm25.scores(question), passage_vectors @ question_vectors[number]):
            likely = _highest(scores, pool + len(right))
            alike = (passage_vectors[likely] @ passage_vectors[right].T).max(axis=1)
            allowed = likely[~np.isin(likely, right) & (alike < _NEARLY_THE_ANSWER)]
            wrong.extend(int(passage) for passage in allowed[:pool])
        found.append(np.asarray(list(dict.fromkeys(wrong)), dtype=np.int64))
    return found


def _highest(scores: FloatArray, count: int) -> IntArray:
    """Return the places of the highest scores, the highest first; of equal ones the earlier first."""
    if count < len(scores):
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        candidates = np.flatnonzero(scores >= least)
    else:
        candidates = np.arange(len(scores))
    return candidates[np.argsort(-scores[candidates], kind="stable")][:count]
