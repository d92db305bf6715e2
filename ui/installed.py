"""What makes the site an app on a phone: its manifest, the worker in the browser, and the page without a network."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from rag.settings import HelpSettings
from ui.addresses import at, site_prefix
from ui.assets import ASK_AGAIN, Theme, themed
from ui.markup import Html, element, join
from ui.pages.frame_page import plain_page
from ui.reader import Reader, reader_of
from ui.render_reply import render_telephone
from ui.wording import Wording

_ACCENT = "#0b4f8a"
_PAPER = "#ffffff"
_THEME_FILE = re.compile(r'(?:href|src)="([^"]+/theme/[^"]+)"')


def build_installed(numbers: HelpSettings, held: Theme) -> APIRouter:
    """Return ``/manifest.webmanifest``, ``/sw.js`` and ``/offline``, each in the language asked for."""
    router = APIRouter(include_in_schema=False)

    @router.get("/manifest.webmanifest")
    def manifest(request: Request) -> Response:
        wording = reader_of(request.scope).wording(numbers)
        headers = {"Cache-Control": ASK_AGAIN, "Vary": "Accept-Language, Cookie"}
        return JSONResponse(manifest_of(wording), media_type="application/manifest+json", headers=headers)

    @router.get("/offline", response_class=HTMLResponse)
    def offline(request: Request) -> Response:
        page = render_offline(reader_of(request.scope), numbers)
        return HTMLResponse(page, headers={"Cache-Control": ASK_AGAIN, "Vary": "Accept-Language, Cookie"})

    @router.get("/sw.js")
    def worker(request: Request) -> Response:
        source = held.files["sw.js"].body.decode()
        facts = worker_facts(reader_of(request.scope), numbers, held)
        return script(source, facts)

    return router


def script(source: str, facts: object) -> Response:
    """Return a script of the theme with the server's facts in it; browsers ask for it anew each time."""
    body = source.replace("__SITE__", json.dumps(facts, ensure_ascii=False), 1)
    return Response(body, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": ASK_AGAIN})


def manifest_of(wording: Wording) -> dict[str, object]:
    """Return the web app manifest (W3C Web Application Manifest) in one language."""
    icons = [
        {"src": themed("icon-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
        {"src": themed("icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any"},
        {"src": themed("icon-maskable-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    return {
        # The same for all languages: a switch must not make a second app of it.
        "id": at("/"),
        "name": wording.text("installed.name"),
        "short_name": wording.text("installed.short"),
        "description": wording.text("installed.about"),
        "lang": wording.language.value,
        "dir": "ltr",
        "start_url": at("/"),
        "scope": at("/"),
        "display": "standalone",
        "background_color": _PAPER,
        "theme_color": _ACCENT,
        "icons": icons,
    }


def worker_facts(reader: Reader, numbers: HelpSettings, held: Theme) -> dict[str, object]:
    """Return what the worker is told: its version, and what it fetches when it is installed.

    The version covers the theme, Gradio and the page without a network, so that a change of a telephone number reaches
    phones that have the old one.
    """
    page = render_offline(reader, numbers)
    named = dict.fromkeys(_THEME_FILE.findall(page))
    scripts = [address.rsplit("/", 1)[-1] for address in named if address.endswith(".js")]
    imported = dict.fromkeys(themed(name) for module in scripts for name in held.imported_by(module))
    known = "\0".join((page, held.version, version("gradio")))
    address = at(f"/offline?lang={reader.language}")
    return {
        "family": f"policychat:{site_prefix() or '/'}:",
        "version": hashlib.sha256(known.encode()).hexdigest()[:12],
        "prefix": site_prefix(),
        "offline": address,
        "first": [address, *dict.fromkeys([*named, *imported])],
    }


def render_offline(reader: Reader, numbers: HelpSettings) -> str:
    """Return the page that a browser shows while it cannot reach the server. It must not need the server itself."""
    wording = reader.wording(numbers)
    calls = [element("li", render_telephone(number, name)) for number, name in wording.help_lines()]
    body = element(
        "main",
        element("h1", wording.text("offline.title")),
        element("p", wording.text("offline.what")),
        element("p", wording.text("offline.do")),
        element("p", element("a", wording.text("offline.again"), href=at("/"), id="again", class_="button primary")),
        element("h2", wording.text("offline.calls")),
        element("ul", *calls, class_="calls"),
        _kept(wording, "draft", element("p", class_="draft")),
        _kept(
            wording,
            "earlier",
            join(element("ul", class_="earlier"), element("p", wording.text("offline.earlier.note"))),
        ),
        id="main",
        tabindex="-1",
    )
    title = wording.text("offline.title")
    return plain_page(wording, title, body, edition=reader.edition, files=("page.css", "offline.js"), path="/offline")


def _kept(wording: Wording, name: str, content: Html) -> Html:
    """Return a part that a script fills from what this browser has kept, and shows then."""
    heading = element("h2", wording.text(f"offline.{name}"))
    return element("section", heading, content, id=f"kept-{name}", hidden=True)
