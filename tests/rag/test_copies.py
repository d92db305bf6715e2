from __future__ import annotations

from dataclasses import replace

import pytest

from rag.citations import cite
from rag.copies import contradictions, copies_among, shown_once, with_contradictions, without_copies
from rag.domain import Document, Hit, Statement
from tests.rag.small_library import document, whole_hit

FIRST = "补贴按季度发放到个人账户。每人每月补贴300元，由乡镇卫生院负责考核。"
MORE = "申请表可以在村卫生室领取，也可以在网上填写。"


def named(source: str, text: str, duplicate_of: str | None = None) -> Document:
    return document(text, document_id=source, source=source, duplicate_of=duplicate_of)


def left(*documents: Document) -> list[str]:
    return [hit.document.source for hit in without_copies([whole_hit(item) for item in documents])]


def contradicted(original: Document, *others: Document) -> list[str]:
    citation = cite(original, 0, len(original.text), 1)
    hits = [whole_hit(item) for item in (original, *others)]
    found = contradictions([citation], {original.document_id: original}, hits)
    return [item.document.text[item.start : item.end] for item in found]


def test_a_copy_is_left_out_beside_the_document_that_is_preferred_to_it() -> None:
    assert left(named("copy", FIRST, "original"), named("original", FIRST)) == ["original"]


def test_a_copy_alone_stays() -> None:
    assert left(named("copy", FIRST, "original"), named("another", MORE)) == ["copy", "another"]


@pytest.mark.parametrize(
    "text", [FIRST.replace("300", "500"), FIRST.replace("负责", "组织"), FIRST.replace("，", "\n").replace("贴", "貼")]
)
def test_a_changed_figure_or_word_or_script_does_not_keep_a_copy(text: str) -> None:
    assert left(named("original", FIRST), named("copy", text, "original")) == ["original"]


def test_a_passage_that_the_preferred_document_lacks_stays() -> None:
    copy = named("copy", FIRST + "\n" + MORE, "original")
    first, more = (
        Hit(replace(whole_hit(copy).chunk, start=start, end=end, text=copy.text[start:end]), copy, 1.0, {})
        for start, end in ((0, len(FIRST)), (len(FIRST) + 1, len(copy.text)))
    )
    kept = without_copies([first, more, whole_hit(named("original", FIRST))])
    assert [hit.chunk.text for hit in kept] == [MORE, FIRST]


def test_the_family_of_a_document_is_its_copies_and_what_is_preferred_to_it() -> None:
    original, one, two = named("o", FIRST), named("a", FIRST, "o"), named("b", FIRST, "o")
    hits = [whole_hit(item) for item in (one, named("x", FIRST), original, two, one)]
    assert [item.source for item in copies_among(original, hits)] == ["a", "b"]
    assert [item.source for item in copies_among(one, hits)] == ["o", "b"]


def test_another_figure_in_the_same_words_is_a_contradiction() -> None:
    copy = named("copy", "转载。\n" + FIRST.replace("300元", "500元") + MORE, "original")
    assert contradicted(named("original", FIRST), copy) == ["每人每月补贴500元，由乡镇卫生院负责考核。"]


@pytest.mark.parametrize(
    "text",
    [
        FIRST.replace("300元", "三百元"),
        FIRST.replace("负责考核", "组织考核"),
        "每人每月补贴。" + MORE,
        "每人每月补贴三种药品中的一种，另发给口罩50个。",
        FIRST.replace("300元", "500元") + FIRST,
    ],
)
def test_the_same_figure_and_other_words_are_no_contradiction(text: str) -> None:
    assert contradicted(named("original", FIRST), named("copy", text, "original")) == []


def test_a_document_that_is_no_copy_contradicts_nothing() -> None:
    assert contradicted(named("original", FIRST), named("other", FIRST.replace("300", "500"))) == []


def test_what_a_copy_says_stands_right_behind_what_it_contradicts() -> None:
    original = named("original", FIRST)
    copy = named("copy", FIRST.replace("300", "500"), "original")
    cut = FIRST.index("每人")
    citations = [cite(original, cut, len(FIRST), 1), cite(original, 0, cut, 2)]
    statements = [Statement(citation.quote, (citation.number,), 1.0) for citation in citations]
    found = contradictions(citations, {"original": original}, [whole_hit(original), whole_hit(copy)])
    shown, cited = with_contradictions(statements, citations, found, listed=True)
    assert [(statement.citations, statement.level) for statement in shown] == [((1,), 0), ((3,), 1), ((2,), 0)]
    assert cited[2].quote == shown[1].text
    assert cited[2].document_id == "copy"


def test_the_same_words_are_shown_once_with_the_citations_of_all() -> None:
    statements = [
        Statement("每月300元。", (1,), 1.0),
        Statement("另一件事。", (3,), 0.9),
        Statement("每月３００元", (2, 1), 1.0),
    ]
    assert [(item.text, item.citations) for item in shown_once(statements)] == [
        ("每月300元。", (1, 2)),
        ("另一件事。", (3,)),
    ]
