"""An embedding model for tests: no file, no network, the same vectors on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from rag.ports import FloatArray
from rag.tokenizing import terms


class HashEmbedding:
    """Adds ±1 at a place that each word's digest names, so texts that share words have similar vectors.

    ``passages`` keeps every text that was embedded as a passage, in order.
    """

    def __init__(self, name: str = "hash", dimension: int = 64) -> None:
        self._name = name
        self._dimension = dimension
        self.passages: list[str] = []

    @property
    def fingerprint(self) -> str:
        """Name the model."""
        return f"{self._name}@{self._dimension}"

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self._dimension

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (n_texts, dimension) float32, L2-normalised; a text without words gives a zero row."""
        self.passages.extend(texts)
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[:] = self._vector(text)
        return vectors

    def embed_query(self, text: str) -> FloatArray:
        """Return (dimension,) float32, L2-normalised."""
        return self._vector(text)

    def _vector(self, text: str) -> FloatArray:
        vector = np.zeros(self._dimension, dtype=np.float32)
        for word in terms(text).words:
            number = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
            vector[number % self._dimension] += 1.0 if number >> 63 else -1.0
        norm = float(np.linalg.norm(vector))
        return vector / np.float32(norm) if norm else vector
