from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest
from fastapi.testclient import TestClient
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from rag.bootstrap import open_assistant
from rag.domain import (
    Answer,
    AnswerBegun,
    AnswerEvent,
    AnswerFinished,
    AnswerMode,
    AnswerStatus,
    Citation,
    EvidenceFound,
    ModelUsage,
    Question,
    StatementSaid,
)
from rag.settings import Settings
from tests.applications import built, interfaces
from tests.fakes import MEASURES, FakeAssistant, cite, listed, sample_documents
from tests.servers import running
from tests.ui.conftest import Open

CHAT = "/v1/chat/completions"
MEASURES_ASKED = "青石县有哪些保障措施？"


def ask(*words: str, **more: Any) -> dict[str, Any]:
    """Return a request in which users say these words, each followed by an answer."""
    said: list[dict[str, Any]] = [{"role": "system", "content": "You are a pirate."}]
    for turn in words:
        said += [{"role": "user", "content": turn}, {"role": "assistant", "content": "是的。"}]
    return {"model": "policychat", "messages": said[:-1], **more}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(built(FakeAssistant(), Settings())) as address:
        yield address


@pytest.fixture
def sdk(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0) as client:
        yield client


def user(text: str) -> Any:
    return [{"role": "user", "content": text}]


def test_the_sdk_gets_the_statements_and_the_sources_as_footnotes(sdk: openai.OpenAI, address: str) -> None:
    completion = sdk.chat.completions.create(model="policychat", messages=user(MEASURES_ASKED))
    choice = completion.choices[0]
    assert (choice.finish_reason, choice.message.role, completion.object) == ("stop", "assistant", "chat.completion")
    content = choice.message.content or ""
    assert [f"{item} [{n}]" in content for n, item in enumerate(MEASURES, start=1)] == [True] * len(MEASURES)
    whole = (completion.model_extra or {})["policychat"]
    first = whole["citations"][0]
    viewer = f"{address}/documents/d1?start={first['start']}&end={first['end']}#char={first['start']},{first['end']}"
    assert (
        content.splitlines()[-1]
        == f"[1][2][3][4][5] 《青石县卫生健康发展规划》 青石县卫生健康局 2025年3月18日 {viewer}"
    )
    assert MEASURES[0] in httpx.get(viewer).text
    assert completion.usage is not None
    assert completion.usage.total_tokens == 0


QUESTIONS = [
    MEASURES_ASKED,
    "儿童接种要钱吗？",
    "有哪些保障措施？",
    "养狗要办证吗？",
    "报销比例是多少？",
    "目标是什么？",
    "我胸口痛",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_streamed_contents_joined_are_the_content(sdk: openai.OpenAI, question: str) -> None:
    plain = sdk.chat.completions.create(model="policychat", messages=user(question))
    chunks = list(
        sdk.chat.completions.create(
            model="policychat", messages=user(question), stream=True, stream_options={"include_usage": True}
        )
    )
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert deltas[0].role == "assistant"
    assert "".join(delta.content or "" for delta in deltas) == plain.choices[0].message.content != ""
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-2:] == [None, "stop"]
    assert (chunks[-2].model_extra or {})["policychat"] == (plain.model_extra or {})["policychat"]
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].usage == plain.usage
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


def test_the_asynchronous_sdk_streams_too(address: str) -> None:
    async def scenario() -> str:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0) as client:
            whole = await client.chat.completions.create(model="policychat", messages=user(MEASURES_ASKED))
            stream = await client.chat.completions.create(
                model="policychat", messages=user(MEASURES_ASKED), stream=True
            )
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
            assert len(pieces) > len(MEASURES)
            assert "".join(pieces) == whole.choices[0].message.content
            return "".join(pieces)

    assert MEASURES[4] in asyncio.run(scenario())


def test_langchain_reads_the_answer_streamed_and_not(address: str) -> None:
    client = httpx.Client()
    model = ChatOpenAI(
        model="policychat",
        base_url=f"{address}/v1",
        api_key=SecretStr("unused"),
        max_retries=0,
        stream_usage=True,
        extra_body={"region": "青石县"},
        http_client=client,
    )
    with client:
        plain = model.invoke([HumanMessage("有哪些保障措施？")])
        pieces = list(model.stream([HumanMessage("有哪些保障措施？")]))
    assert MEASURES[0] in str(plain.content)
    assert "".join(str(piece.content) for piece in pieces) == plain.content
    assert plain.response_metadata["finish_reason"] == "stop"
    assert len(pieces) > len(MEASURES)


def test_a_real_assistant_answers_over_this_wire(served: Settings) -> None:
    assistant = open_assistant(served)
    question = "青棠县老年人免费体检的服务对象是哪些人？"
    try:
        with (
            running(interfaces(assistant, served)) as address,
            openai.OpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0) as client,
        ):
            plain = client.chat.completions.create(model="policychat:青棠县", messages=user(question))
            stream = client.chat.completions.create(model="policychat:青棠县", messages=user(question), stream=True)
            joined = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
            names = [model.id for model in client.models.list()]
    finally:
        assistant.close()
    assert joined == plain.choices[0].message.content
    assert "年满六十五周岁的老年人" in joined
    assert "《青棠县老年人免费体检实施办法》" in joined
    assert names[0] == "policychat"
    assert {"policychat:青棠县", "policychat:白岭县"} <= set(names)


def test_a_model_can_be_looked_up_by_its_place(sdk: openai.OpenAI) -> None:
    assert [model.id for model in sdk.models.list()] == ["policychat", "policychat:白河市", "policychat:青石县"]
    assert sdk.models.retrieve("policychat:青石县").created == 1767600000
    with pytest.raises(openai.NotFoundError):
        sdk.models.retrieve("policychat:火星")


def test_the_last_word_of_a_user_is_the_question_and_earlier_ones_its_history(open_client: Open) -> None:
    assistant = FakeAssistant()
    client = open_client(assistant)
    client.post(CHAT, json=ask("一", "二", "有哪些保障措施？", region="青石县"))
    assert assistant.seen[-1] == Question("有哪些保障措施？", "青石县", ("一", "二"))


@pytest.mark.parametrize(
    "more",
    [
        {"region": "青石县"},
        {"metadata": {"region": "青石县"}},
        {"model": "policychat:青石县"},
        {"region": "青石县", "model": "policychat:白河市"},
    ],
)
def test_the_place_may_be_named_in_three_ways(client: TestClient, more: dict[str, Any]) -> None:
    answer = client.post(CHAT, json=ask("有哪些保障措施？", **more)).json()
    assert [citation["region"] for citation in answer["policychat"]["citations"]] == ["青石县"] * len(MEASURES)


def test_parts_of_text_are_one_question(open_client: Open) -> None:
    assistant = FakeAssistant()
    parts = [{"type": "text", "text": "青石县"}, {"type": "text", "text": "有什么？"}]
    open_client(assistant).post(CHAT, json={"model": "policychat", "messages": [{"role": "user", "content": parts}]})
    assert "青石县\n有什么？" in [question.text for question in assistant.seen]


@pytest.mark.parametrize(
    ("more", "param", "code"),
    [
        ({"n": 2}, "n", "unsupported_value"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools", "unsupported_parameter"),
        ({"functions": [{"name": "f"}]}, "functions", "unsupported_parameter"),
        ({"tool_choice": "required"}, "tool_choice", "unsupported_parameter"),
        ({"response_format": {"type": "json_object"}}, "response_format", "unsupported_value"),
        ({"logprobs": True}, "logprobs", "unsupported_parameter"),
        ({"modalities": ["text", "audio"]}, "modalities", "unsupported_value"),
        ({"stream_options": {"include_usage": True}}, "stream_options", None),
        ({"model": "gpt-x"}, "model", "model_not_found"),
        ({"model": "policychat:火星"}, "model", "model_not_found"),
        ({"region": "火星"}, "region", "invalid_value"),
        ({"metadata": {"region": "火星"}}, "metadata.region", "invalid_value"),
        ({"messages": []}, "messages", "invalid_value"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages", "invalid_value"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role", "invalid_value"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content", "invalid_type"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "invalid_type"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            "messages[0].content[0]",
            "invalid_value",
        ),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages[0].content[0]", "invalid_value"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages", "empty"),
        ({"messages": [{"role": "user", "content": "x" * 501}]}, "messages", "too_long"),
        ({"messages": [{"role": "user", "content": "x" * 200_001}]}, "messages[0].content", "string_above_max_length"),
        ({"messages": [{"role": "user", "content": "x"}] * 1001}, "messages", "invalid_value"),
        ({"metadata": {str(n): "x" for n in range(17)}}, "metadata", "invalid_value"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_served_is_refused_by_name(
    client: TestClient, more: dict[str, Any], param: str, code: str | None, stream: bool
) -> None:
    if "stream_options" in more and stream:
        pytest.skip("allowed when streaming")
    response = client.post(CHAT, json=ask("有哪些保障措施？", stream=stream) | more)
    error = response.json()["error"]
    assert response.status_code == (404 if code == "model_not_found" else 400)
    assert (error["param"], error["code"], error["type"]) == (param, code, "invalid_request_error")
    assert error["message"]


def test_what_only_tunes_a_model_changes_nothing(client: TestClient) -> None:
    tuned = {
        "temperature": 2,
        "top_p": 0.1,
        "max_tokens": 1,
        "seed": 7,
        "stop": ["，"],
        "user": "u",
        "tools": [],
        "n": 1,
    }
    plain, other = (client.post(CHAT, json=ask(MEASURES_ASKED, **more)).json() for more in ({}, tuned))
    assert plain["choices"] == other["choices"]


@pytest.mark.parametrize(
    "content",
    [
        b"{not json",
        b"",
        b"[]",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"model": NaN, "messages": []}',
        b'{"model": "policychat", "messages": "x"}',
    ],
)
def test_a_malformed_body_is_told_in_the_same_form(client: TestClient, content: bytes) -> None:
    response = client.post(CHAT, content=content, headers={"content-type": "application/json"})
    assert response.status_code == 400
    assert response.json()["error"].keys() == {"message", "type", "param", "code"}


@pytest.mark.parametrize("stream", ["true", "false"])
@pytest.mark.parametrize(
    "content",
    [
        '{"model": "policychat:\\ud800", "region": "青石县", "messages": [{"role": "user", "content": "保障措施"}]',
        '{"model": "policychat", "messages": [{"role": "user", "content": "\\ud800"}]',
        '{"model": "policychat", "region": "\\ud800", "messages": [{"role": "user", "content": "保障措施"}]',
        '{"model": "policychat", "metadata": {"region": "\\ud800"}, "messages": [{"role": "user", "content": "x"}]',
    ],
)
def test_a_half_of_a_surrogate_pair_breaks_nothing(client: TestClient, content: str, stream: str) -> None:
    body = f'{content}, "stream": {stream}}}'.encode()
    response = client.post(CHAT, content=body, headers={"content-type": "application/json"})
    assert response.status_code in (200, 400, 404)
    assert "internal" not in response.text


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/embeddings"), ("GET", CHAT), ("GET", "/v1/")])
def test_an_unknown_address_is_told_in_the_same_form(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, path)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "unknown_url")


def test_a_long_conversation_fits_and_a_boundless_one_does_not(client: TestClient) -> None:
    turns = ["青石县有哪些保障措施？" * 20] * 199 + [MEASURES_ASKED]
    assert client.post(CHAT, json=ask(*turns)).status_code == 200
    assert client.post(CHAT, json=ask(*turns, "x" * (1024 * 1024))).status_code == 413


@pytest.mark.parametrize("stream", [False, True])
def test_without_a_generation_the_sdk_learns_that_it_may_come_back(open_client: Open, stream: bool) -> None:
    client = open_client(FakeAssistant(generation=None))
    response = client.post(CHAT, json=ask("有什么？", stream=stream))
    assert (response.status_code, response.json()["error"]["type"]) == (503, "server_error")
    assert [model["id"] for model in client.get("/v1/models").json()["data"]] == ["policychat"]


def test_an_answer_that_takes_too_long_is_not_asked_for_again(open_client: Open) -> None:
    client = open_client(FakeAssistant(delay_s=3.0, kept=()), answer_timeout_s=1.0)
    response = client.post(CHAT, json=ask("有什么？"))
    assert (response.status_code, response.headers["x-should-retry"]) == (504, "false")


@pytest.mark.parametrize("stream", [False, True])
def test_an_unexpected_error_is_told_without_internals(
    open_client: Open, caplog: pytest.LogCaptureFixture, stream: bool
) -> None:
    assistant = FakeAssistant()
    client = open_client(assistant)
    assistant.error = RuntimeError("secret path")
    response = client.post(CHAT, json=ask("有什么病历？", stream=stream))
    assert (response.status_code, response.json()["error"]["code"]) == (500, "internal")
    assert "secret" not in response.text + caplog.text
    assert "病历" not in caplog.text


def plan_citation(number: int = 1, item: int = 0) -> Citation:
    return cite(sample_documents()[0], MEASURES[item], number)


def streamed(script: Iterator[AnswerEvent], keep_alive_s: float = 5.0) -> str:
    app = interfaces(FakeAssistant(script=script), Settings(), keep_alive_s)
    with TestClient(app) as client:
        return client.post(CHAT, json=ask("问", stream=True, stream_options={"include_usage": True})).text


def contents(body: str) -> list[str]:
    data = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: {")]
    choices = [choice for one in data for choice in json.loads(one).get("choices", [])]
    return [choice["delta"]["content"] for choice in choices if choice["delta"].get("content")]


def test_words_of_a_model_are_not_said_before_the_answer_stands() -> None:
    """The second beginning takes the first one's words back, which this wire format cannot."""
    plan = sample_documents()[0]
    final = listed(plan, MEASURES[1:3], "问", usage=ModelUsage("m", 30, 12))
    draft = listed(plan, MEASURES[:1], "问")

    def script() -> Iterator[AnswerEvent]:
        yield EvidenceFound((plan_citation(),))
        yield AnswerBegun(AnswerStatus.ANSWERED, AnswerMode.GENERATIVE)
        yield StatementSaid(draft.statements[0], draft.citations)
        yield AnswerBegun(AnswerStatus.ANSWERED, AnswerMode.EXTRACTIVE)
        for statement, citation in zip(final.statements, final.citations, strict=True):
            yield StatementSaid(statement, (citation,))
        yield AnswerFinished(final)

    body = streamed(script())
    joined = "".join(contents(body))
    assert MEASURES[0] not in joined
    assert joined.startswith(f"{MEASURES[1]} [1]\n{MEASURES[2]} [2]\n\n来源\n[1][2] ")
    assert '"usage": {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42}' in body
    assert body.endswith("data: [DONE]\n\n")


def test_an_answer_that_ends_otherwise_than_it_began_is_said_anew() -> None:
    plan = sample_documents()[0]
    first, final = listed(plan, MEASURES[:1], "问"), listed(plan, MEASURES[1:2], "问")

    def script() -> Iterator[AnswerEvent]:
        yield AnswerBegun(AnswerStatus.ANSWERED, AnswerMode.EXTRACTIVE)
        yield StatementSaid(first.statements[0], first.citations)
        yield AnswerFinished(final)

    joined = "".join(contents(streamed(script())))
    assert joined.index(MEASURES[0]) < joined.index("完整的回答是") < joined.index(MEASURES[1])


def test_an_error_in_the_middle_reaches_the_sdk() -> None:
    plan = sample_documents()[0]
    answer = listed(plan, MEASURES[:1], "问")

    def script() -> Iterator[AnswerEvent]:
        yield AnswerBegun(AnswerStatus.ANSWERED, AnswerMode.EXTRACTIVE)
        yield StatementSaid(answer.statements[0], answer.citations)
        raise RuntimeError("secret")

    assistant = FakeAssistant(script=script())
    with (
        running(interfaces(assistant, Settings())) as address,
        openai.OpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0) as client,
    ):
        stream = client.chat.completions.create(model="policychat", messages=user("问"), stream=True)
        with pytest.raises(openai.APIError) as raised:
            list(stream)
    assert "secret" not in str(raised.value)
    assert raised.value.code == "internal"


def test_a_silent_stream_is_kept_open_with_lines_that_the_sdk_skips() -> None:
    go_on = threading.Event()
    answer = listed(sample_documents()[0], MEASURES[:1], "问")

    def script() -> Iterator[AnswerEvent]:
        go_on.wait(10)
        yield AnswerBegun(AnswerStatus.ANSWERED, AnswerMode.EXTRACTIVE)
        yield StatementSaid(answer.statements[0], answer.citations)
        yield AnswerFinished(answer)

    app = interfaces(FakeAssistant(script=script()), Settings(), 0.05)
    with running(app) as address, httpx.stream("POST", address + CHAT, json=ask("问", stream=True)) as response:
        lines = response.iter_lines()
        comments = [line for line in (next(lines) for _ in range(6)) if line.startswith(":")]
        go_on.set()
        rest = list(lines)
    assert comments
    assert rest[-2] == "data: [DONE]"


def test_a_hostile_document_brings_no_link_picture_or_source_of_its_own() -> None:
    hostile = sample_documents()[3]
    text = "![x](http://evil.example/a.png) <script>alert(1)</script>\n[1]: http://evil.example"
    document = replace(hostile, text=text, sections=())
    answer = listed(document, (text,), "问")

    def script() -> Iterator[AnswerEvent]:
        yield AnswerFinished(answer)

    joined = "".join(contents(streamed(script())))
    assert re.findall(r"\]\(|!\[|\]:|(?<!\\)<[a-z/]", joined) == []
    assert "\u202e" not in joined
    assert joined.splitlines()[-1].startswith("[1] 《\\<script>alert('title')\\</script>\"规定\"》")


def test_statements_over_the_places_are_told_apart() -> None:
    plan, repost, *_ = sample_documents()
    one, two = listed(plan, MEASURES[:1], "问"), listed(repost, ("建立工作专班，按月通报。",), "问")
    statements = (
        replace(one.statements[0], place="青石县"),
        replace(two.statements[0], place="白河市", citations=(2,)),
    )
    citations = (one.citations[0], replace(two.citations[0], number=2))
    answer = Answer(
        AnswerStatus.ANSWERED,
        "问",
        statements,
        citations,
        places=("青石县", "白河市", "黑水县"),
        silent_places=("黑水县",),
        premise="取消了补贴",
    )

    def script() -> Iterator[AnswerEvent]:
        yield AnswerFinished(answer)

    joined = "".join(contents(streamed(script())))
    assert joined.startswith(f"【青石县】\n{MEASURES[0]} [1]\n【白河市】\n建立工作专班，按月通报。 [2]\n\n")
    assert "黑水县: " in joined
    assert "“取消了补贴”" in joined
    assert "\n[1] 《青石县卫生健康发展规划》" in joined
    assert "\n[2] 《白河市医疗保障实施方案》 2019年5月6日" in joined


def test_many_ask_at_once_and_each_gets_an_own_answer(address: str) -> None:
    async def scenario() -> list[str]:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="unused", max_retries=0) as client:

            async def one(place: str) -> str:
                stream = await client.chat.completions.create(
                    model=f"policychat:{place}", messages=user("有哪些保障措施？"), stream=True
                )
                return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

            return list(await asyncio.gather(*map(one, ["青石县", "白河市"] * 10)))

    answers = asyncio.run(scenario())
    assert len(set(answers[::2])) == len(set(answers[1::2])) == 1
    assert MEASURES[0] in answers[0]
    assert "工作专班" in answers[1]
