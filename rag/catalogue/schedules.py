"""What is read again by itself: the schedules, which process runs one, and how each run ended."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from rag.catalogue.audit import note
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schedule_records import (
    MOST_TARGETS,
    FileFailure,
    Rhythm,
    Schedule,
    ScheduleEnd,
    ScheduleKind,
    ScheduleWanted,
)
from rag.catalogue.schema import MAX_NAME_CHARS
from rag.catalogue.schema_schedules import ScheduleRow
from rag.errors import UnknownIdError, UsageError

HELD_S = 120.0
"""How long a process may keep a schedule without a word; then another may take it over."""
_MOST_FAILURES = 200
_MOST_REASON_CHARS = 300


class Schedules:
    """The schedules of one catalogue. A run is held by one process at a time, whatever number of them looks."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def all(self) -> tuple[Schedule, ...]:
        """Return every schedule, the next one first, paused ones last."""
        chosen = select(ScheduleRow).order_by(ScheduleRow.paused, ScheduleRow.due, ScheduleRow.number)
        with self._database.reading() as connection:
            return tuple(_schedule(row) for row in connection.execute(chosen))

    def get(self, number: int) -> Schedule:
        """Return one schedule. Raises UnknownIdError."""
        with self._database.reading() as connection:
            return _find(connection, number)

    def add(self, wanted: ScheduleWanted, *, by: str) -> Schedule:
        """Add a schedule; its first run is due by its rhythm. Noted in the audit log.

        Raises:
            UsageError: the name is empty, too long or taken, or there is nothing, or too much, to read.
        """
        now = self._clock()
        with self._database.writing() as connection:
            _check(connection, wanted, None)
            row = {
                **_columns(wanted),
                "paused": False,
                "created": utc_text(now),
                "created_by": by,
                "due": utc_text(wanted.rhythm.after(now)),
                "failures": "[]",
                "tries": 0,
            }
            number = connection.execute(insert(ScheduleRow).values(row).returning(ScheduleRow.number)).scalar_one()
            note(connection, by, "schedule.add", wanted.name, None, plain(wanted))
            return _find(connection, int(number))

    def change(self, number: int, wanted: ScheduleWanted, *, by: str) -> Schedule:
        """Change a schedule; another rhythm settles anew when it is due. Noted in the audit log.

        Raises:
            UnknownIdError: there is no such schedule.
            UsageError: as for ``add``.
        """
        with self._database.writing() as connection:
            before = _find(connection, number)
            _check(connection, wanted, number)
            columns = _columns(wanted)
            if wanted.rhythm != before.wanted.rhythm:
                columns["due"] = utc_text(wanted.rhythm.after(self._clock()))
            if (wanted.kind, wanted.targets) != (before.wanted.kind, before.wanted.targets):
                # What was wrong with other files says nothing of these.
                columns |= {"failures": "[]", "tries": 0, "trouble_since": None, "problem": None}
            connection.execute(update(ScheduleRow).where(ScheduleRow.number == number).values(columns))
            note(connection, by, "schedule.change", wanted.name, plain(before.wanted), plain(wanted))
            return _find(connection, number)

    def set_paused(self, number: int, paused: bool, *, by: str) -> None:
        """Pause a schedule or let it go on; what it missed while it was paused is not caught up. Noted in the audit log.

        Raises:
            UnknownIdError: there is no such schedule.
        """
        with self._database.writing() as connection:
            found = _find(connection, number)
            if found.paused == paused:
                return
            values: dict[str, Any] = {"paused": paused}
            if not paused:
                values["due"] = utc_text(found.wanted.rhythm.after(self._clock()))
            connection.execute(update(ScheduleRow).where(ScheduleRow.number == number).values(values))
            action = "schedule.pause" if paused else "schedule.resume"
            note(connection, by, action, found.wanted.name, {"paused": not paused}, {"paused": paused})

    def remove(self, number: int, *, by: str) -> None:
        """Remove a schedule; its documents and reports stay. Noted in the audit log. Raises UnknownIdError."""
        with self._database.writing() as connection:
            found = _find(connection, number)
            connection.execute(delete(ScheduleRow).where(ScheduleRow.number == number))
            note(connection, by, "schedule.remove", found.wanted.name, plain(found.wanted), None)

    def take(self, number: int, holder: str, *, at_once: bool = False) -> Schedule | None:
        """Take a schedule that is due, and return it as it was; None where another process was quicker.

        ``at_once`` takes it before it is due, and a paused one as well. Whoever takes it calls ``keep`` now and then,
        and ``ended`` at the end; what a killed process held is free after :data:`HELD_S` seconds.

        Raises:
            UnknownIdError: there is no such schedule.
        """
        now = self._clock()
        free = or_(ScheduleRow.holder.is_(None), ScheduleRow.held_until < utc_text(now))
        wanted: list[ColumnElement[bool]] = [ScheduleRow.number == number, free]
        if not at_once:
            wanted += [ScheduleRow.due <= utc_text(now), ScheduleRow.paused.is_(False)]
        held = {"holder": holder, "held_until": utc_text(now + timedelta(seconds=HELD_S)), "started": utc_text(now)}
        with self._database.writing() as connection:
            before = _find(connection, number)
            was_due = utc_text(now) if at_once else before.due
            taken = connection.execute(update(ScheduleRow).where(*wanted).values({**held, "was_due": was_due})).rowcount
        return before if taken == 1 else None

    def keep(self, number: int, holder: str) -> bool:
        """Say that the holder still runs it; False where it was taken over, or is gone."""
        until = utc_text(self._clock() + timedelta(seconds=HELD_S))
        mine = update(ScheduleRow).where(ScheduleRow.number == number, ScheduleRow.holder == holder)
        with self._database.writing() as connection:
            return connection.execute(mine.values(held_until=until)).rowcount == 1

    def put_off(self, number: int, holder: str, until: datetime) -> None:
        """Let a schedule go that could not begin, say because somebody else is writing; it is due again at ``until``."""
        mine = update(ScheduleRow).where(ScheduleRow.number == number, ScheduleRow.holder == holder)
        with self._database.writing() as connection:
            connection.execute(mine.values(holder=None, held_until=None, due=utc_text(until)))

    def release(self, number: int, holder: str) -> None:
        """Let a schedule go that was taken and not begun; it is due as before."""
        mine = update(ScheduleRow).where(ScheduleRow.number == number, ScheduleRow.holder == holder)
        with self._database.writing() as connection:
            connection.execute(mine.values(holder=None, held_until=None))

    def ended(self, number: int, holder: str, end: ScheduleEnd) -> None:
        """Note how a run ended and when the next one is due, unless the schedule was taken over or removed meanwhile."""
        with self._database.writing() as connection:
            row = connection.execute(select(ScheduleRow).where(ScheduleRow.number == number)).first()
            if row is None or row.holder != holder:
                return
            kept = [[one.source, one.reason[:_MOST_REASON_CHARS]] for one in end.failures[:_MOST_FAILURES]]
            values = {
                "holder": None,
                "held_until": None,
                "finished": utc_text(self._clock()),
                "outcome": end.outcome,
                "run": end.run,
                "due": utc_text(end.due),
                "problem": end.problem,
                "failures": json.dumps(kept),
                "tries": row.tries + 1 if end.in_trouble else 0,
                "trouble_since": (row.trouble_since or row.started) if end.in_trouble else None,
            }
            connection.execute(update(ScheduleRow).where(ScheduleRow.number == number).values(values))


def plain(wanted: ScheduleWanted) -> dict[str, Any]:
    """Return what a schedule is in values for JSON; of many addresses the first."""
    return {
        "name": wanted.name,
        "kind": wanted.kind.value,
        "targets": list(wanted.targets[:20]),
        "count": len(wanted.targets),
        "rhythm": str(wanted.rhythm),
        "prune": wanted.prune,
    }


def _check(connection: Connection, wanted: ScheduleWanted, number: int | None) -> None:
    if not wanted.name.strip() or len(wanted.name) > MAX_NAME_CHARS or "\0" in wanted.name:
        raise UsageError(f"a schedule needs a name of 1 to {MAX_NAME_CHARS} characters")
    most = 1 if wanted.kind is ScheduleKind.FOLDER else MOST_TARGETS
    if not 1 <= len(wanted.targets) <= most:
        raise UsageError(f"a schedule of kind {wanted.kind} reads 1 to {most}, not {len(wanted.targets)}")
    named = connection.execute(select(ScheduleRow.number).where(ScheduleRow.name == wanted.name)).scalar()
    if named not in (None, number):
        raise UsageError(f"there is a schedule called {wanted.name!r} already")


def _columns(wanted: ScheduleWanted) -> dict[str, Any]:
    return {
        "name": wanted.name,
        "kind": wanted.kind.value,
        "targets": json.dumps(wanted.targets),
        "prune": wanted.prune,
        "rhythm": str(wanted.rhythm),
    }


def _find(connection: Connection, number: int) -> Schedule:
    row = connection.execute(select(ScheduleRow).where(ScheduleRow.number == number)).first()
    if row is None:
        raise UnknownIdError(f"no schedule {number}")
    return _schedule(row)


def _schedule(row: Row[*tuple[Any, ...]]) -> Schedule:
    targets = tuple(json.loads(row.targets))
    wanted = ScheduleWanted(row.name, ScheduleKind(row.kind), targets, Rhythm.read(row.rhythm), row.prune)
    return Schedule(
        number=row.number,
        wanted=wanted,
        paused=row.paused,
        created=row.created,
        created_by=row.created_by,
        due=row.due,
        holder=row.holder,
        started=row.started,
        finished=row.finished,
        was_due=row.was_due,
        outcome=row.outcome,
        run=row.run,
        problem=row.problem,
        failures=tuple(FileFailure(*one) for one in json.loads(row.failures)),
        tries=row.tries,
        trouble_since=row.trouble_since,
    )
