"""What an operator sends on: in full, short, and as words to read out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.domain import Answer, AnswerStatus, Notice, NoticeKind, Statement
from rag.settings import HelpSettings
from tests.fakes import cite, listed, sample_documents
from ui.staff.draft_texts import draft_texts, sms_parts, spoken
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, HelpSettings())
PLAN, REPOST = sample_documents()[:2]
QUOTE = "到2027年，每个镇建成一所标准化卫生院。村卫生室开放时间不少于每天八小时。"


def answer(**more: object) -> Answer:
    return listed(PLAN, (QUOTE,), "卫生院建几所", **more)


def test_the_chat_text_has_every_statement_with_its_quote_and_address() -> None:
    chat = draft_texts(answer(), WORDING, "https://bureau.example").chat
    assert f"{QUOTE} [1]" in chat
    assert "https://bureau.example/documents/d1?start=" in chat


def test_words_of_staff_are_marked_and_the_label_claims_no_quotation() -> None:
    worded = answer()
    worded = replace(worded, statements=(replace(worded.statements[0], text="每个镇有一所卫生院。", edited=True),))
    chat = draft_texts(worded, WORDING, "").chat
    assert "每个镇有一所卫生院。（整理） [1]" in chat
    assert WORDING.text("answer.label.edited") in chat
    assert WORDING.mode(worded.mode) not in chat


def test_the_short_message_says_the_sentence_that_answers_and_where_it_stands() -> None:
    start = QUOTE.index("一所")
    statement = Statement(QUOTE, (1,), 1.0, span=(start, start + 2))
    texts = draft_texts(replace(answer(), statements=(statement,)), WORDING, "https://bureau.example")
    assert texts.sms == (
        "到2027年，每个镇建成一所标准化卫生院。依据：《青石县卫生健康发展规划》 https://bureau.example/documents/d1"
    )
    assert texts.sms_parts == 2


def test_a_short_message_does_not_hide_what_makes_the_answer_wrong() -> None:
    replaced = Notice(NoticeKind.SUPERSEDED, {"title": PLAN.title, "successor": "新规划"})
    old = Notice(NoticeKind.STALE, {"title": PLAN.title, "reason": "age"})
    sms = draft_texts(answer(notices=(replaced, old)), WORDING, "").sms
    assert WORDING.notice(replaced).rstrip("。") in sms
    assert WORDING.notice(old) not in sms


def test_invented_documents_are_named_as_such_everywhere() -> None:
    quote = "建立工作专班，按月通报。"
    made_up = Answer(
        AnswerStatus.ANSWERED, "怎么通报", (Statement(quote, (1,), 1.0),), (cite(REPOST, quote),), confidence=0.9
    )
    texts = draft_texts(made_up, WORDING, "")
    mark = WORDING.text("document.demonstration")
    assert all(mark in text for text in (texts.chat, texts.sms, texts.speech))


@pytest.mark.parametrize(("chars", "parts"), [(0, 0), (1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_short_messages_are_counted_as_they_are_charged(chars: int, parts: int) -> None:
    assert sms_parts("字" * chars) == parts


def test_a_character_outside_the_basic_plane_counts_twice() -> None:
    assert sms_parts("𠮷" * 36) == 2


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("住院率≤35.5%[1]", "住院率小于或等于百分之35.5"),
        ("报销60%-70%", "报销百分之60到百分之70"),
        ("60-70岁老人", "60到70岁老人"),
        ("（三）每年体检一次", "每年体检一次"),
        ("2024-03-05起施行", "2024年3月5日起施行"),
        ("请打12345", "请打1 2 3 4 5"),
        ("电话0736-3223456转3", "电话0 7 3 6 3 2 2 3 4 5 6转3"),
    ],
)
def test_what_is_read_out_has_no_signs_to_stumble_over(written: str, said: str) -> None:
    assert spoken(written) == said


def test_what_is_read_out_names_each_source_once_before_what_it_says() -> None:
    said = draft_texts(listed(PLAN, ("每个镇", "村卫生室"), "问"), WORDING, "").speech
    assert said.count("青石县卫生健康局在2025年3月18日发布的《青石县卫生健康发展规划》里说：") == 1
    assert said.splitlines()[2] == "村卫生室。"
    assert "[1]" not in said and "http" not in said
