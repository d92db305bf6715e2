from __future__ import annotations

from dataclasses import replace

import pytest

from rag.copies import shown_once, without_copies
from rag.domain import Document, Hit, Statement
from tests.rag.small_library import document, whole_hit

FIRST = "补贴按季度发放到个人账户。每人每月补贴300元，由乡镇卫生院负责考核。"
MORE = "申请表可以在村卫生室领取，也可以在网上填写。"


def named(source: str, text: str, duplicate_of: str | None = None) -> Document:
    return document(text, document_id=source, source=source, duplicate_of=duplicate_of)


def left(*documents: Document) -> list[str]:
    return [hit.document.source for hit in without_copies([whole_hit(item) for item in documents])]


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
