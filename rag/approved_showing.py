"""Show an approved answer, if everything it was approved on still holds today.

Every showing reads each quote again from its document (:mod:`rag.reverification`). One quote that is gone, one cited document
that was removed, replaced or has expired, or a review day that has passed, and it is not shown: whether the rest still
answers the question is for a person to say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from rag.approved_records import ApprovedAnswer, Proposal, WithdrawalReason
from rag.domain import Answer, Approval, Document, Validity
from rag.errors import UnknownIdError, UsageError
from rag.reverification import Texts, reverified


class GroundLostError(UsageError):
    """What is to be approved does not stand in its sources any more, or they hold no more."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Why an answer may not be shown, and which source it is about, by title; empty where it is about none."""

    reason: WithdrawalReason
    title: str = ""


def lost_ground(proposal: Proposal, texts: Texts, today: date) -> Ground | None:
    """Return why an answer does not hold any more, or None where it does.

    Raises:
        NoGenerationError: nothing is published, so nothing can be read again.
    """
    if proposal.review < today:
        return Ground(WithdrawalReason.REVIEW_DUE)
    for citation in proposal.answer.citations:
        try:
            document = texts.document(citation.document_id)
        except UnknownIdError:
            return Ground(WithdrawalReason.REMOVED, citation.title)
        reason = _held_no_more(document, today)
        if reason is not None:
            return Ground(reason, document.title)
        kept = reverified(_of_one(proposal.answer, citation.number), texts, today)
        if kept.gone:
            return Ground(WithdrawalReason.QUOTE_GONE, document.title)
    return None


def check_ground(proposal: Proposal, texts: Texts, today: date) -> None:
    """Make sure that an answer could be shown today. Raises GroundLostError, or NoGenerationError as :func:`lost_ground`."""
    ground = lost_ground(proposal, texts, today)
    if ground is not None:
        raise GroundLostError(f"{ground.reason}: {ground.title}" if ground.title else ground.reason.value)


def shown(approved: ApprovedAnswer, question: str, texts: Texts, today: date) -> Answer | None:
    """Return an approved answer as the answer to a question asked today, or None where it holds no more.

    Raises:
        NoGenerationError: nothing is published.
    """
    proposal = approved.proposal
    if lost_ground(proposal, texts, today) is not None:
        return None
    again = reverified(proposal.answer, texts, today)
    if again.changed:
        return None
    return replace(
        again.answer,
        question=question,
        # What was said about how the question was read, asked or masked, was about another asking.
        read_as=None,
        rewritten=None,
        premise=None,
        masked=(),
        usage=None,
        related=(),
        confidence=1.0,
        approved=Approval(approved.number, approved.since, proposal.office),
    )


def _held_no_more(document: Document, today: date) -> WithdrawalReason | None:
    if document.validity is Validity.SUPERSEDED or document.superseded_by is not None:
        return WithdrawalReason.SUPERSEDED
    ended = document.valid_until is not None and document.valid_until < today
    return WithdrawalReason.EXPIRED if ended or document.validity is Validity.EXPIRED else None


def _of_one(answer: Answer, number: int) -> Answer:
    """Return an answer that cites one of its quotes alone, so that what becomes of this quote shows."""
    citing = next(one for one in answer.statements if number in one.citations)
    cited = tuple(citation for citation in answer.citations if citation.number == number)
    return replace(
        answer,
        statements=(replace(citing, citations=(number,)),),
        citations=cited,
        related=(),
        places=(),
        silent_places=(),
    )
