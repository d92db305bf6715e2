"""The settings that admins changed after the file was written: who, when, why, from what to what.

Which keys there are and what their values may be is :mod:`rag.settings_changed`'s to say; here a value is JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, text

from rag.catalogue.audit import note
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schema import MAX_NAME_CHARS
from rag.catalogue.schema_settings import MAX_KEY_CHARS, MAX_REASON_CHARS, SettingChangeRow
from rag.errors import UsageError

MAX_VALUE_CHARS = 15_000
"""Of a value as JSON; below what the audit log takes."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Stands for "no change any more": what the file says holds again."""


WITHDRAWN: Final = Withdrawn()


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One change of one setting. ``at`` is UTC, ISO 8601; ``after`` is a :class:`Withdrawn` where it was withdrawn."""

    number: int
    at: str
    who: str
    key: str
    before: Any
    after: Any
    reason: str


@dataclass(frozen=True, slots=True)
class ChangesHeld:
    """The changed values that hold, by key, and the number of the newest change; 0 where there never was one."""

    values: Mapping[str, Any]
    number: int


Decide = Callable[[Mapping[str, Any]], Mapping[str, tuple[Any, Any]]]
"""Gets the changed values that hold and returns what each key is to be and what it was, or raises."""


class SettingsChanges:
    """The record of changes. It is only ever added to; the newest word of a key holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> int:
        """Return the number of the newest change, 0 where there is none: what a server looks at to learn of one."""
        with self._database.reading() as connection:
            return _newest(connection)

    def held(self) -> ChangesHeld:
        """Return the changes that hold."""
        with self._database.reading() as connection:
            return ChangesHeld(_values(connection), _newest(connection))

    def change(self, decide: Decide, *, by: str, reason: str, at: datetime | None = None) -> tuple[SettingChange, ...]:
        """Store what ``decide`` returns, each with an entry of the audit log: all of it, or nothing.

        ``decide`` sees what holds inside the transaction, so that two admins at once are judged one after the other.

        Raises:
            UsageError: a name, reason or value is empty, too long or cannot be stored; whatever ``decide`` raises.
        """
        reason = " ".join(reason.split())
        _check("reason", reason, MAX_REASON_CHARS)
        _check("name of the admin", by, MAX_NAME_CHARS)
        moment = utc_text(at)
        changes = []
        with self._database.writing() as connection:
            if self._database.file is None:
                connection.execute(text("LOCK TABLE setting_changes IN SHARE ROW EXCLUSIVE MODE"))
            for key, (after, before) in decide(_values(connection)).items():
                _check("key", key, MAX_KEY_CHARS)
                row = {
                    "at": moment,
                    "who": by,
                    "key": key,
                    "value": None if isinstance(after, Withdrawn) else _packed(key, after),
                    "before": _packed(key, before),
                    "reason": reason,
                }
                number = connection.execute(
                    insert(SettingChangeRow).values(row).returning(SettingChangeRow.number)
                ).scalar_one()
                withdrawn = isinstance(after, Withdrawn)
                noted = {"reason": reason, **({"withdrawn": True} if withdrawn else {"value": after})}
                note(connection, by, "settings.change", key, {"value": before}, noted)
                changes.append(SettingChange(number, moment, by, key, before, after, reason))
        return tuple(changes)

    def history(
        self, key: str | None = None, *, below: int | None = None, limit: int = 50
    ) -> tuple[SettingChange, ...]:
        """Return the changes, newest first, at most ``limit``; ``below`` a number for the next page."""
        chosen = select(SettingChangeRow)
        if key is not None:
            chosen = chosen.where(SettingChangeRow.key == key)
        if below is not None:
            chosen = chosen.where(SettingChangeRow.number < below)
        with self._database.reading() as connection:
            rows = connection.execute(chosen.order_by(SettingChangeRow.number.desc()).limit(limit)).all()
        return tuple(
            SettingChange(
                row.number,
                row.at,
                row.who,
                row.key,
                json.loads(row.before),
                WITHDRAWN if row.value is None else json.loads(row.value),
                row.reason,
            )
            for row in rows
        )


def _newest(connection: Connection) -> int:
    return int(connection.execute(select(func.max(SettingChangeRow.number))).scalar_one() or 0)


def _values(connection: Connection) -> Mapping[str, Any]:
    newest = select(func.max(SettingChangeRow.number)).group_by(SettingChangeRow.key)
    chosen = select(SettingChangeRow.key, SettingChangeRow.value).where(SettingChangeRow.number.in_(newest))
    rows = connection.execute(chosen.order_by(SettingChangeRow.key)).all()
    return MappingProxyType({key: json.loads(value) for key, value in rows if value is not None})


def _packed(key: str, value: Any) -> str:
    packed = json.dumps(value, ensure_ascii=True, sort_keys=True, allow_nan=False)
    if len(packed) > MAX_VALUE_CHARS:
        raise UsageError(f"the value of {key} has {len(packed)} characters as JSON, allowed are {MAX_VALUE_CHARS}")
    return packed


def _check(what: str, words: str, longest: int) -> None:
    if not words.strip():
        raise UsageError(f"the {what} is empty")
    if len(words) > longest:
        raise UsageError(f"the {what} has {len(words)} characters, allowed are {longest}")
    if "\0" in words or any("\ud800" <= character <= "\udfff" for character in words):
        raise UsageError(f"the {what} holds characters that cannot be stored: {words!r}")
