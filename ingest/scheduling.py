"""Do what a schedule asks: read again, keep how it went, and settle when the next run is due.

A run that meets trouble is tried again before its time, after a quarter of an hour, then one hour, then four; from then on
in its rhythm. Of a list of addresses only those are tried again that failed.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from ingest.changed_types import possible_sources
from ingest.file_progress import FileProgress
from ingest.generation import Progress, writing
from ingest.pipeline import ingest
from ingest.report import FileReport, IngestReport, NothingReadError
from ingest.run import no_progress
from ingest.run_record import ScheduledRuns, scheduled, with_actor
from ingest.web_addresses import is_public, parse_address
from rag.catalogue import Catalogue, RunOutcome, open_catalogue
from rag.catalogue.schedule_records import FileFailure, Schedule, ScheduleEnd, ScheduleKind, ScheduleWanted
from rag.catalogue.schedules import HELD_S
from rag.errors import BusyError, LockedError, PolicychatError, SourceError, UsageError
from rag.generations import DataLayout
from rag.ports import Embedding
from rag.settings import Settings

_log = logging.getLogger(__name__)

RETRIES = (timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
"""A site that restarts is back after minutes, one that is moved overnight after hours; asking more often helps nobody."""
_BUSY_AGAIN = timedelta(minutes=2)
OVERDUE = timedelta(minutes=30)
"""How late a run may begin before people are told: an ingest of others may take that long."""


def new_holder() -> str:
    """Return a name for whoever runs a schedule now; no two are alike."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"


def due_schedules(catalogue: Catalogue, now: datetime | None = None) -> tuple[Schedule, ...]:
    """Return the schedules whose time has come, the longest waiting first; several missed runs of one are one."""
    at = now or datetime.now(UTC)
    return tuple(one for one in catalogue.schedules.all() if not one.paused and moment(one.due) <= at)


def moment(stored: str) -> datetime:
    """Return a moment as the catalogue keeps it."""
    return datetime.fromisoformat(stored)


def is_late(schedule: Schedule, now: datetime | None = None) -> bool:
    """Tell whether a run should have begun long ago and nobody runs it."""
    return not schedule.paused and moment(schedule.due) + OVERDUE < (now or datetime.now(UTC))


def check_targets(wanted: ScheduleWanted, settings: Settings, allowed: Sequence[Path] | None = None) -> None:
    """Make sure that what is to be read may be read; ``allowed`` are folders in which a named folder must lie.

    Raises:
        UsageError: an address that an ingest refuses, or a folder that is missing, or not one of the allowed ones.
    """
    if wanted.kind is ScheduleKind.ADDRESSES:
        for address in wanted.targets:
            _check_address(address)
        return
    folder, data = Path(wanted.targets[0]), settings.paths.data.resolve()
    if not folder.is_absolute() or not folder.is_dir():
        raise UsageError(f"no such folder: {folder}")
    resolved = folder.resolve()
    if resolved.is_relative_to(data) or data.is_relative_to(resolved):
        raise UsageError(f"{folder} holds, or lies in, the data folder")
    if allowed is not None and not any(resolved.is_relative_to(one.resolve()) for one in allowed):
        raise UsageError(f"{folder} lies in none of the folders that may be read (schedules.folders)")


def _check_address(address: str) -> None:
    """Refuse what is never read; where a name leads is looked at whenever it is connected to."""
    try:
        host = parse_address(address).host
    except SourceError as error:
        raise UsageError(str(error)) from error
    if _is_ip(host) and not is_public(host):
        raise UsageError(f"{address}: the host is not on the public internet")


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def run_schedule(
    schedule: Schedule,
    holder: str,
    settings: Settings,
    open_embedding: Callable[[], Embedding],
    *,
    everything: bool = False,
    progress: Progress = no_progress,
    files: FileProgress | None = None,
) -> IngestReport:
    """Run a schedule that ``holder`` has taken, and note how it went, whatever its end.

    ``schedule`` is as it was when it was taken. Before its regular time only what failed is read again, unless
    ``everything`` is wanted.

    Raises:
        LockedError: somebody else is writing; the schedule is put off by some minutes.
        PolicychatError: the run failed; that is noted with the schedule, and there is a report.
    """
    now = datetime.now(UTC)
    addresses = schedule.wanted.targets if everything else _addresses(schedule, now)
    with scheduled(schedule.wanted.name) as runs, _holding(schedule, holder, settings):
        try:
            report = _ingest(schedule.wanted, addresses, settings, open_embedding, progress, files)
        except (LockedError, BusyError):
            with open_catalogue(settings) as catalogue:
                catalogue.schedules.put_off(schedule.number, holder, now + _BUSY_AGAIN)
            raise
        except BaseException as error:
            # Whatever it was: a schedule that only stops would be a silent failure.
            _note_failure(schedule, holder, settings, runs, error, now)
            raise
    failures = _failures(schedule.wanted, report.refused)
    with open_catalogue(settings) as catalogue:
        outcome = catalogue.runs.get(report.run).info.outcome if report.run else None
        ended = ScheduleEnd(
            outcome.value if outcome else RunOutcome.PUBLISHED.value,
            report.run,
            next_due(schedule, now, troubled=bool(failures)),
            failures=failures,
        )
        catalogue.schedules.ended(schedule.number, holder, ended)
    return report


def next_due(schedule: Schedule, now: datetime, *, troubled: bool) -> datetime:
    """Return when a schedule is to run next: in its rhythm, or before that after trouble."""
    regular = schedule.wanted.rhythm.after(now)
    if troubled and schedule.tries < len(RETRIES):
        return min(regular, now + RETRIES[schedule.tries])
    return regular


@contextmanager
def _holding(schedule: Schedule, holder: str, settings: Settings) -> Iterator[None]:
    """Say every now and then, for the length of the block, that the schedule is still being run."""
    ended = threading.Event()

    def say() -> None:
        while not ended.wait(HELD_S / 4):
            try:
                with open_catalogue(settings) as catalogue:
                    catalogue.schedules.keep(schedule.number, holder)
            except PolicychatError as error:
                _log.warning("that schedule %d is being run could not be noted: %s", schedule.number, error)

    thread = threading.Thread(target=say, name="schedule-held", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _ingest(
    wanted: ScheduleWanted,
    addresses: Sequence[str],
    settings: Settings,
    open_embedding: Callable[[], Embedding],
    progress: Progress,
    files: FileProgress | None,
) -> IngestReport:
    check_targets(wanted, settings)
    if wanted.kind is ScheduleKind.FOLDER:
        folder = Path(wanted.targets[0])
        return ingest([folder], settings, open_embedding, prune=wanted.prune, progress=progress, files=files)
    return ingest([], settings, open_embedding, addresses=addresses, progress=progress, files=files)


def _addresses(schedule: Schedule, now: datetime) -> Sequence[str]:
    """Return what is to be downloaded: after trouble, and before the regular time, only what failed."""
    targets = schedule.wanted.targets
    failed = {failure.source for failure in schedule.failures}
    if not failed or schedule.started is None or not failed.issubset(targets):
        return targets
    is_regular = schedule.wanted.rhythm.after(moment(schedule.started)) <= now
    return targets if is_regular else [address for address in targets if address in failed]


def _failures(wanted: ScheduleWanted, files: Sequence[FileReport]) -> tuple[FileFailure, ...]:
    """Return what failed; a page that was downloaded is named by the address that it was downloaded from."""
    addresses = {}
    if wanted.kind is ScheduleKind.ADDRESSES:
        addresses = {source: address for address in wanted.targets for source in possible_sources(address)}
    return tuple(FileFailure(addresses.get(one.source, one.source), one.reason or "") for one in files)


def _note_failure(
    schedule: Schedule,
    holder: str,
    settings: Settings,
    runs: ScheduledRuns,
    error: BaseException,
    now: datetime,
) -> None:
    failures = _failures(schedule.wanted, error.files) if isinstance(error, NothingReadError) else ()
    try:
        run = runs.begun[-1] if runs.begun else _reported(settings, schedule, error)
        with open_catalogue(settings) as catalogue:
            ended = ScheduleEnd(
                RunOutcome.FAILED.value,
                run,
                next_due(schedule, now, troubled=True),
                type(error).__name__,
                failures or (FileFailure(schedule.wanted.targets[0], str(error)),),
            )
            catalogue.schedules.ended(schedule.number, holder, ended)
    except PolicychatError as unnoted:
        _log.error("that schedule %d failed (%s) could not be noted: %s", schedule.number, error, unnoted)


def _reported(settings: Settings, schedule: Schedule, error: BaseException) -> str | None:
    """Keep a report of a run that ended before it began, say because its folder is gone."""
    try:
        with writing(DataLayout(settings.paths.data), settings.vectors), open_catalogue(settings) as catalogue:
            run = catalogue.runs.begin("ingest", with_actor({"paths": list(schedule.wanted.targets)}))
            outcome = RunOutcome.REFUSED if isinstance(error, UsageError) else RunOutcome.FAILED
            catalogue.runs.finish(run, outcome, report={"error": f"{type(error).__name__}: {error}"})
            return run
    except PolicychatError as unnoted:
        _log.warning("the report of schedule %d could not be kept: %s", schedule.number, unnoted)
        return None
