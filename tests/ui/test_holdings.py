from __future__ import annotations

from dataclasses import replace

from rag.domain import AnswerStatus, Question
from tests.fakes import FakeAssistant, sample_documents
from ui.holdings import Shelf, suggest_questions


def test_examples_are_questions_the_assistant_answers() -> None:
    assistant = FakeAssistant()
    examples = Shelf(assistant).examples(None, 6)
    assert examples
    assert all(assistant.answer(Question(example)).status is AnswerStatus.ANSWERED for example in examples)


def test_examples_for_a_place_are_about_its_documents() -> None:
    examples = Shelf(FakeAssistant()).examples("白河市", 6)
    assert examples == ("白河市医疗保障实施方案的保障措施有哪些？",)


def test_documents_take_turns() -> None:
    suggested = list(suggest_questions(sample_documents()[:2], None))
    assert ["青石县" in question for question in suggested[:4]] == [True, False, True, False]


def test_a_document_out_of_force_suggests_nothing() -> None:
    assert list(suggest_questions(sample_documents()[2:3], None)) == []


def test_a_question_names_the_place_and_what_a_notice_is_about() -> None:
    plan = sample_documents()[0]
    notice = replace(plan, title="某局关于印发《健康行动方案》的通知")
    assert next(suggest_questions((notice,), None)) == "青石县健康行动方案的主要目标有哪些？"


def test_a_numbering_or_a_heading_of_every_document_asks_nothing() -> None:
    plan = sample_documents()[0]
    sections = tuple(
        replace(s, path=(name,))
        for s, name in zip(plan.sections, ("附则", "第一章 总则", "2.1 目标任务"), strict=False)
    )
    assert list(suggest_questions((replace(plan, sections=sections),), None)) == [
        "青石县卫生健康发展规划的目标任务有哪些？"
    ]


def test_a_new_generation_is_looked_up_again() -> None:
    assistant = FakeAssistant()
    shelf = Shelf(assistant)
    assert len(getattr(shelf.current(), "documents", ())) == 4
    assistant.kept, assistant.generation = assistant.kept[:2], "g2"
    assert len(getattr(shelf.current(), "documents", ())) == 2
    assistant.generation = None
    assert shelf.current() is None
    assert shelf.examples(None, 6) == ()


def test_a_paid_model_is_not_asked_for_examples() -> None:
    assistant = FakeAssistant()
    assert Shelf(assistant, try_out=False).examples(None, 3)
    assert assistant.seen == []


def test_a_question_that_a_document_asks_is_asked_of_its_place() -> None:
    plan = sample_documents()[0]
    sections = tuple(
        replace(s, path=(name,))
        for s, name in zip(plan.sections, ("1. 县卫健局几点上班？", "县级医院有几家？"), strict=False)
    )
    assert list(suggest_questions((replace(plan, sections=sections),), None))[:2] == [
        "青石县卫健局几点上班？",
        "青石县县级医院有几家？",
    ]
