"""The documents as the list of the console needs them: their facts without their texts, kept for one generation."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from rag.domain import Chunk, Document, RemovedDocument
from rag.folding import fold
from rag.generations import DataLayout
from rag.library import SqliteLibrary
from rag.ports import Assistant
from rag.topics import TOPICS, topics_of

ROWS = 50
"""Documents on one page."""

FILTERS = ("region", "type", "topic", "validity", "authority", "doubt")
ANY_DOUBT = "any"
NO_TOPIC = "none"


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in the list. ``searched`` is what the search looks through, folded."""

    document_id: str
    title: str
    source: str
    region: str
    issuer: str
    published: str
    type: str
    validity: str
    authority: str
    doubts: tuple[str, ...]
    version: int
    chunks: int
    searched: str
    topics: tuple[str, ...] = ()
    """Codes of ``rag.topics``."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is cut down to; empty text cuts nothing."""

    words: str = ""
    region: str = ""
    type: str = ""
    validity: str = ""
    authority: str = ""
    topic: str = ""
    """A topic's code, or :data:`NO_TOPIC`."""
    doubt: str = ""
    """A doubt's code, or :data:`ANY_DOUBT`."""

    def fits(self, row: Listed) -> bool:
        """Tell whether a document is wanted: it holds every word, and each filter that is set fits."""
        named = ("region", "type", "validity", "authority")
        if any(getattr(self, name) and getattr(self, name) != getattr(row, name) for name in named):
            return False
        if self.topic and not (self.topic in row.topics if self.topic != NO_TOPIC else not row.topics):
            return False
        if self.doubt and not (row.doubts if self.doubt == ANY_DOUBT else self.doubt in row.doubts):
            return False
        return all(word in row.searched for word in fold(self.words).split())


class Listing:
    """Reads the list once for each published generation. Safe to use from several threads."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._lock = threading.Lock()
        self._generation: str | None = None
        self._rows: tuple[Listed, ...] = ()

    def rows(self) -> tuple[Listed, ...]:
        """Return every document by source; none while nothing is published."""
        info = self._assistant.published()
        if info is None:
            return ()
        with self._lock:
            if info.generation != self._generation:
                counts = self._assistant.chunk_counts()
                documents = self._assistant.documents()
                self._rows = tuple(_listed(document, counts.get(document.document_id, 0)) for document in documents)
                self._generation = info.generation
            return self._rows

    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """Return the values that each filter can have here."""
        rows = self.rows()
        named = {
            name: tuple(sorted({getattr(row, name) for row in rows} - {""}))
            for name in FILTERS
            if name not in ("topic", "doubt")
        }
        held = {topic for row in rows for topic in row.topics}
        topics = tuple(topic for topic in TOPICS if topic in held)
        found = {**named, "topic": topics, "doubt": tuple(sorted({doubt for row in rows for doubt in row.doubts}))}
        return {name: found[name] for name in FILTERS}


def _listed(document: Document, chunks: int) -> Listed:
    known = (document.title, document.source, document.issuer, document.region, document.document_number)
    return Listed(
        document.document_id,
        document.title,
        document.source,
        document.region or "",
        document.issuer or "",
        document.published.isoformat() if document.published else "",
        document.type.value,
        document.validity.value,
        document.authority.value,
        document.doubts,
        document.version,
        chunks,
        fold("\n".join(fact for fact in known if fact)),
        topics_of(document),
    )


def chunks_of(layout: DataLayout, generation: str, document_id: str) -> list[Chunk]:
    """Return a document's chunks in reading order. Raises UnknownIdError, IndexDamagedError."""
    with closing(SqliteLibrary(layout.generation(generation) / "library.sqlite")) as library:
        return library.chunks_of(document_id)


def removed_from(layout: DataLayout, generation: str) -> list[RemovedDocument]:
    """Return the documents that were taken out and can come back, by source. Raises IndexDamagedError."""
    with closing(SqliteLibrary(layout.generation(generation) / "library.sqlite")) as library:
        return library.removed()
