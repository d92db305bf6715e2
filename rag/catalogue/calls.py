"""The log of calls: what was asked, what was answered, what became of it. Notes are added to a call, never rewritten."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, func, insert, select, update

from rag.catalogue.audit import note as audited
from rag.catalogue.call_records import Call, CallFilter, CallNote, CallOutcome, Logged, NewCall, WholeCall
from rag.catalogue.engine import Database
from rag.catalogue.feedback import check_receipt_id, packed, unpacked
from rag.catalogue.records import utc_text
from rag.catalogue.reminding import remind
from rag.catalogue.said import Said, insert_once, number_of_mark, search_form, words_of
from rag.catalogue.schema import MAX_NAME_CHARS, TOKEN_CHARS
from rag.catalogue.schema_calls import CallNoteRow, CallRow
from rag.catalogue.tasks import close_tasks
from rag.errors import UnknownIdError, UsageError

CALL_BACK_TASK = "call_back"
"""Kind of the task to call somebody back."""
MAX_QUESTION_CHARS = 2000
MAX_ANSWER_CHARS = 10_000
MAX_NOTE_CHARS = 2000
MAX_REGION_CHARS = 100
_PAGE = 200
_SHOWN = tuple(
    getattr(CallRow, name)
    for name in ("number", "at", "by", "question", "region", "answer", "receipt_id", "outcome", "follow_up")
)


class Calls:
    """Calls by number; whoever shows them decides who may see which. Kept for ``calls.keep_days``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, call: NewCall, *, at: datetime | None = None) -> Logged:
        """Log a call, personal numbers masked; a form that was sent before is the call that it made.

        ``at`` (now, if none is given) says its time zone.

        Raises:
            UsageError: the question is empty though the outcome says that there was one, or a text is too long.
            TypeError, ValueError: the record is no JSON; nothing was stored.
        """
        said = Said()
        question = said.text("question", call.question, MAX_QUESTION_CHARS, required=call.outcome.has_question)
        answer = said.text("answer", call.answer, MAX_ANSWER_CHARS)
        note = said.text("note", call.note, MAX_NOTE_CHARS)
        if call.receipt_id is not None:
            check_receipt_id(call.receipt_id)
        mark = call.mark[:TOKEN_CHARS] or secrets.token_hex(TOKEN_CHARS // 2)
        moment, follow_up = utc_text(at), _follow_up(call.outcome, call.follow_up)
        values = {
            "mark": mark,
            "at": moment,
            "by": call.by[:MAX_NAME_CHARS],
            "question": question,
            "region": said.line("place", call.region or "", MAX_REGION_CHARS) or None,
            "answer": answer,
            "receipt_id": call.receipt_id,
            "record": None if call.record is None else packed(call.record),
            "outcome": call.outcome.value,
            "follow_up": follow_up,
            "folded": search_form(question, answer, note),
        }
        with self._database.writing() as connection:
            made = insert_once(self._database, connection, CallRow, values)
            if made is None:
                return Logged(number_of_mark(connection, CallRow, mark, CallRow.by == values["by"]), said.masked)
            who = str(values["by"])
            _add_note(connection, made, moment, who, note, call.outcome, follow_up)
            audited(connection, who, "call.add", call_name(made), None, {"outcome": call.outcome.value})
        return Logged(made, said.masked)

    def note(
        self,
        number: int,
        by: str,
        text: str,
        outcome: CallOutcome,
        follow_up: date | None = None,
        *,
        at: datetime | None = None,
    ) -> Logged:
        """Add a note to a call, with its outcome from now on, and when to call back where that is the outcome.

        Raises:
            UnknownIdError: there is no such call.
            UsageError: the note is too long, or says nothing and changes nothing.
        """
        said = Said()
        kept = said.text("note", text, MAX_NOTE_CHARS)
        day = _follow_up(outcome, follow_up)
        with self._database.writing() as connection:
            held = connection.execute(select(CallRow).where(CallRow.number == number)).one_or_none()
            if held is None:
                raise UnknownIdError(f"there is no call {number}")
            if not kept and (held.outcome, held.follow_up) == (outcome.value, day):
                raise UsageError("the note is empty and changes nothing")
            changed = {"outcome": outcome.value, "follow_up": day, "folded": search_form(held.folded, kept)}
            connection.execute(update(CallRow).where(CallRow.number == number).values(changed))
            _add_note(connection, number, utc_text(at), by[:MAX_NAME_CHARS], kept, outcome, day)
            close_tasks(connection, CALL_BACK_TASK, call_name(number), by)
            before, after = ({"outcome": one} for one in (held.outcome, outcome.value))
            audited(connection, by, "call.note", call_name(number), before, after)
        return Logged(number, said.masked)

    def get(self, number: int) -> WholeCall:
        """Return a call with its notes. Raises UnknownIdError."""
        with self._database.reading() as connection:
            row = connection.execute(select(*_SHOWN, CallRow.record).where(CallRow.number == number)).one_or_none()
            if row is None:
                raise UnknownIdError(f"there is no call {number}")
            of_call = select(CallNoteRow.__table__).where(CallNoteRow.call == number).order_by(CallNoteRow.number)
            notes = tuple(_note(one) for one in connection.execute(of_call))
        return WholeCall(_call(row), notes, None if row.record is None else unpacked(row.record))

    def entries(self, wanted: CallFilter, *, limit: int, after: int = 0) -> tuple[Call, ...]:
        """Return the newest calls that fit, newest first, after as many newer ones; what is due soonest where that is asked."""
        order = (CallRow.at.desc(), CallRow.number.desc())
        chosen = _filtered(select(*_SHOWN), wanted)
        chosen = chosen.order_by(*((CallRow.follow_up, CallRow.number) if wanted.follow_up_by else order))
        with self._database.reading() as connection:
            return tuple(_call(row) for row in connection.execute(chosen.limit(limit).offset(after)))

    def everything(self, wanted: CallFilter) -> Iterator[Call]:
        """Yield all calls that fit, newest first; they are read page by page."""
        below: int | None = None
        while True:
            chosen = _filtered(select(*_SHOWN), wanted).order_by(CallRow.number.desc()).limit(_PAGE)
            if below is not None:
                chosen = chosen.where(CallRow.number < below)
            with self._database.reading() as connection:
                page = [_call(row) for row in connection.execute(chosen)]
            yield from page
            if len(page) < _PAGE:
                return
            below = page[-1].number

    def count(self, wanted: CallFilter) -> int:
        """Return how many calls fit."""
        with self._database.reading() as connection:
            return int(connection.execute(_filtered(select(func.count()).select_from(CallRow), wanted)).scalar_one())

    def counts(self, wanted: CallFilter) -> Mapping[CallOutcome, int]:
        """Return how many of the calls that fit have which outcome, every outcome included."""
        chosen = _filtered(select(CallRow.outcome, func.count()), wanted).group_by(CallRow.outcome)
        with self._database.reading() as connection:
            found = {str(outcome): number for outcome, number in connection.execute(chosen)}
        return MappingProxyType({outcome: found.get(outcome.value, 0) for outcome in CallOutcome})

    def regions(self) -> tuple[str, ...]:
        """Return the places that calls were about, in order."""
        chosen = select(CallRow.region).where(CallRow.region.is_not(None)).distinct().order_by(CallRow.region)
        with self._database.reading() as connection:
            return tuple(str(region) for (region,) in connection.execute(chosen))

    def note_due(self, today: date) -> int:
        """Give whoever logged a call that is to be answered by today a task, once for each such day; return how many."""
        due = (CallRow.follow_up.is_not(None), CallRow.follow_up <= today.isoformat())
        with self._database.reading() as connection:
            rows = connection.execute(select(CallRow.number, CallRow.by, CallRow.follow_up).where(*due)).all()
        found = [(call_name(number), str(by), str(day)) for number, by, day in rows]
        return remind(self._database, CALL_BACK_TASK, found)

    def purge(self, before: str) -> int:
        """Delete the calls from before a moment (UTC, ISO 8601) with their notes, and return how many."""
        old = select(CallRow.number).where(CallRow.at < before)
        with self._database.writing() as connection:
            connection.execute(delete(CallNoteRow).where(CallNoteRow.call.in_(old)))
            return connection.execute(delete(CallRow).where(CallRow.at < before)).rowcount


def call_name(number: int) -> str:
    """Return how the audit log and tasks name a call."""
    return f"call {number}"


def _follow_up(outcome: CallOutcome, day: date | None) -> str | None:
    """Return the day to call back; whoever names none is to call back on the day of the call."""
    if outcome is not CallOutcome.CALL_BACK:
        return None
    return (day or datetime.now().astimezone().date()).isoformat()


def _add_note(
    connection: Connection, call: int, at: str, by: str, text: str, outcome: CallOutcome, follow_up: str | None
) -> None:
    values = {"call": call, "at": at, "by": by, "text": text, "outcome": outcome.value, "follow_up": follow_up}
    connection.execute(insert(CallNoteRow).values(values))


def _filtered(chosen: Select[*tuple[Any, ...]], wanted: CallFilter) -> Select[*tuple[Any, ...]]:
    fits: list[ColumnElement[bool]] = [
        CallRow.folded.contains(word, autoescape=True) for word in words_of(wanted.words)
    ]
    if wanted.by is not None:
        fits.append(CallRow.by == wanted.by)
    if wanted.regions is not None:
        fits.append(CallRow.region.in_(wanted.regions))
    if wanted.outcome is not None:
        fits.append(CallRow.outcome == wanted.outcome.value)
    if wanted.since is not None:
        fits.append(CallRow.at >= utc_text(wanted.since))
    if wanted.until is not None:
        fits.append(CallRow.at < utc_text(wanted.until))
    if wanted.follow_up_by is not None:
        fits.append(CallRow.follow_up <= wanted.follow_up_by.isoformat())
    return chosen.where(*fits)


def _call(row: Row[*tuple[Any, ...]]) -> Call:
    return Call(
        row.number,
        row.at,
        row.by,
        row.question,
        row.region,
        row.answer,
        row.receipt_id,
        CallOutcome(row.outcome),
        date.fromisoformat(row.follow_up) if row.follow_up else None,
    )


def _note(row: Row[*tuple[Any, ...]]) -> CallNote:
    day = date.fromisoformat(row.follow_up) if row.follow_up else None
    return CallNote(row.at, row.by, row.text, CallOutcome(row.outcome), day)
