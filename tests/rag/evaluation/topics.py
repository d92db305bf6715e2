"""A question set of forty-eight invented topics in BEIR form, and two models for it: one that knows and one that guesses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.ports import FloatArray

TOPICS = 48
_OFFICIAL = "茜黛珊琪瑶璐琳瑾莺菁荷蕙"
_LAY = "枫柏杉槐榆桦椿楠樟栎桐柳"


def official(n: int) -> str:
    """Return the name that the document of a topic uses."""
    return _OFFICIAL[n % 12] + _OFFICIAL[(n // 12 + n + 1) % 12]


def lay(n: int) -> str:
    """Return the name that people use for a topic, which no document has."""
    return _LAY[n % 12] + _LAY[(n // 12 + n + 1) % 12]


def write_topics(folder: Path, *, lay_words: bool) -> Path:
    """Write the set; in lay words a question's only name for its topic is one that no document has."""
    folder.mkdir(parents=True)
    documents = [
        {"_id": f"d{n}", "title": f"{official(n)}办法", "text": f"{official(n)}由乡镇卫生院受理，十日内办结。"}
        for n in range(TOPICS)
    ]
    questions = [{"_id": f"q{n}", "text": _question(n, lay_words)} for n in range(TOPICS)]
    for name, rows in (("corpus.jsonl", documents), ("queries.jsonl", questions)):
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    judgements = [f"q{n}\td{n}\t1" for n in range(TOPICS)]
    (folder / "qrels.tsv").write_text("\n".join(judgements) + "\n", encoding="utf-8")
    return folder


def _question(n: int, lay_words: bool) -> str:
    return f"{lay(n) if lay_words else official(n)}由乡镇卫生院受理，十日内办结吗"


class Knowing:
    """A model for which both names of a topic mean the same, and nothing else means anything."""

    fingerprint = "knowing@1"
    dimension = TOPICS

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (n_texts, TOPICS)."""
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> FloatArray:
        """Return (TOPICS,), 1 for the topic that is named."""
        named = [float(official(n) in text or lay(n) in text) for n in range(TOPICS)]
        vector = np.array(named, dtype=np.float32)
        return vector / max(np.float32(1.0), np.linalg.norm(vector)).astype(np.float32)


class Guessing:
    """A model whose vectors have nothing to do with the texts."""

    fingerprint = "guessing@1"
    dimension = 4

    def __init__(self) -> None:
        """``queries`` keeps every query that was embedded."""
        self.queries: list[str] = []

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """Return (n_texts, 4)."""
        return np.stack([self._vector(text) for text in texts])

    def embed_query(self, text: str) -> FloatArray:
        """Return (4,)."""
        self.queries.append(text)
        return self._vector(text)

    def _vector(self, text: str) -> FloatArray:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return vector / np.float32(np.linalg.norm(vector))
