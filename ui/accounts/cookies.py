"""The cookie that says who is signed in: not for scripts, not sent by other sites' forms, encrypted where the site is."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from rag.catalogue.sessions import LONGEST, MAX_TOKEN_CHARS
from ui.addresses import site_prefix

NAME = "policychat_session"


def session_token(request: Request) -> str | None:
    """Return the token that the browser sent, None where it sent none that could be one."""
    token = request.cookies.get(NAME, "")
    return token if 0 < len(token) <= MAX_TOKEN_CHARS and token.isascii() else None


def keep_session(response: Response, request: Request, token: str) -> None:
    """Let the browser keep a session for a working day, for the pages of this site only."""
    response.set_cookie(
        NAME,
        token,
        max_age=int(LONGEST.total_seconds()),
        path=site_prefix() or "/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response, request: Request) -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        NAME, path=site_prefix() or "/", secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )
