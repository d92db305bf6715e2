"""Draw what a training step compares: question-like texts on the left, passages on the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.errors import SourceError
from rag.models.token_lists import IntArray, TokenLists

_LEAST_TOKENS = 12
"""Shorter passages have no span to take out that would leave a context."""

_LEAST_PASSAGES = 2
"""With one passage there is nothing to tell it from."""


@dataclass(frozen=True)
class Pairs:
    """Texts to compare; ``belongs[i, j]`` tells whether right text ``j`` belongs to left text ``i``."""

    left: Sequence[IntArray]
    right: Sequence[IntArray]
    belongs: NDArray[np.bool_]


class SpanSampler:
    """Draws passages with their titles and spans, never the same passage twice in a batch."""

    def __init__(
        self,
        passages: TokenLists,
        titles: TokenLists,
        batch: int,
        dropout: float,
        seed: int,
        chances: NDArray[np.float64] | None = None,
    ) -> None:
        """Keep what is drawn from; ``chances`` says how much more often a passage is drawn than another.

        Raises:
            SourceError: there are too few passages to tell one from another.
        """
        self._passages, self._titles, self._batch, self._dropout = passages, titles, batch, dropout
        self._random = np.random.default_rng(seed)
        self._long_enough = np.flatnonzero(np.diff(passages.starts) >= _LEAST_TOKENS)
        if len(self._long_enough) < _LEAST_PASSAGES:
            raise SourceError(
                f"training needs {_LEAST_PASSAGES} passages of {_LEAST_TOKENS} tokens, found {len(self._long_enough)}"
            )
        self._chances = None
        if chances is not None:
            self._chances = chances[self._long_enough] / chances[self._long_enough].sum()

    def batch(self) -> Pairs:
        """Return one batch; each left text belongs to one right text."""
        size = min(self._batch, len(self._long_enough))
        left, right = [], []
        for passage in self._random.choice(self._long_enough, size, replace=False, p=self._chances):
            question_side, passage_side = self._span_or_title(int(passage))
            left.append(thinned(question_side, self._dropout, self._random))
            right.append(thinned(passage_side, self._dropout, self._random))
        return Pairs(left, right, np.eye(size, dtype=np.bool_))

    def _span_or_title(self, passage: int) -> tuple[IntArray, IntArray]:
        tokens, title = self._passages[passage], self._titles[passage]
        if len(title) and self._random.random() < 0.25:
            return title, tokens
        length = int(self._random.integers(4, max(5, min(30, len(tokens) // 2))))
        start = int(self._random.integers(0, len(tokens) - length + 1))
        # One span in ten stays in its passage: exact words must go on counting.
        rest = tokens if self._random.random() < 0.1 else np.delete(tokens, np.s_[start : start + length])
        # A passage is embedded with its title, and now and then stands without one.
        with_title = self._random.random() < 0.5
        return tokens[start : start + length], np.concatenate([title, rest]) if with_title else rest


class QuestionSampler:
    """Draws questions of one corpus with all passages that answer them, and wrong passages like them."""

    def __init__(
        self,
        questions: Mapping[int, tuple[IntArray, Sequence[int]]],
        passages: TokenLists,
        negatives: Mapping[int, IntArray],
        n_questions: int,
        n_negatives: int,
        dropout: float,
        seed: int,
    ) -> None:
        """Keep what is drawn from: of each question its tokens and answers, and its pool of wrong passages."""
        self._questions, self._passages, self._negatives = questions, passages, negatives
        self._n_questions, self._n_negatives, self._dropout = n_questions, n_negatives, dropout
        self._random = np.random.default_rng(seed)
        self._coming: list[int] = []

    def batch(self) -> Pairs:
        """Return one batch. Every question is drawn once before one is drawn again."""
        chosen = self._next_questions()
        columns: dict[int, int] = {}
        for question in chosen:
            for passage in self._questions[question][1]:
                columns.setdefault(passage, len(columns))
        for question in chosen:
            pool = self._negatives[question]
            for passage in self._random.choice(pool, min(self._n_negatives, len(pool)), replace=False):
                columns.setdefault(int(passage), len(columns))
        belongs = np.zeros((len(chosen), len(columns)), dtype=np.bool_)
        for row, question in enumerate(chosen):
            belongs[row, [columns[passage] for passage in self._questions[question][1]]] = True
        left = [thinned(self._questions[question][0], self._dropout, self._random) for question in chosen]
        right = [thinned(self._passages[passage], self._dropout, self._random) for passage in columns]
        return Pairs(left, right, belongs)

    def _next_questions(self) -> list[int]:
        if len(self._coming) < min(self._n_questions, len(self._questions)):
            self._coming += [int(question) for question in self._random.permutation(sorted(self._questions))]
        chosen, self._coming = self._coming[: self._n_questions], self._coming[self._n_questions :]
        return list(dict.fromkeys(chosen))


def thinned(tokens: IntArray, dropout: float, random: np.random.Generator) -> IntArray:
    """Return the tokens without a random share of them, all of them if none would be left."""
    kept = tokens[random.random(len(tokens)) >= dropout]
    return kept if len(kept) else tokens
