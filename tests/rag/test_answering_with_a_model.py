"""The whole read path with a language model: a real HTTP server on one side, a published corpus on the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rag.bootstrap import PolicyAssistant, open_assistant
from rag.domain import Answer, AnswerMode, AnswerStatus, NoticeKind, Question
from rag.settings import LanguageModelSettings, Settings
from tests.model_server import Fault, ModelServer, model_server

QUESTION = Question("青棠县老年人体检项目有哪些？")
REPLY = "体检包括血常规、尿常规、肝功能、肾功能和心电图。[1]"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with model_server(REPLY) as running:
        yield running


@pytest.fixture
def assistant(served: Settings, model: ModelServer) -> Iterator[PolicyAssistant]:
    llm = LanguageModelSettings(model="tiny", base_url=f"{model.url}/v1", deadline_s=2.0)
    opened = open_assistant(served.model_copy(update={"llm": llm}))
    yield opened
    opened.close()


def assert_quoted(assistant: PolicyAssistant, answer: Answer) -> None:
    assert answer.citations
    for citation in answer.citations:
        assert assistant.document(citation.document_id).text[citation.start : citation.end] == citation.quote


def test_what_the_model_writes_is_shown_with_verbatim_quotes_and_its_label(
    assistant: PolicyAssistant, model: ModelServer
) -> None:
    answer = assistant.answer(QUESTION)
    assert (answer.status, answer.mode) == (AnswerStatus.ANSWERED, AnswerMode.GENERATIVE)
    assert [statement.text for statement in answer.statements] == ["体检包括血常规、尿常规、肝功能、肾功能和心电图。"]
    assert NoticeKind.AI_GENERATED in {notice.kind for notice in answer.notices}
    assert model.requests[0]["stream"] is True
    assert_quoted(assistant, answer)


def test_a_figure_the_model_made_up_is_not_shown(assistant: PolicyAssistant, model: ModelServer) -> None:
    model.reply = "体检包括血常规、尿常规、肝功能、肾功能和心电图。[1]\n体检收费为80元。[1]"
    answer = assistant.answer(QUESTION)
    assert "80" not in "".join(statement.text for statement in answer.statements)
    assert answer.dropped_statements == 1


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.DRIP, Fault.SERVER_ERROR, Fault.HTML, Fault.EMPTY, Fault.LENGTH])
def test_a_failing_model_gives_way_to_quotations(assistant: PolicyAssistant, model: ModelServer, fault: Fault) -> None:
    model.fault = fault
    answer = assistant.answer(QUESTION)
    assert (answer.status, answer.mode) == (AnswerStatus.ANSWERED, AnswerMode.EXTRACTIVE)
    assert NoticeKind.AI_GENERATED not in {notice.kind for notice in answer.notices}
    assert_quoted(assistant, answer)


def test_the_model_is_not_asked_where_there_is_no_evidence(assistant: PolicyAssistant, model: ModelServer) -> None:
    answer = assistant.answer(Question("青棠县近视手术补助多少钱？"))
    assert answer.status is AnswerStatus.NO_EVIDENCE
    assert [route.number for route in answer.routes] == ["12345", "12320"]
    assert model.requests == []
