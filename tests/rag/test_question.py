from __future__ import annotations

import pytest

from rag.domain import Question
from rag.folding import fold
from rag.question import QuestionKind, kind_of, understand
from rag.regions import Gazetteer
from rag.synonyms import load_synonyms
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


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("湖北丹江口的规划", ["丹江口市"]),
        ("十堰的丹江口有什么规划", ["丹江口市"]),
        ("湖北和丹江口的规划", ["湖北省", "丹江口市"]),
        ("澧县和天门哪个报得多", ["澧县", "天门市"]),
        ("不是丹江口，是天门的规划", ["天门市"]),
        ("是不是丹江口的规划", ["丹江口市"]),
        ("我不是丹江口户口能打疫苗吗", ["丹江口市"]),
        ("臺州市的規劃", ["台州市"]),
        ("恩施州的规划", ["恩施土家族苗族自治州"]),
        ("谢家集怎么报销", ["谢家集区"]),
        ("全国的规划", []),
    ],
)
def test_every_place_that_is_meant_counts_and_no_other(question: str, places: list[str]) -> None:
    assert [region.name for region in understood(question).named] == places


@pytest.mark.parametrize("ours", ["我们县的规划", "本市的规划", "我们这边的规划"])
def test_a_place_that_is_ours_is_the_chosen_one(ours: str) -> None:
    question = understand(Question(ours, "天门市"), Gazetteer.load(), ())
    assert [region.name for region in question.places] == ["天门市"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("求问打疫苗是否免费", QuestionKind.YES_NO),
        ("你们这里能否报销", QuestionKind.YES_NO),
        ("啥时候打疫苗呀", QuestionKind.DATE),
        ("咋报销啊", QuestionKind.PROCEDURE),
    ],
)
def test_words_that_are_not_searched_for_still_say_the_kind(question: str, kind: QuestionKind) -> None:
    assert understood(question).kind is kind


def test_a_number_is_searched_for_in_its_other_form_at_a_share() -> None:
    light = understood("第十二条说什么").terms.light
    assert 0 < light[1]["12"] < 1
    assert "12" not in understood("第12条说什么").terms.light[1]


def test_without_a_spelling_nothing_is_read_otherwise() -> None:
    question = understood("danjiangkou guihua")
    assert question.read_as is None
    assert question.text == "danjiangkou guihua"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("保障措施提了哪几条", QuestionKind.LIST),
        ("重点任务分别是啥", QuestionKind.LIST),
        ("优化资源有哪几招", QuestionKind.LIST),
        ("要抓哪四件事", QuestionKind.LIST),
        ("提了几点要求", QuestionKind.LIST),
        ("规划 基本原则", QuestionKind.LIST),
        ("住院能报几成", QuestionKind.AMOUNT),
        ("要罚几多", QuestionKind.AMOUNT),
        ("要交好多钱", QuestionKind.AMOUNT),
        ("几万居民设一所", QuestionKind.AMOUNT),
        ("平均几分钟到", QuestionKind.AMOUNT),
        ("体检是礼拜几", QuestionKind.DATE),
        ("几月份报名", QuestionKind.DATE),
        ("哪个月报名", QuestionKind.DATE),
        ("控烟归谁管", QuestionKind.PERSON),
        ("補貼歸哪個股管", QuestionKind.PERSON),
        ("局长叫什么", QuestionKind.PERSON),
        ("预约打哪个号", QuestionKind.PHONE),
        ("体检在几楼", QuestionKind.PLACE),
        ("上哪打疫苗", QuestionKind.PLACE),
        ("一孩给不给补贴", QuestionKind.YES_NO),
        ("外地人能体检不", QuestionKind.YES_NO),
        ("报名开始了没有", QuestionKind.YES_NO),
        ("能报销么", QuestionKind.YES_NO),
        ("上门服务的机制是什么", QuestionKind.OTHER),
        ("转诊收不收手续费", QuestionKind.YES_NO),
        ("没评上咋整", QuestionKind.PROCEDURE),
    ],
)
def test_the_words_of_everyday_ask_for_the_same_forms(question: str, kind: QuestionKind) -> None:
    assert understood(question).kind is kind


@pytest.mark.parametrize(
    ("everyday", "official"),
    [
        ("娃娃", "儿童"),
        ("慢阻肺", "慢性阻塞性肺"),
        ("没评上", "复核"),
        ("第一胎", "一孩"),
        ("头伏", "初伏"),
        ("计生扶助", "奖励扶助"),
        ("在外面看病", "异地就医"),
    ],
)
def test_everyday_words_are_looked_for_as_the_official_ones(everyday: str, official: str) -> None:
    assert everyday in understood(f"{everyday}怎么办").focus
    assert official in load_synonyms().of(everyday)


def test_a_question_of_phrases_and_frames_has_only_the_phrases_for_its_focus() -> None:
    assert set(understood("慢特病咋办").focus) == {"慢特病"}


def test_what_is_asked_how_to_do_weighs_as_much_as_a_noun() -> None:
    assert understood("疫苗怎么预约").focus["预约"] > understood("疫苗预约").focus["预约"]


def test_the_family_of_who_asks_is_no_part_of_the_matter() -> None:
    assert dict(understood("我媳妇生育津贴多少").focus) == dict(understood("生育津贴多少").focus)
