"""The commands for what is read again by itself; ``run-due`` is for cron, where no server does it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import LockedError, PolicychatError, UsageError
from ui.cli_shared import ConfigOption, DataOption, JsonOption, embedding_opener, print_json, settings_from
from ui.cli_users import operator

if TYPE_CHECKING:
    from rag.catalogue.schedule_records import Schedule
    from rag.settings import Settings

NumberArgument = Annotated[int, typer.Argument(metavar="NUMBER", min=1, help="The schedule, as the list numbers it.")]

schedules = typer.Typer(help="What is read again by itself, and when.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(schedules, name="schedules")


@schedules.command("list")
def list_schedules(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show every schedule, how its last run went, and when the next one is due."""
    from rag.catalogue import open_catalogue

    with open_catalogue(settings_from(config, data)) as catalogue:
        found = catalogue.schedules.all()
    if as_json:
        print_json({"schedules": [_to_json(one) for one in found]})
        return
    for one in found:
        for line in _lines(one):
            _say(line)


@schedules.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is called.")],
    targets: Annotated[list[str], typer.Argument(metavar="FOLDER|ADDRESS...", help="One folder, or web addresses.")],
    rhythm: Annotated[
        str,
        typer.Option(
            "--when",
            metavar="RHYTHM",
            help="'daily 02:30', 'weekly 1 02:30' (1 is Monday), 'every 6h'; this machine's clock.",
        ),
    ] = "daily 02:30",
    prune: Annotated[bool, typer.Option("--prune", help="Drop documents that are no longer in the folder.")] = False,
    config: ConfigOption = None,
    data: DataOption = None,
) -> None:
    """Read a folder or a list of web addresses again and again."""
    from ingest.scheduling import check_targets
    from rag.catalogue import open_catalogue
    from rag.catalogue.schedule_records import Rhythm, ScheduleKind, ScheduleWanted

    settings = settings_from(config, data)
    try:
        when = Rhythm.read(rhythm)
    except ValueError as error:
        raise UsageError(f"--when: {error}") from error
    are_addresses = [target.startswith(("http://", "https://")) for target in targets]
    if any(are_addresses) and not all(are_addresses):
        raise UsageError("a schedule reads one folder, or web addresses, and not both")
    if all(are_addresses):
        wanted = ScheduleWanted(name, ScheduleKind.ADDRESSES, tuple(dict.fromkeys(targets)), when)
    else:
        wanted = ScheduleWanted(
            name, ScheduleKind.FOLDER, tuple(str(Path(one).resolve()) for one in targets), when, prune
        )
    if prune and wanted.kind is ScheduleKind.ADDRESSES:
        raise UsageError("--prune is for a folder")
    check_targets(wanted, settings)
    with open_catalogue(settings) as catalogue:
        added = catalogue.schedules.add(wanted, by=operator())
    for line in _lines(added):
        _say(line)


@schedules.command()
def remove(number: NumberArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Remove a schedule; its documents and reports stay."""
    from rag.catalogue import open_catalogue

    with open_catalogue(settings_from(config, data)) as catalogue:
        catalogue.schedules.remove(number, by=operator())
    _say(f"{number}: removed")


@schedules.command()
def pause(number: NumberArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Let a schedule rest until it is resumed."""
    _set_paused(settings_from(config, data), number, True)


@schedules.command()
def resume(number: NumberArgument, config: ConfigOption = None, data: DataOption = None) -> None:
    """Let a paused schedule run again; what it missed is not caught up."""
    _set_paused(settings_from(config, data), number, False)


@schedules.command("run-due")
def run_due(
    number: Annotated[
        int | None, typer.Option("--now", metavar="NUMBER", min=1, help="Run this one, due or not, and no other.")
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run what is due, one after the other, and end; exit code 1 where a run met trouble. Call it from cron."""
    from ingest.scheduling import due_schedules
    from rag.catalogue import open_catalogue

    settings = settings_from(config, data)
    with open_catalogue(settings) as catalogue:
        numbers = [number] if number is not None else [one.number for one in due_schedules(catalogue)]
    ended = [one for one in (_run(settings, each, at_once=number is not None) for each in numbers) if one is not None]
    if as_json:
        print_json({"schedules": [_to_json(one) for one in ended]})
    else:
        for one in ended:
            for line in _lines(one):
                _say(line)
    if any(one.trouble_since is not None for one in ended):
        raise typer.Exit(1)


def _run(settings: Settings, number: int, *, at_once: bool) -> Schedule | None:
    """Run one schedule and return how it stands then; None where another process runs it."""
    from ingest.scheduling import new_holder, run_schedule
    from rag.catalogue import open_catalogue
    from ui.cli_output import progress_bars

    holder = new_holder()
    with open_catalogue(settings) as catalogue:
        taken = catalogue.schedules.take(number, holder, at_once=at_once)
    if taken is None:
        return None
    try:
        with progress_bars() as progress:
            run_schedule(taken, holder, settings, embedding_opener(settings), everything=at_once, progress=progress)
    except LockedError:
        raise
    except PolicychatError as error:
        # It is noted with the schedule; those after it have their turn.
        sys.stderr.write(f"policychat: {taken.wanted.name}: {error}\n")
    with open_catalogue(settings) as catalogue:
        return catalogue.schedules.get(number)


def _set_paused(settings: Settings, number: int, paused: bool) -> None:
    from rag.catalogue import open_catalogue

    with open_catalogue(settings) as catalogue:
        catalogue.schedules.set_paused(number, paused, by=operator())
    _say(f"{number}: {'paused' if paused else 'resumed'}")


def _say(line: str) -> None:
    from ui.cli_output import say

    say(line)


def _lines(one: Schedule) -> list[str]:
    wanted = one.wanted
    what = wanted.targets[0] if len(wanted.targets) == 1 else f"{len(wanted.targets)} addresses"
    due = "paused" if one.paused else f"next {one.due}"
    last = f"last {one.started} {one.outcome or 'under way'}" if one.started else "has not run yet"
    lines = [f"{one.number}  {wanted.name}  {what}  {wanted.rhythm}  {due}  {last}"]
    if one.trouble_since is not None:
        lines.append(f"   in trouble since {one.trouble_since}{f' ({one.problem})' if one.problem else ''}")
        lines += [f"   {failure.source}: {failure.reason}" for failure in one.failures]
    return lines


def _to_json(one: Schedule) -> dict[str, Any]:
    wanted = one.wanted
    return {
        "number": one.number,
        "name": wanted.name,
        "kind": wanted.kind.value,
        "targets": list(wanted.targets),
        "rhythm": str(wanted.rhythm),
        "prune": wanted.prune,
        "paused": one.paused,
        "due": one.due,
        "started": one.started,
        "finished": one.finished,
        "outcome": one.outcome,
        "run": one.run,
        "problem": one.problem,
        "failures": [{"source": failure.source, "reason": failure.reason} for failure in one.failures],
        "trouble_since": one.trouble_since,
    }
