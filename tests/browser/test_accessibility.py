"""Every page and state of the site, held to WCAG 2.1 AA by axe-core, in each edition and colour scheme."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations

pytestmark = pytest.mark.browser

LIST = "青石县有哪些保障措施？"
STATES = {
    "first screen": "/",
    "list": f"/?q={LIST}",
    "nothing found": "/?q=养狗要不要办证？",
    "question back": "/?q=有哪些保障措施？",
    "hidden figure": "/?q=白河市报销比例是多少",
    "invalid": "/?q=%20&region=火星",
    "without the framework": f"/ask?q={LIST}",
    "source": "/documents/d1?start=30&end=60",
    "doubtful source": "/documents/d2",
    "no such source": "/documents/nowhere",
    "privacy": "/privacy",
    "no such answer": "/answers/nothing",
    "offline": "/offline",
    "widget": "/embed",
    "interface": "/docs",
}


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_no_state_has_a_serious_fault(chromium: Browser, origin: str, state: str, colours: str) -> None:
    page = opened(chromium, origin, state, width=1280, colours=colours)
    assert violations(page) == []
    page.context.close()


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
@pytest.mark.parametrize("state", ["first screen", "list", "nothing found"])
def test_no_language_has_a_serious_fault(chromium: Browser, origin: str, state: str, language: str) -> None:
    page = opened(chromium, origin, state, width=1280, language=language)
    assert violations(page) == []
    page.context.close()


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("state", STATES)
def test_no_state_has_a_serious_fault_in_large_type_on_a_phone(
    chromium: Browser, origin: str, state: str, width: int
) -> None:
    page = opened(chromium, origin, state, width=width, edition="elder")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.context.close()


def opened(
    chromium: Browser,
    origin: str,
    state: str,
    *,
    width: int,
    colours: str = "light",
    edition: str = "standard",
    language: str = "zh-Hans",
) -> Page:
    """Open a state in a window of its own and wait until everything that comes late is there."""
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=colours, locale=language)  # type: ignore[arg-type]
    context.add_cookies(
        [{"name": "edition", "value": edition, "url": origin}, {"name": "lang", "value": language, "url": origin}]
    )
    page = context.new_page()
    path = STATES[state]
    page.goto(origin + path)
    if path == "/" or path.startswith("/?"):
        page.locator("html.handed-over").wait_for(state="attached")
    if "q=" in path and not path.startswith("/?q=%20"):
        expect(page.locator(".turn .asked").first).to_be_visible()
        page.wait_for_load_state("networkidle")
    return page
