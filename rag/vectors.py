"""Dense vectors of a generation's chunks, as they are searched."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.errors import IndexDamagedError, NotAvailableError
from rag.ports import FloatArray
from rag.vector_store import READ_AT_ONCE, STORE_FILE, OpenCollection, Place, ServedCollection, described

_AWAY_S = 15.0
"""Seconds for which a server that failed is not asked for neighbours: every question would wait for the deadline."""


class ChromaVectorIndex:
    """The stored chunks of one generation, read-only; implements ``rag.ports.VectorIndex``."""

    def __init__(self, place: Place) -> None:
        """Open the collection in ``place``.

        Raises:
            IndexDamagedError: the folder holds no readable collection, the server does not answer or has none.
        """
        if isinstance(place, Path) and not (place / STORE_FILE).is_file():
            # Opening a missing folder would silently create an empty store.
            raise IndexDamagedError(f"{described(place)} is missing")
        try:
            self._store = OpenCollection(place)
            with self._store.asked() as collection:
                self._count = int(collection.count())
        except Exception as error:  # chromadb raises its own, sqlite's and Rust's errors here
            raise IndexDamagedError(f"{described(place)} cannot be opened: {error}") from error
        self._away_until = 0.0

    def count(self) -> int:
        """Return the number of stored chunks."""
        return self._count

    def nearest(self, vector: FloatArray, n: int) -> list[tuple[str, float]]:
        """Return up to ``n`` (chunk_id, cosine), best first; nothing for a zero vector.

        Raises:
            IndexDamagedError: the files cannot be read.
            NotAvailableError: the server does not answer; said at once for a while after it did not.
        """
        if n < 1 or not vector.any():
            return []
        if time.monotonic() < self._away_until:
            raise NotAvailableError(f"{self._store.place} did not answer a moment ago")
        try:
            with self._store.asked() as collection:
                found = collection.query(query_embeddings=[vector], n_results=n, include=["distances"])
        except NotAvailableError:
            if isinstance(self._store.place, ServedCollection):
                self._away_until = time.monotonic() + _AWAY_S
            raise
        return [
            (chunk_id, 1.0 - float(distance))
            for chunk_id, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def cosines(self, vector: FloatArray, chunk_ids: Sequence[str]) -> dict[str, float]:
        """Return the cosine of each stored chunk among ``chunk_ids``."""
        if not chunk_ids:
            return {}
        stored = self.vectors(list(dict.fromkeys(chunk_ids)))
        return {chunk_id: float(own @ vector) for chunk_id, own in stored.items()}

    def vectors(self, chunk_ids: Sequence[str]) -> dict[str, FloatArray]:
        """Return the stored vector of each chunk among ``chunk_ids``."""
        stored: dict[str, FloatArray] = {}
        for start in range(0, len(chunk_ids), READ_AT_ONCE):
            part = list(chunk_ids[start : start + READ_AT_ONCE])
            with self._store.asked(len(part)) as collection:
                found = collection.get(ids=part, include=["embeddings"])
            stored.update(zip(found["ids"], np.asarray(found["embeddings"], dtype=np.float32), strict=True))
        return stored

    def digests(self) -> dict[str, str]:
        """Return the stored digest of every chunk; an empty one where a row has none."""
        return self._store.digests()

    def reachable(self, vector: FloatArray) -> set[str]:
        """Return every chunk that a search without a bound finds from ``vector``; used to verify a generation.

        After a damage Chroma may count rows that no search reaches (6,000 and 1,001 were seen).
        """
        return self._store.reachable(vector)

    def best_cosines(self, vectors: FloatArray) -> FloatArray:
        """Return the cosine of the nearest chunk for each row of (n, dimension); −1 where nothing is found."""
        return self._store.best_cosines(vectors)

    def close(self) -> None:
        """Release the files, so that the folder can be removed."""
        self._store.close()
