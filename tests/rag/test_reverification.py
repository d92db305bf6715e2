"""An answer that is opened again says what the sources of today say, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from rag.citations import cite
from rag.domain import (
    Answer,
    AnswerStatus,
    Authority,
    Citation,
    Document,
    Notice,
    NoticeKind,
    PageStart,
    Section,
    Statement,
    Validity,
    document_id_for,
)
from rag.errors import NoGenerationError, UnknownIdError
from rag.reverification import reverified

TODAY = date(2026, 3, 1)
LINES = (
    "某县体检办法",
    "一、对象",
    "六十五岁以上老人每年免费体检一次。",
    "二、地点",
    "体检在乡镇卫生院进行，不收费。",
    "三、补贴",
    "每人每年补贴三百元。",
)
TEXT = "\n".join(LINES)


def document(text: str = TEXT, source: str = "a.txt", **facts: object) -> Document:
    sections, start = [], 0
    for line in text.split("\n"):
        if "、" in line[:3]:
            sections.append(Section((line,), 1, start, len(text)))
        start += len(line) + 1
    sections = [replace(section, end=after.start) for section, after in pairwise(sections)] + sections[-1:]
    base: dict[str, object] = {
        "title": "某县体检办法",
        "root": "/r",
        "sha256": "0" * 64,
        "media_type": "text/plain",
        "authority": Authority.OFFICIAL,
    }
    return Document(
        document_id=document_id_for(source), source=source, text=text, sections=tuple(sections), **{**base, **facts}
    )  # type: ignore[arg-type]


def quoted(number: int, line: int, source: Document | None = None, span: bool = False) -> Citation:
    held = source or document()
    start = held.text.index(LINES[line])
    citation = cite(held, start, start + len(LINES[line]), number)
    return replace(citation, span=(start + 2, start + 6)) if span else citation


class Shelf:
    """Documents by id."""

    def __init__(self, *documents: Document) -> None:
        self._kept = {one.document_id: one for one in documents}

    def document(self, document_id: str) -> Document:
        if document_id not in self._kept:
            raise UnknownIdError(document_id)
        return self._kept[document_id]


def answered(*citations: Citation, **more: object) -> Answer:
    statements = tuple(Statement(one.quote, (one.number,), 1.0) for one in citations)
    return replace(
        Answer(AnswerStatus.ANSWERED, "问", statements, citations, generation="g1", total_items=len(citations)), **more
    )  # type: ignore[arg-type]


FIRST, SECOND, THIRD = quoted(1, 2), quoted(2, 4, span=True), quoted(3, 6)
ANSWER = answered(FIRST, SECOND, THIRD)


def test_an_answer_whose_sources_are_as_they_were_is_the_same() -> None:
    checked = reverified(ANSWER, Shelf(document()), TODAY)
    assert checked.answer == ANSWER
    assert not checked.changed
    assert (checked.dropped, checked.moved, checked.lost, checked.superseded) == (0, 0, (), ())


def test_a_quote_that_stands_elsewhere_now_is_moved_with_its_mark_section_and_page() -> None:
    now = document(
        "关于印发办法的通知\n" + TEXT.replace("二、地点", "四、体检地点"), pages=(PageStart(0, 1), PageStart(12, 2))
    )
    checked = reverified(ANSWER, Shelf(now), TODAY)
    assert (checked.moved, checked.dropped, checked.changed) == (3, 0, False)
    for was, citation in zip(ANSWER.citations, checked.answer.citations, strict=True):
        assert now.text[citation.start : citation.end] == citation.quote == was.quote
        assert citation.number == was.number
        assert citation.page == 2
    moved = checked.answer.citations[1]
    assert moved.section == ("四、体检地点",)
    assert moved.span is not None
    assert SECOND.span is not None
    assert now.text[slice(*moved.span)] == TEXT[slice(*SECOND.span)]


def test_of_several_places_the_nearest_is_taken() -> None:
    twice = f"{LINES[6]}\n前言\n{TEXT}\n附则\n附则\n附则\n{LINES[6]}"
    checked = reverified(ANSWER, Shelf(document(twice)), TODAY)
    places = [place for place in range(len(twice)) if twice.startswith(LINES[6], place)]
    assert len(places) == 3
    assert checked.answer.citations[2].start == min(places, key=lambda place: abs(place - THIRD.start)) == places[1]


def test_a_statement_whose_quote_is_gone_is_dropped_and_counted() -> None:
    checked = reverified(ANSWER, Shelf(document(TEXT.replace("三百", "二百"))), TODAY)
    assert [statement.citations for statement in checked.answer.statements] == [(1,), (2,)]
    assert [citation.number for citation in checked.answer.citations] == [1, 2]
    assert (checked.dropped, checked.changed, checked.gone) == (1, True, False)
    assert checked.answer.status is AnswerStatus.PARTIAL
    assert checked.answer.dropped_statements == 1
    assert checked.answer.total_items is None


def test_the_status_of_a_redacted_source_stays() -> None:
    redacted = replace(ANSWER, status=AnswerStatus.REDACTED)
    assert (
        reverified(redacted, Shelf(document(TEXT.replace("三百", "二百"))), TODAY).answer.status
        is AnswerStatus.REDACTED
    )


def test_where_nothing_is_left_nothing_is_said_about_policy() -> None:
    near = replace(quoted(1, 4), document_id="other")
    answer = replace(
        ANSWER, related=(near, quoted(2, 4)), notices=(Notice(NoticeKind.REPOST, {"document_id": FIRST.document_id}),)
    )
    checked = reverified(answer, Shelf(document("某县体检办法\n已经全部改写。")), TODAY)
    assert (checked.gone, checked.changed, checked.dropped) == (True, True, 3)
    assert checked.answer.status is AnswerStatus.NO_EVIDENCE
    assert (checked.answer.statements, checked.answer.citations, checked.answer.notices, checked.answer.related) == (
        (),
        (),
        (),
        (),
    )
    assert (checked.answer.question, checked.answer.generation) == ("问", "g1")


def test_a_document_that_is_held_no_more_is_named() -> None:
    checked = reverified(ANSWER, Shelf(), TODAY)
    assert (checked.gone, checked.lost) == (True, ("某县体检办法",))
    other = document(source="b.txt", title="乙办法")
    both = answered(FIRST, replace(quoted(2, 4, other)))
    checked = reverified(both, Shelf(document()), TODAY)
    assert (checked.gone, checked.dropped, checked.lost) == (False, 1, ("乙办法",))


def test_a_statement_that_lost_one_of_its_quotes_stays_only_if_the_others_carry_it() -> None:
    carried = Statement("六十五岁以上老人每年免费体检一次。", (1, 2), 1.0)
    not_carried = Statement("六十五岁以上老人每年免费体检一次，每人每年补贴三百元。", (1, 3), 1.0)
    answer = replace(ANSWER, statements=(carried, not_carried), total_items=None)
    now = document(f"{LINES[0]}\n{LINES[1]}\n{LINES[2]}")
    checked = reverified(answer, Shelf(now), TODAY)
    assert [(one.text, one.citations) for one in checked.answer.statements] == [(carried.text, (1,))]
    assert checked.dropped == 1


def test_a_short_quote_is_not_taken_for_another_one_elsewhere() -> None:
    held = document("甲办法\n一、项目\n血压；\n二、其他\n血糖。")
    start = held.text.index("血压；")
    answer = answered(cite(held, start, start + 3, 1))
    elsewhere = document("甲办法\n一、项目\n身高；\n二、其他\n血压；")
    below_the_same = document("甲办法\n一、项目\n身高；\n血压；\n二、其他\n血糖。")
    assert reverified(answer, Shelf(elsewhere), TODAY).gone
    assert reverified(answer, Shelf(below_the_same), TODAY).moved == 1


def test_the_facts_of_a_document_are_those_of_today() -> None:
    now = document(
        title="某县免费体检办法",
        issuer="某县卫健委",
        region="某县",
        published=date(2026, 1, 1),
        authority=Authority.REPOST,
        url="https://example.gov.cn/",
        validity=Validity.IN_FORCE,
    )
    citation = reverified(ANSWER, Shelf(now), TODAY).answer.citations[0]
    assert (citation.title, citation.issuer, citation.region) == ("某县免费体检办法", "某县卫健委", "某县")
    assert (citation.published, citation.authority, citation.validity) == (
        date(2026, 1, 1),
        Authority.REPOST,
        Validity.IN_FORCE,
    )
    assert citation.url == "https://example.gov.cn/"


def test_a_document_that_was_replaced_since_is_told_with_its_successor_and_once() -> None:
    successor = document("新办法", source="new.txt", title="某县新办法")
    now = document(validity=Validity.SUPERSEDED, superseded_by="new.txt")
    checked = reverified(ANSWER, Shelf(now, successor), TODAY)
    (notice,) = checked.answer.notices
    assert notice.kind is NoticeKind.SUPERSEDED
    assert notice.values == {
        "title": "某县体检办法",
        "document_id": FIRST.document_id,
        "successor": "某县新办法",
        "successor_id": successor.document_id,
    }
    assert (checked.superseded, checked.changed) == (("某县体检办法",), True)
    again = reverified(checked.answer, Shelf(now, successor), TODAY)
    assert (again.answer, again.superseded) == (checked.answer, ())
    (unnamed,) = reverified(ANSWER, Shelf(now), TODAY).answer.notices
    assert unnamed.values["successor"] == "new.txt"
    assert "successor_id" not in unnamed.values


@pytest.mark.parametrize(("until", "expired"), [(date(2026, 2, 28), True), (TODAY, False), (None, False)])
def test_a_document_whose_time_ended_since_is_told(until: date | None, expired: bool) -> None:
    notices = reverified(ANSWER, Shelf(document(valid_until=until)), TODAY).answer.notices
    assert [(notice.kind, notice.values["reason"]) for notice in notices] == [(NoticeKind.STALE, "expired")] * expired


def test_notices_about_documents_that_are_not_cited_any_more_go() -> None:
    other = document(source="b.txt")
    about = Notice(NoticeKind.REPOST, {"document_id": other.document_id})
    general = Notice(NoticeKind.AI_GENERATED)
    answer = replace(answered(FIRST, quoted(2, 4, other)), notices=(about, general))
    assert reverified(answer, Shelf(document(), other), TODAY).answer.notices == (about, general)
    assert reverified(answer, Shelf(document()), TODAY).answer.notices == (general,)


def test_a_place_that_lost_all_its_statements_is_silent_now() -> None:
    other = document(source="b.txt")
    second = quoted(2, 4, other)
    statements = (Statement(FIRST.quote, (1,), 1.0, place="甲县"), Statement(second.quote, (2,), 1.0, place="乙县"))
    answer = replace(
        answered(FIRST, second), statements=statements, places=("甲县", "乙县", "丙县"), silent_places=("丙县",)
    )
    assert reverified(answer, Shelf(document()), TODAY).answer.silent_places == ("丙县", "乙县")


def test_an_answer_without_evidence_only_loses_near_misses_that_are_gone() -> None:
    silent = Answer(AnswerStatus.NO_EVIDENCE, "问", related=(FIRST, THIRD))
    checked = reverified(silent, Shelf(document(TEXT.replace("三百", "二百"))), TODAY)
    assert checked.answer == replace(silent, related=(FIRST,))
    assert not checked.changed


def test_without_documents_nothing_can_be_read_again() -> None:
    class Nothing:
        def document(self, document_id: str) -> Document:
            raise NoGenerationError(document_id)

    with pytest.raises(NoGenerationError):
        reverified(ANSWER, Nothing(), TODAY)
