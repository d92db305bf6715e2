"""Bring the schema of a catalogue up to date, by code and never by hand.

A migration is one transaction under a lock of the database itself: of two processes that start at once one migrates
and the other finds it done, and a kill leaves the old schema with all its rows. The program itself never goes down; a
backup is the way back.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.catalogue.engine import Database
from rag.catalogue.schema import REVISION
from rag.errors import NotAvailableError

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = MIGRATIONS / "versions"


def bring_up_to_date(database: Database, revision: str = REVISION, folders: Sequence[Path] = (VERSIONS,)) -> None:
    """Run the revisions that the database lacks, up to ``revision``, from the scripts in ``folders``.

    Raises:
        LockedError: another process kept the database locked.
        NotAvailableError: a newer version of the program wrote it, or it cannot be reached or changed.
    """
    if database.revision() == revision:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    for name, value in (
        ("script_location", str(MIGRATIONS)),
        ("path_separator", "newline"),
        ("version_locations", "\n".join(map(str, folders))),
    ):
        config.set_main_option(name, value.replace("%", "%%"))  # a % in a path would be interpolated
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with database.migrating() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        if found is not None and found not in known:
            raise NotAvailableError(
                f"catalogue {database.where} has the schema {found!r}, newer than this program's {revision!r}; "
                "use the version of policychat that wrote it, or a later one"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
