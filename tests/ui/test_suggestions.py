from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from rag.domain import Answer, AnswerStatus, Clarification, Document, GuardReason, Question, Validity
from rag.region_table import COUNTRY_CODE
from tests.ui.documents import HeadingAssistant, notice
from ui.holdings import Shelf
from ui.suggestions import Searched, Suggestion, further_questions, nearest_topics, searched
from ui.trying_out import Tries

GRANT = notice("青石县高龄津贴发放办法", "申请材料", "津贴对象", "发放标准", "办理程序", "领取地点", "咨询电话")
VISITS = notice("青石县高龄老人上门巡诊方案", "巡诊对象", "巡诊时间")
ELSEWHERE = notice("白河市高龄津贴发放办法", "申请材料", "津贴对象", region="白河市")
TITLES = {
    "who": "青石县高龄津贴的对象是哪些人？",
    "much": "青石县高龄津贴的发放标准是多少？",
    "papers": "青石县高龄津贴需要哪些申请材料？",
    "how": "青石县高龄津贴的办理程序是怎样的？",
    "where": "青石县高龄津贴的领取地点在哪里？",
}


def unlimited() -> Tries:
    return Tries(100, 60.0, now=lambda: 0.0)


def section_start(document: Document, heading: str) -> int:
    return next(section.start for section in document.sections if section.heading == heading)


def further(
    assistant: HeadingAssistant, heading: str, *earlier: str, question: str = "高龄津贴怎么回事？"
) -> list[str]:
    answer = assistant.from_passage(GRANT, section_start(GRANT, heading), question)
    asked = Question(question, None, tuple(earlier))
    return [one.question for one in further_questions(answer, asked, Shelf(assistant), unlimited())]


def test_what_stands_next_to_the_cited_section_comes_first() -> None:
    assert further(HeadingAssistant(GRANT), "津贴对象")[:3] == [TITLES["much"], TITLES["papers"], TITLES["how"]]


def test_what_the_answer_cites_is_not_offered_again() -> None:
    assert TITLES["who"] not in further(HeadingAssistant(GRANT), "津贴对象")


def test_neither_the_question_nor_an_earlier_one_is_offered() -> None:
    offered = further(HeadingAssistant(GRANT), "津贴对象", TITLES["much"], question=TITLES["how"].rstrip("？"))
    assert not {TITLES["much"], TITLES["how"]} & set(offered)
    assert TITLES["where"] in offered


def test_nothing_is_offered_that_is_not_answered() -> None:
    offered = further(HeadingAssistant(GRANT, silent={TITLES["much"], TITLES["how"]}), "津贴对象")
    assert not {TITLES["much"], TITLES["how"]} & set(offered)
    assert offered


class Elsewhere(HeadingAssistant):
    """Answers everything from another document than the question was made of."""

    def answer(self, question: Question) -> Answer:
        """Cite the document of another place."""
        return self.from_passage(ELSEWHERE, section_start(ELSEWHERE, "津贴对象"), question.text)


def test_an_answer_from_another_document_does_not_count() -> None:
    assert further(Elsewhere(GRANT), "津贴对象") == []


def test_another_document_of_the_place_about_the_same_follows() -> None:
    offered = further(HeadingAssistant(GRANT, VISITS, ELSEWHERE), "津贴对象", question="高龄老人有什么待遇？")
    assert any("巡诊" in question for question in offered)
    assert not any("白河" in question for question in offered)


def test_a_document_of_the_place_about_something_else_does_not_follow() -> None:
    other = notice("青石县犬只登记办法", "登记地点", "登记费用")
    offered = further(HeadingAssistant(GRANT, other), "津贴对象", question="高龄津贴给谁？")
    assert not any("犬" in question for question in offered)


def test_at_most_four_are_offered() -> None:
    assert len(further(HeadingAssistant(GRANT, VISITS), "申请材料", question="高龄老人有什么待遇？")) == 4


def test_the_chosen_place_goes_with_a_suggestion() -> None:
    assistant = HeadingAssistant(GRANT)
    answer = assistant.from_passage(GRANT, section_start(GRANT, "津贴对象"), "给谁？")
    offered = further_questions(answer, Question("给谁？", "青石县"), Shelf(assistant), unlimited())
    assert offered[0] == Suggestion(TITLES["much"], "青石县")
    assert {question.region for question in assistant.seen} == {"青石县"}


def test_no_more_is_tried_than_allowed_and_what_came_out_is_remembered() -> None:
    assistant = HeadingAssistant(GRANT)
    answer = assistant.from_passage(GRANT, section_start(GRANT, "津贴对象"), "给谁？")
    shelf = Shelf(assistant)
    assert len(further_questions(answer, Question("给谁？"), shelf, Tries(1, 60.0, now=lambda: 0.0))) == 1
    assert len(assistant.seen) == 1
    assert len(further_questions(answer, Question("给谁？"), shelf, Tries(0, 60.0, now=lambda: 0.0))) == 1
    assert len(assistant.seen) == 1


def test_nothing_more_is_tried_once_the_time_is_over() -> None:
    assistant = HeadingAssistant(GRANT)
    answer = assistant.from_passage(GRANT, section_start(GRANT, "津贴对象"), "给谁？")
    clock = count(0.0, 0.3)
    late = Tries(100, 0.4, now=lambda: next(clock))
    assert len(further_questions(answer, Question("给谁？"), Shelf(assistant), late)) == 1
    assert len(assistant.seen) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(AnswerStatus.NO_EVIDENCE, "高龄津贴"),
        Answer(AnswerStatus.NEEDS_CLARIFICATION, "高龄津贴", clarification=Clarification("region", ("青石县",))),
        Answer(AnswerStatus.ROUTED, "高龄津贴", guarded=GuardReason.EMERGENCY),
        Answer(AnswerStatus.REFUSED, "高龄津贴", guarded=GuardReason.ATTACK),
        Answer(AnswerStatus.UNAVAILABLE, "高龄津贴"),
    ],
)
def test_without_sources_nothing_goes_on(answer: Answer) -> None:
    assert further_questions(answer, Question("高龄津贴"), Shelf(HeadingAssistant(GRANT)), unlimited()) == ()


def nearest(assistant: HeadingAssistant, question: str, region: str | None = None) -> list[str]:
    answer = Answer(AnswerStatus.NO_EVIDENCE, question)
    return [one.question for one in nearest_topics(answer, Question(question, region), Shelf(assistant), unlimited())]


def test_a_refusal_offers_topics_that_share_a_telling_word() -> None:
    assert nearest(HeadingAssistant(GRANT, VISITS), "高龄津贴会涨吗？")[0].startswith("青石县高龄津贴")


def test_an_unrelated_topic_is_worse_than_none() -> None:
    assert nearest(HeadingAssistant(GRANT, VISITS), "养狗要不要办证？") == []


@pytest.mark.parametrize("question", ["有什么规定？", "怎么申请服务？", "青石县有什么政策？"])
def test_words_of_the_genre_and_the_place_relate_nothing(question: str) -> None:
    assert nearest(HeadingAssistant(GRANT, VISITS), question) == []


def test_topics_of_another_place_are_not_near() -> None:
    assert nearest(HeadingAssistant(GRANT, ELSEWHERE), "高龄津贴会涨吗？", "白河市")
    assert all("白河" in question for question in nearest(HeadingAssistant(GRANT, ELSEWHERE), "白河市高龄津贴会涨吗？"))


def test_what_holds_in_the_whole_country_is_near_everywhere() -> None:
    everywhere = notice("高龄津贴指导规范", "津贴对象", region="全国", region_code=COUNTRY_CODE)
    assert nearest(HeadingAssistant(everywhere, GRANT), "高龄津贴会涨吗？", "青石县")


def test_what_is_out_of_force_is_offered_by_nobody() -> None:
    assert nearest(HeadingAssistant(replace(GRANT, validity=Validity.EXPIRED)), "高龄津贴会涨吗？") == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(AnswerStatus.ROUTED, "高龄津贴", guarded=GuardReason.CRISIS),
        Answer(AnswerStatus.REFUSED, "高龄津贴", guarded=GuardReason.ATTACK),
        Answer(AnswerStatus.OUT_OF_SCOPE, "高龄津贴", guarded=GuardReason.CHAT),
        Answer(AnswerStatus.NO_EVIDENCE, "高龄津贴", guarded=GuardReason.MEDICAL_ADVICE),
    ],
)
def test_a_guarded_question_is_offered_nothing(answer: Answer) -> None:
    shelf = Shelf(HeadingAssistant(GRANT))
    assert nearest_topics(answer, Question("高龄津贴"), shelf, unlimited()) == ()
    assert searched(answer, None, shelf) is None


def test_what_was_searched_is_counted_by_place() -> None:
    shelf, none = Shelf(HeadingAssistant(GRANT, VISITS, ELSEWHERE)), Answer(AnswerStatus.NO_EVIDENCE, "问")
    assert searched(none, "青石县", shelf) == Searched("青石县", 2, 1)
    assert searched(none, None, shelf) == Searched(None, 0, 3)
    assert searched(none, "没有的县", shelf) == Searched(None, 0, 3)
    empty = HeadingAssistant(GRANT)
    empty.generation = None
    assert searched(none, None, Shelf(empty)) is None
