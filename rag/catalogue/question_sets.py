"""The question sets that admins keep. Every change is noted in the audit log by the same transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from rag.catalogue.audit import note
from rag.catalogue.engine import Database
from rag.catalogue.question_set_records import QuestionSet, QuestionSetInfo
from rag.catalogue.records import utc_text
from rag.catalogue.schema import MAX_NAME_CHARS
from rag.catalogue.schema_evaluation import MAX_QUESTION_ID_CHARS, QuestionSetRow, SetQuestionRow
from rag.errors import UnknownIdError, UsageError

MAX_SETS = 100
MAX_QUESTIONS = 2000
"""Of one set. Asking so many takes minutes; the check before a publication has a deadline."""
MAX_ENTRY_CHARS = 20_000

Entry = Mapping[str, Any]
"""A question as an entry of a file; the caller has read it (``rag.evaluation.answer_file.read_entry``)."""


class QuestionSets:
    """The sets of one data folder. Safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, *, regression: bool | None = None) -> tuple[QuestionSetInfo, ...]:
        """Return every set by name, or only those that must hold before a publication, or only the others."""
        wanted = _listed().order_by(QuestionSetRow.name)
        if regression is not None:
            wanted = wanted.where(QuestionSetRow.regression == regression)
        with self._database.reading() as connection:
            return tuple(_info(row) for row in connection.execute(wanted))

    def get(self, name: str | int) -> QuestionSet:
        """Return one set by its name or its number. Raises UnknownIdError."""
        with self._database.reading() as connection:
            row = _found(connection, name)
            entries = connection.execute(
                select(SetQuestionRow.entry)
                .where(SetQuestionRow.set_number == row.number)
                .order_by(SetQuestionRow.number)
            )
            read = tuple(MappingProxyType(json.loads(entry)) for (entry,) in entries)
        return QuestionSet(_info(row), read, MappingProxyType(json.loads(row.thresholds)))

    def add(
        self,
        name: str,
        entries: Sequence[Entry] = (),
        thresholds: Mapping[str, Any] | None = None,
        *,
        regression: bool = False,
        by: str,
    ) -> int:
        """Keep a new set and return its number.

        Raises:
            UsageError: the name is taken or cannot be stored, an id is used twice, or it is too much.
        """
        name = _checked_name(name)
        with self._database.writing() as connection:
            _refuse_taken(connection, name)
            if connection.execute(select(func.count()).select_from(QuestionSetRow)).scalar_one() >= MAX_SETS:
                raise UsageError(f"there are {MAX_SETS} question sets; remove one first")
            values = {
                "name": name,
                "regression": regression,
                "thresholds": json.dumps(dict(thresholds or {})),
                "changed_at": utc_text(),
                "changed_by": by[:MAX_NAME_CHARS],
            }
            made = connection.execute(insert(QuestionSetRow).values(values).returning(QuestionSetRow.number))
            number = int(made.scalar_one())
            _fill(connection, number, entries)
            note(connection, by, "questions.add", name, None, {"questions": len(entries), "regression": regression})
        return number

    def replace(
        self, name: str | int, entries: Sequence[Entry], thresholds: Mapping[str, Any] | None = None, *, by: str
    ) -> None:
        """Give a set other questions, those of a file. Raises UnknownIdError, and UsageError as :meth:`add` does."""
        with self._database.writing() as connection:
            row = _found(connection, name)
            connection.execute(delete(SetQuestionRow).where(SetQuestionRow.set_number == row.number))
            _fill(connection, row.number, entries)
            _touch(connection, row.number, by, thresholds=json.dumps(dict(thresholds or {})))
            note(
                connection, by, "questions.import", row.name, {"questions": row.questions}, {"questions": len(entries)}
            )

    def change(self, name: str | int, *, new_name: str, regression: bool, by: str) -> None:
        """Rename a set, or say whether it must hold. Raises UnknownIdError, and UsageError where the name is taken."""
        new_name = _checked_name(new_name)
        with self._database.writing() as connection:
            row = _found(connection, name)
            if new_name != row.name:
                _refuse_taken(connection, new_name)
            if (new_name, regression) == (row.name, row.regression):
                return
            _touch(connection, row.number, by, name=new_name, regression=regression)
            before = {"name": row.name, "regression": row.regression}
            note(connection, by, "questions.change", row.name, before, {"name": new_name, "regression": regression})

    def remove(self, name: str | int, *, by: str) -> None:
        """Remove a set with its questions; what was measured with it stays in the history. Raises UnknownIdError."""
        with self._database.writing() as connection:
            row = _found(connection, name)
            connection.execute(delete(SetQuestionRow).where(SetQuestionRow.set_number == row.number))
            connection.execute(delete(QuestionSetRow).where(QuestionSetRow.number == row.number))
            before = {"questions": row.questions, "regression": row.regression}
            note(connection, by, "questions.remove", row.name, before, None)

    def keep_question(self, name: str | int, entry: Entry, *, instead_of: str | None = None, by: str) -> None:
        """Add a question to a set, or put it in the place of the one whose id is ``instead_of``.

        Raises:
            UnknownIdError: no such set or question.
            UsageError: another question has its id, or it is too much.
        """
        with self._database.writing() as connection:
            row = _found(connection, name)
            before = None
            if instead_of is not None:
                before = _question(connection, row.number, instead_of)
            if entry["id"] != instead_of and _has(connection, row.number, str(entry["id"])):
                raise UsageError(f"another question of {row.name} has the id {entry['id']!r}")
            if before is None and row.questions >= MAX_QUESTIONS:
                raise UsageError(f"a question set has at most {MAX_QUESTIONS} questions")
            values = _row_of(row.number, entry)
            if before is None:
                connection.execute(insert(SetQuestionRow).values(values))
            else:
                connection.execute(update(SetQuestionRow).where(_at(row.number, str(instead_of))).values(values))
            _touch(connection, row.number, by)
            note(connection, by, "questions.question", row.name, before, dict(entry))

    def remove_question(self, name: str | int, question_id: str, *, by: str) -> None:
        """Take a question out of a set. Raises UnknownIdError."""
        with self._database.writing() as connection:
            row = _found(connection, name)
            before = _question(connection, row.number, question_id)
            connection.execute(delete(SetQuestionRow).where(_at(row.number, question_id)))
            _touch(connection, row.number, by)
            note(connection, by, "questions.question", row.name, before, None)


def _listed() -> Select[Any]:
    counted = (
        select(func.count())
        .select_from(SetQuestionRow)
        .where(SetQuestionRow.set_number == QuestionSetRow.number)
        .scalar_subquery()
        .label("questions")
    )
    return select(
        QuestionSetRow.number,
        QuestionSetRow.name,
        QuestionSetRow.regression,
        QuestionSetRow.thresholds,
        QuestionSetRow.changed_at,
        QuestionSetRow.changed_by,
        counted,
    )


def _found(connection: Connection, name: str | int) -> Row[Any]:
    key = QuestionSetRow.number if isinstance(name, int) else QuestionSetRow.name
    row = connection.execute(_listed().where(key == name)).first()
    if row is None:
        raise UnknownIdError(f"no question set {name!r}")
    return row


def _info(row: Row[Any]) -> QuestionSetInfo:
    return QuestionSetInfo(row.number, row.name, row.regression, row.questions, row.changed_at, row.changed_by)


def _at(number: int, question_id: str) -> Any:
    return (SetQuestionRow.set_number == number) & (SetQuestionRow.question_id == question_id)


def _has(connection: Connection, number: int, question_id: str) -> bool:
    return connection.execute(select(SetQuestionRow.number).where(_at(number, question_id))).first() is not None


def _question(connection: Connection, number: int, question_id: str) -> dict[str, Any]:
    entry = connection.execute(select(SetQuestionRow.entry).where(_at(number, question_id))).scalar()
    if entry is None:
        raise UnknownIdError(f"no question {question_id!r}")
    read: dict[str, Any] = json.loads(entry)
    return read


def _fill(connection: Connection, number: int, entries: Sequence[Entry]) -> None:
    if len(entries) > MAX_QUESTIONS:
        raise UsageError(f"a question set has at most {MAX_QUESTIONS} questions, these are {len(entries)}")
    rows = [_row_of(number, entry) for entry in entries]
    if len({row["question_id"] for row in rows}) < len(rows):
        raise UsageError("an id is used by two questions")
    if rows:
        connection.execute(insert(SetQuestionRow), rows)


def _row_of(number: int, entry: Entry) -> dict[str, Any]:
    question_id = str(entry["id"])
    # ASCII: PostgreSQL takes no NUL, and a text may hold half a surrogate pair.
    packed = json.dumps(dict(entry), ensure_ascii=True, allow_nan=False)
    if not question_id.strip() or len(question_id) > MAX_QUESTION_ID_CHARS or not question_id.isprintable():
        raise UsageError(f"a question's id has 1 to {MAX_QUESTION_ID_CHARS} characters that can be printed")
    if len(packed) > MAX_ENTRY_CHARS:
        raise UsageError(f"question {question_id} has {len(packed)} characters, allowed are {MAX_ENTRY_CHARS}")
    return {"set_number": number, "question_id": question_id, "entry": packed}


def _touch(connection: Connection, number: int, by: str, **values: Any) -> None:
    changed = {"changed_at": utc_text(), "changed_by": by[:MAX_NAME_CHARS], **values}
    connection.execute(update(QuestionSetRow).where(QuestionSetRow.number == number).values(changed))


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARS or not name.isprintable():
        raise UsageError(f"a question set's name has 1 to {MAX_NAME_CHARS} characters that can be printed")
    return name


def _refuse_taken(connection: Connection, name: str) -> None:
    if connection.execute(select(QuestionSetRow.number).where(QuestionSetRow.name == name)).first() is not None:
        raise UsageError(f"there is a question set {name!r} already")
