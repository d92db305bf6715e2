"""Who is signed in. A session is a random token in somebody's browser; here only its digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from rag.catalogue.account_records import Account, Role, Session
from rag.catalogue.engine import Database
from rag.catalogue.records import utc_text
from rag.catalogue.schema_accounts import AccountRow, SessionRow

IDLE = timedelta(minutes=60)
"""An unattended browser in an office is signed out after an hour …"""
LONGEST = timedelta(hours=12)
"""… and everybody after a working day."""
MOST_SESSIONS = 10
"""Of one account; the oldest is ended first."""
_TOKEN_BYTES = 32
MAX_TOKEN_CHARS = 100
_SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is noted: a write for every page would be one for every picture, too."""


class Sessions:
    """The sessions of all accounts."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def begin(self, account: Account, password_hash: str, *, instead_of: str | None = None) -> str | None:
        """Begin a session and return its token, which is told only here; the session of ``instead_of`` ends.

        None where the account was disabled, or its password is not that of ``password_hash`` any more: a change ends all
        sessions, and one that was on its way meanwhile must not outlive it.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self._clock()
        row = {
            "digest": digest(token),
            "account": account.number,
            "created": utc_text(now),
            "last_seen": utc_text(now),
            "expires": utc_text(now + LONGEST),
        }
        of_account = select(SessionRow.digest).where(SessionRow.account == account.number)
        too_many = of_account.order_by(SessionRow.created.desc(), SessionRow.digest).offset(MOST_SESSIONS - 1)
        same = (AccountRow.number == account.number, AccountRow.password == password_hash)
        unchanged = select(AccountRow.number).where(*same, AccountRow.disabled.is_(False)).with_for_update()
        with self._database.writing() as connection:
            if connection.execute(unchanged).first() is None:
                return None
            connection.execute(delete(SessionRow).where(SessionRow.expires <= utc_text(now)))
            if instead_of is not None:
                connection.execute(delete(SessionRow).where(SessionRow.digest == digest(instead_of)))
            old = connection.execute(too_many).scalars().all()
            connection.execute(delete(SessionRow).where(SessionRow.digest.in_(old)))
            connection.execute(insert(SessionRow).values(row))
        return token

    def find(self, token: str) -> Session | None:
        """Return the session of a token, None where it ended, was idle too long, or its account was disabled."""
        if len(token) > MAX_TOKEN_CHARS:
            return None
        now = self._clock()
        wanted = select(
            AccountRow.number,
            AccountRow.name,
            AccountRow.role,
            AccountRow.disabled,
            AccountRow.created,
            SessionRow.created.label("signed_in"),
            SessionRow.last_seen,
        ).join(SessionRow, SessionRow.account == AccountRow.number)
        holds = (
            SessionRow.digest == digest(token),
            SessionRow.expires > utc_text(now),
            SessionRow.last_seen > utc_text(now - IDLE),
            AccountRow.disabled.is_(False),
        )
        with self._database.reading() as connection:
            row = connection.execute(wanted.where(*holds)).first()
        if row is None:
            return None
        if row.last_seen <= utc_text(now - _SEEN_EVERY):
            self._seen(token, now)
        account = Account(row.number, row.name, Role(row.role), bool(row.disabled), row.created)
        return Session(account, csrf_of(token), row.signed_in)

    def end(self, token: str) -> None:
        """End a session; ending it twice is fine."""
        with self._database.writing() as connection:
            connection.execute(delete(SessionRow).where(SessionRow.digest == digest(token)))

    def _seen(self, token: str, now: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(
                update(SessionRow).where(SessionRow.digest == digest(token)).values(last_seen=utc_text(now))
            )


def digest(token: str) -> str:
    """Return what is kept of a random token. It is too long to be guessed, so a plain SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(token: str) -> str:
    """Return what the forms of a session carry: bound to its token, and nothing that the database could tell."""
    return hmac.new(token.encode("utf-8", "surrogatepass"), b"policychat csrf", hashlib.sha256).hexdigest()
