"""All that a model does for one answer ends by one deadline, and is counted together."""

from __future__ import annotations

import time

import pytest

from rag.domain import ModelUsage
from rag.llm import open_chat_model
from rag.model_failure import FailureReason, ModelCallError
from rag.one_answer import OneAnswer
from rag.ports import ChatModel
from rag.settings import LanguageModelSettings
from rag.usage import added
from tests.model_server import Fault, model_server

SLACK_S = 4.0  # a promise about the deadline on a busy machine, not a measurement


def model_at(url: str) -> ChatModel:
    model = open_chat_model(LanguageModelSettings(model="stub", base_url=url, deadline_s=60.0))
    assert model is not None
    return model


def test_the_calls_for_one_answer_end_by_one_deadline() -> None:
    with model_server(fault=Fault.SLOW_FIRST_BYTE) as server:
        model = model_at(server.url)
        began = time.monotonic()
        turn = OneAnswer(model, 1.5)
        for _ in range(3):
            with pytest.raises(ModelCallError) as caught:
                list(turn.stream("s", "u"))
            assert caught.value.reason is FailureReason.LATE
        assert time.monotonic() - began < 1.5 + SLACK_S
        assert len(server.requests) == 1


def test_a_part_of_the_time_leaves_the_rest_for_the_answer() -> None:
    with model_server(fault=Fault.SLOW_FIRST_BYTE) as server:
        turn = OneAnswer(model_at(server.url), 30.0)
        with pytest.raises(ModelCallError):
            list(turn.limited(1.0).stream("s", "u"))
        server.fault = Fault.OK
        assert "".join(turn.stream("s", "u")) == server.reply


def test_what_all_calls_took_is_added_up() -> None:
    told: list[ModelUsage] = []
    with model_server() as server:
        server.usage = (10, 5)
        turn = OneAnswer(model_at(server.url), 30.0)
        assert turn.usage is None
        for _ in range(2):
            list(turn.stream("s", "u", told.append))
    assert told == [ModelUsage("stub", 10, 5)] * 2
    assert turn.usage == ModelUsage("stub", 20, 10)


def test_a_server_that_knows_no_stream_options_is_remembered_over_answers() -> None:
    with model_server(fault=Fault.OLD) as server:
        model = model_at(server.url)
        for _ in range(2):
            list(OneAnswer(model, 30.0).stream("s", "u"))
    assert ["stream_options" in request for request in server.requests] == [True, False, False]


def test_use_is_added_with_its_cost_and_its_doubt() -> None:
    one, other = ModelUsage("m", 1, 2, 0.5), ModelUsage("m", 10, 20, None, estimated=True)
    assert added(one, other) == ModelUsage("m", 11, 22, 0.5, estimated=True)
    assert added(None, other) == other
    assert added(one, None) == one
    assert added(None, None) is None
