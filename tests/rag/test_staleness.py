from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from rag.citations import cite
from rag.domain import Document, DocumentType, Validity
from rag.settings import AnsweringSettings, StaleAfterSettings
from rag.staleness import StaleReason, staleness, years_of
from tests.rag.small_library import document

TODAY = date(2026, 6, 1)


def reason(source: Document, *years: int, stale_after: StaleAfterSettings | None = None) -> StaleReason | None:
    quotes = [cite(source, 0, len(source.text), 1)]
    found = staleness(source, quotes, stale_after or StaleAfterSettings(), TODAY, years)
    return found.reason if found else None


def aged(days: int, kind: DocumentType, **facts: Any) -> Document:
    return document("每年补贴三百元。", published=TODAY - timedelta(days=days), type=kind, **facts)


@pytest.mark.parametrize("kind", DocumentType)
def test_every_type_of_document_has_an_age_of_its_own(kind: DocumentType) -> None:
    settings = StaleAfterSettings(**{kind.value: 100})
    assert reason(aged(100, kind), stale_after=settings) is None
    assert reason(aged(101, kind), stale_after=settings) is StaleReason.AGE
    others = StaleAfterSettings(**{other.value: 100 for other in DocumentType if other is not kind} | {kind.value: 200})
    assert reason(aged(150, kind), stale_after=others) is None


def test_news_grow_old_sooner_than_notices_and_those_sooner_than_statutes() -> None:
    days = AnsweringSettings().stale_after
    assert days.news < days.report < days.notice < days.plan < days.statute


def test_a_text_that_is_known_to_hold_is_old_at_no_age() -> None:
    assert reason(aged(9000, DocumentType.NOTICE, validity=Validity.IN_FORCE)) is None
    assert reason(document("每年补贴三百元。")) is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("某市卫生健康规划（2021—2025年）", StaleReason.PERIOD),
        ("某市“十四五”卫生健康规划", StaleReason.PERIOD),
        ("某市“十五五”卫生健康规划", None),
        ("健康某市行动（2019-2030年）", None),
        ("某市2024年居民医保缴费通知", StaleReason.PERIOD),
        ("某市2026年居民医保缴费通知", None),
        ("某市卫生健康规划", None),
    ],
)
def test_a_plan_or_notice_is_judged_by_the_years_it_was_made_for(title: str, expected: StaleReason | None) -> None:
    assert reason(aged(300, DocumentType.PLAN, title=title)) is expected
    assert reason(aged(300, DocumentType.NOTICE, title=title)) is expected


def test_the_year_in_the_title_of_a_statute_or_report_is_not_its_end() -> None:
    assert reason(aged(300, DocumentType.STATUTE, title="某省献血条例（2018年修正）")) is None
    assert reason(aged(300, DocumentType.REPORT, title="某市2024年卫生健康工作总结")) is None


def test_a_stated_last_day_counts_before_age_and_title() -> None:
    plan = "某市卫生健康规划（2021—2025年）"
    assert reason(aged(9000, DocumentType.NOTICE, valid_until=date(2027, 1, 1), title=plan)) is None
    assert reason(aged(10, DocumentType.NOTICE, valid_until=date(2026, 5, 31))) is StaleReason.EXPIRED
    assert reason(aged(10, DocumentType.NOTICE, valid_until=TODAY)) is None
    assert reason(aged(10, DocumentType.STATUTE, validity=Validity.EXPIRED)) is StaleReason.EXPIRED


@pytest.mark.parametrize(
    ("title", "text", "published", "expected"),
    [
        ("某县新冠疫情防控办法", "时间为十四天。", date(2022, 12, 30), StaleReason.EPIDEMIC),
        ("某县通告", "进入商场要查验健康码。", date(2021, 3, 1), StaleReason.EPIDEMIC),
        ("某县集中隔离点管理办法", "时间为十四天。", date(2020, 3, 1), StaleReason.EPIDEMIC),
        ("某县新冠肺炎防控办法", "时间为十四天。", None, StaleReason.EPIDEMIC),
        ("某县结核病防治办法", "隔离治疗为十四天。", date(2022, 6, 1), None),
        ("某县新冠疫苗接种安排", "时间为四月。", date(2026, 3, 1), None),
    ],
)
def test_epidemic_rules_of_2020_to_2022_are_always_old(
    title: str, text: str, published: date | None, expected: StaleReason | None
) -> None:
    never = StaleAfterSettings(**dict.fromkeys(StaleAfterSettings.model_fields, 36500))
    for validity in (Validity.UNKNOWN, Validity.IN_FORCE):
        source = document(text, title=title, published=published, validity=validity, type=DocumentType.NOTICE)
        assert reason(source, stale_after=never) is expected
    statute = document(text, title=title, published=published, type=DocumentType.STATUTE)
    assert reason(statute, stale_after=never) is None


def test_a_document_of_another_year_than_was_asked_about_says_so() -> None:
    notice = aged(30, DocumentType.NOTICE, title="某县2025年缴费通知")
    assert reason(notice, 2026) is StaleReason.YEAR
    assert reason(notice, 2024) is StaleReason.YEAR
    assert reason(aged(300, DocumentType.NOTICE, title="某县缴费通知"), 2023) is StaleReason.YEAR
    assert reason(aged(300, DocumentType.STATUTE, title="某省条例"), 2023) is None


def test_a_document_of_the_year_that_was_asked_about_is_not_of_another() -> None:
    assert reason(aged(30, DocumentType.PLAN, title="某县规划（2021—2027年）"), 2023) is None
    assert reason(document("2023年起每年补贴三百元。", published=date(2025, 12, 1)), 2023) is None
    assert reason(document("每年补贴三百元。", published=date(2026, 1, 1)), 2026) is None


def test_the_years_of_a_document_are_its_titles_else_that_of_its_publication() -> None:
    assert years_of(document("无", title="某县规划（2021—2025年）")) == "2021—2025"
    assert years_of(document("无", title="某县2023年通知", published=date(2022, 12, 1))) == "2023"
    assert years_of(document("无", published=date(2022, 12, 1))) == "2022"
    assert years_of(document("无")) == ""
