"""Shared answers: nobody guesses a link, and the same answer keeps its own."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.records import kept_since
from rag.errors import UnknownIdError, UsageError
from rag.settings import RetentionSettings, UseSettings

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RECORD = {"version": 1, "answer": {"question": "问"}}
ONE, OTHER = "0" * 16, "f" * 16


def test_an_answer_is_found_under_its_token(catalogue: Catalogue) -> None:
    token = catalogue.shared.put(RECORD, ONE, at=NOON)
    found = catalogue.shared.get(token)
    assert (found.receipt_id, found.shared_at, found.record) == (ONE, "2026-03-01T12:00:00Z", RECORD)


def test_a_token_is_made_of_chance_and_fits_into_an_address(catalogue: Catalogue) -> None:
    tokens = {catalogue.shared.put(RECORD, f"{number:016x}") for number in range(50)}
    assert len(tokens) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{24}", token) for token in tokens)  # 24 × 6 bits


def test_the_same_answer_shared_again_keeps_its_token_and_its_time_begins_anew(catalogue: Catalogue) -> None:
    first = catalogue.shared.put(RECORD, ONE, at=NOON)
    assert catalogue.shared.put(RECORD, ONE, at=NOON + timedelta(days=9)) == first
    assert catalogue.shared.get(first).shared_at == "2026-03-10T12:00:00Z"
    assert catalogue.shared.put(RECORD, OTHER) != first


def test_who_shares_at_once_gets_the_same_token(catalogue: Catalogue) -> None:
    tokens: list[str] = []
    threads = [threading.Thread(target=lambda: tokens.append(catalogue.shared.put(RECORD, ONE))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 8
    assert len(set(tokens)) == 1


@pytest.mark.parametrize("token", ["", "nothing", "a" * 10_000, "\0", "' OR 1=1 --", "%", "\ud800"])
def test_a_token_of_nobody_opens_nothing(catalogue: Catalogue, token: str) -> None:
    catalogue.shared.put(RECORD, ONE)
    with pytest.raises(UnknownIdError):
        catalogue.shared.get(token)


def test_an_answer_without_a_receipt_is_not_shared(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError):
        catalogue.shared.put(RECORD, "../../etc")


def test_what_was_kept_long_enough_is_deleted_and_nothing_else(catalogue: Catalogue) -> None:
    keep = RetentionSettings(feedback_days=30, shared_days=10)
    tokens = {}
    for days in (9, 10, 11, 29, 31):
        at = NOON - timedelta(days=days)
        tokens[days] = catalogue.shared.put(RECORD, f"{days:016x}", at=at)
        catalogue.feedback.put(f"{days:016x}", RECORD, useful=True, at=at)
    purged = catalogue.retention.purge(NOON, keep, UseSettings())
    assert (purged.feedback, purged.shared) == (1, 3)
    assert {one.receipt_id for one in catalogue.feedback.latest(9)} == {f"{days:016x}" for days in (9, 10, 11, 29)}
    for days, token in tokens.items():
        if days <= 10:
            assert catalogue.shared.get(token).receipt_id == f"{days:016x}"
        else:
            with pytest.raises(UnknownIdError):
                catalogue.shared.get(token)
    again = catalogue.retention.purge(NOON, keep, UseSettings())
    assert (again.feedback, again.shared) == (0, 0)


def test_a_moment_without_a_zone_deletes_nothing(catalogue: Catalogue) -> None:
    token = catalogue.shared.put(RECORD, ONE, at=NOON - timedelta(days=999))
    with pytest.raises(ValueError, match="time zone"):
        catalogue.retention.purge(NOON.replace(tzinfo=None), RetentionSettings(), UseSettings())
    assert catalogue.shared.get(token).receipt_id == ONE
    assert kept_since(NOON, 1) == "2026-02-28T12:00:00Z"
