"""What the log of questions keeps: how each question ended, and nothing of who asked it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rag.domain import AnswerStatus


class Channel(StrEnum):
    """The door that a question came in by."""

    PAGE = "page"
    """The conversation on the resident's page."""
    ASK = "ask"
    """The plain page, the light edition and the widget included."""
    API = "api"
    OPENAI = "openai"
    MCP = "mcp"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class LoggedQuestion:
    """One question and how it ended. Holds no address, no session and no person.

    The log masks ``question`` before it writes it (:mod:`rag.nameless`), whoever made the record.
    """

    question: str | None
    """None where its words are not kept: with a question about somebody's health or life."""
    status: AnswerStatus
    channel: Channel
    language: str
    """Language of the page or the call, as a BCP 47 tag."""
    latency_ms: int
    """From the moment the question came in until its answer stood, waiting included. The log keeps two digits of it."""
    reason: str | None = None
    """Why it was not answered, or not in full; see ``ui.question_logging.reason_of``."""
    region: str | None = None
    """The place it is about, by its official name."""
    generation: str | None = None
    cited: tuple[str, ...] = ()
    """Ids of the documents that the answer quotes, each once."""
    receipt_id: str | None = None
    at: str = ""
    """UTC, ISO 8601, to the second; empty: the moment it is written."""
    number: int = 0
    """The order in the log, from 1; 0 before it is written."""


@dataclass(frozen=True, slots=True)
class UseFilter:
    """Which questions are counted. Days are those of the machine's time zone, both included."""

    since: date
    until: date
    region: str | None = None
    channel: Channel | None = None


@dataclass(frozen=True, slots=True)
class RepeatedQuestion:
    """The same words, asked so many times; ``newest`` is when last (UTC, ISO 8601)."""

    question: str
    count: int
    newest: str


@dataclass(frozen=True, slots=True)
class FeedbackOfUse:
    """What was said of the answers that are counted."""

    useful: int
    useless: int
    reasons: Mapping[str, int]
    """By code (``FeedbackReason``), most frequent first."""
