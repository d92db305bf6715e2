"""The documents and chunks of one generation, in one read-only SQLite file.

Chroma holds the chunks for search; this file holds what citations point into. Keeping both inside the
generation is what makes a quote checkable against exactly the text that was searched.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rag.domain import (
    Authority,
    Chunk,
    Document,
    DocumentType,
    DocumentVersion,
    Mark,
    MarkKind,
    NamedDocument,
    PageStart,
    RemovedDocument,
    Section,
    Validity,
)
from rag.errors import IndexDamagedError, NotAvailableError, UnknownIdError

_SCHEMA = """
CREATE TABLE documents (position INTEGER PRIMARY KEY, document_id TEXT UNIQUE NOT NULL, facts TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE chunks (position INTEGER PRIMARY KEY, chunk_id TEXT UNIQUE NOT NULL, document_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL, section TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, digest TEXT NOT NULL,
    UNIQUE (document_id, ordinal));
CREATE TABLE signatures (document_id TEXT PRIMARY KEY, signature BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE removed (source TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
"""
_CACHED_DOCUMENTS = 2048
_CACHED_HEADINGS = 4096
_READ_AT_ONCE = 900
"""SQLite builds may allow no more than 999 values in a statement."""
_CHUNK_COLUMNS = "chunk_id, document_id, ordinal, section, start, end"
_SOME_DOCUMENTS = "SELECT position, facts, text FROM documents WHERE position > ? ORDER BY position LIMIT ?"
_POINTERS = ("superseded_by", "duplicate_of")
"""Facts that name the source of another document."""
_ALL_POINTERS = (
    "SELECT document_id, json_extract(facts, '$.title'), json_extract(facts, '$.superseded_by'),"
    " json_extract(facts, '$.duplicate_of') FROM documents"
    " WHERE json_extract(facts, '$.superseded_by') NOTNULL OR json_extract(facts, '$.duplicate_of') NOTNULL"
    " ORDER BY position"
)
_THEIR_CHUNKS = (
    "SELECT c.chunk_id, c.document_id, c.ordinal, c.section, c.start, c.end FROM chunks c"
    " JOIN documents d USING (document_id) WHERE d.position BETWEEN ? AND ? ORDER BY c.position"
)


def _encode(document: Document) -> str:
    facts: dict[str, Any] = {}
    for item in fields(document):
        value = getattr(document, item.name)
        if item.name == "text":
            continue
        if item.name == "sections":
            value = [[list(section.path), section.level, section.start, section.end] for section in value]
        elif item.name == "marks":
            value = [[mark.kind.value, mark.start, mark.end] for mark in value]
        elif item.name == "pages":
            value = [[begin.start, begin.page] for begin in value]
        elif item.name == "versions":
            value = _versions_to_json(value)
        elif isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, Mapping):
            value = dict(value)
        facts[item.name] = value
    return json.dumps(facts, ensure_ascii=False)


def _versions_to_json(versions: Iterable[DocumentVersion]) -> list[list[int | str]]:
    return [[version.version, version.sha256, version.ingested] for version in versions]


def _decode(facts: str, text: str) -> Document:
    try:
        return _document(json.loads(facts), text)
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamagedError(f"a stored document cannot be read: {error!r}") from error


def _document(values: dict[str, Any], text: str) -> Document:
    values["sections"] = tuple(
        Section(tuple(path), level, start, end) for path, level, start, end in values["sections"]
    )
    values["marks"] = tuple(Mark(MarkKind(kind), start, end) for kind, start, end in values["marks"])
    values["pages"] = tuple(PageStart(start, page) for start, page in values.get("pages", ()))
    values["versions"] = tuple(DocumentVersion(*version) for version in values["versions"])
    for name in ("published", "effective", "valid_until"):
        # A generation of an earlier version of the program lacks the newer facts.
        values[name] = date.fromisoformat(values[name]) if values.get(name) else None
    for name in ("repairs", "origins", "certainty"):
        values[name] = MappingProxyType(values.get(name, {}))
    values["samples"] = MappingProxyType({name: tuple(some) for name, some in values.get("samples", {}).items()})
    for name in ("doubts", "replaces"):
        values[name] = tuple(values[name])
    values["type"] = DocumentType(values["type"])
    values["authority"] = Authority(values["authority"])
    values["validity"] = Validity(values["validity"])
    return Document(text=text, **values)


@lru_cache(maxsize=_CACHED_HEADINGS)
def _headings(stored: str) -> tuple[str, ...]:
    """Return the headings above a chunk; neighbours share them, and most texts have none."""
    return tuple(json.loads(stored))


def _chunk_of(row: tuple[Any, ...], text: str) -> Chunk:
    chunk_id, document_id, ordinal, section, start, end = row
    return Chunk(chunk_id, document_id, ordinal, _headings(section), start, end, text[start:end])


StoredDocument = tuple[Document, Sequence[Chunk], Sequence[str], bytes]
"""A document, its chunks, their digests, and the signature by which near-duplicates are found."""


def write_library(path: Path, documents: Sequence[StoredDocument], removed: Sequence[RemovedDocument] = ()) -> None:
    """Write documents in order; chunk positions follow that order. ``removed`` are those that can be restored.

    Raises:
        NotAvailableError: the file cannot be written, for example because the disk is full.
    """
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?)",
            (
                (n, document.document_id, _encode(document), document.text)
                for n, (document, _, _, _) in enumerate(documents)
            ),
        )
        connection.executemany(
            "INSERT INTO signatures VALUES (?, ?)",
            ((document.document_id, signature) for document, _, _, signature in documents if signature),
        )
        connection.executemany(
            "INSERT INTO removed VALUES (?, ?)",
            (
                (item.source, json.dumps({**asdict(item), "versions": _versions_to_json(item.versions)}))
                for item in removed
            ),
        )
        connection.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _chunk_rows(documents))
        connection.commit()
    except sqlite3.Error as error:
        raise NotAvailableError(f"library {path} cannot be written: {error}") from error
    finally:
        connection.close()


def _chunk_rows(
    documents: Iterable[StoredDocument],
) -> Iterable[tuple[int, str, str, int, str, int, int, str]]:
    position = 0
    for _, chunks, digests, _ in documents:
        for chunk, digest in zip(chunks, digests, strict=True):
            section = json.dumps(chunk.section, ensure_ascii=False)
            yield position, chunk.chunk_id, chunk.document_id, chunk.ordinal, section, chunk.start, chunk.end, digest
            position += 1


class SqliteLibrary:
    """Reads a library file; implements ``rag.ports.Library``. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Open ``path`` read-only.

        Raises:
            IndexDamagedError: the file is missing or is no library.
        """
        try:
            self._connection = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self.n_documents, self.n_chunks = (
                int(self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 two constants
                for table in ("documents", "chunks")
            )
        except sqlite3.Error as error:
            raise IndexDamagedError(f"library {path} cannot be read: {error}") from error
        self._lock = threading.Lock()
        self.document = lru_cache(maxsize=_CACHED_DOCUMENTS)(self._read_document)

    # The three lists hold a million strings in a large library: answering questions does without them.

    @cached_property
    def document_ids(self) -> list[str]:
        """Document ids by position."""
        return [row[0] for row in self._rows("SELECT document_id FROM documents ORDER BY position")]

    @cached_property
    def chunk_ids(self) -> list[str]:
        """Chunk ids by position, the order of the lexical index."""
        return [row[0] for row in self._rows("SELECT chunk_id FROM chunks ORDER BY position")]

    @cached_property
    def document_of_chunk(self) -> list[int]:
        """Position of each chunk's document, ascending."""
        places = {document_id: n for n, document_id in enumerate(self.document_ids)}
        return [places[row[0]] for row in self._rows("SELECT document_id FROM chunks ORDER BY position")]

    def _rows(self, statement: str, *values: str | int) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def _rows_among(self, start: str, values: Sequence[str | int]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a statement that ends in ``IN``, for any number of values."""
        for first in range(0, len(values), _READ_AT_ONCE):
            part = values[first : first + _READ_AT_ONCE]
            yield from self._rows(f"{start} ({','.join('?' * len(part))})", *part)

    def _read_document(self, document_id: str) -> Document:
        rows = self._rows("SELECT facts, text FROM documents WHERE document_id = ?", document_id)
        if not rows:
            raise UnknownIdError(f"no document {document_id!r}")
        return _decode(*rows[0])

    def chunk(self, chunk_id: str) -> Chunk:
        """Return one chunk. Raises UnknownIdError."""
        return self.chunks([chunk_id])[0]

    def chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        """Return several chunks in the order asked for, read at once. Raises UnknownIdError."""
        statement = f"SELECT {_CHUNK_COLUMNS} FROM chunks WHERE chunk_id IN"  # noqa: S608 a constant
        found = {row[0]: self._chunk(row) for row in self._rows_among(statement, list(dict.fromkeys(chunk_ids)))}
        try:
            return [found[chunk_id] for chunk_id in chunk_ids]
        except KeyError as error:
            raise UnknownIdError(f"no chunk {error.args[0]!r}") from error

    def chunks_at(self, positions: Sequence[int]) -> list[Chunk]:
        """Return the chunks at positions that exist, in the order asked for."""
        statement = f"SELECT position, {_CHUNK_COLUMNS} FROM chunks WHERE position IN"  # noqa: S608 a constant
        found = {row[0]: self._chunk(row[1:]) for row in self._rows_among(statement, list(positions))}
        return [found[position] for position in positions]

    def positions(self, chunk_ids: Sequence[str]) -> dict[str, int]:
        """Return the position of each chunk; unknown ids are left out."""
        return dict(self._rows_among("SELECT chunk_id, position FROM chunks WHERE chunk_id IN", list(chunk_ids)))

    def _chunk(self, row: tuple[Any, ...]) -> Chunk:
        return _chunk_of(row, self.document(row[1]).text)

    def chunks_of(self, document_id: str) -> list[Chunk]:
        """Return a document's chunks in reading order."""
        rows = self._rows(
            f"SELECT {_CHUNK_COLUMNS} FROM chunks WHERE document_id = ? ORDER BY ordinal",  # noqa: S608 a constant
            document_id,
        )
        return [self._chunk(row) for row in rows]

    def each(self) -> Iterator[tuple[Document, list[Chunk]]]:
        """Yield every document with its chunks in stored order, some hundred documents in memory at a time."""
        last = -1
        while rows := self._rows(_SOME_DOCUMENTS, last, _READ_AT_ONCE):
            last = rows[-1][0]
            chunks = {
                document_id: list(own)
                for document_id, own in groupby(self._rows(_THEIR_CHUNKS, rows[0][0], last), key=lambda row: row[1])
            }
            for _, facts, text in rows:
                document = _decode(facts, text)
                own = chunks.get(document.document_id, [])
                yield document, [_chunk_of(row, document.text) for row in own]

    def all_chunks(self, texts: Mapping[str, str]) -> Iterator[Chunk]:
        """Yield every chunk in stored order; ``texts`` are the documents' texts by id."""
        for row in self._rows(f"SELECT {_CHUNK_COLUMNS} FROM chunks ORDER BY position"):  # noqa: S608 a constant
            yield _chunk_of(row, texts[row[1]])

    def chunk_digests(self) -> dict[str, str]:
        """Return the digest of every chunk by its id."""
        return {row[0]: row[1] for row in self._rows("SELECT chunk_id, digest FROM chunks")}

    def signatures(self) -> dict[str, bytes]:
        """Return the near-duplicate signature of each document by its id; one without is left out."""
        return dict(self._rows_if_there("SELECT document_id, signature FROM signatures"))

    def removed(self) -> list[RemovedDocument]:
        """Return the documents that were taken out and can be restored, by source."""
        found = []
        for (facts,) in self._rows_if_there("SELECT facts FROM removed ORDER BY source"):
            values = json.loads(facts)
            values["versions"] = tuple(DocumentVersion(*version) for version in values["versions"])
            found.append(RemovedDocument(**values))
        return found

    def _rows_if_there(self, statement: str) -> list[tuple[Any, ...]]:
        """Read a table that generations of an earlier version of the program lack."""
        try:
            return self._rows(statement)
        except sqlite3.OperationalError:
            return []

    def documents(self) -> list[Document]:
        """Return every document in stored order."""
        return [_decode(*row) for row in self._rows("SELECT facts, text FROM documents ORDER BY position")]

    def title_of(self, source: str) -> str | None:
        """Return the title of the document with this source, or None if there is none."""
        statement = "SELECT json_extract(facts, '$.title') FROM documents WHERE json_extract(facts, '$.source') = ?"
        rows = self._rows(statement, source)
        return rows[0][0] if rows else None

    def pointing_to(self, source: str) -> Mapping[str, tuple[NamedDocument, ...]]:
        """Return the documents that name this source, by the fact that does: ``superseded_by``, ``duplicate_of``."""
        return {fact: self._pointers.get((fact, source), ()) for fact in _POINTERS}

    @cached_property
    def _pointers(self) -> dict[tuple[str, str], tuple[NamedDocument, ...]]:
        found: dict[tuple[str, str], tuple[NamedDocument, ...]] = {}
        for document_id, title, *sources in self._rows(_ALL_POINTERS):
            for fact, source in zip(_POINTERS, sources, strict=True):
                if source is not None:
                    found[fact, source] = (*found.get((fact, source), ()), NamedDocument(document_id, title))
        return found

    def facts(self, name: str) -> list[str | None]:
        """Return one stored fact of every document in stored order, without reading the texts."""
        return [
            row[0] for row in self._rows("SELECT json_extract(facts, '$.' || ?) FROM documents ORDER BY position", name)
        ]

    def regions(self) -> Mapping[str, int]:
        """Return each place that has documents, with their number."""
        return Counter(region for region in self.facts("region") if region)

    def close(self) -> None:
        """Release the file."""
        self._connection.close()
