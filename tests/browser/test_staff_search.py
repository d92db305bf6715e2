"""An operator at the desk with nothing but a keyboard, and the next one who sits down there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from rag.catalogue import open_catalogue
from rag.settings import PathSettings, Settings
from tests.applications import built
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.fakes import FakeAssistant
from tests.servers import running
from ui.accounts.cookies import NAME
from ui.accounts.roles import Role

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
TABLET: ViewportSize = {"width": 820, "height": 1180}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
TITLE = "青石县卫生健康发展规划"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    settings = Settings(paths=PathSettings(data=tmp_path_factory.mktemp("desk")))
    tokens = {}
    with open_catalogue(settings) as catalogue:
        catalogue.accounts.add("老板", Role.ADMIN, "no hash", by="test")
        for name in ("小周", "小吴"):
            account = catalogue.accounts.add(name, Role.STAFF, "no hash", by="test")
            tokens[name] = catalogue.sessions.begin(account, "no hash") or ""
    with running(built(FakeAssistant(), settings)) as origin:
        yield origin, tokens


@pytest.fixture
def visit(chromium: Browser, site: tuple[str, dict[str, str]]) -> Iterator[Visit]:
    context = chromium.new_context(viewport=DESKTOP, locale="zh-CN")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site[0])
    visit = Visit(context.new_page(), site[0])
    yield visit
    context.close()
    assert visit.elsewhere == []
    assert visit.errors == []
    assert visit.dialogs == []


def sit_down(visit: Visit, site: tuple[str, dict[str, str]], name: str) -> Page:
    visit.page.context.add_cookies([{"name": NAME, "value": site[1][name], "url": site[0]}])
    return visit.open("/staff/")


def has_focus(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def test_an_operator_finds_opens_copies_and_goes_back_by_keyboard_and_loses_nothing(
    visit: Visit, site: tuple[str, dict[str, str]]
) -> None:
    page = sit_down(visit, site, "小周")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    page.keyboard.type("规划的目标")
    expect(page.locator(".hit")).not_to_have_count(0)
    expect(page.locator("#desk-said")).to_contain_text("段，出自")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("w")
    expect(page.locator(".hit details.why").first).to_have_attribute("open", "")
    page.keyboard.press("Enter")
    expect(page.locator("#passage-heading")).to_have_text(TITLE)
    assert has_focus(page, ".passage-text")
    page.keyboard.press("c")
    expect(page.locator(".copied")).to_be_visible()
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert f"——《{TITLE}》，青石县卫生健康局，青卫发〔2025〕7号，2025年3月18日" in copied
    assert re.search(rf"{site[0]}/documents/\w+\?start=\d+&end=\d+", copied)

    assert violations(page) == []
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator(".passage-text").focus()
    page.keyboard.press("Escape")
    assert has_focus(page, ".hit .opener")
    page.keyboard.press("Escape")
    assert has_focus(page, "#desk-q")
    page.locator("#caller-place").fill("青石县")
    page.reload()
    expect(page.locator("#desk-q")).to_have_value("规划的目标")
    expect(page.locator("#caller-place")).to_have_value("青石县")
    expect(page.locator("#passage-heading")).to_have_text(TITLE)
    visit.open("/staff/compare")
    visit.open("/staff/")
    expect(page.locator("#desk-q")).to_have_value("规划的目标")
    page.set_viewport_size(TABLET)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(PHONE)
    for path in ("/staff/", "/staff/compare"):
        visit.open(f"{path}?edition=elder")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_nothing_of_one_operator_s_caller_is_there_for_the_next(visit: Visit, site: tuple[str, dict[str, str]]) -> None:
    page = sit_down(visit, site, "小周")
    page.locator("#desk-q").fill("来电人的事")
    page.wait_for_url("**/staff/?q=*")
    page.locator("#next-call").click()
    expect(page.locator("#desk-q")).to_have_value("")
    page.locator("#desk-q").fill("另一个人的事")
    page.wait_for_url("**/staff/?q=*")
    beside = visit.page.context.new_page()
    beside.context.add_cookies([{"name": NAME, "value": site[1]["小吴"], "url": site[0]}])
    beside.goto(f"{site[0]}/staff/")
    expect(beside.locator("#desk-q")).to_have_value("")
    # The window that the first one left open is the second one's now.
    expect(page.locator(".who")).to_have_text("已登录：小吴")
    expect(page.locator("#desk-q")).to_have_value("")
    assert page.evaluate("JSON.stringify(sessionStorage)") == "{}"


def test_an_operator_answers_a_caller_edits_copies_and_logs_by_keyboard_alone(
    visit: Visit, site: tuple[str, dict[str, str]]
) -> None:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = sit_down(visit, site, "小吴")
    page.locator("#caller-place").fill("青石县")
    page.locator("#desk-q").focus()
    page.keyboard.type("有哪些保障措施")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#words-s0")).to_be_visible()
    for _ in range(60):
        if has_focus(page, "#words-s0"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.type("另发900元。")
    expect(page.locator("#doubts-s0")).to_contain_text("900元")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert has_focus(page, "button[value='reset s0']")
    assert violations(page) == []

    page.reload()
    expect(page.locator("#words-s0")).to_have_value(re.compile("另发900元"))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("2")
    expect(page.locator("#answer-said")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "另发900元" in copied
    assert f"依据：《{TITLE}》" in copied

    page.locator("#call-note").focus()
    page.keyboard.type("手机13800001111，说下周再来电")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#answer-said")).to_contain_text("来电已经记下")
    assert has_focus(page, "#next-call")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_be_empty()
    visit.open("/staff/calls")
    page.get_by_role("link", name="有哪些保障措施").click()
    expect(page.locator("main")).to_contain_text("另发900元。（整理） [1]")
    expect(page.locator("main")).to_contain_text("[手机号]")
