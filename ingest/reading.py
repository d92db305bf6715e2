"""What a child process does with one file: load, clean, settle the facts, cut into chunks.

Everything that comes in and goes out is plain data, so it can travel between processes; the bytes themselves do not
travel, the child reads them from the kept original.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from ingest.blocks import LoadedFile
from ingest.cleaning import CleanedFile, clean
from ingest.compilations import split_compilation
from ingest.documents import Prepared, declared_region, make_document, make_entry
from ingest.generation import Entry
from ingest.loaders import load_bytes
from ingest.loaders.limits import DEFAULT_LIMITS, Limits
from ingest.loaders.ocr import RecognisedPage, recognise_page, with_recognised
from rag.errors import SourceError
from rag.regions import Gazetteer
from rag.settings import ChunkingSettings


@dataclass(frozen=True, slots=True)
class ReadTask:
    """One file to read. ``original`` is the path of its kept bytes; ``recognised`` its pages read from images."""

    source: str
    root: str
    sha256: str
    original: str
    places: tuple[str, ...]
    chunking: ChunkingSettings
    limits: Limits = DEFAULT_LIMITS
    url: str | None = None
    recognise: bool = False
    """Whether pages without text are to be asked for, before anything is made of the file."""
    recognised: Mapping[int, RecognisedPage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Understood:
    """The documents of a file, more than one where it is a compilation, and places that only they declare."""

    entries: tuple[Entry, ...]
    declared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A file that asks not to be ingested."""


@dataclass(frozen=True, slots=True)
class NeedsRecognition:
    """A file with pages that hold images instead of text."""

    pages: tuple[int, ...]


Reading = Understood | Withdrawn | NeedsRecognition


@lru_cache(maxsize=2)
def _gazetteer(places: tuple[str, ...]) -> Gazetteer:
    return Gazetteer.load(extra=places)


def read_document(task: ReadTask) -> Reading:
    """Read one file.

    Raises:
        SourceError: it cannot be read, or holds no text; the message names the file.
    """
    try:
        data = Path(task.original).read_bytes()
    except OSError as error:
        raise SourceError(f"{task.source}: its original cannot be read: {error.strerror or error}") from error
    loaded = load_bytes(task.source, data, task.limits)
    if loaded.metadata.get("ingest", "").lower() == "false":
        return Withdrawn()
    if loaded.unread_pages and task.recognise:
        return NeedsRecognition(loaded.unread_pages)
    gazetteer = _gazetteer(task.places)
    parts = split_compilation(_cleaned(task.source, with_recognised(loaded, task.recognised)), gazetteer)
    prepared = [_prepared(task, part, n if len(parts) > 1 else None) for n, part in enumerate(parts, start=1)]
    entries = tuple(make_entry(make_document(item, gazetteer), task.chunking) for item in prepared)
    known = _gazetteer(())
    declared = {declared_region(part.metadata) for part in parts}
    return Understood(entries, tuple(sorted(name for name in declared if name and known.get(name) is None)))


def _cleaned(source: str, loaded: LoadedFile) -> CleanedFile:
    cleaned = clean(loaded)
    if not cleaned.blocks:
        if cleaned.unread_pages:
            raise SourceError(
                f"{source}: {len(cleaned.unread_pages)} scanned pages and no text; "
                "character recognition is off (ingest.ocr) or could not read them"
            )
        raise SourceError(f"{source} holds no text")
    return cleaned


def _prepared(task: ReadTask, part: CleanedFile, number: int | None) -> Prepared:
    if task.url and not part.metadata.get("url"):
        part = replace(part, metadata={**part.metadata, "url": task.url})
    if number is None:
        return Prepared(task.source, task.root, task.sha256, part)
    return Prepared(f"{task.source}#{number}", task.root, task.sha256, part, container=task.source)


@dataclass(frozen=True, slots=True)
class RecogniseTask:
    """One page to read from its image."""

    source: str
    sha256: str
    original: str
    page: int


def recognise(task: RecogniseTask) -> RecognisedPage:
    """Read one page by character recognition.

    Raises:
        SourceError: the page cannot be rendered or recognised.
    """
    return recognise_page(task.source, Path(task.original).read_bytes(), task.page)
