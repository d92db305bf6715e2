from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Arrive
from tests.fakes import MEASURES

pytestmark = pytest.mark.browser

NO_SIDEWAYS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def marks(page: Page) -> list[str]:
    return page.locator(".newest .cite").all_inner_texts()


def test_a_question_sent_with_enter_gets_a_list_with_a_mark_an_item(arrive: Arrive) -> None:
    visit = arrive()
    visit.open()
    page = visit.ask("青石县有哪些保障措施？")
    expect(page.locator(".newest .statements li")).to_have_count(5)
    assert page.locator(".newest .statement").all_inner_texts() == list(MEASURES)
    assert marks(page) == ["[1]", "[2]", "[3]", "[4]", "[5]"]
    expect(page.locator("#question-text")).to_have_value("")


def test_a_mark_leads_to_its_card_and_the_card_to_the_source_at_the_marked_quote(arrive: Arrive) -> None:
    visit = arrive()
    visit.open()
    page = visit.ask("青石县有哪些保障措施？")
    page.locator(".newest .cite").nth(3).click()
    quote = page.locator(".newest figure.quote").nth(3)
    expect(quote).to_be_focused()
    expect(quote).to_be_in_viewport()
    expect(quote.locator("blockquote")).to_contain_text(MEASURES[3])
    quote.locator("a.open").click()
    expect(page.locator("mark")).to_have_text(MEASURES[3])
    expect(page.locator("mark")).to_be_in_viewport()


def test_a_passage_in_the_fragment_alone_is_marked_and_in_view(arrive: Arrive) -> None:
    visit = arrive(width=390, height=500)
    page = visit.open("/documents/d1")
    expect(page.locator("mark")).to_have_count(0)
    text = page.request.get(f"{visit.origin}/api/v1/documents/d1").json()["text"]
    start = text.index("儿童按国家")
    page.goto(f"{visit.origin}/documents/d1#char={start},{start + 5}")
    expect(page.locator("mark")).to_have_text("儿童按国家")
    expect(page.locator("mark")).to_be_in_viewport()


def test_without_a_basis_the_page_says_so_and_gives_numbers(arrive: Arrive) -> None:
    visit = arrive()
    visit.open()
    page = visit.ask("养狗要不要办证？")
    expect(page.locator(".newest .message")).to_contain_text("没有找到依据")
    calls = page.locator(".newest .calls a")
    assert [call.get_attribute("href") for call in calls.all()] == ["tel:12345", "tel:12320"]
    expect(page.locator(".newest .statements li")).to_have_count(0)


def test_a_place_offered_asks_the_question_again(arrive: Arrive) -> None:
    visit = arrive()
    visit.open()
    page = visit.ask("有哪些保障措施？")
    page.locator(".newest .option", has_text="白河市").click()
    expect(page.locator(".newest .statement")).to_have_text("建立工作专班，按月通报。")
    expect(page.locator(".newest .asked")).to_contain_text("白河市")
    expect(page.locator(".newest .option")).to_have_count(0)
    expect(page.locator(".turn")).to_have_count(2)


def test_an_example_can_be_pressed_and_is_answered(arrive: Arrive) -> None:
    page = arrive().open()
    page.locator("#examples button:visible").first.click()
    expect(page.locator(".newest .cite").first).to_be_visible()


def test_a_chosen_place_goes_with_the_question_and_changes_the_examples(arrive: Arrive) -> None:
    visit = arrive()
    page = visit.open()
    page.get_by_label("您想了解哪个地区").select_option("白河市")
    expect(page.locator("#examples button:visible")).to_have_count(1)
    visit.ask("有哪些保障措施？")
    expect(page.locator(".newest .statement")).to_have_text("建立工作专班，按月通报。")


def test_earlier_questions_stay_above_and_the_newest_is_in_view(arrive: Arrive) -> None:
    visit = arrive(width=390, height=844)
    visit.open()
    page = visit.ask("青石县有哪些保障措施？")
    expect(page.locator(".newest .cite")).to_have_count(5)
    visit.ask("养狗要不要办证？")
    expect(page.locator(".newest .message")).to_contain_text("没有找到依据")
    assert "青石县有哪些保障措施" in page.locator(".turn").first.inner_text()
    expect(page.locator(".newest .asked")).to_be_in_viewport()


def test_an_address_with_a_question_asks_it(arrive: Arrive) -> None:
    page = arrive().open("/?region=白河市&q=有哪些保障措施？")
    expect(page.locator(".newest .statement")).to_have_text("建立工作专班，按月通报。")
    expect(page.get_by_label("您想了解哪个地区")).to_have_value("白河市")


def test_an_address_with_an_unknown_place_is_answered_in_words(arrive: Arrive) -> None:
    page = arrive().open("/?region=火星&q=有哪些保障措施？")
    expect(page.locator(".newest .message")).to_contain_text("没有收录这个地区的文件")


@pytest.mark.parametrize("attack", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "${alert(1)}{{x}}"])
def test_a_question_is_never_run(arrive: Arrive, attack: str) -> None:
    visit = arrive()
    visit.open()
    page = visit.ask(attack)
    expect(page.locator(".newest .message")).to_contain_text("没有找到依据")
    assert attack in page.locator(".newest .asked").inner_text()
    assert page.locator("#conversation script, #conversation img").count() == 0


def test_an_empty_question_is_asked_for_in_words(arrive: Arrive) -> None:
    page = arrive().open()
    page.locator("#ask").click()
    expect(page.locator("#conversation")).to_have_text("请先写下您的问题。")
    expect(page.locator("#question-text")).to_be_focused()


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_what_is_typed_while_the_page_still_opens_is_asked(arrive: Arrive, locale: str) -> None:
    visit = arrive(locale=locale)
    visit.page.goto(visit.origin)
    visit.page.locator("#question-text").fill("养狗要不要办证？")
    expect(visit.page.locator("html")).to_have_attribute("lang", "en" if locale == "en-GB" else "zh-Hans")
    expect(visit.page.locator("#ask")).to_have_text("Ask" if locale == "en-GB" else "提问")
    visit.page.locator("#question-text").press("Enter")
    expect(visit.page.locator(".newest .message")).to_contain_text("没有找到依据")


def test_what_is_typed_while_an_answer_is_looked_up_is_kept(arrive: Arrive) -> None:
    visit = arrive()
    visit.open()
    page = visit.ask("慢慢查：养狗要不要办证？")
    expect(page.locator(".newest .working")).to_be_visible()
    page.locator("#question-text").fill("青石县有哪些保障措施？")
    expect(page.locator(".newest .message")).to_contain_text("没有找到依据")
    page.locator("#question-text").press("Enter")
    expect(page.locator(".newest .cite")).to_have_count(5)


def test_the_question_can_be_cleared(arrive: Arrive) -> None:
    page = arrive().open()
    page.locator("#question-text").fill("写错了")
    page.locator("#clear").click()
    expect(page.locator("#question-text")).to_have_value("")


@pytest.mark.parametrize("path", ["/", "/?q=青石县有哪些保障措施？", "/documents/d1?start=30&end=60", "/documents/d4"])
def test_a_narrow_phone_needs_no_sideways_scrolling(arrive: Arrive, path: str) -> None:
    page = arrive(width=320, height=640).open(path)
    if "q=" in path:
        expect(page.locator(".newest .cite")).to_have_count(5)
    assert page.evaluate(NO_SIDEWAYS)


def test_text_is_large_and_targets_are_wide_enough_for_a_finger(arrive: Arrive) -> None:
    visit = arrive(width=390, height=844)
    visit.open()
    page = visit.ask("青石县有哪些保障措施？")
    expect(page.locator(".newest .cite")).to_have_count(5)
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('gradio-app :is(p, li, button, textarea, input, a, h4)')]
            .filter(e => e.offsetHeight && !e.closest('.skip'))
            .map(e => [e.textContent.slice(0, 20), parseFloat(getComputedStyle(e).fontSize)])"""
    )
    assert sizes
    assert [entry for entry in sizes if entry[1] < 17] == []
    targets = page.evaluate(
        """() => [...document.querySelectorAll('gradio-app :is(button, a, textarea, summary)')]
            .map(e => [e.textContent.slice(0, 20), e.className, e.getBoundingClientRect()])
            .filter(([, name, box]) => box.height && name !== 'skip')
            .map(([text, , box]) => [text, box.width, box.height])"""
    )
    assert targets
    assert [entry for entry in targets if min(entry[1:]) < 44] == []


def test_everything_can_be_done_by_keyboard(arrive: Arrive) -> None:
    page = arrive().open()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#question-text')"):
            break
    page.keyboard.type("青石县有哪些保障措施？")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "ask"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    page.keyboard.press("Enter")
    expect(page.locator(".newest .cite")).to_have_count(5)
    # Whoever pressed the button by keyboard is brought to the answer.
    assert page.evaluate("document.activeElement.matches('.newest .asked')")
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.newest a, .newest summary')"):
            break
    assert page.evaluate("document.activeElement.matches('.newest a, .newest summary')")


@pytest.mark.parametrize(
    ("locale", "path", "lang", "words"),
    [
        ("zh-CN", "/", "zh-Hans", "卫生健康政策问答"),
        ("zh-TW", "/", "zh-Hant", "衛生健康政策問答"),
        ("en-GB", "/", "en", "Health policy questions"),
        ("zh-CN", "/?lang=en", "en", "Health policy questions"),
    ],
)
def test_the_page_speaks_the_readers_language(arrive: Arrive, locale: str, path: str, lang: str, words: str) -> None:
    page = arrive(locale=locale).open(path)
    expect(page.locator("h1")).to_have_text(words)
    expect(page).to_have_title(words)
    expect(page.locator("html")).to_have_attribute("lang", lang)


def test_nothing_english_is_left_on_the_chinese_page(arrive: Arrive) -> None:
    visit = arrive()
    visit.open()
    page = visit.ask("青石县有哪些保障措施？")
    expect(page.locator(".newest .cite")).to_have_count(5)
    words = set(re.findall(r"[A-Za-z]{3,}", page.locator("body").inner_text()))
    assert words <= {"English"}


def test_an_answer_is_announced_once_and_not_read_out_whole(arrive: Arrive) -> None:
    visit = arrive()
    page = visit.open()
    assert page.get_by_role("textbox", name="您的问题").count() == 1
    page.evaluate(
        """() => {
            window.said = [];
            new MutationObserver(() => window.said.push(document.getElementById("live").textContent))
                .observe(document.getElementById("live"), { childList: true, characterData: true, subtree: true });
        }"""
    )
    visit.ask("青石县有哪些保障措施？")
    expect(page.locator(".newest .cite")).to_have_count(5)
    page.wait_for_timeout(300)
    said = [words for words in page.evaluate("window.said") if words]
    assert sum(MEASURES[0] in words for words in said) == 1
    assert not any(MEASURES[4] in words for words in said)
    assert page.locator("#conversation[aria-live]").count() == 0


def test_the_page_can_be_used_before_the_framework_is_there(arrive: Arrive) -> None:
    visit = arrive()
    held: list[Route] = []
    released: list[bool] = []

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    visit.page.route("**/assets/**", hold)
    visit.page.goto(visit.origin, wait_until="commit")
    # Until our own scripts run, the form would lead to /ask.
    visit.page.wait_for_function("document.querySelector('link.late-sheet')?.rel === 'stylesheet'")
    visit.page.locator("#question-text").fill("青石县有哪些保障措施？")
    visit.page.locator("#ask").click()
    expect(visit.page.locator(".newest .cite")).to_have_count(5)
    visit.page.locator("#question-text").fill("还没写完")
    released.append(True)
    for route in held:
        route.continue_()
    visit.page.locator("html.handed-over").wait_for(state="attached")
    expect(visit.page.locator(".newest .cite")).to_have_count(5)
    expect(visit.page.locator("#question-text")).to_have_value("还没写完")
    expect(visit.page.locator("main")).to_have_count(1)


def test_nothing_moves_when_the_framework_takes_over(arrive: Arrive) -> None:
    visit = arrive(width=390, height=844)
    visit.page.add_init_script(
        """window.shift = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shift += entry.value)))
            .observe({ type: "layout-shift", buffered: true });"""
    )
    page = visit.open()
    page.wait_for_timeout(500)
    assert page.evaluate("window.shift") < 0.1


def test_without_scripts_a_form_gets_the_answer_and_its_sources(arrive: Arrive) -> None:
    visit = arrive()
    context = visit.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    page = context.new_page()
    page.goto(visit.origin)
    page.locator("#question-text").fill("青石县有哪些保障措施？")
    page.locator("#ask").click()
    expect(page.locator(".cite")).to_have_count(5)
    page.locator(".quotes summary").click()
    page.locator("a.open").first.click()
    expect(page.locator("mark")).to_have_count(1)
    context.close()


def test_the_back_button_brings_the_answer_back(arrive: Arrive) -> None:
    visit = arrive()
    visit.open()
    page = visit.ask("青石县有哪些保障措施？")
    expect(page.locator(".newest .cite")).to_have_count(5)
    page.locator(".newest .quotes summary").click()
    page.locator(".newest a.open").first.click()
    expect(page.locator("mark")).to_have_count(1)
    page.go_back()
    expect(page.locator(".newest .cite")).to_have_count(5)


def test_a_question_back_can_still_be_answered_after_a_reload(arrive: Arrive) -> None:
    visit = arrive()
    visit.open()
    page = visit.ask("有哪些保障措施？")
    expect(page.locator(".newest .message")).to_contain_text("您想了解哪个地区")
    page.reload()
    page.locator("html.handed-over").wait_for(state="attached")
    expect(page.locator(".newest .message")).to_contain_text("您想了解哪个地区")
    page.locator(".newest .option", has_text="白河市").click()
    expect(page.locator(".newest .statement")).to_have_text("建立工作专班，按月通报。")


def test_the_viewer_marks_the_quote_without_scripts(arrive: Arrive) -> None:
    visit = arrive()
    context = visit.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    page = context.new_page()
    page.goto(f"{visit.origin}/documents/d1?start=4&end=9")
    expect(page.locator("mark")).to_have_count(1)
    context.close()
