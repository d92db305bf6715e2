"""A draft is what a person made of an answer, held to the sources of today."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.domain import Answer, AnswerStatus, Approval, NoticeKind, Validity
from rag.draft_answers import MAX_ADDED, Changes, Draft, Drafting, Span
from rag.edited_words import WordDoubtKind
from rag.regions import Gazetteer
from rag.settings import AnsweringSettings
from tests.rag.test_reverification import ANSWER, LINES, TODAY, Shelf, document

HELD = document(region="澧县")
PLACE = LINES[4]
ADDED = Span(HELD.document_id, HELD.text.index(PLACE), HELD.text.index(PLACE) + len(PLACE))


def draft(base: Answer = ANSWER, held: object = HELD, region: str | None = None, **changes: object) -> Draft:
    drafting = Drafting(Shelf(held), Gazetteer.load(), AnsweringSettings())  # type: ignore[arg-type]
    return drafting.draft(base, region, Changes(**changes), TODAY)  # type: ignore[arg-type]


def test_without_changes_the_draft_says_what_the_answer_says() -> None:
    made = draft()
    assert made.answer is not None
    assert made.answer.statements == ANSWER.statements
    assert made.answer.citations == tuple(replace(one, region="澧县") for one in ANSWER.citations)
    assert [(item.key, item.kept, item.doubts) for item in made.items] == [(f"s{n}", True, ()) for n in range(3)]


def test_what_is_left_out_takes_its_quote_along_and_the_numbers_close_up() -> None:
    made = draft(left_out=frozenset({"s0"}))
    assert made.answer is not None
    assert [one.quote for one in made.answer.citations] == [LINES[4], LINES[6]]
    assert [one.citations for one in made.answer.statements] == [(1,), (2,)]
    assert [item.kept for item in made.items] == [False, True, True]
    assert made.answer.total_items is None


def test_with_nothing_kept_there_is_nothing_to_send() -> None:
    assert draft(left_out=frozenset({"s0", "s1", "s2"})).answer is None


def test_words_of_a_person_are_marked_and_doubted_and_the_quote_stays() -> None:
    made = draft(words={"s2": "每人每年补贴五百元。"})
    item = made.items[2]
    assert item.statement.edited
    assert item.said == LINES[6]
    assert [doubt.kind for doubt in item.doubts] == [WordDoubtKind.FIGURE]
    assert made.answer is not None
    assert made.answer.statements[2].text == "每人每年补贴五百元。"
    assert made.answer.citations[2].quote == LINES[6]


@pytest.mark.parametrize("words", ["", "  ", LINES[6], f" {LINES[6]}\r\n"])
def test_the_same_words_again_are_no_edit(words: str) -> None:
    assert not draft(words={"s2": words}).items[2].statement.edited


def test_a_passage_that_was_added_is_read_from_the_source() -> None:
    made = draft(replace(ANSWER, statements=ANSWER.statements[:1], citations=ANSWER.citations[:1]), added=(ADDED,))
    assert [item.key for item in made.items] == ["s0", "a0"]
    assert made.items[1].statement.text == PLACE
    assert made.answer is not None
    assert [one.number for one in made.answer.citations] == [1, 2]


def test_one_passage_has_one_number() -> None:
    made = draft(added=(ADDED,))
    assert made.items[3].statement.citations == made.items[1].statement.citations == (2,)


def test_passages_make_an_answer_where_the_sources_gave_none() -> None:
    made = draft(Answer(AnswerStatus.NO_EVIDENCE, "在哪里体检"), added=(ADDED,))
    assert made.answer is not None
    assert made.answer.status is AnswerStatus.ANSWERED
    assert [one.quote for one in made.answer.citations] == [PLACE]


@pytest.mark.parametrize(
    "span",
    [
        Span("nowhere", 0, 3),
        Span(HELD.document_id, 5, 5),
        Span(HELD.document_id, 0, 10**9),
        Span(HELD.document_id, 6, 7),
    ],
)
def test_a_passage_that_is_not_there_is_counted_as_lost(span: Span) -> None:
    made = draft(added=(span,))
    assert (len(made.items), made.lost) == (3, 1)


def test_no_more_passages_than_can_be_read_are_taken() -> None:
    assert len(draft(added=(ADDED,) * (MAX_ADDED + 5)).items) == 3 + MAX_ADDED


def test_what_left_the_source_is_not_in_the_draft() -> None:
    made = draft(held=document(HELD.text.replace(LINES[6], "补贴另行通知。"), region="澧县"))
    assert (len(made.items), made.lost) == (2, 1)


def test_an_added_passage_of_another_place_or_of_the_past_brings_its_notice() -> None:
    none = Answer(AnswerStatus.NO_EVIDENCE, "在哪里体检")
    made = draft(none, replace(HELD, validity=Validity.SUPERSEDED), region="桃源县", added=(ADDED,))
    assert made.answer is not None
    assert {notice.kind for notice in made.answer.notices} >= {NoticeKind.SUPERSEDED, NoticeKind.OTHER_REGION}


def test_an_approved_answer_that_was_changed_is_approved_no_more() -> None:
    approved = replace(ANSWER, approved=Approval(3, TODAY, "县卫健局"))
    same, cut, edited = (
        draft(approved, **changes).answer
        for changes in ({}, {"left_out": frozenset({"s1"})}, {"words": {"s0": "六十五岁以上老人每年体检一次。"}})
    )
    assert same is not None and same.approved is not None
    assert cut is not None and cut.approved is None
    assert edited is not None and edited.approved is None
