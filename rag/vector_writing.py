"""Write the vector collection of a generation that is being built, in a folder or on a server."""

from __future__ import annotations

import shutil
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np

from rag.errors import ConfigError, IndexDamagedError, NotAvailableError
from rag.ports import FloatArray
from rag.vector_store import DIGEST, READ_AT_ONCE, STORE_FILE, OpenCollection, Place

_BATCH = 5000
"""Chroma refuses batches above 5,461 rows."""
_SENT_AT_ONCE = 1000
"""Rows sent to a server in one request, which it takes up to 40 MB long."""
_SYNCS = 16
"""How often the graph is written to disk while many rows are stored. After each batch, that would be 130 GB for a million
rows; once at the end, all rows would wait in Chroma's log, whose room is never given back."""
_EACH_CALL = 2
_WIDTH = 300
"""recall@10 0.993 and recall@100 0.978 against exact search (38,628 chunks of ncp-dev, 200 of its questions). 600 gives 0.995
and 0.991, takes half as long again, and ranks no question of that set differently: BM25 proposes what the graph misses. A
graph built with ef_construction 200 needs less, and takes 1.7 times as long to build."""
_HNSW = {"space": "ip", "ef_construction": 100, "max_neighbors": 32, "batch_size": _EACH_CALL}
_NARROW = 16
"""Search width while a folder's store is being built: what so narrow a search finds, a wider one finds too, and the check
that every document is found takes 0.13 ms a document in place of 2. A server would go on with it until it is restarted."""

Row = tuple[str, str, FloatArray]
"""A chunk's id, the digest of what it says, its unit vector. Texts stay in the library: a second copy with Chroma's
full-text index over it took two thirds of the time and of the disk."""


def _silent(done: int, total: int) -> None:
    """Show nothing."""


@contextmanager
def _writing() -> Iterator[None]:
    """Translate what goes wrong: a full disk comes as chromadb's, sqlite's or Rust's error."""
    try:
        yield
    except ConfigError:
        raise
    except Exception as error:
        raise NotAvailableError(f"the vector store cannot be written: {error}") from error


def _parted(first: int, last: int, parts: int) -> list[tuple[int, int]]:
    """Return the edges of equal parts, as near as whole numbers allow."""
    edges = [first + (last - first) * n // max(parts, 1) for n in range(parts + 1)]
    return list(pairwise(edges))


class VectorWriter:
    """Writes the collection of a generation that is being built."""

    def __init__(self, place: Place, expected: int = 0) -> None:
        """Open the collection in ``place``; a new one is made on a server, and in a folder where there is none.

        ``expected`` is how many rows will be added to a new collection. What a call adds is written to the graph's file
        when the call ends, so that nothing waits in Chroma's log, which is put into the graph anew, and differently, at
        every opening; many rows are written in some large steps in place of that.

        Raises:
            ConfigError: the server's address is none.
            NotAvailableError: the folder cannot be opened or written to, or the server does not answer.
        """
        self._served = not isinstance(place, Path)
        self._fresh = self._served or not (place / STORE_FILE).is_file()  # type: ignore[operator]
        self._batch = _SENT_AT_ONCE if self._served else _BATCH
        self._step = expected // _SYNCS if expected // _SYNCS > _BATCH else 0
        self._place = place
        width = _WIDTH if self._served else _NARROW
        with _writing():
            self._store = OpenCollection(
                place,
                {**_HNSW, "ef_search": width, "sync_threshold": self._step or _EACH_CALL} if self._fresh else None,
            )

    def add(self, rows: Sequence[Row], progress: Callable[[int, int], None] = _silent) -> None:
        """Store rows whose ids are new; ``progress`` is called with (rows stored, rows to store), first with none stored.

        Raises:
            NotAvailableError: the store cannot be written, for example because the disk is full.
        """
        progress(0, len(rows))
        for start, end in self._batches(len(rows)):
            batch = rows[start:end]
            with _writing(), self._store.asked(len(batch)) as collection:
                collection.add(
                    ids=[row[0] for row in batch],
                    metadatas=[{DIGEST: row[1]} for row in batch],
                    embeddings=np.stack([row[2] for row in batch]),
                )
            progress(end, len(rows))
        if self._step:
            self._write_each_call()

    def _batches(self, count: int) -> Iterator[tuple[int, int]]:
        """Yield where each batch begins and ends. Every step ends with a batch, and no earlier batch reaches its size."""
        for first, last in _parted(0, count, _SYNCS if self._step else 1):
            yield from _parted(first, last, -(-(last - first) // self._batch))

    def _write_each_call(self) -> None:
        """Have what comes after the many rows written at once again; an open folder does not take the change.

        A server takes it when it is restarted. Until then the few rows that are stored again stay in its log.
        """
        with _writing():
            self._configure({"sync_threshold": _EACH_CALL})
            if not self._served:
                self._store.close()
                self._store = OpenCollection(self._place)
        self._step = 0

    def _configure(self, values: dict[str, int]) -> None:
        with warnings.catch_warnings(), self._store.asked() as collection:
            # Chroma warns that a collection has no embedding function of its own, which is what is wanted.
            warnings.simplefilter("ignore", DeprecationWarning)
            collection.modify(configuration={"hnsw": values})

    def remove(self, chunk_ids: Sequence[str]) -> None:
        """Take rows out; their place in the files is not used again.

        Raises:
            NotAvailableError: the store cannot be written.
        """
        for start in range(0, len(chunk_ids), READ_AT_ONCE):
            part = list(chunk_ids[start : start + READ_AT_ONCE])
            with _writing(), self._store.asked(len(part)) as collection:
                collection.delete(ids=part)

    def unreachable(self) -> list[str]:
        """Return the stored chunks that a search without a bound does not find."""
        with self._store.asked() as collection:
            count = collection.count()
            start = collection.get(limit=1, include=["embeddings"])["embeddings"]
        found = self._store.reachable(start[0]) if count else set()
        return sorted(self._store.digests().keys() - found) if len(found) < count else []

    def store_again(self, chunk_ids: Sequence[str]) -> None:
        """Take rows out and put them in anew, so that the graph gets fresh links to them.

        Raises:
            NotAvailableError: the store cannot be written.
        """
        wanted = list(chunk_ids[:READ_AT_ONCE])
        with self._store.asked(len(wanted)) as collection:
            found = collection.get(ids=wanted, include=["embeddings", "metadatas"])
        self.remove(found["ids"])
        digests = [metadata[DIGEST] for metadata in found["metadatas"]]
        self.add(list(zip(found["ids"], digests, found["embeddings"], strict=True)))

    def best_cosines(self, vectors: FloatArray, *, widely: bool = False) -> FloatArray:
        """Return the cosine of the nearest chunk for each row of (n, dimension); −1 where nothing is found.

        In a folder's store that is new, the search is narrower than the one it will serve with, unless ``widely`` is set.
        """
        return self._store.best_cosines(vectors, _WIDTH if widely else 1)

    def close(self) -> None:
        """Give the store the width that it serves with, and release it.

        Raises:
            NotAvailableError: the store cannot be written.
        """
        try:
            if self._fresh and not self._served:
                with _writing():
                    self._configure({"ef_search": _WIDTH})
        finally:
            self._store.close()


def copy_store(source: Path, target: Path) -> None:
    """Copy a store to a new folder, without the room that removed rows left in its database.

    The database is read in one transaction, so a reader that has it open does no harm.

    Raises:
        IndexDamagedError: the database cannot be read.
        OSError: a file cannot be read or written.
    """
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(f"{STORE_FILE}*"))
    connection = sqlite3.connect(f"{(source / STORE_FILE).resolve().as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("VACUUM INTO ?", (str(target / STORE_FILE),))
    except sqlite3.Error as error:
        raise IndexDamagedError(f"vector store {source} cannot be copied: {error}") from error
    finally:
        connection.close()
