from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, FrameLocator, Page, expect

from rag.settings import ServerSettings, Settings
from tests.servers import running
from tests.small_site import small_site

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

PREFIX = "/policy"
GLOBALS = "() => Object.keys(window)"


class Bureau:
    """The site of a health bureau with a content policy of its own; ``tag`` is what it pastes into its page."""

    def __init__(self) -> None:
        self.tag = ""
        self.allows = ""
        self.app = FastAPI()

        @self.app.get("/")
        def home() -> HTMLResponse:
            style = "<style nonce=n>button{display:none!important}iframe{height:1px!important}</style>"
            page = f"<!doctype html><html lang=zh-CN><title>bureau</title>{style}<h1>bureau</h1><a href=#>link</a>{self.tag}"
            policy = f"default-src 'none'; style-src 'nonce-n'; script-src {self.allows}; frame-src {self.allows}"
            return HTMLResponse(page, headers={"Content-Security-Policy": policy})


@pytest.fixture(scope="module")
def bureau() -> Iterator[tuple[Bureau, str]]:
    """The bureau's site and its origin; ``localhost`` and ``127.0.0.1`` are different sites to a browser."""
    made = Bureau()
    with running(made.app) as address:
        yield made, address.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def assistant(bureau: tuple[Bureau, str]) -> Iterator[str]:
    settings = Settings(server=ServerSettings(path_prefix=PREFIX, frame_origins=(bureau[1],)))
    with running(small_site(settings)) as address:
        yield address


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    yield context.new_page()
    context.close()


def visit(page: Page, bureau: tuple[Bureau, str], assistant: str, attributes: str = "", times: int = 1) -> list[str]:
    """Open the bureau's page with the widget in it; return what the browser complains of, as it comes."""
    site, address = bureau
    site.tag = f'<script src="{assistant}{PREFIX}/widget.js" {attributes} defer></script>' * times
    site.allows = assistant
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    return complaints


def framed(page: Page) -> FrameLocator:
    return page.frame_locator("policychat-widget iframe")


def test_the_button_opens_the_assistant_and_escape_inside_closes_it(
    page: Page, bureau: tuple[Bureau, str], assistant: str
) -> None:
    complaints = visit(page, bureau, assistant, 'data-region="白河市"')
    opener = page.get_by_role("button", name="问卫生健康政策")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(page.locator("policychat-widget iframe")).to_have_count(0)
    opener.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(framed(page).locator("main")).to_contain_text("白河市")
    expect(page.locator("policychat-widget iframe")).to_have_attribute("title", "卫生健康政策问答")
    framed(page).locator("textarea").focus()
    page.keyboard.type("问题")
    page.keyboard.press("Escape")
    expect(page.locator("policychat-widget section")).to_be_hidden()
    assert page.evaluate("document.querySelector('policychat-widget').shadowRoot.activeElement.className").startswith(
        "open"
    )
    opener.click()
    expect(framed(page).locator("textarea")).to_have_value("问题")
    assert complaints == []


def test_closing_works_by_button_and_by_escape_outside_the_frame(
    page: Page, bureau: tuple[Bureau, str], assistant: str
) -> None:
    visit(page, bureau, assistant)
    opener, panel = page.get_by_role("button", name="问卫生健康政策"), page.locator("policychat-widget section")
    opener.click()
    page.get_by_role("button", name="关闭").click()
    expect(panel).to_be_hidden()
    opener.click()
    page.get_by_role("button", name="关闭").focus()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(opener).to_have_attribute("aria-expanded", "false")


def test_the_frame_is_sandboxed_and_cannot_move_the_sites_page(
    page: Page, bureau: tuple[Bureau, str], assistant: str
) -> None:
    visit(page, bureau, assistant)
    page.get_by_role("button", name="问卫生健康政策").click()
    tokens = page.locator("policychat-widget iframe").get_attribute("sandbox") or ""
    assert "allow-top-navigation" not in tokens
    assert {"allow-scripts", "allow-forms", "allow-same-origin"} <= set(tokens.split())
    expect(framed(page).locator("textarea")).to_be_visible()
    inner = page.frames[-1]
    assert (
        inner.evaluate("() => { try { top.location = 'about:blank'; return 'moved'; } catch { return 'refused'; } }")
        == "refused"
    )
    # An origin of its own, so that it may ask its server; in the sandbox without one, this would be refused.
    assert inner.evaluate("origin") == assistant
    assert (
        inner.evaluate("(path) => fetch(path).then((reply) => reply.json())", f"{PREFIX}/where")["link"] == "/policy/x"
    )


def test_a_source_opens_beside_the_site_and_not_in_the_frame(
    page: Page, bureau: tuple[Bureau, str], assistant: str
) -> None:
    visit(page, bureau, assistant)
    page.get_by_role("button", name="问卫生健康政策").click()
    with page.context.expect_page() as opened:
        framed(page).get_by_role("link", name="document").click()
    expect(opened.value.locator("p")).to_have_text("d1")
    assert opened.value.evaluate("window.opener") is None
    expect(framed(page).locator("textarea")).to_be_visible()


def test_a_site_that_is_not_named_gets_no_frame(page: Page, bureau: tuple[Bureau, str]) -> None:
    elsewhere = Settings(server=ServerSettings(path_prefix=PREFIX, frame_origins=("https://other.example",)))
    with running(small_site(elsewhere)) as address:
        complaints = visit(page, bureau, address)
        page.get_by_role("button", name="问卫生健康政策").click()
        expect(framed(page).locator("textarea")).to_have_count(0)
        page.wait_for_timeout(500)
        assert any("frame-ancestors" in complaint for complaint in complaints)
        # There is still a way to the assistant.
        expect(page.get_by_role("link", name="在新窗口打开")).to_have_attribute(
            "href", f"{address}{PREFIX}/?lang=zh-Hans"
        )


def test_only_the_frame_itself_can_close_the_panel(page: Page, bureau: tuple[Bureau, str], assistant: str) -> None:
    visit(page, bureau, assistant)
    page.get_by_role("button", name="问卫生健康政策").click()
    expect(framed(page).locator("textarea")).to_be_visible()
    page.evaluate("window.postMessage('policychat:close', '*')")
    page.wait_for_timeout(300)
    expect(page.locator("policychat-widget section")).to_be_visible()


def test_nothing_is_left_in_the_sites_global_scope_and_its_style_does_not_reach_in(
    page: Page, bureau: tuple[Bureau, str], assistant: str
) -> None:
    site, address = bureau
    site.tag = ""
    page.goto(address)
    before = set(page.evaluate(GLOBALS))
    visit(page, bureau, assistant, times=2)
    assert set(page.evaluate(GLOBALS)) == before
    expect(page.locator("policychat-widget")).to_have_count(1)
    box = page.get_by_role("button", name="问卫生健康政策").bounding_box()
    assert box is not None
    assert box["height"] >= 44


@pytest.mark.parametrize(
    ("attributes", "words", "side", "ink"),
    [
        ('data-lang="zh-Hant" data-position="left" data-colour="#ffe58a"', "問衛生健康政策", "left", "rgb(0, 0, 0)"),
        (
            'data-lang="en" data-colour="red;}body{display:none"',
            "Ask about health policy",
            "right",
            "rgb(255, 255, 255)",
        ),
        ('data-colour="rgb(120 20 20)"', "问卫生健康政策", "right", "rgb(255, 255, 255)"),
    ],
)
def test_the_tag_says_language_side_and_colour(
    page: Page, bureau: tuple[Bureau, str], assistant: str, attributes: str, words: str, side: str, ink: str
) -> None:
    visit(page, bureau, assistant, attributes)
    opener = page.get_by_role("button", name=words)
    box = opener.bounding_box()
    assert box is not None
    assert ("left" if box["x"] < 640 else "right") == side
    assert opener.evaluate("(button) => getComputedStyle(button).color") == ink
    expect(page.get_by_role("heading", name="bureau")).to_be_visible()


def test_on_a_phone_the_panel_fills_the_screen(chromium: Browser, bureau: tuple[Bureau, str], assistant: str) -> None:
    context = chromium.new_context(viewport={"width": 320, "height": 640}, locale="zh-CN")
    page = context.new_page()
    visit(page, bureau, assistant)
    page.get_by_role("button", name="问卫生健康政策").click()
    expect(framed(page).locator("textarea")).to_be_visible()
    assert page.locator("policychat-widget section").bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()
