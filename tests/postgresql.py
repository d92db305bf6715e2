"""A PostgreSQL of the tests' own: Debian's, on a socket in a folder of its own, in no hurry to reach the disk.

It compares texts as Chinese is sorted, and not byte by byte as SQLite does: what relies on an order must ask for it.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from rag.catalogue.engine import Database
from rag.catalogue.migrating import bring_up_to_date

if TYPE_CHECKING:
    import psycopg

_OWNER = "catalogue"
_HASTY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB")
_START_S = 60.0
_EMPTYING = b"""
DO $$
DECLARE one record;
BEGIN
    -- Whoever is left of a test that was killed holds no lock any more.
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    -- Neither references nor the audit log's own trigger stand in the way.
    PERFORM set_config('session_replication_role', 'replica', true);
    FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('DELETE FROM %I', one.tablename);
    END LOOP;
    FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
        PERFORM setval(one.sequencename::regclass, 1, false);
    END LOOP;
END $$
"""


def missing() -> str | None:
    """Return why there is no PostgreSQL to test with, None where there is."""
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed (pip install '.[postgresql]')"
    if _binaries() is None:
        return "PostgreSQL's programs are not installed (apt-get install postgresql)"
    if os.geteuid() == 0 and _other_user() is None:
        return "PostgreSQL does not run as root, and there is no other user"
    return None


class Cluster:
    """A running server."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets
        self._numbers = count(1)
        self._shared: psycopg.Connection | None = None
        self._on("postgres").close()

    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://{_OWNER}@/{name}?host={self._sockets}"

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """Yield the address of a database with the newest schema and no rows.

        It is always the same one, emptied after each test: making one takes fifty times as long. Not for tests that
        change the schema.
        """
        if self._shared is None:
            self._run('CREATE DATABASE "shared"')
            with closing(Database(make_url(self.url("shared")))) as database:
                bring_up_to_date(database)
            self._shared = self._on("shared")
        try:
            yield self.url("shared")
        finally:
            self._shared.execute(_EMPTYING)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Make a database without any table, yield its address, and drop it."""
        name = f"test{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{name}"')
        try:
            yield self.url(name)
        finally:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def close(self) -> None:
        """Let go of the server."""
        if self._shared is not None:
            self._shared.close()

    def _run(self, statement: str) -> None:
        with closing(self._on("postgres")) as connection:
            connection.execute(statement.encode())

    def _on(self, database: str) -> psycopg.Connection:
        import psycopg

        return psycopg.connect(
            host=str(self._sockets), user=_OWNER, dbname=database, autocommit=True, connect_timeout=10
        )


@contextmanager
def postgresql() -> Iterator[Cluster]:
    """Make a cluster, serve it until the block ends, and leave nothing behind. Only where :func:`missing` is None."""
    binaries = _binaries()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _other_user() if os.geteuid() == 0 else None
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        made = (
            binaries / "initdb",
            "-D",
            data,
            "-U",
            _OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale=C.UTF-8",
        )
        sorting = ("--locale-provider=icu", "--icu-locale=zh-Hans-CN")
        subprocess.run([*made, *sorting], check=True, capture_output=True, user=user, cwd=folder)
        settings = [part for setting in (*_HASTY, "listen_addresses=") for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", folder, *settings],
                stdout=log,
                stderr=log,
                user=user,
                cwd=folder,
            )
        try:
            cluster = _ready(folder, server)
            yield cluster
            cluster.close()
        finally:
            server.send_signal(signal.SIGINT)  # ends the connections that are left
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ready(folder: Path, server: subprocess.Popen[bytes]) -> Cluster:
    import psycopg

    deadline = time.monotonic() + _START_S
    while True:
        try:
            return Cluster(folder)
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"PostgreSQL did not start: {(folder / 'log').read_text()[-2000:]}") from None
            time.sleep(0.05)


def _binaries() -> Path | None:
    """Return the folder of the newest version's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


def _other_user() -> str | None:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)
