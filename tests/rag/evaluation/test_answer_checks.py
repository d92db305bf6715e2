"""What is wrong with an answer: each expectation on its own, and what must hold for every answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rag.domain import Answer, AnswerStatus, Clarification, Notice, NoticeKind, Statement
from rag.errors import UnknownIdError
from rag.evaluation.answer_checks import figures_outside, is_source, problems_of, quotes_that_differ
from rag.evaluation.answer_file import Expectation
from tests.rag.evaluation.answered import TEXT, answered, citation, refused


def problems(answer: Answer, *status: AnswerStatus, **expected: Any) -> tuple[str, ...]:
    return problems_of(Expectation(status or (AnswerStatus.ANSWERED,), **expected), answer)


def test_a_right_answer_has_no_problems() -> None:
    assert (
        problems(answered(), contains=(("3600元",),), absent=("2000元",), source=("child.html",), place="青棠县") == ()
    )


def test_the_status_must_be_one_of_those_expected() -> None:
    assert problems(refused(), AnswerStatus.OUT_OF_SCOPE) == ("status no_evidence, expected out_of_scope",)
    assert problems(refused(), AnswerStatus.OUT_OF_SCOPE, AnswerStatus.NO_EVIDENCE) == ()


def test_a_list_that_is_shown_in_part_is_answered_but_a_hidden_figure_is_not() -> None:
    assert problems(answered(status=AnswerStatus.PARTIAL)) == ()
    assert problems(answered(status=AnswerStatus.REDACTED)) != ()
    assert problems(answered(), AnswerStatus.REDACTED) != ()


@pytest.mark.parametrize(
    ("wanted", "there"),
    [("3600元", True), ("补贴 3600", True), ("補貼", True), ("600元", False), ("360", False), ("3,600", False)],
)
def test_a_number_is_met_by_that_number_only(wanted: str, there: bool) -> None:
    assert (not problems(answered(), contains=((wanted,),))) is there


def test_a_part_of_a_decimal_is_another_number() -> None:
    text = "起付线1.2万元。"
    shown = answered(citation(text=text, end=len(text)))
    assert problems(shown, contains=(("2万元",),)) == ("lacks 2万元",)
    assert problems(shown, contains=(("1.2万元",),)) == ()


def test_one_text_of_a_group_is_enough() -> None:
    assert problems(answered(), contains=(("2000元", "3600元"),)) == ()
    assert problems(answered(), contains=(("2000元", "48元"),)) == ("lacks 2000元 / 48元",)


def test_what_must_not_be_shown_is_named() -> None:
    assert problems(answered(), absent=("每年",)) == ("has 每年",)


def test_each_expected_source_must_be_cited() -> None:
    assert problems(answered(), source=("child.html", "other.md")) == ("cites child.html, not other.md",)


@pytest.mark.parametrize(
    ("found", "expected", "same"),
    [
        ("a/child.html", "child.html", True),
        ("a/child.html", "a/child.html", True),
        ("pack.zip#2", "pack.zip", True),
        ("a/grandchild.html", "child.html", False),
        ("child.html", "a/child.html", False),
    ],
)
def test_a_source_is_named_by_its_path_its_end_or_its_file(found: str, expected: str, same: bool) -> None:
    assert is_source(found, expected) is same


def test_a_document_of_another_place_is_named() -> None:
    shown = answered(citation(), citation(2, "b.html", region="白石县"))
    assert problems(shown, place="青棠县") == ("cites 白石县, not only 青棠县",)


def test_places_side_by_side_are_those_of_the_statements_too() -> None:
    first = citation()
    shown = answered(first, statements=(Statement(first.quote, (1,), 1.0, place="青棠县"),), silent_places=("白石县",))
    assert problems(shown, places=("青棠县",), silent=("白石县",)) == ()
    assert problems(shown, places=("青棠县", "白石县")) == ("sets side by side 青棠县, not 白石县",)
    assert problems(shown, silent=("黑水县",)) == ("says to have nothing 白石县, not 黑水县",)


def test_the_places_to_choose_from_must_be_offered() -> None:
    asked_back = refused(AnswerStatus.NEEDS_CLARIFICATION, clarification=Clarification("region", ("青棠县", "白石县")))
    assert problems(asked_back, AnswerStatus.NEEDS_CLARIFICATION, options=("白石县",)) == ()
    assert problems(asked_back, AnswerStatus.NEEDS_CLARIFICATION, options=("黑水县",)) == (
        "offers 青棠县、白石县, not 黑水县",
    )


def test_items_and_notices_are_compared() -> None:
    shown = answered(total_items=4, notices=(Notice(NoticeKind.STALE),))
    assert problems(shown, items=4, notices=(NoticeKind.STALE,)) == ()
    assert problems(shown, items=5, notices=(NoticeKind.REPOST,)) == ("counts 4 items, expected 5", "no notice repost")


def test_a_wrong_premise_must_be_named_unless_nothing_is_stated() -> None:
    either = (AnswerStatus.ANSWERED, AnswerStatus.NO_EVIDENCE)
    assert problems(answered(), *either, premise="取消") == ("does not say that 取消 is not confirmed",)
    assert problems(answered(premise="取消了补贴"), *either, premise="取消") == ()
    assert problems(refused(), *either, premise="取消") == ()


def test_a_follow_up_must_be_completed_as_expected() -> None:
    assert problems(answered(rewritten="青棠县补贴多少"), rewritten="補貼") == ()
    assert problems(answered(), rewritten="补贴") == ("completed as None, expected 补贴 in it",)


def test_a_refusal_is_not_blamed_for_what_it_does_not_show_where_it_is_allowed() -> None:
    either = (AnswerStatus.ANSWERED, AnswerStatus.NO_EVIDENCE)
    assert problems(refused(), *either, contains=(("3600元",),)) == ()
    assert "lacks 3600元" in problems(refused(), contains=(("3600元",),))


def test_quotes_that_left_their_document_are_counted() -> None:
    def text_of(document_id: str) -> str:
        if document_id == "gone":
            raise UnknownIdError(document_id)
        return TEXT if document_id == "child.html" else "另一篇" + TEXT

    assert quotes_that_differ(answered(), text_of) == 0
    moved = replace(citation(2), document_id="moved")
    gone = replace(citation(3), document_id="gone")
    assert quotes_that_differ(answered(citation(), moved, gone), text_of) == 2
    assert quotes_that_differ(refused(related=(moved,)), text_of) == 1


def test_figures_that_stand_in_no_cited_quote_are_counted() -> None:
    first, second = citation(), citation(2, start=12, end=len(TEXT))
    said = (Statement("每年3600元", (1,), 1.0), Statement("另发2000元，每月48元", (1,), 0.5))
    assert figures_outside(answered(first, second, statements=said)) == 2
    assert figures_outside(answered(first, second)) == 0
