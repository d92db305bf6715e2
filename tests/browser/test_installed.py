from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.settings import HelpSettings, ServerSettings, Settings
from tests.reverse_proxy import reverse_proxy
from tests.servers import running
from tests.small_site import small_site

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

PREFIX = "/policy"
CONTROLLED = """async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((done) => setTimeout(done, 50));
}"""
GONE = "async (old) => { while (await caches.has(old)) await new Promise((done) => setTimeout(done, 50)); }"
CACHES = "() => caches.keys()"
KEPT = """async () => (await Promise.all((await caches.keys()).map(async (name) =>
    (await (await caches.open(name)).keys()).map((request) => request.url)))).flat()"""


class Exchangeable:
    """A server whose application can be exchanged while it runs, as an update does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def served(app: Exchangeable) -> FastAPI:
    """Return the application that is served in its place."""
    outer = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    outer.mount("/", app)
    return outer


def site(**numbers: str) -> FastAPI:
    return small_site(Settings(help=HelpSettings(**numbers), server=ServerSettings(path_prefix=PREFIX)))


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    yield context
    context.close()


def install(context: BrowserContext, address: str) -> Page:
    """Visit the site until its worker has taken over the page; it does not wait for the page to ask for that."""
    page = context.new_page()
    page.goto(f"{address}{PREFIX}/")
    page.evaluate(
        "(prefix) => navigator.serviceWorker.register(`${prefix}/sw.js?lang=zh-Hans`, { scope: `${prefix}/` })", PREFIX
    )
    page.evaluate(CONTROLLED)
    return page


def test_without_the_server_the_page_says_whom_to_call_and_what_was_asked_here(context: BrowserContext) -> None:
    with running(site()) as address:
        page = install(context, address)
        turns = [{"id": "0" * 16, "question": "<b>接种</b>要钱吗？", "status": "answered", "at": 1}]
        record = {"id": "1" * 16, "title": None, "at": 1, "turns": turns}
        page.evaluate(
            "(record) => localStorage.setItem(`policychat.conversations.1.${record.id}`, JSON.stringify(record))",
            record,
        )
        page.evaluate("sessionStorage.setItem('policychat.draft', '还没问的话')")
    page.goto(f"{address}{PREFIX}/?q=别的")
    expect(page.locator("h1")).to_have_text("现在连不上网络")
    numbers = [call.get_attribute("href") for call in page.locator(".calls a").all()]
    assert numbers == ["tel:120", "tel:12345", "tel:12320", "tel:12356"]
    expect(page.locator("#kept-earlier li")).to_have_text("<b>接种</b>要钱吗？")
    expect(page.locator("#kept-draft .draft")).to_have_text("还没问的话")
    # Also without the server the style is there: every number is a target for a finger.
    boxes = [link.bounding_box() for link in page.locator("main a").all()]
    assert [box for box in boxes if box is None or box["height"] < 44] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_when_the_server_is_back_the_page_asked_for_comes(context: BrowserContext) -> None:
    server = Exchangeable(site())
    with running(served(server)) as address:
        page = install(context, address)
        working, server.app = server.app, broken
        page.goto(f"{address}{PREFIX}/?region=白河市")
        expect(page.locator("h1")).to_have_text("现在连不上网络")
        server.app = working
        page.locator("#again").click()
        expect(page.locator("h1")).to_have_text("small site")
        assert "region=" in page.url


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as a proxy does whose server has gone."""
    del receive
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 502, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": b"<h1>502 Bad Gateway</h1>"})


def test_an_update_puts_the_new_page_in_the_place_of_the_old_one(context: BrowserContext) -> None:
    server = Exchangeable(site(health="12320"))
    with ExitStack() as stack:
        address = stack.enter_context(running(served(server)))
        page = install(context, address)
        before = page.evaluate(CACHES)
        page.evaluate("caches.open('another-program')")
        server.app = site(health="12399")
        page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
        page.evaluate(GONE, before[0])
        after = [name for name in page.evaluate(CACHES) if name != "another-program"]
        assert len(before) == len(after) == 1
        assert "another-program" in page.evaluate(CACHES)
    page.goto(f"{address}{PREFIX}/")
    expect(page.locator('.calls a[href="tel:12399"]')).to_be_visible()
    expect(page.locator('.calls a[href="tel:12320"]')).to_have_count(0)


def test_only_what_never_changes_is_kept(context: BrowserContext) -> None:
    with running(site()) as address:
        page = install(context, address)
        page.goto(f"{address}{PREFIX}/?q=问题")
        for path in ("/where", "/documents/d1", "/assets/index-DphvyggB.js", "/assets/plain.js", "/theme/page.css"):
            page.evaluate("(path) => fetch(path).then((reply) => reply.text())", PREFIX + path)
        page.evaluate("(path) => fetch(path, { method: 'POST', body: '{}' }).then(() => null)", f"{PREFIX}/where")
        kept = {url.removeprefix(address + PREFIX) for url in page.evaluate(KEPT)}
    assert "/assets/index-DphvyggB.js" in kept
    others = {path for path in kept if not path.startswith(("/theme/", "/assets/"))}
    assert others == {"/offline?lang=zh-Hans"}
    assert not kept & {"/assets/plain.js", "/theme/page.css"}


def test_the_page_can_be_installed(context: BrowserContext) -> None:
    with running(site()) as address:
        page = install(context, address)
        session = context.new_cdp_session(page)
        told: dict[str, Any] = session.send("Page.getAppManifest")
        assert told["errors"] == []
        assert json.loads(told["data"])["scope"] == f"{PREFIX}/"
        # A window of Playwright is a private one, in which nothing can be installed; nothing else may be wrong.
        problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert {problem["errorId"] for problem in problems} <= {"in-incognito"}


def test_the_button_offers_to_install_once_and_goes(context: BrowserContext) -> None:
    with running(site()) as address:
        page = install(context, address)
        expect(page.locator("#install")).to_have_count(0)
        page.evaluate(
            """() => { const offer = new Event('beforeinstallprompt', { cancelable: true });
            offer.prompt = () => { window.prompted = (window.prompted || 0) + 1; return Promise.resolve(); };
            window.dispatchEvent(offer); window.dispatchEvent(offer); window.refused = offer.defaultPrevented; }"""
        )
        button = page.get_by_role("button", name="放到桌面")
        expect(button).to_have_count(1)
        assert page.evaluate("window.refused"), "the browser would show a banner of its own"
        button.click()
        expect(button).to_have_count(0)
        assert page.evaluate("window.prompted") == 1


def test_behind_a_proxy_that_takes_the_prefix_off_the_page_installs_its_worker(context: BrowserContext) -> None:
    with running(site()) as inner, running(reverse_proxy(inner, PREFIX, strip=True)) as address:
        page = context.new_page()
        page.goto(f"{address}{PREFIX}/")
        page.evaluate(CONTROLLED)
        registration = "navigator.serviceWorker.getRegistration().then((found) => found.scope)"
        assert page.evaluate(registration) == f"{address}{PREFIX}/"
