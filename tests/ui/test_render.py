from __future__ import annotations

from dataclasses import replace

import pytest

from rag.domain import Answer, AnswerStatus, Citation, Question, Statement, StatementSaid
from rag.settings import HelpSettings
from tests.fakes import HOSTILE_TITLE, MEASURES, FakeAssistant, cite, listed, sample_documents
from tests.outline import assert_harmless, outline
from ui.markup import document_address, element, join, line, text, web_address
from ui.render_reply import render_answer, render_found
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, HelpSettings())
ATTACKS = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", "{{1+1}}${1+1}")


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_and_attributes_are_escaped(attack: str) -> None:
    parsed = outline(element("p", attack, title=attack))
    assert parsed.tags == ["p"]
    assert parsed.attributes == [("p", "title", attack)]
    assert "".join(data for _, data in parsed.texts) == attack


def test_markup_is_not_escaped_twice() -> None:
    assert join(element("b", "甲&乙"), "<") == "<b>甲&amp;乙</b>&lt;"
    assert text(text("<")) == "&lt;"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//x", "", None, "http://[x"]
)
def test_only_plain_web_addresses_become_links(url: str | None) -> None:
    assert web_address(url) is None


def test_a_title_cannot_reverse_the_text_after_it() -> None:
    assert line("甲\u202e乙\u2066\n丙\u200f") == "甲乙 丙"


def test_a_document_id_cannot_leave_its_place_in_the_address() -> None:
    assert document_address("../a?b#c", 1, 2) == "/documents/..%2Fa%3Fb%23c?start=1&end=2#char=1,2"


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_question_is_shown_as_text(attack: str) -> None:
    answer = Answer(AnswerStatus.NO_EVIDENCE, attack)
    parsed = assert_harmless(render_answer(answer, WORDING, attack))
    assert attack in [data for _, data in parsed.texts]


@pytest.mark.parametrize("language", Language)
def test_a_question_that_was_read_differently_says_what_was_searched_for(language: Language) -> None:
    answer = Answer(AnswerStatus.NO_EVIDENCE, "danjiangkou guihua", read_as="丹江口<b>规划</b>")
    parsed = assert_harmless(render_answer(answer, Wording(language, HelpSettings())))
    told = [data for _, data in parsed.texts if "丹江口<b>规划</b>" in data]
    assert len(told) == 1
    assert told[0] != answer.read_as
    assert [link for link in parsed.values("a", "href") if link and "%E2%80%9Cdanjiangkou+guihua%E2%80%9D" in link]


def test_a_question_that_was_read_as_typed_says_nothing_of_it() -> None:
    assert "read-as" not in str(render_answer(Answer(AnswerStatus.NO_EVIDENCE, "丹江口规划"), WORDING))


def test_a_hostile_source_is_shown_as_text() -> None:
    hostile = sample_documents()[3]
    quote = hostile.text.splitlines()[1]
    answer = Answer(AnswerStatus.ANSWERED, "问", (Statement(quote, (1,), 1.0),), (cite(hostile, quote),))
    parsed = assert_harmless(render_answer(answer, WORDING))
    assert ("blockquote", quote) in parsed.texts


def test_a_list_is_a_real_list_and_every_item_has_its_mark() -> None:
    answer = listed(sample_documents()[0], MEASURES, "问")
    parsed = outline(render_answer(answer, WORDING))
    marks = [data for at, data in parsed.texts if at == "a" and data.startswith("[")]
    assert marks == ["[1]", "[2]", "[3]", "[4]", "[5]"]
    assert ("p", "共 5 项") in parsed.texts
    assert [data for at, data in parsed.texts if at == "span" and data in MEASURES] == list(MEASURES)


def test_a_list_that_brings_its_own_numbers_gets_no_second_ones() -> None:
    plan = sample_documents()[0]
    assert '<ul class="own-numbers">' in render_answer(listed(plan, MEASURES, "问"), WORDING)
    plain = tuple(item[2:] for item in MEASURES)
    assert "<ol>" in render_answer(listed(plan, plain, "问"), WORDING)


def test_a_deeper_item_stands_in_a_list_of_its_own() -> None:
    answer = listed(sample_documents()[0], tuple(item[2:] for item in MEASURES), "问")
    levels = (0, 1, 1, 0, 1)
    nested = [replace(statement, level=level) for statement, level in zip(answer.statements, levels, strict=True)]
    parsed = outline(render_answer(replace(answer, statements=tuple(nested)), WORDING))
    assert parsed.tags.count("ol") == 3
    assert parsed.tags.count("li") == 5


def test_a_shortened_list_says_how_many_there_are() -> None:
    answer = replace(listed(sample_documents()[0], MEASURES, "问"), total_items=12)
    assert "共 12 项，这里列出 5 项" in render_answer(answer, WORDING)


def test_a_mark_leads_to_the_quote_and_the_quote_to_its_place_in_the_source() -> None:
    plan = sample_documents()[0]
    parsed = outline(render_answer(listed(plan, MEASURES, "问"), WORDING, turn="t1"))
    start = plan.text.index(MEASURES[0])
    end = start + len(MEASURES[0])
    links = parsed.values("a", "href")
    assert "#source-t1-1" in links
    assert "source-t1-1" in parsed.values("figure", "id")
    assert f"/documents/d1?start={start}&end={end}&lang=zh-Hans#char={start},{end}" in links
    assert parsed.values("a", "target") == []


def test_authority_and_validity_are_words_not_only_colours() -> None:
    markup = render_answer(FakeAssistant().answer(Question("白河市的保障措施")), WORDING)
    assert "转载" in markup
    assert "效力不明" in markup
    assert "演示文件（内容虚构）" in markup


def test_an_answer_says_who_wrote_its_words() -> None:
    quoted = render_answer(FakeAssistant().answer(Question("青石县的保障措施")), WORDING)
    written = render_answer(FakeAssistant().answer(Question("青石县的目标")), WORDING)
    assert "由程序从原文中摘出" in quoted
    assert "由人工智能生成" in written


def test_a_notice_that_changes_the_meaning_stands_above_the_answer() -> None:
    markup = render_answer(FakeAssistant().answer(Question("报销比例是多少")), WORDING)
    assert markup.index("您问的是青石县") < markup.index("报销比例为xx%") < markup.index("公开的文本隐去了具体数字")


def test_related_content_is_named_as_not_the_answer() -> None:
    markup = render_answer(FakeAssistant().answer(Question("养狗要办证吗")), WORDING)
    assert "相关内容（不是对您问题的回答）" in markup
    assert markup.index("没有找到依据") < markup.index("tel:12345") < markup.index("相关内容")


def test_a_citation_says_the_page_of_the_original_before_the_headings() -> None:
    answer = listed(sample_documents()[0], MEASURES, "问")
    paged = replace(answer, citations=tuple(replace(citation, page=3) for citation in answer.citations))
    shown = outline(render_answer(paged, WORDING)).texts
    assert any(text.startswith("所在位置：第3页 · ") for _, text in shown)
    assert not any("第3页" in text for _, text in outline(render_answer(answer, WORDING)).texts)


def quoted(number: int) -> Citation:
    document = sample_documents()[0]
    return cite(document, document.text[10 * number : 10 * number + 8], number)


def test_the_words_that_answer_are_marked_inside_their_sentence() -> None:
    citation = quoted(1)
    statement = Statement("补贴每月十五日发放，每月80元。", (1,), 1.0, span=(10, 15))
    answer = Answer(AnswerStatus.ANSWERED, "每月多少", statements=(statement,), citations=(citation,))
    parsed = assert_harmless(render_answer(answer, WORDING))
    assert "".join(data for tag, data in parsed.texts if tag == "mark") == "每月80元"
    part = replace(answer, citations=(replace(citation, span=(citation.start + 2, citation.start + 5)),))
    marked = [data for tag, data in outline(render_answer(part, WORDING)).texts if tag == "mark"]
    assert marked == ["每月80元", citation.quote[2:5]]
    whole = replace(answer, statements=(replace(statement, span=(0, len(statement.text))),))
    assert "mark" not in outline(render_answer(whole, WORDING)).tags
    but_the_stop = replace(answer, statements=(replace(statement, span=(0, len(statement.text) - 1)),))
    assert "mark" not in outline(render_answer(but_the_stop, WORDING)).tags


def test_places_stand_side_by_side_and_a_silent_one_says_so() -> None:
    first, second = quoted(1), quoted(2)
    answer = Answer(
        AnswerStatus.PARTIAL,
        "甲县、乙县和丙县补多少",
        statements=(Statement("补80元。", (2,), 1.0, place="乙县"), Statement("补60元。", (1,), 1.0, place="甲县")),
        citations=(first, second),
        places=("甲县", "乙县", HOSTILE_TITLE),
        silent_places=(HOSTILE_TITLE,),
    )
    markup = render_answer(answer, WORDING)
    parsed = assert_harmless(markup)
    columns = markup.split('class="place"')[1:]
    assert [("补60元" in column, "补80元" in column) for column in columns] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert WORDING.text("answer.places.silent") in columns[2]
    assert parsed.tags.count("section") == 4  # three places, and the sources


def test_a_follow_up_shows_what_it_was_read_as_and_a_premise_is_named() -> None:
    answer = Answer(
        AnswerStatus.NO_EVIDENCE, "为什么呢", rewritten="甲县为什么停发<b>补贴</b>", premise="停发了<i>补贴</i>"
    )
    markup = render_answer(answer, WORDING)
    assert_harmless(markup)
    texts = "".join(data for _, data in outline(markup).texts)
    assert WORDING.text("answer.rewritten", question="甲县为什么停发<b>补贴</b>") in texts
    assert WORDING.text("answer.premise", premise="停发了<i>补贴</i>") in texts


def test_while_an_answer_is_written_its_sources_are_there_already() -> None:
    said = StatementSaid(Statement("补60元。", (1,), 1.0), (quoted(1),))
    markup = render_found("补多少", (quoted(1), quoted(2)), (said,), WORDING)
    parsed = assert_harmless(markup)
    texts = "".join(data for _, data in parsed.texts)
    assert "补60元。" in texts
    assert WORDING.text("page.writing") in texts
    assert WORDING.text("answer.sources", count=len({quoted(1).document_id, quoted(2).document_id})) in texts
