from __future__ import annotations

import pytest

from rag.conversation import standalone
from rag.domain import Question
from rag.regions import Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load()


def read(gazetteer: Gazetteer, text: str, *history: str) -> str:
    return standalone(Question(text, None, history), gazetteer).text


def test_a_question_without_a_past_stays_as_it_is(gazetteer: Gazetteer) -> None:
    question = Question("那报销比例呢")
    assert standalone(question, gazetteer) is question


def test_an_elliptical_question_takes_over_subject_and_place(gazetteer: Gazetteer) -> None:
    text = read(gazetteer, "那报销比例呢", "天门市居民医保缴费标准是多少")
    assert text.endswith("那报销比例呢")
    assert "居民医保" in text
    assert "天门" in text


def test_another_place_is_asked_about_with_the_old_subject(gazetteer: Gazetteer) -> None:
    text = read(gazetteer, "那澧县呢", "天门市居民医保缴费标准是多少")
    assert "居民医保" in text
    assert "天门" not in text


def test_a_whole_question_takes_over_the_place_alone(gazetteer: Gazetteer) -> None:
    text = read(gazetteer, "老年人免费体检的项目有哪些", "天门市居民医保缴费标准是多少")
    assert text == "天门市 老年人免费体检的项目有哪些"


def test_the_latest_place_counts(gazetteer: Gazetteer) -> None:
    text = read(gazetteer, "老年人免费体检的项目有哪些", "天门市的目标", "澧县的目标")
    assert text.startswith("澧县")


def test_blank_questions_of_the_past_do_not_count(gazetteer: Gazetteer) -> None:
    assert read(gazetteer, "那报销比例呢", "  ") == "那报销比例呢"
