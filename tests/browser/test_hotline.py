"""A call is logged and nothing typed is lost; a question that nobody could answer reaches an office and comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from rag.catalogue import open_catalogue
from rag.catalogue.question_records import Channel, LoggedQuestion
from rag.domain import AnswerStatus
from rag.settings import OfficesSettings, PathSettings, Settings
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.fakes import FakeAssistant
from tests.servers import running
from ui.accounts.cookies import NAME
from ui.accounts.doors import Doors, install_doors
from ui.accounts.roles import Role
from ui.assets import build_theme, theme
from ui.console.parts import ConsoleParts
from ui.pages.sign_in import build_sign_in
from ui.shell import SecurityHeaders
from ui.staff.app import build_staff

pytestmark = pytest.mark.browser

TABLET = {"width": 820, "height": 1180}
DESKTOP = {"width": 1280, "height": 900}
ASKED = "村卫生室换药的费用能报销吗？"

Site = tuple[str, dict[str, str]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    offices = OfficesSettings(directory=("青石县医疗保障局 || 报销",))
    settings = Settings(paths=PathSettings(data=tmp_path_factory.mktemp("hotline")), offices=offices)
    tokens = {}
    with open_catalogue(settings) as catalogue:
        catalogue.accounts.add("老板", Role.ADMIN, "no hash", by="test")
        for name in ("小周", "小吴"):
            account = catalogue.accounts.add(name, Role.STAFF, "no hash", by="test")
            tokens[name] = catalogue.sessions.begin(account, "no hash") or ""
        catalogue.questions.add(LoggedQuestion(ASKED, AnswerStatus.NO_EVIDENCE, Channel.PAGE, "zh-Hans", 5))
    # Without Gradio, whose page is another: it takes seconds to build.
    doors = Doors(settings)
    app = FastAPI()
    app.mount("/staff", build_staff(ConsoleParts(settings, FakeAssistant(), doors)))
    for router in (build_theme(theme()), build_sign_in(settings, doors)):
        app.include_router(router)
    install_doors(app, settings.help)
    app.add_middleware(SecurityHeaders, frames={})
    with running(app) as origin:
        yield origin, tokens


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Visit]:
    context = chromium.new_context(viewport=DESKTOP, locale="zh-CN")
    visit = Visit(context.new_page(), site[0])
    yield visit
    context.close()
    assert visit.elsewhere == []
    assert visit.errors == []
    assert visit.dialogs == []


def sit_down(visit: Visit, site: Site, name: str, path: str) -> Page:
    visit.page.context.add_cookies([{"name": NAME, "value": site[1][name], "url": site[0]}])
    return visit.open(path)


def fits(page: Page) -> None:
    """Check that a page fits both sizes."""
    for size in (DESKTOP, TABLET):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, size)
    page.set_viewport_size(DESKTOP)


def is_fit(page: Page) -> None:
    """Check that a page fits both sizes and is open to everybody."""
    fits(page)
    assert violations(page) == [], page.url


def test_what_is_typed_outlives_a_reload_and_an_ended_sign_in_and_is_nobody_elses(visit: Visit, site: Site) -> None:
    page = sit_down(visit, site, "小周", "/staff/calls/new")
    page.get_by_label("问的什么").fill("老人体检在哪里做？我的号13800001111")
    page.get_by_label("怎么答的").fill("在乡镇卫生院")
    page.reload()
    expect(page.get_by_label("怎么答的")).to_have_value("在乡镇卫生院")
    page.get_by_label("结果").select_option("answered")
    is_fit(page)
    page.context.clear_cookies()
    page.get_by_role("button", name="存好").click()
    page.wait_for_url("**/sign-in*")
    sit_down(visit, site, "小周", "/staff/calls/new")
    expect(page.get_by_text("上次没有存的内容找回来了")).to_be_visible()
    page.get_by_role("button", name="存好").click()
    expect(page.locator("main")).to_contain_text("这通来电存好了")
    expect(page.locator("main")).to_contain_text("老人体检在哪里做？我的号[手机号]")
    assert "stored" not in page.url
    is_fit(page)
    visit.open("/staff/calls/new")
    expect(page.get_by_label("问的什么")).to_have_value("")
    page.get_by_label("问的什么").fill("第二个人的事")
    page.reload()
    expect(page.get_by_label("问的什么")).to_have_value("第二个人的事")
    sit_down(visit, site, "小吴", "/staff/calls/new")
    expect(page.get_by_label("问的什么")).to_have_value("")
    assert "第二个人的事" not in str(page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})"))
    visit.open("/staff/calls")
    expect(page.locator("main")).to_contain_text("没有这样的来电记录")


def test_a_question_nobody_could_answer_reaches_the_office_and_comes_back(visit: Visit, site: Site) -> None:
    page = sit_down(visit, site, "小周", "/staff/queue")
    is_fit(page)
    page.get_by_role("button", name="接手").click()
    expect(page.locator("main")).to_contain_text("这个问题归您处理了")
    is_fit(page)
    page.locator(".doing").get_by_role("link", name="转给单位").click()
    expect(page.get_by_label("要问单位的问题")).to_have_value(ASKED)
    fits(page)
    page.get_by_role("button", name="存好").click()
    page.get_by_role("link", name="打印给单位的信").click()
    expect(page.locator(".letter")).to_contain_text("青石县医疗保障局：")
    fits(page)
    page.emulate_media(media="print")
    expect(page.locator(".console-nav")).to_be_hidden()
    page.emulate_media(media="screen")
    page.get_by_role("link", name="回到这件转办").click()
    page.locator(".steps details[open]").get_by_role("button", name="存好").click()
    expect(page.locator("main")).to_contain_text("记下了：等单位答复")
    address = page.url.partition("?")[0].removeprefix(site[0])

    sit_down(visit, site, "小吴", address)
    is_fit(page)
    page.get_by_label("单位的答复").fill("在签约的村卫生室可以报销。")
    page.get_by_label("依据").fill("县医保办〔2025〕9号第四条")
    page.locator(".steps details[open]").get_by_role("button", name="存好").click()
    expect(page.locator("main")).to_contain_text("答复存好了")

    sit_down(visit, site, "小周", "/staff/tasks")
    expect(page.locator("main")).to_contain_text("单位答复了您转的问题")
    page.get_by_role("link", name="转办").last.click()
    proposal = page.get_by_role("link", name="把答复写成回答送审").get_attribute("href") or ""
    assert visit.page.request.get(site[0] + proposal).ok
    page.locator(".steps details[open]").get_by_role("button", name="存好").click()
    expect(page.locator(".state").first).to_have_text("办完了")
    visit.open("/staff/cases")
    is_fit(page)
