"""What the catalogue knows of calls: plain facts, on the standard library alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from rag.domain import PersonalData


class CallOutcome(StrEnum):
    """What became of a call."""

    ANSWERED = "answered"
    PARTLY = "partly"
    CALL_BACK = "call_back"
    """Somebody calls the caller again; ``follow_up`` says on which day."""
    HANDED_OVER = "handed_over"
    """An office is asked; see the case."""
    REFERRED = "referred"
    """The caller was told who else to turn to."""
    DROPPED = "dropped"
    """The line broke before there was an answer."""
    WRONG_NUMBER = "wrong_number"

    @property
    def has_question(self) -> bool:
        """True where somebody asked something."""
        return self not in (CallOutcome.DROPPED, CallOutcome.WRONG_NUMBER)


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call as somebody logs it."""

    mark: str
    """Up to 32 characters that name the form it was written in: a form that is sent twice is one call."""
    by: str
    question: str
    outcome: CallOutcome
    region: str | None = None
    answer: str = ""
    note: str = ""
    follow_up: date | None = None
    receipt_id: str | None = None
    record: Mapping[str, Any] | None = None
    """The assistant's answer, as a receipt holds it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. Times are UTC, ISO 8601, to the second; text holds no personal numbers."""

    number: int
    at: str
    by: str
    question: str
    region: str | None
    answer: str
    receipt_id: str | None
    outcome: CallOutcome
    follow_up: date | None
    """The day on which to call back, None where nobody has to."""


@dataclass(frozen=True, slots=True)
class CallNote:
    """One note on a call, with the outcome as it stood from then on. Notes are never rewritten."""

    at: str
    by: str
    text: str
    outcome: CallOutcome
    follow_up: date | None


@dataclass(frozen=True, slots=True)
class WholeCall:
    """A call with its notes, oldest first, and the assistant's answer where it was logged with one."""

    call: Call
    notes: tuple[CallNote, ...]
    record: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Logged:
    """A call that is kept now, and the kinds of personal numbers that were masked in it."""

    number: int
    masked: tuple[PersonalData, ...]


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are wanted; None is "any"."""

    by: str | None = None
    words: str | None = None
    """All of them stand in the question, the answer or a note."""
    regions: Collection[str] | None = None
    """Names of places, as calls have them."""
    outcome: CallOutcome | None = None
    since: datetime | None = None
    """Says its time zone; included."""
    until: datetime | None = None
    """Says its time zone; not included."""
    follow_up_by: date | None = None
    """Only those to be called back by this day."""
