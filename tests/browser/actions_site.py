"""A page with three turns as the site writes them, over scripted routes, for the tests of what can be done with them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, ViewportSize

from rag.domain import Answer, Question
from rag.settings import HelpSettings
from tests.fakes import FakeAssistant
from ui.markup import Html, element, join
from ui.render_turn import Stamp, render_turn
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, HelpSettings())
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'self'"
)
PLAIN_HOST = "policy.test"
"""Resolved to this machine by the browser. Unlike 127.0.0.1 it is no secure context over plain http."""

QUESTIONS = ("青石县有哪些保障措施", "发展目标是什么", "天气怎么样")
TURNS = tuple(f"{number:016x}" for number in range(len(QUESTIONS)))
LIST, GENERATED, REFUSAL = TURNS


def answered(words: str) -> Answer:
    return FakeAssistant().answer(Question(words))


@dataclass
class Site:
    """A page with three turns, and the routes behind it; ``sent`` keeps what came, ``fail`` makes them say no."""

    port: int
    sent: list[tuple[str, Any]] = field(default_factory=list)
    fail: str = ""
    prefix: str = ""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def plain_origin(self) -> str:
        return f"http://{PLAIN_HOST}:{self.port}"

    def app(self) -> FastAPI:
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        app.mount("/theme", StaticFiles(directory=str(files("ui") / "theme")))

        @app.get("/")
        def page(edition: str = "standard") -> HTMLResponse:
            return HTMLResponse(page_of(edition), headers={"Content-Security-Policy": POLICY})

        @app.post("/page/feedback")
        async def feedback(request: Request) -> Response:
            self.sent.append(("feedback", await request.json()))
            return self._reply({"stored": True, "message": "ok"})

        @app.post("/page/share")
        async def share(request: Request) -> Response:
            self.sent.append(("share", await request.json()))
            return self._reply({"address": "/answers/abc", "days": 180})

        @app.post("/page/export/{kind}")
        async def export(kind: str, request: Request) -> Response:
            self.sent.append((kind, (await request.body()).decode()))
            return Response(b"file", headers={"Content-Disposition": f'attachment; filename="answer.{kind}"'})

        return app

    def _reply(self, body: dict[str, Any]) -> Response:
        if self.fail:
            return JSONResponse({"error": {"code": "busy", "message": self.fail, "field": None}}, 503)
        return JSONResponse(body, 201)


def page_of(edition: str) -> str:
    turns = join(
        *(
            render_turn(answered(question), WORDING, None, Stamp(f"receipt-{name}", name))
            for question, name in zip(QUESTIONS, TURNS, strict=True)
        )
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "policychat"),
        element(
            "meta",
            id="page-words",
            data_words=json.dumps(WORDING.for_browser(), ensure_ascii=False),
            data_prefix="",
            data_lang="zh-Hans",
        ),
        element("link", rel="icon", href="/theme/icon.svg"),
        element("link", rel="stylesheet", href="/theme/site.css"),
        element("script", src="/theme/actions.js", type="module"),
    )
    main: Html = element(
        "main",
        element("h1", "问答"),
        element("section", turns, id="conversation", aria_label="对话"),
        element("p", id="live", role="status", class_="unseen"),
        element("textarea", data_role="question", aria_label="您的问题"),
        element("p", "页脚", id="outside"),
    )
    body = element("body", main, class_="plain")
    return f"<!doctype html>{element('html', head, body, lang='zh-Hans', data_edition=edition)}"


class Visit:
    """Opens the page; keeps what may not happen: something fails in it, leaves the site, or opens a dialog."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.problems: list[str] = []
        self._browser = browser
        self._site = site
        self._contexts: list[BrowserContext] = []

    def __call__(self, path: str = "/", plain: bool = False, width: int = 1280, **options: Any) -> Page:
        """Open the page in a window of its own; ``plain`` at an address where a browser has no clipboard to offer."""
        size: ViewportSize = {"width": width, "height": 900}
        context = self._browser.new_context(viewport=size, locale="zh-CN", **options)
        self._contexts.append(context)
        page = context.new_page()
        origin = self._site.plain_origin if plain else self._site.origin
        if not plain:
            context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
        page.on("console", lambda told: self.problems.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("dialog", self._refuse)
        page.on("request", lambda asked: self._note(asked.url, origin))
        page.goto(origin + path)
        return page

    def _refuse(self, dialog: Dialog) -> None:
        self.problems.append(dialog.message)
        dialog.dismiss()

    def _note(self, url: str, origin: str) -> None:
        if not url.startswith((origin, "data:")):
            self.problems.append(url)

    def close(self) -> None:
        """Close every window."""
        while self._contexts:
            self._contexts.pop().close()
