"""The write path as one list of steps: files become a published generation.

    find files → unpack and fetch → keep the originals → read each in a child process
    → admins' corrections → what is known across documents → embed what is new
    → build beside → verify → publish → remove old generations → keep the report

One bad file never stops the others, and until the publication nothing that is served has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.changed_types import other_types
from ingest.file_progress import FileProgress, FileState
from ingest.files import FoundFiles, SourceFile, find_files
from ingest.gathering import gathered
from ingest.generation import Entry, Progress, writing
from ingest.history import find_version
from ingest.isolation import Caps, ParsingPool
from ingest.mapped_reading import Readings, read_files
from ingest.originals import digest_of, forget_original, keep_original
from ingest.previous import Previous, gone, read_previous
from ingest.publication import finish, rehearse
from ingest.report import FileReport, FileStatus, IngestReport, NothingReadError, reason_of, report_of
from ingest.run import Run, folder_bytes, no_progress
from ingest.run_record import RunRecord, recorded
from ingest.settling import Changes, known_places, task_for
from rag.errors import SourceError, UnknownIdError
from rag.ports import Embedding
from rag.settings import Settings

DRY_RUN = "dry_run"
"""The kind of a run that only shows what would change; its argument ``of`` says what kind it would have been."""
_WRITTEN_PER_BYTE = 16
"""A byte of text becomes a chunk, a vector, postings and a cached vector: 23 MB of text became 350 MB."""
_TEXT_SHARE = 0.1
"""Of an office file, a PDF or a picture; of other files all is text."""
_ALL_TEXT = frozenset({".txt", ".md", ".html", ".htm", ".csv", ".tsv"})


def ingest(
    paths: Sequence[Path],
    settings: Settings,
    open_embedding: Callable[[], Embedding],
    *,
    addresses: Sequence[str] = (),
    prune: bool = False,
    dry_run: bool = False,
    progress: Progress = no_progress,
    files: FileProgress | None = None,
) -> IngestReport:
    """Read files, folders and web pages and publish a generation that holds them beside what was there.

    With ``prune``, documents that came from one of the named folders and are no longer there are dropped. Where
    nothing changed, the published generation stays and nothing is written. With ``dry_run`` nothing is published in any
    case, and the report has a ``difference``. ``files`` is told how each file stands.

    Raises:
        SourceError: a path is missing or nothing can be read; nothing was changed.
        LockedError: another ingest is running.
        ModelError: the embedding model cannot be opened.
        NotAvailableError: the disk is too full, or the catalogue cannot be opened.
    """
    found = find_files(paths) if paths or not addresses else FoundFiles((), (), (), ())
    arguments = {"paths": [str(path) for path in paths], "addresses": list(addresses), "prune": prune}
    with _writing(settings, open_embedding, progress, "ingest", arguments, dry_run=dry_run, files=files) as step:
        with gathered(step.run, step.pool, found, addresses) as got:
            changes = Changes(list(got.problems))
            strange = other_types(addresses, got.names, step.previous.by_file.keys())
            fresh = _keep_originals(step, got.files, changes, strange)
            readings = read_files(step.run, step.pool, changes.tasks)
            _note(step, readings, changes, fresh)
            if not changes.leaves_something:
                raise NothingReadError(changes.reports)
            if prune:
                seen = {file.source for file in got.files} | {report.source for report in got.problems}
                changes.dropped.update(gone(step.previous.entries, seen, found.roots, got.unread))
        try:
            return step.finish(changes)
        finally:
            if dry_run:
                for sha256 in fresh:
                    forget_original(step.run.layout, sha256)


def delete_documents(
    identifiers: Sequence[str],
    settings: Settings,
    open_embedding: Callable[[], Embedding],
    *,
    progress: Progress = no_progress,
) -> IngestReport:
    """Publish a generation without the named documents (ids or sources); their originals are kept.

    Raises:
        UnknownIdError: a document is not there; nothing was changed.
        SourceError: no document would be left.
        LockedError: another ingest is running.
    """
    with _writing(settings, open_embedding, progress, "delete", {"documents": list(identifiers)}) as step:
        entries = step.previous.entries
        by_name = {name: source for source, e in entries.items() for name in (source, e.document.document_id)}
        unknown = [name for name in identifiers if name not in by_name]
        if unknown:
            raise UnknownIdError(f"no document {', '.join(map(repr, unknown))}")
        return step.finish(Changes(dropped={by_name[name] for name in identifiers}))


def restore_document(
    name: str,
    version: int | None,
    settings: Settings,
    open_embedding: Callable[[], Embedding],
    *,
    progress: Progress = no_progress,
) -> IngestReport:
    """Publish a generation in which a document is as it was in an earlier version; a removed one comes back.

    Without a version it is the one before the current one, or the last one of a removed document. Later ingests of
    the same file leave it so until the file changes.

    Raises:
        UnknownIdError: no such document or version; nothing was changed.
        SourceError: the original of that version cannot be read any more.
        LockedError: another ingest is running.
    """
    arguments = {"document": name, "version": version}
    with _writing(settings, open_embedding, progress, "restore", arguments) as step:
        wanted = find_version(step.previous, name, version)
        task = task_for(step.run, wanted.file, wanted.root, wanted.version.sha256, wanted.url)
        if not Path(task.original).is_file():
            raise SourceError(f"the original of version {wanted.version.version} of {wanted.source} is lost")
        readings = read_files(step.run, step.pool, [task])
        entries = [e for e in readings.understood.get(wanted.file, ()) if e.document.source == wanted.source]
        if not entries:
            reason = readings.refused.get(wanted.file, "it is not in the file any more")
            raise SourceError(f"version {wanted.version.version} of {wanted.source} cannot be restored: {reason}")
        changes = Changes(restored={wanted.source: wanted.version.version}, tasks=[task], declared=readings.declared)
        changes.take(entries, step.previous)
        return step.finish(changes)


def apply_changed_corrections(
    settings: Settings, open_embedding: Callable[[], Embedding], *, progress: Progress = no_progress
) -> IngestReport:
    """Publish a generation in which the documents say what admins corrected since the published one was made.

    Raises:
        SourceError: nothing is published.
        LockedError: another ingest is running.
    """
    with _writing(settings, open_embedding, progress, "correct", {}) as step:
        return step.finish(Changes())


def rebuild(
    settings: Settings,
    open_embedding: Callable[[], Embedding],
    *,
    everything: bool = False,
    dry_run: bool = False,
    progress: Progress = no_progress,
) -> IngestReport:
    """Publish a generation of the same documents made with the settings as they are now, another model say.

    Documents are read again where today's code or settings would read them differently, and with ``everything`` all of
    them; the report then names those whose original is lost or cannot be read any more. Where nothing would come out
    differently, the published generation stays. With ``dry_run`` it stays in any case, and the report has a ``difference``.

    Raises:
        SourceError: nothing is published.
        LockedError: another ingest is running.
        ModelError: the embedding model cannot be opened; nothing was changed.
    """
    arguments = {"model": settings.embedding.model, "everything": everything}
    with _writing(settings, open_embedding, progress, "rebuild", arguments, dry_run=dry_run) as step:
        return step.finish(Changes(everything=everything))


@dataclass(frozen=True, slots=True)
class _Step:
    """An open run: it holds the write lock, the children that read, and the state it starts from."""

    run: Run
    pool: ParsingPool
    previous: Previous
    record: RunRecord
    dry_run: bool = False

    def finish(self, changes: Changes) -> IngestReport:
        if self.dry_run:
            report = rehearse(self.run, self.pool, self.record.catalogue, self.previous, changes)
            return self.record.publish(report, self.previous.generation)
        report = finish(self.run, self.pool, self.record.catalogue, self.previous, changes)
        return self.record.publish(report, self.previous.generation)


@contextmanager
def _writing(
    settings: Settings,
    open_embedding: Callable[[], Embedding],
    progress: Progress,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    dry_run: bool = False,
    files: FileProgress | None = None,
) -> Iterator[_Step]:
    run = Run(settings, open_embedding, progress, files=files or FileProgress())
    if dry_run:
        kind, arguments = DRY_RUN, {**arguments, "of": kind}
    caps = Caps(settings.ingest.parse_timeout_s, settings.ingest.parse_memory_mb)
    with writing(run.layout, run.settings.vectors):
        run.check_disk(0)
        with recorded(run, kind, arguments) as record, ParsingPool(settings.ingest.processes, caps) as pool:
            previous = read_previous(run.layout)
            yield _Step(replace(run, places=known_places(settings, previous)), pool, previous, record, dry_run)


def _keep_originals(step: _Step, files: Sequence[SourceFile], changes: Changes, strange: Mapping[str, str]) -> set[str]:
    """Keep the bytes of every new or changed file and plan to read it; return the digests not known before.

    ``strange`` are files that are not taken, with the reason, by source.
    """
    run, by_file = step.run, step.previous.by_file
    changed: list[tuple[SourceFile, str]] = []
    for n, file in enumerate(files, start=1):
        try:
            if file.source in strange:
                raise SourceError(strange[file.source])
            sha256 = digest_of(file.path, run.settings.ingest.max_file_mb)
        except SourceError as error:
            _refuse(run, changes, file.source, str(error))
        else:
            entries = by_file.get(file.source, ())
            if entries and all(_is_current(entry, sha256, file.root) for entry in entries):
                changes.reports.extend(_unchanged(entry, sha256) for entry in entries)
                run.files.tell(file.source, FileState.UNCHANGED)
            else:
                changed.append((file, sha256))
        run.progress("scan", n, len(files))
    if changed:
        served = run.layout.generation(step.previous.generation) if step.previous.generation else None
        expected = sum(_expected_bytes(file.path) for file, _ in changed)
        run.check_disk(expected + (folder_bytes(served) if served else 0))
    fresh = set()
    for file, sha256 in changed:
        try:
            if keep_original(run.layout, file.path, sha256):
                fresh.add(sha256)
            changes.tasks.append(task_for(run, file.source, file.root, sha256, file.url))
        except SourceError as error:
            _refuse(run, changes, file.source, str(error))
    return fresh


def _refuse(run: Run, changes: Changes, source: str, reason: str) -> None:
    changes.refuse(source, reason)
    run.files.tell(source, FileState.REFUSED, reason_of(source, reason))


def _expected_bytes(path: Path) -> int:
    """Return about how much a new file makes an ingest write: its original, and what its text becomes."""
    size = path.stat().st_size
    share = 1.0 if path.suffix.lower() in _ALL_TEXT else _TEXT_SHARE
    return size + int(size * share * _WRITTEN_PER_BYTE)


def _is_current(entry: Entry, sha256: str, root: str) -> bool:
    """A document that an admin took back to an earlier version stays so until its file changes."""
    document = entry.document
    newest = document.versions[-1].sha256 if document.versions else document.sha256
    return document.root == root and sha256 in (document.sha256, newest)


def _unchanged(entry: Entry, sha256: str) -> FileReport:
    report = report_of(entry, FileStatus.UNCHANGED)
    if entry.document.sha256 != sha256:
        report = replace(report, doubts=(*report.doubts, "older_version_restored"))
    return report


def _note(step: _Step, readings: Readings, changes: Changes, fresh: set[str]) -> None:
    """Take what was read; what asked not to be ingested goes, what could not be read keeps its last good version."""
    by_file = step.previous.by_file
    digests = {task.source: task.sha256 for task in changes.tasks}
    changes.declared.update(readings.declared)
    for file, entries in readings.understood.items():
        changes.take(entries, step.previous)
        now = {entry.document.source for entry in entries}
        changes.dropped.update({old.document.source for old in by_file.get(file, ())} - now)
    for file in readings.withdrawn:
        changes.dropped.update(old.document.source for old in by_file.get(file, ()))
    for file, reason in readings.refused.items():
        changes.refuse(file, reason)
    used = {digests[file] for file in readings.understood}
    for file in (*readings.withdrawn, *readings.refused):
        if digests[file] in fresh - used:
            forget_original(step.run.layout, digests[file])
    unread = {*readings.withdrawn, *readings.refused}
    changes.tasks = [task for task in changes.tasks if task.source not in unread]
