from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from rag.settings import ServerSettings, Settings
from tests.applications import built
from tests.fakes import FakeAssistant
from ui.app import claim_address, serve

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.keywords:
            # Gradio's own statistics of events use parts of pandas that pandas is about to drop.
            item.add_marker(pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"))
    if CHROMIUM is None:
        left_out = "no Chromium on this machine: the resident page and the viewer were not driven in a real browser"
        for item in items:
            if "browser" in item.keywords:
                item.add_marker(pytest.mark.skip(reason=left_out))


class Visit:
    """A browser page that keeps what must never happen: other origins, console errors, dialogs."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        page.context.on("page", self._watch)
        self._watch(page)

    def _watch(self, page: Page) -> None:
        page.on("request", lambda request: self._note(request.url))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def _note(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and not url.startswith(self.origin):
            self.elsewhere.append(url)

    def open(self, path: str = "/") -> Page:
        """Open a path and wait for the page to be ready to take a question."""
        self.page.goto(self.origin + path)
        if path == "/" or path.startswith("/?"):
            self.page.locator("html.handed-over").wait_for(state="attached")
        return self.page

    def ask(self, words: str) -> Page:
        """Type a question and send it with Enter."""
        self.page.locator("#question-text").fill(words)
        self.page.locator("#question-text").press("Enter")
        return self.page


@pytest.fixture(scope="session")
def origin() -> Iterator[str]:
    settings = Settings(server=ServerSettings(port=_free_port()))
    application = built(FakeAssistant(), settings)
    ready = threading.Event()
    told: list[str] = []

    def announce(line: str) -> None:
        told.append(line.rsplit(maxsplit=1)[-1])
        ready.set()

    claimed = claim_address(settings.server)
    server = threading.Thread(target=serve, args=(application, settings.server, claimed, announce), daemon=True)
    server.start()
    assert ready.wait(60), "the server did not become ready"
    yield told[0]


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# Not for the session: while the driver lives, its event loop runs in the main thread, and no other test can start one.
@pytest.fixture(scope="module")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def chromium(playwright_driver: Playwright) -> Iterator[Browser]:
    browser = playwright_driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


Arrive = Callable[..., Visit]


@pytest.fixture
def arrive(chromium: Browser, origin: str) -> Iterator[Arrive]:
    """Open a browser window; after the test nothing may have left the origin or failed in it."""
    visits: list[Visit] = []

    def arrive(width: int = 1280, height: int = 900, locale: str = "zh-CN") -> Visit:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale=locale)
        visits.append(Visit(context.new_page(), origin))
        return visits[-1]

    yield arrive
    for visit in visits:
        visit.page.context.close()
        assert visit.elsewhere == []
        assert visit.errors == []
        assert visit.dialogs == []
