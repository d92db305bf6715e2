"""Compute the columns of a generation from its documents and write them.

Rows are written as they come: the texts of a million chunks are never in memory together.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.columns import AUTHORITIES, DOCUMENT, ENCODING, SURROGATES, VALIDITIES, VECTOR, Columns, TextColumn
from rag.domain import Chunk, Document, MarkKind
from rag.errors import IndexDamagedError
from rag.folding import fold
from rag.library import SqliteLibrary
from rag.ports import FloatArray
from rag.regions import Gazetteer
from rag.vectors import ChromaVectorIndex

ROWS_AT_ONCE = 1000

_LEAD_CHARS = 150
"""Where a text says whose it is: below the title, before its first rule."""

_SURE_TITLE = 0.5

Texts = Iterable[tuple[Document, Sequence[Chunk]]]


class Sink(Protocol):
    """Takes the bytes of one text after the other."""

    def write(self, data: bytes, /) -> object:
        """Take the next text."""
        ...


class _TextWriter:
    """Encodes texts and notes where each ends."""

    def __init__(self, file: Sink) -> None:
        self._file = file
        self._end = 0
        self.ends: list[int] = []

    def add(self, text: str) -> None:
        """Append one text."""
        data = text.encode(ENCODING, SURROGATES)
        self._file.write(data)
        self._end += len(data) // 2
        self.ends.append(self._end)


class ColumnCollector:
    """Takes documents in order and keeps everything but their vectors."""

    def __init__(self, texts: Sink, headings: Sink, gazetteer: Gazetteer | None) -> None:
        """Begin; without a gazetteer the places that texts begin with are left out."""
        self._gazetteer = gazetteer
        self._leads: list[int] = []
        self._lead_places: dict[str, int] = {}
        self.texts = _TextWriter(texts)
        self.headings = _TextWriter(headings)
        self._heading_numbers: dict[str, int] = {}
        self._heading_of_chunk: list[int] = []
        self._garbled: list[float] = []
        self._rows: list[tuple[Any, ...]] = []
        self._regions: dict[str, int] = {}
        self._names: dict[str, int] = {}
        self._links: list[tuple[str | None, str | None]] = []

    def add(self, document: Document, chunks: Sequence[Chunk]) -> None:
        """Append a document with its chunks."""
        first = len(self._heading_of_chunk)
        for chunk in chunks:
            self.texts.add(fold(chunk.text))
            self._heading_of_chunk.append(self._heading(heading_text(document, chunk.section)))
            self._garbled.append(garbled_share(chunk, document))
        number = len(self._rows)
        # A successor is named by its source, or by its title where only the text itself names it.
        self._names.setdefault(document.title, number)
        self._names[document.source] = number
        self._links.append((document.superseded_by, document.duplicate_of))
        self._leads.extend(self._lead_of(document))
        region = self._regions.setdefault(document.region, len(self._regions)) if document.region else -1
        self._rows.append(
            (
                first,
                len(chunks),
                region,
                document.published.toordinal() if document.published else 0,
                -1,
                -1,
                VALIDITIES.index(document.validity),
                AUTHORITIES.index(document.authority),
                len(self._leads),
            )
        )

    def _heading(self, text: str) -> int:
        number = self._heading_numbers.get(text)
        if number is None:
            number = self._heading_numbers[text] = len(self._heading_numbers)
            self.headings.add(text)
        return number

    def _lead_of(self, document: Document) -> list[int]:
        if self._gazetteer is None:
            return []
        lead = f"{document.title}\n{document.text[:_LEAD_CHARS]}"
        codes = {
            mention.region.code
            for mention in self._gazetteer.mentions(lead)
            if mention.region.parent is not None or mention.region.code.startswith("x:")
        }
        return [self._lead_places.setdefault(code, len(self._lead_places)) for code in sorted(codes)]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return what was collected, by the name of its file."""
        documents = np.array(self._rows, dtype=DOCUMENT)
        for place, name in enumerate(("superseded_by", "duplicate_of")):
            numbers = [self._names.get(links[place] or "", -1) for links in self._links]
            documents[name] = [-1 if number == own else number for own, number in enumerate(numbers)]
        return {
            "text_ends": np.array(self.texts.ends, dtype="<i8"),
            "heading_ends": np.array(self.headings.ends, dtype="<i8"),
            "heading_of_chunk": np.array(self._heading_of_chunk, dtype="<i4"),
            "garbled": np.array(self._garbled, dtype="<f4"),
            "documents": documents,
            "leads": np.array(self._leads, dtype="<i4"),
        }

    @property
    def regions(self) -> tuple[str, ...]:
        """The names of the documents' regions by number."""
        return tuple(self._regions)

    @property
    def lead_places(self) -> tuple[str, ...]:
        """The codes of the places that texts begin with by number."""
        return tuple(self._lead_places)


def heading_text(document: Document, section: Sequence[str]) -> str:
    """Return a document's title and the headings above a chunk in their search form.

    A title that was guessed from running text is left out: its words count as a heading's where they are none.
    """
    is_sure = document.certainty.get("title", 1.0) >= _SURE_TITLE
    return fold(" ".join((document.title, *section) if is_sure else section))


def garbled_share(chunk: Chunk, document: Document) -> float:
    """Return the share, in 0..1, of a chunk's characters that are marked as garbled."""
    marked = sum(
        max(0, min(mark.end, chunk.end) - max(mark.start, chunk.start))
        for mark in document.marks
        if mark.kind is MarkKind.GARBLED
    )
    return min(1.0, marked / len(chunk.text)) if marked else 0.0


def write_columns(
    folder: Path,
    texts: Texts,
    vectors: Iterable[FloatArray],
    dimension: int,
    gazetteer: Gazetteer,
    strays: Sequence[int] = (),
) -> None:
    """Write the columns of a generation into a new folder; ``vectors`` has a unit vector for each chunk in order.

    ``strays`` are the positions, ascending, of chunks that the vector store has and its searches do not reach.

    Raises:
        OSError: a file cannot be written.
        ValueError: there are more or fewer vectors than chunks.
    """
    folder.mkdir()
    with (folder / "texts.bin").open("wb") as text_file, (folder / "headings.bin").open("wb") as heading_file:
        collector = ColumnCollector(text_file, heading_file, gazetteer)
        for document, chunks in texts:
            collector.add(document, chunks)
    arrays = collector.arrays()
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    np.save(folder / "strays.npy", np.array(strays, dtype="<i4"))
    checksum = _write_vectors(folder / "vectors.npy", vectors, (len(arrays["garbled"]), dimension))
    about = {
        "regions": collector.regions,
        "lead_places": collector.lead_places,
        "crc32": {"vectors": checksum, "leads": lead_checksum(arrays["documents"], arrays["leads"])},
    }
    (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_vectors(path: Path, vectors: Iterable[FloatArray], shape: tuple[int, int]) -> int:
    """Write rows as they come; return the checksum of their bytes."""
    header = {"descr": np.lib.format.dtype_to_descr(np.dtype(VECTOR)), "fortran_order": False, "shape": shape}
    checksum = count = 0
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        for rows in _batches(vectors):
            data = rows.astype(VECTOR).tobytes()
            checksum = zlib.crc32(data, checksum)
            count += len(rows)
            file.write(data)
    if count != shape[0]:
        raise ValueError(f"{count} vectors for {shape[0]} chunks")
    return checksum


def _batches(vectors: Iterable[FloatArray]) -> Iterator[FloatArray]:
    waiting: list[FloatArray] = []
    for vector in vectors:
        waiting.append(vector)
        if len(waiting) == ROWS_AT_ONCE:
            yield np.stack(waiting)
            waiting = []
    if waiting:
        yield np.stack(waiting)


def lead_checksum(documents: NDArray[Any], leads: NDArray[np.int32]) -> int:
    """Return the checksum of what says which places texts begin with."""
    return zlib.crc32(leads.tobytes(), zlib.crc32(documents["leads"].tobytes()))


def computed_columns(library: SqliteLibrary, store: ChromaVectorIndex, dimension: int, gazetteer: Gazetteer) -> Columns:
    """Return the columns of a generation that has none on disk, in memory.

    Raises:
        IndexDamagedError: the vector store lacks a chunk of the library.
    """
    texts, headings = io.BytesIO(), io.BytesIO()
    collector = ColumnCollector(texts, headings, gazetteer)
    for document, chunks in library.each():
        collector.add(document, chunks)
    arrays = collector.arrays()
    vectors = np.zeros((len(arrays["garbled"]), dimension), dtype=VECTOR)
    stored = store.vectors(library.chunk_ids)
    try:
        for row, chunk_id in zip(vectors, library.chunk_ids, strict=True):
            row[:] = stored[chunk_id]
        return Columns(
            vectors,
            TextColumn(texts.getvalue(), arrays["text_ends"]),
            TextColumn(headings.getvalue(), arrays["heading_ends"]),
            arrays["heading_of_chunk"],
            arrays["garbled"],
            arrays["documents"],
            collector.regions,
            arrays["leads"],
            collector.lead_places,
            np.zeros(0, dtype=np.int64),
        ).fitting()
    except (KeyError, ValueError) as error:
        raise IndexDamagedError(f"the vector store does not fit the library: {error}") from error
