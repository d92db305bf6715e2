from __future__ import annotations

import logging
import socket
import threading
import time
import traceback

import pytest

from rag.errors import ConfigError, LanguageModelError
from rag.llm import is_loopback, open_chat_model, token_limit, why_incomplete
from rag.ports import ChatModel
from rag.settings import LanguageModelSettings
from tests.model_server import Fault, ModelServer, model_server

KEY = "sk-very-secret-4711"
DEADLINE_S = 1.5
SLACK_S = 4.0  # a promise about the deadline on a busy machine, not a measurement


def settings_for(url: str, **changes: object) -> LanguageModelSettings:
    values = {"model": "stub", "base_url": url, "deadline_s": DEADLINE_S, "max_tokens": 321, **changes}
    return LanguageModelSettings.model_validate(values)


def model_for(url: str, **changes: object) -> ChatModel:
    model = open_chat_model(settings_for(url, **changes))
    assert model is not None
    return model


def failure_of(server: ModelServer, fault: Fault) -> str:
    server.fault = fault
    model = model_for(server.url)
    started = time.monotonic()
    with pytest.raises(LanguageModelError) as caught:
        list(model.stream("system", "user"))
    assert time.monotonic() - started < DEADLINE_S + SLACK_S
    return str(caught.value)


def wait_until_no_call_runs() -> None:
    for _ in range(100):
        if not any(thread.name == "language-model" for thread in threading.enumerate()):
            return
        time.sleep(0.05)
    pytest.fail("a language-model thread is still running")


def test_without_a_model_name_there_is_no_model() -> None:
    assert open_chat_model(LanguageModelSettings()) is None


def test_a_complete_answer_arrives_in_pieces() -> None:
    with model_server(reply="签约居民每年体检一次。[1]") as server:
        pieces = list(model_for(server.url).stream("规则", "问题"))
    assert "".join(pieces) == "签约居民每年体检一次。[1]"
    assert len(pieces) > 1


def test_the_request_carries_both_messages_and_the_limits() -> None:
    with model_server() as server:
        list(model_for(server.url, temperature=0.25).stream("规则", "问题"))
        request = server.requests[0]
    assert [(m["role"], m["content"]) for m in request["messages"]] == [("system", "规则"), ("user", "问题")]
    assert request["model"] == "stub"
    assert request["stream"] is True
    assert request["max_tokens"] == 321
    assert request["temperature"] == 0.25


def test_one_model_answers_again_and_from_several_threads() -> None:
    answers: list[str] = []
    with model_server(reply="是的。[1]") as server:
        model = model_for(server.url, deadline_s=20)
        threads = [threading.Thread(target=lambda: answers.append("".join(model.stream("s", "u")))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        answers.append("".join(model.stream("s", "u")))
    assert answers == ["是的。[1]"] * 5


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.SLOW_FIRST_BYTE, "no complete answer within 1.5 s"),
        (Fault.DRIP, "no complete answer within 1.5 s"),
        (Fault.CUT, "the stream ended before the answer was complete"),
        (Fault.LENGTH, "the answer was cut at max_tokens"),
        (Fault.CONTENT_FILTER, "the model did not finish normally"),
        (Fault.EMPTY, "the answer is empty"),
        (Fault.EMPTY_CHOICES, "language model stub: "),
        (Fault.ENDLESS, "the answer is longer than max_tokens allows"),
        (Fault.HTML, "language model stub: "),
        (Fault.GARBAGE_JSON, "the answer cannot be read"),
        (Fault.UNAUTHORIZED, "the server refused the key"),
        (Fault.NOT_FOUND, "the server does not know the model or the address"),
        (Fault.TOO_MANY_REQUESTS, "the server has too many requests"),
        (Fault.SERVER_ERROR, "the server answered with status 500"),
        (Fault.REDIRECT, "the server answered with status 307"),
    ],
)
def test_every_fault_becomes_one_error_within_the_deadline(fault: Fault, reason: str) -> None:
    with model_server() as server:
        message = failure_of(server, fault)
        assert reason in message
        assert len(server.requests) == 1, "a failed answer is not asked for again"
    wait_until_no_call_runs()


def test_the_deadline_closes_the_connection_of_a_dripping_server() -> None:
    with model_server() as server:
        failure_of(server, Fault.DRIP)
        assert server.client_left.wait(SLACK_S)


def test_a_reader_who_leaves_stops_the_model() -> None:
    with model_server(fault=Fault.DRIP) as server:
        pieces = iter(model_for(server.url, deadline_s=60).stream("s", "u"))
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
        assert server.client_left.wait(SLACK_S)
    wait_until_no_call_runs()


def test_a_refused_connection_is_an_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(LanguageModelError, match="cannot be reached"):
        list(model_for(f"http://127.0.0.1:{port}/v1").stream("s", "u"))


def test_a_server_that_accepts_and_says_nothing_is_cut_at_the_deadline() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(LanguageModelError, match=r"within 1\.5 s"):
            list(model_for(f"http://127.0.0.1:{silent.getsockname()[1]}/v1").stream("s", "u"))
    wait_until_no_call_runs()


def test_the_key_comes_from_the_named_variable_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-program")
    with model_server() as server:
        list(model_for(server.url, api_key_env="MY_KEY").stream("s", "u"))
        list(model_for(server.url, api_key_env="NOT_SET_ANYWHERE").stream("s", "u"))
    assert server.keys[0] == f"Bearer {KEY}"
    assert "another" not in server.keys[1]


def test_the_key_is_in_no_message_even_when_the_server_repeats_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    caplog.set_level(logging.INFO)
    with model_server(fault=Fault.UNAUTHORIZED) as server:
        with pytest.raises(LanguageModelError) as caught:
            list(model_for(server.url, api_key_env="MY_KEY").stream("s", "u"))
        assert server.keys == [f"Bearer {KEY}"]
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in repr(caught.value.__context__)
    assert KEY not in caplog.text


def test_proxy_variables_do_not_lead_away_from_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with model_server(reply="好的。[1]") as server:
        assert "".join(model_for(server.url).stream("s", "u")) == "好的。[1]"


def test_an_unknown_provider_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    settings = settings_for("http://127.0.0.1:1/v1", provider="no-such-provider", api_key_env="MY_KEY")
    with pytest.raises(ConfigError, match="no-such-provider") as caught:
        open_chat_model(settings)
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("finish", "complete"),
    [
        ({"finish_reason": "stop"}, True),
        ({"finish_reason": "STOP"}, True),
        ({"done_reason": "stop"}, True),
        ({"stop_reason": "end_turn"}, True),
        ({"finish_reason": "length"}, False),
        ({"stop_reason": "max_tokens"}, False),
        ({"finish_reason": "tool_calls"}, False),
        ({"finish_reason": None}, False),
        ({}, False),
    ],
)
def test_only_a_declared_normal_end_is_complete(finish: dict[str, object], complete: bool) -> None:
    assert (why_incomplete(finish, written=True) is None) is complete
    assert why_incomplete(finish, written=False) is not None


def test_the_length_limit_uses_the_word_that_the_server_knows() -> None:
    assert token_limit("https://api.openai.com/v1", 9) == {"max_tokens": 9}
    assert token_limit("http://127.0.0.1:11434/v1", 9) == {"extra_body": {"max_tokens": 9}}
    assert token_limit("https://notopenai.com/v1", 9) == {"extra_body": {"max_tokens": 9}}


def test_only_this_machine_is_loopback() -> None:
    assert is_loopback("http://127.0.0.1:11434/v1")
    assert is_loopback("http://localhost/v1")
    assert is_loopback("http://[::1]:8000/v1")
    assert not is_loopback("http://127.0.0.1.example.org/v1")
    assert not is_loopback("http://10.0.0.1/v1")
