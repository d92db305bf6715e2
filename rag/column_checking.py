"""Check that the columns of a generation say what its library and its vector store say."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.column_building import ROWS_AT_ONCE, ColumnCollector, lead_checksum
from rag.columns import Columns, TextColumn
from rag.errors import IndexDamagedError
from rag.generations import Generation
from rag.library import SqliteLibrary
from rag.vectors import ChromaVectorIndex

_COMPARED = 1000
"""Chunks whose vectors are compared with the vector store: rows that are out of step differ in nearly all of them."""
_ROUNDING = 0.002
"""More than float16 takes from a component of a unit vector."""


def check_columns(generation: Generation) -> None:
    """Compare a generation's columns with what they are computed from; there is nothing to do where it has none on disk.

    Every text and fact is compared; the vectors and the places that texts begin with have the checksum they were written with, and
    evenly spaced vectors are compared with the vector store.

    Raises:
        IndexDamagedError: naming the first thing that differs.
    """
    if not generation.has_columns_on_disk:
        return
    folder, columns, library = generation.columns_folder, generation.columns, generation.library
    texts, headings = _Comparing(columns.texts), _Comparing(columns.headings)
    collector = ColumnCollector(texts, headings, None)
    for document, chunks in library.each():
        collector.add(document, chunks)
    own: dict[str, NDArray[Any]] = {
        "text_ends": columns.texts.ends,
        "heading_ends": columns.headings.ends,
        "heading_of_chunk": columns.heading_of_chunk,
        "garbled": columns.garbled,
    }
    found = collector.arrays()
    wrong = [name for name, array in own.items() if not np.array_equal(array, found[name])]
    facts = [name for name in columns.documents.dtype.names or () if name != "leads"]
    if not np.array_equal(columns.documents[facts], found["documents"][facts]):
        wrong.append("documents")
    if texts.differs or headings.differs or wrong or collector.regions != columns.regions:
        raise IndexDamagedError(f"columns {folder} do not say what the library says: {[*wrong, 'texts'][0]}")
    _check_vectors(folder, columns, library, generation.vectors)


def _check_vectors(folder: Path, columns: Columns, library: SqliteLibrary, store: ChromaVectorIndex) -> None:
    try:
        written = json.loads((folder / "about.json").read_text(encoding="utf-8"))["crc32"]
        if written["leads"] != lead_checksum(columns.documents, columns.leads):
            raise IndexDamagedError(f"columns {folder}: the places are not those that were written")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(f"columns {folder} have no readable checksum: {error}") from error
    checksum, count = 0, columns.n_chunks
    for start in range(0, count, ROWS_AT_ONCE):
        checksum = zlib.crc32(np.ascontiguousarray(columns.vectors[start : start + ROWS_AT_ONCE]).tobytes(), checksum)
    if checksum != written["vectors"]:
        raise IndexDamagedError(f"columns {folder}: the vectors are not those that were written")
    some = sorted({round(place) for place in np.linspace(0, count - 1, min(count, _COMPARED))}) if count else []
    ids = [chunk.chunk_id for chunk in library.chunks_at(some)]
    stored = store.vectors(ids)
    for place, chunk_id in zip(some, ids, strict=True):
        vector = stored.get(chunk_id)
        if vector is None or np.abs(vector - columns.vectors[place].astype(np.float32)).max(initial=0.0) > _ROUNDING:
            raise IndexDamagedError(f"columns {folder}: the vector of chunk {chunk_id} is not the stored one")


class _Comparing:
    """Takes the bytes that a text column should have and notes whether it has others."""

    def __init__(self, column: TextColumn) -> None:
        self._column = column
        self._number = 0
        self.differs = False

    def write(self, data: bytes, /) -> None:
        """Compare the next text."""
        there = self._number < len(self._column)
        self.differs = self.differs or not there or self._column.bytes(self._number) != data
        self._number += 1
