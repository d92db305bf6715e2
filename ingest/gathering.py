"""Get everything that is to be read onto this disk: unpack archives, download web pages."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from ingest.archive import Unpacked, unpack
from ingest.changed_types import WEB_ROOT
from ingest.file_progress import FileState
from ingest.files import FoundFiles, SourceFile
from ingest.generation import UNPACKING
from ingest.isolation import Job, ParsingPool
from ingest.loaders import SUPPORTED
from ingest.loaders.limits import Limits
from ingest.report import FileReport, refused
from ingest.run import Run
from ingest.web import fetch
from rag.errors import SourceError


@dataclass(slots=True)
class Gathered:
    """Files to read, and what could not be got. ``unread`` are archives that could not be opened."""

    files: list[SourceFile] = field(default_factory=list)
    problems: list[FileReport] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Sources of ``files``."""

    def add(self, file: SourceFile) -> None:
        """Take a file, or report that its format is unknown or its name taken."""
        if file.path.suffix.lower() not in SUPPORTED:
            self.refuse(file.source, f"unknown format {file.path.suffix or '(no extension)'!r}")
        elif file.source in self.names:
            self.refuse(file.source, "another file of this ingest has the same name")
        else:
            self.files.append(file)
            self.names.add(file.source)

    def refuse(self, source: str, reason: str) -> None:
        """Report what could not be got."""
        self.problems.append(refused(source, reason))


@dataclass(frozen=True, slots=True)
class _UnpackTask:
    path: str
    target: str
    limits: Limits


def _unpack(task: _UnpackTask) -> Unpacked:
    return unpack(Path(task.path), Path(task.target), task.limits)


@contextmanager
def gathered(run: Run, pool: ParsingPool, found: FoundFiles, addresses: Sequence[str]) -> Iterator[Gathered]:
    """Yield every file to read. What was unpacked or downloaded lies in a folder that goes when the block ends."""
    place = run.layout.root / f"{UNPACKING}{secrets.token_hex(6)}"
    result = Gathered(files=list(found.known), names={file.source for file in found.known})
    for file in found.unknown:
        result.add(file)
    try:
        if found.archives:
            _unpack_all(run, pool, found.archives, place, result)
        for n, address in enumerate(addresses):
            run.progress("fetch", n, len(addresses))
            _fetch(run, address, place / f"web-{n}", result)
        if addresses:
            run.progress("fetch", len(addresses), len(addresses))
        for file in result.files:
            run.files.tell(file.source, FileState.WAITING)
        for problem in result.problems:
            run.files.tell(problem.source, FileState.REFUSED, problem.reason or "")
        yield result
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _unpack_all(run: Run, pool: ParsingPool, archives: Sequence[SourceFile], place: Path, result: Gathered) -> None:
    by_source = {archive.source: archive for archive in archives}
    targets = {archive.source: place / f"zip-{n}" for n, archive in enumerate(archives)}
    jobs = []
    for archive in archives:
        targets[archive.source].mkdir(parents=True)
        task = _UnpackTask(str(archive.path), str(targets[archive.source]), run.limits)
        jobs.append(Job(archive.source, archive.path.stat().st_size, task))
    for n, (job, outcome) in enumerate(pool.map(_unpack, jobs), start=1):
        archive = by_source[job.name]
        if isinstance(outcome, SourceError):
            result.refuse(archive.source, str(outcome))
            result.unread.append(archive.source)
        else:
            run.files.becomes(archive.source, (f"{archive.source}/{file.name}" for file in outcome.files))
            for inner, reason in outcome.problems:
                result.refuse(f"{archive.source}/{inner}", reason)
            for file in outcome.files:
                result.add(replace(archive, path=file.path, source=f"{archive.source}/{file.name}"))
        run.progress("unpack", n, len(jobs))


def _fetch(run: Run, address: str, target: Path, result: Gathered) -> None:
    target.mkdir(parents=True)
    run.files.tell(address, FileState.READING)
    ingest = run.settings.ingest
    try:
        page = fetch(address, target, timeout_s=ingest.fetch_timeout_s, max_mb=ingest.max_file_mb)
    except SourceError as error:
        result.refuse(address, str(error))
        return
    run.files.becomes(address, [page.source])
    host = PurePosixPath(page.source).parts[0]
    result.add(SourceFile(page.path, page.source, f"{WEB_ROOT}{host}", page.url))
