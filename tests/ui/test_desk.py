from __future__ import annotations

import asyncio
import threading

import pytest

from rag.errors import BusyError, LateError
from rag.settings import ServerSettings
from ui.desk import Desk


def test_a_call_beyond_the_queue_is_turned_away_until_a_place_is_free() -> None:
    go_on = threading.Event()

    async def scenario() -> list[str]:
        desk = Desk(ServerSettings(concurrency=1, queue_size=1))
        waiting = [asyncio.create_task(desk.run(lambda: go_on.wait(10))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await desk.run(lambda: True)
        go_on.set()
        await asyncio.gather(*waiting)
        done = await desk.run(lambda: "served")
        desk.close()
        return [done]

    assert asyncio.run(scenario()) == ["served"]


def test_a_call_given_up_keeps_its_place_until_it_ends() -> None:
    go_on = threading.Event()

    async def scenario() -> None:
        desk = Desk(ServerSettings(concurrency=1, queue_size=1, answer_timeout_s=1.0))
        for _ in range(2):
            with pytest.raises(LateError):
                await desk.run(lambda: go_on.wait(10))
        with pytest.raises(BusyError):
            await desk.run(lambda: True)
        go_on.set()
        desk.close()

    asyncio.run(scenario())


def test_the_calls_own_error_arrives() -> None:
    async def scenario() -> None:
        desk = Desk(ServerSettings())
        with pytest.raises(ZeroDivisionError):
            await desk.run(lambda: 1 // 0)
        desk.close()

    asyncio.run(scenario())
