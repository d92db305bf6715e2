"""What is known of an approved answer: plain facts, on the standard library and :mod:`rag.domain` alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from rag.domain import Answer, AnswerStatus

MAX_WORDINGS = 30
MAX_WORDING_CHARS = 200
MAX_PLACES = 50
MAX_WORDS_CHARS = 1000
"""Of a note, and of what somebody says with a decision."""


class ApprovalState(StrEnum):
    """Where an answer stands. Only ``APPROVED`` ones are ever shown to a resident."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RETURNED = "returned"
    """Sent back with words: its proposer may change and propose it again."""
    WITHDRAWN = "withdrawn"


class ApprovalStep(StrEnum):
    """What somebody did with an approved answer."""

    PROPOSED = "proposed"
    CHANGED = "changed"
    """Changed, and with that proposed again."""
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class WithdrawalReason(StrEnum):
    """Why an approved answer is shown no more."""

    BY_HAND = "by_hand"
    QUOTE_GONE = "quote_gone"
    """The words of a quote do not stand in its document any more."""
    REMOVED = "removed"
    """A cited document is held no more."""
    SUPERSEDED = "superseded"
    """A cited document was replaced by another."""
    EXPIRED = "expired"
    """A cited document holds no more."""
    REVIEW_DUE = "review_due"
    """The day came on which somebody wanted to look at it again."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What somebody wants to be answered: the answer, the questions and places it is for, and who answers for it.

    Raises ValueError where it could never be shown.
    """

    answer: Answer
    """With its statements and citations; statements that a person worded are marked ``edited``."""
    wordings: tuple[str, ...]
    """Questions that it is the answer to, as people ask them."""
    places: tuple[str, ...]
    """Names of the places it is for. 全国 is every place; otherwise a place stands for itself alone."""
    owner: str
    """The account that is told when something happens to it."""
    office: str
    """Who answers for it, as readers know them."""
    review: date
    """The last day it may be shown without somebody looking at it again."""
    note: str = ""
    """For colleagues; residents do not see it."""

    def __post_init__(self) -> None:
        if self.answer.status not in (AnswerStatus.ANSWERED, AnswerStatus.PARTIAL):
            raise ValueError(f"an answer with the status {self.answer.status} cannot be approved")
        if not 1 <= len(self.wordings) <= MAX_WORDINGS or not all(
            len(one.strip()) > 0 and len(one) <= MAX_WORDING_CHARS for one in self.wordings
        ):
            raise ValueError(f"1 to {MAX_WORDINGS} wordings of at most {MAX_WORDING_CHARS} characters are needed")
        if not 1 <= len(self.places) <= MAX_PLACES or not all(one.strip() for one in self.places):
            raise ValueError(f"1 to {MAX_PLACES} places are needed")
        if not self.owner.strip() or not self.office.strip():
            raise ValueError("an approved answer needs an owner and an office")
        if len(self.note) > MAX_WORDS_CHARS:
            raise ValueError(f"the note has {len(self.note)} characters, allowed are {MAX_WORDS_CHARS}")

    @property
    def is_edited(self) -> bool:
        """True where a person changed words of it."""
        return any(statement.edited for statement in self.answer.statements)


@dataclass(frozen=True, slots=True)
class ApprovedAnswer:
    """A proposal and what became of it. Times are UTC, ISO 8601, to the second."""

    number: int
    state: ApprovalState
    proposal: Proposal
    proposed_by: str
    proposed_at: str
    revision: int = 1
    """Counts its changes."""
    reason: WithdrawalReason | None = None
    decided_by: str | None = None
    """Who approved, sent back or withdrew it last; None for a proposal, and where nobody but the clock did."""
    decided_at: str | None = None

    @property
    def since(self) -> date:
        """The day it was approved; that of its proposal before. In UTC."""
        return date.fromisoformat((self.decided_at or self.proposed_at)[:10])

    def proposed_again(self, proposal: Proposal, by: str, at: str) -> ApprovedAnswer:
        """Return it with other contents, as a proposal."""
        return replace(
            self,
            state=ApprovalState.PROPOSED,
            proposal=proposal,
            proposed_by=by,
            proposed_at=at,
            revision=self.revision + 1,
            reason=None,
            decided_by=None,
            decided_at=None,
        )


@dataclass(frozen=True, slots=True)
class ApprovalChange:
    """One thing that happened to an approved answer."""

    number: int
    at: str
    """UTC, ISO 8601, to the second."""
    who: str
    step: ApprovalStep
    reason: WithdrawalReason | None
    words: str
    """What whoever did it said."""
    after: Proposal
    """What it said then."""
