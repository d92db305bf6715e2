from __future__ import annotations

import logging
import socket
import threading
import time
import traceback

import pytest

from rag.domain import ModelUsage
from rag.errors import ConfigError, LanguageModelError
from rag.llm import open_chat_model
from rag.model_failure import FailureReason, ModelCallError
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


def failure_of(server: ModelServer, fault: Fault) -> ModelCallError:
    server.fault = fault
    model = model_for(server.url)
    started = time.monotonic()
    with pytest.raises(ModelCallError) as caught:
        list(model.stream("system", "user"))
    assert time.monotonic() - started < DEADLINE_S + SLACK_S
    return caught.value


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


def test_further_fields_of_the_settings_are_sent_and_cannot_replace_what_is_ours() -> None:
    with model_server() as server:
        list(model_for(server.url, request_fields={"enable_thinking": False}).stream("规则", "问题"))
        assert server.requests[0]["enable_thinking"] is False
        assert server.requests[0]["max_tokens"] == 321
    with pytest.raises(ValueError, match="request_fields cannot set messages"):
        settings_for(server.url, request_fields={"messages": []})


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
    ("fault", "reason", "words"),
    [
        (Fault.SLOW_FIRST_BYTE, FailureReason.LATE, "no complete answer within 1.5 s"),
        (Fault.DRIP, FailureReason.LATE, "no complete answer within 1.5 s"),
        (Fault.CUT, FailureReason.CUT, "the stream ended before the answer was complete"),
        (Fault.LENGTH, FailureReason.CUT, "the answer was cut at max_tokens"),
        (Fault.CONTENT_FILTER, FailureReason.CUT, "the model did not finish normally"),
        (Fault.EMPTY, FailureReason.EMPTY, "the answer is empty"),
        (Fault.EMPTY_CHOICES, FailureReason.CUT, "the stream ended before the answer was complete"),
        (Fault.ENDLESS, FailureReason.CUT, "the answer is longer than max_tokens allows"),
        (Fault.HTML, FailureReason.UNREADABLE, "language model stub: "),
        (Fault.GARBAGE_JSON, FailureReason.UNREADABLE, "the answer cannot be read"),
        (Fault.UNAUTHORIZED, FailureReason.REFUSED, "the server refused the key"),
        (Fault.NOT_FOUND, FailureReason.REFUSED, "the server does not know the model or the address"),
        (Fault.TOO_MANY_REQUESTS, FailureReason.BUSY, "the server has too many requests"),
        (Fault.SERVER_ERROR, FailureReason.UNREACHABLE, "the server answered with status 500"),
        (Fault.REDIRECT, FailureReason.REFUSED, "the server answered with status 307"),
        (Fault.RESET, FailureReason.UNREACHABLE, "the server cannot be reached"),
    ],
)
def test_every_fault_becomes_one_error_within_the_deadline(fault: Fault, reason: FailureReason, words: str) -> None:
    with model_server() as server:
        failure = failure_of(server, fault)
        assert failure.reason is reason
        assert words in str(failure)
        assert len(server.requests) == 1, "a failed answer is not asked for again"
    wait_until_no_call_runs()


def test_a_server_that_knows_no_stream_options_is_asked_again_without_them_and_once_only() -> None:
    with model_server(reply="好的。[1]", fault=Fault.OLD) as server:
        model = model_for(server.url, deadline_s=20)
        assert "".join(model.stream("s", "u")) == "好的。[1]"
        assert "".join(model.stream("s", "u")) == "好的。[1]"
    assert ["stream_options" in request for request in server.requests] == [True, False, False]


def test_a_request_that_is_refused_for_another_reason_is_an_error_both_times() -> None:
    with model_server() as server:
        assert failure_of(server, Fault.BAD_REQUEST).reason is FailureReason.REFUSED
        assert len(server.requests) == 2


def test_what_the_server_says_it_used_is_counted_once() -> None:
    counted: list[ModelUsage] = []
    with model_server(reply="好的。[1]") as server:
        server.usage = (120, 30)
        list(
            model_for(server.url, deadline_s=20, price_prompt=2.0, price_completion=8.0).stream(
                "s", "u", counted.append
            )
        )
    assert counted == [ModelUsage("stub", 120, 30, 0.00048)]


def test_a_sum_that_is_told_with_every_piece_is_not_added_up() -> None:
    counted: list[ModelUsage] = []
    with model_server(reply="好的。好的。[1]", fault=Fault.LOUD) as server:
        list(model_for(server.url, deadline_s=20).stream("s", "u", counted.append))
    assert [(usage.prompt_tokens, usage.completion_tokens) for usage in counted] == [(7, 3)]


def test_a_server_that_does_not_say_is_counted_roughly_and_marked() -> None:
    counted: list[ModelUsage] = []
    with model_server(reply="签约居民每年体检一次。[1]") as server:
        list(model_for(server.url, deadline_s=20).stream("规则", "问题", counted.append))
    (usage,) = counted
    assert usage.estimated
    assert usage.prompt_tokens == 4
    assert usage.completion_tokens >= 12
    assert usage.cost is None


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.DRIP, Fault.ENDLESS])
def test_what_was_written_before_a_failure_is_counted(fault: Fault) -> None:
    counted: list[ModelUsage] = []
    with model_server(fault=fault) as server, pytest.raises(ModelCallError):
        list(model_for(server.url).stream("规则", "问题", counted.append))
    (usage,) = counted
    assert usage.estimated
    assert usage.completion_tokens > 4


@pytest.mark.parametrize("fault", [Fault.UNAUTHORIZED, Fault.SERVER_ERROR, Fault.RESET, Fault.TOO_MANY_REQUESTS])
def test_a_request_that_is_turned_away_costs_nothing(fault: Fault) -> None:
    counted: list[ModelUsage] = []
    with model_server(fault=fault) as server, pytest.raises(ModelCallError):
        list(model_for(server.url, price_prompt=1.0).stream("规则", "问题", counted.append))
    assert counted == [ModelUsage("stub", 0, 0, 0.0)]


def test_a_reader_who_leaves_is_still_counted() -> None:
    counted: list[ModelUsage] = []
    with model_server(fault=Fault.DRIP) as server:
        pieces = iter(model_for(server.url, deadline_s=60).stream("s", "u", counted.append))
        next(pieces)
        pieces.close()  # type: ignore[attr-defined]
    assert [usage.model for usage in counted] == ["stub"]


def test_pieces_that_came_in_time_count_for_a_reader_who_takes_them_late() -> None:
    with model_server(reply="签约居民每年体检一次。[1]") as server:
        pieces = iter(model_for(server.url).stream("s", "u"))
        first = next(pieces)
        time.sleep(DEADLINE_S + 0.3)
        assert first + "".join(pieces) == "签约居民每年体检一次。[1]"


def test_a_model_that_is_switched_off_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for("http://127.0.0.1:1/v1")
    assert open_chat_model(settings_for("http://127.0.0.1:1/v1", enabled=False)) is None
    for word in ("0", "false", "OFF", " no "):
        monkeypatch.setenv("POLICYCHAT_LLM_ENABLED", word)
        assert open_chat_model(settings) is None
    for word in ("1", "", "true"):
        monkeypatch.setenv("POLICYCHAT_LLM_ENABLED", word)
        assert open_chat_model(settings) is not None
        assert open_chat_model(settings.model_copy(update={"enabled": False})) is None


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
