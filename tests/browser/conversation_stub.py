"""A small server that answers the page's conversation as scripted: slowly, in drops, cut off, as HTML, not at all.

What a question brings is said by the question itself. Receipts are made of what they stand for, so a server started
again opens those of the one before it. Run as ``python conversation_stub.py PORT [released]``.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from importlib.resources import files

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import RequestResponseEndpoint

from rag.settings import HelpSettings
from ui.markup import Html, element, join
from ui.render_history import render_history_panel
from ui.wording import Language, Wording

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'"
)
PROXY_PAGE = "<!DOCTYPE html><title>Gateway</title><h1>nginx</h1>"
PLACES = ("白河市", "青石县")

SCRIPT = """
import { box, chosenPlace } from "/theme/context.js";
import { ask } from "/theme/asking.js";
import "/theme/conversation.js";
import "/theme/history.js";
document.getElementById("ask-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!event.submitter || event.submitter.id === "ask") ask({ question: box().value, region: chosenPlace() });
});
box().addEventListener("keydown", (event) => {
  if (event.key === "Enter") { event.preventDefault(); ask(); }
});
document.documentElement.dataset.ready = "yes";
window.told = [];
for (const name of ["asked", "answered", "failed", "restored"]) {
  document.addEventListener(`policychat:${name}`, (event) => window.told.push([name, event.detail.question ?? ""]));
}
new MutationObserver(() => {
  const said = document.getElementById("live").textContent;
  if (said) (window.said ??= []).push(said);
}).observe(document.getElementById("live"), { childList: true });
"""
STYLE = "#conversation .turn { min-height: 60vh } body { font: 18px/1.8 sans-serif; margin: 0 auto; padding: 1rem; max-width: 44rem }"


def fixture_page(wording: Wording, written: Html | None = None) -> str:
    """Return the page with the elements that the scripts count on."""
    words = json.dumps(wording.for_browser(), ensure_ascii=False)
    options = (element("option", name, value=name) for name in ("", *PLACES))
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", id="page-words", data_words=words, data_prefix="", data_lang=str(wording.language)),
        element("title", "stub"),
        element("link", rel="icon", href="/theme/icon.svg"),
        element("link", rel="stylesheet", href="/theme/page.css"),
        element("link", rel="stylesheet", href="/theme/history.css"),
        element("link", rel="stylesheet", href="/stub/style.css"),
        element("script", type="module", src="/stub/page.js"),
    )
    form = element(
        "form",
        element("label", "地区", element("select", *options, data_role="place")),
        element("label", "问题", element("textarea", data_role="question", id="question-text")),
        element("button", "提问", type="submit", id="ask"),
        element("button", "停止", type="button", id="stop", hidden=True),
        id="ask-form",
        action="/stub/sent",
        method="post",
    )
    example = element(
        "button", "例子问题", type="submit", form="ask-form", name="example", value="例子问题", class_="example"
    )
    body = element(
        "body",
        element("header", element("h1", "问答"), render_history_panel(wording)),
        element(
            "main",
            element("section", written or "", id="conversation", aria_label="问答"),
            element("p", id="live", role="status", class_="unseen"),
            form,
            example,
            element("a", "看文件", href="/documents/d1", id="away"),
        ),
    )
    return f"<!DOCTYPE html>{element('html', head, body, lang=wording.language)}"


def turn(question: str, region: str, receipt: str = "") -> Html:
    """Return a turn as the real server writes it, with what the question asks for."""
    options = (
        element("button", name, type="submit", form="ask-form", class_="option", data_region=name) for name in PLACES
    )
    read_as = element("p", element("a", "按原来的写法查", href="/?q=原来的&region=青石县"), class_="read-as")
    return element(
        "article",
        element("h2", element("bdi", question), class_="asked"),
        read_as if "改写" in question else "",
        element("p", "您想了解哪个地区？", class_="message") if "哪里" in question and not region else "",
        element("div", element("p", f"关于“{question}”（{region}）的回答。", class_="statement"), class_="statements"),
        element("div", *options, class_="options") if "哪里" in question and not region else "",
        class_="turn",
        data_receipt=receipt or None,
        data_status="answered",
        data_question=question,
        data_region=region,
    )


def receipt_of(question: str, region: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([question, region]).encode()).decode()


def event(name: str, data: object) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def done(question: str, region: str) -> bytes:
    if "空的" in question:
        html = element("article", element("p", "问题太长了。", class_="message"), class_="turn", data_status="invalid")
        return event("done", {"html": html, "status": "invalid", "question": question, "region": region, "receipt": ""})
    receipt = receipt_of(question, region)
    told = {"status": "answered", "question": question, "region": region, "receipt": receipt}
    return event("done", {"html": turn(question, region, receipt), **told})


class Script:
    """What the server was asked, and whether it may answer the questions that wait to be let through."""

    def __init__(self, released: bool) -> None:
        self.gate = asyncio.Event()
        if released:
            self.gate.set()
        self.attempts: Counter[str] = Counter()
        self.asked: list[object] = []
        self.left: list[str] = []

    def reset(self) -> None:
        self.gate.clear()
        for kept in (self.attempts, self.asked, self.left):
            kept.clear()

    def refused(self, question: str, first: bool) -> Response | None:
        """Return the refusal that a question asks for."""
        if "太快" in question:
            return JSONResponse(fault("slow"), 429, {"Retry-After": "7"})
        if "五百" in question:
            return JSONResponse(fault("internal"), 500)
        if "忙" in question and first:
            return JSONResponse(fault("busy"), 503)
        if "登录页" in question:
            return HTMLResponse(PROXY_PAGE)
        return HTMLResponse(PROXY_PAGE, 500) if "坏网页" in question else None

    async def told(self, question: str, region: str, first: bool) -> AsyncGenerator[bytes]:
        """Yield the bytes of an answer as its question asks for them."""
        try:
            if "不答" in question:
                await asyncio.Event().wait()
            yield event("show", {"html": turn(f"{question}（正在写）", region)})
            if "等放行" in question:
                yield b": still looking\n\n"
                await self.gate.wait()
            if "总断" in question or ("断一次" in question and first):
                raise ConnectionResetError
            if "故障" in question:
                yield event("fault", {"code": "timeout", "message": "查得太久了，没有结果。"})
                return
            if "滴" in question:
                whole = b": drop\r\n\r\n" + done(question, region).replace(b"\n", b"\r\n")
                for position in range(0, len(whole), 7):
                    yield whole[position : position + 7]
                    await asyncio.sleep(0)
                return
            yield done(question, region)
        except (asyncio.CancelledError, GeneratorExit):
            self.left.append(question)
            raise


def fault(code: str) -> dict[str, object]:
    return {"error": {"code": code, "message": f"服务说：{code}", "field": None}}


def build(released: bool) -> FastAPI:
    """Return the application; ``released`` lets through what would wait."""
    app = FastAPI()
    app.mount("/theme", StaticFiles(directory=str(files("ui") / "theme")))

    @app.middleware("http")
    async def secure(request: Request, call: RequestResponseEndpoint) -> Response:
        response = await call(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cache-Control"] = "no-store"
        return response

    add_pages(app, Wording(Language.ZH_HANS, HelpSettings()))
    add_script(app, Script(released))
    return app


def add_pages(app: FastAPI, wording: Wording) -> None:
    @app.get("/")
    def page() -> Response:
        return HTMLResponse(fixture_page(wording))

    @app.get("/written")
    def written() -> Response:
        answer = turn("网页里写好的", "白河市", receipt_of("网页里写好的", "白河市"))
        return HTMLResponse(fixture_page(wording, answer))

    @app.get("/documents/d1")
    def document() -> Response:
        return HTMLResponse(
            f"<!DOCTYPE html>{join(element('title', '文件'), element('a', '返回', href='/', id='back'))}"
        )

    @app.get("/stub/page.js")
    def script() -> Response:
        return Response(SCRIPT, media_type="text/javascript")

    @app.get("/stub/style.css")
    def style() -> Response:
        return Response(STYLE, media_type="text/css")

    @app.get("/healthz")
    def healthz() -> Response:
        return JSONResponse({"status": "ok"})


def add_script(app: FastAPI, script: Script) -> None:
    @app.get("/stub/asked")
    def seen() -> Response:
        return JSONResponse({"asked": script.asked, "left": script.left})

    @app.post("/stub/release")
    async def release() -> Response:
        script.gate.set()
        return JSONResponse({})

    @app.post("/stub/reset")
    async def reset() -> Response:
        script.reset()
        return JSONResponse({})

    @app.post("/page/turns")
    async def turns(request: Request) -> Response:
        opened = []
        for receipt in (await request.json())["receipts"]:
            question, region = json.loads(base64.urlsafe_b64decode(receipt))
            known = "过期" not in question
            html = turn(question, region, receipt) if known else ""
            opened.append({"ok": known, "html": html, "question": question, "status": "answered"})
        return JSONResponse({"turns": opened})

    @app.post("/page/ask")
    async def ask(request: Request) -> Response:
        body = await request.json()
        script.asked.append(body)
        question, region = body["question"], body["region"] or ""
        script.attempts[question] += 1
        first = script.attempts[question] == 1
        answer = StreamingResponse(script.told(question, region, first), media_type="text/event-stream")
        return script.refused(question, first) or answer


if __name__ == "__main__":
    uvicorn.run(build("released" in sys.argv[2:]), host="127.0.0.1", port=int(sys.argv[1]), log_level="critical")
