"""The console as an admin uses it: from the sign-in to the resident's page and back to yesterday."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from rag.bootstrap import open_assistant
from rag.catalogue import open_catalogue
from rag.errors import SourceError
from rag.settings import Settings
from tests.applications import built
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.servers import running
from ui.accounts.passwords import Passwords
from ui.accounts.roles import Role

pytestmark = pytest.mark.browser

PASSWORD = "seven quiet herons wade"
QUESTION = "青棠县夜间门诊的开放时间是什么？"
HOURS = "每周一至周五晚上六点到九点"
TABLET = {"width": 820, "height": 1180}
DESKTOP = {"width": 1280, "height": 900}


def papers() -> bytes:
    """Return an archive with a document that names the wrong place, and a file that cannot be read."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as package:
        package.writestr(
            "night-clinic.md",
            "---\nregion: 白岭县\npublished: 2025-03-02\n---\n# 夜间门诊试行办法\n\n## 一、开放时间\n\n"
            f"县人民医院的夜间门诊开放时间是{HOURS}。\n",
        )
        package.writestr("broken.pdf", b"%PDF-1.7 and nothing more")
    return content.getvalue()


@pytest.fixture
def origin(served: Settings) -> Iterator[str]:
    with open_catalogue(served) as catalogue:
        catalogue.accounts.add("王主任", Role.ADMIN, Passwords().hash(PASSWORD), by="test")
    assistant = open_assistant(served)
    with running(built(assistant, served)) as origin:
        yield origin
    assistant.close()


@pytest.fixture
def visit(chromium: Browser, origin: str) -> Iterator[Visit]:
    context = chromium.new_context(viewport=DESKTOP, locale="zh-CN")
    visit = Visit(context.new_page(), origin)
    yield visit
    context.close()
    assert visit.elsewhere == []
    assert visit.errors == []
    assert visit.dialogs == []


def sign_in(visit: Visit, leads_to: str = "/admin/") -> Page:
    page = visit.open(leads_to)
    page.locator("input[name=name]").fill("王主任")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(f"**{leads_to}")
    return page


def ended(page: Page) -> None:
    """Wait on the page of what is under way until it tells the end by itself."""
    expect(page.locator("[data-state=done]")).to_be_visible(timeout=60_000)


def resident_says(visit: Visit) -> str:
    """Ask on the resident's page, in a window of its own, and return the answer."""
    page = visit.page.context.new_page()
    resident = Visit(page, visit.origin)
    resident.open()
    resident.ask(QUESTION)
    expect(page.locator(".newest .cite, .newest .message").first).to_be_visible(timeout=30_000)
    said = page.locator(".newest").inner_text()
    page.close()
    return said


def expect_no_answer(page: Page) -> None:
    """Keep the question as one that must hold before a publication, with what is right for now: no answer."""
    page.get_by_role("link", name="问题核对").click()
    page.locator("#new-name").fill("发布前必过")
    page.locator("#new-regression").check()
    page.get_by_role("button", name="建立题集").click()
    page.get_by_role("link", name="加一道题").click()
    page.get_by_label("问题", exact=True).fill(QUESTION)
    page.get_by_label("应该怎样").select_option("资料里没有，不回答")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("问题已经保存")


def test_an_admin_takes_in_corrects_publishes_past_the_gate_and_goes_back(visit: Visit) -> None:
    page = sign_in(visit)
    expect_no_answer(page)

    page.get_by_role("link", name="收录新资料").click()
    page.locator("#files").set_input_files({"name": "papers.zip", "mimeType": "application/zip", "buffer": papers()})
    page.get_by_role("button", name="开始收录").click()
    page.wait_for_url("**/admin/work*")
    ended(page)
    expect(page.locator("main")).to_contain_text("有 1 份文件没有收进来")
    page.get_by_role("link", name="看报告").click()
    expect(page.locator("main")).to_contain_text("papers.zip/broken.pdf")
    expect(page.locator("main")).to_contain_text("papers.zip/night-clinic.md")

    page.get_by_role("link", name="资料", exact=True).click()
    page.locator("#words").fill("夜间门诊")
    page.get_by_role("button", name="查找").click()
    page.get_by_role("link", name="夜间门诊试行办法").click()
    page.get_by_role("link", name="更正", exact=True).click()
    page.get_by_label("地区").fill("青棠县")
    page.get_by_label("为什么要改").fill("来文单位在青棠县")
    page.get_by_role("button", name="保存并发布").click()
    page.wait_for_url("**/admin/work*")
    ended(page)
    expect(page.locator("main")).to_contain_text("先不发布")
    assert HOURS not in resident_says(visit)

    page.get_by_role("link", name="看哪些题没过").click()
    expect(page.locator("main")).to_contain_text("原来答对、现在答错的太多")
    expect(page.locator(".compared")).to_contain_text("变差了")
    expect(page.locator(".compared")).to_contain_text(HOURS)
    assert violations(page) == []
    page.get_by_role("link", name="照样发布").click()
    page.get_by_label("为什么照样发布").fill("现在有资料写到了，题目要改")
    page.get_by_role("button", name="照样发布").click()
    page.wait_for_url("**/admin/work*")
    ended(page)
    assert HOURS in resident_says(visit)

    page.get_by_role("link", name="历次发布").click()
    page.get_by_role("link", name=re.compile("退回到这一次")).last.click()
    page.locator("main form button").first.click()
    page.wait_for_url("**/admin/work*")
    ended(page)
    assert HOURS not in resident_says(visit)

    page.get_by_role("link", name="操作记录").click()
    expect(page.locator("main")).to_contain_text("现在有资料写到了，题目要改")
    page.get_by_role("button", name="退出").click()
    visit.open("/admin/documents")
    expect(page.locator("input[name=password]")).to_be_visible()


def test_without_scripts_the_forms_do_the_same(chromium: Browser, origin: str) -> None:
    context = chromium.new_context(viewport=DESKTOP, locale="zh-CN", java_script_enabled=False)
    visit = Visit(context.new_page(), origin)
    page = sign_in(visit, "/admin/uploads")
    page.locator("#files").set_input_files({"name": "papers.zip", "mimeType": "application/zip", "buffer": papers()})
    page.get_by_role("button", name="开始收录").click()
    page.wait_for_url("**/admin/work*")
    for _ in range(60):
        if page.locator("[data-state=done]").count():
            break
        page.wait_for_timeout(500)
        page.get_by_role("link", name="看最新进度").click() if page.locator(".again").count() else page.reload()
    expect(page.locator("main")).to_contain_text("新的资料已经发布")
    context.close()


def test_a_schedule_that_meets_an_address_nobody_answers_stands_in_red(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(address: str, *_: object, **__: object) -> None:
        raise SourceError(f"{address}: cannot be read (the host is not known)")

    # The server of these tests runs in this process; a name that is looked up would leave this machine.
    monkeypatch.setattr("ingest.gathering.fetch", silent)
    page = sign_in(visit, "/admin/schedules")
    page.get_by_role("link", name="新建一个").click()
    page.locator("#name").fill("县卫健局通知")
    page.locator("input[name=kind][value=addresses]").check()
    page.locator("#addresses").fill("https://health.example.org/notices.html")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("县卫健局通知")
    page.get_by_role("button", name="现在就做").click()
    page.wait_for_url("**/admin/work*")
    expect(page.locator("[data-state=failed]")).to_be_visible(timeout=60_000)
    for path in ("/admin/schedules", "/admin/"):
        visit.open(path)
        expect(page.locator(".problem")).to_contain_text("没有读到")
        page.set_viewport_size(TABLET)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []


def test_every_page_fits_a_desk_and_a_tablet_and_is_open_to_everybody(visit: Visit) -> None:
    page = sign_in(visit)
    visit.open("/admin/documents")
    document = page.locator("td a").first.get_attribute("href") or ""
    below = ("", "/correct", "/text", "/tidied", "/versions", "/delete")
    paths = [
        "/admin/documents",
        "/admin/removed",
        "/admin/uploads",
        "/admin/work",
        "/admin/evaluation",
        "/admin/settings",
        "/admin/use",
        *(document + one for one in below),
    ]
    for path in paths:
        visit.open(path)
        for size in (DESKTOP, TABLET):
            page.set_viewport_size(size)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, size)
        assert violations(page) == [], path
