"""What the catalogue knows of questions that were handed over: plain facts, on the standard library alone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from rag.domain import PersonalData


class CaseStatus(StrEnum):
    """How far a question is that was handed over to an office."""

    NEW = "new"
    """Written down; the office does not know of it yet."""
    SENT = "sent"
    """The office has it."""
    ANSWERED = "answered"
    """The office answered."""
    SENT_BACK = "sent_back"
    """The office says that it is not theirs to answer."""
    CLOSED = "closed"
    """Nothing is left to be done."""

    @property
    def waits(self) -> bool:
        """True while an answer of an office is waited for, so that it can be overdue."""
        return self in (CaseStatus.NEW, CaseStatus.SENT, CaseStatus.SENT_BACK)


STEPS: Mapping[CaseStatus, tuple[CaseStatus, ...]] = MappingProxyType(
    {
        CaseStatus.NEW: (CaseStatus.SENT, CaseStatus.CLOSED),
        CaseStatus.SENT: (CaseStatus.ANSWERED, CaseStatus.SENT_BACK, CaseStatus.CLOSED),
        CaseStatus.SENT_BACK: (CaseStatus.SENT, CaseStatus.CLOSED),
        CaseStatus.ANSWERED: (CaseStatus.CLOSED, CaseStatus.SENT),
        CaseStatus.CLOSED: (CaseStatus.NEW,),
    }
)
"""What may come after each status, the usual one first."""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A question as somebody hands it over."""

    mark: str
    """Names the form it was written in, as with calls."""
    by: str
    question: str
    office: str
    due: date
    region: str | None = None
    background: str = ""
    call: int | None = None
    queue_key: str | None = None


@dataclass(frozen=True, slots=True)
class CaseStep:
    """What happens to a case: its status from now on, and what there is to say of it."""

    status: CaseStatus
    text: str = ""
    """The office's answer where the status is ``answered``, else a remark."""
    source: str = ""
    """On what the office bases its answer."""
    office: str | None = None
    """Another office, where it is sent to another one."""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One question that was handed over, as it stands. Times are UTC, ISO 8601; text holds no personal numbers."""

    number: int
    opened_at: str
    opened_by: str
    changed_at: str
    question: str
    region: str | None
    background: str
    office: str
    status: CaseStatus
    due: date
    answer: str | None
    source: str | None
    call: int | None
    queue_key: str | None

    def is_overdue(self, today: date) -> bool:
        """Tell whether the office should have answered before today."""
        return self.status.waits and self.due < today


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One step that a case took. Steps are never rewritten."""

    at: str
    by: str
    status: CaseStatus
    office: str
    due: date
    text: str


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with its steps, oldest first."""

    case: Case
    events: tuple[CaseEvent, ...]


@dataclass(frozen=True, slots=True)
class Handed:
    """A case that is kept now, and the kinds of personal numbers that were masked in it."""

    number: int
    masked: tuple[PersonalData, ...]
    was: CaseStatus | None = None
    """Its status before."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are wanted; None is "any"."""

    by: str | None = None
    words: str | None = None
    """All of them stand in the case or in one of its steps."""
    regions: Collection[str] | None = None
    status: CaseStatus | None = None
    office: str | None = None
    overdue_on: date | None = None
    """Only those that are overdue on this day."""
