"""Say which approved answers are wanted, and find those that fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from rag.approved_records import ApprovalState, Proposal
from rag.catalogue.schema_approved import ApprovedAnswerRow


@dataclass(frozen=True, slots=True)
class ApprovedFilter:
    """Which answers are wanted; None is "any"."""

    state: ApprovalState | None = None
    owner: str | None = None
    place: str | None = None
    """Part of the name of a place."""
    words: str | None = None
    """Part of a wording."""


def filtered(chosen: Select[Any], wanted: ApprovedFilter) -> Select[Any]:
    """Return a selection of rows with the state and the owner that are wanted."""
    if wanted.state is not None:
        chosen = chosen.where(ApprovedAnswerRow.state == wanted.state.value)
    if wanted.owner is not None:
        chosen = chosen.where(ApprovedAnswerRow.owner == wanted.owner)
    return chosen


def is_named(proposal: Proposal, wanted: ApprovedFilter) -> bool:
    """Tell whether a proposal has the place and the words that are wanted."""
    # Compared here and not in the database: the lists are short, and JSON text is no text to look words up in.
    return (wanted.place is None or any(wanted.place in place for place in proposal.places)) and (
        wanted.words is None or any(wanted.words in wording for wording in proposal.wordings)
    )
