from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.domain import Answer, AnswerStatus, Document, GuardReason
from rag.settings import HelpSettings, ServerSettings
from tests.ui.documents import HeadingAssistant, notice
from ui.answered import Answered
from ui.desk import Desk
from ui.faults import install_faults
from ui.holdings import Shelf
from ui.page_more import build_more
from ui.receipts import passing_receipts
from ui.wording import Language

GRANT = notice("青石县高龄津贴发放办法", "津贴对象", "发放标准", "办理程序")
HOSTILE = notice('青石县高龄"><img src=x>津贴发放办法', "津贴对象", "发放标准", "办理程序")
FOUND = "青石县高龄津贴给谁？"


@pytest.fixture
def assistant() -> HeadingAssistant:
    return HeadingAssistant(GRANT)


@pytest.fixture
def answered(assistant: HeadingAssistant) -> Answered:
    return Answered(assistant, passing_receipts(), HelpSettings())


@pytest.fixture
def client(assistant: HeadingAssistant, answered: Answered) -> Iterator[TestClient]:
    desk = Desk(ServerSettings())
    app = FastAPI()
    app.include_router(build_more(answered, desk, Shelf(assistant)))
    install_faults(app, HelpSettings())
    with TestClient(app) as client:
        yield client
    desk.close()


def more(client: TestClient, answered: Answered, answer: Answer, region: str | None = None, **body: object) -> Any:
    receipt = answered.receipts.issue(answer, Language.ZH_HANS, region)
    return client.post("/page/more", json={"receipt": receipt, "lang": "zh-Hans", **body})


def about(question: str, document: Document = GRANT) -> Answer:
    return HeadingAssistant.from_passage(document, document.sections[0].start, question)


def test_an_answer_is_followed_by_questions_as_buttons(client: TestClient, answered: Answered) -> None:
    html = more(client, answered, about(FOUND), "青石县").json()["html"]
    assert "还想了解" in html
    assert (
        '<button type="button" class="suggestion" data-question="青石县高龄津贴的发放标准是多少？" data-region="青石县">'
        "青石县高龄津贴的发放标准是多少？</button>" in html
    )


def test_what_was_asked_on_the_page_is_not_offered(client: TestClient, answered: Answered) -> None:
    html = more(client, answered, about(FOUND), asked=["青石县高龄津贴的发放标准是多少？"]).json()["html"]
    assert "发放标准" not in html
    assert "办理程序" in html


def test_a_refusal_says_what_was_searched_and_offers_the_nearest(client: TestClient, answered: Answered) -> None:
    html = more(client, answered, Answer(AnswerStatus.NO_EVIDENCE, "高龄津贴会涨吗？"), "青石县").json()["html"]
    assert "这里查了青石县的 1 份文件，也查了另外 0 份文件" in html
    assert "这些相近的问题有依据" in html
    assert "data-question=" in html


def test_a_refusal_without_anything_near_only_says_what_was_searched(client: TestClient, answered: Answered) -> None:
    html = more(client, answered, Answer(AnswerStatus.NO_EVIDENCE, "养狗要办证吗？")).json()["html"]
    assert "这里查了全部 1 份文件" in html
    assert "button" not in html


def test_a_guarded_question_is_followed_by_nothing(client: TestClient, answered: Answered) -> None:
    answer = Answer(AnswerStatus.ROUTED, "高龄津贴胸口痛", guarded=GuardReason.EMERGENCY)
    assert more(client, answered, answer).json() == {"html": ""}


def test_a_traditional_question_is_followed_by_traditional_ones(client: TestClient, answered: Answered) -> None:
    html = more(client, answered, about("高齡津貼給誰？"), "青石县").json()["html"]
    assert "還想了解" in html
    assert 'data-question="青石縣高齡津貼的發放標準是多少？"' in html
    assert 'data-region="青石县"' in html


def test_an_english_page_marks_the_questions_as_chinese(client: TestClient, answered: Answered) -> None:
    html = more(client, answered, about(FOUND), lang="en").json()["html"]
    assert "You may also want to know" in html
    assert 'lang="zh"' in html


def test_a_foreign_receipt_is_refused(client: TestClient) -> None:
    response = client.post("/page/more", json={"receipt": "e30." + "A" * 43, "lang": "zh-Hans"})
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "receipt"


def test_only_json_is_taken(client: TestClient) -> None:
    assert client.post("/page/more", content="{}", headers={"content-type": "text/plain"}).status_code == 415


def test_the_title_of_a_document_cannot_leave_its_button(
    client: TestClient, answered: Answered, assistant: HeadingAssistant
) -> None:
    assistant.kept = (HOSTILE,)
    html = more(client, answered, about(FOUND, HOSTILE)).json()["html"]
    assert "<img" not in html
    assert "&quot;&gt;&lt;img src=x&gt;津贴" in html


def test_nothing_published_offers_nothing(client: TestClient, answered: Answered, assistant: HeadingAssistant) -> None:
    assistant.generation = None
    assert more(client, answered, about(FOUND)).json() == {"html": ""}
