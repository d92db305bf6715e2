"""Find the figures of worded statements that no quote holds: whoever approves them says so in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.approved_records import Proposal
from rag.domain import Answer, Citation, Statement
from rag.verification import unsupported_figures


@dataclass(frozen=True, slots=True)
class UnheldFigures:
    """The figures of one statement that stand in none of its quotes, as they are written in it."""

    statement: int
    """Its position in the answer, from 0."""
    figures: tuple[str, ...]


def figures_to_confirm(proposal: Proposal) -> tuple[UnheldFigures, ...]:
    """Return the edited statements of a proposal with figures that no quote of theirs holds; empty where all is held."""
    return tuple(
        UnheldFigures(n, found)
        for n, statement in enumerate(proposal.answer.statements)
        if statement.edited and (found := unheld(statement, _quotes_of(statement, proposal.answer)))
    )


def unheld(statement: Statement, quotes: Iterable[Citation]) -> tuple[str, ...]:
    """Return the figures of a statement that stand in none of its quotes, as they are written in it."""
    missing = unsupported_figures(statement.text, [quote.quote for quote in quotes])
    return tuple(dict.fromkeys(statement.text[one.start : one.end] for one in missing))


def _quotes_of(statement: Statement, answer: Answer) -> tuple[Citation, ...]:
    return tuple(one for one in answer.citations if one.number in statement.citations)
