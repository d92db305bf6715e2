"""Vectors that were computed before, so that unchanged chunks are not embedded again.

The key is the model's fingerprint and the digest of everything the vector depends on, so a changed model or a
changed heading misses and nothing stale can be read. The cache may be deleted at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from ingest.cache_file import CacheFile
from rag.ports import Embedding, FloatArray

_LOOKUP = 900
"""SQLite builds may allow no more than 999 values in a statement."""
_EMBEDDED_AT_ONCE = 512


class EmbeddingCache(CacheFile):
    """Vectors by model and digest."""

    name = "embedding cache"
    schema = (
        # A batch that a power cut takes is embedded again; waiting for the disk after each cost more.
        "PRAGMA synchronous=NORMAL",
        "CREATE TABLE IF NOT EXISTS vectors (model TEXT, digest TEXT, vector BLOB NOT NULL, PRIMARY KEY (model, digest))",
    )

    def vectors(
        self, embedding: Embedding, texts: Mapping[str, str], progress: Callable[[int, int], None]
    ) -> tuple[dict[str, FloatArray], int]:
        """Return the vector of each digest in ``texts`` (digest → text) and how many had to be computed.

        ``progress`` is called with (chunks embedded, chunks to embed).

        Raises:
            NotAvailableError: the file cannot be read or written.
        """
        with self._translated():
            found = self._read(embedding.fingerprint, list(texts))
        missing = [digest for digest in texts if digest not in found]
        for start in range(0, len(missing), _EMBEDDED_AT_ONCE):
            batch = missing[start : start + _EMBEDDED_AT_ONCE]
            vectors = embedding.embed_passages([texts[digest] for digest in batch])
            with self._translated():
                self._write(embedding.fingerprint, zip(batch, vectors, strict=True))
            found.update(zip(batch, vectors, strict=True))
            progress(start + len(batch), len(missing))
        return found, len(missing)

    def missing(self, model: str, digests: Sequence[str]) -> int:
        """Return how many of these digests would have to be embedded. Raises NotAvailableError."""
        with self._translated():
            return len(digests) - len(self._read(model, digests))

    def _read(self, model: str, digests: Sequence[str]) -> dict[str, FloatArray]:
        found: dict[str, FloatArray] = {}
        for start in range(0, len(digests), _LOOKUP):
            part = digests[start : start + _LOOKUP]
            marks = ",".join("?" * len(part))
            rows = self._connection.execute(
                f"SELECT digest, vector FROM vectors WHERE model = ? AND digest IN ({marks})",  # noqa: S608 only question marks
                (model, *part),
            )
            found.update((digest, np.frombuffer(blob, dtype=np.float32)) for digest, blob in rows)
        return found

    def _write(self, model: str, rows: Iterator[tuple[str, FloatArray]]) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
            ((model, digest, np.asarray(vector, dtype=np.float32).tobytes()) for digest, vector in rows),
        )
        self._connection.commit()
