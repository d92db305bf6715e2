from __future__ import annotations

from datetime import date

import pytest

from rag.comparison import ComparedBy
from rag.comparison_years import hits_of_year, is_of_year, versions_among, years_compared
from rag.domain import Document, Validity
from tests.rag.small_library import document, understood, whole_hit

TODAY = date(2026, 5, 1)


def policy(title: str, text: str = "补贴每月100元。", **facts: object) -> Document:
    return document(text, title=title, source=title, document_id=title, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("2020年和2026年的补贴标准有什么变化", ["2020年补贴标准是多少", "2026年补贴标准是多少"]),
        ("天门市育儿补贴今年比去年多多少", ["2026年天门市育儿补贴多少", "2025年天门市育儿补贴多少"]),
        ("2025年和2030年的婴儿死亡率分别是多少", ["2025年婴儿死亡率是多少", "2030年婴儿死亡率是多少"]),
    ],
)
def test_each_year_is_asked_the_question_alone(text: str, asked: list[str]) -> None:
    found = years_compared(understood(text), TODAY)
    assert found is not None
    assert found.by is ComparedBy.YEARS
    assert [side.question.text for side in found.sides] == asked


@pytest.mark.parametrize(
    "text", ["天门市2026年的育儿补贴是多少", "体检从2025年4月开始，2026年3月结束，在哪做", "补贴怎么领"]
)
def test_years_that_are_not_compared_are_no_comparison(text: str) -> None:
    assert years_compared(understood(text), TODAY) is None


@pytest.mark.parametrize("text", ["新旧育儿补贴办法有什么区别", "育儿补贴现在和以前有什么不同"])
def test_old_and_new_are_compared_as_versions(text: str) -> None:
    found = years_compared(understood(text), TODAY)
    assert found is not None
    assert found.by is ComparedBy.VERSIONS


def test_a_title_tells_a_rules_year_before_the_day_it_holds_from_and_that_before_the_day_it_was_published() -> None:
    assert is_of_year(policy("2026年补贴通知", published=date(2025, 12, 1)), 2026)
    assert not is_of_year(policy("2026年补贴通知", published=date(2025, 12, 1)), 2025)
    assert is_of_year(policy("补贴通知", published=date(2025, 12, 1), effective=date(2026, 1, 1)), 2026)
    assert is_of_year(policy("补贴通知", published=date(2025, 12, 1)), 2025)


def test_documents_of_the_year_are_tried_before_passages_that_name_it() -> None:
    own = whole_hit(policy("2023年补贴通知"))
    naming = whole_hit(policy("规划", "2023年基数为3.4。"))
    other = whole_hit(policy("说明"))
    assert hits_of_year([other, naming, own], 2023) == ((own,), (naming,))


def test_versions_of_a_rule_are_told_apart_by_their_years_oldest_first() -> None:
    new = whole_hit(policy("新办法", published=date(2026, 1, 1)))
    old = whole_hit(policy("旧办法", published=date(2023, 1, 1), validity=Validity.SUPERSEDED, superseded_by="新办法"))
    assert [(version.label, version.hits) for version in versions_among([new, old])] == [
        ("2023年", (old,)),
        ("2026年", (new,)),
    ]
    assert versions_among([new]) == ()
