"""The write path as one list of steps: files become a published generation.

    find files → read and understand each → settle what is known across documents → chunk
    → embed what is new → build beside → verify → publish → remove old generations

One bad file never stops the others, and until the last step nothing that is served has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.assembly import assemble_generation
from ingest.documents import Prepared, make_document, make_entry, pipeline_fingerprint, understand_file
from ingest.files import SourceFile, find_files
from ingest.generation import Entry, Progress, keep_original, now_utc, publish, remove_old_generations, writing
from ingest.metadata_successors import link_successors
from ingest.previous import Previous, differences, gone, read_previous, unchanged
from ingest.report import ChunkCounts, FileReport, FileStatus, IngestReport
from rag.domain import Document, DocumentVersion
from rag.errors import NotAvailableError, SourceError, UnknownIdError
from rag.generations import DataLayout
from rag.ports import Embedding
from rag.regions import Gazetteer
from rag.settings import Settings


def no_progress(stage: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What every step of one ingest needs."""

    layout: DataLayout
    settings: Settings
    open_embedding: Callable[[], Embedding]
    progress: Progress
    began: float


def ingest(
    paths: Sequence[Path],
    settings: Settings,
    open_embedding: Callable[[], Embedding],
    *,
    prune: bool = False,
    progress: Progress = no_progress,
) -> IngestReport:
    """Read files and folders and publish a generation that holds them beside what was there.

    With ``prune``, documents that came from one of the named folders and are no longer there are dropped. Where
    nothing changed, the published generation stays and nothing is written.

    Raises:
        SourceError: a path is missing or holds nothing that can be read; nothing was changed.
        LockedError: another ingest is running.
        ModelError: the embedding model cannot be opened.
        NotAvailableError: the disk is too full to begin.
    """
    run = _Run(DataLayout(settings.paths.data), settings, open_embedding, progress, time.monotonic())
    found = find_files(paths)
    with writing(run.layout):
        _check_disk(run)
        previous = read_previous(run.layout)
        prepared, reports, withdrawn = _prepare_all(run, found.known, previous)
        reports.extend(
            FileReport(
                file.source, FileStatus.REFUSED, reason=f"unknown format {file.path.suffix or '(no extension)'!r}"
            )
            for file in found.unknown
        )
        if not (prepared or withdrawn or any(report.status is FileStatus.UNCHANGED for report in reports)):
            reasons = [f"{report.source}: {report.reason}" for report in reports]
            raise SourceError("nothing could be read: " + ("; ".join(reasons) or "every file says 'ingest: false'"))
        seen = {file.source for file in found.known}
        dropped = withdrawn + (gone(previous.entries, seen, found.roots) if prune else [])
        reports.extend(_removed(previous, dropped))
        kept = set(previous.entries) - set(dropped)
        if not (kept or prepared):
            raise SourceError("no document would be left; a generation cannot be empty")
        return _finish(run, previous, kept, prepared, reports)


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
    run = _Run(DataLayout(settings.paths.data), settings, open_embedding, progress, time.monotonic())
    with writing(run.layout):
        previous = read_previous(run.layout)
        by_name = {name: s for s, entry in previous.entries.items() for name in (s, entry.document.document_id)}
        unknown = [name for name in identifiers if name not in by_name]
        if unknown:
            raise UnknownIdError(f"no document {', '.join(map(repr, unknown))}")
        dropped = list(dict.fromkeys(by_name[name] for name in identifiers))
        kept = set(previous.entries) - set(dropped)
        if not kept:
            raise SourceError("these are all the documents there are; a generation cannot be empty")
        return _finish(run, previous, kept, [], _removed(previous, dropped))


def _check_disk(run: _Run) -> None:
    free_mb = shutil.disk_usage(run.layout.root).free // 2**20
    needed_mb = run.settings.ingest.min_free_mb
    if free_mb < needed_mb:
        raise NotAvailableError(
            f"only {free_mb} MB free in {run.layout.root}; an ingest needs {needed_mb} MB (ingest.min_free_mb)"
        )


def _prepare_all(
    run: _Run, files: Sequence[SourceFile], previous: Previous
) -> tuple[list[Prepared], list[FileReport], list[str]]:
    """Read every new or changed file; return them, the reports of the others, and known sources that withdrew."""
    prepared: list[Prepared] = []
    reports: list[FileReport] = []
    withdrawn: list[str] = []
    for n, file in enumerate(files, start=1):
        try:
            data = _read(file.path, run.settings.ingest.max_file_mb)
            sha256 = hashlib.sha256(data).hexdigest()
            old = previous.entries.get(file.source)
            if old is not None and (old.document.sha256, old.document.root) == (sha256, file.root):
                reports.append(_file_report(old, FileStatus.UNCHANGED))
            else:
                cleaned = understand_file(file.source, data)
                if cleaned is not None:
                    keep_original(run.layout, sha256, data)
                    prepared.append(Prepared(file.source, file.root, sha256, cleaned))
                elif old is not None:
                    withdrawn.append(file.source)
        except SourceError as error:
            reports.append(FileReport(file.source, FileStatus.REFUSED, reason=str(error)))
        run.progress("read", n, len(files))
    return prepared, reports, withdrawn


def _read(path: Path, max_file_mb: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > max_file_mb * 2**20:
            raise SourceError(f"{path.name} has {size / 2**20:.0f} MB, allowed are {max_file_mb} (ingest.max_file_mb)")
        return path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror}") from error


def _finish(
    run: _Run, previous: Previous, kept: set[str], prepared: list[Prepared], reports: list[FileReport]
) -> IngestReport:
    """Build, verify and publish what is kept, together with what was prepared; or nothing if that is the same."""
    kept -= {item.source for item in prepared}
    places = _declared_places(run.settings, prepared, [previous.entries[source].document for source in kept])
    again = _prepare_again(run, previous, kept, places)
    kept -= {item.source for item in again}
    embedding = run.open_embedding()
    removed = any(report.status is FileStatus.REMOVED for report in reports)
    if not (prepared or again or removed or _index_outdated(run.settings, previous, embedding)):
        return _report(run, previous.generation, reports, unchanged(previous.entries))
    gazetteer = Gazetteer.load(extra=places)
    entries = {source: previous.entries[source] for source in kept}
    for item in (*prepared, *again):
        entries[item.source] = _entry(item, previous.entries.get(item.source), gazetteer, run.settings)
    entries = _with_successors(entries)
    reports.extend(_changed_report(entries[item.source], previous.entries.get(item.source)) for item in prepared)
    manifest, embedded = assemble_generation(
        run.layout,
        [entries[source] for source in sorted(entries)],
        embedding,
        run.settings,
        parent=previous.generation,
        places=places,
        progress=run.progress,
    )
    publish(run.layout, manifest.generation)
    remove_old_generations(run.layout, run.settings.ingest.keep_generations)
    return _report(run, manifest.generation, reports, differences(previous.entries, entries, embedded))


def _index_outdated(settings: Settings, previous: Previous, embedding: Embedding) -> bool:
    made = previous.manifest
    # The setting counts beside the fingerprint: a model folder that was moved is still opened by its old path.
    wanted = (embedding.fingerprint, settings.embedding.model, settings.retrieval.k1, settings.retrieval.b)
    return made is None or (made.model, made.embedding_model, made.k1, made.b) != wanted


def _declared_places(
    settings: Settings, prepared: Iterable[Prepared], documents: Iterable[Document]
) -> tuple[str, ...]:
    """Return the place names that the national list does not have and that documents or settings declare."""
    known = Gazetteer.load()
    declared = {_declared_region(item.cleaned.metadata) for item in prepared} | {
        document.region or ""
        for document in documents
        if document.origins.get("region") in ("front_matter", "html_meta")
    }
    unknown = {name for name in declared if name and known.get(name) is None}
    return tuple(sorted(unknown | set(settings.regions.extra)))


def _declared_region(metadata: Mapping[str, str]) -> str:
    return (metadata.get("region") or metadata.get("policychat:region") or "").strip()


def _prepare_again(run: _Run, previous: Previous, kept: set[str], places: tuple[str, ...]) -> list[Prepared]:
    """Read kept documents again from their originals where the code, the settings or the known places changed.

    A document whose original was lost, or cannot be read any more, stays as it is.
    """
    fingerprint = pipeline_fingerprint(run.settings.chunking.target_chars, run.settings.chunking.max_chars)
    made = previous.manifest
    if made is None or (made.pipeline, made.places) == (fingerprint, places):
        return []
    prepared = []
    for n, source in enumerate(sorted(kept), start=1):
        document = previous.entries[source].document
        original = run.layout.sources / document.sha256
        with contextlib.suppress(OSError, SourceError):
            cleaned = understand_file(source, original.read_bytes())
            if cleaned is not None:
                prepared.append(Prepared(source, document.root, document.sha256, cleaned))
        run.progress("read", n, len(kept))
    return prepared


def _entry(item: Prepared, old: Entry | None, gazetteer: Gazetteer, settings: Settings) -> Entry:
    document = make_document(item, gazetteer)
    versions = old.document.versions if old is not None else ()
    if not versions or versions[-1].sha256 != item.sha256:
        versions = (*versions, DocumentVersion(len(versions) + 1, item.sha256, now_utc()))
    return make_entry(replace(document, version=versions[-1].version, versions=versions), settings)


def _with_successors(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    documents = [entry.document for entry in entries.values()]
    linked = link_successors(documents, {document.document_id: document.replaces for document in documents})
    return {
        source: replace(entry, document=document)
        for (source, entry), document in zip(entries.items(), linked, strict=True)
    }


def _removed(previous: Previous, sources: Iterable[str]) -> list[FileReport]:
    return [FileReport(s, FileStatus.REMOVED, previous.entries[s].document.document_id) for s in sources]


def _changed_report(entry: Entry, old: Entry | None) -> FileReport:
    report = _file_report(entry, FileStatus.ADDED if old is None else FileStatus.CHANGED)
    if old is not None and old.document.root != entry.document.root and old.document.sha256 != entry.document.sha256:
        # Another folder's file of the same name took over: most likely a mistake, so it is said.
        report = replace(report, doubts=(*report.doubts, "replaced_file_of_other_folder"))
    return report


def _file_report(entry: Entry, status: FileStatus) -> FileReport:
    document = entry.document
    return FileReport(document.source, status, document.document_id, None, document.repairs, document.doubts)


def _report(run: _Run, generation: str | None, reports: Sequence[FileReport], chunks: ChunkCounts) -> IngestReport:
    files = tuple(sorted(reports, key=lambda report: report.source))
    seconds = time.monotonic() - run.began
    return IngestReport(generation, generation is not None, files, chunks, seconds, peak_rss_mb())


def peak_rss_mb() -> float:
    """Return the largest resident size this process ever had, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
