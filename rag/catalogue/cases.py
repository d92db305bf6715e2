"""Questions that were handed over to an office: where they are, when an answer is due, and every step on the way."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, delete, func, insert, select, update

from rag.catalogue.audit import note as audited
from rag.catalogue.calls import MAX_NOTE_CHARS, MAX_QUESTION_CHARS, MAX_REGION_CHARS
from rag.catalogue.case_records import (
    STEPS,
    Case,
    CaseEvent,
    CaseFilter,
    CaseStatus,
    CaseStep,
    Handed,
    NewCase,
    WholeCase,
)
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.reminding import remind
from rag.catalogue.said import Said, insert_once, number_of_mark, search_form, words_of
from rag.catalogue.schema import MAX_NAME_CHARS, TOKEN_CHARS
from rag.catalogue.schema_calls import CaseRow, CaseStepRow
from rag.catalogue.tasks import add_task, close_tasks
from rag.errors import UnknownIdError, UsageError

MAX_REPLY_CHARS = 5000
MAX_SOURCE_CHARS = 500
OVERDUE_TASK = "case_overdue"
"""Kind of the task to ask an office again."""
_TASKS = MappingProxyType({CaseStatus.ANSWERED: "case_answered", CaseStatus.SENT_BACK: "case_sent_back"})
"""What whoever handed a question over has to look at when it comes back."""
_WAITING = tuple(status.value for status in CaseStatus if status.waits)


class Cases:
    """Cases by number. Everybody at the hotline sees them: whoever is rung back by an office must find them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, new: NewCase, *, at: datetime | None = None) -> Handed:
        """Write a case down, personal numbers masked; a form that was sent before is the case that it made.

        ``at`` (now, if none is given) says its time zone.

        Raises:
            UsageError: question or office is empty, or a text is too long.
        """
        said = Said()
        question = said.text("question", new.question, MAX_QUESTION_CHARS, required=True)
        background = said.text("background", new.background, MAX_NOTE_CHARS)
        office = said.line("office", new.office, MAX_NAME_CHARS, required=True)
        region = said.line("place", new.region or "", MAX_REGION_CHARS) or None
        mark, moment = new.mark[:TOKEN_CHARS] or secrets.token_hex(TOKEN_CHARS // 2), utc_text(at)
        values = {
            "mark": mark,
            "opened_at": moment,
            "opened_by": new.by[:MAX_NAME_CHARS],
            "changed_at": moment,
            "question": question,
            "region": region,
            "background": background,
            "office": office,
            "status": CaseStatus.NEW.value,
            "due": new.due.isoformat(),
            "call": new.call,
            "queue_key": new.queue_key,
            "folded": search_form(question, region, background, office),
        }
        with self._database.writing() as connection:
            made = insert_once(self._database, connection, CaseRow, values)
            if made is None:
                of_maker = CaseRow.opened_by == values["opened_by"]
                return Handed(number_of_mark(connection, CaseRow, mark, of_maker), said.masked)
            due = new.due.isoformat()
            _add_step(connection, made, moment, new.by, CaseStatus.NEW, office, due, "")
            audited(connection, new.by, "case.open", case_name(made), None, {"office": office, "due": due})
        return Handed(made, said.masked)

    def step(
        self, number: int, by: str, step: CaseStep, *, expected: CaseStatus | None = None, at: datetime | None = None
    ) -> Handed:
        """Take a case a step further; the same status again is a remark that leaves it where it is.

        ``expected`` is the status that whoever decided this saw.

        Raises:
            UnknownIdError: there is no such case.
            UsageError: the step may not follow on the case's status, somebody else was quicker, a text is too long, or
                what the step needs is missing: an answer its text and source, every remark and a closing without answer
                a text.
        """
        said = Said()
        longest = MAX_REPLY_CHARS if step.status is CaseStatus.ANSWERED else MAX_NOTE_CHARS
        text = said.text("text", step.text, longest)
        source = said.text("source", step.source, MAX_SOURCE_CHARS)
        office = said.line("office", step.office or "", MAX_NAME_CHARS)
        moment = utc_text(at)
        with self._database.writing() as connection:
            row = connection.execute(select(CaseRow).where(CaseRow.number == number).with_for_update()).one_or_none()
            if row is None:
                raise UnknownIdError(f"there is no case {number}")
            was = CaseStatus(row.status)
            if expected is not None and was is not expected:
                raise UsageError(f"case {number} is {was} by now, not {expected}")
            _check(was, step.status, text, source)
            due = step.due.isoformat() if step.due else row.due
            changed: dict[str, Any] = {
                "status": step.status.value,
                "changed_at": moment,
                "office": office or row.office,
                "due": due,
                "folded": search_form(row.folded, text, source, office),
            }
            if step.status is CaseStatus.ANSWERED and was is not CaseStatus.ANSWERED:
                changed |= {"answer": text, "source": source}
            connection.execute(update(CaseRow).where(CaseRow.number == number).values(changed))
            told = "\n".join(filter(None, (text, source)))
            _add_step(connection, number, moment, by, step.status, changed["office"], due, told)
            before = {"status": was.value, "office": row.office, "due": row.due}
            after = {"status": step.status.value, "office": changed["office"], "due": due}
            audited(connection, by, "case.step", case_name(number), before, after)
            if before != after:
                for kind in (*_TASKS.values(), OVERDUE_TASK):
                    close_tasks(connection, kind, case_name(number), by)
            if step.status is not was and step.status in _TASKS:
                add_task(connection, _TASKS[step.status], row.opened_by, case_name(number))
        return Handed(number, said.masked, was)

    def get(self, number: int) -> WholeCase:
        """Return a case with its steps. Raises UnknownIdError."""
        with self._database.reading() as connection:
            row = connection.execute(select(CaseRow.__table__).where(CaseRow.number == number)).one_or_none()
            if row is None:
                raise UnknownIdError(f"there is no case {number}")
            of_case = select(CaseStepRow.__table__).where(CaseStepRow.case == number).order_by(CaseStepRow.number)
            events = tuple(_event(one) for one in connection.execute(of_case))
        return WholeCase(_case(row), events)

    def entries(self, wanted: CaseFilter, *, limit: int, after: int = 0) -> tuple[Case, ...]:
        """Return the cases that fit: those that wait by the day they are due, then the others, newest first."""
        waits = CaseRow.status.in_(_WAITING)
        chosen = _filtered(select(CaseRow.__table__), wanted).order_by(
            case((CaseRow.status == CaseStatus.ANSWERED.value, 0), (waits, 1), else_=2),
            case((waits, CaseRow.due), else_=""),
            CaseRow.changed_at.desc(),
            CaseRow.number.desc(),
        )
        with self._database.reading() as connection:
            return tuple(_case(row) for row in connection.execute(chosen.limit(limit).offset(after)))

    def count(self, wanted: CaseFilter) -> int:
        """Return how many cases fit."""
        with self._database.reading() as connection:
            return int(connection.execute(_filtered(select(func.count()).select_from(CaseRow), wanted)).scalar_one())

    def counts(self) -> Mapping[CaseStatus, int]:
        """Return how many cases have which status, every status included."""
        with self._database.reading() as connection:
            found = connection.execute(select(CaseRow.status, func.count()).group_by(CaseRow.status)).all()
        by_status = {str(status): number for status, number in found}
        return MappingProxyType({status: by_status.get(status.value, 0) for status in CaseStatus})

    def of_call(self, call: int) -> tuple[Case, ...]:
        """Return the cases that came from a call, oldest first."""
        chosen = select(CaseRow.__table__).where(CaseRow.call == call).order_by(CaseRow.number)
        with self._database.reading() as connection:
            return tuple(_case(row) for row in connection.execute(chosen))

    def regions(self) -> tuple[str, ...]:
        """Return the places that cases are about, in order."""
        chosen = select(CaseRow.region).where(CaseRow.region.is_not(None)).distinct().order_by(CaseRow.region)
        with self._database.reading() as connection:
            return tuple(str(region) for (region,) in connection.execute(chosen))

    def note_overdue(self, today: date) -> int:
        """Give whoever handed an overdue case over a task, once for each day it was due; return how many."""
        overdue = _filtered(select(CaseRow.number, CaseRow.opened_by, CaseRow.due), CaseFilter(overdue_on=today))
        with self._database.reading() as connection:
            rows = connection.execute(overdue).all()
        found = [(case_name(number), str(by), str(due)) for number, by, due in rows]
        return remind(self._database, OVERDUE_TASK, found)

    def purge(self, before: str) -> int:
        """Delete the closed cases that were last changed before a moment (UTC, ISO 8601), and return how many."""
        over = (CaseRow.status == CaseStatus.CLOSED.value, CaseRow.changed_at < before)
        with self._database.writing() as connection:
            connection.execute(delete(CaseStepRow).where(CaseStepRow.case.in_(select(CaseRow.number).where(*over))))
            return connection.execute(delete(CaseRow).where(*over)).rowcount


def case_name(number: int) -> str:
    """Return how the audit log and tasks name a case."""
    return f"case {number}"


def _check(was: CaseStatus, status: CaseStatus, text: str, source: str) -> None:
    """Raise UsageError where a step does not follow or lacks what it needs."""
    if status is was:
        if not text:
            raise UsageError("a remark is empty")
        return
    if status not in STEPS[was]:
        raise UsageError(f"a case that is {was} cannot become {status}")
    if status is CaseStatus.ANSWERED and not (text and source):
        raise UsageError("an answer needs its text and its source")
    if (
        status is CaseStatus.SENT_BACK or (status is CaseStatus.CLOSED and was is not CaseStatus.ANSWERED)
    ) and not text:
        raise UsageError(f"to be {status} a case needs a reason")


def _add_step(
    connection: Connection, number: int, at: str, by: str, status: CaseStatus, office: str, due: str, text: str
) -> None:
    values = {
        "case": number,
        "at": at,
        "by": by[:MAX_NAME_CHARS],
        "status": status.value,
        "office": office,
        "due": due,
        "text": text,
    }
    connection.execute(insert(CaseStepRow).values(values))


def _filtered(chosen: Select[*tuple[Any, ...]], wanted: CaseFilter) -> Select[*tuple[Any, ...]]:
    fits: list[ColumnElement[bool]] = [
        CaseRow.folded.contains(word, autoescape=True) for word in words_of(wanted.words)
    ]
    if wanted.by is not None:
        fits.append(CaseRow.opened_by == wanted.by)
    if wanted.regions is not None:
        fits.append(CaseRow.region.in_(wanted.regions))
    if wanted.status is not None:
        fits.append(CaseRow.status == wanted.status.value)
    if wanted.office is not None:
        fits.append(CaseRow.office == wanted.office)
    if wanted.overdue_on is not None:
        fits += [CaseRow.status.in_(_WAITING), CaseRow.due < wanted.overdue_on.isoformat()]
    return chosen.where(*fits)


def _case(row: Row[*tuple[Any, ...]]) -> Case:
    return Case(
        row.number,
        row.opened_at,
        row.opened_by,
        row.changed_at,
        row.question,
        row.region,
        row.background,
        row.office,
        CaseStatus(row.status),
        date.fromisoformat(row.due),
        row.answer,
        row.source,
        row.call,
        row.queue_key,
    )


def _event(row: Row[*tuple[Any, ...]]) -> CaseEvent:
    return CaseEvent(row.at, row.by, CaseStatus(row.status), row.office, date.fromisoformat(row.due), row.text)
