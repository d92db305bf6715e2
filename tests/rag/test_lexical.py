"""Lexical search on Chinese text. If the segmentation breaks, the tests of this file must notice."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bm25s
import numpy as np
import pytest

from rag.errors import IndexDamagedError
from rag.lexical import LexicalIndex, LexicalWriter
from rag.term_counts import Vocabularies
from rag.tokenizing import Terms, terms

CHUNKS = (
    "加强基层医疗卫生机构标准化建设，改善就医环境。",
    "规划的主要目标是到2027年每个乡镇都有一所标准化卫生院。",
    "家庭医生签约服务费由医保基金和财政共同负担。",
    "卫生健康行政部门负责疾病预防控制工作。",
)


def index_of(folder: Path, *texts: str) -> LexicalIndex:
    writer = LexicalWriter()
    for text in texts:
        writer.add([terms(text)])
    writer.save(folder, 0.6, 0.6)
    return LexicalIndex(folder)


def total(index: LexicalIndex, question: str) -> np.ndarray:
    word_scores, bigram_scores = index.field_scores(terms(question))
    return word_scores + bigram_scores


class TestChineseIsSegmented:
    def test_a_question_finds_the_chunk_that_has_its_word_inside_a_sentence(self, tmp_path: Path) -> None:
        scores = total(index_of(tmp_path, *CHUNKS), "规划目标")
        assert int(np.argmax(scores)) == 1
        assert scores[1] > 2 * np.delete(scores, 1).max()

    def test_each_field_finds_it_alone(self, tmp_path: Path) -> None:
        for scores in index_of(tmp_path, *CHUNKS).field_scores(terms("规划目标")):
            assert int(np.argmax(scores)) == 1

    def test_words_between_spaces_would_find_nothing(self, tmp_path: Path) -> None:
        writer = LexicalWriter()
        for text in CHUNKS:
            writer.add([Terms(tuple(text.split()), ())])
        writer.save(tmp_path, 0.6, 0.6)
        baseline, _ = LexicalIndex(tmp_path).field_scores(Terms(tuple("规划目标".split()), ()))
        assert not baseline.any()

    def test_a_sentence_becomes_its_words_and_its_bigrams(self) -> None:
        found = terms("卫生健康行政部门")
        assert {"卫生", "健康", "部门"} <= set(found.words)
        assert found.bigrams == ("卫生", "生健", "健康", "康行", "行政", "政部", "部门")

    def test_latin_words_and_figures_stay_whole(self) -> None:
        found = terms("COVID-19疫苗接种率达95.5%")
        assert {"covid", "95.5%"} <= set(found.bigrams)
        assert "vi" not in found.bigrams

    @pytest.mark.parametrize(
        ("simplified", "traditional"),
        [("规划目标", "規劃目標"), ("家庭医生签约费", "家庭醫生簽約費"), ("卫生健康部门", "衞生健康部門")],
    )
    def test_both_scripts_and_both_widths_score_the_same(
        self, tmp_path: Path, simplified: str, traditional: str
    ) -> None:
        index = index_of(tmp_path, *CHUNKS)
        np.testing.assert_array_equal(total(index, simplified), total(index, traditional))
        assert total(index, simplified).any()
        np.testing.assert_array_equal(total(index, "2027"), total(index, "２０２７"))


class TestEdges:
    @pytest.mark.parametrize("question", ["", "  ", "？！", "鼹鼠犰狳", "zzz qqq"])
    def test_a_question_without_known_words_scores_zero_everywhere(self, tmp_path: Path, question: str) -> None:
        for scores in index_of(tmp_path, *CHUNKS).field_scores(terms(question)):
            assert scores.shape == (4,)
            assert scores.dtype == np.float32
            assert not scores.any()

    def test_an_unknown_word_beside_a_known_one_takes_nothing_away(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, *CHUNKS)
        plain, noisy = Terms(("目标",), ()), Terms(("目标", "鼹鼠"), ())
        np.testing.assert_array_equal(index.field_scores(plain)[0], index.field_scores(noisy)[0])

    def test_a_corpus_of_one(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, CHUNKS[1])
        assert index.size == 1
        assert total(index, "目标")[0] > 0

    @pytest.mark.parametrize("texts", [("", CHUNKS[1]), (CHUNKS[1], "。。。"), ("", ""), ("……",)])
    def test_units_without_words_keep_their_place_and_score_zero(self, tmp_path: Path, texts: tuple[str, ...]) -> None:
        index = index_of(tmp_path, *texts)
        assert index.size == len(texts)
        assert [score > 0 for score in total(index, "主要目标")] == [text == CHUNKS[1] for text in texts]

    def test_parts_of_a_unit_count_together(self, tmp_path: Path) -> None:
        writer = LexicalWriter()
        writer.add([terms("目标"), terms("卫生院")])
        writer.save(tmp_path, 0.6, 0.6)
        index = LexicalIndex(tmp_path)
        assert total(index, "目标")[0] > 0
        assert total(index, "卫生院")[0] > 0

    def test_threads_get_the_same_scores(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, *CHUNKS)
        expected = total(index, "规划目标")
        with ThreadPoolExecutor(8) as threads:
            for scores in threads.map(lambda _: total(index, "规划目标"), range(200)):
                np.testing.assert_array_equal(scores, expected)

    @pytest.mark.parametrize("damage", ["missing", "broken"])
    def test_a_damaged_index_is_named(self, tmp_path: Path, damage: str) -> None:
        index_of(tmp_path, *CHUNKS)
        for file in (tmp_path / "words").iterdir():
            file.unlink() if damage == "missing" else file.write_bytes(b"{")
        with pytest.raises(IndexDamagedError, match="lexical index"):
            LexicalIndex(tmp_path)


class TestFigures:
    """Worked by hand: three units, 目标 in one of them, units of equal length."""

    UNITS = (Terms(("目标", "规划"), ()), Terms(("医生", "规划"), ()), Terms(("医院", "规划"), ()))

    @pytest.fixture
    def index(self, tmp_path: Path) -> LexicalIndex:
        writer = LexicalWriter()
        for unit in self.UNITS:
            writer.add([unit])
        writer.save(tmp_path, 0.6, 0.6)
        return LexicalIndex(tmp_path)

    def test_a_rare_word_has_a_high_idf(self, index: LexicalIndex) -> None:
        assert index.idf("目标") == pytest.approx(math.log(1 + 2.5 / 1.5))
        assert index.idf("规划") == pytest.approx(math.log(1 + 0.5 / 3.5))
        assert index.idf("鼹鼠") == pytest.approx(math.log(1 + 3.5 / 0.5))

    def test_bm25_is_lucenes(self, index: LexicalIndex) -> None:
        # One occurrence in a unit of average length: idf · 1 / (1 + k1).
        scores, _ = index.field_scores(Terms(("目标",), ()))
        np.testing.assert_allclose(scores, [math.log(1 + 2.5 / 1.5) / 1.6, 0, 0], rtol=1e-5)

    def test_the_scores_are_those_that_bm25s_computes_itself(self, tmp_path: Path) -> None:
        units = [terms(text) for text in (*CHUNKS, CHUNKS[0] + CHUNKS[2], "医生医生医生")]
        peer = bm25s.BM25(k1=0.9, b=0.4, method="lucene")
        peer.index([list(unit.words) for unit in units], show_progress=False)
        writer = LexicalWriter()
        for unit in units:
            writer.add([unit])
        writer.save(tmp_path, 0.9, 0.4)
        for word in ("医生", "卫生", "医疗卫生", "标准化"):
            ours, _ = LexicalIndex(tmp_path).field_scores(Terms((word,), ()))
            np.testing.assert_allclose(ours, peer.get_scores([word]), rtol=1e-5)


def test_an_index_that_keeps_units_of_another_is_the_same_as_one_read_anew(tmp_path: Path) -> None:
    before = index_of(tmp_path / "before", CHUNKS[0], CHUNKS[1], "", CHUNKS[2])
    writer = LexicalWriter(Vocabularies(before.vocabulary()))
    writer.add([terms(CHUNKS[3])])
    writer.keep(3)
    writer.keep(0)
    writer.keep(2)
    writer.save(tmp_path / "changed", 0.9, 0.3, before)
    anew = LexicalWriter()
    for text in (CHUNKS[3], CHUNKS[2], CHUNKS[0], ""):
        anew.add([terms(text)])
    anew.save(tmp_path / "anew", 0.9, 0.3)
    changed, clean = LexicalIndex(tmp_path / "changed"), LexicalIndex(tmp_path / "anew")
    for question in ("基层医疗卫生机构", "规划目标", "家庭医生", "疾病预防"):
        np.testing.assert_array_equal(changed.field_scores(terms(question)), clean.field_scores(terms(question)))
        assert [changed.idf(word) for word in terms(question).words] == [
            clean.idf(word) for word in terms(question).words
        ]
    assert {field: set(known) for field, known in changed.vocabulary().items()} == {
        field: set(known) for field, known in clean.vocabulary().items()
    }


@pytest.mark.parametrize("damage", ["missing", "broken", "other"])
def test_counts_that_do_not_fit_the_index_are_damage(tmp_path: Path, damage: str) -> None:
    index = index_of(tmp_path, *CHUNKS)
    file = tmp_path / "words" / "counts.npy"
    if damage == "missing":
        file.unlink()
    elif damage == "broken":
        file.write_bytes(b"{")
    else:
        np.save(file, np.ones(3))
    with pytest.raises(IndexDamagedError, match="counts"):
        index.counts("words")


class TestLookingTermsUp:
    def test_units_that_hold_every_bigram(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, *CHUNKS, "标准化卫生")
        assert index.holding(["标准", "准化"]).tolist() == [0, 1, 4]
        assert index.holding(["标准", "卫生", "生院"]).tolist() == [1]
        assert index.holding(["标准", "鼹鼠"]).tolist() == []
        assert index.holding(["签约", "规划"]).tolist() == []
        assert index.holding([]).tolist() == [0, 1, 2, 3, 4]

    def test_the_share_of_a_question_that_a_unit_covers_is_weighed_by_rarity(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, "甲乙丙", "甲乙丁", "甲乙戊")
        common, rare, unknown = (math.log(1 + (3 - n + 0.5) / (n + 0.5)) for n in (3, 1, 0))
        expected = (common + rare) / (common + rare + unknown)
        assert index.covered(["甲乙", "乙丙", "甲乙", "鼹鼠"], 0) == pytest.approx(expected)
        assert index.covered(["鼹鼠"], 0) == 0.0
        assert index.covered([], 0) == 1.0

    def test_where_there_is_too_much_to_sum_the_rarest_terms_count(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        index = index_of(tmp_path, "规划目标", "规划", "规划", "规划")
        whole, _ = index.field_scores(Terms(("规划", "目标"), ()))
        monkeypatch.setattr("rag.lexical._MOST_POSTINGS", 2)
        rare, _ = index.field_scores(Terms(("规划", "目标"), ()))
        alone, _ = index.field_scores(Terms(("规划",), ()))
        assert (whole > 0).tolist() == [True, True, True, True]
        assert (rare > 0).tolist() == [True, False, False, False]
        assert (alone > 0).all(), "the last term is never left out"

    def test_an_index_of_an_earlier_version_has_only_its_vocabulary(self, tmp_path: Path) -> None:
        expected = total(index_of(tmp_path, *CHUNKS), "规划目标")
        for field in ("words", "bigrams"):
            for name in ("term_digests.npy", "term_numbers.npy"):
                (tmp_path / field / name).unlink()
        np.testing.assert_array_equal(total(LexicalIndex(tmp_path), "规划目标"), expected)
