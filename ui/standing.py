"""What holds at once and for every page: whether the service is open, and the notice at the top.

Both are settings. They are kept beside the application and not in it, so that an admin who closes the service in a hurry
waits for nothing to be built.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.settings import BannerSettings, HelpSettings, ServiceSettings, Settings
from ui.closed_page import closed_body, closed_page
from ui.pages.embed import framed_by
from ui.prefix import site_path
from ui.shell import SecurityHeaders
from ui.standing_state import Stand, standing_at

_STAYS_OPEN = (
    "/account",
    "/admin",
    "/api/v1/admin",
    "/favicon.ico",
    "/healthz",
    "/manifest.webmanifest",
    "/metrics",
    "/offline",
    "/privacy",
    "/readyz",
    "/robots.txt",
    "/sign-in",
    "/sign-out",
    "/staff",
    "/sw.js",
    "/theme",
    "/widget.js",
)
"""What answers no question: the ways of those who work here, the probes, what the closed page itself is made of."""

_FOR_PROGRAMS = ("/api/", "/v1/", "/page/", "/gradio_api/")
_COME_BACK_S = "600"


class Standing:
    """The words of the day, replaced as a whole; safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._held = (settings.service, settings.banner, settings.help, settings.server.frame_origins)

    def take(self, settings: Settings) -> None:
        """Let the settings hold from the next request on."""
        self._held = (settings.service, settings.banner, settings.help, settings.server.frame_origins)

    @property
    def service(self) -> ServiceSettings:
        """Whether it is open, and what is said while it is not."""
        return self._held[0]

    @property
    def banner(self) -> BannerSettings:
        """The notice."""
        return self._held[1]

    @property
    def numbers(self) -> HelpSettings:
        """Whom to call."""
        return self._held[2]

    @property
    def frames(self) -> tuple[str, ...]:
        """Who may show the widget."""
        return self._held[3]


class AtTheDoor:
    """A layer round the application: tells its pages how things stand, and answers itself while the service is closed.

    ``let_in`` tells whether the sender of a request works here; it may block and is asked only while it is closed.
    """

    def __init__(self, app: ASGIApp, standing: Standing, let_in: Callable[[Request], bool]) -> None:
        self._app = app
        self._standing = standing
        self._let_in = let_in
        self._refusal = SecurityHeaders(self._refuse, {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        closed = not self._standing.service.open
        refused = closed and not _stays_open(site_path(scope))
        let_in = refused and await asyncio.to_thread(self._let_in, Request(scope))
        refused = refused and not let_in
        # Set for the whole request: the tasks and threads that work on it start with a copy of its context.
        with standing_at(Stand(self._banner(), closed, let_in)):
            await (self._refusal if refused else self._app)(scope, receive, send)

    def _banner(self) -> BannerSettings:
        banner = self._standing.banner
        until = banner.shown_until
        return banner if until is None or date.today() <= until else BannerSettings()

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        standing = self._standing
        path = site_path(scope)
        headers = {"Cache-Control": "no-store", "Retry-After": _COME_BACK_S}
        reply: Response
        if path.startswith(_FOR_PROGRAMS):
            reply = JSONResponse(closed_body(standing.service, standing.numbers, scope), 503, headers)
        else:
            if path == "/embed" and standing.frames:
                headers["Content-Security-Policy"] = framed_by(standing.frames)
            reply = HTMLResponse(closed_page(standing.service, standing.numbers, scope), 503, headers)
        await reply(scope, receive, send)


def _stays_open(path: str) -> bool:
    return any(path == start or path.startswith(f"{start}/") for start in _STAYS_OPEN)
