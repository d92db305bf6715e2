from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from rag.domain import Answer, Question
from rag.errors import BusyError
from tests.fakes import MEASURES, FakeAssistant
from tests.ui.conftest import Open
from tests.ui.test_render import outline

LIST = "青石县有哪些保障措施？"


def test_a_form_gets_the_same_statements_and_sources(client: TestClient) -> None:
    page = outline(client.post("/ask", data={"question": LIST, "region": ""}).text)
    assert [value for tag, value in page.texts if tag == "span" and value in MEASURES] == list(MEASURES)
    marks = [value.removeprefix("#") for value in page.values("a", "href") if value and value.startswith("#source")]
    assert len(marks) == 5
    assert set(marks) <= set(page.values("figure", "id"))


def test_an_address_with_a_question_is_answered(client: TestClient) -> None:
    assert MEASURES[0] in client.get("/ask", params={"q": LIST}).text


def test_the_next_question_goes_on_from_the_last(client: TestClient) -> None:
    page = outline(client.post("/ask", data={"question": LIST, "history": "前面的问题"}).text)
    hidden = [value for tag, name, value in page.attributes if tag == "input" and name == "value"]
    assert "前面的问题" in hidden
    assert LIST in hidden


def test_a_place_offered_is_a_button_that_asks_for_it(client: TestClient) -> None:
    page = outline(client.post("/ask", data={"question": "有哪些保障措施？"}).text)
    values = [value for tag, name, value in page.attributes if (tag, name) == ("button", "value")]
    (option,) = [value for value in values if value and value.startswith("白河市\n")]
    assert "建立工作专班，按月通报。" in client.post("/ask", data={"question": "", "option": option}).text


def test_an_example_is_a_button_that_asks_it(client: TestClient) -> None:
    assert MEASURES[0] in client.post("/ask", data={"question": "", "example": LIST}).text


def test_without_a_question_it_is_the_first_screen(client: TestClient) -> None:
    page = client.get("/ask").text
    assert "<form" in page
    assert 'class="turn' not in page


def test_a_busy_server_says_so_with_its_status(open_client: Open) -> None:
    assistant = FakeAssistant()

    def busy(_: Question) -> Answer:
        raise BusyError("full")

    assistant.answer = busy  # type: ignore[method-assign]
    reply = open_client(assistant).post("/ask", data={"question": LIST})
    assert reply.status_code == 503
    assert "现在提问的人很多" in reply.text


@pytest.mark.parametrize("attack", ["</textarea><script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_what_is_sent_is_never_run(client: TestClient, attack: str) -> None:
    for reply in (
        client.post("/ask", data={"question": attack, "history": attack, "region": attack, "option": attack}),
        client.get("/ask", params={"q": attack, "region": attack, "lang": attack, "edition": attack}),
    ):
        page = outline(reply.text)
        assert [name for tag, name, _ in page.attributes if tag in ("script", "img") and name != "src"] == ["type"]
        assert "onerror" not in {name for _, name, _ in page.attributes}
