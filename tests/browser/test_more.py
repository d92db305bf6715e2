from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.domain import Answer, AnswerStatus
from rag.settings import HelpSettings, ServerSettings
from tests.browser.axe import violations
from tests.browser.own_pages import own_page, pages_app
from tests.servers import running
from tests.ui.documents import HeadingAssistant, notice
from ui.answered import Answered
from ui.desk import Desk
from ui.faults import install_faults
from ui.holdings import Shelf
from ui.markup import Html, element, join
from ui.page_more import build_more
from ui.receipts import passing_receipts
from ui.wording import Language

pytestmark = pytest.mark.browser

GRANT = notice("青石县高龄津贴发放办法", "津贴对象", "发放标准", "办理程序", "领取地点")
FOUND = HeadingAssistant.from_passage(GRANT, GRANT.sections[0].start, "高龄津贴给谁？")
MISSED = Answer(AnswerStatus.NO_EVIDENCE, "高龄津贴会涨吗？")
MUCH = "青石县高龄津贴的发放标准是多少？"


def turn(identity: str, answer: Answer, receipt: str) -> Html:
    reading = (element("p", f"第{n}句：津贴按月发放到本人账户，不收任何费用。") for n in range(1, 9))
    return element(
        "article",
        element("h2", answer.question, class_="asked"),
        element("div", *reading, class_="statements"),
        element("div", class_="more"),
        class_="turn",
        id=f"turn-{identity}",
        data_receipt=receipt,
        data_status=answer.status,
        data_question=answer.question,
        data_region="青石县",
    )


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    assistant = HeadingAssistant(GRANT)
    answered = Answered(assistant, passing_receipts(), HelpSettings())
    receipts = [answered.receipts.issue(answer, Language.ZH_HANS, "青石县") for answer in (FOUND, MISSED)]
    turns = (
        turn("found", FOUND, receipts[0]),
        turn("missed", MISSED, receipts[1]),
        turn("foreign", FOUND, "e30." + "A" * 43),
    )
    body = element("section", *turns, id="conversation", aria_label="问答")
    style = element("link", rel="stylesheet", href="/theme/more.css")
    app = pages_app({"/": own_page(join(style, body), "more.js")})
    desk = Desk(ServerSettings())
    app.include_router(build_more(answered, desk, Shelf(assistant)))
    install_faults(app, HelpSettings())
    with running(app) as origin:
        yield origin
    desk.close()


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(site)
    page.evaluate(
        """window.asked = [];
        document.addEventListener('policychat:ask', (event) => window.asked.push(event.detail));
        window.moved = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.moved += entry.value)))
          .observe({ type: 'layout-shift', buffered: true });"""
    )
    yield page
    page.close()
    assert errors == []


def finish(page: Page, identity: str, event: str = "answered") -> None:
    page.evaluate(
        """([identity, name]) => document.dispatchEvent(new CustomEvent(`policychat:${name}`,
        { detail: { turn: document.getElementById(`turn-${identity}`) } }))""",
        [identity, event],
    )


@pytest.mark.parametrize("event", ["answered", "restored"])
def test_an_answer_is_followed_by_what_else_can_be_asked(page: Page, event: str) -> None:
    finish(page, "found", event)
    expect(page.locator("#turn-found .suggestion")).to_have_count(3)
    expect(page.get_by_role("heading", name="还想了解")).to_be_visible()


def test_a_suggestion_is_asked_with_the_place_by_mouse_and_by_keyboard(page: Page) -> None:
    finish(page, "found")
    first = page.locator("#turn-found .suggestion").first
    first.click()
    first.focus()
    page.keyboard.press("Enter")
    asked = {"question": MUCH, "region": "青石县"}
    assert page.evaluate("window.asked") == [asked, asked]


def test_a_refusal_says_what_was_searched_and_offers_the_nearest(page: Page) -> None:
    finish(page, "missed")
    expect(page.locator("#turn-missed .searched")).to_contain_text("这里查了青石县的 1 份文件")
    assert page.locator("#turn-missed .suggestion").count() > 0


def test_what_fails_leaves_the_turn_as_it_is(page: Page) -> None:
    with page.expect_response("**/page/more") as response:
        finish(page, "foreign")
    assert response.value.status == 422
    finish(page, "found")
    expect(page.locator("#turn-found .suggestion").first).to_be_visible()
    expect(page.locator("#turn-foreign .more")).to_be_empty()
    expect(page.locator("#turn-foreign .statements")).to_be_visible()


def test_a_server_that_is_away_is_not_missed(page: Page) -> None:
    page.route("**/page/more", lambda route: route.abort())
    finish(page, "found")
    expect(page.locator("#turn-found .more")).to_be_empty()
    page.unroute("**/page/more")
    finish(page, "found")
    expect(page.locator("#turn-found .suggestion").first).to_be_visible()


def test_nothing_above_moves_while_it_is_being_read(page: Page) -> None:
    # The newest turn has nothing below it; the last one stands in for it.
    page.evaluate("document.querySelectorAll('#turn-missed, #turn-foreign').forEach((turn) => turn.remove())")
    places = (
        "[...document.querySelectorAll('#turn-found > *:not(.more)')].map((part) => part.getBoundingClientRect().top)"
    )
    page.evaluate("window.moved = 0")
    before = page.evaluate(places)
    finish(page, "found")
    expect(page.locator("#turn-found .suggestion").first).to_be_attached()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate(places) == before
    assert page.evaluate("window.moved") == 0


@pytest.mark.parametrize(("edition", "least", "shown"), [("standard", 44, 3), ("elder", 48, 3)])
def test_a_suggestion_is_large_enough_to_press(page: Page, edition: str, least: int, shown: int) -> None:
    page.evaluate("(edition) => (document.documentElement.dataset.edition = edition)", edition)
    finish(page, "found")
    expect(page.locator("#turn-found .suggestion:visible")).to_have_count(shown)
    for box in [button.bounding_box() for button in page.locator("#turn-found .suggestion").all()]:
        assert box is not None
        assert box["height"] >= least


def test_it_fits_a_narrow_screen(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    finish(page, "found")
    expect(page.locator("#turn-found .suggestion").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_checker_of_accessibility_finds_nothing(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    finish(page, "found")
    finish(page, "missed")
    expect(page.locator("#turn-found .suggestion").first).to_be_visible()
    expect(page.locator("#turn-missed .searched")).to_be_visible()
    assert violations(page) == []
