"""Make guessing slow: failures to sign in cost a growing wait, counted where the guessing comes from.

Three counts, each with its own patience. A *pair* of name and address: five tries are free, as people mistype. An *address*
over all names: an office behind one line has more. A *name* over all addresses, against guessing from many machines; this one
never makes anybody wait longer than a minute, and does not hold for an address from which this name signed in
within the last thirty days, so that strangers cannot keep an admin out. A try that must wait is not counted, so waiting ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schema_accounts import AttemptRow

FORGOTTEN = timedelta(days=1)
"""After a day without a failure the count begins anew."""
KNOWN = timedelta(days=30)
_FIRST_WAIT_S = 2
_LOCK = 0x706F6C66
"""Any number will do that no other lock of the program has."""


@dataclass(frozen=True, slots=True)
class _Patience:
    """How many failures are free, and the longest wait that further ones can cost."""

    free: int
    longest_s: int

    def wait_s(self, failures: int) -> int:
        over = failures - self.free
        return 0 if over < 0 else min(self.longest_s, _FIRST_WAIT_S * 2 ** min(over, 20))


_PAIR = _Patience(5, 15 * 60)
_ADDRESS = _Patience(30, 15 * 60)
_NAME = _Patience(50, 60)


class Attempts:
    """Failures to sign in, counted before the password is looked at, so that tries at the same time count as well."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def take(self, name: str, address: str) -> int:
        """Count a try as failed and return 0, or return the seconds to wait and count nothing."""
        now = self._clock()
        with self._database.writing() as connection:
            self._hold(connection)
            connection.execute(delete(AttemptRow).where(AttemptRow.last < utc_text(now - KNOWN)))
            counts = _counted(connection, name, address, now)
            wait = max(_wait_s(connection, key, now) for key in counts)
            if wait == 0:
                for key, patience in counts.items():
                    _add(connection, key, patience, now)
        return wait

    def succeeded(self, name: str, address: str) -> None:
        """Take the counted try back: the pair begins anew, the others lose this one try and the wait it cost.

        Whoever has an account of their own could otherwise wipe out what they guessed at others'.
        """
        now = self._clock()
        known = _known_key(name, address)
        with self._database.writing() as connection:
            self._hold(connection)
            counted = _counted(connection, name, address, now)
            connection.execute(delete(AttemptRow).where(AttemptRow.key.in_([_key("pair", name, address), known])))
            for key in counted:
                less = update(AttemptRow).where(AttemptRow.key == key, AttemptRow.failures > 0)
                connection.execute(less.values(failures=AttemptRow.failures - 1, not_before=utc_text(now)))
            row = {"key": known, "failures": 0, "not_before": utc_text(now), "last": utc_text(now)}
            connection.execute(insert(AttemptRow).values(row))

    def forget(self) -> None:
        """Let everybody try again at once; known addresses are forgotten as well."""
        with self._database.writing() as connection:
            connection.execute(delete(AttemptRow))

    def _hold(self, connection: Connection) -> None:
        """Let two tries at the same time not both be the last free one."""
        if self._database.file is None:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def _counted(connection: Connection, name: str, address: str, now: datetime) -> dict[str, _Patience]:
    """Return the counts that a try goes into, and how patient each is."""
    counts = {_key("pair", name, address): _PAIR, _key("address", address): _ADDRESS}
    if _failures(connection, _known_key(name, address), now, KNOWN) is None:
        counts[_key("name", name)] = _NAME
    return counts


def _known_key(name: str, address: str) -> str:
    return _key("known", name, address)


def _key(*parts: str) -> str:
    # The length keeps ("a", "bc") and ("ab", "c") apart.
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()


def _failures(connection: Connection, key: str, now: datetime, kept: timedelta) -> int | None:
    row = select(AttemptRow.failures).where(AttemptRow.key == key, AttemptRow.last >= utc_text(now - kept))
    failures = connection.execute(row).scalar()
    return None if failures is None else int(failures)


def _wait_s(connection: Connection, key: str, now: datetime) -> int:
    until = connection.execute(select(AttemptRow.not_before).where(AttemptRow.key == key)).scalar()
    if until is None:
        return 0
    moment = datetime.strptime(until, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return max(0, -int((now - moment).total_seconds() // 1))


def _add(connection: Connection, key: str, patience: _Patience, now: datetime) -> None:
    before = _failures(connection, key, now, FORGOTTEN) or 0
    until = now + timedelta(seconds=patience.wait_s(before + 1))
    row = {"key": key, "failures": before + 1, "not_before": utc_text(until), "last": utc_text(now)}
    connection.execute(delete(AttemptRow).where(AttemptRow.key == key))
    connection.execute(insert(AttemptRow).values(row))
