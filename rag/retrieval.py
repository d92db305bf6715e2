"""Rank the chunks of a generation for a question.

BM25 over words and bigrams proposes documents, the vectors propose more, and every candidate's best chunks get one
score: a sum of named parts that stays visible in each hit. BM25 is scaled by its maximum and the cosine added to it;
rank fusion with a weak dense model was measured to lose a fifth of nDCG (``docs/retrieval.md``).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from rag.domain import Chunk, Document, Hit, MarkKind, Question, Validity
from rag.folding import fold
from rag.generations import Generation
from rag.ports import Embedding, FloatArray
from rag.question import UnderstoodQuestion, understand
from rag.regions import Gazetteer, Region, Relation
from rag.settings import RetrievalSettings
from rag.tokenizing import Terms

PARTS = ("bm25_word", "bm25_bigram", "dense", "tile", "heading", "place", "validity", "garble")
_CHUNKS_PER_DOCUMENT = 3
"""Chunks of a document that are scored fully; a fourth one was never the best in the sets measured."""
_PLACE_VALUE = {Relation.SAME: 1.0, Relation.ABOVE: 0.5, Relation.BELOW: 0.5, Relation.ELSEWHERE: -1.0}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits with what the question was understood to ask, and the time each stage took in milliseconds."""

    question: UnderstoodQuestion
    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]


class HybridRetriever:
    """Ranks the chunks of one generation. Safe to use from several threads."""

    def __init__(
        self, generation: Generation, embedding: Embedding, gazetteer: Gazetteer, settings: RetrievalSettings
    ) -> None:
        self._generation = generation
        self._embedding = embedding
        self._gazetteer = gazetteer
        self._settings = settings
        library = generation.library
        self._document_of_chunk = np.asarray(library.document_of_chunk, dtype=np.int64)
        self._first_chunk: NDArray[np.int64] = np.searchsorted(
            self._document_of_chunk, np.arange(len(library.document_ids))
        ).astype(np.int64)
        self._position = {chunk_id: n for n, chunk_id in enumerate(library.chunk_ids)}
        regions = [gazetteer.get(name) if name else None for name in library.facts("region")]
        self._regions: list[Region | None] = regions
        self.places = frozenset(region.code for region in regions if region)
        """Codes of the places that have documents."""

    def understand(self, question: Question) -> UnderstoodQuestion:
        """Return what the question asks, read against the places of this generation."""
        return understand(question, self._gazetteer, self.places)

    def retrieve(self, question: Question, top: int) -> list[Hit]:
        """Return up to ``top`` hits, best first."""
        return list(self.rank(self.understand(question), top).hits)

    def idf(self, word: str) -> float:
        """Return how rare a word is among the chunks."""
        return self._generation.chunk_terms.idf(word)

    def rank(self, question: UnderstoodQuestion, top: int) -> Ranking:
        """Return up to ``top`` hits, best first."""
        began = time.perf_counter()
        lexical = _LexicalScores(self._generation, question.terms, self._settings.document_weight, self._first_chunk)
        after_lexical = time.perf_counter()
        vector = self._embedding.embed_query(question.subject)
        nearest = self._generation.vectors.nearest(vector, min(self._settings.candidates, len(self._position)))
        place = self._place_values(question.places)
        positions = self._candidates(lexical, [self._position[chunk_id] for chunk_id, _ in nearest], place)
        cosines = self._cosines(vector, positions, dict(nearest))
        after_dense = time.perf_counter()
        hits = self._scored(question, self._most_promising(positions, lexical, cosines, place), lexical, cosines, place)
        hits.sort(key=lambda hit: -hit.score)
        done = time.perf_counter()
        timings = {
            "lexical": 1000 * (after_lexical - began),
            "dense": 1000 * (after_dense - after_lexical),
            "rerank": 1000 * (done - after_dense),
            "retrieval": 1000 * (done - began),
        }
        return Ranking(question, tuple(hits[:top]), MappingProxyType(timings))

    def _most_promising(
        self, positions: list[int], lexical: _LexicalScores, cosines: dict[str, float], place: FloatArray
    ) -> list[int]:
        """Return the candidates worth reading: each document's best chunk, then the best of the others.

        Reading a chunk and comparing it with the question costs a hundred times what the arrays cost.
        """
        ids, settings = self._generation.library.chunk_ids, self._settings
        promise = {
            n: sum(lexical.parts(n, int(self._document_of_chunk[n])))
            + settings.dense_weight * max(cosines[ids[n]], 0.0)
            + settings.place_weight * float(place[self._document_of_chunk[n]])
            for n in positions
        }
        ordered = sorted(positions, key=lambda n: -promise[n])
        best = {int(self._document_of_chunk[n]): n for n in reversed(ordered)}
        firsts = set(best.values())
        others = [n for n in ordered if n not in firsts]
        return [*firsts, *others[: settings.candidates // 2]]

    def _place_values(self, asked: Sequence[Region]) -> FloatArray:
        """Return (n_documents,) float32 in -1..1: how well each document's place fits the places asked about."""
        values = np.zeros(len(self._regions), dtype=np.float32)
        if asked:
            known: dict[str | None, float] = {None: 0.0}
            for n, region in enumerate(self._regions):
                code = region.code if region else None
                if code not in known and region is not None:
                    known[code] = max(_PLACE_VALUE[self._gazetteer.related(place, region)] for place in asked)
                values[n] = known[code]
        return values

    def _candidates(self, lexical: _LexicalScores, dense: list[int], place: FloatArray) -> list[int]:
        """Return positions of the chunks to score: the best of the best documents, and the nearest by vector."""
        promise = lexical.documents + self._settings.place_weight * place * (lexical.documents > 0)
        count = min(self._settings.candidates, len(promise))
        best_documents = np.argpartition(-promise, count - 1)[:count]
        ends = np.append(self._first_chunk[1:], len(self._document_of_chunk))
        chosen: dict[int, None] = {}
        for document in {
            *map(int, best_documents[promise[best_documents] > 0]),
            *(int(self._document_of_chunk[n]) for n in dense),
        }:
            first, end = int(self._first_chunk[document]), int(ends[document])
            order = np.argsort(-lexical.chunks[first:end], kind="stable")[:_CHUNKS_PER_DOCUMENT]
            chosen.update((first + int(n), None) for n in order)
        chosen.update((n, None) for n in dense)
        return list(chosen)

    def _cosines(self, vector: FloatArray, positions: list[int], known: dict[str, float]) -> dict[str, float]:
        ids = self._generation.library.chunk_ids
        missing = [ids[n] for n in positions if ids[n] not in known]
        return known | self._generation.vectors.cosines(vector, missing)

    def _scored(
        self,
        question: UnderstoodQuestion,
        positions: list[int],
        lexical: _LexicalScores,
        cosines: dict[str, float],
        place: FloatArray,
    ) -> list[Hit]:
        library, settings = self._generation.library, self._settings
        weights = {word: weight * self.idf(word) for word, weight in question.focus.items()}
        headings: dict[tuple[str, tuple[str, ...]], float] = {}
        compact = question.subject.replace(" ", "")
        hits = []
        chunks = library.chunks([library.chunk_ids[n] for n in positions])
        for n, chunk in zip(positions, chunks, strict=True):
            document = library.document(chunk.document_id)
            at = (chunk.document_id, chunk.section)
            if at not in headings:
                headings[at] = heading_match(weights, document, chunk.section)
            word, bigram = lexical.parts(n, int(self._document_of_chunk[n]))
            parts = {
                "bm25_word": word,
                "bm25_bigram": bigram,
                "dense": settings.dense_weight * max(cosines[chunk.chunk_id], 0.0),
                "tile": settings.tile_weight * tile(compact, fold(chunk.text)),
                "heading": settings.heading_weight * headings[at],
                "place": settings.place_weight * float(place[self._document_of_chunk[n]]),
                "validity": -settings.superseded_weight if document.validity is Validity.SUPERSEDED else 0.0,
                "garble": -settings.garbled_weight * share if (share := garbled_share(chunk, document)) else 0.0,
            }
            hits.append(Hit(chunk, document, sum(parts.values()), MappingProxyType(parts)))
        return hits


class _LexicalScores:
    """BM25 of every chunk and every document for one question, each level scaled by its maximum."""

    def __init__(
        self, generation: Generation, question: Terms, document_weight: float, first_chunk: NDArray[np.int64]
    ) -> None:
        self._chunk_fields = generation.chunk_terms.field_scores(question)
        self._document_fields = generation.document_terms.field_scores(question)
        chunks = self._chunk_fields[0] + self._chunk_fields[1]
        documents = self._document_fields[0] + self._document_fields[1]
        self._chunk_scale = (1.0 - document_weight) / max(float(chunks.max(initial=0.0)), 1e-9)
        self._document_scale = document_weight / max(float(documents.max(initial=0.0)), 1e-9)
        self.chunks = chunks
        best_chunk: FloatArray = np.maximum.reduceat(chunks, first_chunk)
        self.documents: FloatArray = self._chunk_scale * best_chunk + self._document_scale * documents

    def parts(self, chunk: int, document: int) -> tuple[float, float]:
        """Return the word and the bigram summand of a chunk's score; together they are in 0..1."""
        word, bigram = (
            self._chunk_scale * float(self._chunk_fields[field][chunk])
            + self._document_scale * float(self._document_fields[field][document])
            for field in (0, 1)
        )
        return word, bigram


def tile(question: str, text: str) -> float:
    """Return Σ (length of a matched run)² ÷ (length of the question)², in 0..1; runs of two characters or more.

    Greedy from the left, as in Greedy String Tiling (Wise, 1993) without its optimality: it rewards a passage that
    repeats a long piece of the question over one that has the same words scattered.
    """
    length, total, start = len(question), 0, 0
    while start < length - 1:
        end = start + 1
        while end < length and question[start : end + 1] in text:
            end += 1
        run = end - start
        if run > 1:
            total += run * run
            start = end
        else:
            start += 1
    return total / (length * length) if length else 0.0


def garbled_share(chunk: Chunk, document: Document) -> float:
    """Return the share, in 0..1, of a chunk's characters that are marked as garbled."""
    marked = sum(
        max(0, min(mark.end, chunk.end) - max(mark.start, chunk.start))
        for mark in document.marks
        if mark.kind is MarkKind.GARBLED
    )
    return min(1.0, marked / len(chunk.text)) if marked else 0.0


def heading_match(weights: Mapping[str, float], document: Document, section: Sequence[str]) -> float:
    """Return the share, in 0..1 weighted by idf, of the question's words that stand in the title and headings."""
    total = sum(weights.values())
    if not total:
        return 0.0
    heading = fold(" ".join((document.title, *section)))
    return sum(weight for word, weight in weights.items() if word in heading) / total
