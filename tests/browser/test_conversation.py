"""The conversation in a real browser: asked over a scripted server, kept in the browser, lost by nothing."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.browser.axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.server]

REPOSITORY = Path(__file__).resolve().parents[2]
NOISE = re.compile(r"Failed to load resource|net::ERR_|Applying inline style violates")
"""What the browser says of a network that a test has cut, and of the styles that axe-core measures with."""

NO_SIDEWAYS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
BLOCKED = """
for (const name of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}
"""
FILL = """(room) => {
  localStorage.setItem("filler", "");
  let size = 4096 * 1024, text = "";
  while (size >= 16) {
    try { localStorage.setItem("filler", text + "x".repeat(size)); text += "x".repeat(size); } catch { size = size >> 1; }
  }
  localStorage.setItem("filler", text.slice(0, text.length - room));
}"""


class Stub:
    """A scripted server in a process of its own, which can be killed and started again at the same address."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def fresh(self) -> None:
        """Have it running, with nothing asked so far."""
        if self._process is None:
            self.start()
        httpx.post(f"{self.origin}/stub/reset", timeout=5)

    def start(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "tests.browser.conversation_stub", str(self.port), *arguments]
        self._process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.origin}/healthz", timeout=5).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail("the scripted server did not start")

    def kill(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def release(self) -> None:
        httpx.post(f"{self.origin}/stub/release", timeout=5)

    def seen(self) -> dict[str, list[Any]]:
        told: dict[str, list[Any]] = httpx.get(f"{self.origin}/stub/asked", timeout=5).json()
        return told


class Tab:
    """A tab, and what went wrong in it beside the network."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        page.on("dialog", self._refuse)

    def _refuse(self, dialog: Dialog) -> None:
        self.errors.append(dialog.message)
        dialog.dismiss()

    def _note(self, message: str) -> None:
        if not NOISE.search(message):
            self.errors.append(message)

    def open(self, path: str = "/") -> Page:
        self.page.goto(self.origin + path)
        self.ready()
        return self.page

    def ready(self) -> None:
        self.page.locator("html[data-ready]").wait_for()

    def ask(self, words: str) -> Page:
        self.page.locator("#question-text").fill(words)
        self.page.locator("#question-text").press("Enter")
        return self.page

    def answered(self, words: str) -> None:
        expect(self.page.locator(".turn.newest .statement")).to_contain_text(f"关于“{words}”")

    def list(self) -> None:
        self.page.locator(".history-toggle").click()


@pytest.fixture(scope="module")
def lasting_stub() -> Iterator[Stub]:
    stub = Stub()
    yield stub
    stub.kill()


@pytest.fixture
def stub(lasting_stub: Stub) -> Stub:
    lasting_stub.fresh()
    return lasting_stub


Arrive = Callable[..., Tab]


@pytest.fixture
def arrive(chromium: Browser, stub: Stub) -> Iterator[Arrive]:
    contexts: list[BrowserContext] = []
    tabs: list[Tab] = []

    def arrive(beside: Tab | None = None, **options: Any) -> Tab:
        if beside is None:
            contexts.append(
                chromium.new_context(**{"viewport": {"width": 1280, "height": 700}, "locale": "zh-CN"} | options)
            )
        context = beside.page.context if beside else contexts[-1]
        tabs.append(Tab(context.new_page(), stub.origin))
        return tabs[-1]

    yield arrive
    for context in contexts:
        context.close()
    assert [error for tab in tabs for error in tab.errors] == []


@pytest.fixture
def tab(arrive: Arrive) -> Tab:
    tab = arrive()
    tab.open()
    return tab


# --- asking ---------------------------------------------------------------------------------------------------------


def test_what_is_found_is_shown_while_the_answer_is_written(tab: Tab, stub: Stub) -> None:
    page = tab.ask("等放行的问题")
    expect(page.locator(".turn .asked")).to_have_text("等放行的问题（正在写）")
    expect(page.locator("#stop")).to_be_visible()
    stub.release()
    tab.answered("等放行的问题")
    expect(page.locator("#stop")).to_be_hidden()
    expect(page.locator(".turn")).to_have_count(1)
    assert page.evaluate("told") == [["asked", "等放行的问题"], ["answered", "等放行的问题"]]


def test_the_question_stands_there_at_once_and_leaves_the_box(tab: Tab) -> None:
    page = tab.ask("不答的问题")
    shown = page.evaluate("document.querySelector('.turn .asked').textContent")
    assert shown == "您问 不答的问题"
    expect(page.locator("#question-text")).to_have_value("")
    expect(page.locator("#question-text")).to_be_focused()


def test_an_answer_in_drops_of_seven_bytes_is_whole(tab: Tab) -> None:
    tab.ask("滴滴：养老津贴😀怎么领")
    tab.answered("滴滴：养老津贴😀怎么领")


def test_an_answer_is_announced_once_and_shortly(tab: Tab) -> None:
    page = tab.ask("一个问题")
    tab.answered("一个问题")
    expect(page.locator("#stop")).to_be_hidden()
    assert page.evaluate("said") == ["有回答了。 关于“一个问题”（）的回答。"]


def test_an_empty_question_is_asked_for_and_sends_nothing(tab: Tab, stub: Stub) -> None:
    page = tab.ask("   ")
    expect(page.locator("#conversation .message")).to_have_text("请先写下您的问题。")
    tab.ask("一个问题")
    tab.answered("一个问题")
    expect(page.locator("#conversation .message")).to_have_count(0)
    assert len(stub.seen()["asked"]) == 1


def test_what_the_server_does_not_take_is_said_and_put_back(tab: Tab) -> None:
    page = tab.ask("空的问题")
    expect(page.locator(".turn .message")).to_have_text("问题太长了。")
    expect(page.locator("#question-text")).to_have_value("空的问题")
    page.reload()
    tab.ready()
    expect(page.locator(".turn")).to_have_count(0)


@pytest.mark.parametrize("how", ["button", "escape"])
def test_stopping_ends_the_request_and_offers_to_ask_again(tab: Tab, stub: Stub, how: str) -> None:
    page = tab.ask("等放行的问题")
    expect(page.locator("#stop")).to_be_visible()
    if how == "button":
        page.locator("#stop").click()
        expect(page.locator(".retry")).to_be_focused()
    else:
        page.keyboard.press("Escape")
    expect(page.locator(".turn .message")).to_have_text("已停止查找。")
    expect(page.locator("#stop")).to_be_hidden()
    expect(page.locator("#question-text")).to_have_value("等放行的问题")
    _eventually(lambda: stub.seen()["left"] == ["等放行的问题"])
    stub.release()
    page.locator(".retry").click()
    tab.answered("等放行的问题")
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#question-text")).to_have_value("")
    expect(page.locator(".turn .asked")).to_be_focused()


def test_asking_anew_stops_what_is_under_way_and_keeps_it_to_ask_again(tab: Tab) -> None:
    page = tab.ask("等放行的问题")
    tab.ask("另一个问题")
    tab.answered("另一个问题")
    expect(page.locator(".turn").first.locator(".message")).to_have_text("已停止查找。")
    expect(page.locator(".turn").first.locator(".retry")).to_be_visible()
    expect(page.locator(".turn")).to_have_count(2)


def test_a_second_press_asks_nothing_new(tab: Tab, stub: Stub) -> None:
    tab.page.locator("#question-text").fill("等放行的问题")
    tab.page.evaluate(
        "for (const _ of [1, 2, 3]) document.dispatchEvent(new CustomEvent('policychat:ask', {detail: {question: '等放行的问题', region: ''}}))"
    )
    expect(tab.page.locator(".turn")).to_have_count(1)
    expect(tab.page.locator(".turn .asked")).to_contain_text("正在写")
    assert len(stub.seen()["asked"]) == 1


def test_a_place_offered_asks_the_question_again_and_sends_no_form(tab: Tab, stub: Stub) -> None:
    page = tab.ask("哪里有体检")
    page.locator(".option", has_text="青石县").click()
    expect(page.locator(".turn.newest .statement")).to_have_text("关于“哪里有体检”（青石县）的回答。")
    assert stub.seen()["asked"][1] == {
        "question": "哪里有体检",
        "region": "青石县",
        "history": ["哪里有体检"],
        "lang": "zh-Hans",
    }
    expect(page).to_have_url(f"{stub.origin}/")


def test_an_example_is_asked_for_the_place_chosen(tab: Tab) -> None:
    tab.page.locator("select").select_option("白河市")
    tab.page.locator(".example").click()
    expect(tab.page.locator(".turn .statement")).to_have_text("关于“例子问题”（白河市）的回答。")


def test_the_words_as_typed_are_asked_on_the_same_page(tab: Tab, stub: Stub) -> None:
    page = tab.ask("改写的问题")
    page.locator(".read-as a").click()
    expect(page.locator(".turn.newest .statement")).to_have_text("关于“原来的”（青石县）的回答。")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page).to_have_url(f"{stub.origin}/")


def test_earlier_questions_go_along_until_another_place_was_chosen(tab: Tab, stub: Stub) -> None:
    for place, words in [("青石县", "甲"), ("白河市", "乙"), ("", "丙"), ("白河市", "丁"), ("", "戊")]:
        tab.page.locator("select").select_option(place)
        tab.ask(words)
        tab.answered(words)
    histories = [asked["history"] for asked in stub.seen()["asked"]]
    assert histories == [
        [],
        [],
        ["青石县 甲", "白河市 乙"],
        ["乙", "丙"],
        ["青石县 甲", "白河市 乙", "丙", "白河市 丁"],
    ]


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("五百", "服务说：internal"),
        ("太快", "问得太快了。请等 7 秒再问。"),
        ("登录页", "收到的不是这里的回答，可能是网络需要先登录。请看看网络是否正常，再问一次。"),
        ("坏网页", "服务出了问题，没能回答。请过一会儿再问一次。"),
        ("故障", "查得太久了，没有结果。"),
        ("总断", "回答到一半，连接断了。请再问一次。"),
    ],
)
def test_every_fault_is_a_sentence_with_a_way_to_ask_again(tab: Tab, question: str, sentence: str) -> None:
    page = tab.ask(question)
    expect(page.locator(".turn .message")).to_have_text(sentence, timeout=15000)
    expect(page.locator(".retry")).to_be_visible()
    expect(page.locator("#question-text")).to_have_value(question)
    expect(page.locator("#stop")).to_be_hidden()
    assert page.evaluate("said.at(-1)") == sentence


def test_after_a_busy_server_the_button_asks_again(tab: Tab) -> None:
    page = tab.ask("忙吗")
    expect(page.locator(".turn .message")).to_have_text("服务说：busy")
    page.locator(".retry").click()
    tab.answered("忙吗")


def test_a_connection_cut_once_is_made_again_by_itself(tab: Tab, stub: Stub) -> None:
    page = tab.ask("断一次")
    tab.answered("断一次")
    expect(page.locator(".turn")).to_have_count(1)
    assert len(stub.seen()["asked"]) == 2


def test_a_slow_answer_is_told_in_words_and_silence_ends(arrive: Arrive) -> None:
    tab = arrive()
    tab.page.clock.install()
    tab.open()
    page = tab.ask("不答的问题")
    working = page.locator(".turn .working")
    expect(working).to_have_text("正在查找，请稍等……")
    page.clock.fast_forward(3100)
    expect(working).to_have_text("还在查找，请再等一会儿……")
    page.clock.fast_forward(7000)
    expect(working).to_have_text("这次比较慢，还在查找。不想等可以按“停止”。")
    page.clock.fast_forward(50_000)
    expect(page.locator(".turn .message")).to_have_text("等了一分钟没有回音。请再问一次。")


def test_a_server_killed_in_the_middle_is_waited_for_and_asked_again(tab: Tab, stub: Stub) -> None:
    page = tab.ask("等放行的问题")
    expect(page.locator(".turn .asked")).to_contain_text("正在写")
    stub.kill()
    expect(page.locator(".turn .working")).to_contain_text("可能是服务正在重新启动")
    stub.start("released")
    tab.answered("等放行的问题")


def test_a_server_that_stays_away_is_told_and_the_question_kept(arrive: Arrive, stub: Stub) -> None:
    tab = arrive()
    tab.page.clock.install()
    page = tab.open()
    stub.kill()
    tab.ask("一个问题")
    expect(page.locator(".turn .working")).to_contain_text("可能是服务正在重新启动")
    for _ in range(30):
        page.clock.run_for(1000)
    expect(page.locator(".turn .message")).to_contain_text("连不上这里的服务")
    stub.start()
    page.locator(".retry").click()
    tab.answered("一个问题")


def test_without_a_network_the_question_waits_and_is_asked_when_it_is_back(tab: Tab) -> None:
    page = tab.page
    page.context.set_offline(True)
    tab.ask("一个问题")
    expect(page.locator(".turn .message")).to_have_text("现在没有网络。连上网络以后，会自动再问一次。")
    page.context.set_offline(False)
    tab.answered("一个问题")
    expect(page.locator("#question-text")).to_have_value("")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>window.ran = 1</script><img src=x onerror='window.ran=1'>",
        "![图](https://example.org/x.png) [连](javascript:alert(1)) **粗**",
        "\u202e反过来的\u202c שלום العربية 👩‍👩‍👧‍👦",
        "很" * 400 + "w" * 900,
    ],
)
def test_a_hostile_question_is_text_everywhere(arrive: Arrive, hostile: str) -> None:
    tab = arrive(viewport={"width": 320, "height": 640})
    page = tab.open()
    tab.ask(f"不答{hostile}")
    asked = page.locator(".turn .asked bdi")
    assert asked.text_content() == f"不答{hostile}"
    assert page.evaluate(NO_SIDEWAYS)
    page.keyboard.press("Escape")
    page.reload()
    tab.ready()
    assert asked.text_content() == f"不答{hostile}"
    tab.list()
    expect(page.locator(".history-title")).to_have_count(1)
    assert page.evaluate(NO_SIDEWAYS)
    assert page.evaluate("window.ran") is None
    assert page.locator(":is(#conversation, #history) :is(script, img)").count() == 0
    page.locator(".history-delete").click()
    assert page.locator(":is(#conversation, #history) :is(script, img)").count() == 0


def test_twenty_quick_questions_end_in_an_answer_to_the_last(tab: Tab) -> None:
    page = tab.page
    page.evaluate(
        """() => { for (let n = 1; n <= 20; n += 1)
            document.dispatchEvent(new CustomEvent("policychat:ask", { detail: { question: `问题${n}`, region: "" } })); }"""
    )
    tab.answered("问题20")
    expect(page.locator(".turn")).to_have_count(20)
    expect(page.locator(".turn .retry")).to_have_count(19)
    tab.ask("问题21")
    tab.answered("问题21")
    expect(page.locator(".turn")).to_have_count(20)
    expect(page.locator(".earlier")).to_have_text("查看更早的 1 个问题")
    page.locator(".earlier").click()
    expect(page.locator(".turn").first.locator("bdi")).to_have_text("问题1")
    expect(page.locator(".turn").first.locator(".asked")).to_be_focused()
    expect(page.locator(".earlier")).to_have_count(0)


def test_a_new_turn_comes_to_the_top_and_its_answer_moves_nothing(tab: Tab, stub: Stub) -> None:
    page = tab.page
    for words in ("甲", "乙"):
        tab.ask(words)
        tab.answered(words)
    tab.ask("等放行的问题")
    newest = page.locator(".turn.newest")
    expect(newest.locator(".asked")).to_contain_text("正在写")
    _eventually(lambda: abs(page.evaluate("document.querySelector('.newest').getBoundingClientRect().top")) < 30)
    # While the page still glides there, a turn of the wheel goes unnoticed.
    page.wait_for_timeout(800)
    page.mouse.move(600, 300)
    page.mouse.wheel(0, -400)
    _eventually(lambda: page.evaluate("document.querySelector('.newest').getBoundingClientRect().top") > 60)
    before = page.evaluate("scrollY")
    stub.release()
    tab.answered("等放行的问题")
    assert page.evaluate("scrollY") == before


# --- the tab's conversation -----------------------------------------------------------------------------------------


def test_a_reload_shows_the_answers_again_in_one_call(tab: Tab, stub: Stub) -> None:
    page = tab.page
    for words in ("甲", "过期的乙", "丙"):
        tab.ask(words)
        tab.answered(words)
    calls: list[str] = []
    page.on("request", lambda request: calls.append(request.url) if "/page/" in request.url else None)
    page.reload()
    tab.ready()
    tab.answered("丙")
    expect(page.locator(".turn")).to_have_count(3)
    expect(page.locator(".turn").nth(1).locator(".message")).to_have_text("这条回答现在打不开了。请再问一次。")
    assert page.locator(".turn").nth(1).locator(".retry").is_visible()
    assert calls == [f"{stub.origin}/page/turns"]


def test_a_question_under_way_at_a_reload_is_asked_again(tab: Tab, stub: Stub) -> None:
    tab.ask("甲")
    tab.answered("甲")
    tab.ask("等放行的问题")
    expect(tab.page.locator(".turn.newest .asked")).to_contain_text("正在写")
    tab.page.reload()
    tab.ready()
    expect(tab.page.locator(".turn.newest .asked")).to_contain_text("正在写")
    stub.release()
    tab.answered("等放行的问题")
    expect(tab.page.locator(".turn")).to_have_count(2)
    assert [asked["history"] for asked in stub.seen()["asked"]] == [[], ["甲"], ["甲"]]


def test_a_question_that_never_ends_is_not_asked_at_every_reload(tab: Tab, stub: Stub) -> None:
    tab.ask("不答的问题")
    for _ in range(4):
        tab.page.reload()
        tab.ready()
    expect(tab.page.locator(".turn .retry")).to_be_visible()
    assert len(stub.seen()["asked"]) == 3


def test_the_way_back_from_a_source_leads_to_the_same_place(tab: Tab) -> None:
    page = tab.page
    for words in ("甲", "乙", "丙", "丁"):
        tab.ask(words)
        tab.answered(words)
    page.locator("#question-text").fill("写了一半")
    page.locator(".turn").nth(1).scroll_into_view_if_needed()
    page.evaluate("document.querySelectorAll('.turn')[1].scrollIntoView({behavior: 'instant'})")
    place = "Math.round(document.querySelectorAll('.turn')[1].getBoundingClientRect().top)"
    before = page.evaluate(place)
    for way in (page.go_back, page.locator("#back").click):
        page.goto(f"{tab.origin}/documents/d1")
        way()
        tab.ready()
        tab.answered("丁")
        _eventually(lambda: page.evaluate(place) == before)
        expect(page.locator("#question-text")).to_have_value("写了一半")


def test_back_out_of_the_browsers_cache_goes_on_with_the_question(tab: Tab, stub: Stub) -> None:
    page = tab.ask("等放行的问题")
    expect(page.locator(".turn .asked")).to_contain_text("正在写")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    _eventually(lambda: stub.seen()["left"] == ["等放行的问题"])
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    stub.release()
    tab.answered("等放行的问题")
    expect(page.locator(".turn")).to_have_count(1)


def test_answers_that_cannot_be_fetched_now_are_not_lost(tab: Tab) -> None:
    page = tab.ask("甲")
    tab.answered("甲")
    page.route("**/page/turns", lambda route: route.abort())
    page.reload()
    tab.ready()
    expect(page.locator(".turn .message")).to_contain_text("记录还在")
    page.unroute("**/page/turns")
    page.locator(".reopen").click()
    tab.answered("甲")


def test_a_link_with_a_question_asks_it_once(arrive: Arrive, stub: Stub) -> None:
    tab = arrive()
    page = tab.open("/?region=白河市&q=一个问题&lang=zh-Hans")
    expect(page.locator(".turn .statement")).to_have_text("关于“一个问题”（白河市）的回答。")
    assert "q=" not in page.url
    assert "region=" in page.url
    page.reload()
    tab.ready()
    tab.answered("一个问题")
    page.goto(f"{stub.origin}/documents/d1")
    page.go_back()
    tab.ready()
    tab.answered("一个问题")
    expect(page.locator(".turn")).to_have_count(1)
    assert len(stub.seen()["asked"]) == 1


def test_an_answer_that_the_server_wrote_into_the_page_belongs_to_the_conversation(tab: Tab) -> None:
    tab.ask("甲")
    tab.answered("甲")
    page = tab.open("/written")
    expect(page.locator(".turn")).to_have_count(2)
    tab.answered("网页里写好的")
    tab.open("/written")
    expect(page.locator(".turn")).to_have_count(2)
    tab.open("/")
    expect(page.locator(".turn .statement")).to_have_count(2)
    tab.answered("网页里写好的")


def test_a_new_conversation_starts_without_the_old_one(tab: Tab, stub: Stub) -> None:
    page = tab.page
    expect(page.locator(".new-conversation")).to_be_hidden()
    tab.ask("甲")
    tab.answered("甲")
    page.locator(".new-conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator("#question-text")).to_be_focused()
    tab.ask("乙")
    tab.answered("乙")
    assert stub.seen()["asked"][1]["history"] == []
    tab.list()
    expect(page.locator(".history-title")).to_have_text(["乙", "甲"])


def test_two_tabs_keep_their_own_conversations(arrive: Arrive, tab: Tab) -> None:
    other = arrive(beside=tab)
    other.open()
    for one, words in [(tab, "甲"), (other, "一"), (tab, "乙"), (other, "二")]:
        one.ask(words)
        one.answered(words)
    tab.list()
    expect(tab.page.locator(".history-title")).to_have_text(["一", "甲"])
    other.ask("三")
    other.answered("三")
    for one, questions in [(tab, ["甲", "乙"]), (other, ["一", "二", "三"])]:
        one.page.reload()
        one.ready()
        expect(one.page.locator(".turn .statement")).to_have_count(len(questions))
        expect(one.page.locator(".asked bdi")).to_have_text(questions)


def test_two_tabs_in_one_conversation_lose_no_turn(arrive: Arrive, tab: Tab) -> None:
    tab.ask("甲")
    tab.answered("甲")
    other = arrive(beside=tab)
    other.open()
    other.list()
    other.page.locator(".history-open").click()
    other.answered("甲")
    tab.ask("乙")
    tab.answered("乙")
    other.ask("丙")
    other.answered("丙")
    other.page.reload()
    other.ready()
    expect(other.page.locator(".asked bdi")).to_have_text(["甲", "乙", "丙"])


def test_a_conversation_deleted_in_another_tab_leaves_this_one(arrive: Arrive, tab: Tab) -> None:
    tab.ask("甲")
    tab.answered("甲")
    other = arrive(beside=tab)
    other.open()
    other.list()
    other.page.locator(".history-delete").click()
    expect(tab.page.locator(".turn")).to_have_count(0)
    tab.ask("乙")
    tab.answered("乙")
    expect(other.page.locator(".history-title")).to_have_text(["乙"])


# --- the browser's storage ------------------------------------------------------------------------------------------


def test_a_full_storage_loses_the_oldest_conversation_first(tab: Tab) -> None:
    page = tab.page
    for words in ("甲" * 300, "乙" * 300):
        tab.ask(words)
        tab.answered(words)
        page.locator(".new-conversation").click()
    page.evaluate(FILL, 10)
    tab.ask("新的问题")
    tab.answered("新的问题")
    tab.list()
    expect(page.locator(".history-title")).to_have_text(["新的问题", re.compile("^乙")])
    page.reload()
    tab.ready()
    tab.answered("新的问题")
    expect(page.locator("#conversation .note")).to_have_count(0)


def test_a_storage_full_of_other_things_still_lets_one_ask_and_reload(tab: Tab) -> None:
    page = tab.page
    page.evaluate(FILL, 0)
    tab.ask("新的问题")
    tab.answered("新的问题")
    expect(page.locator("#conversation .note")).to_contain_text("不能保存记录")


def test_a_blocked_storage_is_said_once_and_the_way_back_loses_nothing(arrive: Arrive) -> None:
    tab = arrive()
    tab.page.add_init_script(BLOCKED)
    page = tab.open()
    for words in ("甲", "乙"):
        tab.ask(words)
        tab.answered(words)
    expect(page.locator("#conversation .note")).to_have_count(1)
    page.goto(f"{tab.origin}/documents/d1")
    page.go_back()
    tab.ready()
    tab.answered("乙")
    expect(page.locator(".turn .statement")).to_have_count(2)


def test_spoilt_records_are_passed_over(arrive: Arrive) -> None:
    tab = arrive()
    page = tab.open()
    tab.ask("甲")
    tab.answered("甲")
    page.evaluate(
        """() => ["{", "null", "[]", '{"id":"x","turns":[]}', '{"id":"0123456789abcdef","turns":[null,{"id":1}]}'].forEach(
            (text, n) => localStorage.setItem(`policychat.conversations.1.${n}`, text))"""
    )
    page.evaluate("sessionStorage.setItem('policychat.place', '{')")
    tab.list()
    expect(page.locator(".history-title")).to_have_text(["甲"])
    page.reload()
    tab.ready()
    tab.answered("甲")


# --- the list -------------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(tab: Tab) -> Tab:
    for words in ("甲问题", "乙问题"):
        tab.ask(words)
        tab.answered(words)
        tab.page.locator(".new-conversation").click()
    tab.list()
    return tab


def test_the_list_shows_date_and_first_question_and_opens(listed: Tab) -> None:
    page = listed.page
    expect(page.locator(".history-title")).to_have_text(["乙问题", "甲问题"])
    assert page.locator(".history-when").first.get_attribute("datetime")
    page.get_by_role("button", name=re.compile("^甲问题")).click()
    listed.answered("甲问题")
    expect(page.locator("#history")).to_be_hidden()
    expect(page.locator(".asked")).to_be_focused()
    page.reload()
    listed.ready()
    listed.answered("甲问题")


def test_a_conversation_can_be_renamed_by_keyboard(listed: Tab) -> None:
    page = listed.page
    page.get_by_role("button", name="改名：甲问题").press("Enter")
    expect(page.get_by_label("新的名称")).to_be_focused()
    page.keyboard.type("<b>体检</b>")
    page.keyboard.press("Enter")
    expect(page.locator(".history-title").last).to_have_text("<b>体检</b>")
    expect(page.get_by_role("button", name="改名：<b>体检</b>")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("别的")
    page.keyboard.press("Escape")
    expect(page.locator(".history-title").last).to_have_text("<b>体检</b>")
    page.reload()
    listed.ready()
    listed.list()
    expect(page.locator(".history-title").last).to_have_text("<b>体检</b>")


def test_a_deletion_can_be_undone_for_ten_seconds(arrive: Arrive) -> None:
    tab = arrive()
    tab.page.clock.install()
    page = tab.open()
    tab.ask("甲问题")
    tab.answered("甲问题")
    tab.list()
    page.locator(".history-delete").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".history-undo")).to_contain_text("已删除“甲问题”。")
    assert kept(page) == []
    page.clock.fast_forward(9000)
    page.locator(".history-undo-button").click()
    expect(page.locator(".history-title")).to_have_text(["甲问题"])
    tab.answered("甲问题")
    page.locator(".history-delete").click()
    page.clock.fast_forward(10_500)
    expect(page.locator(".history-undo")).to_be_hidden()
    assert kept(page) == []


def test_a_question_under_way_is_not_kept_when_its_conversation_is_deleted(tab: Tab) -> None:
    page = tab.ask("等放行的问题")
    expect(page.locator(".turn .asked")).to_contain_text("正在写")
    tab.list()
    page.locator(".history-delete").click()
    expect(page.locator(".turn")).to_have_count(0)
    assert kept(page) == []


def test_all_can_be_deleted_after_a_second_word(listed: Tab) -> None:
    page = listed.page
    page.locator(".history-clear").click()
    expect(page.locator(".history-keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".history-item")).to_have_count(2)
    page.locator(".history-clear").click()
    page.locator(".history-clear-now").click()
    expect(page.locator(".history-empty")).to_be_visible()
    expect(page.locator(".history-toggle")).to_be_focused()
    assert kept(page) == []


@pytest.mark.parametrize(("edition", "least"), [("", 44), ("elder", 48)])
def test_buttons_are_large_enough_for_a_finger(arrive: Arrive, edition: str, least: int) -> None:
    tab = arrive(viewport={"width": 320, "height": 640})
    page = tab.open()
    page.evaluate("(edition) => { document.documentElement.dataset.edition = edition; }", edition)
    tab.ask("不答的问题")
    page.keyboard.press("Escape")
    tab.list()
    page.locator(".history-rename").click()
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".conversations button, .conversations input, .retry")]
            .map((one) => [one.className, one.getBoundingClientRect().width, one.getBoundingClientRect().height])
            .filter(([, width]) => width)"""
    )
    assert len(sizes) >= 6
    assert [size for size in sizes if min(size[1:]) < least] == []
    assert page.evaluate(NO_SIDEWAYS)


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.thorough), "dark"])
def test_no_state_has_a_barrier(arrive: Arrive, scheme: str) -> None:
    tab = arrive(color_scheme=scheme)
    page = tab.open()
    tab.ask("一个问题")
    tab.answered("一个问题")
    tab.ask("太快")
    expect(page.locator(".retry")).to_be_visible()
    tab.ask("不答的问题")
    expect(page.locator("#stop")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    tab.list()
    page.locator(".history-clear").click()
    assert violations(page) == []
    page.locator(".history-rename").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".history-delete").click()
    assert violations(page) == []


def kept(page: Page) -> list[str]:
    """Return the questions that stand anywhere in the browser's storage."""
    values = page.evaluate(
        "Object.entries(localStorage).filter(([key]) => key.includes('conversations')).map(([, v]) => v)"
    )
    return [turn["question"] for value in values for turn in json.loads(value)["turns"]]


def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
