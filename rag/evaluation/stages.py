"""Take a ranking apart: the order that each stage alone would give, of documents and of passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.domain import Chunk
from rag.evaluation.question_file import RelevantSpan
from rag.retrieval import RankedChunks

Numbers = NDArray[np.int64]

FINAL = "reranked"
STAGES: Mapping[str, tuple[str, ...] | None] = {
    "bm25": ("bm25_word", "bm25_bigram"),
    "dense": ("dense",),
    "fused": ("bm25_word", "bm25_bigram", "dense"),
    FINAL: None,
}
"""The parts of the score that each stage adds up; None for the whole score, whatever parts it has by now."""

DEPTH = 100
"""Items of a ranking that figures look at."""


def stage_order(ranked: RankedChunks, parts: Sequence[str] | None) -> Numbers:
    """Return the candidates, as indices into ``ranked``, by the sum of some parts; equal ones stay as they stand."""
    if parts is None:
        return np.arange(len(ranked.chunks))
    scores = np.sum([ranked.parts[part] for part in parts], axis=0)
    return np.argsort(-scores, kind="stable")


def best_of_documents(ranked: RankedChunks, order: Numbers) -> Numbers:
    """Return the first candidate of each document, in the given order."""
    _, first = np.unique(ranked.documents[order], return_index=True)
    best: Numbers = order[np.sort(first)]
    return best


def documents_by(ranked: RankedChunks, parts: Sequence[str] | None, sources: Sequence[str]) -> list[str]:
    """Return the sources of the documents ordered by the sum of some parts of their best chunk.

    ``sources`` are those of the generation's documents, by number.
    """
    best = best_of_documents(ranked, stage_order(ranked, parts))[:DEPTH]
    return [sources[n] for n in ranked.documents[best]]


class Passages:
    """Which candidates of one question bring which of its passages."""

    def __init__(self, spans: Sequence[RelevantSpan], chunks: Mapping[int, tuple[str, Chunk]]) -> None:
        """``chunks`` are the candidates from documents that hold a passage, by position, with their sources."""
        self.of_chunk: dict[int, list[RelevantSpan]] = {}
        for position, (source, chunk) in chunks.items():
            own = [span for span in spans if span.source == source and span.holds(chunk.start, chunk.end)]
            if own:
                self.of_chunk[position] = own

    def ranking(self, ranked: RankedChunks, parts: Sequence[str] | None) -> list[str]:
        """Return what stands at each rank: the names of the passages that a chunk brings, else the chunk's position.

        A passage counts where it is found first; a second chunk of it takes a rank and brings nothing.
        """
        found: set[str] = set()
        items: list[str] = []
        for position in ranked.chunks[stage_order(ranked, parts)[:DEPTH]].tolist():
            brought = [passage_name(span) for span in self.of_chunk.get(position, ())]
            fresh = [name for name in brought if name not in found]
            found.update(fresh)
            items += fresh or [str(position)]
        return items[:DEPTH]

    def rank_of(self, ranked: RankedChunks, span: RelevantSpan) -> int | None:
        """Return the index into ``ranked`` of the first candidate that brings a passage."""
        positions = ranked.chunks.tolist()
        return next((n for n, at in enumerate(positions) if span in self.of_chunk.get(at, ())), None)


def passage_name(span: RelevantSpan) -> str:
    """Return a name that no other passage of the documents has."""
    return f"{span.source}#{span.start}-{span.end}"
