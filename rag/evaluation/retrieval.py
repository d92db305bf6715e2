"""Ask every question of a set and keep what each stage of the ranking made of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rag.conversation import standalone
from rag.domain import Hit
from rag.evaluation.candidates_seen import SeenCandidates
from rag.evaluation.judged import JudgedQuestion, JudgedSet
from rag.evaluation.outcomes import Level, QuestionOutcome, RetrievalEvaluation
from rag.evaluation.stages import STAGES, Passages, documents_by
from rag.library import SqliteLibrary
from rag.question import UnderstoodQuestion
from rag.regions import Gazetteer, Relation
from rag.retrieval import HybridRetriever, RankedChunks, Ranking

_SHOWN_TO_A_USER = 10
_WARM_UP = 20
"""Questions asked before the clock runs: the first ones read the index from disk, which a server does once."""
_KEPT_FIRST = 5


def evaluate_retrieval(
    retriever: HybridRetriever,
    library: SqliteLibrary,
    judged: JudgedSet,
    gazetteer: Gazetteer,
    progress: Callable[[str, int, int], None],
) -> RetrievalEvaluation:
    """Rank every question of the set; the documents' sources must be those that the set judges."""
    run = _Run(retriever, library, gazetteer, judged.by_passage)
    for asked in judged.questions[:_WARM_UP]:
        run.ask(asked)
    outcomes = []
    for n, asked in enumerate(judged.questions, start=1):
        outcomes.append(run.outcome(asked))
        progress("evaluate", n, len(judged.questions))
    return RetrievalEvaluation(judged, tuple(outcomes))


class _Run:
    """The parts that every question needs."""

    def __init__(
        self, retriever: HybridRetriever, library: SqliteLibrary, gazetteer: Gazetteer, by_passage: bool
    ) -> None:
        self._retriever = retriever
        self._library = library
        self._gazetteer = gazetteer
        self._by_passage = by_passage
        self._sources = [str(source) for source in library.facts("source")]
        self._number = {source: n for n, source in enumerate(self._sources)}

    def ask(self, asked: JudgedQuestion) -> tuple[UnderstoodQuestion, Ranking]:
        """Rank as answering does."""
        understood = self._retriever.understand(standalone(asked.question, self._gazetteer))
        return understood, self._retriever.rank(understood, _SHOWN_TO_A_USER)

    def outcome(self, asked: JudgedQuestion) -> QuestionOutcome:
        """Ask as a user does, with the clock running, and judge every candidate afterwards."""
        began = time.perf_counter()
        understood, ranking = self.ask(asked)
        latency_ms = 1000 * (time.perf_counter() - began)
        ranked = ranking.ranked
        passages = self._passages(asked, ranked) if self._by_passage else None
        seen = SeenCandidates(asked, ranked, passages, self._library, self._sources)
        return QuestionOutcome(
            asked=asked,
            read_as=understood.text,
            rankings=self._rankings(ranked, passages),
            first=seen.first(_KEPT_FIRST),
            expected=seen.expected(),
            right_place=self._right_place(asked, understood, ranking.hits),
            latency_ms=latency_ms,
        )

    def _rankings(self, ranked: RankedChunks, passages: Passages | None) -> Mapping[Level, Mapping[str, Sequence[str]]]:
        documents = {stage: documents_by(ranked, parts, self._sources) for stage, parts in STAGES.items()}
        if passages is None:
            return {Level.DOCUMENTS: documents}
        brought = {stage: passages.ranking(ranked, parts) for stage, parts in STAGES.items()}
        return {Level.DOCUMENTS: documents, Level.PASSAGES: brought}

    def _passages(self, asked: JudgedQuestion, ranked: RankedChunks) -> Passages:
        """Compare the candidates from the documents that hold a passage; the others need not be read."""
        relevant = [self._number[source] for source in asked.documents]
        near = np.flatnonzero(np.isin(ranked.documents, relevant)).tolist()
        positions = ranked.chunks[near].tolist()
        sources = [self._sources[ranked.documents[n]] for n in near]
        chunks = zip(sources, self._library.chunks_at(positions), strict=True)
        return Passages(asked.passages, dict(zip(positions, chunks, strict=True)))

    def _right_place(self, asked: JudgedQuestion, understood: UnderstoodQuestion, hits: Sequence[Hit]) -> bool | None:
        wanted = self._gazetteer.get(asked.place) if asked.place else None
        if wanted is None or not understood.places:
            return None
        if not hits:
            return False
        document = hits[0].document
        name = document.region_code or document.region
        # A text for the whole country seldom names it.
        found = self._gazetteer.get(name) if name else self._gazetteer.country
        return found is not None and self._gazetteer.related(wanted, found) is Relation.SAME
