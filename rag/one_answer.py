"""The language model for one answer: however often it is asked for it, one deadline holds for all together."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol, Self, runtime_checkable

from rag.domain import ModelUsage
from rag.model_failure import FailureReason, ModelCallError
from rag.ports import ChatModel
from rag.usage import added


@runtime_checkable
class Limitable(Protocol):
    """A model whose calls can be given less time."""

    def limited(self, deadline_s: float) -> ChatModel:
        """Return the same model with at most ``deadline_s`` seconds for a call."""
        ...


class OneAnswer:
    """A chat model whose calls share one deadline, counted from its making. For one question and one thread."""

    def __init__(self, model: ChatModel, deadline_s: float) -> None:
        self._model = model
        self._until = time.monotonic() + deadline_s
        self.usage: ModelUsage | None = None
        """What all calls took so far; None before the first."""

    @property
    def name(self) -> str:
        """Return the model's name."""
        return self._model.name

    def limited(self, deadline_s: float) -> Self:
        """Return the same with at most ``deadline_s`` seconds from now, and a count of its own."""
        return type(self)(self._model, min(deadline_s, self._left()))

    def stream(self, system: str, user: str, count: Callable[[ModelUsage], None] | None = None) -> Iterator[str]:
        """Yield the answer in pieces, within what is left of the time.

        Raises:
            LanguageModelError: nothing is left, or the model failed.
        """
        left = self._left()
        if left <= 0:
            raise ModelCallError(FailureReason.LATE, f"language model {self.name}: no time is left")

        def counted(usage: ModelUsage) -> None:
            self.usage = added(self.usage, usage)
            if count is not None:
                count(usage)

        model = self._model.limited(left) if isinstance(self._model, Limitable) else self._model
        yield from model.stream(system, user, counted)

    def _left(self) -> float:
        return self._until - time.monotonic()
