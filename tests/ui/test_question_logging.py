"""Every door tells the log how a question ended; no answer waits for it, none fails because of it, and nobody is in it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from mcp import Client

from rag.catalogue import open_catalogue
from rag.catalogue.question_records import Channel, LoggedQuestion
from rag.domain import Answer, AnswerStatus, Clarification, GuardReason, InvalidReason, Question, Route, RouteReason
from rag.errors import LateError, NotAvailableError
from rag.settings import PathSettings, ServerSettings, Settings, UseSettings
from tests.applications import built
from tests.fakes import FakeAssistant
from ui.desk import Desk
from ui.mcp_server import build_mcp
from ui.question_logging import MOST_WAITING, Places, QuestionLogging, no_logging, question_logging, reason_of
from ui.receipts import receipt_id
from ui.wording import Language

ANSWERED = "青石县有哪些保障措施？"
UNKNOWN = "养狗要办证吗"
PHONE = "13800138000"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doors") / "data"


def logged(data: Path) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(data / "catalogue.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute("SELECT * FROM question_log ORDER BY number").fetchall()


@pytest.fixture(scope="module")
def receipts(data: Path) -> dict[str, str]:
    """Ask through every door of one application that is then stopped; return the receipts by question."""
    settings = Settings(paths=PathSettings(data=data))
    with TestClient(built(FakeAssistant(), settings), raise_server_exceptions=False) as client:
        whole = client.post("/api/v1/ask", json={"question": f"{UNKNOWN} 我的电话{PHONE}", "region": "白河市"})
        told = client.post("/api/v1/ask", json={"question": ANSWERED}, headers={"accept": "text/event-stream"})
        client.post("/page/ask", json={"question": "我胸口痛怎么办", "lang": "zh-Hant"})
        client.get("/ask", params={"q": "有哪些保障措施"})
        client.get("/ask")
        for stream in (False, True):
            body = {"messages": [{"role": "user", "content": "天气怎么样"}], "model": "policychat", "stream": stream}
            assert client.post("/v1/chat/completions", json=body).status_code == 200
        client.post("/page/ask", json={"question": " "})
    done = next(line for line in told.text.splitlines() if line.startswith('data: {"status": "answered", "answer"'))
    return {"whole": whole.json()["receipt"], "told": json.loads(done.removeprefix("data: "))["receipt"]}


class TestDoors:
    def test_each_question_is_noted_once_with_its_door_and_its_end(self, data: Path, receipts: dict[str, str]) -> None:
        rows = logged(data)
        assert [(row["channel"], row["status"], row["reason"]) for row in rows] == [
            ("api", "no_evidence", "near"),
            ("api", "answered", None),
            ("page", "routed", None),
            ("ask", "needs_clarification", "region"),
            ("openai", "out_of_scope", "other_topic"),
            ("openai", "out_of_scope", "other_topic"),
            ("page", "invalid", "empty"),
        ]
        assert [rows[n]["receipt_id"] for n in (0, 1)] == [receipt_id(receipts[name]) for name in ("whole", "told")]
        assert [row["region"] for row in rows[:3]] == ["白河市", "青石县", None]
        assert rows[2]["language"] == "zh-Hant"
        assert all(row["latency_ms"] >= 0 for row in rows)

    @pytest.mark.usefixtures("receipts")
    def test_the_documents_that_an_answer_quotes_are_noted(self, data: Path) -> None:
        with open_catalogue(Settings(paths=PathSettings(data=data))) as catalogue:
            assert [catalogue.questions.cited_in(number) for number in (1, 2)] == [(), ("d1",)]

    @pytest.mark.usefixtures("receipts")
    def test_no_file_of_the_data_folder_holds_what_names_a_person(self, data: Path) -> None:
        rows = logged(data)
        assert rows[0]["question"] == f"{UNKNOWN} 我的电话[手机号]"
        assert rows[2]["question"] is None, "what is asked in an emergency is not kept"
        kept = [path for path in data.rglob("*") if path.is_file()]
        assert kept
        assert not [path.name for path in kept if PHONE.encode() in path.read_bytes()]
        assert not [path.name for path in kept if "胸口痛".encode() in path.read_bytes()]


def test_what_fails_is_noted_and_fails_as_before(tmp_path: Path) -> None:
    settings = Settings(paths=PathSettings(data=tmp_path), server=ServerSettings(answer_timeout_s=1.0))
    assistant = FakeAssistant()
    with TestClient(built(assistant, settings), raise_server_exceptions=False) as client:
        assert client.get("/ask", params={"q": "慢慢"}).status_code == 504
        assistant.error = RuntimeError("secret words")
        asked = {"question": UNKNOWN}
        for path, accept in (("/page/ask", "*/*"), ("/api/v1/ask", "*/*"), ("/api/v1/ask", "text/event-stream")):
            assert client.post(path, json=asked, headers={"accept": accept}).status_code == 500
        chat = {"messages": [{"role": "user", "content": UNKNOWN}], "model": "policychat"}
        assert client.post("/v1/chat/completions", json=chat).status_code == 500
    rows = [(row["channel"], row["status"], row["reason"]) for row in logged(tmp_path)]
    assert rows[0] == ("ask", "unavailable", "timeout")
    assert rows[1:] == [(door, "unavailable", "internal") for door in ("page", "api", "api", "openai")]


def test_another_assistant_s_question_is_noted() -> None:
    records: list[LoggedQuestion] = []
    log = QuestionLogging(records.extend)

    async def scenario() -> None:
        desk = Desk(ServerSettings())
        async with Client(build_mcp(FakeAssistant(), desk, Settings().help, log)) as client:
            await client.call_tool("ask_policy", {"question": ANSWERED, "language": "en"})
        desk.close()

    asyncio.run(scenario())
    log.close()
    assert [(one.channel, one.status, one.language) for one in records] == [(Channel.MCP, AnswerStatus.ANSWERED, "en")]


class TestWriting:
    def asked(self, log: QuestionLogging, words: str = UNKNOWN, **answer: object) -> None:
        question = Question(words)
        ended = replace(Answer(AnswerStatus.NO_EVIDENCE, words), **answer)  # type: ignore[arg-type]
        log.begin(question, Channel.PAGE, Language.ZH_HANS).answered(ended)

    def test_nobody_waits_for_a_slow_disk_and_closing_writes_what_waits(self) -> None:
        free, written = threading.Event(), list[LoggedQuestion]()

        def write(records: Sequence[LoggedQuestion]) -> None:
            assert free.wait(30)
            written.extend(records)

        log = QuestionLogging(write)
        for n in range(300):
            self.asked(log, f"第{n}问")
        assert written == []
        free.set()
        log.close()
        assert [one.question for one in written] == [f"第{n}问" for n in range(300)]
        self.asked(log)
        log.close()
        assert len(written) == 300, "after the end nothing is begun again"

    def test_when_too_many_wait_the_newest_are_dropped(self, caplog: pytest.LogCaptureFixture) -> None:
        free = threading.Event()
        log = QuestionLogging(lambda _: free.wait(30))
        for _ in range(MOST_WAITING + 300):
            self.asked(log)
        assert "cannot keep up" in caplog.text
        free.set()
        log.close()

    @pytest.mark.parametrize("error", [NotAvailableError("the disk is full"), RuntimeError(UNKNOWN)])
    def test_a_log_that_fails_says_so_without_the_question_and_goes_on(
        self, error: Exception, caplog: pytest.LogCaptureFixture
    ) -> None:
        failed, written = threading.Event(), list[LoggedQuestion]()

        def write(records: Sequence[LoggedQuestion]) -> None:
            if not failed.is_set():
                failed.set()
                raise error
            written.extend(records)

        log = QuestionLogging(write)
        self.asked(log)
        assert failed.wait(30)
        self.asked(log, "第二问")
        log.close()
        assert [one.question for one in written] == ["第二问"]
        assert "could not be kept" in caplog.text
        assert UNKNOWN not in caplog.text

    def test_with_no_days_nothing_is_written_at_all(self, tmp_path: Path) -> None:
        settings = Settings(paths=PathSettings(data=tmp_path / "data"), use=UseSettings(keep_days=0))
        for log in (question_logging(settings, FakeAssistant()), no_logging()):
            self.asked(log)
            log.close()
        assert not (tmp_path / "data").exists()

    def test_only_the_first_word_counts_and_a_follow_up_is_kept_as_a_whole_question(self) -> None:
        records: list[LoggedQuestion] = []
        log = QuestionLogging(records.extend)
        asked = log.begin(Question("那儿童呢"), Channel.PAGE, Language.ZH_HANS)
        asked.answered(Answer(AnswerStatus.NO_EVIDENCE, "那儿童呢", rewritten="儿童体检要带什么"))
        asked.failed(LateError("late"))
        log.close()
        assert [(one.question, one.status) for one in records] == [("儿童体检要带什么", AnswerStatus.NO_EVIDENCE)]


def test_a_place_is_kept_under_its_official_name_or_not_at_all() -> None:
    place_of = Places(FakeAssistant())
    assert place_of("天门的体检", "青石县") == "天门市"
    assert place_of("体检要带什么", "青石县") == "青石县"
    assert place_of("体检要带什么", "我叫李小明") is None
    assert Places(FakeAssistant(generation=None))("丹江口市的体检", None) == "丹江口市"


def reasons() -> Iterator[tuple[Answer, str | None]]:
    yield Answer(AnswerStatus.NO_EVIDENCE, "问"), "nothing"
    yield Answer(AnswerStatus.NO_EVIDENCE, "问", premise="免费"), "premise"
    yield Answer(AnswerStatus.REFUSED, "问", guarded=GuardReason.ATTACK), "attack"
    yield Answer(AnswerStatus.OUT_OF_SCOPE, "问"), "other_topic"
    yield Answer(AnswerStatus.INVALID, "问", invalid_reason=InvalidReason.TOO_LONG), "too_long"
    yield Answer(AnswerStatus.UNAVAILABLE, "问"), "unavailable"
    route = (Route("120", RouteReason.EMERGENCY),)
    yield Answer(AnswerStatus.ROUTED, "问", routes=route, guarded=GuardReason.EMERGENCY), "emergency"
    asked_back = Clarification("near_region", ("甲县",))
    yield Answer(AnswerStatus.NEEDS_CLARIFICATION, "问", clarification=asked_back), "near_region"


@pytest.mark.parametrize(("answer", "reason"), list(reasons()))
def test_the_reason_is_the_closest_one(answer: Answer, reason: str | None) -> None:
    assert reason_of(answer) == reason
