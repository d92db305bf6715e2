"""``/widget.js`` and ``/embed``: the assistant on another site's page, in a frame that only the sites named may show."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rag.settings import HelpSettings
from ui.assets import Theme
from ui.installed import script
from ui.shell import STRICT_POLICY
from ui.wording import Language, Wording

_WORDS = ("open", "close", "title", "tab")
"""What the button and the bar above the frame say; the page inside brings its own words."""


def build_embed(
    page: Callable[[Request], Awaitable[Response]], origins: Sequence[str], numbers: HelpSettings, held: Theme
) -> APIRouter:
    """Return the routes of the widget.

    ``page`` writes the page without Gradio for a request of ``/embed``. ``origins`` are the sites that may frame it;
    with none, it refuses every frame as all other pages do.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/embed")
    async def embed(request: Request) -> Response:
        response = await page(request)
        if origins:
            # No X-Frame-Options then: it cannot name a site, and browsers that know this directive leave it aside.
            response.headers["Content-Security-Policy"] = framed_by(origins)
        response.headers["Cache-Control"] = "no-store"
        return response

    @router.get("/widget.js")
    def widget() -> Response:
        words = {language.value: _words(Wording(language, numbers)) for language in Language}
        response = script(held.files["widget.js"].body.decode(), words)
        # Other sites load it: that is what it is for.
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return router


def framed_by(origins: Sequence[str]) -> str:
    """Return the content policy of a page that these sites, and no others, may show in a frame."""
    return STRICT_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(origins)}")


def _words(wording: Wording) -> dict[str, str]:
    return {name: wording.text(f"widget.{name}") for name in _WORDS}
