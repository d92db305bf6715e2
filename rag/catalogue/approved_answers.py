"""Approved answers: proposed by one person, looked at by another, withdrawn when their ground is gone. Every step is kept.

Each change is one transaction with its entry in the history and in the audit log, and where something was withdrawn by the
clock or by a source, with the task for its owner: none of them stands without the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from rag.approved_records import (
    MAX_WORDS_CHARS,
    ApprovalChange,
    ApprovalState,
    ApprovalStep,
    ApprovedAnswer,
    Proposal,
    WithdrawalReason,
)
from rag.catalogue.approved_finding import ApprovedFilter, filtered, is_named
from rag.catalogue.approved_rows import answer_of, change_of, checked_words, columns_of, masked, said, told_of, written
from rag.catalogue.audit import note as audited
from rag.catalogue.engine import Database
from rag.catalogue.feedback import packed
from rag.catalogue.records import utc_text
from rag.catalogue.schema_approved import ApprovedAnswerRow, ApprovedChangeRow
from rag.catalogue.tasks import add_task, close_tasks
from rag.errors import UnknownIdError, UsageError

CLOCK = "policychat"
"""Who withdrew what nobody withdrew by hand."""
TASK_WITHDRAWN = "approval_withdrawn"
TASK_RETURNED = "approval_returned"
_LISTED = 1000


class OwnProposalError(UsageError):
    """Nobody approves what they proposed or worded themselves."""


class FiguresUnconfirmedError(UsageError):
    """A worded statement holds a figure that no quote holds, and nobody said in words that it is right."""


class ChangedMeanwhileError(UsageError):
    """Somebody else changed or decided it since it was read."""


class ApprovedAnswers:
    """Approved answers by number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(self, proposal: Proposal, by: str, *, at: datetime | None = None) -> int:
        """Keep a proposal and return its number. Personal numbers in wordings and note are masked first.

        Raises:
            UsageError: a value cannot be stored.
        """
        kept = masked(proposal)
        first = ApprovedAnswer(0, ApprovalState.PROPOSED, kept, by, utc_text(at))
        with self._database.writing() as connection:
            added = insert(ApprovedAnswerRow).values(columns_of(first)).returning(ApprovedAnswerRow.number)
            number = int(connection.execute(added).scalar_one())
            _remember(connection, replace(first, number=number), by, ApprovalStep.PROPOSED, first.proposed_at)
        return number

    def change(
        self, number: int, proposal: Proposal, by: str, *, revision: int, at: datetime | None = None
    ) -> ApprovedAnswer:
        """Give an answer other contents, which proposes it again: what was approved is shown no more until it is anew.

        Raises:
            UnknownIdError: there is none with this number.
            ChangedMeanwhileError: it is not at ``revision`` any more.
        """
        kept = masked(proposal)
        with self._database.writing() as connection:
            now = _at_revision(connection, number, revision)
            changed = now.proposed_again(kept, by, utc_text(at))
            _store(connection, changed)
            _remember(connection, changed, by, ApprovalStep.CHANGED, changed.proposed_at, before=now)
            _close_tasks(connection, number, by)
        return changed

    def approve(
        self, number: int, by: str, *, revision: int, words: str = "", at: datetime | None = None
    ) -> ApprovedAnswer:
        """Approve a proposal. Whether its sources still carry it is for the caller to ask (``rag.approved_showing``).

        Raises:
            UnknownIdError: there is none with this number.
            ChangedMeanwhileError: it is no proposal, or not at ``revision`` any more.
            OwnProposalError: ``by`` proposed or changed it.
            FiguresUnconfirmedError: a worded figure stands in no quote and ``words`` say nothing of it.
        """
        from rag.approved_figures import figures_to_confirm

        told = checked_words(words)
        with self._database.writing() as connection:
            now = _at_revision(connection, number, revision)
            if now.state is not ApprovalState.PROPOSED:
                raise ChangedMeanwhileError(f"approved answer {number} is {now.state}, not proposed")
            if by in _authors(connection, number):
                raise OwnProposalError(f"{by} proposed or changed approved answer {number}")
            if figures_to_confirm(now.proposal) and not told:
                raise FiguresUnconfirmedError(f"approved answer {number} has figures that no quote holds")
            return _decided(connection, now, ApprovalState.APPROVED, ApprovalStep.APPROVED, by, told, at)

    def send_back(
        self, number: int, by: str, words: str, *, revision: int, at: datetime | None = None
    ) -> ApprovedAnswer:
        """Send a proposal back to whoever proposed it, who gets a task. Raises as :meth:`approve`; without words UsageError."""
        told = said(words)
        with self._database.writing() as connection:
            now = _at_revision(connection, number, revision)
            if now.state is not ApprovalState.PROPOSED:
                raise ChangedMeanwhileError(f"approved answer {number} is {now.state}, not proposed")
            back = _decided(connection, now, ApprovalState.RETURNED, ApprovalStep.RETURNED, by, told, at)
            add_task(connection, TASK_RETURNED, now.proposed_by, object_name(number), told)
        return back

    def withdraw(
        self, number: int, by: str, words: str, *, revision: int, at: datetime | None = None
    ) -> ApprovedAnswer:
        """Take an answer back by hand, proposed or approved. Raises as :meth:`send_back`."""
        told = said(words)
        with self._database.writing() as connection:
            now = _at_revision(connection, number, revision)
            if now.state is ApprovalState.WITHDRAWN:
                raise ChangedMeanwhileError(f"approved answer {number} is withdrawn already")
            reason = WithdrawalReason.BY_HAND
            _close_tasks(connection, number, by)
            return _decided(connection, now, ApprovalState.WITHDRAWN, ApprovalStep.WITHDRAWN, by, told, at, reason)

    def withdraw_by_clock(
        self, number: int, reason: WithdrawalReason, detail: str = "", *, revision: int, at: datetime | None = None
    ) -> bool:
        """Withdraw an approved answer whose ground is gone, with a task for its owner; false where it is none any more.

        ``detail`` says which source, by title.
        """
        with self._database.writing() as connection:
            now = _found(connection, number)
            if now is None or now.state is not ApprovalState.APPROVED or now.revision != revision:
                return False
            told = checked_words(detail[:MAX_WORDS_CHARS])
            _decided(connection, now, ApprovalState.WITHDRAWN, ApprovalStep.WITHDRAWN, CLOCK, told, at, reason)
            note = f"{reason.value}: {told}" if told else reason.value
            add_task(connection, TASK_WITHDRAWN, now.proposal.owner, object_name(number), note, at=at)
        return True

    def get(self, number: int) -> ApprovedAnswer:
        """Return one. Raises UnknownIdError."""
        with self._database.reading() as connection:
            found = _found(connection, number)
        if found is None:
            raise UnknownIdError(f"no approved answer {number}")
        return found

    def find(self, wanted: ApprovedFilter | None = None, *, limit: int = _LISTED) -> tuple[ApprovedAnswer, ...]:
        """Return those that fit, the last changed first."""
        chosen = filtered(select(ApprovedAnswerRow.__table__), wanted or ApprovedFilter())
        last = func.coalesce(ApprovedAnswerRow.decided_at, ApprovedAnswerRow.proposed_at)
        with self._database.reading() as connection:
            rows = connection.execute(chosen.order_by(last.desc(), ApprovedAnswerRow.number.desc()).limit(limit)).all()
        found = (answer_of(row) for row in rows)
        return tuple(one for one in found if wanted is None or is_named(one.proposal, wanted))

    def counts(self) -> Mapping[ApprovalState, int]:
        """Return how many there are in each state."""
        grouped = select(ApprovedAnswerRow.state, func.count()).group_by(ApprovedAnswerRow.state)
        with self._database.reading() as connection:
            counted = {str(state): int(number) for state, number in connection.execute(grouped)}
        return {state: counted.get(state.value, 0) for state in ApprovalState}

    def in_force(self) -> tuple[ApprovedAnswer, ...]:
        """Return every approved answer, by number."""
        wanted = select(ApprovedAnswerRow.__table__).where(ApprovedAnswerRow.state == ApprovalState.APPROVED.value)
        with self._database.reading() as connection:
            return tuple(answer_of(row) for row in connection.execute(wanted.order_by(ApprovedAnswerRow.number)))

    def last_change(self) -> int:
        """Return a number that grows with every change; 0 before the first. One look at an index, to ask often."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.max(ApprovedChangeRow.number))).scalar() or 0)

    def history(self, number: int) -> tuple[ApprovalChange, ...]:
        """Return everything that happened to one, oldest first; empty where there is none."""
        wanted = select(ApprovedChangeRow.__table__).where(ApprovedChangeRow.answer == number)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(ApprovedChangeRow.number)).all()
        return tuple(change_of(row) for row in rows)

    def authors(self, number: int) -> frozenset[str]:
        """Return who worded what is proposed now, and so may not approve it."""
        with self._database.reading() as connection:
            return _authors(connection, number)


def object_name(number: int) -> str:
    """Return how tasks and the audit log name an approved answer."""
    return f"approved answer {number}"


def _decided(
    connection: Connection,
    now: ApprovedAnswer,
    state: ApprovalState,
    step: ApprovalStep,
    by: str,
    words: str,
    at: datetime | None,
    reason: WithdrawalReason | None = None,
) -> ApprovedAnswer:
    moment = utc_text(at)
    decided = replace(now, state=state, reason=reason, decided_by=by, decided_at=moment, revision=now.revision + 1)
    _store(connection, decided)
    _remember(connection, decided, by, step, moment, words=words, before=now)
    return decided


def _at_revision(connection: Connection, number: int, revision: int) -> ApprovedAnswer:
    now = _found(connection, number)
    if now is None:
        raise UnknownIdError(f"no approved answer {number}")
    if now.revision != revision:
        raise ChangedMeanwhileError(f"approved answer {number} is at change {now.revision}, not {revision}")
    return now


def _authors(connection: Connection, number: int) -> frozenset[str]:
    own = select(ApprovedChangeRow.step, ApprovedChangeRow.who).where(ApprovedChangeRow.answer == number)
    authors: set[str] = set()
    for step, who in connection.execute(own.order_by(ApprovedChangeRow.number)):
        if step == ApprovalStep.APPROVED.value:
            authors.clear()
        elif step in (ApprovalStep.PROPOSED.value, ApprovalStep.CHANGED.value):
            authors.add(who)
    return frozenset(authors)


def _close_tasks(connection: Connection, number: int, by: str) -> None:
    for kind in (TASK_WITHDRAWN, TASK_RETURNED):
        close_tasks(connection, kind, object_name(number), by)


def _remember(
    connection: Connection,
    answer: ApprovedAnswer,
    who: str,
    step: ApprovalStep,
    at: str,
    *,
    words: str = "",
    before: ApprovedAnswer | None = None,
) -> None:
    values = {
        "answer": answer.number,
        "at": at,
        "who": who,
        "step": step.value,
        "reason": answer.reason and answer.reason.value,
        "words": words,
        "record": packed(written(answer.proposal)),
    }
    connection.execute(insert(ApprovedChangeRow).values(values))
    after = told_of(answer) | ({"words": words} if words else {})
    audited(connection, who, f"approved.{step}", object_name(answer.number), before and told_of(before), after)


def _store(connection: Connection, answer: ApprovedAnswer) -> None:
    changed = update(ApprovedAnswerRow).where(ApprovedAnswerRow.number == answer.number)
    connection.execute(changed.values(columns_of(answer)))


def _found(connection: Connection, number: int) -> ApprovedAnswer | None:
    row = connection.execute(select(ApprovedAnswerRow.__table__).where(ApprovedAnswerRow.number == number)).first()
    return answer_of(row) if row is not None else None
