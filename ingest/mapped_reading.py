"""Read many files at once in child processes; pages that hold images are recognised page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.file_progress import FileProgress, FileState
from ingest.generation import Entry
from ingest.isolation import UNGROUPED, Job, ParsingPool
from ingest.loaders.ocr import RecognisedPage, fingerprint
from ingest.ocr_cache import OcrCache
from ingest.reading import (
    NeedsRecognition,
    ReadTask,
    RecogniseTask,
    Understood,
    Withdrawn,
    read_document,
    recognise,
)
from ingest.report import reason_of
from ingest.run import Run
from rag.errors import SourceError


@dataclass(slots=True)
class Readings:
    """What became of each file, by its source."""

    understood: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Why a file could not be read."""
    declared: set[str] = field(default_factory=set)
    """Places that the files declare and the national list does not have."""


def read_files(run: Run, pool: ParsingPool, tasks: Sequence[ReadTask], stage: str = "read") -> Readings:
    """Read every file; one that fails costs the others nothing."""
    result = Readings()
    # What is read again was not sent by whoever looks at the files of this run.
    files = run.files if stage == "read" else FileProgress()
    scanned: list[tuple[ReadTask, tuple[int, ...]]] = []
    wanted = [replace(task, recognise=run.settings.ingest.ocr) for task in tasks]
    jobs = [_job(run, task) for task in wanted]
    reading = pool.map(read_document, jobs, began=lambda name: files.tell(name, FileState.READING))
    for n, (job, outcome) in enumerate(reading, start=1):
        if isinstance(outcome, NeedsRecognition):
            scanned.append((job.task, outcome.pages))
        else:
            _note(files, result, job.name, outcome)
        run.progress(stage, n, len(wanted))
    if scanned:
        pages = _recognised(run, pool, scanned)
        again = [replace(task, recognise=False, recognised=pages.get(task.source, {})) for task, _ in scanned]
        for job, outcome in pool.map(read_document, [_job(run, task) for task in again]):
            if isinstance(outcome, NeedsRecognition):
                raise AssertionError(f"{job.name} asked twice for its pages")
            _note(files, result, job.name, outcome)
    return result


def _job(run: Run, task: ReadTask) -> Job[ReadTask]:
    return Job(task.source, (run.layout.sources / task.sha256).stat().st_size, task)


def _note(files: FileProgress, result: Readings, source: str, outcome: Understood | Withdrawn | SourceError) -> None:
    if isinstance(outcome, SourceError):
        result.refused[source] = str(outcome)
        files.tell(source, FileState.REFUSED, reason_of(source, str(outcome)))
        return
    files.tell(source, FileState.READ)
    if isinstance(outcome, Withdrawn):
        result.withdrawn.append(source)
    else:
        result.understood[source] = outcome.entries
        result.declared.update(outcome.declared)


def _recognised(
    run: Run, pool: ParsingPool, scanned: Sequence[tuple[ReadTask, tuple[int, ...]]]
) -> Mapping[str, Mapping[int, RecognisedPage]]:
    """Return the pages of each file that could be recognised, at most so many of each as the settings allow."""
    pages: dict[str, dict[int, RecognisedPage]] = {task.source: {} for task, _ in scanned}
    settings = run.settings.ingest
    jobs = []
    engine = fingerprint()
    with OcrCache(run.layout.root / "ocr.sqlite") as cache:
        for task, numbers in scanned:
            known = cache.pages(task.sha256, engine)
            size = (run.layout.sources / task.sha256).stat().st_size
            for page in numbers[: settings.ocr_max_pages]:
                if page in known:
                    pages[task.source][page] = known[page]
                else:
                    wanted = RecogniseTask(task.source, task.sha256, task.original, page)
                    # Never grouped: each page has the whole time of a page.
                    jobs.append(Job(task.source, max(size, UNGROUPED), wanted))
        for n, (job, outcome) in enumerate(pool.map(recognise, jobs, settings.ocr_page_timeout_s), start=1):
            if not isinstance(outcome, SourceError):
                pages[job.name][job.task.page] = outcome
                cache.keep(job.task.sha256, engine, job.task.page, outcome)
            run.progress("recognise", n, len(jobs))
    return pages
