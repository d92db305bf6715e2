"""Measure what the formula adds up, for the candidates of one question."""

from __future__ import annotations

import numpy as np

from rag.candidates import LexicalScores, Numbers
from rag.columns import AUTHORITIES, VALIDITIES, Columns
from rag.domain import Authority, Validity
from rag.generations import Generation
from rag.places import LEAD_VALUE, PlaceTable
from rag.ports import FloatArray
from rag.question import UnderstoodQuestion
from rag.regions import Gazetteer
from rag.scoring import Values, heading_match, tiles

_WELL_COVERED = 0.5
"""Share of a question's bigrams, by idf, that the best document for its words has; below it the vectors are trusted
more, as the question is worded otherwise than the texts."""


class Signals:
    """Measures the candidates of one generation's questions."""

    def __init__(self, generation: Generation, gazetteer: Gazetteer) -> None:
        self._columns: Columns = generation.columns
        self._chunk_terms = generation.chunk_terms
        self._document_terms = generation.document_terms
        self._lead_places = PlaceTable(self._columns.lead_places, gazetteer)

    def without_reading(
        self,
        question: UnderstoodQuestion,
        chunks: Numbers,
        documents: Numbers,
        lexical: LexicalScores,
        cosines: FloatArray,
        place: FloatArray,
    ) -> dict[str, Values]:
        """Return every signal of ``scoring.score_parts``; those for which texts must be read are 0."""
        facts = self._columns.documents[documents]
        word, bigram = lexical.parts(chunks, documents)
        second_hand = (facts["authority"] == AUTHORITIES.index(Authority.REPOST)) | (facts["duplicate_of"] >= 0)
        none = np.zeros(len(chunks))
        return {
            "bm25_word": word,
            "bm25_bigram": bigram,
            "cosine": np.clip(cosines.astype(np.float64), -1.0, 1.0),
            "uncovered": none + self._uncovered(question, documents, word + bigram),
            "tile": none.copy(),
            "document_tile": none.copy(),
            "heading": none.copy(),
            "place": place[documents].astype(np.float64),
            "lead_conflict": self._lead_conflicts(question, documents),
            "superseded": (facts["validity"] == VALIDITIES.index(Validity.SUPERSEDED)).astype(np.float64),
            "second_hand": second_hand.astype(np.float64),
            "garbled": self._columns.garbled[chunks].astype(np.float64),
        }

    def _uncovered(self, question: UnderstoodQuestion, documents: Numbers, words: Values) -> float:
        """Return how far the best document for the question's words falls short of covering it, in 0..0.5."""
        if not len(documents):
            return 0.0
        best = int(documents[np.argmax(words)])
        return max(0.0, _WELL_COVERED - self._document_terms.covered(question.terms.bigrams, best))

    def _lead_conflicts(self, question: UnderstoodQuestion, documents: Numbers) -> Values:
        """Return 1 for documents that begin with other places than those asked about, and with none of those."""
        if not question.places:
            return np.zeros(len(documents))
        values = self._lead_places.values(question.places, LEAD_VALUE)
        least, greatest = self._columns.lead_extremes(documents, values)
        return ((least < 0) & (greatest <= 0)).astype(np.float64)

    def read(
        self,
        question: UnderstoodQuestion,
        chunks: Numbers,
        documents: Numbers,
        read: Numbers,
        signals: dict[str, Values],
    ) -> None:
        """Fill in the signals of the candidates in ``read``, whose texts are compared with the question.

        A document is compared as far as its passages are candidates: a whole statute book would take as long as all the
        others together, and on the sets measured it made no difference.
        """
        subject = question.subject.replace(" ", "")
        own = np.flatnonzero(np.isin(documents, documents[read]))
        texts = self._columns.texts.texts(chunks[own])
        by_candidate = dict(zip(own.tolist(), texts, strict=True))
        signals["tile"][read] = tiles(subject, [by_candidate[n] for n in read.tolist()])
        starts = np.flatnonzero(np.diff(documents[own], prepend=-1))
        ends = np.append(starts, len(own))[1:]
        joined = ["\n".join(texts[start:end]) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
        signals["document_tile"][own] = np.repeat(np.array(tiles(subject, joined), dtype=np.float64), ends - starts)
        rarity = self._chunk_terms.idfs(list(question.focus))
        weights = {word: weight * rarity[word] for word, weight in question.focus.items()}
        headings, which = np.unique(self._columns.heading_of_chunk[chunks[read]], return_inverse=True)
        found = [heading_match(weights, heading) for heading in self._columns.headings.texts(headings.astype(np.int64))]
        signals["heading"][read] = np.array(found, dtype=np.float64)[which]
