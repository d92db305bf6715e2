"""From documents that were read to those that a generation would hold: what is kept, corrected, and known across them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.corrections import apply_corrections
from ingest.documents import pipeline_fingerprint, with_document
from ingest.generation import Entry
from ingest.history import with_version
from ingest.isolation import ParsingPool
from ingest.mapped_reading import read_files
from ingest.metadata_successors import link_successors
from ingest.near_duplicates import link_duplicates
from ingest.previous import Previous, is_whole
from ingest.reading import ReadTask
from ingest.report import FileReport, FileStatus, refused
from ingest.run import Run
from rag.catalogue import Catalogue
from rag.domain import Document
from rag.errors import SourceError
from rag.generations import FORMAT
from rag.ports import Embedding
from rag.regions import Gazetteer
from rag.settings import Settings
from rag.vector_server import on_server

Corrections = Mapping[str, Mapping[str, str]]
"""What admins say, by source and field."""

_DECLARED = ("front_matter", "html_meta", "correction")


@dataclass(slots=True)
class Changes:
    """What a run is about to do to the published state."""

    reports: list[FileReport] = field(default_factory=list)
    read: dict[str, Entry] = field(default_factory=dict)
    """New and changed documents by source, numbered."""
    restored: dict[str, int] = field(default_factory=dict)
    """The version that each restored document goes back to."""
    dropped: set[str] = field(default_factory=set)
    tasks: list[ReadTask] = field(default_factory=list)
    """What was read, to be read again should a new place become known."""
    declared: set[str] = field(default_factory=set)
    everything: bool = False
    """Whether every document is read again from its original, outdated or not."""

    def take(self, entries: Iterable[Entry], previous: Previous) -> None:
        """Take documents that were read."""
        for entry in entries:
            source = entry.document.source
            self.read[source] = with_version(entry, previous, self.restored.get(source))

    def refuse(self, source: str, reason: str) -> None:
        """Report a file that could not be taken."""
        self.reports.append(refused(source, reason))

    @property
    def leaves_something(self) -> bool:
        """True if a file was taken, left as it was, or withdrawn."""
        return bool(self.read or self.dropped or any(report.status is FileStatus.UNCHANGED for report in self.reports))


def known_places(settings: Settings, previous: Previous) -> tuple[str, ...]:
    """Return the places that only the settings and the published documents know."""
    made = previous.manifest.places if previous.manifest is not None else ()
    return tuple(sorted({*made, *settings.regions.extra}))


def task_for(run: Run, source: str, root: str, sha256: str, url: str | None) -> ReadTask:
    """Return the task of reading a kept original."""
    return ReadTask(
        source, root, sha256, str(run.layout.sources / sha256), run.places, run.settings.chunking, run.limits, url
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """What a run comes to: every document that would be published, and what it would be built with."""

    entries: Mapping[str, Entry]
    """By source."""
    same: bool
    """True where the published generation is what would be built."""
    places: tuple[str, ...]
    corrections: str
    """Digest of the admins' corrections that the entries hold."""
    embedding: Embedding


def settle(run: Run, pool: ParsingPool, catalogue: Catalogue, previous: Previous, changes: Changes) -> Settled:
    """Put together what is kept and what was read, with corrections and with what shows across documents.

    Raises:
        SourceError: no document would be left.
    """
    kept = set(previous.entries) - changes.dropped - set(changes.read)
    if not (kept or changes.read):
        raise SourceError("no document would be left; a generation cannot be empty")
    corrections, digest = catalogue.corrections.current(), catalogue.corrections.digest()
    places = _places(run.settings, previous, kept, changes, corrections)
    refreshed = _read_again(run, pool, previous, kept, changes, corrections, places, digest)
    embedding = run.open_embedding()
    changed = changes.read or changes.dropped or refreshed
    if not changed and _serves(run, previous, embedding, digest):
        return Settled(previous.entries, True, places, digest, embedding)
    entries = {source: previous.entries[source] for source in kept}
    gazetteer = Gazetteer.load(extra=places)
    for source, entry in {**refreshed, **changes.read}.items():
        document = apply_corrections(entry.document, corrections.get(source, {}), gazetteer)
        entries[source] = with_document(entry, document)
    for source in {entry.document.source for entry in previous.entries.values()} - set(entries) - changes.dropped:
        changes.dropped.add(source)  # a file that is no compilation any more, or has fewer parts
    entries = _linked(entries, run.settings.ingest.duplicate_similarity)
    run.progress("link", len(entries), len(entries))
    same = (
        changes.everything
        and not (changes.read or changes.dropped)
        and entries == dict(previous.entries)
        and _made_alike(run, previous, places)
        and _serves(run, previous, embedding, digest)
    )
    return Settled(entries, same, places, digest, embedding)


def _made_alike(run: Run, previous: Previous, places: tuple[str, ...]) -> bool:
    """Tell whether today's code and settings made the published chunks."""
    chunking = run.settings.chunking
    made = previous.manifest
    fingerprint = pipeline_fingerprint(chunking.target_chars, chunking.max_chars)
    return made is not None and (made.pipeline, made.places) == (fingerprint, places)


def _serves(run: Run, previous: Previous, embedding: Embedding, corrections: str) -> bool:
    """Tell whether the published generation is what would be built again, and not damaged."""
    made, settings = previous.manifest, run.settings
    # The setting counts beside the fingerprint: a model folder that was moved is still opened by its old path.
    wanted = (
        embedding.fingerprint,
        settings.embedding.model,
        settings.retrieval.k1,
        settings.retrieval.b,
        corrections,
    )
    if made is None or made.format != FORMAT:
        return False
    same = (made.model, made.embedding_model, made.k1, made.b, made.corrections) == wanted
    # Whoever changes over to a vector server, or back, gets a generation there with the next ingest.
    moved = on_server(run.layout.generation(made.generation)) != (settings.vectors.server is not None)
    return same and not moved and is_whole(run.layout, made.generation, settings.vectors)


def _places(
    settings: Settings, previous: Previous, kept: Iterable[str], changes: Changes, corrections: Corrections
) -> tuple[str, ...]:
    """Return the place names that the national list does not have and that documents, admins or settings declare."""
    documents = [previous.entries[source].document for source in kept]
    declared = {document.region or "" for document in documents if document.origins.get("region") in _DECLARED}
    declared.update(values.get("region", "") for values in corrections.values())
    known = Gazetteer.load()
    unknown = {name for name in declared if name and known.get(name) is None}
    return tuple(sorted(unknown | changes.declared | set(settings.regions.extra)))


def _read_again(
    run: Run,
    pool: ParsingPool,
    previous: Previous,
    kept: set[str],
    changes: Changes,
    corrections: Corrections,
    places: tuple[str, ...],
    digest: str,
) -> dict[str, Entry]:
    """Read documents again from their originals where the code, the settings, the places or a correction changed.

    What was just read is read again in place if a new place became known. Return the kept documents that came out
    anew; one whose original was lost, or cannot be read any more, stays as it is.
    """
    new_places = places != run.places
    tasks = {task.source: replace(task, places=places) for task in changes.tasks} if new_places else {}
    just_read = set(tasks)
    outdated = _outdated_files(run, previous, kept, corrections, places, digest, everything=changes.everything)
    for file, entries in outdated.items():
        document = entries[0].document
        if not (run.layout.sources / document.sha256).is_file():
            if changes.everything:
                changes.refuse(file, "its original is lost, so it stays as it was read before")
        else:
            task = task_for(run, file, document.root, document.sha256, document.url)
            tasks[file] = replace(task, places=places)
    if not tasks:
        return {}
    readings = read_files(run, pool, list(tasks.values()), "read again")
    if changes.everything:
        for file, reason in readings.refused.items():
            changes.refuse(file, f"{reason}; it stays as it was read before")
    refreshed: dict[str, Entry] = {}
    for file, found in readings.understood.items():
        if file in just_read:
            changes.take((entry for entry in found if entry.document.source in changes.read), previous)
            continue
        read = {old.document.source for old in previous.by_file[file] if old.document.sha256 == tasks[file].sha256}
        for entry in found:
            source = entry.document.source
            # A part that was removed stays so, and one taken back to another version is not in these bytes.
            if source in kept & read or not (source in previous.removed or source in previous.entries):
                refreshed[source] = with_version(entry, previous)
        kept -= read
    return refreshed


def _outdated_files(
    run: Run,
    previous: Previous,
    kept: set[str],
    corrections: Corrections,
    places: tuple[str, ...],
    digest: str,
    *,
    everything: bool,
) -> dict[str, list[Entry]]:
    made = previous.manifest
    if made is None:
        return {}
    files = {
        file: [entry for entry in entries if entry.document.source in kept]
        for file, entries in previous.by_file.items()
    }
    files = {file: entries for file, entries in files.items() if entries}
    if everything or not _made_alike(run, previous, places):
        return files
    if made.corrections == digest:
        return {}
    return {
        file: entries
        for file, entries in files.items()
        if any(
            entry.document.source in corrections or "correction" in entry.document.origins.values() for entry in entries
        )
    }


def _linked(entries: Mapping[str, Entry], threshold: float) -> dict[str, Entry]:
    """Settle what only shows across documents: which replaces which, and which are copies of one text."""
    documents: Sequence[Document] = [entry.document for entry in entries.values()]
    documents = link_successors(documents)
    signatures = {entry.document.document_id: entry.signature for entry in entries.values() if entry.signature}
    documents = link_duplicates(documents, signatures, threshold)
    return {
        source: replace(entry, document=document)
        for (source, entry), document in zip(entries.items(), documents, strict=True)
    }
