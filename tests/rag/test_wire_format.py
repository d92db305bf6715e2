"""What servers say of an answer's end, and what is sent to which of them."""

from __future__ import annotations

import pytest

from rag.model_failure import FailureReason
from rag.wire_format import estimated_tokens, extra_fields, failure_of_status, is_loopback, why_incomplete


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
    assert extra_fields("https://api.openai.com/v1", 9, {}) == {"max_tokens": 9}
    assert extra_fields("http://127.0.0.1:11434/v1", 9, {}) == {"extra_body": {"max_tokens": 9}}
    assert extra_fields("https://notopenai.com/v1", 9, {}) == {"extra_body": {"max_tokens": 9}}


def test_further_fields_are_added_beside_the_limit() -> None:
    fields = {"enable_thinking": False}
    assert extra_fields("https://api.openai.com/v1", 9, fields) == {"max_tokens": 9, "extra_body": fields}
    assert extra_fields("http://127.0.0.1:1/v1", 9, fields) == {"extra_body": {**fields, "max_tokens": 9}}


def test_only_this_machine_is_loopback() -> None:
    assert is_loopback("http://127.0.0.1:11434/v1")
    assert is_loopback("http://localhost/v1")
    assert is_loopback("http://[::1]:8000/v1")
    assert not is_loopback("http://127.0.0.1.example.org/v1")
    assert not is_loopback("http://10.0.0.1/v1")


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, FailureReason.REFUSED),
        (401, FailureReason.REFUSED),
        (404, FailureReason.REFUSED),
        (429, FailureReason.BUSY),
        (500, FailureReason.UNREACHABLE),
        (503, FailureReason.UNREACHABLE),
    ],
)
def test_every_status_stands_for_a_reason(status: int, reason: FailureReason) -> None:
    assert failure_of_status(status).reason is reason


def test_a_chinese_character_counts_as_a_token_and_a_latin_word_as_few() -> None:
    assert estimated_tokens("") == 0
    assert estimated_tokens("老年人体检") == 5
    assert estimated_tokens("老年人，") == 4
    assert estimated_tokens("a") == 1
    assert 4 <= estimated_tokens("health policy") <= 6
