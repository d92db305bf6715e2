"""Weigh the page on a slow phone: ``python -m tests.benchmarks.page_weight http://127.0.0.1:7860/ --runs 5``.

A real Chromium, 390 x 844, with a line of 150 ms and 1.6 Mbit/s down (the "slow 4G" of Lighthouse) and a processor four
times slower than this machine's. Prints a Markdown table, each figure the median of the runs. Definitions:

- **on the wire**: bytes of all responses as they came, headers and compression included, until nothing was loaded for a
  second.
- **first paint**: First Contentful Paint.
- **usable**: the question box takes text and *Ask* answers on the page itself: the box can be seen, and the page's script
  listens for the form. (From the first paint on *Ask* answers, too, but by loading a page, as without scripts.)
- **settled**: nothing was loaded and nothing ran longer than 50 ms for a second; Gradio's own components are there.
- **answer shown**: from the press on *Ask* to the first statement or message in the page.
- **shift**: Cumulative Layout Shift without those within half a second of an input.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

LATENCY_MS = 150
DOWN_BYTES_S = 1_600_000 // 8
UP_BYTES_S = 750_000 // 8
SLOWER = 4
QUIET_S = 1.0
PATIENCE_S = 120.0

BOX = "#question textarea, textarea[data-role=question]"
SHOWN = "#conversation .turn .statements, #conversation .turn .statement, #conversation .turn .message"

WATCH = """() => {
  window.__weight = { shift: 0, since: performance.now() };
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    if (!entry.hadRecentInput) window.__weight.shift += entry.value;
  })).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    window.__weight.since = entry.startTime + entry.duration;
  })).observe({ type: "longtask", buffered: true });
}"""

PAINT = "() => (performance.getEntriesByName('first-contentful-paint')[0] || { startTime: NaN }).startTime / 1000"


@dataclass
class Line:
    """What came over the line since the last look."""

    requests: int = 0
    size: int = 0
    open: set[str] = field(default_factory=set)
    read: dict[str, int] = field(default_factory=dict)
    quiet_since: float = field(default_factory=time.monotonic)
    session: CDPSession | None = None

    def watch(self, session: CDPSession) -> None:
        """Count what a page loads; what the browser had kept is no request here."""
        self.session = session
        session.on("Network.requestWillBeSent", self._begun)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.loadingFailed", self._failed)
        session.on("Network.dataReceived", self._read)

    def forget(self) -> None:
        """Begin to count anew."""
        self.requests = self.size = 0

    def _begun(self, event: Any) -> None:
        if event["request"]["url"].startswith("http"):
            self.open.add(event["requestId"])
            self.quiet_since = time.monotonic()

    def _answered(self, event: Any) -> None:
        response = event["response"]
        kept = response.get("fromDiskCache") or response.get("fromServiceWorker") or response.get("fromPrefetchCache")
        if event["requestId"] in self.open and not kept:
            self.requests += 1

    def _finished(self, event: Any) -> None:
        self.size += int(event["encodedDataLength"])
        self.read.pop(event["requestId"], None)
        self._ended(event)

    def _failed(self, event: Any) -> None:
        # The page hangs up on a stream of events after the last one; it comes uncompressed.
        self.size += self.read.pop(event["requestId"], 0)
        self._ended(event)

    def _read(self, event: Any) -> None:
        self.read[event["requestId"]] = self.read.get(event["requestId"], 0) + int(event["dataLength"])

    def _ended(self, event: Any) -> None:
        self.open.discard(event["requestId"])
        self.quiet_since = time.monotonic()


@dataclass(frozen=True)
class Figures:
    """Of one visit; seconds since the address was opened, or since *Ask* for an answer. NaN: there is none."""

    name: str
    size_kb: float
    requests: float
    paint_s: float = float("nan")
    usable_s: float = float("nan")
    settled_s: float = float("nan")
    answer_s: float = float("nan")
    shift: float = float("nan")


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait in small steps, so that the events of the browser are heard meanwhile."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not reached within {PATIENCE_S:.0f} s")
        page.wait_for_timeout(25)


def listens(session: CDPSession | None) -> bool:
    """Return whether a script of the page has begun to listen for the form."""
    if session is None:
        return False
    document = session.send("Runtime.evaluate", {"expression": "document"})["result"]["objectId"]
    listeners = session.send("DOMDebugger.getEventListeners", {"objectId": document})["listeners"]
    return any(one["type"] == "submit" for one in listeners)


def throttled(context: BrowserContext, line: Line) -> Page:
    """Open a window on a slow line and a slow processor."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN_BYTES_S, "uploadThroughput": UP_BYTES_S},
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    line.watch(session)
    page.add_init_script(f"({WATCH})()")
    return page


def settle(page: Page, line: Line, begun: float, begun_ms: float = 0.0) -> float:
    """Wait until the line is quiet and nothing long runs; return since when, in seconds after ``begun``.

    ``begun_ms`` is the same moment on the page's own clock.
    """

    def calm() -> bool:
        return not line.open and time.monotonic() - line.quiet_since > QUIET_S

    until(page, calm)
    until(page, lambda: bool(page.evaluate(f"() => performance.now() - window.__weight.since > {QUIET_S * 1000}")))
    loaded = line.quiet_since - begun
    return max(loaded, (float(page.evaluate("() => window.__weight.since")) - begun_ms) / 1000)


def visit(context: BrowserContext, address: str, name: str) -> tuple[Page, Line, Figures]:
    """Open the page and type a letter into the box as soon as it takes one."""
    line = Line()
    page = throttled(context, line)
    begun = time.monotonic()
    page.goto(address, wait_until="commit")
    page.locator(BOX).first.wait_for(timeout=PATIENCE_S * 1000)
    until(page, lambda: listens(line.session))
    usable = time.monotonic() - begun
    page.locator(BOX).first.fill("问")
    settled = settle(page, line, begun)
    page.locator(BOX).first.fill("")
    shift = float(page.evaluate("() => window.__weight.shift"))
    paint = float(page.evaluate(PAINT))
    return page, line, Figures(name, line.size / 1000, line.requests, paint, usable, settled, shift=shift)


def answer(page: Page, line: Line, question: str) -> Figures:
    """Ask and wait for the answer; count what that took."""
    line.forget()
    page.evaluate("() => { window.__weight.shift = 0; }")
    before = page.locator(SHOWN).count()
    page.locator(BOX).first.fill(question)
    begun, begun_ms = time.monotonic(), float(page.evaluate("() => performance.now()"))
    page.locator("#ask").first.click()
    until(page, lambda: page.locator(SHOWN).count() > before)
    shown = time.monotonic() - begun
    settled = settle(page, line, begun, begun_ms)
    shift = float(page.evaluate("() => window.__weight.shift"))
    return Figures("answer", line.size / 1000, line.requests, settled_s=settled, answer_s=shown, shift=shift)


def measure(browser: Browser, address: str, question: str) -> list[Figures]:
    """Return the figures of a first visit, an answer, and the visit after that."""
    # Without the worker: what it loads would be neither slowed down nor counted. Later visits have the browser's cache.
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        service_workers="block",
    )
    page, line, first = visit(context, address, "first visit")
    asked = answer(page, line, question)
    page.close()
    page, line, again = visit(context, address, "repeat visit")
    context.close()
    return [first, asked, again]


def table(runs: list[list[Figures]]) -> str:
    """Return the medians as a Markdown table."""
    rows = ["| | on the wire, kB | requests | first paint, s | usable, s | settled, s | answer shown, s | shift |"]
    rows.append("| --- " * 8 + "|")
    for same in zip(*runs, strict=True):
        middle = [
            statistics.median(getattr(one, name) for one in same)
            for name in ("size_kb", "requests", "paint_s", "usable_s", "settled_s", "answer_s", "shift")
        ]
        formats = ("{:.0f}", "{:.0f}", "{:.2f}", "{:.2f}", "{:.2f}", "{:.2f}", "{:.3f}")
        cells = ["–" if value != value else form.format(value) for form, value in zip(formats, middle, strict=True)]  # noqa: PLR0124 - NaN
        rows.append(f"| {same[0].name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Weigh the page on a slow phone.")
    parser.add_argument("address", help="of a running server, with its path prefix")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--question", default="青石县有哪些保障措施？")
    given = parser.parse_args()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        runs = [measure(browser, given.address, given.question) for _ in range(given.runs)]
        browser.close()
    sys.stdout.write(f"{table(runs)}\n")


if __name__ == "__main__":
    main()
