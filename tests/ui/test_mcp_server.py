from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

from rag.domain import DocumentType, SearchFilter
from rag.errors import IndexDamagedError
from rag.settings import ServerSettings, Settings
from tests.fakes import MEASURES, FakeAssistant, sample_documents
from ui.desk import Desk
from ui.mcp_server import build_mcp

ROOT = Path(__file__).parents[2]
COMMAND = ("-m", "ui.cli", "mcp")
OLD_AGE = "青棠县老年人免费体检的服务对象是哪些人？"


def call(assistant: FakeAssistant, tool: str, **arguments: Any) -> CallToolResult:
    async def scenario() -> CallToolResult:
        desk = Desk(ServerSettings(answer_timeout_s=1.0))
        async with Client(build_mcp(assistant, desk, Settings().help)) as client:
            result = await client.call_tool(tool, arguments)
        desk.close()
        assert isinstance(result, CallToolResult)
        return result

    return asyncio.run(scenario())


def given(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, words(result)
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def words(result: CallToolResult) -> str:
    return " ".join(part.text for part in result.content if isinstance(part, TextContent))


def test_every_tool_describes_itself_its_input_and_its_output() -> None:
    async def scenario() -> list[Any]:
        async with Client(build_mcp(FakeAssistant(), Desk(ServerSettings()), Settings().help)) as client:
            return list((await client.list_tools()).tools)

    tools = {tool.name: tool for tool in asyncio.run(scenario())}
    assert tools.keys() == {"search_policies", "ask_policy", "read_document"}
    for tool in tools.values():
        assert tool.description
        assert tool.annotations.read_only_hint is True
        assert tool.output_schema["properties"].keys() >= {"search_policies": {"passages"}, "ask_policy": {"status", "citations"}, "read_document": {"text"}}[tool.name]  # fmt: skip
    described = tools["search_policies"].input_schema["properties"]
    assert described["top"] == {**described["top"], "minimum": 1, "maximum": 20, "default": 8}


def test_an_answer_is_its_statements_with_their_quotes() -> None:
    answer = given(call(FakeAssistant(), "ask_policy", question="青石县有哪些保障措施？"))
    text = sample_documents()[0].text
    assert answer["status"] == "answered"
    assert answer["answer"].splitlines()[1] == f"{MEASURES[1]} [2]"
    assert [text[c["start"] : c["end"]] for c in answer["citations"]] == list(MEASURES)
    assert [c["text"] for c in answer["citations"]] == list(MEASURES)
    assert answer["notices"]


def test_without_evidence_it_says_whom_to_turn_to() -> None:
    answer = given(call(FakeAssistant(), "ask_policy", question="我胸口痛", language="en"))
    assert (answer["status"], answer["citations"]) == ("routed", [])
    assert answer["telephone"] == ["120 (Medical emergency)"]


def test_a_question_back_names_the_places() -> None:
    answer = given(call(FakeAssistant(), "ask_policy", question="有哪些保障措施？"))
    assert answer["places_to_choose"] == ["青石县", "白河市"]


def test_place_and_earlier_questions_are_handed_on() -> None:
    assistant = FakeAssistant()
    call(assistant, "ask_policy", question="由谁牵头？", region="青石县", history=["一", "二"])
    assert (assistant.seen[-1].region, assistant.seen[-1].history) == ("青石县", ("一", "二"))


def test_the_filters_of_a_search_are_handed_on() -> None:
    assistant = FakeAssistant()
    found = given(call(assistant, "search_policies", query="规划", types=["plan"], within=" 湖北省 ", top=3))
    assert assistant.filters[-1] == SearchFilter(region="湖北省", types=(DocumentType.PLAN,))
    assert [passage["document_id"] for passage in found["passages"]] == ["d1"]


def test_a_document_is_read_piece_by_piece_to_its_end() -> None:
    text = sample_documents()[0].text
    pieces, start = [], 0
    while start is not None:
        read = given(call(FakeAssistant(), "read_document", document_id="d1", start=start, max_chars=100))
        pieces.append(read["text"])
        start = read["next_start"]
    assert "".join(pieces) == text
    assert len(pieces) > 1
    assert read["outline"][0] == {"path": ["一、主要目标"], "start": text.index("一、主要目标")}


def test_reading_behind_the_end_gives_nothing() -> None:
    read = given(call(FakeAssistant(), "read_document", document_id="d1", start=10**9))
    assert (read["text"], read["next_start"], read["start"]) == ("", None, read["total_chars"])


@pytest.mark.parametrize(
    ("tool", "arguments", "named"),
    [
        ("ask_policy", {}, "question"),
        ("ask_policy", {"question": "x" * 5001}, "question"),
        ("ask_policy", {"question": "x", "history": ["y"] * 21}, "history"),
        ("search_policies", {"query": "x", "top": 21}, "top"),
        ("search_policies", {"query": "x", "types": ["law"]}, "types"),
        ("search_policies", {"query": "x", "phrase": "y" * 201}, "phrase"),
        (
            "search_policies",
            {"query": "x", "published_from": "2024-01-02", "published_until": "2024-01-01"},
            "published",
        ),
        ("read_document", {"document_id": "d1", "max_chars": 20_001}, "max_chars"),
        ("read_document", {"document_id": "nowhere"}, "nowhere"),
    ],
)
def test_what_cannot_be_used_is_an_error_that_names_it(tool: str, arguments: dict[str, Any], named: str) -> None:
    result = call(FakeAssistant(), tool, **arguments)
    assert result.is_error
    assert named in words(result)


@pytest.mark.parametrize("error", [RuntimeError("secret 病历"), IndexDamagedError("checksum differs")])
def test_what_goes_wrong_inside_stays_inside(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    result = call(FakeAssistant(error=error), "ask_policy", question="我的病历")
    assert result.is_error
    assert "病历" not in words(result) + caplog.text


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    result = call(FakeAssistant(delay_s=2.0, kept=()), "ask_policy", question="慢")
    assert result.is_error
    assert "within 1.0 s" in words(result)


def test_without_a_generation_a_search_says_so() -> None:
    assert "nothing is published" in words(call(FakeAssistant(generation=None), "search_policies", query="x"))


@pytest.fixture
def arguments(served: Settings, tmp_path: Path) -> list[str]:
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"embedding": {"model": served.embedding.model}}), encoding="utf-8")
    return [*COMMAND, "--config", str(config), "--data", str(served.paths.data)]


async def use(client: Client) -> None:
    """Search, read what was found, and ask, as an assistant would."""
    found = given_by(await client.call_tool("search_policies", {"query": "体检项目", "region": "青棠县", "top": 3}))
    first = found["passages"][0]
    read = given_by(
        await client.call_tool(
            "read_document",
            {"document_id": first["document_id"], "start": first["start"], "max_chars": len(first["text"])},
        )
    )
    assert read["text"] == first["text"]
    answer = given_by(await client.call_tool("ask_policy", {"question": OLD_AGE}))
    assert answer["status"] == "answered"
    assert "年满六十五周岁的老年人" in answer["answer"]
    assert answer["citations"][0]["region"] == "青棠县"


def given_by(result: object) -> dict[str, Any]:
    assert isinstance(result, CallToolResult)
    return given(result)


@pytest.mark.server
@pytest.mark.parametrize("mode", ["auto", pytest.param("legacy", marks=pytest.mark.thorough)])
def test_the_command_serves_the_sdks_client_over_standard_input_and_output(arguments: list[str], mode: str) -> None:
    server = StdioServerParameters(command=sys.executable, args=arguments, cwd=ROOT)

    async def scenario() -> None:
        async with Client(server, mode=mode) as client:
            await use(client)

    asyncio.run(scenario())


@pytest.mark.server
def test_the_command_says_what_is_missing_before_it_serves(arguments: list[str], tmp_path: Path) -> None:
    empty = [*arguments[:-1], str(tmp_path / "empty")]
    done = subprocess.run(
        [sys.executable, *empty],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "nothing is published" in done.stderr


@pytest.mark.server
def test_nothing_but_the_protocol_is_written_to_standard_output(arguments: list[str]) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    messages: list[dict[str, Any]] = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    ]
    sent = "".join(json.dumps(message) + "\n" for message in messages)
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("this is no JSON\n" + sent)
        process.stdin.flush()
        replies = [json.loads(process.stdout.readline()) for _ in range(2)]
        process.stdin.close()
        assert process.wait(30) == 0
        rest = process.stdout.read()
    assert [reply["id"] for reply in replies] == [1, 2]
    assert rest == ""


@pytest.mark.server
def test_the_command_serves_http_to_this_machine_alone(arguments: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/mcp"
    process = subprocess.Popen([sys.executable, *arguments, "--port", str(port)], cwd=ROOT, env=dict(os.environ))
    try:
        wait_for(port)

        async def scenario() -> None:
            async with Client(address) as client:
                await use(client)

        asyncio.run(scenario())
        hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        accept = {"accept": "application/json, text/event-stream"}
        elsewhere = httpx.post(address, json=hello, headers={**accept, "host": "evil.example"})
        other_page = httpx.post(address, json=hello, headers={**accept, "origin": "https://evil.example"})
        large = httpx.post(address, content=b"x" * 70_000, headers={**accept, "content-type": "application/json"})
        assert (elsewhere.status_code, other_page.status_code, large.status_code) == (421, 403, 413)
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    """Wait until something listens on the port."""
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")
