from __future__ import annotations

from dataclasses import replace

import pytest

from rag.domain import (
    Answer,
    AnswerMode,
    AnswerStatus,
    Authority,
    Notice,
    NoticeKind,
    Question,
    Route,
    RouteReason,
    Statement,
    Validity,
)
from rag.settings import HelpSettings
from tests.fakes import MEASURES, FakeAssistant, cite, listed, sample_documents
from ui.addresses import served_under
from ui.answer_sheet import answer_sheet, printable
from ui.answer_text import LineKind, answer_lines, answer_text
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, HelpSettings())
PLAN, REPOST, *_ = sample_documents()
ORIGIN = "https://policy.example.cn"


def asked(words: str) -> Answer:
    return FakeAssistant().answer(Question(words))


def test_a_copied_answer_has_question_statements_label_notices_and_sources_in_this_order() -> None:
    text = answer_text(asked("青石县有哪些保障措施"), WORDING, ORIGIN)
    quote = f"{ORIGIN}/documents/d1?start=82&end=101&lang=zh-Hans#char=82,101"
    parts = (
        "问：青石县有哪些保障措施",
        f"{MEASURES[0]} [1]",
        f"{MEASURES[4]} [5]",
        "以上文字由程序从原文中摘出，没有改写。",
        "- 这里只介绍政策，不能代替医生的意见。",
        "[1][2][3][4][5] 《青石县卫生健康发展规划》 青石县卫生健康局 · 青石县 · 2025年3月18日 · 官方发布 · 现行有效",
        f"原文 [1]：“{MEASURES[0]}”",
        f"在线查看这段原文：{quote}",
        "原网页：https://www.example.gov.cn/plan.html",
    )
    lines = text.split("\n")
    places = [lines.index(part) for part in parts]
    assert places == sorted(places)


def test_words_of_a_model_carry_the_label_of_artificial_intelligence() -> None:
    assert "以上文字由人工智能生成" in answer_text(asked("发展目标是什么"), WORDING)


def test_the_label_says_it_once_where_a_notice_says_it_too() -> None:
    answer = replace(asked("发展目标是什么"), notices=(Notice(NoticeKind.AI_GENERATED),))
    assert answer_text(answer, WORDING).count("人工智能") == 1


def test_a_made_up_document_is_named_as_such_in_a_copy() -> None:
    assert "《白河市医疗保障实施方案》 演示文件（内容虚构）" in answer_text(asked("报销比例"), WORDING)


def test_a_refusal_says_why_and_names_the_numbers() -> None:
    answer = Answer(AnswerStatus.ROUTED, "胸口痛", routes=(Route("120", RouteReason.EMERGENCY),))
    text = answer_text(answer, WORDING)
    assert "120 急救" in text
    assert "依据的原文" not in text
    assert "以上文字" not in text


def test_how_a_question_was_read_and_what_it_takes_for_granted_leave_with_the_answer() -> None:
    answer = replace(asked("发展目标是什么"), read_as="发展目标", premise="全部免费")
    kinds = [line.text for line in answer_lines(answer, WORDING) if line.kind is LineKind.REMARK]
    assert kinds[0] == "已按“发展目标”查找。"
    assert kinds[1].startswith("您的问题里提到“全部免费”。")


def test_places_side_by_side_stay_apart_and_the_silent_one_is_named() -> None:
    citation = cite(PLAN, "二、保障措施")
    statement = Statement("二、保障措施", (1,), 1.0, place="青石县")
    answer = Answer(
        AnswerStatus.ANSWERED,
        "两地措施",
        (statement,),
        (citation,),
        places=("白河市", "青石县"),
        silent_places=("白河市",),
    )
    said = [line.text for line in answer_lines(answer, WORDING) if line.kind is LineKind.STATEMENT]
    assert said == ["【白河市】", "收录的文件里没有写到这里的情况。", "【青石县】", "二、保障措施 [1]"]


def test_deeper_items_are_indented() -> None:
    answer = listed(PLAN, MEASURES[:2], "措施")
    deeper = replace(answer, statements=(answer.statements[0], replace(answer.statements[1], level=1)))
    said = [line.text for line in answer_lines(deeper, WORDING) if line.kind is LineKind.STATEMENT]
    assert said[1].startswith("  2、")


def test_facts_that_are_not_known_are_said_to_be_so() -> None:
    bare = replace(
        asked("报销比例").citations[0], issuer=None, region=None, published=None, authority=Authority.UNKNOWN
    )
    answer = replace(asked("报销比例"), citations=(replace(bare, validity=Validity.UNKNOWN),))
    source = answer_sheet(answer, WORDING).sources[0]
    assert [value for _, value in source.facts] == ["未标明", "未标明", "未标明", "来源不明", "效力不明"]


def test_addresses_of_this_site_stay_paths_without_an_origin() -> None:
    addresses = [line.address for line in answer_lines(asked("发展目标是什么"), WORDING) if line.address]
    assert addresses[0].startswith("/documents/d1?")


def test_addresses_have_the_prefix_of_the_site() -> None:
    with served_under("/policy"):
        assert f"{ORIGIN}/policy/documents/d1?" in answer_text(asked("发展目标是什么"), WORDING, ORIGIN)


def test_only_web_addresses_are_given_as_addresses() -> None:
    answer = asked("发展目标是什么")
    hostile = replace(answer, citations=(replace(answer.citations[0], url="javascript:alert(1)"),))
    assert "javascript" not in answer_text(hostile, WORDING)


@pytest.mark.parametrize(
    ("hostile", "plain"),
    [
        ("甲\x00乙\x1b[0m", "甲乙[0m"),
        ("\u202e甲乙\u2066", "甲乙"),
        ("甲\r\n乙\r丙\u2028丁", "甲\n乙\n丙\n丁"),
        ("甲\ufffe\uffff\ud800乙", "甲乙"),
        ("零\u200b宽\ufeff", "零宽"),
        ("甲\t乙", "甲 乙"),
        ("𠮷野家 é ①", "𠮷野家 é ①"),
    ],
)
def test_what_nobody_sees_does_not_leave_the_page(hostile: str, plain: str) -> None:
    assert printable(hostile) == plain


@pytest.mark.parametrize("language", Language)
def test_every_language_writes_every_kind_of_answer(language: Language) -> None:
    wording = Wording(language, HelpSettings())
    for words in ("青石县有哪些保障措施", "发展目标是什么", "报销比例", "接种", "天气", "胸口痛", "别的"):
        answer = asked(words)
        text = answer_text(answer, wording)
        assert words in text
        assert (wording.mode(AnswerMode.GENERATIVE) in text) == (answer.mode is AnswerMode.GENERATIVE)
