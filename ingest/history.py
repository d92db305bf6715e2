"""The versions of each document across generations: numbered, continued after a removal, never lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.generation import Entry, now_utc
from ingest.previous import Previous
from rag.domain import DocumentVersion, RemovedDocument
from rag.errors import UnknownIdError


def known_versions(previous: Previous, source: str) -> tuple[DocumentVersion, ...]:
    """Return every version that a source ever had, the removed ones included."""
    entry = previous.entries.get(source)
    if entry is not None:
        return entry.document.versions
    removed = previous.removed.get(source)
    return removed.versions if removed is not None else ()


def with_version(entry: Entry, previous: Previous, restored: int | None = None) -> Entry:
    """Number the state of a document that was just read: a known version where it is one, else the next.

    ``restored`` names an earlier version that is wanted again. Bytes that are the newest known version keep its
    number; the same bytes as some older version are a new version, since the file was changed back.
    """
    document = entry.document
    versions = known_versions(previous, document.source)
    by_number = {version.version: version for version in versions}
    if restored is not None and restored in by_number:
        number = restored
    elif (old := previous.entries.get(document.source)) is not None and old.document.sha256 == document.sha256:
        number = old.document.version
    elif versions and versions[-1].sha256 == document.sha256:
        number = versions[-1].version
    else:
        number = max(by_number, default=0) + 1
        versions = (*versions, DocumentVersion(number, document.sha256, now_utc()))
    return replace(entry, document=replace(document, version=number, versions=versions))


def removed_after(previous: Previous, sources: Iterable[str]) -> tuple[RemovedDocument, ...]:
    """Return the documents that can be restored, once a generation holds ``sources``."""
    present = set(sources)
    at = now_utc()
    found = {source: item for source, item in previous.removed.items() if source not in present}
    for source, entry in previous.entries.items():
        if source not in present:
            document = entry.document
            found[source] = RemovedDocument(
                source, document.root, document.title, document.versions, at, document.container, document.url
            )
    return tuple(found[source] for source in sorted(found))


@dataclass(frozen=True, slots=True)
class Restorable:
    """A version of a document that can be made current again. ``file`` is the source of the file it was read from."""

    source: str
    file: str
    root: str
    version: DocumentVersion
    url: str | None


def find_version(previous: Previous, name: str, number: int | None) -> Restorable:
    """Return the version of a document to restore, by its id or source.

    Without a number it is the version before the current one, or the last one of a removed document.

    Raises:
        UnknownIdError: no such document or version.
    """
    source = previous.source_of(name)
    if source in previous.entries:
        document = previous.entries[source].document
        earlier = [version.version for version in document.versions if version.version < document.version]
        if number is None and not earlier:
            raise UnknownIdError(f"{document.source} has no version before {document.version}")
        version = version_numbered(document.source, document.versions, earlier[-1] if number is None else number)
        return Restorable(source, document.container or source, document.root, version, document.url)
    removed = previous.removed[source]
    version = version_numbered(source, removed.versions, removed.versions[-1].version if number is None else number)
    return Restorable(source, removed.container or source, removed.root, version, removed.url)


def version_numbered(source: str, versions: Sequence[DocumentVersion], number: int) -> DocumentVersion:
    """Return the version of that number. Raises UnknownIdError, naming those that there are."""
    for version in versions:
        if version.version == number:
            return version
    there = ", ".join(str(version.version) for version in versions)
    raise UnknownIdError(f"{source} has no version {number}; there are: {there}")
