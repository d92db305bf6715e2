"""Changed settings take over while the server runs; what cannot be built changes nothing."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from rag.catalogue import open_catalogue
from rag.catalogue.settings_changes import WITHDRAWN
from rag.errors import ConfigError
from rag.ports import Assistant
from rag.settings import Settings
from rag.settings_changed import change_settings
from tests.fakes import FakeAssistant
from ui.app import build_app
from ui.house import House
from ui.live import Live, Owned


class Fake(FakeAssistant):
    """Counts how often it was closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


class Workshop:
    """Builds small applications that say which settings they have, and notes what begins and ends."""

    def __init__(self) -> None:
        self.opened: list[Fake] = []
        self.houses: list[House] = []
        self.told: list[str] = []
        self.arrived, self.leave = asyncio.Event(), asyncio.Event()

    def open_assistant(self, settings: Settings) -> Owned:
        if settings.llm.provider == "none":
            raise ConfigError("llm.provider 'none' cannot be used")
        self.opened.append(Fake())
        return self.opened[-1]

    def build(self, _: Assistant, settings: Settings, house: House) -> ASGIApp:
        name = f"{len(self.houses)}"
        self.houses.append(house)

        @contextlib.asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            if settings.llm.provider == "broken":
                raise RuntimeError("cannot start")
            self.told.append(f"{name} began")
            yield
            self.told.append(f"{name} ended")

        async def what(_: Request) -> JSONResponse:
            return JSONResponse({"application": name, "health": settings.help.health})

        async def slow(request: Request) -> JSONResponse:
            self.arrived.set()
            await self.leave.wait()
            return await what(request)

        return Starlette(routes=[Route("/", what), Route("/slow", slow)], lifespan=lifespan)


def changed(settings: Settings, by: str = "王主任", **wanted: Any) -> int:
    named = {key.replace("__", "."): value for key, value in wanted.items()}
    with open_catalogue(settings) as catalogue:
        return change_settings(settings, catalogue, named, by=by, reason="试")[-1].number


Story = Callable[[httpx.AsyncClient, Live], Awaitable[None]]


def play(live: Live, story: Story) -> None:
    """Serve inside one loop while a story goes on, as a server does: begin, requests, end."""

    async def whole() -> None:
        to_live: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        said: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        serving = asyncio.create_task(live({"type": "lifespan"}, to_live.get, said.put))  # type: ignore[arg-type]
        await to_live.put({"type": "lifespan.startup"})
        assert (await said.get())["type"] == "lifespan.startup.complete"
        transport = httpx.ASGITransport(app=live)
        async with asyncio.timeout(20), httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            await story(client, live)
        await to_live.put({"type": "lifespan.shutdown"})
        assert (await said.get())["type"] == "lifespan.shutdown.complete"
        await serving

    asyncio.run(whole())
    live.close()


async def seen(live: Live, number: int) -> str | None:
    await live.arrive(number, 10)
    assert live.applied().number == number
    return live.applied().problem


def test_a_request_ends_on_what_it_began_on_and_the_next_finds_what_was_changed(settings: Settings) -> None:
    shop = Workshop()

    async def story(client: httpx.AsyncClient, live: Live) -> None:
        waiting = asyncio.create_task(client.get("/slow"))
        await shop.arrived.wait()
        assert await seen(live, changed(settings, help__health="99999")) is None
        assert (await client.get("/")).json() == {"application": "1", "health": "99999"}
        assert shop.told == ["0 began", "1 began"]
        assert shop.opened[0].closed == 0
        shop.leave.set()
        assert (await waiting).json() == {"application": "0", "health": "12320"}
        while not shop.opened[0].closed:
            await asyncio.sleep(0.01)
        assert shop.told[2:] == ["0 ended"]
        assert shop.houses[1] is shop.houses[0]  # with what is under way, and the file's settings

    play(Live(settings, shop.open_assistant, shop.build), story)
    assert shop.told[3:] == ["1 ended"]
    assert [one.closed for one in shop.opened] == [1, 1]


@pytest.mark.parametrize("provider", ["none", "broken"])
def test_what_cannot_be_built_leaves_the_earlier_one_serving_and_says_why(settings: Settings, provider: str) -> None:
    shop = Workshop()

    async def story(client: httpx.AsyncClient, live: Live) -> None:
        problem = await seen(live, changed(settings, llm__provider=provider, help__health="1"))
        assert problem == ("llm.provider 'none' cannot be used" if provider == "none" else "RuntimeError")
        assert (await client.get("/")).json()["health"] == "12320"
        assert await seen(live, changed(settings, llm__provider=WITHDRAWN)) is None
        assert (await client.get("/")).json()["health"] == "1"

    play(Live(settings, shop.open_assistant, shop.build), story)
    assert [one.closed for one in shop.opened] == [1] * len(shop.opened)


def test_a_server_that_starts_with_changes_it_cannot_build_serves_with_the_file(settings: Settings) -> None:
    shop = Workshop()
    number = changed(settings, llm__provider="none", service__open=False)
    live = Live(settings, shop.open_assistant, shop.build)
    assert (live.applied().number, live.applied().problem) == (number, "llm.provider 'none' cannot be used")
    assert live.settings is settings
    assert not live.house.standing.service.open  # what needs no building holds all the same
    live.close()


def test_every_server_process_follows_by_itself(settings: Settings) -> None:
    shop = Workshop()

    async def story(client: httpx.AsyncClient, _: Live) -> None:
        changed(settings, help__health="7", by="another process")
        while (await client.get("/")).json()["health"] != "7":
            await asyncio.sleep(0.01)

    play(Live(settings, shop.open_assistant, shop.build), story)


def test_the_notice_and_the_switch_need_no_other_application_and_the_examples_no_other_assistant(
    settings: Settings,
) -> None:
    shop = Workshop()

    async def story(client: httpx.AsyncClient, live: Live) -> None:
        await seen(live, changed(settings, banner__en="Closed on Monday", service__open=False))
        assert live.house.standing.banner.en == "Closed on Monday"
        assert not live.house.standing.service.open
        assert (await client.get("/")).json()["application"] == "0"
        await seen(live, changed(settings, examples__questions=["打针要钱吗"]))
        assert (await client.get("/")).json()["application"] == "1"
        assert len(shop.opened) == 1

    play(Live(settings, shop.open_assistant, shop.build), story)
    assert shop.opened[0].closed == 1


@pytest.fixture
def site(settings: Settings) -> Iterator[TestClient]:
    live = Live(settings, lambda _: Fake(), build_app)
    with TestClient(live) as client:
        yield client
    live.close()


def test_the_whole_site_follows_and_closes(site: TestClient, settings: Settings) -> None:
    assert "打针要钱吗" not in site.get("/page/examples").text
    number = changed(settings, examples__questions=["打针要钱吗"], help__government="98765")
    live = site.app
    assert isinstance(live, Live)
    site.portal.call(live.arrive, number, 10)  # type: ignore[union-attr]
    assert live.applied().problem is None
    assert "打针要钱吗" in site.get("/page/examples").text
    assert "98765" in site.get("/").text
    number = changed(settings, service__open=False)
    site.portal.call(live.arrive, number, 10)  # type: ignore[union-attr]
    closed = site.get("/", headers={"accept-language": "en"})
    assert closed.status_code == 503
    assert "98765" in closed.text
    assert site.get("/healthz").json() == {"status": "alive"}
    assert site.get("/readyz").json()["service"] == "closed"
