"""What one single sign-on is held together by between leaving for the provider and coming back, and what it yields.

Nothing of it is kept on the server: one random token lies in a cookie of the browser that left, and what the provider
is shown (state, nonce, the challenge of PKCE) follows from it by HMAC. Whoever sees those cannot tell the token, and
whoever has no such cookie cannot finish a sign-in that somebody else began.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from rag.errors import UsageError
from ui.accounts.same_site import safe_next
from ui.addresses import at

COOKIE = "policychat_sign_on"
FOLDER = "/sign-in/sso"
"""The cookie goes to these pages only."""
WAITS_S = 600
"""How long somebody may take at the provider."""
MAX_COOKIE_CHARS = 2000
_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)


REASONS = ("away", "setup", "stale", "wrong", "refused", "unknown", "closed", "role", "taken")


class SignOnError(UsageError):
    """A single sign-on that did not succeed. ``reason`` names the words that say so (``account.sso.<reason>``).

    ``away``: the provider does not answer well. ``setup``: it and the settings do not fit together. ``stale``: begun
    elsewhere or too long ago. ``wrong``: what it sent does not hold. ``refused``: it let nobody in. ``unknown``: the
    person has no account. ``closed``: the account is. ``role``: the provider gives no role. ``taken``: the person signs
    in to another account.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in at the provider, by its word."""

    issuer: str
    subject: str
    """The person, for ever, within the issuer."""
    name: str
    """What they are called there; it may change, and others may be called so."""
    roles: frozenset[str]
    """Groups or roles there, in the provider's words."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One sign-in under way."""

    token: str
    place: str | None
    """Where it leads on to."""
    bound_to: str = ""
    """Of the session that it began in, where it is to link an account; empty for a plain sign-in."""

    @property
    def state(self) -> str:
        """What comes back with the browser."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What comes back in the provider's token."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What is shown to the provider only when the code is redeemed (PKCE, RFC 7636)."""
        return self._derived("verifier")

    def fits(self, state: str) -> bool:
        """Return whether ``state`` is that of this sign-in."""
        return secrets.compare_digest(state.encode("utf-8", "surrogatepass"), self.state.encode())

    def _derived(self, what: str) -> str:
        made = hmac.digest(self.token.encode(), f"{what}:{self.bound_to}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).decode().rstrip("=")


def keep_flow(response: Response, request: Request, flow: Flow) -> None:
    """Let the browser keep a sign-in until it comes back."""
    packed = json.dumps({"token": flow.token, "place": flow.place, "links": bool(flow.bound_to)})
    response.set_cookie(
        COOKIE,
        base64.urlsafe_b64encode(packed.encode()).decode().rstrip("="),
        max_age=WAITS_S,
        path=at(FOLDER),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",  # it comes back by a link of another site
    )


def forget_flow(response: Response, request: Request) -> None:
    """Let the browser forget it: it is good for one time."""
    secure = request.url.scheme == "https"
    response.delete_cookie(COOKIE, path=at(FOLDER), secure=secure, httponly=True, samesite="lax")


def kept_flow(request: Request, csrf: str | None) -> Flow | None:
    """Return the sign-in that this browser left with, None where there is none; ``csrf`` is of its session, if any."""
    packed = request.cookies.get(COOKIE, "")
    if not 0 < len(packed) <= MAX_COOKIE_CHARS:
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        token, place, links = told["token"], told["place"], told["links"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token) or (links and not csrf):
        return None
    return Flow(token, safe_next(place) if isinstance(place, str) else None, csrf or "" if links else "")
