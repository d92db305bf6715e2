"""Many people at once: everybody gets the answer to their own question, and nobody anybody else's."""

from __future__ import annotations

import asyncio
import json

import httpx

from rag.settings import ServerSettings, Settings
from tests.applications import built
from tests.fakes import MEASURES, FakeAssistant
from tests.servers import running

PEOPLE = 20
QUESTIONS = (("青石县有哪些保障措施？", MEASURES[0]), ("白河市有哪些保障措施？", "建立工作专班，按月通报。"))


def test_twenty_people_at_once_each_get_their_own_answer() -> None:
    async def ask(client: httpx.AsyncClient, number: int) -> tuple[str, str]:
        question, wanted = QUESTIONS[number % 2]
        body = {"question": question, "history": [f"第{number}个人先问的"]}
        reply = await client.post("/page/ask", json=body)
        assert reply.status_code == 200, reply.text
        (done,) = [part for part in reply.text.split("\n\n") if part.startswith("event: done")]
        data = json.loads(done.split("data: ", 1)[1])
        assert data["question"] == question
        assert wanted in data["html"]
        other = QUESTIONS[(number + 1) % 2][1]
        assert other not in data["html"]
        return data["receipt"], question

    async def everybody(address: str) -> list[tuple[str, str]]:
        async with httpx.AsyncClient(base_url=address, timeout=60) as client:
            given = await asyncio.gather(*(ask(client, number) for number in range(PEOPLE)))
            turns = (await client.post("/page/turns", json={"receipts": [receipt for receipt, _ in given]})).json()
        assert [turn["question"] for turn in turns["turns"]] == [question for _, question in given]
        return given

    settings = Settings(server=ServerSettings(concurrency=4))
    with running(built(FakeAssistant(), settings)) as address:
        given = asyncio.run(everybody(address))
    assert len({receipt for receipt, _ in given}) == PEOPLE
