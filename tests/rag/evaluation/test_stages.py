"""What each stage alone would make of a ranking."""

from __future__ import annotations

import numpy as np

from rag.domain import Chunk
from rag.evaluation.question_file import RelevantSpan
from rag.evaluation.stages import Passages, documents_by, passage_name, stage_order
from rag.retrieval import RankedChunks

SOURCES = ("a", "b", "c")


def ranked(*chunks: tuple[int, int, float, float]) -> RankedChunks:
    """Candidates as (position, document, part x, part y), in their final order."""
    positions, documents, x, y = (np.array(column) for column in zip(*chunks, strict=True))
    return RankedChunks(positions, documents, -np.arange(len(chunks), dtype=np.float64), {"x": x, "y": y})


def test_a_stage_orders_documents_by_its_parts_of_their_best_chunk() -> None:
    candidates = ranked((0, 0, 1.0, 0.0), (5, 1, 0.2, 5.0), (1, 0, 0.1, 9.0), (7, 2, 0.5, -1.0))
    assert documents_by(candidates, ("x",), SOURCES) == ["a", "c", "b"]
    assert documents_by(candidates, ("y",), SOURCES) == ["a", "b", "c"]
    assert documents_by(candidates, ("x", "y"), SOURCES) == ["a", "b", "c"]


def test_the_whole_score_is_the_order_as_it_stands_whatever_the_parts_say() -> None:
    candidates = ranked((5, 1, 0.0, 0.0), (0, 0, 9.0, 9.0))
    assert documents_by(candidates, None, SOURCES) == ["b", "a"]


def test_equal_candidates_stay_as_they_stand() -> None:
    candidates = ranked((5, 1, 1.0, 0.0), (7, 2, 1.0, 0.0), (0, 0, 1.0, 0.0))
    assert stage_order(candidates, ("x",)).tolist() == [0, 1, 2]


def chunk(position: int, start: int, end: int) -> Chunk:
    return Chunk(f"a:{position}", "a", position, (), start, end, "文" * (end - start))


def test_a_passage_counts_where_it_is_found_first() -> None:
    span = RelevantSpan("a", 0, 20, 2)
    chunks = {0: ("a", chunk(0, 0, 10)), 1: ("a", chunk(1, 10, 20)), 2: ("a", chunk(2, 20, 30))}
    passages = Passages([span], chunks)
    candidates = ranked((2, 0, 3.0, 0.0), (1, 0, 2.0, 0.0), (0, 0, 1.0, 1.0))
    assert passages.ranking(candidates, None) == ["2", passage_name(span), "0"]
    assert passages.ranking(candidates, ("y",)) == [passage_name(span), "2", "1"]
    assert passages.rank_of(candidates, span) == 1


def test_a_chunk_of_another_document_at_the_same_place_is_not_the_passage() -> None:
    passages = Passages([RelevantSpan("a", 0, 10, 2)], {4: ("b", chunk(4, 0, 10))})
    assert passages.of_chunk == {}


def test_one_chunk_may_bring_two_passages() -> None:
    spans = [RelevantSpan("a", 0, 10, 2), RelevantSpan("a", 10, 20, 1)]
    passages = Passages(spans, {0: ("a", chunk(0, 0, 20))})
    assert passages.ranking(ranked((9, 1, 0.0, 0.0), (0, 0, 0.0, 0.0)), None) == ["9", *map(passage_name, spans)]
