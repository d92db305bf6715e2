"""Tasks: what somebody has to look at, because something happened to what they answer for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from rag.catalogue.audit import note as audited
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schema import MAX_NAME_CHARS, MAX_SOURCE_CHARS
from rag.catalogue.schema_approved import KIND_CHARS, TaskRow
from rag.catalogue.task_records import Task
from rag.errors import UnknownIdError, UsageError
from rag.personal_data import mask

MAX_NOTE_CHARS = 1000
_LISTED = 500


class Tasks:
    """Tasks by number. A task is never deleted; it is done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, kind: str, owner: str, object_: str, note: str = "", *, at: datetime | None = None) -> int:
        """Give somebody a task and return its number; one of this kind about this object that is open already is kept.

        Raises:
            UsageError: a word is empty where it must not be, or too long.
        """
        with self._database.writing() as connection:
            return add_task(connection, kind, owner, object_, note, at=at)

    def open_of(self, owner: str | None = None) -> tuple[Task, ...]:
        """Return somebody's open tasks, oldest first; everybody's where nobody is named."""
        wanted = select(TaskRow.__table__).where(TaskRow.done_at.is_(None)).order_by(TaskRow.number).limit(_LISTED)
        if owner is not None:
            wanted = wanted.where(TaskRow.owner == owner)
        with self._database.reading() as connection:
            return tuple(_task(row) for row in connection.execute(wanted))

    def count_open(self, owner: str) -> int:
        """Return how many open tasks somebody has."""
        counted = select(func.count()).select_from(TaskRow).where(TaskRow.owner == owner, TaskRow.done_at.is_(None))
        with self._database.reading() as connection:
            return int(connection.execute(counted).scalar_one())

    def latest_done(self, owner: str | None = None, limit: int = 20) -> tuple[Task, ...]:
        """Return the tasks that were done last, the newest first; of everybody where nobody is named."""
        wanted = select(TaskRow.__table__).where(TaskRow.done_at.is_not(None))
        if owner is not None:
            wanted = wanted.where(TaskRow.owner == owner)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(TaskRow.done_at.desc(), TaskRow.number.desc()).limit(limit))
            return tuple(_task(row) for row in rows)

    def get(self, number: int) -> Task:
        """Return one task. Raises UnknownIdError."""
        with self._database.reading() as connection:
            row = connection.execute(select(TaskRow.__table__).where(TaskRow.number == number)).first()
        if row is None:
            raise UnknownIdError(f"no task {number}")
        return _task(row)

    def done(self, number: int, by: str, outcome: str = "", *, at: datetime | None = None) -> bool:
        """Note that a task is done, and by whom; false where it was done before. Audited.

        Raises:
            UnknownIdError: there is no such task.
            UsageError: the words are too long.
        """
        self.get(number)
        told = _words(outcome)
        changed = update(TaskRow).where(TaskRow.number == number, TaskRow.done_at.is_(None))
        with self._database.writing() as connection:
            values = {"done_at": utc_text(at), "done_by": by, "outcome": told}
            if not connection.execute(changed.values(values)).rowcount:
                return False
            audited(connection, by, "task.done", f"task {number}", None, {"outcome": told})
        return True


def add_task(
    connection: Connection, kind: str, owner: str, object_: str, note: str = "", *, at: datetime | None = None
) -> int:
    """Give somebody a task inside a transaction that does what the task is about; as :meth:`Tasks.add`."""
    for what, text, longest in (
        ("kind", kind, KIND_CHARS),
        ("owner", owner, MAX_NAME_CHARS),
        ("object", object_, MAX_SOURCE_CHARS),
    ):
        if not text.strip() or len(text) > longest or "\0" in text:
            raise UsageError(f"the {what} of a task is empty, too long or cannot be stored: {text[:40]!r}")
    same = select(TaskRow.number).where(
        TaskRow.kind == kind, TaskRow.owner == owner, TaskRow.object == object_, TaskRow.done_at.is_(None)
    )
    standing = connection.execute(same).scalar()
    if standing is not None:
        return int(standing)
    values = {"kind": kind, "owner": owner, "object": object_, "note": _words(note), "created": utc_text(at)}
    added = insert(TaskRow).values(values | {"outcome": ""}).returning(TaskRow.number)
    return int(connection.execute(added).scalar_one())


def close_tasks(connection: Connection, kind: str, object_: str, by: str) -> None:
    """Note inside a transaction that what the open tasks of a kind about an object asked for has happened."""
    changed = update(TaskRow).where(TaskRow.kind == kind, TaskRow.object == object_, TaskRow.done_at.is_(None))
    connection.execute(changed.values(done_at=utc_text(), done_by=by))


def _words(text: str) -> str:
    plain = text.strip().replace("\0", "").encode("utf-8", "replace").decode()
    if len(plain) > MAX_NOTE_CHARS:
        raise UsageError(f"the words about a task have {len(plain)} characters, allowed are {MAX_NOTE_CHARS}")
    return mask(plain).text


def _task(row: Row[*tuple[Any, ...]]) -> Task:
    return Task(
        number=row.number,
        kind=row.kind,
        owner=row.owner,
        object_=row.object,
        note=row.note,
        created=row.created,
        done_at=row.done_at,
        done_by=row.done_by,
        outcome=row.outcome,
    )
