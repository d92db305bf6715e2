"""Make a :class:`rag.domain.Question` of what came in over HTTP, whoever sent it."""

from __future__ import annotations

from collections.abc import Iterable

from rag.domain import Question

HISTORY_TURNS = 10
"""Earlier questions handed on: a follow-up refers to the last few, and more would let a caller grow the work."""


def question_from(text: object, region: object = None, history: Iterable[object] = ()) -> Question:
    """Return a question of untrusted values; what is not text counts as nothing.

    Whether the question is empty, too long or names an unknown place is for the assistant to say.
    """
    earlier = tuple(turn for turn in map(_plain, history) if turn)
    return Question(_plain(text), _plain(region).strip() or None, earlier[-HISTORY_TURNS:])


def _plain(value: object) -> str:
    """Return text that can be written as UTF-8: JSON may smuggle in halves of a surrogate pair."""
    return value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""
