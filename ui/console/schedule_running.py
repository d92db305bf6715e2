"""Run what is due while the server serves: one of several processes does it, and what was missed is caught up once."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI

from ingest.file_progress import FileProgress
from ingest.generation import Progress
from ingest.report import IngestReport
from ingest.scheduling import due_schedules, new_holder, run_schedule
from rag.catalogue.schedule_records import Schedule
from rag.catalogue.schedules import plain
from rag.errors import PolicychatError
from ui.console.parts import ConsoleParts
from ui.console.work import AUTOMATIC, Job, WorkRunningError

_LOG = logging.getLogger(__name__)


def build_schedule_running(parts: ConsoleParts) -> APIRouter:
    """Return a router without routes, with which the application looks, as long as it lives, for what is due."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop = watch(parts) if parts.settings.schedules.in_server else None
        yield
        if stop is not None:
            stop()

    return APIRouter(lifespan=lifespan)


def watch(parts: ConsoleParts) -> Callable[[], None]:
    """Look in a thread, now and then, for what is due; return what stops the looking. What was begun goes on to its end."""
    ended = threading.Event()

    def look() -> None:
        # The first look is not at once: whoever starts a server wants its pages first.
        while not ended.wait(parts.settings.schedules.check_s):
            try:
                run_what_is_due(parts)
            except Exception as error:
                # The look after this one may do better; a thread that ended would be a silent failure.
                _LOG.warning("what is due could not be run: %s", error)

    threading.Thread(target=look, name="schedules", daemon=True).start()
    return ended.set


def run_what_is_due(parts: ConsoleParts) -> Job | None:
    """Begin the run that waits longest, if any and if nothing else is under way; one look begins one run."""
    if parts.settings.catalogue.url is None and not (parts.layout.root / "catalogue.sqlite").exists():
        return None  # nothing was ever scheduled, and a server that only answers makes no files
    with parts.open_catalogue() as catalogue:
        due = due_schedules(catalogue)
    for schedule in due:
        if parts.work.running():
            return None
        job = begin_run(parts, schedule.number, AUTOMATIC)
        if job is not None:
            return job
    return None


def begin_run(parts: ConsoleParts, number: int, who: str, *, at_once: bool = False) -> Job | None:
    """Begin a run of a schedule, due or ``at_once``; None where another process runs it.

    Raises:
        UnknownIdError: there is no such schedule.
        WorkRunningError: something else is under way; nothing was begun.
    """
    if parts.work.running():
        raise WorkRunningError("something is under way")
    holder = new_holder()
    with parts.open_catalogue() as catalogue:
        schedule = catalogue.schedules.take(number, holder, at_once=at_once)
    if schedule is None:
        return None
    try:
        return _begin(parts, schedule, holder, who, at_once=at_once)
    except PolicychatError:
        with parts.open_catalogue() as catalogue:
            catalogue.schedules.release(number, holder)
        raise


def _begin(parts: ConsoleParts, schedule: Schedule, holder: str, who: str, *, at_once: bool) -> Job:
    info = parts.assistant.published()
    was: dict[str, Any] = {"generation": info.generation if info else None}
    files = FileProgress()

    def task(progress: Progress) -> IngestReport:
        return run_schedule(
            schedule,
            holder,
            parts.settings,
            parts.open_embedding(),
            everything=at_once,
            progress=progress,
            files=files,
        )

    def ended(job: Job) -> None:
        outcome = "held" if job.held else job.state.value
        now = {"generation": job.generation, "run": job.run, "outcome": outcome, "schedule": plain(schedule.wanted)}
        if job.problem:
            now["problem"] = job.problem
        parts.audit(who, "schedule.run", schedule.wanted.name, was, now)

    return parts.work.start("scheduled", who, task, ended, serving=was["generation"], files=files)
