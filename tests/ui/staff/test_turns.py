from __future__ import annotations

import asyncio

import pytest
from fastapi import Request

from ui.accounts.cookies import NAME
from ui.accounts.doors import DoorClosedError, SignedIn
from ui.accounts.roles import Role
from ui.staff.recognising import recognising
from ui.staff.turns import OvertakenError, Turns


def test_of_those_that_wait_only_the_newest_of_an_operator_goes_on() -> None:
    done: list[str] = []

    async def search(turns: Turns, key: str, words: str, free: asyncio.Event) -> None:
        try:
            async with turns.turn(key):
                await free.wait()
                done.append(words)
        except OvertakenError:
            done.append(f"not {words}")

    async def type_fast() -> None:
        turns, free = Turns(), asyncio.Event()
        typed = [asyncio.create_task(search(turns, "周", words, free)) for words in ("疫", "疫苗", "疫苗接")]
        typed.append(asyncio.create_task(search(turns, "吴", "医保", free)))
        await asyncio.sleep(0)
        free.set()
        await asyncio.gather(*typed)

    asyncio.run(type_fast())
    assert sorted(done) == sorted(["疫", "not 疫苗", "疫苗接", "医保"])


def test_an_operator_is_asked_for_anew_after_some_seconds_and_a_closed_door_is_never_remembered() -> None:
    now, asked, is_open = 0.0, 0, True

    def require(_: Request) -> SignedIn:
        nonlocal asked
        asked += 1
        if not is_open:
            raise DoorClosedError(403, "role")
        return SignedIn("小周", Role.STAFF, "csrf")

    recognised = recognising(require, lambda: now)

    def knock(cookie: str = "one") -> SignedIn:
        headers = [(b"cookie", f"{NAME}={cookie}".encode())]
        return asyncio.run(recognised(Request({"type": "http", "headers": headers})))  # type: ignore[arg-type]

    assert knock() == knock()
    assert asked == 1
    knock("another")
    assert asked == 2
    is_open, now = False, 15.1
    for _ in range(2):
        with pytest.raises(DoorClosedError):
            knock()
    assert asked == 4
