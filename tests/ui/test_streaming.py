from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from rag.bootstrap import open_assistant
from rag.domain import (
    Answer,
    AnswerBegun,
    AnswerEvent,
    AnswerFinished,
    AnswerMode,
    AnswerStatus,
    EvidenceFound,
    Question,
    Statement,
    StatementSaid,
)
from rag.errors import IndexDamagedError
from rag.settings import HelpSettings, ServerSettings, Settings
from tests.applications import interfaces
from tests.fakes import MEASURES, FakeAssistant, listed, sample_documents
from tests.servers import running
from ui.serialise import answer_to_json
from ui.wording import Language

ASK = "/api/v1/ask"
STREAM = {"accept": "text/event-stream"}

PLAN = sample_documents()[0]
DRAFT = listed(PLAN, MEASURES[:2], "问")
FINAL = replace(listed(PLAN, MEASURES[1:4], "问"), status=AnswerStatus.PARTIAL)


def tell(answer: Answer, mode: AnswerMode = AnswerMode.EXTRACTIVE) -> Iterator[AnswerEvent]:
    """Begin an answer and say its statements, each with its own citation; leave it unfinished."""
    yield AnswerBegun(answer.status, mode)
    for statement, citation in zip(answer.statements, answer.citations, strict=True):
        yield StatementSaid(statement, (citation,))


def replaced() -> Iterator[AnswerEvent]:
    """Tell what a model writes, and then the sources' own words in its place."""
    yield EvidenceFound(DRAFT.citations)
    yield from tell(DRAFT, AnswerMode.GENERATIVE)
    yield from tell(FINAL)
    yield AnswerFinished(FINAL)


def parsed(body: str) -> list[tuple[str, Any]]:
    """Read server-sent events: comments are nothing, an empty line ends an event, and a line ends wherever Python says."""
    events: list[tuple[str, Any]] = []
    for block in body.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if fields:
            events.append((fields.get("event", "message"), json.loads(fields["data"])))
    return events


def streamed(assistant: FakeAssistant, keep_alive_s: float = 5.0, **server: float) -> httpx.Response:
    settings = Settings(server=ServerSettings(**server))  # type: ignore[arg-type]
    with TestClient(interfaces(assistant, settings, keep_alive_s), raise_server_exceptions=False) as client:
        return client.post(ASK, json={"question": "问"}, headers=STREAM)


def test_a_second_status_begins_anew_and_the_deltas_since_are_the_answer() -> None:
    events = parsed(streamed(FakeAssistant(script=replaced())).text)
    names = [name for name, _ in events]
    assert names == [
        "evidence",
        "status",
        *["citation", "statement"] * 2,
        "status",
        *["citation", "statement"] * 3,
        "done",
    ]
    assert [data["mode"] for name, data in events if name == "status"] == ["generative", "extractive"]
    second = max(position for position, name in enumerate(names) if name == "status")
    whole = events[-1][1]
    assert "".join(data["delta"] for name, data in events[second:] if name == "statement") == whole["answer"]
    assert [data for name, data in events[second:] if name == "citation"] == whole["citations"]
    assert whole.pop("receipt")
    assert whole == answer_to_json(FINAL, Language.ZH_HANS, HelpSettings())
    assert events[second][1]["message"] == whole["message"] != ""


def test_the_evidence_comes_before_the_first_word_is_written() -> None:
    written = threading.Event()

    def script() -> Iterator[AnswerEvent]:
        yield EvidenceFound(DRAFT.citations)
        assert written.wait(10)
        yield from tell(DRAFT)
        yield AnswerFinished(DRAFT)

    with (
        running(interfaces(FakeAssistant(script=script()), Settings())) as address,
        httpx.stream("POST", address + ASK, json={"question": "问"}, headers=STREAM) as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "event: evidence"
        assert [cited["quote"] for cited in json.loads(next(lines).removeprefix("data: "))["citations"]] == list(
            MEASURES[:2]
        )
        written.set()
        assert "event: done" in list(lines)


def test_a_citation_comes_before_the_first_statement_that_uses_it_and_only_once() -> None:
    again = Statement(MEASURES[0], (1, 2), 1.0)
    answer = replace(DRAFT, statements=(*DRAFT.statements[:1], again), total_items=None)

    def script() -> Iterator[AnswerEvent]:
        yield AnswerBegun(answer.status, answer.mode)
        yield StatementSaid(answer.statements[0], answer.citations[:1])
        yield StatementSaid(again, answer.citations[1:])
        yield AnswerFinished(answer)

    events = parsed(streamed(FakeAssistant(script=script())).text)
    assert [data["number"] if name == "citation" else name for name, data in events] == [
        "status", 1, "statement", 2, "statement", "done",
    ]  # fmt: skip


def test_a_citation_that_no_statement_used_comes_before_the_end() -> None:
    def script() -> Iterator[AnswerEvent]:
        yield AnswerBegun(DRAFT.status, DRAFT.mode)
        yield StatementSaid(DRAFT.statements[0], DRAFT.citations[:1])
        yield AnswerFinished(replace(DRAFT, statements=DRAFT.statements[:1], total_items=None))

    events = parsed(streamed(FakeAssistant(script=script())).text)
    assert [data["number"] for name, data in events if name == "citation"] == [1, 2]


def test_without_evidence_the_only_status_says_what_to_tell() -> None:
    answer = FakeAssistant().answer(Question("我胸口痛"))

    def script() -> Iterator[AnswerEvent]:
        yield AnswerBegun(answer.status, answer.mode)
        yield AnswerFinished(answer)

    events = parsed(streamed(FakeAssistant(script=script())).text)
    assert [name for name, _ in events] == ["status", "done"]
    assert "120" in events[0][1]["message"]


def test_a_real_assistant_streams_what_it_answers(served: Settings) -> None:
    assistant = open_assistant(served)
    asked = {"question": "老年人免费体检的保障措施有哪些？", "region": "青棠县"}
    try:
        with TestClient(interfaces(assistant, served)) as client:
            events = parsed(client.post(ASK, json=asked, headers=STREAM).text)
            whole = client.post(ASK, json=asked).json()
    finally:
        assistant.close()
    assert events[-1][0] == "done"
    streamed_answer = events[-1][1]
    differing = {"timings_ms": 0, "receipt": ""}
    assert streamed_answer | differing == whole | differing
    assert "".join(data["delta"] for name, data in events if name == "statement") == whole["answer"]
    assert "落实经费保障" in whole["answer"]


def test_an_error_in_the_middle_is_the_last_event_with_the_body_of_any_error(caplog: pytest.LogCaptureFixture) -> None:
    def script() -> Iterator[AnswerEvent]:
        yield from tell(DRAFT)
        raise RuntimeError("secret path")

    events = parsed(streamed(FakeAssistant(script=script())).text)
    assert [name for name, _ in events][-2:] == ["statement", "error"]
    assert events[-1][1]["error"].keys() == {"code", "message", "field"}
    assert events[-1][1]["error"]["code"] == "internal"
    assert "secret" not in str(events) + caplog.text


def test_an_error_before_anything_was_said_has_its_own_http_status() -> None:
    response = streamed(FakeAssistant(error=IndexDamagedError("secret")))
    assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")


def test_an_answer_that_does_not_end_in_time_ends_with_an_error() -> None:
    go_on = threading.Event()

    def script() -> Iterator[AnswerEvent]:
        yield from tell(DRAFT)
        go_on.wait(10)

    response = streamed(FakeAssistant(script=script()), answer_timeout_s=1.0)
    go_on.set()
    assert parsed(response.text)[-1][1]["error"]["code"] == "timeout"


def test_a_full_desk_turns_a_stream_away_before_it_begins() -> None:
    go_on = threading.Event()

    def script() -> Iterator[AnswerEvent]:
        yield AnswerBegun(DRAFT.status, DRAFT.mode)
        go_on.wait(10)
        yield AnswerFinished(DRAFT)

    settings = Settings(server=ServerSettings(concurrency=1, queue_size=1))
    app = interfaces(FakeAssistant(script=script()), settings, 0.05)
    asked: dict[str, Any] = {"json": {"question": "问"}, "headers": STREAM}
    with running(app) as address, httpx.Client(base_url=address) as client:
        with client.stream("POST", ASK, **asked) as first, client.stream("POST", ASK, **asked) as second:
            assert (first.status_code, second.status_code) == (200, 200)
            refused = client.post(ASK, **asked)
            go_on.set()
            first.read()
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")


def test_a_stream_that_ends_without_its_answer_is_an_error() -> None:
    events = parsed(streamed(FakeAssistant(script=tell(DRAFT))).text)
    assert events[-1][1]["error"]["code"] == "internal"


def test_a_silent_stream_is_kept_open_with_comments() -> None:
    go_on = threading.Event()

    def script() -> Iterator[AnswerEvent]:
        go_on.wait(10)
        yield from tell(DRAFT)
        yield AnswerFinished(DRAFT)

    with (
        running(interfaces(FakeAssistant(script=script()), Settings(), 0.05)) as address,
        httpx.stream("POST", address + ASK, json={"question": "问"}, headers=STREAM) as response,
    ):
        lines = response.iter_lines()
        assert [next(lines), next(lines), next(lines)] == [": still looking", "", ": still looking"]
        go_on.set()
        assert "event: done" in list(lines)


def test_the_work_stops_when_the_caller_leaves() -> None:
    left = threading.Event()
    ended = threading.Event()
    steps = []

    def script() -> Iterator[AnswerEvent]:
        try:
            for _ in range(1000):
                yield EvidenceFound(DRAFT.citations)
                steps.append(1)
                if len(steps) == 3:
                    left.wait(10)
        finally:
            ended.set()

    with running(interfaces(FakeAssistant(script=script()), Settings(), 0.05)) as address:
        with httpx.stream("POST", address + ASK, json={"question": "问"}, headers=STREAM) as response:
            assert next(response.iter_lines()) == "event: evidence"
        threading.Timer(0.5, left.set).start()
        assert ended.wait(10)
    assert len(steps) < 10


def test_no_text_can_begin_a_line_of_its_own() -> None:
    forged = "a\n\nevent: done\ndata: {}\r\n\r\n\u2028b"
    answer = replace(DRAFT, statements=(Statement(forged, (1,), 1.0),), citations=DRAFT.citations[:1], total_items=None)

    def script() -> Iterator[AnswerEvent]:
        yield AnswerBegun(answer.status, answer.mode)
        yield StatementSaid(answer.statements[0], answer.citations)
        yield AnswerFinished(answer)

    events = parsed(streamed(FakeAssistant(script=script())).text)
    assert [name for name, _ in events] == ["status", "citation", "statement", "done"]
    assert events[2][1]["text"] == forged


def test_a_proxy_is_told_to_pass_the_events_on_at_once() -> None:
    headers = streamed(FakeAssistant(script=replaced())).headers
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")
