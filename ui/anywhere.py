"""What lets the page be used anywhere: kept files, the installed app, the page without a network, the widget."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from rag.settings import Settings
from ui.assets import build_theme, theme
from ui.installed import build_installed
from ui.pages.embed import build_embed


def build_anywhere(settings: Settings, page: Callable[[Request], Awaitable[Response]]) -> APIRouter:
    """Return the routes of ``/theme``, ``/manifest.webmanifest``, ``/sw.js``, ``/offline``, ``/embed``, ``/widget.js``.

    ``page`` writes the page without Gradio for a request of ``/embed``.
    """
    held = theme()
    router = APIRouter()
    router.include_router(build_theme(held))
    router.include_router(build_installed(settings.help, held))
    router.include_router(build_embed(page, settings.server.frame_origins, settings.help, held))
    return router
