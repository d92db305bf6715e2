"""Turn rows of approved answers into records and back, and clean what goes into them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row

from rag.answer_record import from_record, to_record
from rag.approved_records import (
    MAX_WORDS_CHARS,
    ApprovalChange,
    ApprovalState,
    ApprovalStep,
    ApprovedAnswer,
    Proposal,
    WithdrawalReason,
)
from rag.catalogue.feedback import packed, unpacked
from rag.errors import UsageError
from rag.personal_data import mask


def columns_of(answer: ApprovedAnswer) -> dict[str, Any]:
    """Return the values of the row of an answer, its number aside."""
    proposal = answer.proposal
    return {
        "state": answer.state.value,
        "reason": answer.reason and answer.reason.value,
        "revision": answer.revision,
        "wordings": json.dumps(proposal.wordings, ensure_ascii=False),
        "places": json.dumps(proposal.places, ensure_ascii=False),
        "answer": packed(to_record(proposal.answer)),
        "owner": proposal.owner,
        "office": proposal.office,
        "review": proposal.review.isoformat(),
        "note": proposal.note,
        "proposed_by": answer.proposed_by,
        "proposed_at": answer.proposed_at,
        "decided_by": answer.decided_by,
        "decided_at": answer.decided_at,
    }


def answer_of(row: Row[*tuple[Any, ...]]) -> ApprovedAnswer:
    """Return the answer of a row."""
    proposal = Proposal(
        answer=from_record(unpacked(row.answer)),
        wordings=tuple(json.loads(row.wordings)),
        places=tuple(json.loads(row.places)),
        owner=row.owner,
        office=row.office,
        review=date.fromisoformat(row.review),
        note=row.note,
    )
    return ApprovedAnswer(
        number=row.number,
        state=ApprovalState(row.state),
        proposal=proposal,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        revision=row.revision,
        reason=WithdrawalReason(row.reason) if row.reason is not None else None,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


def written(proposal: Proposal) -> dict[str, Any]:
    """Return a proposal as values that JSON can hold."""
    return {
        "answer": to_record(proposal.answer),
        "wordings": list(proposal.wordings),
        "places": list(proposal.places),
        "owner": proposal.owner,
        "office": proposal.office,
        "review": proposal.review.isoformat(),
        "note": proposal.note,
    }


def change_of(row: Row[*tuple[Any, ...]]) -> ApprovalChange:
    """Return the change of a row of the history."""
    kept = unpacked(row.record)
    after = Proposal(
        answer=from_record(kept["answer"]),
        wordings=tuple(kept["wordings"]),
        places=tuple(kept["places"]),
        owner=kept["owner"],
        office=kept["office"],
        review=date.fromisoformat(kept["review"]),
        note=kept["note"],
    )
    reason = WithdrawalReason(row.reason) if row.reason is not None else None
    return ApprovalChange(row.number, row.at, row.who, ApprovalStep(row.step), reason, row.words, after)


def told_of(answer: ApprovedAnswer) -> dict[str, Any]:
    """Return what the audit log keeps: the state and the few facts; the history has the whole."""
    proposal = answer.proposal
    return {
        "state": answer.state.value,
        "reason": answer.reason and answer.reason.value,
        "revision": answer.revision,
        "question": proposal.wordings[0],
        "wordings": len(proposal.wordings),
        "places": list(proposal.places[:10]),
        "owner": proposal.owner,
        "office": proposal.office,
        "review": proposal.review.isoformat(),
        "edited": proposal.is_edited,
    }


def masked(proposal: Proposal) -> Proposal:
    """Return a proposal as it is stored: plain text, and no personal numbers in wordings and note."""
    return replace(
        proposal,
        wordings=tuple(dict.fromkeys(mask(_plain(one)).text for one in proposal.wordings)),
        places=tuple(dict.fromkeys(_plain(one) for one in proposal.places)),
        owner=_plain(proposal.owner),
        office=_plain(proposal.office),
        note=mask(_plain(proposal.note)).text,
    )


def _plain(text: str) -> str:
    return text.strip().replace("\0", "").encode("utf-8", "replace").decode()


def said(words: str) -> str:
    """Return words that must be said. Raises UsageError where there are none."""
    told = checked_words(words)
    if not told:
        raise UsageError("say in words why")
    return told


def checked_words(words: str) -> str:
    """Return words as they are stored. Raises UsageError where there are too many."""
    plain = _plain(words)
    if len(plain) > MAX_WORDS_CHARS:
        raise UsageError(f"the words have {len(plain)} characters, allowed are {MAX_WORDS_CHARS}")
    return mask(plain).text
