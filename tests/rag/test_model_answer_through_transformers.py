"""The model's turn against a server that is none of ours: `transformers serve`, with models made on the spot."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from rag.domain import Answer, AnswerFinished, AnswerMode, ModelUsage, NoticeKind, StatementSaid
from rag.llm import open_chat_model
from rag.model_answer import events_with_model
from rag.settings import LanguageModelSettings
from tests.rag.test_model_answer import AMOUNT, DRAFT, EVIDENCE, QUESTION, TEXT, told
from tests.transformers_server import TransformersServer, transformers_server

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(find_spec("transformers.cli.serve") is None, reason="this transformers has no serve command"),
]

REPLY = (
    "村医岗位补贴",
    "每人每月",
    "500元。",
    "[1]",
    "\n补贴由",
    "乡镇卫生院",
    "负责考核",
    "。[1]",
    "\n另有",
    "800元奖金。[1]",
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TransformersServer]:
    with transformers_server(tmp_path_factory.mktemp("serve"), REPLY) as running:
        yield running


def answered(server: TransformersServer, name: str) -> Answer:
    settings = LanguageModelSettings(model=name, base_url=server.url, deadline_s=60.0, max_tokens=60)
    model = open_chat_model(settings)
    assert model is not None
    happened = list(events_with_model(model, QUESTION, DRAFT, EVIDENCE))
    assert any(isinstance(event, StatementSaid) for event in happened)
    assert isinstance(happened[-1], AnswerFinished)
    return told(happened)


def test_what_a_real_server_streams_is_verified_shown_and_counted(server: TransformersServer) -> None:
    answer = answered(server, server.speaking)
    assert answer.mode is AnswerMode.GENERATIVE
    assert [statement.text for statement in answer.statements] == [AMOUNT[:-4], "补贴由乡镇卫生院负责考核。"]
    assert answer.dropped_statements == 1
    assert all(citation.quote in TEXT for citation in answer.citations)
    usage = answer.usage
    assert isinstance(usage, ModelUsage)
    assert not usage.estimated
    assert usage.completion_tokens >= len(REPLY)
    assert usage.prompt_tokens > 500


def test_a_real_model_that_babbles_gives_way_to_the_quotations(server: TransformersServer) -> None:
    answer = answered(server, server.babbling)
    assert answer.mode is AnswerMode.EXTRACTIVE
    assert answer.statements == DRAFT.statements
    assert [
        notice.values.get("reason") for notice in answer.notices if notice.kind is NoticeKind.MODEL_UNAVAILABLE
    ] == ["cut"]
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 60


def test_a_model_that_a_real_server_does_not_have_gives_way(server: TransformersServer) -> None:
    answer = answered(server, server.speaking + "-not-there")
    assert (answer.mode, answer.statements) == (AnswerMode.EXTRACTIVE, DRAFT.statements)
