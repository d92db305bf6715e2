"""The whole product as people get it: the real command line, the shipped corpus and model, a real server and browser."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.server]

REPOSITORY = Path(__file__).resolve().parents[2]
GOALS = "丹江口市卫生健康规划的总体目标有哪些？"
READY_S = 60


@dataclass(frozen=True)
class Running:
    """A server started by the command line, and the folders it works on."""

    origin: str
    data: Path
    corpus: Path

    def policychat(self, *arguments: str) -> dict[str, Any]:
        """Run a command on the same data folder and return its JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "ui.cli", *arguments, "--data", str(self.data), "--json"],
            cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        values: dict[str, Any] = json.loads(done.stdout)
        return values


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("whole")
    corpus = folder / "corpus"
    shutil.copytree(REPOSITORY / "corpus", corpus)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = Running(f"http://127.0.0.1:{port}", folder / "data", corpus)
    assert started.policychat("ingest", str(corpus))["published"] is True
    server = subprocess.Popen(
        [sys.executable, "-m", "ui.cli", "serve", "--port", str(port), "--data", str(started.data)],
        cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | {"HF_HUB_OFFLINE": "1"},
    )  # fmt: skip
    try:
        _wait_until_ready(started.origin, server)
        yield started
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _wait_until_ready(origin: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        assert server.poll() is None, server.communicate()[1].decode()
        try:
            if httpx.get(f"{origin}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"the server was not ready after {READY_S} s")


@pytest.fixture
def visit(chromium: Browser, running: Running) -> Iterator[Visit]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
    visit = Visit(context.new_page(), running.origin)
    yield visit
    context.close()
    assert visit.elsewhere == []
    assert visit.errors == []


def test_the_five_goals_each_open_their_source_at_the_quotation(visit: Visit) -> None:
    visit.open()
    page = visit.ask(GOALS)
    items = page.locator(".newest .statements li .statement")
    expect(items).to_have_count(5)
    marks = page.locator(".newest .statements li .cite")
    expect(marks).to_have_count(5)
    for n in range(5):
        said = items.nth(n).inner_text()
        quote = page.locator(f"{marks.nth(n).get_attribute('href')}")
        marks.nth(n).click()
        expect(quote).to_be_in_viewport()
        quote.locator("a.open").click()
        expect(page.locator("mark").first).to_contain_text(said)
        expect(page.locator("mark").first).to_be_in_viewport()
        expect(page.locator("h1")).to_contain_text("丹江口市")
        page.go_back()
        expect(marks).to_have_count(5)


def test_an_example_on_the_first_screen_is_answered(visit: Visit) -> None:
    page = visit.open()
    example = page.locator("#examples button").first
    expect(example).to_be_visible()
    example.click()
    expect(page.locator(".newest .cite").first).to_be_visible()


def test_what_no_document_says_is_refused_with_the_numbers_to_call(visit: Visit) -> None:
    visit.open()
    page = visit.ask("云溪县种植牙可以报销吗")
    message = page.locator(".newest .message")
    expect(message).to_contain_text("没有找到依据")
    expect(message).to_contain_text("12345")
    expect(message).to_contain_text("12320")
    expect(page.locator(".newest .cite")).to_have_count(0)


def test_a_place_left_open_is_asked_for_and_answered_by_a_button(visit: Visit) -> None:
    visit.open()
    page = visit.ask("规划的总体目标有哪些？")
    choice = page.get_by_role("button", name="丹江口市", exact=True)
    expect(choice).to_be_visible()
    choice.click()
    expect(page.locator(".newest .statements li")).to_have_count(5)


def test_the_api_and_the_command_line_give_the_same_answer(running: Running) -> None:
    said = running.policychat("ask", GOALS)
    served = httpx.post(f"{running.origin}/api/v1/ask", json={"question": GOALS}, timeout=30).json()
    for answer in (said, served):
        answer.pop("timings_ms")
    # The command line keeps no conversation, so it gives no receipt.
    assert served.pop("receipt")
    assert said == served
    for citation in served["citations"]:
        document = httpx.get(f"{running.origin}/api/v1/documents/{citation['document_id']}", timeout=30).json()
        assert document["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_a_running_server_answers_from_a_new_generation_and_after_a_rollback_from_the_old(running: Running) -> None:
    def quotes() -> str:
        body = {"question": "云溪县科学散步奖励办法的奖励标准是多少？"}
        return json.dumps(httpx.post(f"{running.origin}/api/v1/ask", json=body, timeout=30).json(), ensure_ascii=False)

    assert "每人奖励36元" not in quotes()
    notice = running.corpus / "walking.md"
    notice.write_text(
        "---\nregion: 云溪县\ntitle: 云溪县科学散步奖励办法\npublished: 2026-05-06\n---\n\n## 奖励标准\n\n"
        "坚持科学散步满一年的居民，每人奖励36元。\n",
        encoding="utf-8",
    )
    report = running.policychat("ingest", str(running.corpus))
    assert [file["status"] for file in report["files"] if file["source"] == "walking.md"] == ["added"]
    assert report["chunks"]["embedded"] == report["chunks"]["added"]
    _eventually(lambda: "每人奖励36元" in quotes())
    running.policychat("rollback")
    _eventually(lambda: "每人奖励36元" not in quotes())


def _eventually(holds: Any) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "the server did not follow the published generation"
        time.sleep(0.3)
