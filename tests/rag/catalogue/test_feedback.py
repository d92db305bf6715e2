"""Feedback: one word of each reader on each answer, with the answer, without personal numbers."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql, sqlite

from rag.catalogue import Catalogue, FeedbackReason
from rag.catalogue.schema import FeedbackRow
from rag.errors import UsageError

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RECORD = {"version": 1, "answer": {"question": "问\ud800", "status": "answered"}, "region": None}


def receipt_id(number: int) -> str:
    return f"{number:016x}"


def test_what_was_said_is_found_again_with_the_whole_answer(catalogue: Catalogue) -> None:
    catalogue.feedback.put(
        receipt_id(1),
        RECORD,
        useful=False,
        reason=FeedbackReason.OUTDATED,
        comment=" 这是旧的 \n",
        generation="g1",
        at=NOON,
    )
    (given,) = catalogue.feedback.latest(5)
    assert (given.receipt_id, given.given_at, given.useful) == (receipt_id(1), "2026-03-01T12:00:00Z", False)
    assert (given.reason, given.comment, given.generation) == (FeedbackReason.OUTDATED, "这是旧的", "g1")
    assert given.record == RECORD


def test_a_second_word_takes_the_place_of_the_first(catalogue: Catalogue) -> None:
    feedback = catalogue.feedback
    feedback.put(receipt_id(1), RECORD, useful=False, reason=FeedbackReason.WRONG, comment="不对", at=NOON)
    feedback.put(receipt_id(2), RECORD, useful=True, at=NOON)
    feedback.put(receipt_id(1), RECORD, useful=True, at=NOON + timedelta(hours=1))
    assert [(one.receipt_id, one.useful, one.reason, one.comment) for one in feedback.latest(5)] == [
        (receipt_id(1), True, None, None),
        (receipt_id(2), True, None, None),
    ]


def test_windows_that_send_at_once_leave_one_word(catalogue: Catalogue) -> None:
    def send(number: int) -> None:
        catalogue.feedback.put(receipt_id(1), RECORD, useful=bool(number % 2), comment=str(number))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(catalogue.feedback.latest(9)) == 1


def test_lists_are_newest_first_and_can_be_of_one_kind(catalogue: Catalogue) -> None:
    reasons = [None, FeedbackReason.WRONG, FeedbackReason.OTHER, FeedbackReason.WRONG]
    for number, reason in enumerate(reasons):
        catalogue.feedback.put(
            receipt_id(number), RECORD, useful=reason is None, reason=reason, at=NOON + timedelta(minutes=number)
        )
    ids = [one.receipt_id for one in catalogue.feedback.latest(3)]
    assert ids == [receipt_id(3), receipt_id(2), receipt_id(1)]
    assert [one.receipt_id for one in catalogue.feedback.latest(9, useful=True)] == [receipt_id(0)]
    assert [one.receipt_id for one in catalogue.feedback.latest(9, reason=FeedbackReason.WRONG)] == [
        receipt_id(3),
        receipt_id(1),
    ]
    counts = catalogue.feedback.counts()
    assert (counts.useful, counts.useless) == (1, 3)
    assert list(counts.reasons.items()) == [(FeedbackReason.WRONG, 2), (FeedbackReason.OTHER, 1)]


def test_counts_can_be_of_the_last_days_only(catalogue: Catalogue) -> None:
    for number, reason in enumerate([FeedbackReason.WRONG, FeedbackReason.OTHER, None]):
        at = NOON + timedelta(days=number)
        catalogue.feedback.put(receipt_id(number), RECORD, useful=reason is None, reason=reason, at=at)
    counts = catalogue.feedback.counts(NOON + timedelta(days=1))
    assert (counts.useful, counts.useless, dict(counts.reasons)) == (1, 1, {FeedbackReason.OTHER: 1})
    of_one_kind = catalogue.feedback.counts(verdict=False, reason=FeedbackReason.WRONG)
    assert (of_one_kind.useful, of_one_kind.useless) == (0, 1)
    assert catalogue.feedback.counts(verdict=True).useless == 0


def test_a_list_goes_on_after_those_already_shown(catalogue: Catalogue) -> None:
    for number in range(5):
        at = NOON + timedelta(minutes=number)
        catalogue.feedback.put(receipt_id(number), RECORD, useful=bool(number % 2), at=at)
    shown = [one.receipt_id for one in catalogue.feedback.latest(1, useful=False, after=1)]
    assert shown == [receipt_id(2)]


def test_an_empty_catalogue_counts_nothing(catalogue: Catalogue) -> None:
    counts = catalogue.feedback.counts()
    assert (counts.useful, counts.useless, counts.reasons) == (0, 0, {})
    assert catalogue.feedback.latest(5) == ()


def test_personal_numbers_in_a_comment_never_reach_the_disk(catalogue: Catalogue, file: Path) -> None:
    catalogue.feedback.put(receipt_id(1), RECORD, useful=False, comment="请回电13800001111，谢谢")
    assert catalogue.feedback.latest(1)[0].comment == "请回电[手机号]，谢谢"
    with closing(sqlite3.connect(file)) as connection:
        assert "13800001111" not in "\n".join(connection.iterdump())


@pytest.mark.parametrize(
    ("comment", "kept"), [("", None), ("  \n", None), ("a\0b\ud800", "ab?"), ("长" * 500, "长" * 500)]
)
def test_a_comment_is_kept_as_it_can_be(catalogue: Catalogue, comment: str, kept: str | None) -> None:
    catalogue.feedback.put(receipt_id(1), RECORD, useful=False, comment=comment)
    assert catalogue.feedback.latest(1)[0].comment == kept


@pytest.mark.parametrize(
    ("wrong_id", "comment"), [("", "好"), ("x" * 16, "好"), ("0" * 17, "好"), ("0" * 16, "长" * 501)]
)
def test_what_cannot_be_kept_is_refused(catalogue: Catalogue, wrong_id: str, comment: str) -> None:
    with pytest.raises(UsageError):
        catalogue.feedback.put(wrong_id, RECORD, useful=True, comment=comment)
    assert catalogue.feedback.latest(1) == ()


def test_a_record_that_is_no_json_is_refused(catalogue: Catalogue) -> None:
    for record in ({"share": float("nan")}, {"path": Path("a")}):
        with pytest.raises((ValueError, TypeError)):
            catalogue.feedback.put(receipt_id(1), record, useful=True)
    assert catalogue.feedback.latest(1) == ()


@pytest.mark.parametrize("dialect", [sqlite, postgresql])
def test_both_databases_know_the_statement_that_replaces(dialect: object) -> None:
    values = {"receipt_id": receipt_id(1), "useful": True}
    kept = dialect.insert(FeedbackRow).values(values)  # type: ignore[attr-defined]
    made = str(
        kept.on_conflict_do_update(index_elements=["receipt_id"], set_={"useful": False}).compile(
            dialect=dialect.dialect()
        )
    )  # type: ignore[attr-defined]
    assert "ON CONFLICT (receipt_id) DO UPDATE SET useful" in made
