"""Count what a language model takes, put a price on it, and stop at what may be taken in a day.

A call first reserves the most that it can take, then puts the truth in its place. So calls of several processes at
once cannot pass the cap together, and a process that dies in the middle has counted too much, never too little.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from rag.domain import ModelUsage
from rag.errors import PolicychatError
from rag.model_failure import FailureReason, ModelCallError
from rag.wire_format import estimated_tokens

if TYPE_CHECKING:
    from rag.ports import ChatModel
    from rag.settings import LanguageModelSettings, Settings

_log = logging.getLogger(__name__)

ENABLED_VARIABLE = "POLICYCHAT_LLM_ENABLED"
_OFF = ("0", "false", "no", "off")
_PER = 1_000_000
"""Prices are for this many tokens, as providers print them."""


def is_enabled(settings: LanguageModelSettings) -> bool:
    """Tell whether the language model may be asked; the environment can only switch it off."""
    return settings.enabled and os.environ.get(ENABLED_VARIABLE, "").strip().lower() not in _OFF


def cost_of(settings: LanguageModelSettings, prompt_tokens: int, completion_tokens: int) -> float | None:
    """Return what tokens cost in ``llm.currency``, or None where no price is set."""
    if settings.price_prompt is None and settings.price_completion is None:
        return None
    prompt, completion = settings.price_prompt or 0.0, settings.price_completion or 0.0
    return (prompt * prompt_tokens + completion * completion_tokens) / _PER


def added(one: ModelUsage | None, other: ModelUsage | None) -> ModelUsage | None:
    """Return what two calls of one model took together; None where neither was made."""
    if one is None or other is None:
        return one or other
    costs = [usage.cost for usage in (one, other) if usage.cost is not None]
    return ModelUsage(
        one.model,
        one.prompt_tokens + other.prompt_tokens,
        one.completion_tokens + other.completion_tokens,
        sum(costs) if costs else None,
        one.estimated or other.estimated,
    )


class Tally:
    """What one call has taken so far; written by the call, read by whoever pays."""

    def __init__(self, settings: LanguageModelSettings, model: str, prompt: str) -> None:
        self._settings = settings
        self._model = model
        self._prompt = estimated_tokens(prompt)
        self._written = 0
        self._chunks = 0
        self._told: tuple[int, int] | None = None
        self.asked = False
        """Whether anything was sent."""
        self.refused = False
        """Whether the server turned the request away, which costs nothing."""
        self.complete = False

    @property
    def begun(self) -> bool:
        """True once the server has sent anything of an answer."""
        return self._chunks > 0

    def most(self) -> ModelUsage:
        """Return the most that the call can take."""
        return self._usage(self._prompt, self._settings.max_tokens, estimated=True)

    def add_chunk(self, text: str) -> None:
        """Note a piece of the stream. One without text counts as well: it may be a thought that is not passed on."""
        self._chunks += 1
        self._written += estimated_tokens(text)

    def tell(self, prompt_tokens: int, completion_tokens: int, *, adds: bool) -> None:
        """Note what the server says; with ``adds`` each word of it comes on top, otherwise the highest holds."""
        prompt, completion = self._told or (0, 0)
        if adds:
            self._told = (prompt + max(0, prompt_tokens), completion + max(0, completion_tokens))
        else:
            self._told = (max(prompt, prompt_tokens), max(completion, completion_tokens))

    def usage(self) -> ModelUsage:
        """Return what was taken, estimated where the server did not say."""
        if self.refused or not self.asked:
            return self._usage(0, 0, estimated=False)
        if self._told is not None and any(self._told):
            return self._usage(*self._told, estimated=False)
        return self._usage(self._prompt, max(self._written, self._chunks), estimated=True)

    def _usage(self, prompt: int, completion: int, *, estimated: bool) -> ModelUsage:
        return ModelUsage(self._model, prompt, completion, cost_of(self._settings, prompt, completion), estimated)


@dataclass(frozen=True, slots=True)
class Reservation:
    """What a call may take at most, counted until the truth is known."""

    day: date
    most: ModelUsage


class Meter(Protocol):
    """Keeps what all calls of a day take."""

    def reserve(self, most: ModelUsage) -> Reservation | None:
        """Count the most that a call can take; None where nothing is counted. Raises ModelCallError over the cap."""
        ...

    def settle(self, reservation: Reservation, taken: ModelUsage, *, failed: bool) -> None:
        """Put what a call took in the place of what was reserved for it; never raises."""
        ...


class CatalogueMeter:
    """Counts in the catalogue, which all processes share. Opened for each call, so that none is held over a fork."""

    def __init__(self, settings: Settings, today: Callable[[], date] = date.today) -> None:
        """Prepare the meter; ``today`` is the day in the time zone of the machine."""
        self._settings = settings
        self._today = today

    def reserve(self, most: ModelUsage) -> Reservation | None:
        """Count the most that a call can take.

        Without a cap, a catalogue that cannot be written keeps nobody from an answer: None is returned.

        Raises:
            ModelCallError: the call could pass a daily cap, or a cap is set and the count cannot be kept.
        """
        from rag.catalogue import open_catalogue

        llm = self._settings.llm
        day = self._today()
        try:
            with open_catalogue(self._settings) as catalogue:
                allowed = catalogue.usage.reserve(day, most, llm.currency, llm.daily_tokens, llm.daily_cost)
        except PolicychatError as error:
            _log.warning("the use of the language model cannot be counted: %s", error)
            if llm.daily_tokens is None and llm.daily_cost is None:
                return None
            raise ModelCallError(FailureReason.NOT_COUNTED, "the use of the model cannot be counted") from error
        if not allowed:
            raise ModelCallError(FailureReason.DAILY_CAP, f"the daily cap of {day} is reached")
        return Reservation(day, most)

    def settle(self, reservation: Reservation, taken: ModelUsage, *, failed: bool) -> None:
        """Put what a call took in the place of its reservation, which stays counted where that is not possible."""
        from rag.catalogue import open_catalogue

        try:
            with open_catalogue(self._settings) as catalogue:
                catalogue.usage.settle(
                    reservation.day, reservation.most, taken, self._settings.llm.currency, failed=failed
                )
        except PolicychatError as error:
            _log.warning("the use of the language model is counted too high: %s", error)


def open_counted_model(settings: Settings) -> ChatModel | None:
    """Return the configured language model, whose use is counted in the catalogue, or None where none is to be used.

    Nothing is sent and the catalogue is not opened before the first question.

    Raises:
        ConfigError: the provider is unknown or its package is not installed.
    """
    from rag.llm import open_chat_model

    return open_chat_model(settings.llm, CatalogueMeter(settings))
