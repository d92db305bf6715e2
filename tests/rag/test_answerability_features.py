from __future__ import annotations

from pathlib import Path

import pytest

from rag.answerability_features import Features, features_of
from rag.domain import Document, Question
from rag.focus import FocusMatcher
from rag.synonyms import load_synonyms
from tests.rag.small_generation import generation_of, policy, retriever_over

BLOOD = policy("blood", "捐献全血的间隔不少于六个月。", "捐献成分血的间隔不少于十四天。", title="献血须知")
CLINIC = policy("clinic", "夜间门诊开到晚上九点。", "周末由值班医生接诊。", title="门诊安排")
FUND = policy("fund", "贫困家庭可以申请救助金。", "救助金每年2019元。", title="救助办法", region="天门市")


def measured(folder: Path, question: str, *documents: Document, region: str | None = None) -> Features:
    generation = generation_of(folder, *documents)
    retriever = retriever_over(generation)
    understood = retriever.understand(Question(question, region))
    matcher = FocusMatcher(understood, retriever.idf, load_synonyms())
    return features_of(matcher, retriever.rank(understood, 60).hits, generation.chunk_terms)


def test_a_question_in_the_words_of_a_passage_is_covered(tmp_path: Path) -> None:
    found = measured(tmp_path, "捐献全血的间隔", BLOOD, CLINIC, FUND)
    assert found.passage == found.document == found.sentence == pytest.approx(1.0)
    assert found.words_missing == pytest.approx(0.0)
    assert found.nowhere == found.lack == 0.0
    assert found.agreed == 1.0
    assert found.excess > 0.5


def test_a_question_about_something_else_is_not(tmp_path: Path) -> None:
    found = measured(tmp_path, "轮椅怎么租借", BLOOD, CLINIC, FUND)
    assert found.passage == found.run == found.common == 0.0
    assert found.nowhere == found.unknown == found.words_missing == pytest.approx(1.0)


def test_a_word_that_stands_elsewhere_in_the_document_is_missing_in_the_passage_alone(tmp_path: Path) -> None:
    found = measured(tmp_path, "周末夜间门诊开到晚上几点", BLOOD, CLINIC, FUND)
    assert found.passage < found.document
    assert found.words_missing > 0.0


def test_documents_that_fit_equally_leave_no_margin(tmp_path: Path) -> None:
    other = policy("other", "捐献全血的间隔不少于六个月。", title="捐献须知")
    alone = measured(tmp_path / "a", "捐献全血的间隔", BLOOD, CLINIC, FUND)
    rivals = measured(tmp_path / "b", "捐献全血的间隔", BLOOD, other, CLINIC, FUND)
    assert rivals.document_margin == pytest.approx(0.0)
    assert rivals.document_margin < alone.document_margin
    assert rivals.rivals > alone.rivals


@pytest.mark.parametrize(
    ("asked", "missing"), [("2019年的救助金", 0.0), ("二0一九年的救助金", 0.0), ("2023年的救助金", 1.0)]
)
def test_a_year_that_the_document_is_not_about_is_missing_in_whatever_digits(
    tmp_path: Path, asked: str, missing: float
) -> None:
    assert measured(tmp_path, asked, BLOOD, CLINIC, FUND).years_missing == missing


def test_a_number_that_no_passage_has_is_missing(tmp_path: Path) -> None:
    assert measured(tmp_path, "救助金有没有3000元", BLOOD, CLINIC, FUND).numbers_missing == 1.0


def test_a_place_counts_as_said_by_a_document_that_is_known_to_be_of_it(tmp_path: Path) -> None:
    placed = measured(tmp_path / "a", "天门市救助金", BLOOD, CLINIC, FUND)
    unplaced = policy("fund", *FUND.text.split("\n"), title=FUND.title)
    unknown = measured(tmp_path / "b", "天门市救助金", BLOOD, CLINIC, unplaced)
    assert unknown.passage < placed.passage
    assert unknown.bare_passage == pytest.approx(placed.bare_passage)


def test_a_document_that_names_the_place_only_in_passing_fits_less_than_one_that_is_titled_by_it(
    tmp_path: Path,
) -> None:
    titled = policy("fund", "贫困家庭可以申请救助金。", title="天门市救助办法")
    passing = policy("fund", "贫困家庭可以申请救助金。", "天门市参照执行。", title="救助办法")
    silent = policy("fund", "贫困家庭可以申请救助金。", title="救助办法", region="湖北省")
    found = [
        measured(tmp_path / str(n), "天门市救助金", one, CLINIC) for n, one in enumerate((titled, passing, silent))
    ]
    assert [one.place_titled for one in found] == [1.0, 0.0, 0.0]
    assert [one.place_said for one in found] == [1.0, 1.0, 0.0]
    assert found[1].place_often == pytest.approx(0.2)


def test_a_question_without_a_place_misses_none(tmp_path: Path) -> None:
    found = measured(tmp_path, "救助金", FUND, CLINIC)
    assert found.place_titled == found.place_said == found.place_often == 1.0


def test_a_short_question_is_short(tmp_path: Path) -> None:
    short = measured(tmp_path / "a", "献血", BLOOD, CLINIC)
    long = measured(tmp_path / "b", "捐献全血以后多久能够再次捐献全血", BLOOD, CLINIC)
    assert short.short > 0.5
    assert long.short == 0.0


def test_a_fitting_sentence_without_the_form_asked_for_leaves_the_form_open(tmp_path: Path) -> None:
    with_sum = measured(tmp_path / "a", "救助金每年多少钱", BLOOD, CLINIC, FUND)
    without = policy("fund", "贫困家庭可以申请救助金。", "救助金每年发放。", title="救助办法")
    assert measured(tmp_path / "b", "救助金每年多少钱", BLOOD, CLINIC, without).form < with_sum.form == 1.0


def test_without_a_hit_there_is_nothing_to_measure(tmp_path: Path) -> None:
    generation = generation_of(tmp_path, BLOOD)
    retriever = retriever_over(generation)
    matcher = FocusMatcher(retriever.understand(Question("献血")), retriever.idf, load_synonyms())
    with pytest.raises(ValueError, match="no hit"):
        features_of(matcher, [], generation.chunk_terms)
