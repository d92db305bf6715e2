"""What servers of the OpenAI wire format, and some others, accept and say: addresses, limits, ends, token counts."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from rag.model_failure import FailureReason, ModelCallError

OPENAI_URL = "https://api.openai.com/v1"
_OPENAI_HOSTS = ("openai.com", "openai.azure.com")

_COMPLETE = {"finish_reason": "stop", "done_reason": "stop", "stop_reason": "end_turn"}
"""What a finished answer says of itself: the OpenAI wire format, then Ollama's own and Anthropic's."""

_STATUS_FAILURES = {
    401: (FailureReason.REFUSED, "the server refused the key"),
    403: (FailureReason.REFUSED, "the server refused the key"),
    404: (FailureReason.REFUSED, "the server does not know the model or the address"),
    429: (FailureReason.BUSY, "the server has too many requests"),
}

_LETTERS_PER_TOKEN = 3
"""Latin letters, digits and signs to one token. DeepSeek gives 0.3 of a token for such a letter and 0.6 for a Chinese
character, and says that models differ (api-docs.deepseek.com, "Token & Token Usage"); a whole token for the latter
errs on the dear side."""


def failure_of_status(status: int) -> ModelCallError:
    """Return the failure that an HTTP status stands for, in words that repeat nothing of the server's."""
    if status in _STATUS_FAILURES:
        return ModelCallError(*_STATUS_FAILURES[status])
    kind = FailureReason.UNREACHABLE if status >= 500 else FailureReason.REFUSED
    return ModelCallError(kind, f"the server answered with status {status}")


def why_incomplete(finish: Mapping[str, object], written: bool) -> ModelCallError | None:
    """Return why a stream that ended is no complete answer, or None when it is one.

    ``finish`` is what the stream said of its end; ``written`` whether it held any text. A merged stream may
    repeat the word, so only an exact, single ``stop`` counts.
    """
    ends = {key: str(finish[key]).lower() for key in _COMPLETE if finish.get(key)}
    if not ends:
        return ModelCallError(FailureReason.CUT, "the stream ended before the answer was complete")
    if any(value in ("length", "max_tokens") for value in ends.values()):
        return ModelCallError(FailureReason.CUT, "the answer was cut at max_tokens")
    if any(value != _COMPLETE[key] for key, value in ends.items()):
        return ModelCallError(FailureReason.CUT, "the model did not finish normally")
    return None if written else ModelCallError(FailureReason.EMPTY, "the answer is empty")


def extra_fields(url: str, max_tokens: int, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that limit the answer's length for the server at ``url`` and add ``fields`` to the request.

    OpenAI's own servers refuse ``max_tokens`` for newer models. Many others know nothing else and ignore, or
    refuse, ``max_completion_tokens``; ``extra_body`` is the way past langchain, which renames the one to the other.
    """
    host = urlsplit(url).hostname or ""
    if any(host == known or host.endswith("." + known) for known in _OPENAI_HOSTS):
        return {"max_tokens": max_tokens, **({"extra_body": dict(fields)} if fields else {})}
    return {"extra_body": {**fields, "max_tokens": max_tokens}}


def is_loopback(url: str) -> bool:
    """Tell whether an address is this machine, which no proxy variable may lead away from."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def estimated_tokens(text: str) -> int:
    """Return roughly how many tokens a text is, rather too many than too few; 0 for an empty one.

    Four characters to a token, as libraries estimate, is four to eight times too few for Chinese.
    """
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return wide + -(-(len(text) - wide) // _LETTERS_PER_TOKEN)
