from __future__ import annotations

import pytest

from rag.domain import Question
from rag.folding import fold
from rag.question import QuestionKind, kind_of, understand
from rag.regions import Gazetteer
from tests.rag.small_library import understood


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("卫健局电话是多少", QuestionKind.PHONE),
        ("哪些人可以申请", QuestionKind.PERSON),
        ("补贴一年多少钱", QuestionKind.AMOUNT),
        ("签约服务覆盖率目标", QuestionKind.AMOUNT),
        ("什么时候开始体检", QuestionKind.DATE),
        ("老人体检要带什么", QuestionKind.MATERIALS),
        ("办證需要哪些材料", QuestionKind.MATERIALS),
        ("总体目标有哪些", QuestionKind.LIST),
        ("保障措施", QuestionKind.LIST),
        ("在哪里打疫苗", QuestionKind.PLACE),
        ("怎么办理转诊", QuestionKind.PROCEDURE),
        ("怎么推进分级诊疗", QuestionKind.OTHER),
        ("医共体是怎么建的", QuestionKind.OTHER),
        ("電子煙算不算吸煙", QuestionKind.YES_NO),
        ("介绍一下医共体", QuestionKind.OTHER),
    ],
)
def test_the_form_that_an_answer_must_have_is_read_from_the_words(question: str, kind: QuestionKind) -> None:
    assert kind_of(fold(question)) is kind


def test_the_subject_leaves_out_the_place_and_the_words_that_ask() -> None:
    question = understood("天门市的三伏贴在哪里做？")
    assert [region.name for region in question.named] == ["天门市"]
    assert not any("天门" in word or word in ("哪里", "在哪") for word in question.focus)


def test_traditional_script_asks_the_same() -> None:
    assert dict(understood("育兒補貼怎麼領").focus) == dict(understood("育儿补贴怎么领").focus)


def test_a_phrase_of_the_synonym_table_is_one_word() -> None:
    assert "打预防针" in understood("孩子打预防针要带什么").focus


def test_a_word_that_only_says_the_kind_weighs_little() -> None:
    focus = understood("挂号电话").focus
    assert focus["电话"] < focus["挂号"]


def test_a_document_number_is_one_word() -> None:
    assert any(word.endswith("〔2023〕8号") for word in understood("某卫发〔2023〕8号还有效吗").focus)


def test_the_place_chosen_counts_where_none_is_named() -> None:
    question = understand(Question("总体目标有哪些", "天门市"), Gazetteer.load(), ())
    assert [region.name for region in question.places] == ["天门市"]
    named = understand(Question("澧县的总体目标有哪些", "天门市"), Gazetteer.load(), ())
    assert [region.name for region in named.places] == ["澧县"]
