"""What can be done with an answer, in a real browser: turns as the site writes them, over routes that are scripted."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.actions_site import GENERATED, LIST, PLAIN_HOST, QUESTIONS, REFUSAL, WORDING, Site, Visit, answered
from tests.browser.axe import violations
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from ui.answer_text import answer_text

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    site = Site(port)
    server = uvicorn.Server(uvicorn.Config(site.app(), port=port, log_level="error", ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    yield site
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    rule = f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1"
    browser = playwright_driver.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, rule])
    yield browser
    browser.close()


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Open pages; nothing may go wrong in them but what a test makes the server refuse."""
    site.sent.clear()
    site.fail = ""
    visit = Visit(browser, site)
    yield visit
    visit.close()
    refused = "Failed to load resource" if site.fail else "\0"
    assert [problem for problem in visit.problems if refused not in problem] == []


def button(page: Page, action: str, name: str = LIST) -> Any:
    return page.locator(f"#turn-{name} [data-action={action}]")


def clipboard(page: Page, kind: str) -> str:
    """Return what the clipboard holds, as a program that takes this kind would get it."""
    script = """async (kind) => {
      const [item] = await navigator.clipboard.read();
      return (await item.getType(kind)).text();
    }"""
    return str(page.evaluate(script, kind))


def live(page: Page) -> Any:
    return page.locator("#live")


def test_copying_takes_question_label_and_sources_along_in_both_forms(visit: Visit, site: Site) -> None:
    page = visit()
    button(page, "copy").click()
    expect(live(page)).to_have_text(WORDING.text("js.actions.copied"))
    assert clipboard(page, "text/plain") == answer_text(answered(QUESTIONS[0]), WORDING, site.origin)
    html = clipboard(page, "text/html")
    assert "以上文字由程序从原文中摘出，没有改写。" in html
    assert f'href="{site.origin}/documents/d1?start=82&amp;end=101' in html


def test_copying_works_over_plain_http_too(visit: Visit, site: Site) -> None:
    page = visit(plain=True)
    assert page.evaluate("[window.isSecureContext, typeof navigator.clipboard]") == [False, "undefined"]
    button(page, "copy", GENERATED).click()
    expect(live(page)).to_have_text(WORDING.text("js.actions.copied"))
    page.locator("[data-role=question]").focus()
    page.keyboard.press("Control+V")
    pasted = page.locator("[data-role=question]").input_value()
    assert pasted == answer_text(answered(QUESTIONS[1]), WORDING, site.plain_origin)
    assert WORDING.text("mode.generative") in pasted
    reader = visit()
    assert "<a href=" in clipboard(reader, "text/html")


def test_the_focus_stays_on_the_button_after_copying(visit: Visit) -> None:
    page = visit(plain=True)
    button(page, "copy").focus()
    page.keyboard.press("Enter")
    expect(button(page, "copy")).to_be_focused()
    expect(page.locator(".action-held")).to_have_count(0)


def test_where_no_way_of_copying_is_open_the_text_is_shown_to_be_copied(visit: Visit, site: Site) -> None:
    page = visit(plain=True)
    page.evaluate("document.execCommand = () => false")
    button(page, "copy").click()
    shown = page.locator(f"#turn-{LIST} .action-panel textarea")
    expect(shown).to_be_focused()
    assert shown.input_value() == answer_text(answered(QUESTIONS[0]), WORDING, site.plain_origin)
    assert page.evaluate("document.activeElement.selectionEnd > 100")
    page.keyboard.press("Escape")
    expect(button(page, "copy")).to_be_focused()


SELECT = """([from, to]) => {
  const range = document.createRange();
  range.setStart(document.querySelector(from).firstChild, 0);
  const end = document.querySelector(to).lastChild;
  range.setEnd(end, end.textContent.length);
  const selection = document.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}"""


def copied_by_hand(page: Page, start: str, end: str) -> str:
    page.evaluate(SELECT, [start, end])
    page.keyboard.press("Control+C")
    return clipboard(page, "text/plain")


def test_a_passage_copied_by_hand_keeps_label_and_source(visit: Visit) -> None:
    page = visit()
    statement = f"#turn-{GENERATED} .statements .statement"
    assert copied_by_hand(page, statement, statement).split("\n") == [
        "到2027年，每个镇建成一所标准化卫生院。",
        "",
        "以上文字由人工智能生成，请以下面的原文为准。",
        "[1] 《青石县卫生健康发展规划》 青石县卫生健康局 · 青石县 · 2025年3月18日 · 官方发布 · 现行有效",
    ]
    assert "以上文字由人工智能生成" in clipboard(page, "text/html")


def test_a_quote_copied_by_hand_keeps_its_source_and_no_label_of_ours(visit: Visit) -> None:
    page = visit()
    quote = f"#turn-{GENERATED} .quote blockquote"
    text = copied_by_hand(page, quote, quote)
    assert "《青石县卫生健康发展规划》" in text
    assert "人工智能" not in text


def test_a_word_copied_by_hand_stays_a_word(visit: Visit) -> None:
    page = visit()
    page.evaluate("navigator.clipboard.writeText('before')")
    asked = f"#turn-{GENERATED} .asked bdi"
    assert copied_by_hand(page, asked, asked) == QUESTIONS[1]


def test_what_is_copied_outside_an_answer_is_left_alone(visit: Visit) -> None:
    page = visit()
    page.evaluate("document.querySelector('#outside').textContent = '页脚里的一句话'.repeat(6)")
    assert copied_by_hand(page, "#outside", "#outside") == "页脚里的一句话" * 6


def test_useful_is_sent_and_thanked_for(visit: Visit, site: Site) -> None:
    page = visit()
    button(page, "useful").click()
    expect(live(page)).to_have_text(WORDING.text("js.actions.thanks"))
    expect(page.locator(f"#turn-{LIST} .action-said")).to_have_text(WORDING.text("js.actions.thanks"))
    expect(button(page, "useful")).to_have_attribute("aria-pressed", "true")
    expect(button(page, "useful")).to_be_focused()
    body = {"receipt": f"receipt-{LIST}", "useful": True, "reason": None, "comment": None}
    assert site.sent == [("feedback", body)]


def test_useless_asks_why_and_sends_reason_and_comment(visit: Visit, site: Site) -> None:
    page = visit()
    button(page, "useless").focus()
    page.keyboard.press("Enter")
    form = page.get_by_role("form", name=WORDING.text("js.actions.form_useless"))
    expect(form.get_by_role("heading")).to_be_focused()
    expect(form).to_contain_text("请不要写姓名、身份证号")
    expect(button(page, "useless")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    form.get_by_label("内容过时了").check()
    form.get_by_role("textbox").fill("去年的标准 <b>x</b>" + "长" * 600)
    form.get_by_role("button", name="提交").click()
    expect(live(page)).to_have_text(WORDING.text("js.actions.thanks"))
    expect(form).to_have_count(0)
    expect(button(page, "useless")).to_be_focused()
    ((_, body),) = site.sent
    assert (body["useful"], body["reason"]) == (False, "outdated")
    assert body["comment"].startswith("去年的标准 <b>x</b>长")
    assert len(body["comment"]) == 500


def test_every_reason_is_one_that_the_server_takes(visit: Visit) -> None:
    page = visit()
    taken = {"not_found", "wrong", "not_understood", "outdated", "wrong_place", "source_error", "other"}
    offered: set[str] = set()
    for action in ("useless", "report"):
        if action == "report":
            button(page, "rest").click()
        button(page, action).click()
        values = page.locator(".action-panel input").evaluate_all("all => all.map((one) => one.value)")
        assert set(values) <= taken
        offered |= set(values)
    assert offered == taken


def test_a_report_needs_a_reason_or_a_word(visit: Visit, site: Site) -> None:
    page = visit()
    button(page, "report", REFUSAL).click()
    form = page.get_by_role("form", name=WORDING.text("js.actions.form_report"))
    form.get_by_role("button", name="提交").click()
    expect(form.locator(".fault")).to_have_text(WORDING.text("js.actions.say_something"))
    assert site.sent == []
    form.get_by_role("textbox").fill("表里的数字不对")
    form.get_by_role("button", name="提交").click()
    expect(live(page)).to_have_text(WORDING.text("js.actions.thanks_report"))
    assert site.sent[0][1]["comment"] == "表里的数字不对"


@pytest.mark.parametrize("cut", [True, False])
def test_nothing_that_was_typed_is_lost_when_sending_fails(visit: Visit, site: Site, cut: bool) -> None:
    page = visit()
    button(page, "useless").click()
    form = page.locator(".action-panel")
    form.get_by_label("看不懂").check()
    form.get_by_role("textbox").fill("太绕了")
    site.fail = "现在提问的人很多，请过一会儿再试。"
    if cut:
        page.context.set_offline(True)
    form.get_by_role("button", name="提交").click()
    told = WORDING.text("js.actions.failed") if cut else site.fail
    expect(form.locator(".fault")).to_have_text(told)
    expect(live(page)).to_have_text(told)
    expect(form.get_by_role("textbox")).to_have_value("太绕了")
    expect(form.get_by_label("看不懂")).to_be_checked()
    page.context.set_offline(False)
    site.fail, failed = "", site.fail
    form.get_by_role("button", name="提交").click()
    expect(live(page)).to_have_text(WORDING.text("js.actions.thanks"))
    site.fail = failed


def test_copying_leaves_what_is_being_typed_alone(visit: Visit) -> None:
    page = visit()
    button(page, "useless").click()
    comment = page.locator(".action-panel").get_by_role("textbox")
    comment.fill("还没写完")
    button(page, "copy").click()
    expect(live(page)).to_have_text(WORDING.text("js.actions.copied"))
    expect(comment).to_have_value("还没写完")


def test_a_form_closes_with_escape_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit()
    button(page, "useless").click()
    page.keyboard.press("Escape")
    expect(page.locator(".action-panel")).to_have_count(0)
    expect(button(page, "useless")).to_be_focused()


def test_a_link_is_made_shown_and_copied_with_what_to_know_of_it(visit: Visit, site: Site) -> None:
    page = visit()
    button(page, "rest").click()
    button(page, "share").click()
    link = page.get_by_label("链接", exact=True)
    expect(link).to_be_focused()
    expect(link).to_have_value(f"{site.origin}/answers/abc")
    expect(link).to_have_attribute("readonly", "")
    panel = page.locator(".action-panel")
    expect(panel).to_contain_text("知道这个链接的人都能看到您的问题和回答")
    expect(panel).to_contain_text("180 天内有效")
    panel.get_by_role("button", name="复制链接").click()
    expect(panel.locator(".action-said")).to_have_text(WORDING.text("js.actions.copied_link"))
    assert clipboard(page, "text/plain") == f"{site.origin}/answers/abc"
    assert site.sent == [("share", {"receipt": f"receipt-{LIST}"})]


def test_where_the_device_can_share_the_link_goes_to_it(visit: Visit, site: Site) -> None:
    page = visit()
    page.evaluate("navigator.share = async (given) => { window.given = given; }")
    button(page, "rest").click()
    button(page, "share").click()
    page.get_by_role("button", name="发给别人").click()
    assert page.evaluate("window.given.url") == f"{site.origin}/answers/abc"


def test_a_link_that_could_not_be_made_is_said_so(visit: Visit, site: Site) -> None:
    page = visit()
    site.fail = "现在不能保存。"
    button(page, "rest").click()
    button(page, "share").click()
    expect(live(page)).to_have_text("现在不能保存。")
    expect(button(page, "share")).to_be_focused()


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_file_is_downloaded_and_the_page_stays(visit: Visit, site: Site, kind: str) -> None:
    page = visit()
    button(page, "rest").click()
    with page.expect_download() as download:
        button(page, kind).click()
    assert download.value.suggested_filename == f"answer.{kind}"
    assert Path(download.value.path()).read_bytes() == b"file"
    expect(live(page)).to_have_text(WORDING.text("js.actions.saving"))
    assert site.sent == [(kind, f"receipt=receipt-{LIST}&lang=zh-Hans")]
    assert page.url == f"{site.origin}/"


def test_without_a_network_no_file_is_asked_for(visit: Visit, site: Site) -> None:
    page = visit()
    button(page, "rest").click()
    page.context.set_offline(True)
    button(page, "pdf").click()
    expect(live(page)).to_have_text(WORDING.text("js.actions.offline"))
    assert site.sent == []


def test_asking_another_way_puts_the_question_back_into_the_box(visit: Visit) -> None:
    page = visit()
    button(page, "rephrase", REFUSAL).click()
    box = page.locator("[data-role=question]")
    expect(box).to_be_focused()
    expect(box).to_have_value(QUESTIONS[2])
    assert page.evaluate("document.activeElement.selectionStart") == 0
    assert page.evaluate("document.activeElement.selectionEnd") == len(QUESTIONS[2])
    expect(live(page)).to_have_text(WORDING.text("js.actions.rephrase_hint"))


def test_one_answer_is_printed_alone_with_day_and_address(visit: Visit, site: Site) -> None:
    page = visit()
    page.evaluate("window.print = () => {}")
    button(page, "rest", GENERATED).click()
    button(page, "print", GENERATED).click()
    page.emulate_media(media="print")
    for selector in (f"#turn-{LIST}", f"#turn-{REFUSAL}", "#outside", "h1", f"#turn-{GENERATED} .actions"):
        expect(page.locator(selector)).to_be_hidden()
    for selector in (".asked", ".statements", ".label", ".sources", ".printed-at"):
        expect(page.locator(f"#turn-{GENERATED} {selector}")).to_be_visible()
    expect(page.locator(".printed-at")).to_contain_text(site.origin)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.locator(f"#turn-{LIST}")).to_be_visible()
    expect(page.locator(".printed-at")).to_have_count(0)
    assert page.locator(".printing, .printing-path, .printing-one").count() == 0


def test_printing_twice_leaves_one_line_of_day_and_address(visit: Visit) -> None:
    page = visit()
    page.evaluate("window.print = () => {}")
    button(page, "rest").click()
    button(page, "print").click()
    button(page, "print").click()
    assert page.locator(".printed-at").count() == 1


def test_what_is_used_less_is_folded_away_and_opens_by_key(visit: Visit) -> None:
    page = visit()
    shown = page.locator(f"#turn-{LIST} .action:visible")
    assert [words for words in shown.all_inner_texts() if "读" not in words] == ["有用", "没用", "复制", "更多"]
    button(page, "rest").focus()
    page.keyboard.press("Enter")
    expect(button(page, "rest")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(button(page, "share")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(button(page, "share")).to_be_hidden()


def test_the_edition_in_large_type_offers_less(visit: Visit) -> None:
    page = visit("/?edition=elder", width=390)
    shown = page.locator(f"#turn-{LIST} .actions .action:visible")
    assert shown.all_inner_texts() == ["有用", "没用", "打印", "换一种问法"]
    assert min(one["height"] for one in (shown.nth(at).bounding_box() for at in range(4)) if one) >= 48


@pytest.mark.parametrize(
    "width", [320, pytest.param(390, marks=pytest.mark.thorough), pytest.param(1280, marks=pytest.mark.thorough)]
)
@pytest.mark.parametrize("edition", ["standard", "elder"])
def test_nothing_runs_over_the_edge_and_every_target_is_large(visit: Visit, width: int, edition: str) -> None:
    page = visit(f"/?edition={edition}", width=width)
    button(page, "useless").click()
    if edition == "standard":
        button(page, "rest", GENERATED).click()
        button(page, "share", GENERATED).click()
        page.locator(".share-link").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    targets = page.locator(".action:visible, .choice:visible, .share-link:visible")
    boxes = [targets.nth(at).bounding_box() for at in range(targets.count())]
    assert min(box["height"] for box in boxes if box) >= (44 if edition == "standard" else 48)


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.thorough), "dark"])
@pytest.mark.parametrize("edition", ["standard", "elder"])
def test_axe_finds_nothing_in_any_state(visit: Visit, scheme: str, edition: str) -> None:
    page = visit(f"/?edition={edition}", color_scheme=scheme)
    button(page, "useless").click()
    button(page, "useful", GENERATED).click()
    page.locator(f"#turn-{GENERATED} .action-said").wait_for()
    if edition == "standard":
        button(page, "rest").click()
        button(page, "copy", GENERATED).focus()
    found = violations(page)
    if edition == "standard":
        button(page, "share").click()
        page.locator(".share-link").wait_for()
        found += violations(page)
    # axe itself breaks the content policy when it looks at the styles, and the browser tells of it late.
    visit.close()
    visit.problems.clear()
    assert found == []
