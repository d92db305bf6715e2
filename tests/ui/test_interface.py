from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from rag.domain import AnswerStatus, ModelUsage, Question
from rag.settings import HelpSettings, Settings
from tests.applications import interfaces
from tests.fakes import MEASURES, FakeAssistant, listed, sample_documents
from tests.ui.conftest import Open
from tests.ui.test_serialise import QUESTIONS
from ui.api_descriptions import EXAMPLES, RESPONSES
from ui.interface import Route, routes_of
from ui.openai_wire import ChatBody
from ui.public_types import (
    AnswerGiven,
    AnswerKept,
    Catalogue,
    DocumentRead,
    Fault,
    FeedbackStored,
    PlacesKnown,
    SearchFound,
)
from ui.serialise import answer_to_json, document_to_json
from ui.wording import Language


def description() -> dict[str, Any]:
    async def build() -> dict[str, Any]:
        return interfaces(FakeAssistant(), Settings()).openapi()

    return asyncio.run(build())


DOCUMENT = description()
ROUTES = routes_of(DOCUMENT)


def by_name(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize(("text", "status"), QUESTIONS.items())
def test_an_answer_has_exactly_the_fields_that_are_described(text: str, status: AnswerStatus) -> None:
    written = answer_to_json(FakeAssistant().answer(Question(text)), Language.EN, HelpSettings())
    assert AnswerGiven.model_validate(written).status is status


def test_a_usage_has_exactly_the_fields_that_are_described() -> None:
    answer = listed(sample_documents()[0], MEASURES, "问", usage=ModelUsage("m", 3, 4, 0.5, True))
    read = AnswerGiven.model_validate(answer_to_json(answer, Language.EN, HelpSettings())).usage
    assert read is not None
    assert (read.model, read.cost, read.estimated) == ("m", 0.5, True)


@pytest.mark.parametrize("position", range(4))
def test_a_document_has_exactly_the_fields_that_are_described(position: int) -> None:
    document = sample_documents()[position]
    assert DocumentRead.model_validate(document_to_json(document, 3)).text == document.text


def test_lists_and_errors_have_exactly_the_fields_that_are_described(client: TestClient) -> None:
    assert SearchFound.model_validate(client.get("/api/v1/search?question=规划").json()).hits
    assert Catalogue.model_validate(client.get("/api/v1/documents").json()).documents
    assert PlacesKnown.model_validate(client.get("/api/v1/regions").json()).regions
    wrong = client.get("/api/v1/search?question=x&top=0").json()
    assert Fault.model_validate(wrong).error.field == "top"


def test_the_examples_are_what_the_types_say() -> None:
    answer = AnswerGiven.model_validate(EXAMPLES["ask"])
    cited, statement = answer.citations[0], answer.statements[0]
    assert len(cited.quote) == cited.end - cited.start
    assert cited.span and statement.span
    assert cited.quote[cited.span[0] - cited.start : cited.span[1] - cited.start] == "户籍所在地乡镇卫生院"
    assert statement.text[statement.span[0] : statement.span[1]] == "户籍所在地乡镇卫生院"
    hit = SearchFound.model_validate(EXAMPLES["search"]).hits[0]
    assert len(hit.text) == hit.end - hit.start
    PlacesKnown.model_validate(EXAMPLES["regions"])
    assert FeedbackStored.model_validate(RESPONSES["feedback"]).stored


@pytest.mark.parametrize("route", ROUTES, ids=by_name)
def test_every_route_says_what_it_is_for_what_it_takes_and_how_it_ends(route: Route) -> None:
    assert route.summary and route.description and route.tag
    assert [one.name for one in (*route.taken, *route.given) if not one.meaning] == []
    assert [outcome for outcome in route.outcomes if not outcome.meaning] == []
    assert {"200", "201"} & {outcome.status for outcome in route.outcomes}


@pytest.mark.parametrize("route", [route for route in ROUTES if route.tag != "probes"], ids=by_name)
def test_every_route_but_the_probes_describes_its_errors(route: Route) -> None:
    assert {outcome.status for outcome in route.outcomes} >= {"404", "503"}
    assert DOCUMENT["paths"][route.path][route.method.lower()]["responses"]["503"]["content"]["application/json"]


def test_the_examples_of_requests_are_taken(open_client: Open) -> None:
    client = open_client(FakeAssistant())
    answer = DOCUMENT["paths"]["/api/v1/ask"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert client.post("/api/v1/ask", json={**answer, "region": None}).status_code == 200
    chat = DOCUMENT["paths"]["/v1/chat/completions"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert ChatBody.model_validate(chat).question() == Question("育儿补贴怎么领？", "云溪县")


def test_null_fields_stay_in_the_examples() -> None:
    good = DOCUMENT["paths"]["/api/v1/ask"]["post"]["responses"]["200"]["content"]["application/json"]
    assert good["example"] == EXAMPLES["ask"] | {"receipt": RESPONSES["ask_kept"]["receipt"]}
    assert AnswerKept.model_validate(good["example"]).usage is None


def test_the_description_names_every_route_of_the_application(client: TestClient) -> None:
    served = client.get("/api/v1/openapi.json").json()
    assert served["paths"] == DOCUMENT["paths"]
    assert "quote == text[start:end]" in served["info"]["description"]


def test_the_page_of_documentation_needs_no_script_and_nothing_from_elsewhere(client: TestClient) -> None:
    response = client.get("/docs")
    assert "unsafe" not in response.headers["content-security-policy"]
    assert "<script" not in response.text
    assert re.findall(r'(?:src|href)="(?:https?:)?//', response.text) == []
    for route in ROUTES:
        assert f"<code>{route.method} {route.path}</code>" in response.text
    for style in re.findall(r'rel="stylesheet" href="([^"]+)"', response.text):
        assert client.get(style).status_code == 200


def test_the_page_marks_up_what_the_descriptions_mark_and_nothing_else(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "<strong>A second <code>status</code> means begin anew</strong>" in page
    assert "&quot;question&quot;: &quot;育儿补贴怎么领？&quot;" in page
