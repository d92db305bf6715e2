"""Choose the chunks of a generation that are worth scoring for a question, on arrays over all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.columns import Columns
from rag.lexical import LexicalIndex
from rag.ports import FloatArray
from rag.scoring import Values
from rag.settings import RetrievalSettings
from rag.tokenizing import Terms

Numbers = NDArray[np.int64]

CHUNKS_PER_DOCUMENT = 3
"""Chunks of a document that are scored in any case."""
MORE_CHUNKS = 300
"""Chunks that are scored besides, the best of all that the documents have: a statute's right article may be its tenth best."""
FEW = 5000
"""Chunks left by a filter up to which each of them is a candidate."""


class Places:
    """Where each document's chunks stand."""

    def __init__(self, columns: Columns) -> None:
        rows = columns.documents
        self.first: Numbers = rows["first_chunk"].astype(np.int64)
        self.count: Numbers = rows["chunks"].astype(np.int64)
        self.document_of_chunk = np.repeat(np.arange(len(rows), dtype=np.int32), self.count)
        self.filled = np.flatnonzero(self.count)
        """Documents that have a chunk."""

    def chunks_of(self, documents: Numbers) -> Numbers:
        """Return the positions of all chunks of some documents."""
        count = self.count[documents]
        before = np.cumsum(count) - count
        return np.repeat(self.first[documents] - before, count) + np.arange(int(count.sum()))

    def documents_of(self, chunks: Numbers) -> Numbers:
        """Return the number of each chunk's document."""
        return self.document_of_chunk[chunks].astype(np.int64)


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """BM25 of every chunk and every document for one question, each level scaled by its maximum."""

    chunk_fields: tuple[FloatArray, FloatArray]
    document_fields: tuple[FloatArray, FloatArray]
    chunks: FloatArray
    """Both fields together, not scaled."""
    documents: FloatArray
    chunk_scale: float
    document_scale: float

    @classmethod
    def of(
        cls, question: Terms, chunks: LexicalIndex, documents: LexicalIndex, document_weight: float
    ) -> LexicalScores:
        """Score a question."""
        chunk_fields, document_fields = chunks.field_scores(question), documents.field_scores(question)
        of_chunks, of_documents = chunk_fields[0] + chunk_fields[1], document_fields[0] + document_fields[1]
        return cls(
            chunk_fields,
            document_fields,
            of_chunks,
            of_documents,
            (1.0 - document_weight) / max(float(of_chunks.max(initial=0.0)), 1e-9),
            document_weight / max(float(of_documents.max(initial=0.0)), 1e-9),
        )

    def parts(self, chunks: Numbers, documents: Numbers) -> tuple[Values, Values]:
        """Return the word and the bigram summand of some chunks' scores; together they are in 0..1."""
        word, bigram = (
            self.chunk_scale * self.chunk_fields[field][chunks].astype(np.float64)
            + self.document_scale * self.document_fields[field][documents].astype(np.float64)
            for field in (0, 1)
        )
        return word, bigram


class CandidateChoice:
    """Chooses the candidates of one generation."""

    def __init__(self, places: Places, settings: RetrievalSettings) -> None:
        self._places = places
        self._settings = settings

    def among_all(self, lexical: LexicalScores, place: FloatArray, nearest: Numbers) -> Numbers:
        """Return the chunks to score: the best of the best documents and of those near by vector, and the nearest."""
        filled = self._places.filled
        best = np.maximum.reduceat(lexical.chunks, self._places.first[filled])
        documents = self._best_documents(lexical, place, filled, best)
        documents = np.union1d(documents, self._places.documents_of(nearest))
        chunks = self._best_of_each(lexical.chunks, self._places.chunks_of(documents))
        return np.union1d(chunks, nearest)

    def among(self, eligible: Numbers, lexical: LexicalScores, place: FloatArray, nearest: Numbers) -> Numbers:
        """Return the chunks to score among those that a filter leaves, ascending: all, where they are few."""
        if len(eligible) <= FEW:
            return eligible
        own = self._places.documents_of(eligible)
        starts = np.flatnonzero(np.diff(own, prepend=-1))
        best = np.maximum.reduceat(lexical.chunks[eligible], starts)
        nearest = np.intersect1d(nearest, eligible)
        documents = self._best_documents(lexical, place, own[starts], best)
        documents = np.union1d(documents, self._places.documents_of(nearest))
        chunks = self._best_of_each(lexical.chunks, eligible[np.isin(own, documents)])
        return np.union1d(chunks, nearest)

    def _best_documents(
        self, lexical: LexicalScores, place: FloatArray, documents: Numbers, best_chunk: FloatArray
    ) -> Numbers:
        """Return the documents whose words promise most; ``best_chunk`` is the score of each one's best chunk."""
        words = lexical.chunk_scale * best_chunk + lexical.document_scale * lexical.documents[documents]
        there = np.flatnonzero(words > 0)
        promise = words[there] + self._settings.place_weight * place[documents[there]]
        there = there[promise > 0]
        promise = promise[promise > 0]
        count = self._settings.candidates
        if len(promise) > count:
            there = there[np.argpartition(-promise, count - 1)[:count]]
        best: Numbers = documents[there]
        return best

    def _best_of_each(self, scores: FloatArray, chunks: Numbers) -> Numbers:
        """Return the best few chunks of each document among ``chunks``."""
        own = self._places.document_of_chunk[chunks]
        order = np.lexsort((chunks, -scores[chunks], own))
        chunks, own = chunks[order], own[order]
        starts = np.flatnonzero(np.diff(own, prepend=-1))
        rank = np.arange(len(own)) - np.repeat(starts, np.diff(starts, append=len(own)))
        best, others = chunks[rank < CHUNKS_PER_DOCUMENT], chunks[rank >= CHUNKS_PER_DOCUMENT]
        if len(others) > MORE_CHUNKS:
            others = others[np.argpartition(-scores[others], MORE_CHUNKS - 1)[:MORE_CHUNKS]]
        return np.concatenate((best, others))

    def worth_reading(self, promise: Values, documents: Numbers) -> Numbers:
        """Return which candidates to read, ascending.

        Of the documents that promise most the best passage is read, and half as many of the other passages; reading one and
        comparing it with the question costs a hundred times what the arrays cost.
        """
        order = np.argsort(-promise, kind="stable")
        _, first = np.unique(documents[order], return_index=True)
        is_first = np.zeros(len(order), dtype=np.bool_)
        is_first[first] = True
        count = self._settings.read
        return np.sort(np.concatenate((order[is_first][:count], order[~is_first][: count // 2])))
