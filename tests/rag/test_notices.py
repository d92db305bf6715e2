from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from rag.citations import cite
from rag.contradictions import Contradiction
from rag.domain import Authority, Document, DocumentType, Mark, MarkKind, Notice, NoticeKind, Validity, document_id_for
from rag.notices import conflicts, in_order, notices_for
from rag.regions import Gazetteer
from rag.settings import AnsweringSettings
from rag.staleness import StaleReason
from tests.rag.small_library import document as any_document
from tests.rag.small_library import understood

TODAY = date(2026, 6, 1)


def document(text: str, **facts: Any) -> Document:
    """Return a document of a known source, unless told otherwise."""
    return any_document(text, **{"issuer": "某县卫健局", **facts})


def told(
    *sources: Document,
    question: str = "补贴多少钱",
    span: tuple[int, int] = (0, 8),
    titles: Mapping[str, str] | None = None,
    years: Collection[int] = (),
) -> tuple[Notice, ...]:
    """Return the notices for an answer that quotes the same stretch of each source."""
    return notices_for(
        [cite(source, *span, n) for n, source in enumerate(sources, start=1)],
        {source.document_id: source for source in sources},
        understood(question),
        Gazetteer.load(),
        AnsweringSettings(),
        TODAY,
        (titles or {}).get,
        years,
    )


def test_a_recent_official_source_needs_no_notice() -> None:
    assert told(document("每年补贴三百元。", published=date(2026, 1, 1))) == ()


def test_a_replaced_source_names_its_successor_and_links_it() -> None:
    source = document(
        "每年补贴三百元。", validity=Validity.SUPERSEDED, superseded_by="b.txt", published=date(2010, 1, 1)
    )
    (notice,) = told(source)
    assert notice.kind is NoticeKind.SUPERSEDED
    assert (notice.values["successor"], "successor_id" in notice.values) == ("b.txt", False)
    (notice,) = told(source, titles={"b.txt": "某县新办法"})
    assert (notice.values["successor"], notice.values["successor_id"]) == ("某县新办法", document_id_for("b.txt"))


def test_why_a_source_is_old_is_told_once_and_the_gravest_reason_first() -> None:
    source = document(
        "每年补贴三百元。", title="某县2021年补贴通知", published=date(2021, 1, 1), type=DocumentType.NOTICE
    )
    (notice,) = told(source)
    assert (notice.kind, notice.values["reason"], notice.values["until"]) == (NoticeKind.STALE, "period", "2021")
    (notice,) = told(source, years=(2023,))
    assert (notice.values["reason"], notice.values["asked"], notice.values["said"]) == ("year", "2023", "2021")
    assert [its.values["reason"] for its in told(replace(source, validity=Validity.EXPIRED), years=(2023,))] == [
        "expired"
    ]


def test_a_repost_and_a_source_that_nothing_is_known_of_are_announced() -> None:
    (notice,) = told(document("每年补贴三百元。", authority=Authority.REPOST))
    assert (notice.kind, "reason" in notice.values) == (NoticeKind.REPOST, False)
    unknown = document("每年补贴三百元。", issuer=None, url=None)
    (notice,) = told(unknown)
    assert (notice.kind, notice.values["reason"]) == (NoticeKind.REPOST, "unknown")
    assert told(replace(unknown, issuer="某县卫健局")) == ()


def test_a_source_of_another_place_says_how_it_stands_to_the_one_asked_about() -> None:
    def reasons(region: str, question: str) -> list[str]:
        source = document("每年补贴三百元。", region=region, issuer="某局")
        return [notice.values["reason"] for notice in told(source, question=question)]

    assert reasons("湖南省", "澧县补贴多少钱") == ["wider"]
    assert reasons("澧县", "湖南省补贴多少钱") == ["narrower"]
    assert reasons("天门市", "澧县补贴多少钱") == ["elsewhere"]
    assert reasons("澧县", "澧县补贴多少钱") == []
    assert reasons("澧县", "澧县和天门市补贴多少钱") == []
    assert reasons("国家", "澧县补贴多少钱") == []


def test_a_hidden_figure_is_announced_with_what_stands_in_its_place_and_only_where_it_is_quoted() -> None:
    source = document("改造卫生室xx所。\n每年补贴三百元。", marks=(Mark(MarkKind.REDACTED, 5, 7),), issuer="某局")
    (notice,) = told(source, span=(0, 9))
    assert (notice.kind, notice.values["placeholder"]) == (NoticeKind.REDACTED, "xx")
    assert told(source, span=(10, 18)) == ()


def test_garbled_text_is_announced_only_where_it_is_quoted() -> None:
    source = document("改造锟斤拷卫生室。\n每年补贴三百元。", marks=(Mark(MarkKind.GARBLED, 2, 5),), issuer="某局")
    assert [notice.kind for notice in told(source, span=(0, 9))] == [NoticeKind.GARBLED_SOURCE]
    assert told(source, span=(10, 18)) == ()


def test_many_sources_with_the_same_flaw_are_announced_once_and_no_answer_drowns_in_notices() -> None:
    sources = [
        document(
            "某xx锟斤拷年补贴三百元。",
            document_id=f"d{n}",
            source=f"{n}.txt",
            title=f"某{n}办法",
            published=date(2012, 1, 1),
            authority=Authority.REPOST,
            region="湖南省",
            marks=(Mark(MarkKind.REDACTED, 1, 3), Mark(MarkKind.GARBLED, 3, 6)),
        )
        for n in range(6)
    ]
    found = told(*sources, question="澧县补贴多少钱")
    assert [notice.kind for notice in found] == [
        NoticeKind.REDACTED,
        NoticeKind.OTHER_REGION,
        NoticeKind.STALE,
        NoticeKind.GARBLED_SOURCE,
        NoticeKind.REPOST,
    ]
    assert {notice.values["document_id"] for notice in found} == {"d0"}


def test_what_may_make_an_answer_wrong_stands_before_where_it_comes_from() -> None:
    repost, stale, conflict, elsewhere = (
        Notice(NoticeKind.REPOST),
        Notice(NoticeKind.STALE, {"reason": "age"}),
        Notice(NoticeKind.CONFLICT, {"other_id": "x"}),
        Notice(NoticeKind.OTHER_REGION, {"reason": "elsewhere"}),
    )
    assert in_order([repost, stale, elsewhere, conflict, repost]) == (conflict, elsewhere, stale, repost)


def test_every_reason_why_a_source_is_old_has_its_place_in_the_order() -> None:
    last = Notice(NoticeKind.REPOST, {"reason": "unknown"})
    for reason in StaleReason:
        notice = Notice(NoticeKind.STALE, {"reason": reason.value})
        assert in_order([last, notice]) == (notice, last)


def names(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[str, str]:
    cited = any_document("每年补贴三百元。", **one)
    copy = any_document("每年补贴五百元。", **{"document_id": "d2", "source": "b.txt", **other})
    found = [Contradiction(cite(cited, 0, 8, 1), copy, 0, 8)] * 2
    (notice,) = conflicts(found, {"d1": cited})
    assert notice.kind is NoticeKind.CONFLICT
    assert (notice.values["document_id"], notice.values["other_id"]) == ("d1", "d2")
    return notice.values["first"], notice.values["second"]


def test_sources_that_disagree_are_named_with_issuer_and_date_the_newer_official_one_first() -> None:
    title = {"title": "甲"}
    assert names(title, {"title": "乙"}) == ("甲", "乙")
    assert names({"issuer": "县卫健局", **title}, {"issuer": "某报", **title}) == ("甲（县卫健局）", "甲（某报）")
    days = {"published": date(2026, 1, 1), **title}, {"published": date(2026, 1, 3), **title}
    assert names(*days) == ("甲（2026-01-03）", "甲（2026-01-01）")
    official = {"issuer": "县卫健局", "published": date(2025, 1, 1), "authority": Authority.OFFICIAL, **title}
    assert names(days[0], official) == ("甲（县卫健局，2025-01-01）", "甲（2026-01-01）")
    assert names(title, title) == ("甲（a.txt）", "甲（b.txt）")
