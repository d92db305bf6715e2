"""What makes two questions the same, and which office may answer one."""

from __future__ import annotations

import pytest

from rag.regions import Gazetteer
from rag.responsible_offices import Office, offices_for, parse_office
from rag.same_questions import SameQuestions
from rag.settings import OfficesSettings
from rag.waiting_questions import Asking, grouped


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(())


@pytest.fixture(scope="module")
def same(gazetteer: Gazetteer) -> SameQuestions:
    return SameQuestions(gazetteer)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("请问六十五岁以上老人体检有什么规定？", None), ("65岁以上老人的体检，有哪些规定呢", None)),
        (("丹江口老人体检在哪里做", None), ("老人體檢在哪裡做？", "丹江口市")),
        (("请问一下疫苗怎么预约", None), ("疫苗如何预约，谢谢", None)),
        (("湖北省丹江口市的医保怎么报销", None), ("医保怎么报销", "丹江口市")),
    ],
)
def test_the_same_question_in_other_words_is_known_again(
    same: SameQuestions, one: tuple[str, str | None], other: tuple[str, str | None]
) -> None:
    assert same.key(*one) == same.key(*other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("医保怎么报销", None), ("医保报销多少", None)),
        (("二级医院起付线是多少", None), ("三级医院起付线是多少", None)),
        (("老人体检怎么预约", "丹江口市"), ("老人体检怎么预约", "谢家集区")),
        (("可以转诊到武汉吗", "丹江口市"), ("可以转诊到北京吗", "丹江口市")),
        (("谢谢", None), ("您好", None)),
    ],
)
def test_two_questions_stay_two(
    same: SameQuestions, one: tuple[str, str | None], other: tuple[str, str | None]
) -> None:
    assert same.key(*one).digest != same.key(*other).digest


def test_the_other_end_of_a_journey_is_not_the_place(same: SameQuestions) -> None:
    assert same.key("可以转诊到武汉吗", "丹江口市").place == "丹江口市"
    assert same.key("丹江口市怎么转诊", "湖北省").place == "丹江口市"
    assert same.key("怎么转诊", "没有的地方").place == "没有的地方"


def test_questions_are_counted_once_an_asking_and_those_asked_most_come_first(same: SameQuestions) -> None:
    askings = (
        Asking("2026-03-01T10:00:00Z", "疫苗怎么预约", None, False, receipt_id="a"),
        Asking("2026-03-03T10:00:00Z", "请问疫苗如何预约？", None, True, "wrong", receipt_id="b"),
        Asking("2026-03-04T10:00:00Z", "请问疫苗如何预约？", None, False, receipt_id="b"),  # the log of the same asking
        Asking("2026-03-09T10:00:00Z", "村医退休金多少", None, False),
    )
    first, second = grouped(askings, same)
    assert (first.question, len(first.askings), first.useless) == ("请问疫苗如何预约？", 2, 1)
    assert (first.first, first.last) == ("2026-03-01T10:00:00Z", "2026-03-03T10:00:00Z")
    assert second.question == "村医退休金多少"


def test_offices_of_the_place_come_and_those_whose_words_are_asked_for_come_first(gazetteer: Gazetteer) -> None:
    offices = OfficesSettings(
        directory=(
            "热线",
            "疫苗科 | 湖北省 | 疫苗",
            "医保局｜丹江口市、谢家集区｜报销，医保",
            "别处 | 北京市 | 医保",
        )
    )
    assert parse_office(offices.directory[2]) == Office("医保局", ("丹江口市", "谢家集区"), ("报销", "医保"))
    found = offices_for("醫保怎么报销", "丹江口市", offices, gazetteer)
    assert [office.name for office in found] == ["医保局", "热线", "疫苗科"]
    assert next(office.name for office in offices_for("随便", None, offices, gazetteer)) == "热线"
