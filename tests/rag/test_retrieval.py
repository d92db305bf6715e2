"""How passages are ranked: always the order, never mere membership."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.domain import Authority, Hit, Mark, MarkKind, Question
from rag.generations import DataLayout, Generation, published_id
from rag.retrieval import PARTS
from rag.settings import RetrievalSettings, Settings
from tests.embeddings import HashEmbedding
from tests.rag.small_generation import generation_of, policy, retriever_over

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


def test_a_superseded_notice_comes_below_its_successor_even_for_its_own_words(generation: Generation) -> None:
    verbatim = Question("村医岗位补贴每人每月三百元发放通知")
    for weight in (0.0, 0.2, 5.0):
        found = sources(retriever_over(generation, superseded_weight=weight).retrieve(verbatim, 20))
        assert found.index("notices/subsidy-2025.html") < found.index("notices/subsidy-2022.txt")


def test_what_puts_it_there_is_seen_in_its_parts(generation: Generation) -> None:
    verbatim = Question("村医岗位补贴每人每月三百元发放通知")
    hits = retriever_over(generation, superseded_weight=0.0).retrieve(verbatim, 20)
    old = [hit for hit in hits if hit.document.source == "notices/subsidy-2022.txt"]
    assert max(hit.parts["validity"] for hit in old) < 0
    assert {hit.parts["validity"] for hit in hits if hit not in old} == {0.0}


def test_a_garbled_copy_comes_below_a_clean_one(tmp_path: Path) -> None:
    text = "老年人体检项目包括血常规和心电图"
    marks = (Mark(MarkKind.GARBLED, 0, 8),)
    with_garble = generation_of(
        tmp_path, policy("a.md", text, marks=marks, title="体检"), policy("b.md", text, title="体检")
    )
    question = Question("老年人体检项目有哪些")
    hits = retriever_over(with_garble).retrieve(question, 20)
    assert sources(hits) == ["b.md", "a.md"]
    weights = RetrievalSettings()
    assert hits[1].parts["garble"] == pytest.approx(-weights.garbled_weight / 2 * (1 + weights.dense_weight))
    assert sources(retriever_over(with_garble, garbled_weight=0.0).retrieve(question, 20)) == ["a.md", "b.md"]
    with_garble.close()


def test_a_slip_is_read_as_what_the_documents_say_unless_it_stands_in_quotation_marks(generation: Generation) -> None:
    retriever = retriever_over(generation)
    assert retriever.understand(Question("laonianren tijian")).read_as == "老年人体检"
    for typed in ("“laonianren tijian”", '"laonianren tijian"', "「laonianren tijian」"):
        assert retriever.understand(Question(typed)).read_as is None


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
        assert 0 <= parts["dense"] <= settings.dense_weight + settings.uncovered_weight / 2
        assert 0 <= parts["tile"] <= settings.tile_weight + 1e-6
        assert 0 <= parts["heading"] <= settings.heading_weight + 1e-6
        assert 0 <= parts["document_tile"] <= settings.document_tile_weight + 1e-6
        most = 1 + settings.dense_weight + settings.uncovered_weight / 2
        assert parts["place"] <= most * settings.place_weight + 1e-6
        assert parts["validity"] <= 0.0
        assert parts["authority"] <= 0.0
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


def test_the_arrays_of_a_ranking_hold_what_the_hits_show_and_more(generation: Generation) -> None:
    retriever = retriever_over(generation)
    ranking = retriever.rank(retriever.understand(Question("老年人体检项目有哪些")), 3)
    ranked, library = ranking.ranked, generation.library
    assert len(ranked.chunks) > len(ranking.hits) == 3
    assert [hit.chunk.chunk_id for hit in ranking.hits] == [library.chunk_ids[n] for n in ranked.chunks[:3]]
    assert [hit.document.document_id for hit in ranking.hits] == [library.document_ids[n] for n in ranked.documents[:3]]
    np.testing.assert_allclose(sum(ranked.parts.values()), ranked.scores)
    assert ranking.hits[0].parts == {name: values[0] for name, values in ranked.parts.items()}
    assert np.isfinite(ranked.scores).all()


def test_threads_get_the_same_ranking(generation: Generation) -> None:
    retriever = retriever_over(generation)

    def ranked(question: str) -> list[tuple[str, float]]:
        return [(hit.chunk.chunk_id, hit.score) for hit in retriever.retrieve(Question(question), 50)]

    expected = {question: ranked(question) for question in QUESTIONS}
    with ThreadPoolExecutor(8) as threads:
        for question, found in zip(QUESTIONS * 10, threads.map(ranked, QUESTIONS * 10), strict=True):
            assert found == expected[question]


class TestEdges:
    def test_a_generation_of_one_document(self, tmp_path: Path) -> None:
        one = generation_of(tmp_path, policy("a.md", "家庭医生签约"))
        for question in ("家庭医生签约", "鼹鼠犰狳", "！？", "a"):
            hits = retriever_over(one).retrieve(Question(question), 5)
            assert sources(hits) in (["a.md"], [])
            assert all(math.isfinite(hit.score) for hit in hits)
        one.close()

    def test_an_empty_generation(self, tmp_path: Path) -> None:
        empty = generation_of(tmp_path)
        retriever = retriever_over(empty)
        for more in ({}, {"phrase": "家庭"}, {"allowed": np.zeros(0, dtype=np.bool_)}):
            assert retriever.rank(retriever.understand(Question("家庭医生")), 5, **more).hits == ()
        empty.close()

    def test_no_hits_are_asked_for(self, generation: Generation) -> None:
        assert retriever_over(generation).retrieve(Question("体检"), 0) == []


class TestFilters:
    @pytest.fixture
    def many(self, tmp_path: Path) -> Iterator[Generation]:
        texts = [(f"d{n:03}.md", f"第{n}号：预防接种门诊每周开放", f"咨询电话为{n:04}") for n in range(40)]
        opened = generation_of(tmp_path, *(policy(name, *lines) for name, *lines in texts))
        yield opened
        opened.close()

    def test_what_a_filter_leaves_is_found_whatever_its_words(self, many: Generation) -> None:
        allowed = np.zeros(40, dtype=np.bool_)
        allowed[[3, 30]] = True
        retriever = retriever_over(many, candidates=10)
        for question in ("预防接种门诊", "鼹鼠犰狳", "d003"):
            hits = retriever.rank(retriever.understand(Question(question)), 100, allowed).hits
            assert {hit.chunk.chunk_id for hit in hits} == {f"d{n:03}.md:{m}" for n in (3, 30) for m in (0, 1)}

    def test_their_cosines_are_exact(self, many: Generation) -> None:
        allowed = np.zeros(40, dtype=np.bool_)
        allowed[7] = True
        retriever, text = retriever_over(many, dense_weight=1.0, uncovered_weight=0.0), "预防接种门诊每周开放"
        hits = retriever.rank(retriever.understand(Question(text)), 10, allowed).hits
        vector = HashEmbedding().embed_query(retriever.understand(Question(text)).subject)
        exact = many.vectors.cosines(vector, [hit.chunk.chunk_id for hit in hits])
        for hit in hits:
            assert hit.parts["dense"] == pytest.approx(max(exact[hit.chunk.chunk_id], 0.0), abs=1e-3)

    def test_a_filter_that_leaves_much_keeps_the_order_and_lets_nothing_else_in(
        self, many: Generation, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        retriever = retriever_over(many)
        question = retriever.understand(Question("第12号门诊咨询电话"))
        allowed = np.ones(40, dtype=np.bool_)
        allowed[::3] = False
        whole = retriever.rank(question, 100, allowed).hits
        monkeypatch.setattr("rag.candidates.FEW", 10)
        monkeypatch.setattr("rag.retrieval.FEW", 10)
        part = retriever.rank(question, 100, allowed).hits
        assert {int(hit.document.source[1:4]) % 3 for hit in part} == {1, 2}
        assert [hit.chunk.chunk_id for hit in part[:5]] == [hit.chunk.chunk_id for hit in whole[:5]]

    @pytest.mark.parametrize(
        ("phrase", "documents"),
        [
            ("电话为0017", [17]),
            ("電話為００１７", [17]),
            ("第5号 ：预防 接种", [5]),
            ("0017", [17]),
            ("01", [1, *range(10, 20)]),
            ("接种预防", []),
            ("门诊每月", []),
            ("鼹鼠", []),
            ("号", list(range(40))),
        ],
    )
    def test_every_passage_with_a_phrase_is_found_and_no_other(
        self, many: Generation, phrase: str, documents: list[int]
    ) -> None:
        retriever = retriever_over(many, candidates=10)
        hits = retriever.rank(retriever.understand(Question("咨询")), 100, phrase=phrase).hits
        assert sorted(int(hit.document.source[1:4]) for hit in hits) == documents

    @pytest.mark.parametrize("phrase", ["免费体检一次", "「免费体检」一次", "项目（一）免费体检", "项目 （一） 免费"])
    def test_line_breaks_and_quotation_marks_do_not_part_a_phrase(self, tmp_path: Path, phrase: str) -> None:
        text = "体检项目\u2003（一）“免费体\u2003检”一次"
        generation = generation_of(tmp_path, policy("a.md", text), policy("b.md", "体检项目（二）免费体测一次"))
        retriever = retriever_over(generation)
        hits = retriever.rank(
            retriever.understand(Question("体检")), 9, phrase=phrase.replace("「", "“").replace("」", "”")
        ).hits
        assert sources(list(hits)) == ["a.md"]
        generation.close()

    def test_a_phrase_and_a_filter_must_both_hold(self, many: Generation) -> None:
        allowed = np.zeros(40, dtype=np.bool_)
        allowed[[4, 5]] = True
        retriever = retriever_over(many)
        question = retriever.understand(Question("门诊"))
        assert [hit.chunk.chunk_id for hit in retriever.rank(question, 9, allowed, "第5号").hits] == ["d005.md:0"]
        assert retriever.rank(question, 9, allowed, "第6号").hits == ()


class TestPlaces:
    LINE = "{}居民每年可以免费体检一次，包括血常规和心电图"

    def ranked(self, tmp_path: Path, question: Question, *places: str, weight: float = 0.1) -> list[str]:
        documents = [policy(f"{place}.md", self.LINE.format(place), title="体检办法", region=place) for place in places]
        found = generation_of(tmp_path, *documents)
        hits = retriever_over(found, place_weight=weight, lead_weight=0.0).retrieve(question, 20)
        found.close()
        return [source.removesuffix(".md") for source in sources(hits)]

    @pytest.mark.parametrize("weight", [0.0, 0.1])
    def test_the_same_passage_of_another_place_never_comes_first(self, tmp_path: Path, weight: float) -> None:
        # The question's other words are those of the wrong place's copy.
        question = Question("襄阳市居民每年可以免费体检一次吗，武汉市", region="十堰市")
        asked = Question("居民每年可以免费体检一次吗", region="十堰市")
        assert self.ranked(tmp_path, asked, "武汉市", "十堰市", "襄阳市", weight=weight)[0] == "十堰市"
        assert self.ranked(tmp_path / "2", question, "十堰市", "襄阳市", weight=weight)[0] == "襄阳市"

    def test_the_provinces_rule_comes_before_a_countys(self, tmp_path: Path) -> None:
        asked = Question("居民每年可以免费体检一次吗", region="十堰市")
        found = self.ranked(tmp_path, asked, "丹江口市", "湖北省", "武汉市", "十堰市")
        assert found == ["十堰市", "湖北省", "丹江口市", "武汉市"]


def test_an_official_text_comes_before_a_repost_of_it(tmp_path: Path) -> None:
    text = "基层医疗机构实行药品零差率销售"
    documents = (
        policy("a.md", text, "药品零差率", title="药品零差率销售", authority=Authority.REPOST),
        policy("b.md", text, title="通知", authority=Authority.OFFICIAL),
        policy("c.md", text, "药品零差率", title="药品零差率销售", duplicate_of="b.md"),
    )
    found = generation_of(tmp_path, *documents)
    hits = retriever_over(found, authority_weight=0.0).retrieve(Question("药品零差率销售"), 20)
    found.close()
    assert sources(hits)[0] == "b.md"
    assert all(hit.parts["authority"] < 0 for hit in hits if hit.chunk.text == text and hit.document.source != "b.md")


def test_fusion_is_never_worse_than_its_better_half(tmp_path: Path) -> None:
    subjects = "签约服务 预防接种 老年体检 慢病用药 住院报销 大病保险 村医补贴 公共场所控烟 癌症筛查 长期护理".split()
    found = generation_of(tmp_path, *(policy(f"{n}.md", f"{name}由县级财政负责。") for n, name in enumerate(subjects)))
    retriever = retriever_over(found)
    first: dict[str, int] = {"bm25": 0, "dense": 0, "fused": 0}
    stages = {"bm25": ("bm25_word", "bm25_bigram"), "dense": ("dense",), "fused": ("bm25_word", "bm25_bigram", "dense")}
    for n, name in enumerate(subjects):
        ranked = retriever.rank(retriever.understand(Question(f"{name[:3]}谁负责{name[-1]}")), 1).ranked
        for stage, parts in stages.items():
            best = int(ranked.documents[np.argmax(sum(ranked.parts[part] for part in parts))])
            first[stage] += best == n
    found.close()
    assert first["fused"] >= max(first["bm25"], first["dense"]) > 0


def test_a_chunk_that_the_vector_store_does_not_reach_is_found_by_its_vector(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fillers = [policy(f"f{n}", f"第{n}号公告说明停水时间", f"第{n}号公告说明停电时间") for n in range(60)]
    generation = generation_of(tmp_path, policy("lost", "牙齿保健的办法"), *fillers)
    real = generation.vectors.nearest
    lost = generation.library.chunk_ids.index("lost:0")
    monkeypatch.setattr(
        generation.vectors, "nearest", lambda vector, n: [(name, c) for name, c in real(vector, n) if name != "lost:0"]
    )
    question = "牙齿保健办法"
    # Words must not propose it, so that only its vector can.
    monkeypatch.setattr(generation.chunk_terms, "field_scores", lambda _: (np.zeros(121, np.float32),) * 2)
    monkeypatch.setattr(generation.document_terms, "field_scores", lambda _: (np.zeros(61, np.float32),) * 2)

    def first(strays: list[int]) -> str:
        columns = replace(generation.columns, strays=np.array(strays, dtype=np.int64))
        monkeypatch.setattr(generation, "columns", columns)
        return retriever_over(generation, candidates=10).retrieve(Question(question), 1)[0].chunk.chunk_id

    assert first([]) != "lost:0"
    assert first([lost]) == "lost:0"
    generation.close()
