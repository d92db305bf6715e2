"""The wire format of OpenAI's chat completions, as far as an assistant that quotes can serve it.

Shapes follow https://platform.openai.com/docs/api-reference/chat. What would change the answer's form in a way that
cannot be kept (tools, several choices, JSON) is refused by name; what only tunes a model (temperature, token limits,
seeds) is ignored, because the words come from the sources.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.domain import Question
from ui.intake import question_from
from ui.serialise import Json

MODEL = "policychat"
"""Name of the one model; ``policychat:<place>`` asks about a place."""

OWNER = "policychat"

_LONGEST_MESSAGE = 200_000
"""Characters of one message that are read: earlier answers come back with each question and may be long."""


class WireError(Exception):
    """A request that cannot be served as it is, told in OpenAI's form."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param = param
        self.code = code
        self.status = status


class _Lenient(BaseModel):
    # Clients send dozens of fields that are none of ours.
    model_config = ConfigDict(extra="ignore")


class ChatMessage(_Lenient):
    """One message. Only what users wrote is read: no message of a system or a tool changes what this service does."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"] = Field(
        description="Only `user` is read."
    )
    content: Any = Field(None, description='Text, or a list of parts `{"type": "text", "text": …}`.')


class StreamOptions(_Lenient):
    """How to stream."""

    include_usage: bool | None = Field(None, description="Send a last chunk with the tokens taken.")


class ChatBody(_Lenient):
    """A request for a chat completion."""

    model: str = Field(max_length=200, description="`policychat`, or `policychat:<place>` to ask about a place.")
    messages: list[ChatMessage] = Field(
        min_length=1,
        max_length=1000,
        description="The last message of role `user` is the question; earlier ones of that role are its history.",
    )
    stream: bool | None = Field(False, description="Send the completion in chunks.")
    stream_options: StreamOptions | None = Field(None, description="Only together with `stream`.")
    region: str | None = Field(None, max_length=100, description="The place asked about; not a field of OpenAI's.")
    metadata: dict[str, str] | None = Field(None, max_length=16, description="`region` is read here as well.")
    n: int | None = Field(None, description="Only 1.")
    tools: list[Any] | None = Field(None, description="Refused.")
    functions: list[Any] | None = Field(None, description="Refused.")
    tool_choice: Any = Field(None, description="Only `none` and `auto`.")
    response_format: dict[str, Any] | None = Field(None, description='Only `{"type": "text"}`.')
    logprobs: bool | None = Field(None, description="Refused.")
    audio: dict[str, Any] | None = Field(None, description="Refused.")
    modalities: list[str] | None = Field(None, description='Only `["text"]`.')

    def question(self) -> Question:
        """Return what is asked. Raises WireError."""
        self._refuse_what_cannot_be_served()
        asked = [
            _words(message.content, f"messages[{position}].content")
            for position, message in enumerate(self.messages)
            if message.role == "user"
        ]
        if not asked:
            raise WireError("There is no message with role 'user', so nothing is asked.", "messages", "invalid_value")
        return question_from(asked[-1], self._place()[0], asked[:-1])

    def unknown_place(self) -> WireError:
        """Return the error for a place of which nothing is held."""
        place, param = self._place()
        if param == "model":
            return unknown_model(self.model)
        return WireError(f"There are no documents for the place {place!r}.", param, "invalid_value")

    def _place(self) -> tuple[str | None, str]:
        """Return the place asked about and the parameter that names it."""
        name, _, suffix = self.model.partition(":")
        if name != MODEL:
            raise unknown_model(self.model)
        if self.region:
            return self.region, "region"
        in_metadata = (self.metadata or {}).get("region")
        return (in_metadata, "metadata.region") if in_metadata else (suffix or None, "model")

    def _refuse_what_cannot_be_served(self) -> None:
        refused = {
            "tools": bool(self.tools),
            "functions": bool(self.functions),
            "tool_choice": self.tool_choice not in (None, "none", "auto"),
            "logprobs": bool(self.logprobs),
            "audio": self.audio is not None,
        }
        for param, given in refused.items():
            if given:
                raise WireError(f"'{param}' is not supported by this model.", param, "unsupported_parameter")
        supported = {
            "n": self.n in (None, 1),
            "response_format": (self.response_format or {}).get("type", "text") == "text",
            "modalities": self.modalities in (None, ["text"]),
        }
        for param, good in supported.items():
            if not good:
                raise WireError(f"This value of '{param}' is not supported.", param, "unsupported_value")
        if self.stream_options is not None and not self.stream:
            raise WireError("'stream_options' is only allowed when 'stream' is true.", "stream_options")


def unknown_model(name: str) -> WireError:
    """Return the error for a model that is not offered."""
    return WireError(f"The model {name!r} does not exist.", "model", "model_not_found", 404)


def _words(content: object, param: str) -> str:
    """Return the text of a message's content. Raises WireError for anything that is not text, or too much of it."""
    parts = [content] if isinstance(content, str) else content
    if not isinstance(parts, list):
        raise WireError(f"'{param}' must be a text or a list of parts.", param, "invalid_type")
    words = []
    for position, part in enumerate(parts):
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "text" else part
        if not isinstance(text, str) or (isinstance(content, list) and not isinstance(part, dict)):
            place = f"{param}[{position}]"
            raise WireError(f"'{place}' is not a part of type 'text'; only text can be asked.", place, "invalid_value")
        words.append(text)
    if sum(map(len, words)) > _LONGEST_MESSAGE:
        raise WireError(f"'{param}' is longer than {_LONGEST_MESSAGE} characters.", param, "string_above_max_length")
    return "\n".join(words)


def error_body(message: str, status: int, param: str | None = None, code: str | None = None) -> Json:
    """Return ``{"error": {"message", "type", "param", "code"}}``."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def model_body(name: str, created: int) -> Json:
    """Return a model as the list of models shows it. ``created`` is Unix time in seconds."""
    return {"id": name, "object": "model", "created": created, "owned_by": OWNER}


def usage_body(whole: Json) -> Json:
    """Return the tokens a language model took; quoting takes none."""
    taken = whole["usage"] or {}
    prompt, completion = taken.get("prompt_tokens", 0), taken.get("completion_tokens", 0)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def completion_body(identity: Json, content: str, whole: Json) -> Json:
    """Return a whole completion. ``identity`` is its id, time and model; ``whole`` the answer's JSON."""
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    own = {"usage": usage_body(whole), "system_fingerprint": whole["generation"], MODEL: whole}
    return {**identity, "object": "chat.completion", "choices": [choice], **own}


def chunk_body(identity: Json, delta: Json | None, finish_reason: str | None = None, **more: Any) -> Json:
    """Return one chunk of a streamed completion; without a delta it has no choice, as the one with the usage."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    choices = [] if delta is None else [choice]
    return {**identity, "object": "chat.completion.chunk", "choices": choices, **more}
