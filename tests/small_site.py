"""A site without the assistant: everything of ``ui.anywhere`` round a page of two lines, quick to build."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from starlette.middleware.gzip import GZipMiddleware

from rag.settings import Settings
from ui.addresses import at
from ui.anywhere import build_anywhere
from ui.assets import LongCaching
from ui.markup import element, join
from ui.pages.frame_page import plain_page
from ui.prefix import Prefix
from ui.proxies import BehindProxies
from ui.reader import reader_of
from ui.shell import SecurityHeaders


def small_site(settings: Settings) -> FastAPI:
    """Return the site; ``/`` and ``/embed`` are a page with a question box, and ``/where`` tells how it was reached."""
    app = FastAPI(docs_url=None, redoc_url=None)

    async def page(request: Request) -> HTMLResponse:
        reader = reader_of(request.scope)
        box = element("textarea", data_role="question", aria_label="question")
        links = join(
            element("a", "document", href=at("/documents/d1"), class_="open"), element("a", "up", href="#main")
        )
        body = element("main", element("h1", "small site"), box, links, element("p", reader.region or ""), id="main")
        files = ("plain.css", "install.js", "embed.js")
        wording = reader.wording(settings.help)
        return HTMLResponse(plain_page(wording, "", body, edition=reader.edition, files=files, path="/embed"))

    app.include_router(build_anywhere(settings, page))

    @app.get("/")
    async def home(request: Request) -> HTMLResponse:
        return await page(request)

    @app.get("/documents/{name}")
    def document(name: str) -> HTMLResponse:
        return HTMLResponse(f"<!doctype html><title>{name}</title><p>{name}")

    @app.get("/where")
    def where(request: Request) -> dict[str, str]:
        client = request.client.host if request.client else ""
        return {"link": at("/x"), "url": str(request.url), "base": str(request.base_url), "client": client}

    @app.get("/events")
    async def events() -> StreamingResponse:
        async def told() -> AsyncIterator[str]:
            for number in range(3):
                yield f"data: {number} {at('/x')}\n\n"
                await asyncio.sleep(0.2)

        return StreamingResponse(told(), media_type="text/event-stream")

    @app.get("/assets/{name}")
    def asset(name: str) -> PlainTextResponse:
        return PlainTextResponse(f"// {name}", media_type="text/javascript", status_code=404 if "gone" in name else 200)

    app.add_middleware(SecurityHeaders, frames={})
    app.add_middleware(LongCaching)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(Prefix, prefix=settings.server.path_prefix)
    app.add_middleware(BehindProxies, trusted=settings.server.trusted_proxies)
    return app
