"""The viewer, originals, shared answers and the page on privacy in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Locator, Page, expect

from rag.domain import DocumentVersion, Mark, MarkKind, OriginalFile, PageStart, Section
from rag.settings import PathSettings, ServerSettings, Settings
from tests.applications import built
from tests.browser.axe import violations
from tests.browser.conftest import Arrive, Visit, _free_port
from tests.fakes import MEASURES, FakeAssistant, listed, sample_documents
from ui.app import claim_address, serve
from ui.receipts import receipts_in
from ui.shared_answers import SharedAnswers
from ui.wording import Language

pytestmark = pytest.mark.browser

NO_SIDEWAYS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
ROW = "门诊: 镇卫生院；接种日: 周一至周五；电话: 0000-5550100"
ARTICLES = [f"第{number}条　各镇每半年检查一次，结果向居民公开。" * 5 for number in range(1, 1501)]
CONTENT = b"%PDF-1.7 the original as it came"


@dataclass(frozen=True)
class Site:
    """A running site with a long document, a table, kept originals, and one shared answer."""

    origin: str
    token: str
    start: int
    end: int
    row: tuple[int, int]

    @property
    def passage(self) -> str:
        return f"/documents/long?start={self.start}&end={self.end}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "file").write_bytes(CONTENT)
    plan, *others = sample_documents()
    text = "\n".join(["长法规", *ARTICLES, ROW, "Donaudampfschifffahrtsgesellschaftskapitaen" * 8])
    wanted = ARTICLES[900]
    start = text.index(wanted)
    sections = tuple(
        Section((f"第{number}章",), 1, text.index(ARTICLES[number * 100]), text.index(ARTICLES[number * 100 + 99]))
        for number in range(15)
    )
    long = replace(
        plan,
        document_id="long",
        source="长法规.pdf",
        title="长法规",
        text=text,
        sections=sections,
        pages=(PageStart(0, 1), PageStart(start, 77)),
        marks=(Mark(MarkKind.GARBLED, start + 3, start + 6),),
        version=2,
        versions=tuple(DocumentVersion(number, "a" * 64, f"202{number}-01-05T08:00:00Z") for number in (1, 2)),
        media_type="application/pdf",
        superseded_by=plan.source,
        url="https://www.example.gov.cn/" + "long-address/" * 12,
        samples={"boilerplate": ("首页 登录",)},
    )
    originals = {("long", 2): OriginalFile(folder / "file", "application/pdf", "长 法规.pdf")}
    assistant = FakeAssistant(kept=(plan, *others, long), originals=originals)
    settings = Settings(server=ServerSettings(port=_free_port()), paths=PathSettings(data=folder / "data"))
    application = built(assistant, settings)
    receipts = receipts_in(settings.paths.data)
    receipt = receipts.issue(listed(plan, MEASURES, "青石县有哪些保障措施？"), Language.ZH_HANS, "青石县")
    token = SharedAnswers(settings, assistant, receipts).share(receipt)
    ready = threading.Event()
    told: list[str] = []

    def announce(line: str) -> None:
        told.append(line.rsplit(maxsplit=1)[-1])
        ready.set()

    claimed = claim_address(settings.server)
    threading.Thread(target=serve, args=(application, settings.server, claimed, announce), daemon=True).start()
    assert ready.wait(60), "the server did not become ready"
    row = text.index("接种日"), text.index("0000-5550100") + 5
    yield Site(told[0], token, start, start + len(wanted), row)


@pytest.fixture(scope="module")
def origin(site: Site) -> str:
    return site.origin


def height(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None
    return box["height"]


def top(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None
    return box["y"]


def follow(page: Page, path: str) -> None:
    """Go to a page as a link on this one would lead there."""
    with page.expect_navigation():
        page.evaluate("path => { location.href = path; }", path)


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_a_long_document_opens_at_its_passage(arrive: Arrive, site: Site, width: int) -> None:
    page = arrive(width=width, height=640).open(site.passage)
    expect(page.locator("mark")).to_be_in_viewport()
    expect(page.locator("mark")).to_be_focused()
    assert page.locator("mark").inner_text() == ARTICLES[900]
    assert top(page.locator("mark")) >= height(page.locator(".document-bar"))
    assert page.evaluate(NO_SIDEWAYS)


def test_the_way_back_leads_to_the_page_one_came_from_however_one_walked_about(arrive: Arrive, site: Site) -> None:
    page = arrive(width=390, height=700).open("/privacy")
    follow(page, site.passage)
    page.locator(".document-bar a[href='#about']").click()
    expect(page.locator("#about")).to_be_in_viewport()
    page.locator(".document-bar a[href='#quote']").click()
    expect(page.locator("mark")).to_be_in_viewport()
    page.locator(".document-bar .back").click()
    page.wait_for_url("**/privacy")


def test_without_a_page_before_the_way_back_leads_to_the_question(arrive: Arrive, site: Site) -> None:
    page = arrive().open(site.passage)
    page.locator(".document-bar .back").click()
    page.wait_for_url("**/?lang=zh-Hans")


def test_from_one_document_to_another_the_way_back_still_leads_to_the_question(arrive: Arrive, site: Site) -> None:
    page = arrive().open(site.passage)
    page.locator(".warnings a").click()
    page.wait_for_url("**/documents/d1")
    page.locator(".document-bar .back").click()
    page.wait_for_url("**/?lang=zh-Hans")


def test_a_heading_chosen_in_the_contents_stands_below_the_bar(arrive: Arrive) -> None:
    page = arrive(width=390, height=700).open("/documents/long")
    page.locator(".contents summary").click()
    page.locator(".contents a", has_text="第12章").click()
    heading = page.locator(".text [id]", has_text="第1201条").first
    expect(heading).to_be_in_viewport()
    expect(heading).to_be_focused()
    assert top(heading) >= height(page.locator(".document-bar")) - 1
    expect(page.locator(".contents")).not_to_have_attribute("open", "")


def test_the_original_is_saved_under_its_name_and_the_page_stays(arrive: Arrive) -> None:
    page = arrive().open("/documents/long")
    with page.expect_download() as saved:
        page.locator(".original .download").click()
    assert saved.value.suggested_filename == "长 法规.pdf"
    assert Path(saved.value.path()).read_bytes() == CONTENT
    assert page.url.endswith("/documents/long")


def test_an_original_that_is_lost_is_told_on_a_page(arrive: Arrive) -> None:
    visit = arrive()
    page = visit.open("/documents/long")
    page.locator(".versions .download").nth(1).click()
    expect(page.locator("h1")).to_contain_text("没有找到这个原件")
    assert violations(page) == []
    visit.errors.clear()


def test_a_quote_in_a_table_stands_in_its_cells(arrive: Arrive, site: Site) -> None:
    page = arrive(width=320, height=600).open(f"/documents/long?start={site.row[0]}&end={site.row[1]}")
    marks = page.locator(".row mark")
    expect(marks.first).to_be_in_viewport()
    assert "".join(marks.all_inner_texts()) == ROW[ROW.index("接种日") : ROW.index("5550100")]
    tops = [round(top(cell)) for cell in page.locator(".row .cell").all()]
    assert tops == sorted(set(tops))


@pytest.mark.parametrize(("edition", "least"), [("standard", 44), ("elder", 48)])
def test_what_is_pressed_is_large_enough(arrive: Arrive, site: Site, edition: str, least: int) -> None:
    page = arrive(width=320, height=640).open(f"{site.passage}&edition={edition}")
    pressed = page.locator(".document-bar a, .pointer a, .document summary, .original a, .versions a, .ending a")
    assert pressed.count() >= 8
    assert [found.inner_text() for found in pressed.all() if height(found) < least] == []
    assert page.evaluate(NO_SIDEWAYS)


def test_the_bar_takes_one_line_in_the_edition_for_older_readers(arrive: Arrive, site: Site) -> None:
    page = arrive(width=320, height=640).open(f"{site.passage}&edition=elder")
    assert len({round(top(link)) for link in page.locator(".document-bar a").all()}) == 1


def test_the_bar_leaves_a_low_screen_to_the_text(arrive: Arrive, site: Site) -> None:
    page = arrive(width=320, height=256).open(site.passage)
    expect(page.locator("mark")).to_be_in_viewport()
    expect(page.locator(".document-bar")).not_to_be_in_viewport()


def test_paper_has_the_whole_text_and_nothing_to_press(arrive: Arrive, site: Site) -> None:
    page = arrive().open(site.passage)
    page.emulate_media(media="print")
    for hidden in (".document-bar", ".contents", ".original .download", "nav.languages"):
        expect(page.locator(hidden)).to_be_hidden()
    shown = page.evaluate("getComputedStyle(document.querySelector('.text .part')).contentVisibility")
    assert shown == "visible"
    expect(page.locator(".facts")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('mark')).fontWeight") == "700"


def test_without_scripts_the_passage_is_one_press_away(arrive: Arrive, site: Site) -> None:
    visit = arrive()
    context = visit.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    page = context.new_page()
    page.goto(f"{site.origin}{site.passage}")
    page.locator(".pointer a").click()
    expect(page.locator("mark")).to_be_in_viewport()
    context.close()


def test_everything_is_reached_with_the_keyboard_and_seen_to_be(arrive: Arrive) -> None:
    page = arrive().open("/documents/long")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator(".document-bar .back")).to_be_focused()
    shadow = page.evaluate("getComputedStyle(document.activeElement).boxShadow")
    assert shadow != "none"


def test_a_shared_answer_opens_with_its_sources_and_leads_to_ones_own_question(arrive: Arrive, site: Site) -> None:
    page = arrive(width=390, height=800).open(f"/answers/{site.token}")
    expect(page.locator(".statements li")).to_have_count(len(MEASURES))
    page.locator(".cite").first.click()
    expect(page.locator(".quote").first).to_be_in_viewport()
    assert page.evaluate(NO_SIDEWAYS)
    asked = f"/?q={quote_plus('青石县有哪些保障措施？')}&region={quote_plus('青石县')}"
    assert str(page.locator(".ways-on a").first.get_attribute("href")).startswith(asked)


def test_a_link_that_is_no_more_is_told_kindly(arrive: Arrive) -> None:
    visit = arrive()
    page = visit.open("/answers/unknown")
    expect(page.locator("main")).to_contain_text("分享链接打不开了")
    assert violations(page) == []
    visit.errors.clear()


PAGES = ("viewer", "hostile", "shared", "privacy")


@pytest.mark.parametrize(
    ("scheme", "edition"), [pytest.param("light", "standard", marks=pytest.mark.thorough), ("dark", "elder")]
)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(arrive: Arrive, site: Site, name: str, scheme: str, edition: str) -> None:
    visit: Visit = arrive(width=390, height=844)
    visit.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    paths = {
        "viewer": site.passage,
        "hostile": "/documents/d4",
        "shared": f"/answers/{site.token}",
        "privacy": "/privacy",
    }
    path = paths[name]
    page = visit.open(f"{path}{'&' if '?' in path else '?'}edition={edition}")
    page.evaluate("document.querySelectorAll('main details').forEach((folded) => { folded.open = true; })")
    assert page.locator("main").count() == 1
    assert violations(page) == []
    assert page.evaluate(NO_SIDEWAYS)
