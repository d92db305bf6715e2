from __future__ import annotations

from datetime import date

from rag.citations import cite
from rag.copies import Contradiction
from rag.domain import Authority, Document, Mark, MarkKind, NoticeKind, Validity
from rag.notices import conflicts, notices_for
from rag.regions import Gazetteer
from rag.settings import AnsweringSettings
from tests.rag.small_library import document, understood

TODAY = date(2026, 6, 1)


def kinds(source: Document, question: str = "补贴多少钱", span: tuple[int, int] = (0, 8)) -> set[NoticeKind]:
    found = notices_for(
        [cite(source, *span, 1)],
        {source.document_id: source},
        understood(question),
        Gazetteer.load(),
        AnsweringSettings(),
        TODAY,
    )
    return {notice.kind for notice in found}


def test_a_recent_official_source_needs_no_notice() -> None:
    assert kinds(document("每年补贴三百元。", published=date(2026, 1, 1))) == set()


def test_an_old_source_is_announced_unless_it_says_that_it_is_in_force() -> None:
    old = date(2020, 1, 1)
    assert NoticeKind.STALE in kinds(document("每年补贴三百元。", published=old))
    assert kinds(document("每年补贴三百元。", published=old, validity=Validity.IN_FORCE)) == set()


def test_epidemic_rules_are_old_whatever_their_age() -> None:
    source = document("隔离期为十四天。", title="某县新冠疫情防控办法", published=date(2022, 12, 30))
    settings = AnsweringSettings(stale_after_days=36500)
    found = notices_for(
        [cite(source, 0, 8, 1)], {"d1": source}, understood("隔离几天"), Gazetteer.load(), settings, TODAY
    )
    assert [notice.kind for notice in found] == [NoticeKind.STALE]


def test_a_replaced_source_names_its_successor() -> None:
    source = document("每年补贴三百元。", validity=Validity.SUPERSEDED, superseded_by="新办法")
    assert kinds(source) == {NoticeKind.SUPERSEDED}


def test_a_repost_is_announced() -> None:
    assert kinds(document("每年补贴三百元。", authority=Authority.REPOST)) == {NoticeKind.REPOST}


def test_a_source_of_the_place_above_is_announced_for_a_place_below() -> None:
    source = document("每年补贴三百元。", region="湖南省")
    assert kinds(source, "澧县补贴多少钱") == {NoticeKind.OTHER_REGION}
    assert kinds(source, "湖南省补贴多少钱") == set()


def test_a_hidden_figure_is_announced_only_where_it_is_quoted() -> None:
    source = document("改造卫生室xx所。\n每年补贴三百元。", marks=(Mark(MarkKind.REDACTED, 5, 7),))
    assert kinds(source, span=(0, 9)) == {NoticeKind.REDACTED}
    assert kinds(source, span=(10, 18)) == set()


def names(one: dict[str, object], other: dict[str, object]) -> tuple[str, str]:
    cited = document("每年补贴三百元。", **one)
    copy = document("每年补贴五百元。", **({"document_id": "d2", "source": "b.txt"} | other))
    found = [Contradiction(cite(cited, 0, 8, 1), copy, 0, 8)] * 2
    (notice,) = conflicts(found, {"d1": cited})
    assert notice.kind is NoticeKind.CONFLICT
    assert (notice.values["document_id"], notice.values["other_id"]) == ("d1", "d2")
    return notice.values["first"], notice.values["second"]


def test_copies_that_disagree_are_named_so_that_they_can_be_told_apart() -> None:
    assert names({"title": "甲"}, {"title": "乙"}) == ("甲", "乙")
    title = {"title": "甲"}
    by_issuer = names({"issuer": "县卫健局", **title}, {"issuer": "某报", **title})
    assert by_issuer == ("甲（县卫健局）", "甲（某报）")
    by_date = names({"published": date(2026, 1, 1), **title}, {"published": date(2026, 1, 3), **title})
    assert by_date == ("甲（2026-01-01）", "甲（2026-01-03）")
    assert names({"issuer": "县卫健局", **title}, title) == ("甲（a.txt）", "甲（b.txt）")
