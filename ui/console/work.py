"""Run what changes the published documents in the background, one thing at a time, and tell how far it is.

A server process has one :class:`Work`. What it tells survives a reload of the page; what came of it is kept in the
catalogue by the run itself (``ingest.run_record``). Other processes, the command line say, are kept out by the write
lock of the data folder: their turn shows as a failure with :class:`rag.errors.LockedError`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.file_progress import FileProgress
from ingest.generation import Progress
from ingest.report import IngestReport
from ingest.run_record import acting_as
from rag.catalogue.records import utc_text
from rag.errors import BusyError, PolicychatError

_LOG = logging.getLogger(__name__)

AUTOMATIC = "auto"
"""Who has something done that no person began: a schedule. The audit log names it so."""

Task = Callable[[Progress], IngestReport | None]
"""What is done in the background; returns the report of a run, or None where there is none (a rollback)."""


class WorkEnd(StrEnum):
    """How a piece of work stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class WorkRunningError(BusyError):
    """Something else is being done already."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work as pages show it.

    ``kind`` is ``ingest``, ``scheduled``, ``dry_run``, ``delete``, ``correct``, ``restore``, ``rebuild``, ``rollback``, ``publish``,
    ``evaluate`` or ``verify``.
    """

    number: int
    """Counts from 1 since the server began."""
    kind: str
    who: str
    started: str
    """UTC, ISO 8601, to the second; ``finished`` likewise."""
    files: FileProgress | None = None
    """How each file stands, where files were sent."""
    state: WorkEnd = WorkEnd.RUNNING
    stage: str = ""
    """The stage of the ingest, as its progress names it; empty before the first."""
    done: int = 0
    total: int = 0
    finished: str | None = None
    run: str | None = None
    """Id of the run in the catalogue, once it is done."""
    generation: str | None = None
    """What is published afterwards."""
    published: bool = False
    """True where something new was published."""
    held: bool = False
    """True where something new was made and held back from publication."""
    refused: int = 0
    """Files that were not taken."""
    problem: str | None = None
    """Name of the error's class, where it failed."""
    detail: str = ""
    """The error's own words, in English, for whoever looks after the machine; hostile until escaped."""


class Work:
    """Does one piece of work at a time in a thread. Safe to ask from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._job: Job | None = None
        self._thread: threading.Thread | None = None

    def start(
        self,
        kind: str,
        who: str,
        task: Task,
        ended: Callable[[Job], None] | None = None,
        *,
        serving: str | None = None,
        files: FileProgress | None = None,
    ) -> Job:
        """Begin a piece of work and return at once.

        ``ended`` is called in the thread, before the work counts as over; ``serving`` is what is published until then;
        ``files`` is what the task tells how each file stands.

        Raises:
            WorkRunningError: something is under way; nothing was begun.
        """
        with self._lock:
            if self._job is not None and self._job.state is WorkEnd.RUNNING:
                raise WorkRunningError(f"{self._job.kind} is under way")
            job = Job((self._job.number if self._job else 0) + 1, kind, who, utc_text(), files)
            self._job = job
            # No daemon: a server that is told to stop first finishes what it publishes.
            self._thread = threading.Thread(target=self._do, args=(job, task, ended, serving), name=f"work-{kind}")
            self._thread.start()
            return job

    def latest(self) -> Job | None:
        """Return what is under way, or what ended last; None where nothing was done since the server began."""
        with self._lock:
            return self._job

    def running(self) -> bool:
        """Tell whether something is under way."""
        job = self.latest()
        return job is not None and job.state is WorkEnd.RUNNING

    def wait(self, timeout_s: float | None = None) -> None:
        """Wait until nothing is under way, at most so long."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _do(self, job: Job, task: Task, ended: Callable[[Job], None] | None, serving: str | None) -> None:
        job = self._outcome(job, task, serving)
        if ended is not None:
            try:
                ended(job)
            except PolicychatError as error:
                _LOG.error("what %s did could not be noted: %s", job.kind, error)
        with self._lock:
            self._job = job

    def _outcome(self, job: Job, task: Task, serving: str | None) -> Job:
        try:
            with acting_as(job.who):
                report = task(self._told)
        except Exception as error:
            # Whatever it was, a page must be able to say that it ended; only what is not expected is logged whole.
            if not isinstance(error, PolicychatError):
                _LOG.exception("%s failed", job.kind)
            return replace(
                self._shown(job),
                state=WorkEnd.FAILED,
                finished=utc_text(),
                problem=type(error).__name__,
                detail=str(error),
            )
        job = replace(self._shown(job), state=WorkEnd.DONE, finished=utc_text())
        if report is None:
            return job
        return replace(
            job,
            run=report.run,
            generation=report.generation,
            published=report.published and report.generation != serving,
            held=report.held,
            refused=len(report.refused),
        )

    def _shown(self, begun: Job) -> Job:
        with self._lock:
            return self._job or begun

    def _told(self, stage: str, done: int, total: int) -> None:
        with self._lock:
            if self._job is not None:
                self._job = replace(self._job, stage=stage, done=done, total=total)
