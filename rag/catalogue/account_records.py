"""What the catalogue knows of people who sign in: plain facts, on the standard library alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What somebody who signed in may do; each may do what those before it may. A resident needs no account."""

    STAFF = "staff"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def covers(self, needed: Role) -> bool:
        """Return whether this role may do what ``needed`` may."""
        order = tuple(Role)
        return order.index(self) >= order.index(needed)


class Scope(StrEnum):
    """What a program may do with an API token."""

    ASK = "ask"
    SEARCH = "search"
    DOCUMENTS = "documents"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in. Times are UTC, ISO 8601, to the second."""

    number: int
    name: str
    """As it was first written; two names that differ in case only are the same."""
    role: Role
    disabled: bool
    created: str


@dataclass(frozen=True, slots=True)
class AccountLink:
    """One person of a single sign-on who signs in to an account."""

    issuer: str
    subject: str
    """What the issuer calls the person, for ever; no name."""
    linked: str
    """UTC, ISO 8601, to the second."""


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in that holds, with the account as it is now."""

    account: Account
    csrf: str
    """What a form of this session must carry."""
    signed_in: str
    """UTC, ISO 8601, to the second."""


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """One API token as a list shows it; the token itself is told only once. Times are UTC, ISO 8601."""

    number: int
    name: str
    """What it is for, in its maker's words."""
    user: str
    scopes: frozenset[Scope]
    created: str
    expires: str
    last_used: str | None
    """To the hour, so that using a token does not write each time."""
    revoked: bool


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change that somebody made."""

    number: int
    at: str
    """UTC, ISO 8601, to the second."""
    who: str
    """The name of the account, or ``command line``."""
    action: str
    """For example ``document.delete``."""
    object_: str
    """What it was done to: a source, a generation, the name of an account."""
    before: Any
    """What was there before, as JSON; None where there was nothing or it does not apply."""
    after: Any


def scope_names(scopes: frozenset[Scope]) -> str:
    """Return scopes as the catalogue keeps them and a list shows them: in order, with spaces between."""
    return " ".join(scope for scope in Scope if scope in scopes)
