"""Rank the chunks of a generation for a question.

BM25 over words and bigrams proposes documents, the vectors propose more, and every candidate's best chunks get one
score: a sum of named parts that stays visible in each hit. BM25 is scaled by its maximum and the cosine added to it;
rank fusion with a weak dense model was measured to lose a fifth of nDCG (``docs/retrieval.md``). Everything is computed
on the generation's columns; documents are read for the hits that are returned, and for no others.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from rag.candidates import FEW, CandidateChoice, LexicalScores, Numbers, Places
from rag.columns import AUTHORITIES
from rag.domain import Authority, Hit, Question
from rag.errors import NotAvailableError
from rag.generations import Generation
from rag.phrases import chunks_with
from rag.places import COUNTRY_VALUE, PLACE_VALUE, PlaceTable
from rag.ports import Embedding, FloatArray, Reranker
from rag.precedence import Standing, settle
from rag.question import UnderstoodQuestion, understand
from rag.regions import Gazetteer
from rag.reranking import PART, added_by
from rag.scoring import PARTS, Values, score_parts
from rag.settings import RerankerSettings, RetrievalSettings
from rag.signals import Signals
from rag.spelling import Spelling
from rag.synonyms import load_synonyms
from rag.widening import widened

__all__ = ["PARTS", "HybridRetriever", "RankedChunks", "Ranking"]

_QUOTED = re.compile(r"[“\"「『].*[”\"」』]", re.DOTALL)
_COMPARED = 200
"""Candidates among which passages that say the same are looked for; without a filter there are hardly more."""
_WIDER = 10
"""How many times more neighbours are asked for where a filter will leave out some of them."""


@dataclass(frozen=True, slots=True)
class RankedChunks:
    """Every chunk that was scored, best first, as arrays: (n,) positions in the library, scores and their parts."""

    chunks: Numbers
    documents: Numbers
    scores: Values
    parts: Mapping[str, Values]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits with what the question was understood to ask, and the time each stage took in milliseconds."""

    question: UnderstoodQuestion
    hits: tuple[Hit, ...]
    timings_ms: Mapping[str, float]
    ranked: RankedChunks
    """What the hits are the beginning of."""


class HybridRetriever:
    """Ranks the chunks of one generation. Safe to use from several threads."""

    def __init__(
        self,
        generation: Generation,
        embedding: Embedding,
        gazetteer: Gazetteer,
        settings: RetrievalSettings,
        reranker: Reranker | None = None,
        reranking: RerankerSettings | None = None,
    ) -> None:
        """Rank by the formula; a ``reranker`` reads the first candidates as ``reranking`` says and adds a part of its own."""
        self._generation = generation
        self._reranker = reranker
        self._reranking = reranking or RerankerSettings()
        self._columns = generation.columns
        self._embedding = embedding
        self._gazetteer = gazetteer
        self._settings = settings
        self._places = Places(self._columns)
        self._choice = CandidateChoice(self._places, settings)
        self._regions = PlaceTable(self._columns.regions, gazetteer)
        self._signals = Signals(generation, gazetteer)
        self.places = frozenset(region.code for region in self._regions.regions if region)
        """Codes of the places that have documents."""
        self._spelling = Spelling(generation.chunk_terms, gazetteer, self.places)
        self._synonyms = load_synonyms()

    def prepare(self) -> None:
        """Read what the first slip or pinyin would otherwise wait for; takes seconds on a large generation."""
        self._spelling.prepare(pinyin=True)

    def understand(self, question: Question) -> UnderstoodQuestion:
        """Return what the question asks, read against the words and places of this generation.

        A question in quotation marks is taken as it is typed: no slip or pinyin is read as something else.
        """
        spelling = None if _QUOTED.fullmatch(question.text.strip()) else self._spelling
        understood = understand(question, self._gazetteer, self.places, spelling)
        return widened(understood, self.idf, self._synonyms)

    def retrieve(self, question: Question, top: int) -> list[Hit]:
        """Return up to ``top`` hits, best first."""
        return list(self.rank(self.understand(question), top).hits)

    def idf(self, word: str) -> float:
        """Return how rare a word is among the chunks."""
        return self._generation.chunk_terms.idf(word)

    def rank(
        self,
        question: UnderstoodQuestion,
        top: int,
        allowed: NDArray[np.bool_] | None = None,
        phrase: str | None = None,
    ) -> Ranking:
        """Return up to ``top`` hits, best first.

        ``allowed`` is (n_documents,), True where a document may be found; ``phrase`` must stand in every hit's passage.
        What these two leave is found whether or not it shares a word with the question.
        """
        began = time.perf_counter()
        eligible = self._eligible(allowed, phrase)
        lexical = LexicalScores.of(
            question.terms,
            self._generation.chunk_terms,
            self._generation.document_terms,
            self._settings.document_weight,
        )
        place = self._regions.values(question.places, PLACE_VALUE, COUNTRY_VALUE)[self._columns.documents["region"]]
        after_lexical = time.perf_counter()
        vector = self._embedding.embed_query(question.subject)
        nearest = self._nearest(vector, eligible)
        after_dense = time.perf_counter()
        if not self._columns.n_chunks:
            chunks = nearest
        elif eligible is None:
            chunks = self._choice.among_all(lexical, place, nearest)
        else:
            chunks = self._choice.among(eligible, lexical, place, nearest)
        ranked = self._scored(question, chunks, lexical, vector, place)
        after_scoring = time.perf_counter()
        hits = self._hits(ranked, top)
        done = time.perf_counter()
        timings = {
            "lexical": 1000 * (after_lexical - began),
            "dense": 1000 * (after_dense - after_lexical),
            "rerank": 1000 * (after_scoring - after_dense),
            "hits": 1000 * (done - after_scoring),
            "retrieval": 1000 * (done - began),
        }
        return Ranking(question, hits, MappingProxyType(timings), ranked)

    def _eligible(self, allowed: NDArray[np.bool_] | None, phrase: str | None) -> Numbers | None:
        """Return the chunks that may be found, ascending; None for all."""
        eligible = None
        if phrase is not None and phrase.strip():
            eligible = chunks_with(phrase, self._generation.chunk_terms, self._columns.texts)
        if allowed is None:
            return eligible
        if eligible is None:
            return np.flatnonzero(allowed[self._places.document_of_chunk])
        return eligible[allowed[self._places.document_of_chunk[eligible]]]

    def _nearest(self, vector: FloatArray, eligible: Numbers | None) -> Numbers:
        """Return the chunks that the vectors propose; none where all that are left will be scored anyway."""
        if eligible is not None and len(eligible) <= FEW:
            return np.zeros(0, dtype=np.int64)
        wanted = self._settings.candidates * (1 if eligible is None else _WIDER)
        try:
            found = self._generation.vectors.nearest(vector, min(wanted, self._columns.n_chunks))
        except NotAvailableError:
            # The vector server is away: BM25 proposes alone, and the cosines come from the columns.
            return np.zeros(0, dtype=np.int64)
        places = self._generation.library.positions([chunk_id for chunk_id, _ in found])
        near = np.array(list(places.values()), dtype=np.int64)
        strays = self._columns.strays
        if not len(strays) or not len(found):
            return near
        is_near = self._columns.rows(strays) @ vector >= (found[-1][1] if len(found) == wanted else -1.0)
        return np.union1d(near, strays[is_near])

    def _scored(
        self,
        question: UnderstoodQuestion,
        chunks: Numbers,
        lexical: LexicalScores,
        vector: FloatArray,
        place: FloatArray,
    ) -> RankedChunks:
        documents = self._places.documents_of(chunks)
        rows = self._columns.rows(chunks)
        signals = self._signals.without_reading(question, chunks, documents, lexical, rows @ vector, place)
        # What no text was read for is a promise: the order in which reading pays.
        promise: Values = np.sum(list(score_parts(signals, self._settings).values()), axis=0)
        self._signals.read(question, chunks, documents, self._choice.worth_reading(promise, documents), signals)
        parts = score_parts(signals, self._settings)
        if self._reranker is not None and len(chunks):
            parts[PART] = self._reread(self._reranker, question, chunks, parts)
        away = (signals["place"] == 0) & (signals["lead_conflict"] > 0)
        fit = np.where(away, -1.0, signals["place"])
        likely = np.argsort(-promise, kind="stable")[:_COMPARED]
        scores = settle(parts, self._standing(chunks, documents, likely, rows, fit))
        order = np.lexsort((chunks, -scores))
        ordered = MappingProxyType({name: values[order] for name, values in parts.items()})
        return RankedChunks(chunks[order], documents[order], scores[order], ordered)

    def _reread(
        self, reranker: Reranker, question: UnderstoodQuestion, chunks: Numbers, parts: Mapping[str, Values]
    ) -> Values:
        """Return what the cross-encoder adds to each candidate: it reads the first few, the others get nothing."""
        added = np.zeros(len(chunks))
        scores: Values = np.sum(list(parts.values()), axis=0)
        first = np.lexsort((chunks, -scores))[: self._reranking.candidates]
        passages = [chunk.text for chunk in self._generation.library.chunks_at(chunks[first].tolist())]
        found = added_by(reranker, question.text, passages, self._reranking)
        if found is not None:
            added[first] = found
        return added

    def _standing(
        self, chunks: Numbers, documents: Numbers, likely: Numbers, rows: FloatArray, place: Values
    ) -> Standing:
        """Return what decides the order of candidates; passages are compared among the ``likely`` ones."""
        facts = self._columns.documents[documents]
        is_likely = np.zeros(len(chunks), dtype=np.bool_)
        is_likely[likely] = True
        return Standing(
            documents=documents,
            place=np.where(is_likely, place, 0.0),
            superseded_by=facts["superseded_by"].astype(np.int64),
            duplicate_of=facts["duplicate_of"].astype(np.int64),
            official=is_likely & (facts["authority"] == AUTHORITIES.index(Authority.OFFICIAL)),
            reposted=is_likely & (facts["authority"] == AUTHORITIES.index(Authority.REPOST)),
            region=facts["region"].astype(np.int64),
            vectors=rows,
            text=lambda n: self._columns.texts.texts(chunks[n : n + 1])[0],
        )

    def _hits(self, ranked: RankedChunks, top: int) -> tuple[Hit, ...]:
        library = self._generation.library
        chunks = library.chunks_at(ranked.chunks[: max(top, 0)].tolist())
        return tuple(
            Hit(
                chunk,
                library.document(chunk.document_id),
                float(ranked.scores[n]),
                MappingProxyType({name: float(values[n]) for name, values in ranked.parts.items()}),
            )
            for n, chunk in enumerate(chunks)
        )
