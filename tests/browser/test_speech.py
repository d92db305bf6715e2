"""Reading aloud and taking a question by voice, with stand-ins for what the browser brings: no machine here can speak."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import violations
from tests.browser.own_pages import WORDING, live_region, own_page, pages_app, turn
from tests.servers import running
from ui.markup import element, join
from ui.render_speech import render_dictate

pytestmark = [pytest.mark.browser, pytest.mark.thorough]

SYNTHESIS = """
window.said = []; window.cancelled = 0; window.rates = [];
const voices = VOICES;
let current = null;
const stub = {
  getVoices: () => voices,
  addEventListener() {},
  speak(piece) { current = piece; window.said.push(piece.text); window.rates.push(piece.rate); },
  cancel() { window.cancelled += 1; const old = current; current = null; if (old) old.onerror?.({ error: "canceled" }); },
};
window.sayOn = () => { const old = current; current = null; old?.onend?.(); };
Object.defineProperty(window, "speechSynthesis", { value: stub });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
"""
RECOGNITION = """
window.made = [];
window.SpeechRecognition = class {
  constructor() { window.made.push(this); }
  start() { this.started = true; }
  stop() { this.onend?.(); }
  abort() { this.onerror?.({ error: "aborted" }); this.onend?.(); }
  hear(...parts) { this.onresult?.({ results: parts.map((transcript) => [{ transcript }]) }); }
  fail(error) { this.onerror?.({ error }); this.onend?.(); }
};
"""
MANDARIN = '[{ lang: "zh-CN", localService: true }]'


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    voice = join(live_region(), element("div", render_dictate(WORDING), class_="question-label"))
    pages = {"/answers": join(turn("one"), turn("two")), "/ask": voice}
    scripts = ("speech.js", "dictation.js")
    with running(pages_app({path: own_page(body, *scripts) for path, body in pages.items()})) as origin:
        yield origin


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


def answers(page: Page, site: str, voices: str = MANDARIN) -> Page:
    page.add_init_script(SYNTHESIS.replace("VOICES", voices))
    page.goto(f"{site}/answers")
    return page


def said(page: Page) -> list[str]:
    return [str(piece) for piece in page.evaluate("window.said")]


def press(page: Page, name: str, number: int = 0) -> None:
    page.locator(".turn").nth(number).get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(
    "voices",
    [
        "[]",
        '[{ lang: "en-US", localService: true }]',
        '[{ lang: "zh-HK", localService: true }]',
        '[{ lang: "zh-CN", localService: false }]',
    ],
)
def test_nothing_is_offered_without_a_voice_of_this_device_for_the_language(page: Page, site: str, voices: str) -> None:
    answers(page, site, voices)
    expect(page.get_by_role("button", name="朗读")).to_have_count(0)


def test_an_answer_is_read_in_short_pieces_without_its_marks(page: Page, site: str) -> None:
    answers(page, site)
    press(page, "朗读")
    for _ in range(30):
        page.evaluate("sayOn()")
    words = said(page)
    assert words[:3] == ["文件里只写到了一部分：", "有两项规定：", "六十五岁以上的老人每年免费体检一次。"]
    assert words[-1] == "以上文字由程序从原文中摘出，没有改写。"
    assert max(map(len, words)) <= 45
    assert not any("[" in piece for piece in words)
    assert "".join(words[3:-1]) == "这一条写得很长，" * 20 + "到这里才结束。"
    expect(page.get_by_role("button", name="朗读", exact=True)).to_have_count(2)


def test_reading_pauses_and_goes_on_with_the_piece_it_was_at(page: Page, site: str) -> None:
    answers(page, site)
    press(page, "朗读")
    page.evaluate("sayOn()")
    press(page, "暂停朗读")
    assert page.evaluate("window.cancelled") == 1
    press(page, "继续朗读")
    assert said(page) == ["文件里只写到了一部分：", "有两项规定：", "有两项规定："]


def test_reading_stops_and_begins_anew(page: Page, site: str) -> None:
    answers(page, site)
    expect(page.get_by_role("button", name="停止朗读")).to_have_count(0)
    press(page, "朗读")
    page.evaluate("sayOn()")
    press(page, "停止朗读")
    assert page.evaluate("document.activeElement.dataset.action") == "read"
    press(page, "朗读")
    assert said(page) == ["文件里只写到了一部分：", "有两项规定：", "文件里只写到了一部分："]


def test_another_answer_ends_the_first(page: Page, site: str) -> None:
    answers(page, site)
    press(page, "朗读", 0)
    press(page, "朗读", 1)
    expect(page.locator(".turn").nth(0).get_by_role("button", name="朗读", exact=True)).to_be_visible()
    expect(page.locator(".turn").nth(1).get_by_role("button", name="暂停朗读")).to_be_visible()
    assert len(said(page)) == 2


@pytest.mark.parametrize(
    "event", ["document.dispatchEvent(new Event('policychat:asked'))", "dispatchEvent(new Event('pagehide'))"]
)
def test_a_new_question_and_leaving_the_page_end_it(page: Page, site: str, event: str) -> None:
    answers(page, site)
    press(page, "朗读")
    page.evaluate(event)
    assert page.evaluate("window.cancelled") == 1
    page.evaluate("sayOn()")
    assert len(said(page)) == 1


def test_the_edition_in_large_type_is_read_more_slowly(page: Page, site: str) -> None:
    answers(page, site)
    press(page, "朗读")
    press(page, "停止朗读")
    page.evaluate("document.documentElement.dataset.edition = 'elder'")
    press(page, "朗读")
    standard, elder = page.evaluate("window.rates")
    assert elder < standard


def listening(page: Page, site: str) -> Page:
    page.add_init_script(RECOGNITION)
    page.goto(f"{site}/ask")
    page.get_by_role("button", name="语音输入").click()
    page.get_by_role("button", name="知道了，开始说话").click()
    return page


def test_voice_is_not_offered_where_the_browser_has_none(page: Page, site: str) -> None:
    page.add_init_script("delete window.SpeechRecognition; delete window.webkitSpeechRecognition")
    page.goto(f"{site}/ask")
    expect(page.get_by_role("button", name="语音输入")).to_have_count(0)


def test_who_listens_is_said_before_the_first_use_alone(page: Page, site: str) -> None:
    page.add_init_script(RECOGNITION)
    page.goto(f"{site}/ask")
    page.get_by_role("button", name="语音输入").click()
    expect(page.locator(".dictation-told")).to_contain_text("做浏览器的公司")
    assert page.evaluate("made.length") == 0
    page.get_by_role("button", name="不用了，我打字").click()
    assert page.evaluate("document.activeElement.id") == "question-text"
    page.get_by_role("button", name="语音输入").click()
    page.get_by_role("button", name="知道了，开始说话").click()
    assert page.evaluate("made[0].started && made[0].interimResults && made[0].lang") == "zh-CN"
    page.reload()
    page.get_by_role("button", name="语音输入").click()
    expect(page.locator(".dictation-told")).to_be_hidden()
    assert page.evaluate("made[0].started") is True


def test_what_is_heard_stands_in_the_box_while_it_is_heard(page: Page, site: str) -> None:
    listening(page, site)
    page.evaluate("made[0].hear('老人')")
    expect(page.locator("#question-text")).to_have_value("老人")
    page.evaluate("made[0].hear('老人体检', '要钱吗')")
    page.get_by_role("button", name="说完了").click()
    expect(page.locator("#question-text")).to_have_value("老人体检要钱吗")
    expect(page.locator(".dictation-state")).to_have_text("请看看写得对不对，再点“提问”。")
    expect(page.get_by_role("button", name="语音输入")).to_be_visible()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("not-allowed", "没有允许使用麦克风"),
        ("network", "连不上语音识别"),
        ("no-speech", "没有听到声音"),
        ("audio-capture", "没有找到麦克风"),
        ("language-not-supported", "没有听成"),
    ],
)
def test_what_went_wrong_is_said_in_words(page: Page, site: str, error: str, words: str) -> None:
    listening(page, site)
    page.evaluate("(error) => made[0].fail(error)", error)
    expect(page.locator(".dictation-state")).to_contain_text(words)
    expect(page.get_by_role("button", name="语音输入")).to_be_visible()


def test_a_question_that_is_sent_ends_the_listening(page: Page, site: str) -> None:
    listening(page, site)
    page.evaluate("document.dispatchEvent(new Event('policychat:asked'))")
    page.evaluate("made[0].hear('太迟了')")
    expect(page.locator("#question-text")).to_have_value("")
    expect(page.locator(".dictation-state")).to_have_text("")


def test_the_controls_have_no_findings_of_axe(page: Page, site: str) -> None:
    answers(page, site)
    press(page, "朗读")
    assert violations(page) == []
    listening(page, site)
    assert violations(page) == []
