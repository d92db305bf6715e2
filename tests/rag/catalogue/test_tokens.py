from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.account_records import Role, Scope
from rag.catalogue.engine import Database, database_url
from rag.catalogue.tokens import Tokens
from rag.errors import UnknownIdError, UsageError
from rag.settings import Settings

ASK = frozenset({Scope.ASK})


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(catalogue: Catalogue, settings: Settings, clock: Clock) -> Iterator[Tokens]:
    catalogue.accounts.add("root", Role.ADMIN, "hash", by="x")
    catalogue.accounts.add("Li", Role.STAFF, "hash", by="x")
    with closing(Database(database_url(settings.catalogue.url, settings.paths.data))) as database:
        yield Tokens(database, clock)


def test_a_token_speaks_for_its_account_within_its_scopes(tokens: Tokens, file: Path) -> None:
    info, token = tokens.add("li", "the hotline's program", frozenset({Scope.SEARCH, Scope.ASK}), 30, by="root")
    assert token.startswith("pct_")
    found = tokens.find(token)
    assert found is not None
    assert (found[0].name, found[1]) == ("Li", {Scope.ASK, Scope.SEARCH})
    assert (info.user, info.created, info.expires, info.last_used) == (
        "Li",
        "2026-03-01T08:00:00Z",
        "2026-03-31T08:00:00Z",
        None,
    )
    assert tokens.list()[0].last_used == "2026-03-01T08:00:00Z"
    with closing(sqlite3.connect(file)) as connection:
        assert token not in "\n".join(connection.iterdump())


@pytest.mark.parametrize("other", ["", "pct_", "pct_x", "sk-abc", "pct_" + "x" * 5000, "pct_\ud800"])
def test_what_is_no_token_opens_nothing(tokens: Tokens, other: str) -> None:
    tokens.add("li", "p", ASK, 30, by="root")
    assert tokens.find(other) is None


def test_a_token_ends_with_its_time_with_its_revocation_and_with_its_account(
    catalogue: Catalogue, tokens: Tokens, clock: Clock
) -> None:
    _, late = tokens.add("li", "late", ASK, 1, by="root")
    first, revoked = tokens.add("li", "revoked", ASK, 30, by="root")
    _, closed = tokens.add("li", "closed", ASK, 30, by="root")
    tokens.revoke(first.number, by="root")
    assert tokens.find(revoked) is None
    with pytest.raises(UnknownIdError):
        tokens.revoke(first.number, by="root")
    clock.now += timedelta(days=1)
    assert tokens.find(late) is None
    assert tokens.find(closed) is not None
    catalogue.accounts.set_disabled("li", True, by="root")
    assert tokens.find(closed) is None


def test_only_an_admin_has_tokens_for_admins_and_only_while_being_one(catalogue: Catalogue, tokens: Tokens) -> None:
    with pytest.raises(UsageError, match="no admin"):
        tokens.add("li", "p", frozenset({Scope.ADMIN}), 30, by="root")
    catalogue.accounts.set_role("li", Role.ADMIN, by="root")
    _, token = tokens.add("li", "p", frozenset({Scope.ADMIN, Scope.ASK}), 30, by="root")
    catalogue.accounts.set_role("li", Role.STAFF, by="root")
    found = tokens.find(token)
    assert found is not None
    assert found[1] == ASK


@pytest.mark.parametrize(
    ("user", "name", "scopes", "days"),
    [
        ("nobody", "p", ASK, 30),
        ("li", " ", ASK, 30),
        ("li", "p" * 201, ASK, 30),
        ("li", "p\x1b[2J", ASK, 30),
        ("li", "p", frozenset[Scope](), 30),
        ("li", "p", ASK, 0),
        ("li", "p", ASK, 367),
    ],
)
def test_a_token_without_owner_purpose_scope_or_end_is_not_made(
    tokens: Tokens, user: str, name: str, scopes: frozenset[Scope], days: int
) -> None:
    with pytest.raises(UsageError):
        tokens.add(user, name, scopes, days, by="root")
    assert tokens.list() == ()


def test_a_disabled_account_gets_no_token(catalogue: Catalogue, tokens: Tokens) -> None:
    catalogue.accounts.set_disabled("li", True, by="root")
    with pytest.raises(UsageError, match="disabled"):
        tokens.add("li", "p", ASK, 30, by="root")


def test_making_and_revoking_are_noted_without_the_token(catalogue: Catalogue, tokens: Tokens) -> None:
    info, token = tokens.add("li", "p", ASK, 30, by="root")
    tokens.revoke(info.number, by="root")
    noted = catalogue.audit.entries(limit=2)
    assert [(one.who, one.action, one.object_) for one in noted] == [
        ("root", "token.revoke", f"{info.number} (Li)"),
        ("root", "token.add", f"{info.number} (Li)"),
    ]
    assert token not in str(noted)
