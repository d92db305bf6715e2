"""Who changed what, when, from what to what. Rows are only ever added; the database itself refuses anything else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from rag.catalogue.account_records import AuditEntry
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schema import MAX_ACTION_CHARS, MAX_NAME_CHARS, MAX_SOURCE_CHARS
from rag.catalogue.schema_accounts import AuditRow
from rag.errors import UsageError

MAX_VALUE_CHARS = 20_000
"""Of ``before`` and ``after`` as JSON; whole documents have versions of their own and do not belong here."""
_PAGE = 500


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; None is "any"."""

    who: str | None = None
    action: str | None = None
    """The whole action, or its first part with the dot, ``document.``."""
    object_: str | None = None
    """A part of the object's name."""
    since: datetime | None = None
    """Says its time zone; included."""
    until: datetime | None = None
    """Says its time zone; not included."""


class Audit:
    """The record of changes, oldest first by number."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, who: str, action: str, object_: str, before: Any = None, after: Any = None) -> int:
        """Note one change and return its number. ``before`` and ``after`` are anything that JSON can hold.

        Raises:
            UsageError: a word is empty, too long or cannot be stored, or a value is no JSON or is too long.
        """
        with self._database.writing() as connection:
            return note(connection, who, action, object_, before, after)

    def entries(
        self, wanted: AuditFilter | None = None, *, below: int | None = None, limit: int = 50
    ) -> tuple[AuditEntry, ...]:
        """Return the newest entries that fit, newest first, at most ``limit``; ``below`` a number for the next page."""
        chosen = _filtered(select(AuditRow), wanted or AuditFilter())
        if below is not None:
            chosen = chosen.where(AuditRow.number < below)
        with self._database.reading() as connection:
            rows = connection.execute(chosen.order_by(AuditRow.number.desc()).limit(limit)).all()
        return tuple(
            AuditEntry(row.number, row.at, row.who, row.action, row.object, _read(row.before), _read(row.after))
            for row in rows
        )

    def count(self, wanted: AuditFilter | None = None) -> int:
        """Return how many entries fit."""
        chosen = _filtered(select(func.count()).select_from(AuditRow), wanted or AuditFilter())
        with self._database.reading() as connection:
            return int(connection.execute(chosen).scalar_one())

    def everything(self, wanted: AuditFilter | None = None) -> Iterator[AuditEntry]:
        """Yield every entry that fits, newest first, a page at a time: no transaction stays open between two."""
        below: int | None = None
        while page := self.entries(wanted, below=below, limit=_PAGE):
            yield from page
            below = page[-1].number


def note(connection: Connection, who: str, action: str, object_: str, before: Any = None, after: Any = None) -> int:
    """Add an entry inside a transaction that makes the change itself, so that neither stands without the other.

    Returns the entry's number; raises as :meth:`Audit.add` does.
    """
    _check("name", who, MAX_NAME_CHARS)
    _check("action", action, MAX_ACTION_CHARS)
    _check("object", object_, MAX_SOURCE_CHARS)
    row = {"at": utc_text(), "who": who, "action": action, "object": object_}
    values = {**row, "before": _packed(before), "after": _packed(after)}
    return int(connection.execute(insert(AuditRow).values(values).returning(AuditRow.number)).scalar_one())


def _filtered(chosen: Select[Any], wanted: AuditFilter) -> Select[Any]:
    if wanted.who is not None:
        chosen = chosen.where(AuditRow.who == wanted.who)
    if wanted.action is not None:
        whole = not wanted.action.endswith(".")
        chosen = chosen.where(
            AuditRow.action == wanted.action if whole else AuditRow.action.startswith(wanted.action, autoescape=True)
        )
    if wanted.object_ is not None:
        chosen = chosen.where(AuditRow.object.contains(wanted.object_, autoescape=True))
    if wanted.since is not None:
        chosen = chosen.where(AuditRow.at >= utc_text(wanted.since))
    if wanted.until is not None:
        chosen = chosen.where(AuditRow.at < utc_text(wanted.until))
    return chosen


def _packed(value: Any) -> str | None:
    if value is None:
        return None
    try:
        packed = json.dumps(value, ensure_ascii=True, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"a value of the audit log is no JSON: {error}") from error
    if len(packed) > MAX_VALUE_CHARS:
        raise UsageError(f"a value of the audit log has {len(packed)} characters, allowed are {MAX_VALUE_CHARS}")
    return packed


def _read(packed: str | None) -> Any:
    return None if packed is None else json.loads(packed)


def _check(what: str, text: str, longest: int) -> None:
    if not text.strip():
        raise UsageError(f"the {what} of an audit entry is empty")
    if len(text) > longest:
        raise UsageError(f"the {what} of an audit entry has {len(text)} characters, allowed are {longest}")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise UsageError(f"the {what} of an audit entry holds characters that cannot be stored: {text!r}")
