"""What every page of the console has round its content, wherever the site is served."""

from __future__ import annotations

import re

import pytest

from rag.settings import Settings
from tests.ui.console.conftest import Console, Enter, words_of
from ui.console.frame import NAVIGATION, paging, table
from ui.console.sent import number_of
from ui.markup import element
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, Settings().help)


def test_every_part_of_the_console_is_a_page(console: Console) -> None:
    for name, path in NAVIGATION:
        page = console.get(path)
        assert page.status_code == 200, path
        assert re.search(r'href="([^"]*)" aria-current="page"', page.text.split("console-nav")[1]), name


def test_a_page_says_who_is_signed_in_and_lets_them_out(console: Console) -> None:
    page = console.get("/admin/documents")
    assert "已登录：王主任" in words_of(page)
    assert re.search(rf'<input type="hidden" name="csrf" value="{console.csrf}">.*退出', page.text)


def test_below_a_prefix_every_address_has_it(enter: Enter, published: Settings) -> None:
    console = enter(published, prefix="/policy")
    document = console.document("clinics.docx").document_id
    for path in ("documents", "uploads", "work", "removed", f"documents/{document}", f"documents/{document}/correct"):
        page = console.get(f"/policy/admin/{path}")
        addresses = re.findall(r'(?:href|src|action|data-state-at)="(/[^"]*)"', page.text)
        assert [address for address in addresses if not address.startswith("/policy/")] == [], path
    led = console.post(f"/policy/admin/documents/{document}/delete", reason="重复")
    assert led.headers["location"] == "/policy/admin/work"
    console.ended()


def test_only_known_words_are_said_at_an_addresss_wish(console: Console) -> None:
    page = console.get("/admin/documents", told="<b>pay</b>")
    assert "<b>pay" not in page.text
    assert 'class="told"' not in page.text


def test_a_table_escapes_what_is_no_markup() -> None:
    shown = table(("名",), [("<i>x</i>",), (element("b", "y"),)], caption="表")
    assert "&lt;i&gt;x" in shown
    assert "<b>y</b>" in shown
    assert 'data-label="名"' in shown


@pytest.mark.parametrize(("page", "links"), [(1, ["2"]), (2, ["1", "3"]), (3, ["2"])])
def test_paging_leads_to_the_neighbours_and_keeps_the_search(page: int, links: list[str]) -> None:
    shown = paging(WORDING, "/admin/documents", {"words": "体检&x"}, page, 3)
    assert re.findall(r"words=%E4%BD%93%E6%A3%80%26x&amp;page=(\d)", shown) == links


def test_one_page_needs_no_paging() -> None:
    assert paging(WORDING, "/admin/documents", {}, 1, 1) == ""


@pytest.mark.parametrize("value", [None, "", "0", "-1", "1.5", "x", "٣", "99999999"])
def test_what_is_no_number_is_none(value: str | None) -> None:
    assert number_of(value) is None
