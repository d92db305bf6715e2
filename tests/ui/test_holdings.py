from __future__ import annotations

import threading

from rag.domain import AnswerStatus, DocumentType, Question
from rag.region_table import COUNTRY_CODE
from tests.fakes import FakeAssistant
from tests.ui.documents import HeadingAssistant, notice
from ui.holdings import Shelf, is_around

GRANT = notice("青石县高龄津贴发放办法", "津贴对象", "申请材料", "发放标准")
CLINIC = notice("青石县中医门诊服务指南", "服务对象", "收费标准")
PLAN = notice("青石县卫生规划", "推进智慧健康建设", type=DocumentType.PLAN)
WIDE = notice("合江州老年体检方案", "体检对象", "体检时间", region="合江州", region_code="990100")
NATION = notice("健康规划纲要", "引导合理膳食", region="全国", region_code=COUNTRY_CODE)


def test_examples_are_questions_the_assistant_answers() -> None:
    assistant = FakeAssistant()
    examples = Shelf(assistant).examples(None, 6)
    assert examples
    assert all(assistant.answer(Question(example)).status is AnswerStatus.ANSWERED for example in examples)


def test_examples_for_a_place_are_about_its_documents() -> None:
    examples = Shelf(FakeAssistant()).examples("白河市", 6)
    assert examples == ("白河市医疗保障有哪些保障措施？",)


def test_examples_come_from_different_documents_and_ask_in_different_ways() -> None:
    first, second, third = Shelf(HeadingAssistant(GRANT, CLINIC, PLAN)).examples("青石县", 3)
    assert {"高龄津贴" in first, "高龄津贴" in second, "高龄津贴" in third} == {True, False}
    assert "青石县怎么推进智慧健康建设？" in (first, second, third)
    assert len({question[-4:] for question in (first, second, third)}) == 3


def test_a_document_without_an_answered_question_gives_no_example() -> None:
    silent = {"青石县怎么推进智慧健康建设？"}
    assert not silent & set(Shelf(HeadingAssistant(GRANT, PLAN, silent=silent)).examples(None, 6))


def test_a_place_with_few_documents_falls_back_to_the_places_around_it() -> None:
    own = notice("白石县高龄津贴办法", "津贴对象", region="白石县", region_code="990103")
    examples = Shelf(HeadingAssistant(NATION, WIDE, own, GRANT)).examples("白石县", 4)
    assert examples[0] == "白石县高龄津贴的对象是哪些人？"
    assert examples[1].startswith("合江州老年体检")
    assert "国家怎么引导合理膳食？" in examples
    assert not any("青石县" in example for example in examples)


def test_a_place_lies_in_its_prefecture_its_province_and_the_country() -> None:
    assert is_around("990100", "990103")
    assert is_around("990000", "990103")
    assert is_around(COUNTRY_CODE, "990103")
    assert is_around(COUNTRY_CODE, None)
    assert not is_around("990103", "990100")
    assert not is_around("990100", "990203")
    assert not is_around("990103", "990103")
    assert not is_around("990100", None)
    assert not is_around(None, "990103")


def test_examples_are_looked_for_once() -> None:
    assistant = HeadingAssistant(GRANT, CLINIC)
    shelf = Shelf(assistant)
    examples = shelf.examples(None, 2)
    asked = len(assistant.seen)
    assert shelf.examples(None, 2) == examples
    assert len(assistant.seen) == asked


def test_a_new_generation_is_looked_up_again() -> None:
    assistant = FakeAssistant()
    shelf = Shelf(assistant)
    assert len(getattr(shelf.current(), "documents", ())) == 4
    assistant.kept, assistant.generation = assistant.kept[:2], "g2"
    assert len(getattr(shelf.current(), "documents", ())) == 2
    assistant.generation = None
    assert shelf.current() is None
    assert shelf.examples(None, 6) == ()
    assert shelf.documents() == ()


def test_questions_of_an_earlier_generation_are_tried_out_anew() -> None:
    assistant = HeadingAssistant(GRANT)
    shelf = Shelf(assistant)
    assert "青石县高龄津贴的对象是哪些人？" in shelf.examples(None, 6)
    assistant.silent, assistant.generation = {"青石县高龄津贴的对象是哪些人？"}, "g2"
    assert "青石县高龄津贴的对象是哪些人？" not in shelf.examples(None, 6)


def test_examples_are_prepared_before_anybody_asks_for_them() -> None:
    assistant = HeadingAssistant(GRANT, WIDE)
    shelf = Shelf(assistant)
    holdings = shelf.current()
    assert holdings is not None
    shelf.prepare(holdings, 2)
    asked = len(assistant.seen)
    assert shelf.examples(None, 2)
    assert shelf.examples("青石县", 2)
    assert len(assistant.seen) == asked


def test_preparing_goes_on_in_the_background_after_a_publication() -> None:
    assistant = HeadingAssistant(GRANT)
    shelf = Shelf(assistant)
    shelf.keep_prepared()
    assistant.generation = "g2"
    assert shelf.current() is not None
    for thread in [thread for thread in threading.enumerate() if thread.name == "examples"]:
        thread.join(10)
    asked = len(assistant.seen)
    assert shelf.examples(None, 6)
    assert len(assistant.seen) == asked


def test_a_paid_model_is_not_asked_for_examples() -> None:
    assistant = FakeAssistant()
    assert Shelf(assistant, try_out=False).examples(None, 3)
    assert assistant.seen == []
