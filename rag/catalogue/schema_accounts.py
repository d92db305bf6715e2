"""The tables of accounts: who may sign in, who did, who failed to, tokens of programs, and who changed what.

No secret stands here in clear: passwords as Argon2 hashes, everything else that opens a door as a SHA-256 of random bytes.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue.schema import DIGEST_CHARS, MAX_ACTION_CHARS, MAX_NAME_CHARS, MAX_SOURCE_CHARS, Base

MAX_ISSUER_CHARS = 300
MAX_SUBJECT_CHARS = 255
"""As OpenID Connect Core 1.0, section 2, bounds it."""


class AccountRow(Base):
    """Somebody who may sign in. Rows are never deleted: the audit log names them."""

    __tablename__ = "accounts"

    number: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    folded: Mapped[str] = mapped_column(String(MAX_NAME_CHARS * 3), unique=True)
    """The name as it is compared; folding the case can make it longer."""
    role: Mapped[str] = mapped_column(String(20))
    password: Mapped[str] = mapped_column(String(200))
    """Empty where only a single sign-on leads to the account."""
    disabled: Mapped[bool] = mapped_column()
    created: Mapped[str] = mapped_column(String(20))


class AccountLinkRow(Base):
    """A person of a single sign-on who signs in to an account; issuer and subject together name one person for ever."""

    __tablename__ = "account_links"

    issuer: Mapped[str] = mapped_column(String(MAX_ISSUER_CHARS), primary_key=True)
    subject: Mapped[str] = mapped_column(String(MAX_SUBJECT_CHARS), primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.number"), index=True)
    linked: Mapped[str] = mapped_column(String(20))


class SessionRow(Base):
    """One sign-in that was not ended yet."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(String(DIGEST_CHARS), primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.number"), index=True)
    created: Mapped[str] = mapped_column(String(20))
    last_seen: Mapped[str] = mapped_column(String(20))
    expires: Mapped[str] = mapped_column(String(20), index=True)


class AttemptRow(Base):
    """Failures to sign in, by what they are counted for. The key is a digest: people type passwords where names go."""

    __tablename__ = "sign_in_attempts"

    key: Mapped[str] = mapped_column(String(DIGEST_CHARS), primary_key=True)
    failures: Mapped[int] = mapped_column()
    not_before: Mapped[str] = mapped_column(String(20))
    last: Mapped[str] = mapped_column(String(20), index=True)


class ApiTokenRow(Base):
    """One token of a program. Rows are never deleted."""

    __tablename__ = "api_tokens"

    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_CHARS), unique=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    account: Mapped[int] = mapped_column(ForeignKey("accounts.number"), index=True)
    scopes: Mapped[str] = mapped_column(String(100))
    created: Mapped[str] = mapped_column(String(20))
    expires: Mapped[str] = mapped_column(String(20))
    last_used: Mapped[str | None] = mapped_column(String(20))
    revoked: Mapped[bool] = mapped_column()


class AuditRow(Base):
    """One change. The database refuses to change or delete rows (see revision 0005)."""

    __tablename__ = "audit_log"

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[str] = mapped_column(String(20), index=True)
    who: Mapped[str] = mapped_column(String(MAX_NAME_CHARS))
    action: Mapped[str] = mapped_column(String(MAX_ACTION_CHARS))
    object: Mapped[str] = mapped_column(String(MAX_SOURCE_CHARS))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
