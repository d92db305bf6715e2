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
    "nothing found": "/ask?q=养狗要不要办证？",
    "question back": "/ask?q=有哪些保障措施？",
    "hidden figure": "/ask?q=白河市报销比例是多少",
    "invalid": "/ask?q=%20&region=火星",
    "without the framework": f"/ask?q={LIST}",
    "source": "/documents/d1?start=30&end=60",
    "doubtful source": "/documents/d2",
    "no such source": "/documents/nowhere",
    "privacy": "/privacy",
    "no such answer": "/answers/nothing",
    "offline": "/offline",
    "widget": "/embed",
    "sign in": "/sign-in",
    "interface": "/docs",
}
NO_SIDEWAYS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.mark.parametrize(
    ("width", "colours", "edition"),
    [
        (1280, "light", "standard"),
        pytest.param(1280, "dark", "standard", marks=pytest.mark.thorough),
        pytest.param(320, "light", "elder", marks=pytest.mark.thorough),
        (320, "dark", "elder"),
    ],
)
def test_no_state_has_a_serious_fault(chromium: Browser, origin: str, width: int, colours: str, edition: str) -> None:
    # One window for all states: opening one takes longer than looking at a page.
    page = window(chromium, origin, width=width, colours=colours, edition=edition)
    found = {}
    for state, path in STATES.items():
        show(page, origin + path)
        faults = violations(page)
        if not page.evaluate(NO_SIDEWAYS):
            faults.append("sideways scrolling")
        if faults:
            found[state] = faults
    assert found == {}
    page.context.close()


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_no_language_has_a_serious_fault(chromium: Browser, origin: str, language: str) -> None:
    page = window(chromium, origin, width=390, language=language)
    for path in ("/", STATES["without the framework"], STATES["nothing found"]):
        show(page, origin + path)
        assert violations(page) == []
    page.context.close()


def window(
    chromium: Browser,
    origin: str,
    *,
    width: int,
    colours: str = "light",
    edition: str = "standard",
    language: str = "zh-Hans",
) -> Page:
    """Open a window whose reader has chosen an edition and a language."""
    context = chromium.new_context(viewport={"width": width, "height": 844}, color_scheme=colours, locale=language)  # type: ignore[arg-type]
    context.add_cookies(
        [{"name": "edition", "value": edition, "url": origin}, {"name": "lang", "value": language, "url": origin}]
    )
    return context.new_page()


def show(page: Page, address: str) -> None:
    """Go to a page and wait until everything that comes late is there."""
    page.goto(address)
    if "/?q=" in address or address.endswith("/"):
        page.locator("html.handed-over").wait_for(state="attached")
    if "/?q=" in address:
        expect(page.locator(".turn .cite").first).to_be_visible()
        page.wait_for_load_state("networkidle")
