from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from rag.domain import Question
from tests.fakes import MEASURES, FakeAssistant
from tests.ui.conftest import Open
from tests.ui.test_render import outline

LIST = "青石县有哪些保障措施？"


def events(client: TestClient, **body: object) -> list[tuple[str, dict[str, Any]]]:
    """Ask as the page does, and return the events with their data."""
    reply = client.post("/page/ask", json=body)
    assert reply.status_code == 200, reply.text
    found = []
    for block in reply.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def answer(client: TestClient, **body: object) -> dict[str, Any]:
    name, done = events(client, **body)[-1]
    assert name == "done"
    return done


def test_an_answer_ends_with_its_markup_and_a_receipt(client: TestClient) -> None:
    done = answer(client, question=LIST)
    assert done["status"] == "answered"
    assert done["receipt"]
    turn = outline(done["html"])
    assert [value for tag, value in turn.texts if tag == "span" and value in MEASURES] == list(MEASURES)
    assert ("article", "data-receipt", done["receipt"]) in turn.attributes


def test_every_mark_leads_to_a_quote_that_is_there(client: TestClient) -> None:
    turn = outline(answer(client, question=LIST)["html"])
    marks = [value for value in turn.values("a", "href") if value and value.startswith("#")]
    quotes = turn.values("figure", "id")
    assert len(marks) == len(MEASURES)
    assert {mark.removeprefix("#") for mark in marks} <= set(quotes)


def test_two_answers_share_no_ids(client: TestClient) -> None:
    first, second = (outline(answer(client, question=LIST)["html"]).values("figure", "id") for _ in range(2))
    assert not set(first) & set(second)


def test_the_chosen_place_and_earlier_questions_go_to_the_assistant(open_client: Open) -> None:
    assistant = FakeAssistant()
    asked: list[Question] = []
    stream = assistant.stream
    assistant.stream = lambda question: (asked.append(question), stream(question))[1]  # type: ignore[method-assign]
    answer(open_client(assistant), question="谁负责？", region="白河市", history=["有哪些措施？"])
    assert asked == [Question("谁负责？", "白河市", ("有哪些措施？",))]


def test_an_answer_is_opened_again_from_its_receipt(client: TestClient) -> None:
    done = answer(client, question=LIST)
    (turn,) = client.post("/page/turns", json={"receipts": [done["receipt"]]}).json()["turns"]
    assert turn["ok"]
    assert turn["question"] == LIST
    assert outline(turn["html"]).values("a", "href") == outline(done["html"]).values("a", "href")


@pytest.mark.parametrize("receipt", ["", "x", "a.b", "ü" * 50, "A" * 3000])
def test_a_receipt_that_is_none_gives_a_sentence(client: TestClient, receipt: str) -> None:
    (turn,) = client.post("/page/turns", json={"receipts": [receipt]}).json()["turns"]
    assert not turn["ok"]
    assert "打不开" in turn["html"]


def test_a_receipt_that_was_changed_is_not_believed(client: TestClient) -> None:
    receipt = answer(client, question=LIST)["receipt"]
    middle = len(receipt) // 2
    changed = receipt[:middle] + ("A" if receipt[middle] != "A" else "B") + receipt[middle + 1 :]
    (turn,) = client.post("/page/turns", json={"receipts": [changed]}).json()["turns"]
    assert not turn["ok"]


def test_an_empty_question_gets_a_sentence_and_no_receipt(client: TestClient) -> None:
    done = answer(client, question="  ")
    assert done["status"] == "invalid"
    assert "请先写下您的问题" in done["html"]
    assert done["receipt"] == ""


def test_an_error_in_the_middle_is_the_last_event_and_tells_nothing_of_the_inside(open_client: Open) -> None:
    assistant = FakeAssistant()

    def breaking(_: Question) -> Any:
        yield from list(FakeAssistant().stream(Question(LIST)))[:1]
        raise RuntimeError("secret path /etc/thing")

    assistant.stream = breaking  # type: ignore[method-assign]
    name, fault = events(open_client(assistant), question=LIST)[-1]
    assert name == "fault"
    assert fault["code"] == "internal"
    assert "secret" not in json.dumps(fault)


@pytest.mark.parametrize("body", ["question=x", "[]", '{"question": 5}', '{"history": "x"}', "{"])
def test_a_body_that_is_no_question_is_refused(client: TestClient, body: str) -> None:
    reply = client.post("/page/ask", content=body, headers={"content-type": "application/json"})
    assert reply.status_code in (400, 422)
    assert reply.json()["error"]["message"]


def test_a_form_from_another_site_cannot_ask_for_the_reader(client: TestClient) -> None:
    reply = client.post("/page/ask", content='{"question": "x"}', headers={"content-type": "text/plain"})
    assert reply.status_code in (400, 415, 422)


def test_examples_are_those_of_the_place(client: TestClient) -> None:
    everywhere = client.get("/page/examples").json()["html"]
    there = client.get("/page/examples", params={"region": "白河市"}).json()["html"]
    assert "青石县" in everywhere
    assert "青石县" not in there
    assert "白河市" in there
