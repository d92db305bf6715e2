"""What admins know better than the detection, and who said so when.

Which fields there are and what their values may be is the ingest's to say; here a value is text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, func, insert, select

from rag.catalogue.engine import Database
from rag.catalogue.records import CorrectionChange, utc_text
from rag.catalogue.schema import MAX_FIELD_CHARS, MAX_NAME_CHARS, MAX_SOURCE_CHARS, CorrectionRow
from rag.errors import UsageError

MAX_VALUE_CHARS = 4000


class Corrections:
    """Corrected values by source and field. The record is only ever added to; the newest word of a field holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def change(
        self,
        source: str,
        values: Mapping[str, str | None],
        *,
        by: str,
        at: datetime | None = None,
        reason: str | None = None,
    ) -> tuple[CorrectionChange, ...]:
        """Correct some fields of a document, or withdraw corrections (None); all of it is stored, or nothing.

        Returns what changed; a value that holds already is not written again. ``by`` names the admin, ``at`` (now, if
        none is given) says its time zone, ``reason`` is kept with each change.

        Raises:
            UsageError: a name or value is empty, too long, or holds characters that cannot be stored.
        """
        _check("source", source, MAX_SOURCE_CHARS)
        _check("name of the admin", by, MAX_NAME_CHARS)
        if reason is not None:
            _check("reason", reason, MAX_VALUE_CHARS)
        for field, value in values.items():
            _check("field", field, MAX_FIELD_CHARS)
            if value is not None:
                _check(f"value of {field}", value, MAX_VALUE_CHARS)
        moment = utc_text(at)
        with self._database.writing() as connection:
            held = _held(connection, source).get(source, {})
            changes = tuple(
                CorrectionChange(source, field, held.get(field), value, by, moment, reason)
                for field, value in values.items()
                if held.get(field) != value
            )
            for change in changes:
                connection.execute(
                    insert(CorrectionRow).values(
                        source=source,
                        field=change.field,
                        value=change.new,
                        changed_by=by,
                        changed_at=moment,
                        reason=reason,
                    )
                )
        return changes

    def current(self) -> Mapping[str, Mapping[str, str]]:
        """Return the corrections that hold, by source and field, both in order."""
        with self._database.reading() as connection:
            held = _held(connection)
        return MappingProxyType(
            {source: MappingProxyType(dict(sorted(held[source].items()))) for source in sorted(held)}
        )

    def history(self, source: str) -> tuple[CorrectionChange, ...]:
        """Return every change of a document's corrections, oldest first."""
        chosen = select(
            CorrectionRow.field,
            CorrectionRow.value,
            CorrectionRow.changed_by,
            CorrectionRow.changed_at,
            CorrectionRow.reason,
        )
        with self._database.reading() as connection:
            rows = connection.execute(chosen.where(CorrectionRow.source == source).order_by(CorrectionRow.number)).all()
        held: dict[str, str | None] = {}
        changes = []
        for field, value, by, at, reason in rows:
            changes.append(CorrectionChange(source, field, held.get(field), value, by, at, reason))
            held[field] = value
        return tuple(changes)

    def digest(self) -> str:
        """Return a SHA-256 that differs exactly when other corrections hold; history, names and times do not count."""
        plain = {source: dict(fields) for source, fields in self.current().items()}
        return hashlib.sha256(json.dumps(plain).encode("ascii")).hexdigest()


def _held(connection: Connection, source: str | None = None) -> dict[str, dict[str, str]]:
    """Return the values that hold, of one document or of all."""
    newest = select(func.max(CorrectionRow.number)).group_by(CorrectionRow.source, CorrectionRow.field)
    if source is not None:
        newest = newest.where(CorrectionRow.source == source)
    chosen = select(CorrectionRow.source, CorrectionRow.field, CorrectionRow.value)
    found: dict[str, dict[str, str]] = {}
    for name, field, value in connection.execute(chosen.where(CorrectionRow.number.in_(newest))):
        if value is not None:
            found.setdefault(name, {})[field] = value
    return found


def _check(what: str, text: str, longest: int) -> None:
    if not text.strip():
        raise UsageError(f"the {what} is empty")
    if len(text) > longest:
        raise UsageError(f"the {what} has {len(text)} characters, allowed are {longest}")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise UsageError(f"the {what} holds characters that cannot be stored: {text!r}")
