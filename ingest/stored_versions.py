"""Earlier states of a document: list them, show what changed, hand out their original bytes."""

from __future__ import annotations

from typing import Any

from ingest.history import known_versions, version_numbered
from ingest.isolation import Caps, ParsingPool
from ingest.mapped_reading import read_files
from ingest.previous import Previous, read_one
from ingest.run import Run
from ingest.settling import known_places, task_for
from ingest.versions import fact_changes, section_changes
from rag.domain import Document, DocumentVersion, document_id_for
from rag.errors import NotAvailableError, SourceError
from rag.generations import DataLayout
from rag.ports import Embedding
from rag.settings import Settings


def document_versions(settings: Settings, name: str, since: int | None) -> dict[str, Any]:
    """Return a document's versions and what changed, by section, between ``since`` and the current state.

    Without ``since`` it is the version before the current one; a removed document, or one with a single version,
    has a list of versions and no changes. The earlier state is read again from its original, by today's rules.

    Raises:
        UnknownIdError: no such document or version.
        SourceError: the original of that version is lost or cannot be read.
    """
    previous = read_one(DataLayout(settings.paths.data), name)
    source, versions, document = _known(previous, name)
    values: dict[str, Any] = {
        "source": source,
        "document_id": document_id_for(source),
        "removed": document is None,
        "current": document.version if document else None,
        "versions": [
            {"version": version.version, "sha256": version.sha256, "ingested": version.ingested} for version in versions
        ],
        "since": None,
        "facts": [],
        "sections": [],
    }
    earlier = [version for version in versions if document and version.version < document.version]
    if document is None or (since is None and not earlier):
        return values
    wanted = earlier[-1] if since is None else version_numbered(source, versions, since)
    before = _as_it_was(settings, previous, document, wanted)
    values["since"] = wanted.version
    values["facts"] = [change.to_json() for change in fact_changes(before, document)]
    values["sections"] = [change.to_json() for change in section_changes(before, document)]
    return values


def original_bytes(settings: Settings, name: str, version: int | None) -> bytes:
    """Return the bytes a version of a document was read from; the current one, or the last of a removed document.

    Raises:
        UnknownIdError: no such document or version.
        NotAvailableError: the original is lost.
    """
    layout = DataLayout(settings.paths.data)
    source, versions, document = _known(read_one(layout, name), name)
    current = document.version if document else versions[-1].version
    wanted = version_numbered(source, versions, current if version is None else version)
    try:
        return (layout.sources / wanted.sha256).read_bytes()
    except OSError as error:
        raise NotAvailableError(f"the original of version {wanted.version} of {source} is lost: {error}") from error


def _known(previous: Previous, name: str) -> tuple[str, tuple[DocumentVersion, ...], Document | None]:
    source = previous.source_of(name)
    entry = previous.entries.get(source)
    return source, known_versions(previous, source), entry.document if entry is not None else None


def _as_it_was(settings: Settings, previous: Previous, document: Document, version: DocumentVersion) -> Document:
    run = Run(settings, _no_embedding, places=known_places(settings, previous))
    file = document.container or document.source
    task = task_for(run, file, document.root, version.sha256, document.url)
    caps = Caps(settings.ingest.parse_timeout_s, settings.ingest.parse_memory_mb)
    with ParsingPool(1, caps) as pool:
        readings = read_files(run, pool, [task])
    for entry in readings.understood.get(file, ()):
        if entry.document.source == document.source:
            return entry.document
    reason = readings.refused.get(file, "it is not in the file")
    raise SourceError(f"version {version.version} of {document.source} cannot be read: {reason}")


def _no_embedding() -> Embedding:
    raise AssertionError("reading an earlier version embeds nothing")
