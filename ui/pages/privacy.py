"""``/privacy``: what is kept of a reader, where and for how long, in plain words and from the settings that hold."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rag.settings import LanguageModelSettings, Settings
from rag.usage import is_enabled
from ui.markup import Html, element
from ui.pages.frame_page import plain_page
from ui.reader import Edition, reader_of
from ui.render_reply import render_telephones
from ui.wording import Wording


def build_privacy(settings: Settings) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter()

    @router.get("/privacy", response_class=HTMLResponse, include_in_schema=False)
    def page(request: Request) -> HTMLResponse:
        reader = reader_of(request.scope)
        return HTMLResponse(render_privacy(settings, reader.wording(settings.help), reader.edition))

    return router


def render_privacy(settings: Settings, wording: Wording, edition: Edition = Edition.STANDARD) -> str:
    """Return the page for these settings."""
    retention = settings.retention
    text = wording.text
    parts = {
        "privacy.browser": [text(f"privacy.browser.{name}") for name in ("conversations", "choices", "none")],
        "privacy.server": [
            *_asked(settings, wording),
            text("privacy.server.feedback", days=retention.feedback_days),
            text("privacy.server.shared", days=retention.shared_days),
            text("privacy.server.files"),
            text("privacy.server.gateway"),
        ],
        "privacy.personal": [text(f"privacy.personal.{name}") for name in ("masked", "limits")],
        "privacy.model": [text(f"privacy.model.{model_place(settings.llm)}")],
        "privacy.voice": [text(f"privacy.voice.{name}") for name in ("in", "out")],
        "privacy.delete": [text(f"privacy.delete.{name}") for name in ("browser", "server")],
    }
    main = element(
        "main",
        element("h1", text("privacy.title")),
        element("p", text("privacy.lead"), class_="lead"),
        *(_part(text(key), sentences) for key, sentences in parts.items()),
        element("h2", text("privacy.ask")),
        element("p", text("privacy.ask.lines")),
        render_telephones((number, name) for number, name in wording.help_lines()),
        id="main",
        class_="prose",
        tabindex="-1",
    )
    return plain_page(
        wording, text("privacy.title"), main, edition=edition, files=("page.css", "shared.css"), path="/privacy"
    )


def _asked(settings: Settings, wording: Wording) -> list[str]:
    """Return what is kept of the questions themselves."""
    days = settings.use.keep_days
    if not days:
        return [wording.text("privacy.server.asked.none")]
    return [wording.text("privacy.server.asked", days=days), wording.text("privacy.server.asked.without")]


def _part(heading: str, sentences: list[str]) -> Html:
    inside = (
        element("p", sentences[0])
        if len(sentences) == 1
        else element("ul", *(element("li", sentence) for sentence in sentences))
    )
    return element("section", element("h2", heading), inside)


def model_place(settings: LanguageModelSettings) -> str:
    """Return where questions go to a language model: ``none``, ``local`` (this network), or ``outside`` it.

    A name with a dot may be anybody's, so only addresses of private networks and bare host names count as local.
    """
    if settings.model is None or not is_enabled(settings):
        return "none"
    try:
        host = urlsplit(settings.base_url or "").hostname or ""
    except ValueError:
        return "outside"
    try:
        return "local" if ipaddress.ip_address(host).is_private else "outside"
    except ValueError:
        return "local" if host and "." not in host else "outside"
