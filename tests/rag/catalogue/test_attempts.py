from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.attempts import FORGOTTEN, KNOWN, Attempts
from rag.catalogue.engine import Database, database_url
from rag.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(catalogue: Catalogue, settings: Settings, clock: Clock) -> Iterator[Attempts]:
    assert catalogue.accounts.list() == ()
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
        yield Attempts(database, clock)


def waits(attempts: Attempts, clock: Clock, name: str, address: str, tries: int) -> list[int]:
    """Fail so often, each time as soon as it is allowed, and return how long that was each time."""
    waited = []
    for _ in range(tries):
        wait = attempts.take(name, address)
        if wait:
            clock.wait(wait)
            assert attempts.take(name, address) == 0
        waited.append(wait)
    return waited


def test_the_wait_after_failures_grows_up_to_a_quarter_of_an_hour(attempts: Attempts, clock: Clock) -> None:
    waited = waits(attempts, clock, "li", "10.0.0.1", 17)
    assert waited[:5] == [0] * 5
    assert waited[5:] == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_a_try_that_must_wait_is_not_counted_so_waiting_ends(attempts: Attempts, clock: Clock) -> None:
    waits(attempts, clock, "li", "10.0.0.1", 8)
    wait = attempts.take("li", "10.0.0.1")
    assert wait > 0
    for _ in range(100):
        assert attempts.take("li", "10.0.0.1") == wait
    clock.wait(wait)
    assert attempts.take("li", "10.0.0.1") == 0


def test_an_admin_signs_in_from_elsewhere_while_somebody_guesses_at_the_name(attempts: Attempts, clock: Clock) -> None:
    waits(attempts, clock, "admin", "10.0.0.1", 12)
    assert attempts.take("admin", "10.0.0.1") > 0
    assert attempts.take("admin", "10.0.0.2") == 0


def test_guessing_at_many_names_from_one_address_is_slowed_down(attempts: Attempts) -> None:
    refused = sum(attempts.take(f"name-{number}", "10.0.0.1") > 0 for number in range(100))
    assert refused == 70
    assert attempts.take("name-1", "10.0.0.2") == 0


def test_guessing_at_one_name_from_many_addresses_is_slowed_down_but_not_where_the_name_is_known(
    attempts: Attempts, clock: Clock
) -> None:
    assert attempts.take("admin", "10.9.9.9") == 0
    attempts.succeeded("admin", "10.9.9.9")
    refused = sum(attempts.take("admin", f"10.0.0.{number}") > 0 for number in range(100))
    assert refused == 50
    assert attempts.take("admin", "10.0.1.1") > 0
    assert attempts.take("admin", "10.9.9.9") == 0
    for number in range(300):
        clock.wait(attempts.take("admin", f"10.1.{number // 200}.{number % 200}"))
    assert 0 < attempts.take("admin", "10.0.2.1") <= 60


def test_an_address_that_was_known_long_ago_is_like_any_other(attempts: Attempts, clock: Clock) -> None:
    attempts.take("admin", "10.9.9.9")
    attempts.succeeded("admin", "10.9.9.9")
    clock.now += KNOWN + timedelta(seconds=1)
    for number in range(60):
        attempts.take("admin", f"10.0.0.{number}")
    assert attempts.take("admin", "10.9.9.9") > 0


def test_who_gets_in_begins_anew(attempts: Attempts, clock: Clock) -> None:
    waits(attempts, clock, "li", "10.0.0.1", 7)
    clock.wait(60)
    assert attempts.take("li", "10.0.0.1") == 0
    attempts.succeeded("li", "10.0.0.1")
    assert waits(attempts, clock, "li", "10.0.0.1", 5) == [0] * 5


def test_an_own_account_does_not_wipe_out_what_was_guessed_at_others(attempts: Attempts) -> None:
    guesses = 0
    for number in range(200):
        if attempts.take("own", "10.0.0.1") == 0:
            attempts.succeeded("own", "10.0.0.1")
        guesses += attempts.take(f"victim-{number}", "10.0.0.1") == 0
    assert guesses < 32


def test_failures_are_forgotten_after_a_day(attempts: Attempts, clock: Clock, file: Path) -> None:
    waits(attempts, clock, "li", "10.0.0.1", 9)
    clock.now += FORGOTTEN + timedelta(seconds=1)
    assert waits(attempts, clock, "li", "10.0.0.1", 5) == [0] * 5
    clock.now += KNOWN + timedelta(seconds=1)
    attempts.take("wang", "10.0.0.2")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM sign_in_attempts").fetchone() == (3,)


def test_what_was_typed_as_a_name_is_not_kept_in_clear(attempts: Attempts, file: Path) -> None:
    assert attempts.take("my secret password", "10.0.0.77") == 0
    assert attempts.take("\ud800\0", "x" * 5000) == 0
    with closing(sqlite3.connect(file)) as connection:
        stored = "\n".join(connection.iterdump())
    assert "secret" not in stored
    assert "10.0.0.77" not in stored


def test_everybody_may_try_again_once_an_operator_says_so(attempts: Attempts, clock: Clock) -> None:
    waits(attempts, clock, "li", "10.0.0.1", 9)
    assert attempts.take("li", "10.0.0.1") > 0
    attempts.forget()
    assert attempts.take("li", "10.0.0.1") == 0


def test_name_and_address_are_not_run_together(attempts: Attempts, clock: Clock) -> None:
    waits(attempts, clock, "ab", "c", 7)
    assert attempts.take("a", "bc") == 0


def test_tries_at_the_same_time_count_as_well(catalogue: Catalogue, settings: Settings) -> None:
    assert catalogue.accounts.list() == ()
    waits: list[int] = []

    def try_once() -> None:
        with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
            waits.append(Attempts(database, Clock()).take("li", "10.0.0.1"))

    threads = [threading.Thread(target=try_once) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(wait > 0 for wait in waits) == [False] * 5 + [True] * 7
