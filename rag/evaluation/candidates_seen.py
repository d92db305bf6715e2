"""The candidates of one question at the level that is judged: which are right, and what people are shown of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.domain import document_id_for
from rag.errors import UnknownIdError
from rag.evaluation.judged import JudgedQuestion
from rag.evaluation.outcomes import Expected, SeenHit
from rag.evaluation.question_file import RelevantSpan
from rag.evaluation.stages import Passages, best_of_documents
from rag.library import SqliteLibrary
from rag.retrieval import RankedChunks

_EXCERPT_CHARS = 200
_LAST = 10**9


class SeenCandidates:
    """The ranked items: every chunk where passages are judged, the best chunk of each document where documents are."""

    def __init__(
        self,
        asked: JudgedQuestion,
        ranked: RankedChunks,
        passages: Passages | None,
        library: SqliteLibrary,
        sources: Sequence[str],
    ) -> None:
        self._asked = asked
        self._ranked = ranked
        self._passages = passages
        self._library = library
        self._sources = sources
        every = np.arange(len(ranked.chunks))
        self._order: list[int] = (every if passages is not None else best_of_documents(ranked, every)).tolist()

    def first(self, count: int) -> tuple[SeenHit, ...]:
        """Return the items that stand first."""
        return tuple(self._hit(rank) for rank in range(min(count, len(self._order))))

    def expected(self) -> tuple[Expected, ...]:
        """Return what answers the question and where it stands, the best grades first."""
        asked = self._asked
        if self._passages is not None:
            found = [
                self._described(span.source, span.grade, span, self._passages.rank_of(self._ranked, span))
                for span in asked.passages
            ]
        else:
            at = {self._sources[self._ranked.documents[n]]: rank for rank, n in enumerate(self._order)}
            found = [self._described(source, grade, None, at.get(source)) for source, grade in asked.documents.items()]
        return tuple(sorted(found, key=lambda each: (-each.grade, each.hit.rank if each.hit else _LAST)))

    def _described(self, source: str, grade: int, span: RelevantSpan | None, rank: int | None) -> Expected:
        hit = None if rank is None else self._hit(rank)
        try:
            document = self._library.document(document_id_for(source))
        except UnknownIdError:  # a document without words is in no index
            return Expected(source, "", "", grade, hit)
        text = document.text[span.start : span.end] if span else document.text
        return Expected(source, document.title, _excerpt(text), grade, hit)

    def _hit(self, rank: int) -> SeenHit:
        """Return the item at a rank that counts from 0."""
        ranked, n = self._ranked, self._order[rank]
        position = int(ranked.chunks[n])
        chunk = self._library.chunks_at([position])[0]
        document = self._library.document(chunk.document_id)
        right = (
            position in self._passages.of_chunk
            if self._passages is not None
            else document.source in self._asked.documents
        )
        return SeenHit(
            rank=rank + 1,
            source=document.source,
            title=document.title,
            section=chunk.section,
            place=document.region,
            text=_excerpt(chunk.text),
            score=float(ranked.scores[n]),
            parts={name: float(values[n]) for name, values in ranked.parts.items()},
            right=right,
        )


def _excerpt(text: str) -> str:
    return " ".join(text[: 2 * _EXCERPT_CHARS].split())[:_EXCERPT_CHARS]
