"""Schedules as the catalogue keeps them: plain facts, on the standard library alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

MOST_TARGETS = 200
"""Addresses of one schedule."""
MOST_HOURS = 24 * 7
_WRITTEN = re.compile(r"daily (\d\d):(\d\d)|weekly ([1-7]) (\d\d):(\d\d)|every (\d{1,3})h")


class ScheduleKind(StrEnum):
    """What a schedule reads."""

    FOLDER = "folder"
    ADDRESSES = "addresses"


class Every(StrEnum):
    """How a rhythm repeats."""

    DAY = "daily"
    WEEK = "weekly"
    HOURS = "every"


def _here(naive: datetime) -> datetime:
    return naive.astimezone()


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a schedule is due: each day or week at a time of this machine's clock, or every so many hours."""

    every: Every
    at: time | None = None
    """To the minute, as the clock on the machine shows it; None for hours."""
    weekday: int | None = None
    """1 is Monday, 7 Sunday; of a week only."""
    hours: int | None = None

    def __post_init__(self) -> None:
        named = (self.at is not None, self.weekday is not None, self.hours is not None)
        wanted = {
            Every.DAY: (True, False, False),
            Every.WEEK: (True, True, False),
            Every.HOURS: (False, False, True),
        }
        if named != wanted[self.every]:
            raise ValueError(f"{self.every} takes other parts than {named}")
        if self.weekday is not None and not 1 <= self.weekday <= 7:
            raise ValueError(f"weekday {self.weekday} is not 1 to 7")
        if self.hours is not None and not 1 <= self.hours <= MOST_HOURS:
            raise ValueError(f"{self.hours} hours are not 1 to {MOST_HOURS}")

    @classmethod
    def read(cls, written: str) -> Rhythm:
        """Return the rhythm that ``daily 02:30``, ``weekly 1 02:30`` or ``every 6h`` names.

        Raises:
            ValueError: it names none.
        """
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            raise ValueError(
                f"{written!r} is no rhythm; write 'daily 02:30', 'weekly 1 02:30' (1 is Monday) or 'every 6h'"
            )
        if found[6]:
            return cls(Every.HOURS, hours=int(found[6]))
        if found[3]:
            return cls(Every.WEEK, time(int(found[4]), int(found[5])), int(found[3]))
        return cls(Every.DAY, time(int(found[1]), int(found[2])))

    def __str__(self) -> str:
        if self.at is None:
            return f"every {self.hours}h"
        weekday = f" {self.weekday}" if self.weekday is not None else ""
        return f"{self.every.value}{weekday} {self.at:%H:%M}"

    def after(self, moment: datetime, local: Callable[[datetime], datetime] = _here) -> datetime:
        """Return when it is due next after a moment, in UTC.

        ``local`` makes a moment of a time on the clock of the place; that of this machine if none is given. A time that
        the clock skips in spring is taken as the zone's rules take it, so that no day is left out.
        """
        if self.at is None:
            return moment.astimezone(UTC) + timedelta(hours=self.hours or 1)
        # A day earlier: the place's calendar may be behind UTC's.
        day = moment.astimezone(UTC).date() - timedelta(days=1)
        while True:
            if self.weekday is None or day.isoweekday() == self.weekday:
                found = local(datetime.combine(day, self.at)).astimezone(UTC)
                if found > moment:
                    return found
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FileFailure:
    """A file or address that could not be read, and why, in English; both hostile until escaped."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScheduleWanted:
    """What somebody wants to be read again by itself."""

    name: str
    kind: ScheduleKind
    targets: tuple[str, ...]
    """The folder, or the addresses."""
    rhythm: Rhythm
    prune: bool = False
    """Whether documents go that are no longer in the folder."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule and how it stands. Moments are UTC, ISO 8601, to the second."""

    number: int
    wanted: ScheduleWanted
    paused: bool
    created: str
    created_by: str
    due: str
    """When it runs next; in the past where it should have run."""
    holder: str | None
    """Who runs it now, None while nobody does."""
    started: str | None
    """Begin of the last run, None before the first; likewise ``finished``."""
    finished: str | None
    was_due: str | None
    """When the last run should have begun."""
    outcome: str | None
    """How the last run ended: a ``RunOutcome`` of the catalogue."""
    run: str | None
    """Id of the last run's report."""
    problem: str | None
    """Name of the error that ended the last run, None where it came to its end."""
    failures: tuple[FileFailure, ...]
    """What the last run could not read."""
    tries: int
    """Runs in a row that met trouble."""
    trouble_since: str | None
    """Begin of the first of them; None where the last run met none."""


@dataclass(frozen=True, slots=True)
class ScheduleEnd:
    """How a run of a schedule ended."""

    outcome: str
    run: str | None
    due: datetime
    """When it runs next."""
    problem: str | None = None
    failures: tuple[FileFailure, ...] = ()

    @property
    def in_trouble(self) -> bool:
        """True where the run, or a file or address of it, failed."""
        return self.problem is not None or bool(self.failures)
