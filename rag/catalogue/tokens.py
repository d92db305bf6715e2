"""Tokens with which programs speak for an account. A token is shown once; here only its digest is kept."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update

from rag.catalogue.account_records import Account, Role, Scope, TokenInfo, scope_names
from rag.catalogue.accounts import folded
from rag.catalogue.audit import note
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schema import MAX_NAME_CHARS
from rag.catalogue.schema_accounts import AccountRow, ApiTokenRow
from rag.catalogue.sessions import MAX_TOKEN_CHARS, digest
from rag.errors import UnknownIdError, UsageError

PREFIX = "pct_"
"""Every token begins so: scanners of code find one that was checked in, and doors tell it from keys of other services."""
MAX_DAYS = 366
_SEEN_EVERY = timedelta(hours=1)

_LISTED = select(
    ApiTokenRow.number,
    ApiTokenRow.name,
    AccountRow.name.label("user"),
    ApiTokenRow.scopes,
    ApiTokenRow.created,
    ApiTokenRow.expires,
    ApiTokenRow.last_used,
    ApiTokenRow.revoked,
).join(AccountRow, AccountRow.number == ApiTokenRow.account)


class Tokens:
    """API tokens, oldest first."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def add(self, user: str, name: str, scopes: frozenset[Scope], days: int, *, by: str) -> tuple[TokenInfo, str]:
        """Make a token that speaks for ``user`` for so many days; return what a list shows, and the token itself.

        Raises:
            UnknownIdError: nobody is called ``user``.
            UsageError: the account is disabled or may not have that scope, or a value is empty, too long or too many.
        """
        if not name.strip() or len(name) > MAX_NAME_CHARS or not name.isprintable():
            raise UsageError(f"what a token is for is said in 1 to {MAX_NAME_CHARS} characters that can be seen")
        if not scopes:
            raise UsageError("a token needs a scope")
        if not 1 <= days <= MAX_DAYS:
            raise UsageError(f"a token holds for 1 to {MAX_DAYS} days")
        token = PREFIX + secrets.token_urlsafe(32)
        now = self._clock()
        with self._database.writing() as connection:
            owner = connection.execute(select(AccountRow.__table__).where(AccountRow.folded == folded(user))).first()
            if owner is None:
                raise UnknownIdError(f"no account {user!r}")
            if owner.disabled:
                raise UsageError(f"the account {owner.name!r} is disabled")
            if Scope.ADMIN in scopes and owner.role != Role.ADMIN:
                raise UsageError(f"{owner.name!r} is no admin, so no token of theirs has the scope 'admin'")
            row = {
                "digest": digest(token),
                "name": name,
                "account": owner.number,
                "scopes": scope_names(scopes),
                "created": utc_text(now),
                "expires": utc_text(now + timedelta(days=days)),
                "last_used": None,
                "revoked": False,
            }
            made = connection.execute(insert(ApiTokenRow).values(row).returning(ApiTokenRow.number)).scalar_one()
            told = {"name": name, "scopes": row["scopes"], "expires": row["expires"]}
            note(connection, by, "token.add", f"{made} ({owner.name})", None, told)
            info = _info(connection.execute(_LISTED.where(ApiTokenRow.number == made)).one())
        return info, token

    def list(self) -> tuple[TokenInfo, ...]:
        """Return every token, revoked and expired ones included."""
        with self._database.reading() as connection:
            return tuple(_info(row) for row in connection.execute(_LISTED.order_by(ApiTokenRow.number)))

    def revoke(self, number: int, *, by: str) -> None:
        """End a token at once.

        Raises:
            UnknownIdError: there is no such token, or it was revoked before.
        """
        with self._database.writing() as connection:
            ended = update(ApiTokenRow).where(ApiTokenRow.number == number, ApiTokenRow.revoked.is_(False))
            if not connection.execute(ended.values(revoked=True)).rowcount:
                raise UnknownIdError(f"no token {number} that still holds")
            owner = connection.execute(_LISTED.where(ApiTokenRow.number == number)).one()
            note(connection, by, "token.revoke", f"{number} ({owner.user})", {"revoked": False}, {"revoked": True})

    def find(self, token: str) -> tuple[Account, frozenset[Scope]] | None:
        """Return whom a token speaks for and what it may do, None where it does not hold.

        An account that is no admin any more has no token with the scope ``admin`` any more either.
        """
        if not token.startswith(PREFIX) or len(token) > MAX_TOKEN_CHARS:
            return None
        now = self._clock()
        wanted = (
            select(AccountRow.__table__, ApiTokenRow.number.label("token"), ApiTokenRow.scopes, ApiTokenRow.last_used)
            .join(ApiTokenRow, ApiTokenRow.account == AccountRow.number)
            .where(
                ApiTokenRow.digest == digest(token),
                ApiTokenRow.revoked.is_(False),
                ApiTokenRow.expires > utc_text(now),
                AccountRow.disabled.is_(False),
            )
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted).first()
        if row is None:
            return None
        if row.last_used is None or row.last_used <= utc_text(now - _SEEN_EVERY):
            self._used(row.token, now)
        account = Account(row.number, row.name, Role(row.role), bool(row.disabled), row.created)
        scopes = frozenset(Scope(name) for name in row.scopes.split())
        return account, scopes if account.role is Role.ADMIN else scopes - {Scope.ADMIN}

    def _used(self, number: int, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(update(ApiTokenRow).where(ApiTokenRow.number == number).values(last_used=utc_text(now)))


def _info(row: Row[*tuple[Any, ...]]) -> TokenInfo:
    scopes = frozenset(Scope(name) for name in row.scopes.split())
    return TokenInfo(row.number, row.name, row.user, scopes, row.created, row.expires, row.last_used, bool(row.revoked))
