from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.domain import PlaceCount
from tests.browser.axe import violations
from tests.browser.own_pages import WORDING, own_page, pages_app
from tests.servers import running
from ui.markup import element, join
from ui.render_place import render_place

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

NAMED = (PlaceCount("青石县", 12), PlaceCount("白河市", 3), PlaceCount("重庆市", 1))
MADE = tuple(
    "".join(parts) + "镇" for parts in islice(product("东西南北中", "山川河湖海林", "甲乙丙丁戊己", "安宁福"), 500)
)
MANY = (*NAMED, *(PlaceCount(f"{first}{name}", 1) for first, name in product("金木水火土日", MADE)))


def form(places: tuple[PlaceCount, ...]) -> str:
    told = element("button", "提问", type="submit", id="ask")
    return own_page(element("form", render_place(WORDING, places), told, id="ask-form", method="get"), "place.js")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with running(
        pages_app({"/many": form(MANY), "/few": form(NAMED), "/none": own_page(join(), "place.js")})
    ) as origin:
        yield origin


@pytest.fixture
def many(chromium: Browser, site: str) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{site}/many")
    page.evaluate(
        "document.addEventListener('policychat:place', (e) => (window.told = [...(window.told ?? []), e.detail.region]))"
    )
    yield page
    page.close()
    assert errors == []


def combobox(page: Page) -> Locator:
    return page.get_by_role("combobox", name="您想了解哪个地区")


def chosen(page: Page) -> str:
    return str(page.evaluate("document.querySelector('select[data-role=place]').value"))


def active(page: Page) -> str:
    return str(
        page.evaluate(
            "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.textContent ?? ''"
        )
    )


def test_a_short_list_stays_the_plain_one(chromium: Browser, site: str) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/few")
    select = page.locator("select[data-role=place]")
    expect(select).to_be_visible()
    select.select_option("白河市")
    page.close()


@pytest.mark.parametrize("typed", ["白河", "河市", "baihe", "BHS", "白 河"])
def test_a_place_is_found_by_any_part_of_its_name_and_by_pinyin(many: Page, typed: str) -> None:
    combobox(many).click()
    combobox(many).fill(typed)
    expect(many.get_by_role("option").first).to_have_text("白河市（3 份）")


def test_a_place_is_found_in_traditional_script(many: Page) -> None:
    combobox(many).fill("青石縣")
    expect(many.get_by_role("option")).to_have_text(["青石县（12 份）"])


def test_everything_can_be_done_with_the_arrow_keys(many: Page) -> None:
    box = combobox(many)
    box.focus()
    expect(box).to_have_attribute("aria-expanded", "false")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    assert active(many) == "全部地区"
    box.press("ArrowDown")
    box.press("ArrowDown")
    assert active(many) == "白河市（3 份）"
    box.press("ArrowUp")
    assert active(many) == "青石县（12 份）"
    box.press("Enter")
    expect(box).to_have_value("青石县")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert chosen(many) == "青石县"
    assert many.evaluate("window.told") == ["青石县"]
    assert many.url.endswith("/many"), "Enter in the list must not send the form"


def test_escape_gives_up_what_was_typed_and_keeps_the_choice(many: Page) -> None:
    many.evaluate("import('/theme/context.js').then((m) => m.choosePlace('重庆市'))")
    box = combobox(many)
    expect(box).to_have_value("重庆市")
    box.fill("白")
    box.press("Escape")
    expect(box).to_have_value("重庆市")
    expect(box).to_have_attribute("aria-expanded", "false")
    assert chosen(many) == "重庆市"


def test_leaving_takes_a_name_typed_in_full_and_gives_up_a_half_one(many: Page) -> None:
    box = combobox(many)
    box.fill("白河市")
    box.press("Tab")
    assert chosen(many) == "白河市"
    box.fill("青石")
    box.press("Tab")
    expect(box).to_have_value("白河市")
    box.fill("")
    box.press("Tab")
    expect(box).to_have_value("全部地区")
    assert chosen(many) == ""


def test_an_option_can_be_pressed_and_is_wide_enough_for_a_finger(many: Page) -> None:
    combobox(many).click()
    rows = many.get_by_role("option")
    assert all((row.bounding_box() or {"height": 0})["height"] >= 44 for row in rows.all()[:8])
    rows.nth(2).click()
    assert chosen(many) == "白河市"
    expect(combobox(many)).to_have_value("白河市")


def test_of_thousands_of_places_only_some_are_drawn_and_the_rest_is_told(many: Page) -> None:
    assert len(MANY) > 3000
    combobox(many).click()
    assert many.get_by_role("option").count() == 40
    expect(many.locator(".combobox-state")).to_have_text(f"还有 {len(MANY) + 1 - 40} 个地区没有列出。请多写一个字。")


def test_a_place_that_is_not_there_is_told_in_words(many: Page) -> None:
    combobox(many).fill("火星基地")
    expect(many.locator(".combobox-state")).to_have_text("没有找到这个地方。请换个写法试试。")
    expect(combobox(many)).to_have_attribute("aria-expanded", "false")


def test_a_key_of_an_input_method_chooses_nothing(many: Page) -> None:
    box = combobox(many)
    box.fill("白")
    many.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', isComposing: true, bubbles: true}))"
    )
    assert active(many) == ""


def test_the_choice_is_kept_for_the_next_visit(many: Page) -> None:
    combobox(many).fill("白河市")
    combobox(many).press("Enter")
    kept = {str(cookie["name"]): str(cookie["value"]) for cookie in many.context.cookies()}
    assert kept == {"region": "%E7%99%BD%E6%B2%B3%E5%B8%82"}


def test_the_list_goes_with_the_form_without_scripts(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/many")
    page.locator("select").select_option("重庆市")
    page.locator("#ask").click()
    assert "region=%E9%87%8D%E5%BA%86%E5%B8%82" in page.url
    context.close()


def test_the_open_list_has_no_findings_of_axe(chromium: Browser, site: str) -> None:
    # A page of its own: axe writes style attributes, which the content policy refuses and the console tells.
    page = chromium.new_page()
    page.goto(f"{site}/many")
    combobox(page).click()
    combobox(page).press("ArrowDown")
    assert violations(page) == []
    page.close()
