"""Why a language model's turn came to nothing, as a closed list that the page can put into plain words."""

from __future__ import annotations

from enum import StrEnum

from rag.errors import LanguageModelError


class FailureReason(StrEnum):
    """What kept a model's words from being shown; the value of ``reason`` in the notice ``model_unavailable``."""

    UNREACHABLE = "unreachable"
    """No connection, or the server is in trouble."""
    REFUSED = "refused"
    """The server does not accept the key, the model's name or the request."""
    BUSY = "busy"
    """Too many requests for the server."""
    LATE = "late"
    """No complete answer within the deadline."""
    CUT = "cut"
    """It broke off, was cut at its longest length, or ended in another way than by being finished."""
    UNREADABLE = "unreadable"
    """Something else than an answer came back, such as a web page."""
    EMPTY = "empty"
    DAILY_CAP = "daily_cap"
    """What may be used in a day is used."""
    NOT_COUNTED = "not_counted"
    """A cap is set and the count of what was used cannot be kept."""
    SILENT = "silent"
    """The model finds no answer in the evidence."""
    UNSUPPORTED = "unsupported"
    """Too little of what it wrote stands in the evidence, or not what was asked for."""


class ModelCallError(LanguageModelError):
    """The language model gave nothing usable; ``reason`` says why, the message says it for the log."""

    def __init__(self, reason: FailureReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
