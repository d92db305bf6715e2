"""What goes round every response: limits, security headers, and our own frame for the page that Gradio sends."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.settings import HelpSettings
from ui.faults import fault_body
from ui.prefix import site_path
from ui.reader import kept_choices, reader_of

MAX_BODY_BYTES = 64 * 1024
"""A question is a few hundred characters; with ten earlier ones it stays far below."""

_FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(self), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_CONTENT = (
    "default-src 'none'; script-src 'self'{script}; style-src 'self'{style}; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
STRICT_POLICY = _CONTENT.format(script="", style="")

_UPLOADS = ("/gradio_api/upload", "/gradio_api/process_recording")
"""Nothing on the page takes a file; left open, anybody could fill the disk through them."""


StreamLimit = Callable[[Scope], Awaitable[int | None]]
"""Tells how many bytes the sender of a request may send."""


class PageFrame(Protocol):
    """Puts our own frame round a page that Gradio sends."""

    def framed(self, page: bytes, nonce: str, scope: Scope) -> bytes:
        """Return the page as the reader of this request gets it; may block, so it is called in a thread."""
        ...


def _of_gradio(nonce: str) -> str:
    """Return the content policy of the Gradio page.

    Its front end builds templates with ``new Function`` and sets style attributes, hence the two concessions
    (checked in Chromium). Inline scripts run only with this response's nonce, so an injected handler does not.
    """
    return _CONTENT.format(script=f" 'nonce-{nonce}' 'unsafe-eval'", style=" 'unsafe-inline'")


class SecurityHeaders:
    """Adds the security headers, closes cross-origin access, and frames the Gradio pages that ``frames`` names."""

    def __init__(self, app: ASGIApp, frames: Mapping[str, PageFrame]) -> None:
        self._app = app
        self._frames = frames

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        frame = self._frames.get(site_path(scope)) if scope["method"] == "GET" else None
        nonce = secrets.token_urlsafe(16)
        policy = _of_gradio(nonce) if frame else STRICT_POLICY
        if frame:
            # The frame is written into the page's text, so the page must come uncompressed.
            uncompressed = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            scope = {**scope, "headers": uncompressed}
        held: Message | None = None
        body = b""

        async def forward(message: Message) -> None:
            nonlocal held, body
            page_begins = message["type"] == "http.response.start" and _secure(message, policy).startswith("text/html")
            if page_begins:
                for cookie in kept_choices(scope):
                    MutableHeaders(scope=message).append("Set-Cookie", cookie)
            if page_begins and frame:
                held = message
            elif held is None or frame is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    page = await asyncio.to_thread(frame.framed, body, nonce, scope)
                    headers = MutableHeaders(scope=held)
                    headers["content-length"] = str(len(page))
                    headers["cache-control"] = "no-store"
                    await send(held)
                    await send({"type": "http.response.body", "body": page})

        await self._app(scope, receive, forward)


def _secure(message: Message, content_policy: str) -> str:
    """Set a response's headers in place; return its content type."""
    headers = MutableHeaders(scope=message)
    for name in [name for name in headers if name.lower().startswith("access-control-")]:
        del headers[name]
    # A page that may stand in a frame says so in a content policy of its own, which browsers then go by.
    own = headers.get("content-security-policy")
    for name, value in _FIXED_HEADERS.items():
        if name != "X-Frame-Options" or own is None or "frame-ancestors" not in own:
            headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", content_policy)
    return headers.get("content-type", "")


class BodyLimit:
    """Refuses requests whose body is larger than ``limit`` bytes, also when they do not say how large, and uploads.

    ``limits`` names the paths that have a limit of their own, ``streamed`` those whose body is handed on as it comes,
    with what tells its limit once it has looked at who sends it; None is the limit of all others.
    """

    def __init__(
        self,
        app: ASGIApp,
        numbers: HelpSettings,
        limit: int = MAX_BODY_BYTES,
        limits: Mapping[str, int] | None = None,
        streamed: Mapping[str, StreamLimit] | None = None,
    ) -> None:
        self._app = app
        self._numbers = numbers
        self._limit = limit
        self._limits = limits or {}
        self._streamed = streamed or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        if site_path(scope).startswith(_UPLOADS):
            await self._refuse(scope, send, 404, "not_found")
            return
        if site_path(scope) in self._streamed and await self._passed_on(scope, receive, send):
            return
        # Read up to the limit first: once the application has begun to answer, a refusal could not be sent.
        body, more = b"", True
        limit = self._limits.get(site_path(scope), self._limit)
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                await self._refuse(scope, send, 413, "too_large")
                return
        delivered = False

        async def replay() -> Message:
            nonlocal delivered
            if delivered:
                return await receive()
            delivered = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, replay, send)

    async def _passed_on(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Hand a large body on unread, or refuse it; False where the sender has no right to a larger one."""
        limit = await self._streamed[site_path(scope)](scope)
        if limit is None:
            return False
        # The server lets through no more than the length that a request tells.
        length = Headers(scope=scope).get("content-length", "")
        if not length.isdigit() or int(length) > limit:
            await self._refuse(scope, send, 413, "too_large")
        else:
            await self._app(scope, receive, send)
        return True

    async def _refuse(self, scope: Scope, send: Send, status: int, code: str) -> None:
        wording = reader_of(scope).wording(self._numbers)
        body = json.dumps(fault_body(code, wording), ensure_ascii=False).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": body})
