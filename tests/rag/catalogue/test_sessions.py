from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.account_records import Account, Role, Session
from rag.catalogue.engine import Database, database_url
from rag.catalogue.sessions import IDLE, LONGEST, MOST_SESSIONS, Sessions
from rag.settings import Settings


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def account(catalogue: Catalogue) -> Account:
    return catalogue.accounts.add("Li", Role.ADMIN, "hash", by="x")


@pytest.fixture
def sessions(catalogue: Catalogue, settings: Settings, clock: Clock) -> Iterator[Sessions]:
    assert catalogue.accounts.list() is not None
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
        yield Sessions(database, clock)


def begun(sessions: Sessions, account: Account, **more: str) -> str:
    token = sessions.begin(account, "hash", **more)
    assert token is not None
    return token


def found(sessions: Sessions, token: str) -> Session:
    session = sessions.find(token)
    assert session is not None
    return session


def test_a_session_is_found_by_its_token_and_not_by_what_is_stored(
    sessions: Sessions, account: Account, file: Path
) -> None:
    token = begun(sessions, account)
    session = found(sessions, token)
    assert session.account == account
    assert session.signed_in == "2026-03-01T08:00:00Z"
    with closing(sqlite3.connect(file)) as connection:
        stored = [str(value) for row in connection.execute("SELECT * FROM sessions") for value in row]
    assert not {token, session.csrf} & set(stored)
    for kept in stored:
        assert sessions.find(kept) is None
    assert sessions.find("") is None
    assert sessions.find("x" * 10_000) is None


def test_every_session_has_a_token_and_a_form_word_of_its_own(sessions: Sessions, account: Account) -> None:
    tokens = {begun(sessions, account) for _ in range(3)}
    assert len({found(sessions, token).csrf for token in tokens} | tokens) == 6
    assert min(map(len, tokens)) >= 43


def test_a_session_that_was_not_used_for_an_hour_has_ended(sessions: Sessions, account: Account, clock: Clock) -> None:
    token = begun(sessions, account)
    for _ in range(3):
        clock.now += IDLE - timedelta(seconds=61)
        assert sessions.find(token) is not None
    clock.now += IDLE + timedelta(seconds=1)
    assert sessions.find(token) is None


def test_a_session_ends_after_a_day_of_work_however_busy(sessions: Sessions, account: Account, clock: Clock) -> None:
    token = begun(sessions, account)
    end = clock.now + LONGEST
    while clock.now + timedelta(minutes=30) < end:
        clock.now += timedelta(minutes=30)
        assert sessions.find(token) is not None
    clock.now = end
    assert sessions.find(token) is None


def test_signing_in_again_ends_the_session_that_the_browser_had(sessions: Sessions, account: Account) -> None:
    before = begun(sessions, account)
    other = begun(sessions, account)
    after = begun(sessions, account, instead_of=before)
    assert sessions.find(before) is None
    assert sessions.find(after) is not None
    assert sessions.find(other) is not None
    sessions.end(after)
    sessions.end(after)
    assert sessions.find(after) is None


@pytest.mark.parametrize("change", ["password", "disable", "role"])
def test_a_change_of_the_account_ends_its_sessions_everywhere(
    catalogue: Catalogue, sessions: Sessions, account: Account, change: str
) -> None:
    other = catalogue.accounts.add("root", Role.ADMIN, "hash", by="x")
    tokens = [begun(sessions, account) for _ in range(2)]
    kept = begun(sessions, other)
    if change == "password":
        catalogue.accounts.set_password("li", "new", by="li")
    elif change == "disable":
        catalogue.accounts.set_disabled("li", True, by="root")
        catalogue.accounts.set_disabled("li", False, by="root")
    else:
        catalogue.accounts.set_role("li", Role.STAFF, by="root")
    assert [sessions.find(token) for token in tokens] == [None, None]
    assert sessions.find(kept) is not None


def test_a_sign_in_on_its_way_does_not_outlive_a_new_password_or_a_closed_account(
    catalogue: Catalogue, sessions: Sessions, account: Account
) -> None:
    catalogue.accounts.add("root", Role.ADMIN, "hash", by="x")
    catalogue.accounts.set_password("li", "new", by="root")
    assert sessions.begin(account, "hash") is None
    catalogue.accounts.set_disabled("li", True, by="root")
    assert sessions.begin(account, "new") is None


def test_the_oldest_of_too_many_sessions_ends(sessions: Sessions, account: Account, clock: Clock) -> None:
    tokens = []
    for _ in range(MOST_SESSIONS + 2):
        tokens.append(begun(sessions, account))
        clock.now += timedelta(seconds=1)
    assert [sessions.find(token) is not None for token in tokens] == [False] * 2 + [True] * MOST_SESSIONS


def test_sessions_that_ended_leave_no_row(sessions: Sessions, account: Account, clock: Clock, file: Path) -> None:
    begun(sessions, account)
    clock.now += LONGEST + timedelta(seconds=1)
    begun(sessions, account)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
