"""How the page looks, measured: type, targets, colours, the edition for older readers, paper, what stays in reach."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Arrive, Visit
from tests.browser.own_pages import live_region, own_page, pages_app, turn
from tests.servers import running
from ui.markup import element, join

pytestmark = pytest.mark.browser

QUESTION = "青石县有哪些保障措施？"
NO_SIDEWAYS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"

SIZES = """() => [...document.querySelectorAll("body *")]
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".unseen, .skip, .sr-only"))
  .map((e) => [parseFloat(getComputedStyle(e).fontSize), e.tagName + " " + e.textContent.slice(0, 20)])"""

TARGETS = """() => [...document.querySelectorAll("button, a, summary, select, textarea")]
  .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.matches(".skip, .unseen *"))
  .map((e) => { const box = e.getBoundingClientRect(); return [Math.min(box.width, box.height), e.textContent.slice(0, 20)]; })"""

# The colour of every piece of text against what lies behind it, after WCAG 2.1; half-transparent grounds are mixed.
CONTRASTS = """() => {
  const rgba = (colour) => { const n = colour.match(/[\\d.]+/g).map(Number); return [n[0], n[1], n[2], n[3] ?? 1]; };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const channel = (c) => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const light = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const ground = (e) => {
    const layers = [];
    for (let at = e; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  return [...document.querySelectorAll("body *")]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".unseen, .skip, .sr-only"))
    .map((e) => {
      const behind = ground(e), front = over(rgba(getComputedStyle(e).color), behind);
      const [a, b] = [light(front), light(behind)].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), e.className + " " + e.textContent.slice(0, 20)];
    });
}"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    body = join(element("section", turn(), id="conversation"), element("form", live_region(), id="ask-form"))
    with running(pages_app({"/turn": own_page(body, "printing.js")})) as origin:
        yield origin


@pytest.fixture
def answer(chromium: Browser, site: str) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}/turn")
    yield page
    page.close()


def with_answer(visit: Visit, path: str, edition: str = "standard", scheme: str = "light") -> Page:
    page = visit.page
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.context.add_cookies([{"name": "edition", "value": edition, "url": visit.origin}])
    page.goto(f"{visit.origin}{path}")
    if path == "/":
        page.locator("html.handed-over").wait_for(state="attached")
    if "q=" in path:
        expect(page.locator(".turn .cite")).to_have_count(5)
    return page


PAGES = ["/", "/ask", f"/ask?q={QUESTION}", "/documents/d1?start=30&end=60", "/privacy"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("edition", "type_px", "target_px"),
    [pytest.param("standard", 18, 44, marks=pytest.mark.thorough), ("elder", 22, 48)],
)
def test_type_and_targets_are_as_large_as_promised(
    arrive: Arrive, path: str, edition: str, type_px: int, target_px: int
) -> None:
    page = with_answer(arrive(width=390, height=844), path, edition)
    sizes, targets = page.evaluate(SIZES), page.evaluate(TARGETS)
    assert sizes and targets
    assert [one for one in sizes if one[0] < type_px] == []
    assert [one for one in targets if one[0] < target_px] == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("edition", "scheme"),
    [
        pytest.param("standard", "light", marks=pytest.mark.thorough),
        pytest.param("standard", "dark", marks=pytest.mark.thorough),
        ("elder", "dark"),
    ],
)
def test_all_text_stands_out_from_its_ground(arrive: Arrive, path: str, edition: str, scheme: str) -> None:
    page = with_answer(arrive(), path, edition, scheme)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 5
    assert [one for one in found if one[0] < 4.5] == []


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("edition", [pytest.param("standard", marks=pytest.mark.thorough), "elder"])
def test_a_narrow_window_needs_no_sideways_scrolling(arrive: Arrive, path: str, edition: str) -> None:
    page = with_answer(arrive(width=320, height=256), path, edition)
    assert page.evaluate(NO_SIDEWAYS)


def test_lines_have_room_in_the_edition_for_older_readers(arrive: Arrive) -> None:
    page = with_answer(arrive(), f"/ask?q={QUESTION}", "elder")
    lines = "[...document.querySelectorAll('.statement, .quote blockquote')].map((e) => parseFloat(getComputedStyle(e).lineHeight) / parseFloat(getComputedStyle(e).fontSize))"
    assert min(page.evaluate(lines)) >= 1.5


@pytest.mark.parametrize("path", ["/", "/ask"])
def test_the_edition_is_switched_at_once_and_remembered(arrive: Arrive, path: str) -> None:
    page = with_answer(arrive(), path)
    switch = page.get_by_role("button", name="长辈版")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(page.locator("html")).to_have_css("font-size", "22px")
    page.reload()
    expect(page.locator("html")).to_have_css("font-size", "22px")
    page.get_by_role("button", name="长辈版").click()
    expect(page.locator("html")).to_have_css("font-size", "18px")
    page.reload()
    expect(page.locator("html")).to_have_css("font-size", "18px")


def test_the_server_writes_the_remembered_edition_so_that_nothing_flashes(arrive: Arrive) -> None:
    visit = arrive()
    sent = visit.page.request.get(f"{visit.origin}/ask", headers={"cookie": "edition=elder"}).text()
    assert 'data-edition="elder"' in sent[: sent.index("<head")]


def test_after_an_answer_the_box_stays_in_reach_on_a_phone_and_takes_little_of_it(answer: Page) -> None:
    form = answer.locator("#ask-form")
    answer.locator("#question-text").evaluate("(box) => (box.placeholder = '例如')")
    expect(form).to_be_in_viewport()
    box = form.bounding_box()
    assert box is not None
    assert box["height"] < 844 / 5
    assert round(box["y"] + box["height"]) == 844


@pytest.mark.parametrize(("height", "edition"), [(400, "standard"), (844, "elder")])
def test_the_box_does_not_stay_where_it_would_take_too_much(answer: Page, height: int, edition: str) -> None:
    answer.set_viewport_size({"width": 390, "height": height})
    answer.evaluate("(edition) => (document.documentElement.dataset.edition = edition)", edition)
    expect(answer.locator("#ask-form")).to_have_css("position", "static")


def test_the_quote_that_was_jumped_to_is_set_off_without_colour_too(answer: Page) -> None:
    quote = answer.locator("#source-one-2 blockquote")
    before = quote.evaluate("(e) => getComputedStyle(e).borderLeftWidth")
    answer.evaluate("location.hash = 'source-one-2'")
    assert quote.evaluate("(e) => getComputedStyle(e).borderLeftWidth") != before
    answer.evaluate("location.hash = ''")
    expect(quote).to_have_css("border-left-width", before)
    answer.locator("#source-one-2").evaluate("(e) => e.classList.add('is-target')")
    assert quote.evaluate("(e) => getComputedStyle(e).borderLeftWidth") != before


@pytest.mark.parametrize("forced", ["none", "active"])
def test_the_keyboard_is_seen_where_it_is(chromium: Browser, site: str, forced: str) -> None:
    context = chromium.new_context(forced_colors="active" if forced == "active" else "none")
    page = context.new_page()
    page.goto(f"{site}/turn")
    seen = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const c = getComputedStyle(document.activeElement); return [document.activeElement.tagName, c.outlineStyle, c.outlineWidth, c.outlineColor, c.boxShadow]; })()"
        )
        if style[0] == "BODY":
            break
        seen.add(style[0])
        assert style[1:3] == ["solid", "3px"]
        assert style[3] != "rgba(0, 0, 0, 0)" or style[4] != "none"
        if forced == "active":
            assert style[3] != "rgba(0, 0, 0, 0)"
    assert {"A", "BUTTON", "SUMMARY", "TEXTAREA"} <= seen
    context.close()


def test_nothing_moves_for_those_who_asked_for_stillness(answer: Page) -> None:
    answer.emulate_media(reduced_motion="reduce")
    answer.locator(".turn").evaluate(
        "(turn) => turn.insertAdjacentHTML('beforeend', '<p class=\"working\">正在查找</p>')"
    )
    moving = answer.evaluate("document.getAnimations().length")
    assert moving == 0


def test_paper_has_the_answer_its_label_sources_and_addresses_and_no_buttons(answer: Page) -> None:
    expect(answer.locator("#source-one-1")).to_be_hidden()
    answer.emulate_media(media="print")
    answer.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(answer.locator("#source-one-1")).to_be_visible()
    expect(answer.locator(".label")).to_be_visible()
    address = answer.locator("#source-one-2 a.open").evaluate("(e) => getComputedStyle(e, '::after').content")
    assert "http://127.0.0.1" in address
    assert "/documents/d2" in address
    assert answer.locator("button:visible, textarea:visible, select:visible").count() == 0
    answer.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(answer.locator("#source-one-1")).to_be_hidden()
