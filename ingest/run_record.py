"""Keep in the catalogue what a run was asked, how it ended and everything it reported."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from ingest.report import FileStatus, IngestReport, NothingReadError
from ingest.run import Run
from rag.catalogue import Catalogue, RunOutcome, open_catalogue
from rag.errors import PolicychatError, UsageError

_log = logging.getLogger(__name__)

_ACTING: ContextVar[str | None] = ContextVar("acting", default=None)
_SCHEDULE: ContextVar[ScheduledRuns | None] = ContextVar("schedule", default=None)
BY = "by"
"""The argument of a run that names whoever had it done, where somebody signed in; a command line has no such name."""
SCHEDULE = "schedule"
"""The argument of a run that names the schedule that it was done for."""


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Note, for the length of the block and in this thread, that runs are done for this person."""
    token = _ACTING.set(name)
    try:
        yield
    finally:
        _ACTING.reset(token)


def with_actor(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a run's arguments with the person that it is done for, if one is known."""
    name, schedule = _ACTING.get(), _SCHEDULE.get()
    named = {} if name is None else {BY: name}
    return {**arguments, **named, **({SCHEDULE: schedule.name} if schedule is not None else {})}


@dataclass(slots=True)
class ScheduledRuns:
    """The runs that were begun for a schedule, by their ids."""

    name: str
    begun: list[str] = field(default_factory=list)


@contextmanager
def scheduled(name: str) -> Iterator[ScheduledRuns]:
    """Note, for the length of the block and in this thread, that runs are done for the schedule of this name."""
    runs = ScheduledRuns(name)
    token = _SCHEDULE.set(runs)
    try:
        yield runs
    finally:
        _SCHEDULE.reset(token)


@dataclass(slots=True)
class RunRecord:
    """The record of one run that is going on."""

    catalogue: Catalogue
    run_id: str
    ended: bool = False

    def publish(self, report: IngestReport, parent: str | None) -> IngestReport:
        """Keep the report of a run that came to its end, and return it with the run's id.

        What was published is published: a report that cannot be kept is logged and changes nothing else.
        """
        outcome = RunOutcome.PUBLISHED if report.generation != parent else RunOutcome.UNCHANGED
        outcome = RunOutcome.HELD if report.held else outcome
        named = replace(report, run=self.run_id)
        counts = {status.value: sum(file.status is status for file in report.files) for status in FileStatus}
        self._finish(outcome, report.generation, named.to_json(), {**counts, "chunks": report.chunks.total})
        return named

    def fail(self, error: BaseException) -> None:
        """Keep why a run ended without a result."""
        outcome = RunOutcome.FAILED
        if isinstance(error, UsageError):
            outcome = RunOutcome.REFUSED
        elif isinstance(error, KeyboardInterrupt):
            outcome = RunOutcome.INTERRUPTED
        report: dict[str, Any] = {"error": f"{type(error).__name__}: {error}"}
        counts: dict[str, int] = {}
        if isinstance(error, NothingReadError):
            report |= {"error": "SourceError: nothing could be read", "files": [one.to_json() for one in error.files]}
            counts = {FileStatus.REFUSED.value: len(error.files)}
        self._finish(outcome, None, report, counts)

    def _finish(
        self, outcome: RunOutcome, generation: str | None, report: Mapping[str, Any], counts: Mapping[str, int]
    ) -> None:
        self.ended = True
        try:
            self.catalogue.runs.finish(self.run_id, outcome, generation=generation, report=report, counts=counts)
        except PolicychatError as error:
            _log.warning("the report of run %s could not be kept: %s", self.run_id, error)


@contextmanager
def recorded(run: Run, kind: str, arguments: Mapping[str, Any]) -> Iterator[RunRecord]:
    """Yield the record of a run; whatever ends the block early is noted in it and goes on.

    Raises:
        NotAvailableError: the catalogue cannot be opened or written; nothing was changed.
    """
    with open_catalogue(run.settings) as catalogue:
        record = RunRecord(catalogue, catalogue.runs.begin(kind, with_actor(arguments)))
        schedule = _SCHEDULE.get()
        if schedule is not None:
            schedule.begun.append(record.run_id)
        try:
            yield record
        except BaseException as error:
            if not record.ended:
                record.fail(error)
            raise
