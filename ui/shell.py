"""What goes round every response: limits, security headers, and our own frame for the page that Gradio sends."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.settings import HelpSettings
from ui.faults import fault_body
from ui.markup import element, join
from ui.wording import Wording, chosen_language

MAX_BODY_BYTES = 64 * 1024
"""A question is a few hundred characters; with ten earlier ones it stays far below."""

_FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_CONTENT = (
    "default-src 'none'; script-src 'self'{script}; style-src 'self'{style}; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'"
)
_STRICT = _CONTENT.format(script="", style="")

_UPLOADS = "/gradio_api/upload"
"""Nothing on the page takes a file; left open, anybody could fill the disk through it."""

_SHARING_TAGS = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>\s*')


def _of_gradio(nonce: str) -> str:
    """Return the content policy of the Gradio page.

    Its front end builds templates with ``new Function`` and sets style attributes, hence the two concessions
    (checked in Chromium). Inline scripts run only with this response's nonce, so an injected handler does not.
    """
    return _CONTENT.format(script=f" 'nonce-{nonce}' 'unsafe-eval'", style=" 'unsafe-inline'")


def _language_wording(scope: Scope, numbers: HelpSettings) -> Wording:
    choice = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [None])[0]
    return Wording(chosen_language(choice, Headers(scope=scope).get("accept-language")), numbers)


class SecurityHeaders:
    """Adds the security headers, closes cross-origin access, and frames the Gradio pages at ``gradio_paths``."""

    def __init__(self, app: ASGIApp, numbers: HelpSettings, gradio_paths: tuple[str, ...] = ("/",)) -> None:
        self._app = app
        self._numbers = numbers
        self._gradio_paths = gradio_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        framed = scope["path"] in self._gradio_paths and scope["method"] == "GET"
        nonce = secrets.token_urlsafe(16)
        policy = _of_gradio(nonce) if framed else _STRICT
        if framed:
            # The frame is written into the page's text, so the page must come uncompressed.
            kept = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            scope = {**scope, "headers": kept}
        held: Message | None = None
        body = b""

        async def forward(message: Message) -> None:
            nonlocal held, body
            if message["type"] == "http.response.start" and _secure(message, policy).startswith("text/html") and framed:
                held = message
            elif held is None:
                await send(message)
            else:
                body += message.get("body", b"")
                if not message.get("more_body", False):
                    page = frame(body, nonce, _language_wording(scope, self._numbers))
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
    for name, value in _FIXED_HEADERS.items():
        headers[name] = value
    headers["Content-Security-Policy"] = content_policy
    return headers.get("content-type", "")


def frame(page: bytes, nonce: str, wording: Wording) -> bytes:
    """Return Gradio's page with the reader's language, our style, a word for browsers without scripts, and nonces.

    The configuration inside it has every ``<`` escaped, so no text of a document or question gains a nonce.
    """
    calls = join(*(element("p", f"{name} {number}") for number, name in wording.help_lines()))
    notice = element("noscript", element("p", wording.text("page.noscript")), calls)
    links = join(
        element("link", rel="icon", href="/theme/icon.svg", type="image/svg+xml"),
        element("link", rel="stylesheet", href="/theme/page.css"),
        element("script", src="/theme/page.js", defer=True),
    )
    page = _SHARING_TAGS.sub(b"", page)
    page = page.replace(b'lang="en"', f'lang="{wording.language}"'.encode(), 1)
    page = page.replace(b"</head>", links.encode() + b"</head>", 1)
    page = page.replace(b"<body>", b"<body>" + notice.encode(), 1)
    return page.replace(b"<script", f'<script nonce="{nonce}"'.encode())


class BodyLimit:
    """Refuses requests whose body is larger than ``limit`` bytes, also when they do not say how large, and uploads.

    ``limits`` names the paths that have a limit of their own.
    """

    def __init__(
        self, app: ASGIApp, numbers: HelpSettings, limit: int = MAX_BODY_BYTES, limits: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._numbers = numbers
        self._limit = limit
        self._limits = limits or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith(_UPLOADS):
            await self._refuse(scope, send, 404, "not_found")
            return
        # Read up to the limit first: once the application has begun to answer, a refusal could not be sent.
        body, more = b"", True
        limit = self._limits.get(scope["path"], self._limit)
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

    async def _refuse(self, scope: Scope, send: Send, status: int, code: str) -> None:
        wording = _language_wording(scope, self._numbers)
        body = json.dumps(fault_body(code, wording), ensure_ascii=False).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": body})
