"""The command that shows who changed what."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import UsageError
from ui.cli_shared import ConfigOption, DataOption, JsonOption, print_json, settings_from

if TYPE_CHECKING:
    from rag.catalogue.account_records import AuditEntry


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command()(audit)


def audit(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many are shown, newest first.")] = 50,
    who: Annotated[str | None, typer.Option("--who", help="Only changes of this person.")] = None,
    action: Annotated[
        str | None, typer.Option("--action", help="Only this action, or those that begin so: 'account.'.")
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="Only from this day (UTC) on.")] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show who changed what, newest first."""
    from rag.catalogue import open_catalogue
    from rag.catalogue.audit import AuditFilter
    from ui.accounts.audit_table import csv_lines, entry_to_json
    from ui.cli_output import say

    if as_csv and as_json:
        raise UsageError("--csv and --json: one of them")
    wanted = AuditFilter(who=who, action=action, since=_day(since))
    with open_catalogue(settings_from(config, data)) as catalogue:
        entries = list(islice(catalogue.audit.everything(wanted), limit))
    if as_json:
        print_json({"entries": [entry_to_json(entry) for entry in entries]})
    elif as_csv:
        for line in csv_lines(entries):
            sys.stdout.write(line)
    else:
        for entry in entries:
            say(_line(entry))


def _day(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(written), time.min, UTC)
    except ValueError as error:
        raise UsageError(f"--since {written!r}: expected a day such as 2026-01-31") from error


def _line(entry: AuditEntry) -> str:
    change = "".join(
        f"  {name} {json.dumps(value, ensure_ascii=False, sort_keys=True)}"
        for name, value in (("before", entry.before), ("after", entry.after))
        if value is not None
    )
    # A name of a file may hold what moves the cursor of a terminal.
    whole = f"{entry.number}  {entry.at}  {entry.who}  {entry.action}  {entry.object_}{change}"
    return "".join(character if character.isprintable() else "�" for character in whole)
