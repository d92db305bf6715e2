"""When an approved answer is shown, and when it is withdrawn."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rag.approved_records import WithdrawalReason
from rag.approved_showing import GroundLostError, check_ground, lost_ground, shown
from rag.domain import Validity
from tests.rag.approved_samples import DAYS, FREE, TODAY, Shelf, answer, approved, document, proposal


def test_an_approved_answer_says_who_stands_behind_it_and_keeps_its_quotes() -> None:
    told = shown(approved(), "老年人体检要交钱吗", Shelf(document()), TODAY)
    assert told is not None
    assert [one.text for one in told.statements] == [FREE, DAYS]
    assert told.approved is not None
    assert (told.approved.number, told.approved.since, told.approved.office) == (
        1,
        date(2026, 3, 1),
        "青棠县卫生健康局",
    )


def test_a_quote_that_only_moved_is_shown_where_it_stands_now() -> None:
    moved = "新的开头。\n" + FREE + "\n" + DAYS
    told = shown(approved(), "？", Shelf(document(moved)), TODAY)
    assert told is not None
    assert [moved[one.start : one.end] for one in told.citations] == [FREE, DAYS]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"text": FREE.replace("六十五", "七十") + "\n" + DAYS}, WithdrawalReason.QUOTE_GONE),
        ({"text": FREE}, WithdrawalReason.QUOTE_GONE),
        ({"validity": Validity.SUPERSEDED}, WithdrawalReason.SUPERSEDED),
        ({"superseded_by": "new.md"}, WithdrawalReason.SUPERSEDED),
        ({"validity": Validity.EXPIRED}, WithdrawalReason.EXPIRED),
        ({"valid_until": date(2026, 3, 1)}, WithdrawalReason.EXPIRED),
    ],
)
def test_an_answer_whose_source_changed_is_not_shown(changed: dict[str, Any], reason: WithdrawalReason) -> None:
    shelf = Shelf(document(**changed))
    ground = lost_ground(proposal(), shelf, TODAY)
    assert ground is not None
    assert (ground.reason, ground.title) == (reason, "青棠县老年人免费体检实施办法")
    assert shown(approved(), "？", shelf, TODAY) is None
    with pytest.raises(GroundLostError):
        check_ground(proposal(), shelf, TODAY)


def test_an_answer_whose_source_was_removed_is_not_shown() -> None:
    ground = lost_ground(proposal(), Shelf(), TODAY)
    assert ground is not None
    assert ground.reason is WithdrawalReason.REMOVED


def test_an_answer_is_shown_until_its_review_day_and_not_after() -> None:
    due = approved(review=TODAY)
    assert shown(due, "？", Shelf(document()), TODAY) is not None
    assert shown(due, "？", Shelf(document()), date(2026, 3, 3)) is None


def test_worded_statements_stay_worded() -> None:
    worded = approved(answer=answer("满六十五岁的老人一年可以免费体检一次。", edited=True))
    told = shown(worded, "？", Shelf(document()), TODAY)
    assert told is not None
    assert [one.edited for one in told.statements] == [True, False]
