"""How passages are ranked: always the order, never mere membership."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from rag.domain import Chunk, Document, Hit, Mark, MarkKind, Question
from rag.generations import DataLayout, Generation, published_id
from rag.regions import Gazetteer
from rag.retrieval import PARTS, HybridRetriever, garbled_share, heading_match, tile
from rag.settings import RetrievalSettings, Settings
from tests.embeddings import HashEmbedding

QUESTIONS = (
    "青棠县老年人体检项目有哪些",
    "白岭县老年人体检的服务对象是谁",
    "村医岗位补贴每人每月多少钱",
    "预防接种门诊电话",
    "老年人免费体检",
    "鼹鼠犰狳",
)


@pytest.fixture
def generation(published: Settings) -> Iterator[Generation]:
    layout = DataLayout(published.paths.data)
    opened = Generation(layout.generation(str(published_id(layout))))
    yield opened
    opened.close()


def retriever_over(generation: Generation, **weights: float) -> HybridRetriever:
    gazetteer = Gazetteer.load(extra=generation.manifest.places)
    return HybridRetriever(generation, HashEmbedding(), gazetteer, RetrievalSettings.model_validate(weights))


def sources(hits: list[Hit]) -> list[str]:
    """Return the documents in the order of their best chunk."""
    return list(dict.fromkeys(hit.document.source for hit in hits))


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (Question("青棠县老年人体检项目有哪些"), "qingtang-elderly.md", "bailing-elderly.md"),
        (Question("白岭县老年人体检项目有哪些"), "bailing-elderly.md", "qingtang-elderly.md"),
        (Question("老年人体检项目有哪些", region="白岭县"), "bailing-elderly.md", "qingtang-elderly.md"),
        (Question("老年人体检项目有哪些", region="青棠县"), "qingtang-elderly.md", "bailing-elderly.md"),
    ],
)
def test_the_place_asked_about_comes_before_the_same_text_of_another_place(
    generation: Generation, question: Question, first: str, second: str
) -> None:
    assert sources(retriever_over(generation).retrieve(question, 20))[:2] == [first, second]


def test_a_place_that_is_named_outweighs_the_place_that_is_chosen(generation: Generation) -> None:
    question = Question("青棠县老年人体检项目有哪些", region="白岭县")
    assert sources(retriever_over(generation).retrieve(question, 20))[0] == "qingtang-elderly.md"


def test_the_right_passage_of_a_document_comes_first(generation: Generation) -> None:
    hits = retriever_over(generation).retrieve(Question("青棠县老年人体检包括哪些检查，血常规和心电图做吗"), 20)
    own = [hit.chunk.section[-1] for hit in hits if hit.document.source == "qingtang-elderly.md"]
    assert own[0] == "体检项目"


def test_a_superseded_notice_comes_below_its_successor(generation: Generation) -> None:
    question = Question("村医岗位补贴每人每月多少元，按季度发放吗")
    assert sources(retriever_over(generation).retrieve(question, 20))[:2] == [
        "notices/subsidy-2025.html",
        "notices/subsidy-2022.txt",
    ]


def test_only_the_weight_of_validity_puts_it_there(generation: Generation) -> None:
    verbatim = Question("村医岗位补贴每人每月三百元发放通知")
    fair = retriever_over(generation, superseded_weight=0.0)
    assert sources(fair.retrieve(verbatim, 20))[0] == "notices/subsidy-2022.txt"
    strict = retriever_over(generation, superseded_weight=5.0)
    assert sources(strict.retrieve(verbatim, 20))[-1] == "notices/subsidy-2022.txt"


def test_a_garbled_copy_comes_below_a_clean_one(generation: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question("老年人体检项目有哪些")
    first, second = sources(retriever_over(generation).retrieve(question, 20))[:2]
    read = generation.library.document

    def garbled(document_id: str) -> Document:
        document = read(document_id)
        marks = (Mark(MarkKind.GARBLED, 0, len(document.text)),) if document.source == first else ()
        return replace(document, marks=marks)

    monkeypatch.setattr(generation.library, "document", garbled)
    strict = retriever_over(generation).retrieve(question, 20)
    assert sources(strict)[:2] == [second, first]
    settings = RetrievalSettings()
    assert {hit.parts["garble"] for hit in strict if hit.document.source == first} == {-settings.garbled_weight}
    assert sources(retriever_over(generation, garbled_weight=0.0).retrieve(question, 20))[:2] == [first, second]


def test_the_share_of_garble_is_that_of_the_passage() -> None:
    marks = (Mark(MarkKind.GARBLED, 2, 7), Mark(MarkKind.REDACTED, 7, 9), Mark(MarkKind.GARBLED, 18, 20))
    document = Document("d", "d.md", "/r", "00", "text/plain", "题", "字" * 20, marks=marks)

    def share(start: int, end: int) -> float:
        return garbled_share(Chunk("c", "d", 0, (), start, end, document.text[start:end]), document)

    assert (share(0, 10), share(5, 15), share(8, 18), share(3, 6)) == (0.5, 0.2, 0.0, 1.0)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_score_is_the_sum_of_its_parts_and_every_part_keeps_its_range(generation: Generation, question: str) -> None:
    settings = RetrievalSettings()
    hits = retriever_over(generation).retrieve(Question(question), 50)
    for hit in hits:
        parts = hit.parts
        assert tuple(parts) == PARTS
        assert hit.score == pytest.approx(sum(parts.values()))
        assert parts["bm25_word"] >= 0
        assert parts["bm25_bigram"] >= 0
        assert parts["bm25_word"] + parts["bm25_bigram"] <= 1 + 1e-6
        assert 0 <= parts["dense"] <= settings.dense_weight + 1e-6
        assert 0 <= parts["tile"] <= settings.tile_weight + 1e-6
        assert 0 <= parts["heading"] <= settings.heading_weight + 1e-6
        assert abs(parts["place"]) <= settings.place_weight + 1e-6
        assert parts["validity"] in (0.0, -settings.superseded_weight)
        assert parts["garble"] == 0.0


@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_come_best_first_once_each_and_a_shorter_list_is_their_beginning(
    generation: Generation, question: str
) -> None:
    retriever = retriever_over(generation)
    hits = retriever.retrieve(Question(question), 50)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    identifiers = [hit.chunk.chunk_id for hit in hits]
    assert len(set(identifiers)) == len(identifiers)
    assert [hit.chunk.chunk_id for hit in retriever.retrieve(Question(question), 3)] == identifiers[:3]


def test_both_scripts_rank_the_same(generation: Generation) -> None:
    retriever = retriever_over(generation)
    simplified = retriever.retrieve(Question("老年人体检项目有哪些", region="青棠县"), 20)
    traditional = retriever.retrieve(Question("老年人體檢項目有哪些", region="青棠縣"), 20)
    assert [(hit.chunk.chunk_id, hit.score) for hit in simplified] == [
        (hit.chunk.chunk_id, hit.score) for hit in traditional
    ]


def test_the_time_of_every_stage_is_told(generation: Generation) -> None:
    retriever = retriever_over(generation)
    timings = retriever.rank(retriever.understand(Question("体检")), 5).timings_ms
    assert {"lexical", "dense", "rerank", "retrieval"} <= set(timings)
    assert all(value >= 0 for value in timings.values())


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("规划目标", "本县规划目标如下", 1.0),
        ("规划目标", "规划的主要目标", 8 / 16),
        ("规划目标", "目标是什么", 4 / 16),
        ("规划目标", "规而划之，目有标", 0.0),
        ("abcdef", "xabcx def", 18 / 36),
        ("目", "目标", 0.0),
        ("", "目标", 0.0),
        ("目标", "", 0.0),
    ],
)
def test_a_tile_is_the_squares_of_its_runs_over_the_square_of_the_question(
    question: str, text: str, expected: float
) -> None:
    assert tile(question, text) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({"体检": 2.0, "对象": 1.0, "费用": 1.0}, 3 / 4),
        ({"费用": 1.0}, 0.0),
        ({"体检": 1.0, "老年人": 3.0}, 1.0),
        ({}, 0.0),
    ],
)
def test_a_heading_match_is_the_weighted_share_of_words_in_title_and_headings(
    weights: dict[str, float], expected: float
) -> None:
    document = Document("d", "d.md", "/r", "00", "text/plain", "老年人體檢辦法", "体检费用由财政承担。")
    assert heading_match(weights, document, ("服务对象",)) == pytest.approx(expected)
