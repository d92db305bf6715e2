from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient

from rag.settings import ServerSettings, Settings
from tests.reverse_proxy import reverse_proxy
from tests.servers import running
from tests.small_site import small_site
from ui.addresses import at, site_prefix
from ui.desk import Desk
from ui.prefix import Prefix, site_path

PREFIX = "/policy/chat"


@pytest.fixture
def client() -> Iterator[TestClient]:
    settings = Settings(server=ServerSettings(path_prefix=PREFIX))
    with TestClient(small_site(settings), follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("path", ["/where", f"{PREFIX}/where"])
def test_a_request_is_taken_with_and_without_the_prefix_and_links_have_it(client: TestClient, path: str) -> None:
    told = client.get(path, params={"q": "1"}).json()
    assert told["link"] == f"{PREFIX}/x"
    assert told["url"] == f"http://testserver{PREFIX}/where?q=1"
    assert told["base"] == f"http://testserver{PREFIX}/"


def test_links_written_while_a_stream_runs_have_the_prefix(client: TestClient) -> None:
    assert client.get("/events").text == "".join(f"data: {number} {PREFIX}/x\n\n" for number in range(3))


def test_after_a_request_there_is_no_prefix_left(client: TestClient) -> None:
    client.get("/where")
    assert site_prefix() == ""


def test_the_prefix_without_its_slash_leads_to_the_first_page_with_the_question(client: TestClient) -> None:
    response = client.get(f"{PREFIX}?q=a%20b&region=%E7%99%BD")
    assert response.status_code == 308
    assert response.headers["location"] == f"{PREFIX}/?q=a%20b&region=%E7%99%BD"


def test_a_path_that_only_begins_like_the_prefix_is_not_below_it(client: TestClient) -> None:
    assert client.get(f"{PREFIX}x/where").status_code == 404


def test_a_prefix_named_like_a_route_does_not_swallow_that_route() -> None:
    with TestClient(small_site(Settings(server=ServerSettings(path_prefix="/documents")))) as client:
        assert "<p>d1" in client.get("/documents/documents/d1").text
        assert client.get("/documents/where").json()["link"] == "/documents/x"


def test_without_a_prefix_nothing_is_added() -> None:
    with TestClient(small_site(Settings())) as client:
        assert client.get("/where").json()["link"] == "/x"


def test_a_web_socket_is_taken_below_the_prefix() -> None:
    app = FastAPI()

    @app.websocket("/talk")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(at("/x"))
        await socket.close()

    app.add_middleware(Prefix, prefix=PREFIX)
    with TestClient(app).websocket_connect(f"{PREFIX}/talk") as socket:
        assert socket.receive_text() == f"{PREFIX}/x"


@pytest.mark.parametrize(
    ("path", "root", "within"),
    [("/", "", "/"), ("/ask", "", "/ask"), ("/policy/ask", "/policy", "/ask"), ("/policy/", "/policy", "/")],
)
def test_the_path_within_the_site_leaves_the_prefix_out(path: str, root: str, within: str) -> None:
    assert site_path({"type": "http", "path": path, "root_path": root}) == within


def test_a_call_in_a_thread_of_the_desk_writes_links_with_the_prefix() -> None:
    desk = Desk(ServerSettings())
    app = FastAPI()

    @app.get("/link")
    async def link() -> str:
        return await desk.run(lambda: at("/x"))

    app.add_middleware(Prefix, prefix=PREFIX)
    with TestClient(app) as client:
        assert client.get("/link").json() == f"{PREFIX}/x"
    desk.close()


Behind = Callable[..., str]


@pytest.fixture
def behind() -> Iterator[Behind]:
    """Serve the small site behind a reverse proxy, both on ports of their own; give the proxy's address."""
    with ExitStack() as stack:

        def serve(*, strip: bool, scheme: str | None = None) -> str:
            settings = Settings(server=ServerSettings(path_prefix=PREFIX))
            inner = stack.enter_context(running(small_site(settings)))
            return stack.enter_context(running(reverse_proxy(inner, PREFIX, strip=strip, scheme=scheme)))

        yield serve


@pytest.mark.parametrize("strip", [True, False])
def test_behind_a_reverse_proxy_every_address_of_the_page_answers(behind: Behind, strip: bool) -> None:
    address = behind(strip=strip)
    with httpx.Client(base_url=address) as client:
        page = client.get(f"{PREFIX}/").text
        named = set(re.findall(r'(?:href|src)="(/[^"#]+)"', page))
        assert named
        assert {name for name in named if not name.startswith(f"{PREFIX}/")} == set()
        loaded = [name for name in named if "/theme/" in name or name.endswith("manifest.webmanifest?lang=en")]
        assert {client.get(name).status_code for name in loaded} == {200}


@pytest.mark.parametrize("strip", [True, False])
def test_behind_a_reverse_proxy_the_site_knows_its_own_address(behind: Behind, strip: bool) -> None:
    address = behind(strip=strip, scheme="https")
    told = httpx.get(f"{address}{PREFIX}/where").json()
    assert told["url"] == f"{address.replace('http:', 'https:')}{PREFIX}/where"


def test_events_pass_a_reverse_proxy_one_by_one(behind: Behind) -> None:
    address = behind(strip=True)

    async def arrivals() -> list[float]:
        async with httpx.AsyncClient() as client, client.stream("GET", f"{address}{PREFIX}/events") as stream:
            return [time.monotonic() async for line in stream.aiter_lines() if line.startswith("data:")]

    first, _, last = asyncio.run(arrivals())
    assert last - first > 0.3, "the events came all at once: something on the way kept them back"
