from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from rag.settings import PathSettings, ServerSettings, Settings
from tests.applications import built
from tests.fakes import MEASURES, FakeAssistant
from tests.reverse_proxy import reverse_proxy
from tests.servers import running

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

PREFIX = "/health/policy"
QUESTION = "青石县有哪些保障措施？"
SLOW_MS = 20_000
"""Patience with a busy machine; nothing here is about speed."""


class Watch:
    """What a browser asked for outside the site, what failed there, and what its pages complained of."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.elsewhere: list[str] = []
        self.failed: list[str] = []
        self.errors: list[str] = []
        self._site = site
        context.on("request", lambda request: self._asked(request.url))
        context.on("response", lambda answer: self._answered(answer.status, answer.url))
        context.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))

    def _asked(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and not url.startswith(f"{self._site}/"):
            self.elsewhere.append(url)

    def _answered(self, status: int, url: str) -> None:
        if status >= 400:
            self.failed.append(f"{status} {url}")

    def found_nothing(self) -> bool:
        """Return whether all stayed inside and answered."""
        return (self.elsewhere, self.failed, self.errors) == ([], [], [])


@pytest.fixture(scope="module")
def bureau() -> Iterator[tuple[FastAPI, str]]:
    """Another site, which shows the widget; ``localhost`` and ``127.0.0.1`` are different sites to a browser."""
    app = FastAPI()

    @app.get("/")
    def home() -> HTMLResponse:
        return HTMLResponse(
            f'<!doctype html><html lang="zh"><link rel="icon" href="data:,"><title>bureau</title>{app.state.tag}'
        )

    with running(app) as address:
        yield app, address.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module", params=["stripped", "kept"])
def site(
    request: pytest.FixtureRequest, bureau: tuple[FastAPI, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The whole application behind a reverse proxy below a path; outside that path there is only the proxy's 404."""
    settings = Settings(
        server=ServerSettings(path_prefix=PREFIX, frame_origins=(bureau[1],)),
        paths=PathSettings(data=tmp_path_factory.mktemp("data")),
    )
    with ExitStack() as stack:
        inner = stack.enter_context(running(built(FakeAssistant(), settings)))
        proxy = reverse_proxy(inner, PREFIX, strip=request.param == "stripped")
        yield stack.enter_context(running(proxy)) + PREFIX


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    yield context
    context.close()


def opened(context: BrowserContext, site: str, path: str = "/") -> Page:
    page = context.new_page()
    page.goto(site + path)
    page.locator("html.handed-over").wait_for(state="attached")
    return page


def asked(page: Page) -> None:
    page.locator("#question-text").fill(QUESTION)
    page.locator("#question-text").press("Enter")
    expect(page.locator(".newest .statements li")).to_have_count(len(MEASURES), timeout=SLOW_MS)


def test_below_a_path_the_page_answers_and_nothing_is_asked_for_elsewhere(context: BrowserContext, site: str) -> None:
    watch = Watch(context, site)
    page = opened(context, site)
    asked(page)
    page.locator("#question-text").fill("养狗要不要办证？")
    page.locator("#question-text").press("Enter")
    expect(page.locator(".newest .message")).to_contain_text("没有找到依据", timeout=SLOW_MS)
    page.reload()
    page.locator("html.handed-over").wait_for(state="attached")
    expect(page.locator(".turn .statements li")).to_have_count(len(MEASURES), timeout=SLOW_MS)
    assert watch.found_nothing(), vars(watch)


def test_below_a_path_a_source_opens_at_the_quote_and_leads_back(context: BrowserContext, site: str) -> None:
    watch = Watch(context, site)
    page = opened(context, site)
    asked(page)
    for folded in page.locator(".newest details:not([open]) > summary").all():
        folded.click()
    page.locator(".newest a.open").first.click()
    page.wait_for_url(f"{site}/documents/**")
    expect(page.locator("mark").first).to_have_text(MEASURES[0])
    page.go_back()
    expect(page.locator(".turn .statements li")).to_have_count(len(MEASURES), timeout=SLOW_MS)
    assert watch.found_nothing(), vars(watch)


@pytest.mark.parametrize("path", [f"/ask?q={QUESTION}", "/privacy", "/documents/d1", "/?lang=en"])
def test_below_a_path_every_link_of_every_page_stays_there_and_answers(
    context: BrowserContext, site: str, path: str
) -> None:
    watch = Watch(context, site)
    page = context.new_page()
    page.goto(site + path)
    page.wait_for_load_state("networkidle")
    links = page.evaluate(
        "() => [...document.querySelectorAll('a[href], link[href], form[action]')].map((e) => e.href || e.action)"
    )
    origin = site.removesuffix(PREFIX)
    inside = [link for link in links if link.startswith(origin)]
    assert inside
    assert [link for link in inside if not link.startswith(f"{site}/")] == []
    answers = {link: page.request.get(link).status for link in {link.split("#")[0] for link in inside}}
    assert {link: status for link, status in answers.items() if status >= 400} == {}
    assert watch.found_nothing(), vars(watch)


def test_below_a_path_a_choice_is_kept_for_the_site_alone(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.goto(f"{site}/ask?lang=en&edition=elder")
    cookies = {cookie["name"]: cookie.get("path") for cookie in context.cookies()}
    assert {"lang", "edition"} <= cookies.keys()
    assert {path.rstrip("/") for path in cookies.values() if path} == {PREFIX}
    page.goto(f"{site}/ask")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_another_site_shows_the_widget_and_an_answer_comes_where_storage_is_shut(
    context: BrowserContext, site: str, bureau: tuple[FastAPI, str]
) -> None:
    app, address = bureau
    app.state.tag = f'<script src="{site}/widget.js" data-region="白河市" defer></script>'
    errors: list[str] = []
    context.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="问卫生健康政策").click()
    frame = page.frame_locator("policychat-widget iframe")
    expect(frame.locator("#question-text")).to_be_visible(timeout=SLOW_MS)
    # Before its scripts have run, Enter is a new line in the box.
    page.frames[-1].wait_for_load_state("load")
    # A window of Playwright keeps nothing for a site within another, as browsers do that block such storage.
    frame.locator("#question-text").fill("有哪些保障措施？")
    frame.locator("#question-text").press("Enter")
    expect(frame.locator(".newest .statement")).to_have_text("建立工作专班，按月通报。", timeout=SLOW_MS)
    frame.locator("#question-text").press("Escape")
    expect(page.locator("policychat-widget section")).to_be_hidden()
    assert errors == []


def test_the_light_page_in_the_frame_has_nothing_of_gradio(context: BrowserContext, site: str) -> None:
    asked_for: list[str] = []
    context.on("request", lambda request: asked_for.append(request.url))
    page = context.new_page()
    page.goto(f"{site}/embed")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked_for if "/assets/" in url or "gradio" in url.rsplit("/", 1)[-1]] == []
