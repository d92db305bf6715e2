"""The edge to SQLAlchemy: one database, short transactions, errors that say what is wrong and keep the password.

SQLite runs in WAL mode, so that readers and one writer of several processes do not disturb each other, and with
``synchronous=FULL``: what was acknowledged survives a power cut, at the price of one fsync for each of the few writes.
Writers begin with ``BEGIN IMMEDIATE``: a transaction that began as a reader and is refused when it wants to write
(SQLITE_BUSY_SNAPSHOT) would wait in vain.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, func, inspect, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from rag.errors import ConfigError, LockedError, NotAvailableError

WAIT_S = 10.0
"""How long a transaction waits for another process; the catalogue's transactions take milliseconds."""
_PAUSE_S = 0.02
_BACKENDS = ("sqlite", "postgresql")
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_MIGRATION_LOCK = 0x706F6C63
"""Any number will do; all versions of this program must use the same."""
_WRITES = "policychat_writes"


def database_url(url: str | None, data: Path) -> URL:
    """Return the address of the catalogue: ``url``, or ``catalogue.sqlite`` in the data folder if that is None.

    Raises:
        ConfigError: the address cannot be understood or names a database that is not supported. The message does
            not repeat the address, which may hold a password.
    """
    if url is None:
        return URL.create("sqlite", database=str(data / "catalogue.sqlite"))
    try:
        parsed = make_url(url)
        backend, is_async = parsed.get_backend_name(), parsed.get_dialect().is_async
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise ConfigError("setting 'catalogue.url' is no address such as postgresql+psycopg://host/database") from error
    if backend not in _BACKENDS or is_async:
        raise ConfigError(
            f"setting 'catalogue.url' names {parsed.drivername!r}; supported are blocking drivers of "
            + " and ".join(_BACKENDS)
        )
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ConfigError("setting 'catalogue.url' names no file for SQLite")
    return parsed


def is_there(url: str | None, data: Path) -> bool:
    """Tell whether the catalogue was made already; one on a server counts as there. Raises as :func:`database_url`."""
    address = database_url(url, data)
    return address.get_backend_name() != "sqlite" or Path(str(address.database)).exists()


class Database:
    """A database in short transactions. Safe to use from several threads; every process opens its own."""

    def __init__(self, url: URL, wait_s: float = WAIT_S) -> None:
        """Prepare the connections; nothing is reached before the first transaction.

        Raises:
            NotAvailableError: the folder cannot be made, or the database's driver is not installed.
        """
        self._url = url
        self._wait_s = wait_s
        if self.file is not None:
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise NotAvailableError(f"catalogue {self.where} cannot be made: {error.strerror}") from error
        self._engine = self._make_engine(foreign_keys=True)

    @property
    def file(self) -> Path | None:
        """The database file, or None where it is kept by a server."""
        if self._url.get_backend_name() != "sqlite":
            return None
        return Path(str(self._url.database))

    @property
    def where(self) -> str:
        """The place as messages show it: without user, password and options."""
        if self.file is not None:
            return str(self.file)
        shown = URL.create(
            self._url.get_backend_name(), host=self._url.host, port=self._url.port, database=self._url.database
        )
        return shown.render_as_string()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Hold a transaction for the length of the block that does not wait for writers.

        Raises:
            LockedError: another process kept it locked.
            NotAvailableError: it cannot be reached or is damaged.
        """
        with self._transaction(self._engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold one transaction: all of the block is stored when it ends, or nothing if it raises.

        Raises:
            LockedError: another process kept it locked.
            NotAvailableError: it cannot be reached, is damaged, or the disk is full.
        """
        with self._transaction(self._engine.execution_options(**{_WRITES: True})) as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Hold one transaction that no other migration runs beside; the schema changes whole or not at all.

        Raises:
            LockedError: another process kept it locked.
            NotAvailableError: as for ``writing``, or the block left references to rows that are gone.
        """
        # To change a table SQLite copies it and drops the old one, which must not take the referring rows along.
        engine = self._make_engine(foreign_keys=False, poolclass=NullPool)
        with self._transaction(engine.execution_options(**{_WRITES: True})) as connection:
            if self.file is None:
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            yield connection
            if self.file is not None and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise NotAvailableError(
                    f"catalogue {self.where}: the new schema would break references; it stays as it was"
                )

    def revision(self) -> str | None:
        """Return the revision of the schema, or None before the first. Raises as ``reading`` does."""
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()

    def _make_engine(self, *, foreign_keys: bool, **options: Any) -> Engine:
        """Raise NotAvailableError if the driver is not installed."""
        if self.file is None:
            options["pool_pre_ping"] = True  # a server may have been restarted since the last transaction
        else:
            options["connect_args"] = {"timeout": self._wait_s}
        try:
            engine = create_engine(self._url, hide_parameters=True, **options)
        except ModuleNotFoundError as error:
            raise NotAvailableError(
                f"catalogue {self.where} needs the Python package {error.name!r}, which is not installed"
            ) from error
        if self.file is not None:
            _prepare_sqlite(engine, foreign_keys=foreign_keys)
        return engine

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        try:
            with ExitStack() as stack:
                yield self._begin(engine, stack)
        except DBAPIError as error:
            kind = LockedError if _is_busy(error) else NotAvailableError
            raise kind(f"catalogue {self.where}: {self._without_password(error.orig)}") from error
        except PoolTimeoutError as error:
            raise LockedError(f"catalogue {self.where}: too many transactions at once") from error

    def _begin(self, engine: Engine, stack: ExitStack) -> Connection:
        """Begin, again if need be: not every kind of SQLITE_BUSY waits for the timeout by itself."""
        deadline = time.monotonic() + self._wait_s
        while True:
            try:
                return stack.enter_context(engine.begin())
            except DBAPIError as error:
                if not _is_busy(error) or time.monotonic() > deadline:
                    raise
                time.sleep(_PAUSE_S)

    def _without_password(self, error: BaseException | None) -> str:
        text = str(error)
        return text.replace(str(self._url.password), "***") if self._url.password else text


def _is_busy(error: DBAPIError) -> bool:
    # Extended codes such as SQLITE_BUSY_RECOVERY carry the plain one in the low byte.
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _BUSY


def _prepare_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would begin by itself, and only before some statements; transactions are begun below.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")

    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
