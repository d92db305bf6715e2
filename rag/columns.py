"""What ranking reads of every chunk and document of a generation, as memory-mapped arrays.

::

    columns/
      about.json              the names behind the numbers, checksums
      vectors.npy             (n_chunks, dimension) float16: the vector store's rows, in the order of the library
      texts.bin  text_ends.npy          each chunk's folded text; its end in code units
      headings.bin  heading_ends.npy    each distinct folded title with its headings; the same
      heading_of_chunk.npy  garbled.npy (n_chunks,)
      documents.npy           (n_documents,) a record each, see ``DOCUMENT``
      strays.npy              chunks that the graph of the vector store does not reach
      leads.npy               the places that each document's beginning names, one document after the other

The library stays the source of truth: all of this can be computed from it and from the vector store, and is computed in
memory for generations that were built before there were columns.
"""

from __future__ import annotations

import json
import mmap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rag.domain import Authority, Validity
from rag.errors import IndexDamagedError
from rag.ports import FloatArray

VALIDITIES = (Validity.UNKNOWN, Validity.IN_FORCE, Validity.SUPERSEDED, Validity.EXPIRED)
AUTHORITIES = (Authority.UNKNOWN, Authority.OFFICIAL, Authority.MEDIA, Authority.REPOST)
"""By the number that stands for each in the columns; a changed order is a changed format."""
DOCUMENT = np.dtype(
    [
        ("first_chunk", "<i8"),
        ("chunks", "<i4"),
        ("region", "<i4"),  # place in ``Columns.regions``, −1 for none
        ("published", "<i4"),  # proleptic ordinal, 0 where unknown
        ("superseded_by", "<i4"),  # number of the document, −1 for none or for one that is not there
        ("duplicate_of", "<i4"),
        ("validity", "u1"),
        ("authority", "u1"),
        ("leads", "<i4"),  # end of its places in ``Columns.leads``
    ]
)
ENCODING, SURROGATES = "utf-16-le", "surrogatepass"
"""Two bytes a character for almost all Chinese text, and faster to decode than UTF-8, which takes three."""
VECTOR = np.float16
"""Rounds a cosine of unit vectors by less than 0.0005."""


class TextColumn:
    """Many short texts in one block of bytes."""

    def __init__(self, block: mmap.mmap | bytes, ends: NDArray[np.int64]) -> None:
        self._block = block
        self.ends = ends
        if len(block) != 2 * (int(ends[-1]) if len(ends) else 0) or (np.diff(ends, prepend=0) < 0).any():
            raise ValueError("the texts do not fit their ends")

    def __len__(self) -> int:
        return len(self.ends)

    def bytes(self, number: int) -> bytes:
        """Return one text, encoded."""
        start = int(self.ends[number - 1]) if number else 0
        return self._block[2 * start : 2 * int(self.ends[number])]

    def texts(self, numbers: NDArray[np.int64]) -> list[str]:
        """Return some texts."""
        starts = np.where(numbers > 0, self.ends[numbers - 1], 0).tolist() if len(numbers) else []
        ends = self.ends[numbers].tolist() if len(numbers) else []
        block = self._block
        return [str(block[2 * start : 2 * end], ENCODING, SURROGATES) for start, end in zip(starts, ends, strict=True)]

    def containing(self, wanted: str) -> NDArray[np.int64]:
        """Return the numbers of the texts that contain ``wanted``, ascending, by reading all of them."""
        needle = wanted.encode(ENCODING, SURROGATES)
        found: list[int] = []
        at = self._block.find(needle) if needle else -1
        while at >= 0:
            number = int(np.searchsorted(self.ends, at // 2, side="right"))
            if at % 2 == 0 and at + len(needle) <= 2 * int(self.ends[number]):
                found.append(number)
                at = self._block.find(needle, 2 * int(self.ends[number]))
            else:
                at = self._block.find(needle, at + 1)
        return np.array(found, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one generation; chunks and documents by their position in the library."""

    vectors: NDArray[np.float16]
    texts: TextColumn
    headings: TextColumn
    heading_of_chunk: NDArray[np.int32]
    garbled: FloatArray
    """(n_chunks,) share of a chunk's characters that are marked as garbled, 0..1."""
    documents: NDArray[Any]
    """(n_documents,) of ``DOCUMENT``."""
    regions: tuple[str, ...]
    """The names behind ``documents["region"]``."""
    leads: NDArray[np.int32]
    """Numbers in ``lead_places`` of the places that a title and the first words below it name, for each document."""
    lead_places: tuple[str, ...]
    """Codes of places."""
    strays: NDArray[np.int64]
    """Chunks, ascending, that the graph of the vector store leaves without a way in; they are compared one by one."""

    @property
    def n_chunks(self) -> int:
        """The number of chunks."""
        return len(self.texts)

    def rows(self, chunks: NDArray[np.int64]) -> FloatArray:
        """Return the unit vectors of some chunks, (n, dimension) float32; a zero row for a text without known words."""
        return self.vectors[chunks].astype(np.float32)

    def lead_extremes(self, documents: NDArray[np.int64], values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the least and the greatest value, by place, of the places that documents begin with; 0 without one."""
        ends = self.documents["leads"].astype(np.int64)
        end = ends[documents]
        start = np.where(documents > 0, ends[documents - 1], 0)
        least, greatest = np.zeros((2, len(documents)), dtype=np.float32)
        named = np.flatnonzero(end > start)
        if len(named):
            count = end[named] - start[named]
            before = np.cumsum(count) - count
            own = values[self.leads[np.repeat(start[named] - before, count) + np.arange(int(count.sum()))]]
            least[named] = np.minimum.reduceat(own, before)
            greatest[named] = np.maximum.reduceat(own, before)
        return least, greatest

    def fitting(self) -> Columns:
        """Return the columns after a look at their sizes.

        Raises:
            ValueError: they cannot be columns of one generation.
        """
        count, headings, regions = len(self.texts), len(self.headings), len(self.regions)
        rows = self.documents
        problems = {
            "vectors": self.vectors.ndim != 2 or len(self.vectors) != count or self.vectors.dtype != VECTOR,
            "headings": _outside(self.heading_of_chunk, count, 0, headings),
            "garbled": self.garbled.shape != (count,),
            "documents": rows.dtype != DOCUMENT or int(rows["chunks"].sum()) != count,
            "strays": self.strays.ndim != 1
            or _outside(self.strays, len(self.strays), 0, count)
            or bool((np.diff(self.strays) <= 0).any()),
        }
        if not problems["documents"]:
            first = np.cumsum(rows["chunks"], dtype=np.int64) - rows["chunks"]
            problems["chunks"] = bool((rows["first_chunk"] != first).any())
            problems["regions"] = _outside(rows["region"], len(rows), -1, regions)
            problems["validity"] = _outside(rows["validity"], len(rows), 0, len(VALIDITIES))
            problems["authority"] = _outside(rows["authority"], len(rows), 0, len(AUTHORITIES))
            ends = rows["leads"].astype(np.int64)
            problems["leads"] = _outside(self.leads, int(ends[-1]) if len(rows) else 0, 0, len(self.lead_places))
            problems["lead ends"] = bool((np.diff(ends, prepend=0) < 0).any())
            for name in ("superseded_by", "duplicate_of"):
                problems[name] = _outside(rows[name], len(rows), -1, len(rows))
        wrong = [name for name, is_wrong in problems.items() if is_wrong]
        if wrong:
            raise ValueError(f"{wrong[0]} do not fit the rest")
        return self


def _outside(numbers: NDArray[Any], count: int, least: int, end: int) -> bool:
    """Tell whether an array is not (count,) numbers from ``least`` to before ``end``."""
    return numbers.shape != (count,) or (count > 0 and (int(numbers.min()) < least or int(numbers.max()) >= end))


def open_columns(folder: Path) -> Columns:
    """Open the columns in ``folder``, memory-mapped.

    Raises:
        IndexDamagedError: a file is missing or unreadable, or they do not fit each other.
    """
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        return Columns(
            vectors=_array(folder, "vectors"),
            texts=TextColumn(_block(folder, "texts"), _array(folder, "text_ends")),
            headings=TextColumn(_block(folder, "headings"), _array(folder, "heading_ends")),
            heading_of_chunk=_array(folder, "heading_of_chunk"),
            garbled=_array(folder, "garbled"),
            documents=_array(folder, "documents"),
            regions=tuple(about["regions"]),
            leads=_array(folder, "leads"),
            lead_places=tuple(about["lead_places"]),
            strays=_array(folder, "strays").astype(np.int64),
        ).fitting()
    except (OSError, ValueError, TypeError, KeyError, EOFError) as error:
        raise IndexDamagedError(f"columns {folder} cannot be opened: {error}") from error


def _array(folder: Path, name: str) -> NDArray[Any]:
    # As a plain array over the mapped memory: every access to a memmap object itself costs a microsecond more.
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))


def _block(folder: Path, name: str) -> mmap.mmap | bytes:
    file: BinaryIO
    with (folder / f"{name}.bin").open("rb") as file:
        if not file.seek(0, 2):
            return b""  # an empty file cannot be mapped
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
