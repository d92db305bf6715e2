from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rag.citations import cite
from rag.contradictions import contradictions, copies_among, with_contradictions
from rag.domain import Authority, Document, Statement, Validity
from tests.rag.small_library import document, whole_hit

FIRST = "补贴按季度发放到个人账户。每人每月补贴300元，由乡镇卫生院负责考核。"
MORE = "申请表可以在村卫生室领取，也可以在网上填写。"


def named(source: str, text: str, duplicate_of: str | None = None) -> Document:
    return document(text, document_id=source, source=source, duplicate_of=duplicate_of)


def contradicted(original: Document, *others: Document) -> list[str]:
    citation = cite(original, 0, len(original.text), 1)
    hits = [whole_hit(item) for item in (original, *others)]
    found = contradictions([citation], {original.document_id: original}, hits)
    return [item.document.text[item.start : item.end] for item in found]


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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2023年每人每月补贴300元，由卫生院发放。", "2024年每人每月补贴500元，由卫生院发放。"),
        ("职工每人每月补贴300元，由卫生院发放。", "居民每人每月补贴500元，由卫生院发放。"),
        ("一级医院每人每月补贴300元，由医院发放。", "二级医院每人每月补贴500元，由医院发放。"),
        ("65周岁以上老年人每人每月补贴300元。", "80周岁以上老年人每人每月补贴500元。"),
        ("澧县每人每月补贴300元，由卫生院发放。", "云溪县每人每月补贴500元，由卫生院发放。"),
        ("住院每人每月补贴300元，由卫生院发放。", "门诊每人每月补贴500元，由卫生院发放。"),
        ("最高每人每月补贴300元，由卫生院发放。", "最低每人每月补贴500元，由卫生院发放。"),
        ("第一档每人每月补贴300元，由卫生院发放。", "第二档每人每月补贴500元，由卫生院发放。"),
    ],
)
def test_figures_of_other_years_people_places_and_cases_are_no_contradiction(one: str, other: str) -> None:
    assert contradicted(named("original", one), named("copy", other, "original")) == []
    assert contradicted(placed("original", one), placed("other", other)) == []


def placed(source: str, text: str, region: str = "澧县", **facts: Any) -> Document:
    return document(text, document_id=source, source=source, region=region, **facts)


def test_other_documents_of_the_place_contradict_where_the_words_are_nearly_the_same() -> None:
    changed = FIRST.replace("300", "500")
    assert contradicted(placed("original", FIRST), placed("other", changed)) == [
        changed[len("补贴按季度发放到个人账户。") :]
    ]
    assert contradicted(placed("original", FIRST), placed("other", changed, "天门市")) == []
    assert contradicted(named("original", FIRST), named("other", changed)) == []
    loosely = "每人每月能拿到补贴500元，村里和乡镇卫生院一起负责考核工作。"
    assert contradicted(placed("original", FIRST), placed("other", loosely)) == []


def test_documents_for_different_years_and_those_that_hold_no_more_contradict_nothing() -> None:
    changed = FIRST.replace("300", "500")
    original = placed("original", FIRST, title="澧县2023年补贴通知")
    assert contradicted(original, placed("other", changed, title="澧县2024年补贴通知")) == []
    assert contradicted(original, placed("other", changed, validity=Validity.SUPERSEDED)) == []
    assert contradicted(original, placed("other", changed, title="澧县2023年补贴通知")) != []


def test_the_newer_official_source_stands_first() -> None:
    old = placed("old", FIRST[FIRST.index("每人") :], published=date(2024, 1, 1))
    changed = old.text.replace("300", "500")
    cases: tuple[tuple[dict[str, Any], str], ...] = (
        ({"published": date(2025, 1, 1)}, "500"),
        ({"published": date(2023, 1, 1)}, "300"),
        ({"published": date(2023, 1, 1), "authority": Authority.OFFICIAL}, "500"),
        ({"authority": Authority.OFFICIAL}, "500"),
    )
    for facts, first in cases:
        other = placed("other", changed, **facts)
        citations = [cite(old, 0, len(old.text), 1)]
        statements = [Statement(citations[0].quote, (1,), 1.0)]
        found = contradictions(citations, {"old": old}, [whole_hit(old), whole_hit(other)])
        shown, cited = with_contradictions(statements, citations, found, listed=False)
        assert first in shown[0].text
        assert {citation.document_id for citation in cited} == {"old", "other"}


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
