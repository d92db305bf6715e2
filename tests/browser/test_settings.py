"""An admin closes the service in a hurry and opens it again, while a resident has the page open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.catalogue import open_catalogue
from rag.settings import HelpSettings, PathSettings, ServerSettings, Settings
from tests.browser.axe import violations
from tests.fakes import FakeAssistant
from tests.servers import running
from ui.accounts.passwords import Passwords
from ui.accounts.roles import Role
from ui.app import build_app
from ui.live import Live

pytestmark = pytest.mark.browser

PASSWORD = "seven quiet herons wade"
QUESTION = "青石县有哪些保障措施"


class Fake(FakeAssistant):
    def close(self) -> None:
        """Hold nothing."""


@pytest.fixture
def origin(tmp_path: Path) -> Iterator[str]:
    settings = Settings(
        paths=PathSettings(data=tmp_path / "data"),
        server=ServerSettings(reload_check_s=0.1),
        help=HelpSettings(government="98765"),
    )
    with open_catalogue(settings) as catalogue:
        catalogue.accounts.add("王主任", Role.ADMIN, Passwords().hash(PASSWORD), by="test")
    live = Live(settings, lambda _: Fake(), build_app)
    with running(live) as origin:
        yield origin
    live.close()


def sign_in(page: Page, origin: str, leads_to: str) -> None:
    page.goto(origin + leads_to)
    page.locator("input[name=name]").fill("王主任")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(f"**{leads_to}")


def save(page: Page, reason: str) -> None:
    page.locator("input[name=reason]").fill(reason)
    page.get_by_role("button", name="保存").click()
    # A machine that runs all tests takes its time to build another application.
    expect(page.get_by_role("status")).to_have_text("已经改好，现在起作用。", timeout=30_000)


def test_an_admin_closes_the_service_and_opens_it_again(chromium: Browser, origin: str) -> None:
    work, home = (chromium.new_context(viewport={"width": 820, "height": 1180}, locale="zh-CN") for _ in range(2))
    admin, resident = work.new_page(), home.new_page()
    resident.goto(f"{origin}/")
    resident.locator("html.handed-over").wait_for(state="attached")
    sign_in(admin, origin, "/admin/settings")
    admin.get_by_role("link", name="停用", exact=True).click()
    admin.locator("select[name='service.open']").select_option("false")
    admin.locator("textarea[name='service.closed_zh_hans']").fill("有一处金额写错，正在核对。")
    save(admin, "金额写错")
    assert violations(admin) == []

    # The page that was open tells it as an answer, a page that is opened now says nothing else.
    resident.locator("#question-text").fill(QUESTION)
    resident.locator("#question-text").press("Enter")
    expect(resident.locator("#conversation")).to_contain_text("有一处金额写错，正在核对。")
    expect(resident.locator("#conversation")).to_contain_text("98765")
    resident.goto(f"{origin}/")
    expect(resident.get_by_role("heading", level=1)).to_have_text("暂时不能提问")
    expect(resident.locator("a[href='tel:98765']")).to_be_visible()
    assert violations(resident) == []

    admin.goto(f"{origin}/ask")
    expect(admin.locator(".banner")).to_have_text("现在对居民停用。您登录了，所以还看得到这一页。")
    admin.goto(f"{origin}/admin/settings/service")
    admin.locator("input[name='back:service.open']").check()
    save(admin, "核对完了")
    admin.goto(f"{origin}/admin/settings/examples")
    admin.locator("textarea").fill("打针要钱吗")
    save(admin, "很多人问")

    resident.goto(f"{origin}/")
    resident.locator("html.handed-over").wait_for(state="attached")
    resident.locator("#question-text").fill(QUESTION)
    resident.locator("#question-text").press("Enter")
    expect(resident.locator("#conversation .statements").first).to_be_visible()
    newcomer = chromium.new_context(locale="zh-CN")
    page = newcomer.new_page()
    page.goto(f"{origin}/ask")
    expect(page.get_by_role("button", name="打针要钱吗")).to_be_visible()
    for context in (work, home, newcomer):
        context.close()
