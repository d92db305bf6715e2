from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

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


def test_results_arrive_while_the_call_still_works() -> None:
    go_on = threading.Event()

    def call() -> Iterator[int]:
        yield 1
        go_on.wait(10)
        yield 2

    async def scenario() -> list[int | None]:
        desk = Desk(ServerSettings())
        results = desk.stream(call, 10.0)
        arrived = [await anext(results)]
        go_on.set()
        arrived += [result async for result in results]
        desk.close()
        return arrived

    assert asyncio.run(scenario()) == [1, 2]


def test_a_stream_takes_a_place_until_its_call_ends() -> None:
    go_on = threading.Event()

    def call() -> Iterator[int]:
        yield 1
        go_on.wait(10)

    async def scenario() -> list[int | None]:
        desk = Desk(ServerSettings(concurrency=1, queue_size=1))
        results = [desk.stream(call, 10.0) for _ in range(2)]
        with pytest.raises(BusyError):
            desk.stream(call, 10.0)
        go_on.set()
        for one in results:
            assert [result async for result in one] == [1]
        done = [result async for result in desk.stream(lambda: iter([3]), 10.0)]
        desk.close()
        return done

    assert asyncio.run(scenario()) == [3]


def test_a_stream_says_when_nothing_has_come_and_gives_up_at_its_deadline() -> None:
    go_on = threading.Event()

    def call() -> Iterator[int]:
        go_on.wait(10)
        yield 1

    async def scenario() -> list[int | None]:
        desk = Desk(ServerSettings(answer_timeout_s=1.0))
        arrived: list[int | None] = []
        with pytest.raises(LateError):
            async for result in desk.stream(call, 0.3):
                arrived.append(result)
        go_on.set()
        desk.close()
        return arrived

    arrived = asyncio.run(scenario())
    assert set(arrived) == {None}
    assert len(arrived) >= 2


def test_a_stream_left_closes_its_call_and_one_that_has_not_begun_never_begins() -> None:
    go_on = threading.Event()
    happened = []

    def call() -> Iterator[int]:
        try:
            yield 1
            go_on.wait(10)
            yield 2
            happened.append("went on")
        finally:
            happened.append("closed")

    def never() -> Iterator[int]:
        happened.append("begun")
        yield 1

    async def scenario() -> None:
        desk = Desk(ServerSettings(concurrency=1, queue_size=5))
        first = desk.stream(call, 10.0)
        assert await anext(first) == 1
        waiting = desk.stream(never, 0.01)
        assert await anext(waiting) is None
        await first.aclose()
        await waiting.aclose()
        go_on.set()
        assert await desk.run(lambda: "served") == "served"
        desk.close()

    asyncio.run(scenario())
    assert happened == ["closed"]


def test_the_error_of_a_streamed_call_arrives_after_its_results() -> None:
    def call() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    async def scenario() -> list[int | None]:
        desk = Desk(ServerSettings())
        results = desk.stream(call, 10.0)
        arrived = [await anext(results)]
        with pytest.raises(ZeroDivisionError):
            await anext(results)
        desk.close()
        return arrived

    assert asyncio.run(scenario()) == [1]
