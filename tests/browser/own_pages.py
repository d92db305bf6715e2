"""Pages of the tests' own, with the real theme, where the site itself cannot show the case: very many places, stubs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.resources import files

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from rag.settings import HelpSettings
from ui.markup import Html, element, join
from ui.render_speech import render_read_aloud
from ui.wording import Language, Wording

STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:"
WORDING = Wording(Language.ZH_HANS, HelpSettings())


def own_page(body: Html, *scripts: str, wording: Wording = WORDING) -> str:
    """Return a page without Gradio that has the words and the modules of the theme that are named."""
    words = json.dumps(wording.for_browser(), ensure_ascii=False)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", "own"),
        element("meta", id="page-words", data_words=words, data_prefix="", data_lang=wording.language),
        element("link", rel="icon", href="/theme/icon.svg"),
        element("link", rel="stylesheet", href="/theme/page.css"),
        *(element("script", src=f"/theme/{name}", type="module") for name in scripts),
    )
    content = element("body", element("main", body, id="first"), class_="plain")
    return f"<!doctype html>{element('html', head, content, lang=wording.language)}"


def pages_app(pages: Mapping[str, str]) -> FastAPI:
    """Return an application that has these pages by path, under the strict content policy of the site."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.mount("/theme", StaticFiles(directory=str(files("ui") / "theme")))

    def route(html: str) -> Callable[[], HTMLResponse]:
        return lambda: HTMLResponse(html, headers={"Content-Security-Policy": STRICT})

    for path, html in pages.items():
        app.add_api_route(path, route(html), response_class=HTMLResponse)
    return app


def turn(identity: str = "one") -> Html:
    """Return a turn as the site writes it, with two sources, one of them long, and a control of reading aloud."""
    long = "这一条写得很长，" * 20 + "到这里才结束。"
    statements = element(
        "div",
        element("p", "有两项规定：", _mark(identity, 1)),
        element("ol", element("li", "六十五岁以上的老人每年免费体检一次。", _mark(identity, 1)), element("li", long)),
        class_="statements",
    )
    return element(
        "article",
        element("h2", "老人体检有什么规定？", class_="asked"),
        element("p", "文件里只写到了一部分：", class_="message"),
        statements,
        element("p", "以上文字由程序从原文中摘出，没有改写。", class_="label"),
        element("section", _card(identity, 1, folded=True), _card(identity, 2, folded=False), class_="sources"),
        element("div", render_read_aloud(WORDING), class_="tools"),
        element("div", element("button", "有用", type="button", class_="action"), class_="actions"),
        class_="turn",
        id=f"turn-{identity}",
    )


def _mark(identity: str, number: int) -> Html:
    return element("a", f"[{number}]", href=f"#source-{identity}-{number}", class_="cite")


def _card(identity: str, number: int, *, folded: bool) -> Html:
    quote = element(
        "figure",
        element("blockquote", "六十五岁以上的老人每年免费体检一次。"),
        element("figcaption", element("a", "查看原文", href=f"/documents/d{number}?start=1&end=9", class_="open")),
        class_="quote",
        id=f"source-{identity}-{number}",
        tabindex="-1",
    )
    inside = element("details", element("summary", "查看引用的原文"), quote, class_="quotes") if folded else quote
    badges = element("p", element("span", "官方发布", class_="badge official"), class_="badges")
    return element("div", element("h4", "一份文件"), badges, inside, class_="card")


def live_region() -> Html:
    """Return the region in which scripts announce, and the question box."""
    return join(
        element("p", id="live", role="status", class_="unseen"),
        element("label", "您的问题", for_="question-text"),
        element("textarea", id="question-text", data_role="question"),
    )
