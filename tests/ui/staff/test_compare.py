from __future__ import annotations

from dataclasses import replace

from ingest.versions import fact_changes, section_changes
from rag.domain import Answer, AnswerStatus, Citation, Statement
from rag.settings import HelpSettings
from tests.fakes import cite, sample_documents
from ui.staff.compare_places import render_places
from ui.staff.compare_texts import render_differences
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, HelpSettings())


def said(*texts: str) -> Answer:
    quote: Citation = cite(sample_documents()[0], "每年免费体检一次")
    statements = tuple(Statement(text, (1,), 1.0) for text in texts)
    return Answer(AnswerStatus.ANSWERED, "体检", statements, (quote,))


def test_only_the_words_that_differ_between_two_places_are_marked_each_on_its_side() -> None:
    one = said("年满六十五周岁的居民每年免费体检一次。", "体检要带身份证。", "只有这里发奖金。")
    other = said("年满六十周岁的居民每年免费体检两次。", "体检要带身份证。")
    page = render_places("体检", (("青石县", one), ("白河市", other)), WORDING)
    left, right = page.split("<h2>白河市</h2>")
    assert '年满六十<mark class="only-left">五</mark>周岁' in left
    assert '免费体检<mark class="only-left">一</mark>次' in left
    assert '免费体检<mark class="only-right">两</mark>次' in right
    assert page.count("<mark") == 2 + 2 + 1  # the legend's two, and what differs on each side
    assert f"{WORDING.text('staff.compare.alone')}</span> 只有这里发奖金。" in left


def test_where_two_places_say_nothing_alike_nothing_is_marked() -> None:
    page = render_places("体检", (("青石县", said("每年体检一次。")), ("白河市", said("请带户口本。"))), WORDING)
    assert "<mark" not in page
    assert WORDING.text("staff.compare.alone") not in page


def test_a_place_without_an_answer_says_so_beside_the_one_that_has_one() -> None:
    none = Answer(AnswerStatus.NO_EVIDENCE, "体检")
    page = render_places("体检", (("青石县", said("每年体检一次。")), ("<b>", none)), WORDING)
    assert WORDING.text("status.no_evidence") in page
    assert "<h2>&lt;b&gt;</h2>" in page


def test_two_states_of_a_policy_show_their_differences_in_words_and_facts() -> None:
    before = sample_documents()[0]
    text = before.text.replace("每天八小时", "每天六小时")
    after = replace(before, text=text, document_number="青卫发〔2026〕1号")
    values = {
        "facts": [change.to_json() for change in fact_changes(before, after)],
        "sections": [change.to_json() for change in section_changes(before, after)],
    }
    page = render_differences(values, ("以前的", "现在的"), WORDING)
    assert '每天<mark class="only-left">八</mark>小时' in page
    assert '每天<mark class="only-right">六</mark>小时' in page
    assert '文号：<mark class="only-left">青卫发〔2025〕7号</mark>' in page
    assert "1节的文字不同，1项文件信息不同" in page
    assert WORDING.text("staff.compare.same") in render_differences({"facts": [], "sections": []}, ("a", "b"), WORDING)
