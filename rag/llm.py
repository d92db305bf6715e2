"""Talk to a language model; with the retriever's adapter the one place that knows langchain.

The deadline is kept by ``rag.model_call``, the count by ``rag.usage``; here a model is opened, asked once, and judged.

Only text that the model itself declared finished is complete. ChatOpenAI raises nothing for a stream that was
cut, for ``finish_reason="length"`` or for empty choices; all of them are refused here.

Reasons for failure are fixed English words and numbers. They never repeat what the server or the client
library said, because both may quote the key.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from rag.domain import ModelUsage
from rag.errors import ConfigError
from rag.model_call import stream_within
from rag.model_failure import FailureReason, ModelCallError
from rag.ports import ChatModel
from rag.settings import LanguageModelSettings
from rag.usage import Meter, Tally, is_enabled
from rag.wire_format import OPENAI_URL, extra_fields, failure_of_status, is_loopback, why_incomplete

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessageChunk

_PLACEHOLDER_KEY = "no-key"
"""Local servers want some key and ignore which. Passing one also keeps langchain from sending them the
``OPENAI_API_KEY`` that happens to be in the environment."""

_CHARS_PER_TOKEN = 20
"""More than any language needs. A server that ignores ``max_tokens`` is cut after ``max_tokens`` times this."""

_NOT_UNDERSTOOD = (400, 422)
"""Statuses of a request with a field that the server does not know."""


def open_chat_model(settings: LanguageModelSettings, meter: Meter | None = None) -> ChatModel | None:
    """Return the configured language model, or None where none is configured or it is switched off.

    Nothing is sent. The key is read from the environment variable that ``api_key_env`` names. ``meter`` counts
    what is used and refuses what is over the cap.

    Raises:
        ConfigError: the provider is unknown or its package is not installed.
    """
    if settings.model is None or not is_enabled(settings):
        return None
    key = os.environ.get(settings.api_key_env) or _PLACEHOLDER_KEY
    model = LangchainChatModel(settings, settings.model, key, meter)
    model.check()
    return model


class LangchainChatModel:
    """A chat model behind langchain's ``init_chat_model``; safe to use from several threads at once."""

    def __init__(self, settings: LanguageModelSettings, name: str, key: str, meter: Meter | None = None) -> None:
        self._settings = settings
        self._name = name
        self._key = key
        self._meter = meter
        self._untold = threading.Event()
        """Set once the server has refused to tell its token counts; shared with the copies of ``limited``."""

    @property
    def name(self) -> str:
        """Return the model's name as the provider knows it."""
        return self._name

    def limited(self, deadline_s: float) -> LangchainChatModel:
        """Return the same model with a deadline of ``deadline_s`` seconds, if that is shorter than its own."""
        shorter = self._settings.model_copy(update={"deadline_s": min(deadline_s, self._settings.deadline_s)})
        model = LangchainChatModel(shorter, self._name, self._key, self._meter)
        model._untold = self._untold
        return model

    def check(self) -> None:
        """Build the client once without using it. Raises ConfigError."""

        async def build() -> None:
            async with self._open():
                pass

        try:
            asyncio.run(build())
        except Exception as error:
            # The library's own words are left out: a validation error prints its input, the key included.
            raise ConfigError(
                f"llm.provider {self._settings.provider!r} with llm.model {self._name!r} cannot be used: "
                f"unknown provider, package not installed, or wrong llm.base_url ({type(error).__name__})"
            ) from None

    def stream(self, system: str, user: str, count: Callable[[ModelUsage], None] | None = None) -> Iterator[str]:
        """Yield the answer in pieces.

        Text that was yielded is only worth something when the iterator ends without an error. ``count`` is called
        once, by the reader's thread, with what was taken, unless nothing was sent; it says zero where the server
        turned the request away.

        Raises:
            ModelCallError: no complete text within ``deadline_s`` seconds, for any reason, or the daily cap is reached.
        """
        tally = Tally(self._settings, self._name, system + user)
        try:
            yield from stream_within(self._counted(system, user, tally), self._settings.deadline_s, _failure)
        except ModelCallError as failure:
            raise ModelCallError(failure.reason, f"language model {self._name}: {failure}") from None
        finally:
            if count is not None and tally.asked:
                count(tally.usage())

    async def _counted(self, system: str, user: str, tally: Tally) -> AsyncGenerator[str, None]:
        # The meter blocks, but only this call's own event loop; the reader watches the deadline elsewhere.
        reservation = self._meter.reserve(tally.most()) if self._meter is not None else None
        try:
            async with aclosing(self._pieces(system, user, tally)) as pieces:
                async for piece in pieces:
                    yield piece
        finally:
            if self._meter is not None and reservation is not None:
                self._meter.settle(reservation, tally.usage(), failed=not tally.complete)

    async def _pieces(self, system: str, user: str, tally: Tally) -> AsyncGenerator[str, None]:
        from langsmith import tracing_context

        finish: dict[str, object] = {}
        length = 0
        written = False
        # Tracing stays off whatever the environment says: what residents ask goes to the configured model only.
        with tracing_context(enabled=False):
            async with aclosing(self._chunks(system, user, tally)) as chunks:
                async for chunk in chunks:
                    finish.update(chunk.response_metadata)
                    text = str(chunk.text)
                    self._note(chunk, text, tally)
                    length += len(text)
                    if length > self._settings.max_tokens * _CHARS_PER_TOKEN:
                        raise ModelCallError(FailureReason.CUT, "the answer is longer than max_tokens allows")
                    if text:
                        written = written or not text.isspace()
                        yield text
        failure = why_incomplete(finish, written)
        if failure is not None:
            raise failure
        tally.complete = True

    async def _chunks(self, system: str, user: str, tally: Tally) -> AsyncGenerator[AIMessageChunk, None]:
        """Ask; once more where a server that knows no ``stream_options`` refuses the request because of them."""
        asks = not self._untold.is_set()
        try:
            async with aclosing(self._ask(system, user, tally, asks_usage=asks)) as chunks:
                async for chunk in chunks:
                    yield chunk
            return
        except Exception as error:
            if not (asks and tally.refused and _status(error) in _NOT_UNDERSTOOD):
                raise
        async with aclosing(self._ask(system, user, tally, asks_usage=False)) as chunks:
            async for chunk in chunks:
                self._untold.set()
                yield chunk

    async def _ask(
        self, system: str, user: str, tally: Tally, *, asks_usage: bool
    ) -> AsyncGenerator[AIMessageChunk, None]:
        from langchain_core.messages import HumanMessage, SystemMessage
        from openai import APIConnectionError, APITimeoutError

        async with self._open(asks_usage=asks_usage) as model:
            tally.asked, tally.refused = True, False
            try:
                async with aclosing(model.astream([SystemMessage(system), HumanMessage(user)])) as chunks:  # type: ignore[type-var]
                    async for chunk in chunks:
                        yield chunk
            except Exception as error:
                # Turned away, or nobody there: nothing was taken.
                gone = isinstance(error, APIConnectionError) and not isinstance(error, APITimeoutError)
                tally.refused = not tally.begun and (gone or _status(error) is not None)
                raise

    def _note(self, chunk: AIMessageChunk, text: str, tally: Tally) -> None:
        tally.add_chunk(text)
        told = chunk.usage_metadata
        if told is not None:
            # A server of the OpenAI wire format that tells it more than once tells the sum so far; others tell parts.
            adds = self._settings.provider != "openai"
            tally.tell(told["input_tokens"], told["output_tokens"], adds=adds)

    @asynccontextmanager
    async def _open(self, *, asks_usage: bool = True) -> AsyncIterator[BaseChatModel]:
        """Build a model for one event loop; async clients must not outlive the loop they were used in."""
        from langchain.chat_models import init_chat_model

        settings = self._settings
        options: dict[str, Any] = {
            "model_provider": settings.provider,
            "temperature": settings.temperature,
            "timeout": settings.deadline_s,
            "max_retries": 0,
        }
        if settings.provider != "openai":
            options |= {"max_tokens": settings.max_tokens, "api_key": self._key}
            if settings.base_url is not None:
                options["base_url"] = settings.base_url
            yield init_chat_model(self._name, **options)
            return
        from openai import DefaultAsyncHttpxClient

        url = settings.base_url or OPENAI_URL
        options |= {"base_url": url, "api_key": _key_source(self._key), "use_responses_api": False}
        options |= {"stream_usage": asks_usage, **extra_fields(url, settings.max_tokens, settings.request_fields)}
        # For clients that it builds itself; without this it warns of what happens to none of ours.
        options |= {"http_socket_options": ()}
        # A redirect could carry the question to another host, so none is followed.
        async with DefaultAsyncHttpxClient(
            timeout=settings.deadline_s, trust_env=not is_loopback(url), follow_redirects=False
        ) as client:
            yield init_chat_model(self._name, http_async_client=client, **options)


def _key_source(key: str) -> Callable[[], Awaitable[str]]:
    """Wrap the key: langchain builds its unused blocking client, proxies included, only for a plain string."""

    async def source() -> str:
        return key

    return source


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _failure(error: Exception) -> ModelCallError:
    from openai import APIConnectionError, APITimeoutError

    status = _status(error)
    if status is not None:
        return failure_of_status(status)
    if isinstance(error, APITimeoutError):
        return ModelCallError(FailureReason.LATE, "the server did not answer in time")
    if isinstance(error, APIConnectionError):
        return ModelCallError(FailureReason.UNREACHABLE, "the server cannot be reached")
    return ModelCallError(FailureReason.UNREADABLE, f"the answer cannot be read ({type(error).__name__})")
