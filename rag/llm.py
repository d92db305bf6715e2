"""Talk to a language model; the one file that knows langchain.

The deadline is kept by ``rag.model_call``; here a model is opened, asked once, and judged.

Only text that the model itself declared finished is complete. ChatOpenAI raises nothing for a stream that was
cut, for ``finish_reason="length"`` or for empty choices; all of them are refused here.

Reasons for failure are fixed English words and numbers. They never repeat what the server or the client
library said, because both may quote the key.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.domain import ModelUsage
from rag.errors import ConfigError, LanguageModelError
from rag.model_call import stream_within
from rag.ports import ChatModel
from rag.settings import LanguageModelSettings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from langchain_core.language_models import BaseChatModel

_PLACEHOLDER_KEY = "no-key"
"""Local servers want some key and ignore which. Passing one also keeps langchain from sending them the
``OPENAI_API_KEY`` that happens to be in the environment."""

_OPENAI_URL = "https://api.openai.com/v1"
_OPENAI_HOSTS = ("openai.com", "openai.azure.com")

_COMPLETE = {"finish_reason": "stop", "done_reason": "stop", "stop_reason": "end_turn"}
"""What a finished answer says of itself: the OpenAI wire format, then Ollama's own and Anthropic's."""

_CHARS_PER_TOKEN = 20
"""More than any language needs. A server that ignores ``max_tokens`` is cut after ``max_tokens`` times this."""

_STATUS_REASONS = {
    401: "the server refused the key",
    403: "the server refused the key",
    404: "the server does not know the model or the address",
    429: "the server has too many requests",
}


def open_chat_model(settings: LanguageModelSettings) -> ChatModel | None:
    """Return the configured language model, or None where no model is configured.

    Nothing is sent. The key is read from the environment variable that ``api_key_env`` names.

    Raises:
        ConfigError: the provider is unknown or its package is not installed.
    """
    if settings.model is None:
        return None
    model = LangchainChatModel(settings, settings.model, os.environ.get(settings.api_key_env) or _PLACEHOLDER_KEY)
    model.check()
    return model


class LangchainChatModel:
    """A chat model behind langchain's ``init_chat_model``; safe to use from several threads at once."""

    def __init__(self, settings: LanguageModelSettings, name: str, key: str) -> None:
        self._settings = settings
        self._name = name
        self._key = key

    @property
    def name(self) -> str:
        """Return the model's name as the provider knows it."""
        return self._name

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

        Text that was yielded is only worth something when the iterator ends without an error.

        Raises:
            LanguageModelError: no complete text within ``deadline_s`` seconds, for any reason.
        """
        try:
            yield from stream_within(self._pieces(system, user), self._settings.deadline_s, _reason)
        except LanguageModelError as error:
            raise LanguageModelError(f"language model {self._name}: {error}") from None

    async def _pieces(self, system: str, user: str) -> AsyncGenerator[str, None]:
        from langchain_core.messages import HumanMessage, SystemMessage
        from langsmith import tracing_context

        finish: dict[str, object] = {}
        length = 0
        written = False
        # Tracing stays off whatever the environment says: what residents ask goes to the configured model only.
        with tracing_context(enabled=False):
            async with self._open() as model:
                messages = [SystemMessage(system), HumanMessage(user)]
                async with aclosing(model.astream(messages)) as chunks:  # type: ignore[type-var]
                    async for chunk in chunks:
                        finish.update(chunk.response_metadata)
                        text = str(chunk.text)
                        length += len(text)
                        if length > self._settings.max_tokens * _CHARS_PER_TOKEN:
                            raise LanguageModelError("the answer is longer than max_tokens allows")
                        if text:
                            written = written or not text.isspace()
                            yield text
        reason = why_incomplete(finish, written)
        if reason is not None:
            raise LanguageModelError(reason)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[BaseChatModel]:
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

        url = settings.base_url or _OPENAI_URL
        options |= {"base_url": url, "api_key": _key_source(self._key), "use_responses_api": False}
        options |= token_limit(url, settings.max_tokens)
        # A redirect could carry the question to another host, so none is followed.
        async with DefaultAsyncHttpxClient(
            timeout=settings.deadline_s, trust_env=not is_loopback(url), follow_redirects=False
        ) as client:
            yield init_chat_model(self._name, http_async_client=client, **options)


def why_incomplete(finish: Mapping[str, object], written: bool) -> str | None:
    """Return why a stream that ended is no complete answer, or None when it is one.

    ``finish`` is what the stream said of its end; ``written`` whether it held any text. A merged stream may
    repeat the word, so only an exact, single ``stop`` counts.
    """
    ends = {key: str(finish[key]).lower() for key in _COMPLETE if finish.get(key)}
    if not ends:
        return "the stream ended before the answer was complete"
    if any(value in ("length", "max_tokens") for value in ends.values()):
        return "the answer was cut at max_tokens"
    if any(value != _COMPLETE[key] for key, value in ends.items()):
        return "the model did not finish normally"
    return None if written else "the answer is empty"


def token_limit(url: str, max_tokens: int) -> dict[str, Any]:
    """Return the option that limits the answer's length for the server at ``url``.

    OpenAI's own servers refuse ``max_tokens`` for newer models. Many others know nothing else and ignore, or
    refuse, ``max_completion_tokens``; ``extra_body`` is the way past langchain, which renames the one to the other.
    """
    host = urlsplit(url).hostname or ""
    if any(host == known or host.endswith("." + known) for known in _OPENAI_HOSTS):
        return {"max_tokens": max_tokens}
    return {"extra_body": {"max_tokens": max_tokens}}


def is_loopback(url: str) -> bool:
    """Tell whether an address is this machine, which no proxy variable may lead away from."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _key_source(key: str) -> Callable[[], Awaitable[str]]:
    """Wrap the key: langchain builds its unused blocking client, proxies included, only for a plain string."""

    async def source() -> str:
        return key

    return source


def _reason(error: Exception) -> str:
    from openai import APIConnectionError, APITimeoutError

    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _STATUS_REASONS.get(status, f"the server answered with status {status}")
    if isinstance(error, APITimeoutError):
        return "the server did not answer in time"
    if isinstance(error, APIConnectionError):
        return "the server cannot be reached"
    return f"the answer cannot be read ({type(error).__name__})"
