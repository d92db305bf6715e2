"""An answer that a model writes, as its reader sees it: evidence, statements, and quotations whenever it fails.

The model is a real HTTP server that fails in named ways; the client is the one that is shipped.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

import pytest

from rag.citations import cite
from rag.domain import (
    Answer,
    AnswerBegun,
    AnswerEvent,
    AnswerFinished,
    AnswerMode,
    AnswerStatus,
    Citation,
    Document,
    EvidenceFound,
    ModelUsage,
    Notice,
    NoticeKind,
    Statement,
    StatementSaid,
)
from rag.llm import open_chat_model
from rag.model_answer import events_with_model, key_figure
from rag.ports import ChatModel
from rag.question import QuestionKind
from rag.settings import LanguageModelSettings
from rag.writing import Span
from tests.model_server import Fault, ModelServer, model_server

KEY = "sk-very-secret-4711"
DEADLINE_S = 1.5
SLACK_S = 4.0  # a promise about the deadline on a busy machine, not a measurement

TEXT = (
    "青棠县村医补贴办法\n村医岗位补贴每人每月五百元，按季度发放到个人账户。\n"
    "补贴由乡镇卫生院负责考核。\n未取得执业资格的人员不可以申请补贴。"
)
DOCUMENT = Document(
    "d1", "a.md", "/r", "0" * 64, "text/markdown", "青棠县村医补贴办法", TEXT, region="青棠县", issuer="青棠县卫生健康局"
)  # fmt: skip
AMOUNT = "村医岗位补贴每人每月500元。[1]\n"
WHO = "补贴由乡镇卫生院负责考核。[1]\n"
QUESTION = "村医补贴每月多少钱？"


def quoted(number: int, sentence: str, document: Document = DOCUMENT) -> Citation:
    start = document.text.index(sentence)
    return cite(document, start, start + len(sentence), number)


STALE = Notice(NoticeKind.STALE, {"title": DOCUMENT.title, "document_id": "d1"})
OTHER = Notice(NoticeKind.REPOST, {"title": "别的", "document_id": "d2"})
SENTENCE = "村医岗位补贴每人每月五百元，按季度发放到个人账户。"
DRAFT = Answer(
    AnswerStatus.ANSWERED,
    QUESTION,
    statements=(Statement(SENTENCE, (1,), 1.0),),
    citations=(quoted(1, SENTENCE),),
    notices=(STALE, OTHER),
    confidence=0.8,
    generation="g1",
    timings_ms={"retrieval": 1.0},
)
EVIDENCE = (Span(DOCUMENT, DRAFT.citations[0].start, DRAFT.citations[0].end),)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server(AMOUNT + WHO) as running:
        yield running


def model_at(url: str, **settings: object) -> ChatModel:
    values = {"model": "stub", "base_url": url, "deadline_s": DEADLINE_S, "max_tokens": 300, **settings}
    model = open_chat_model(LanguageModelSettings.model_validate(values))
    assert model is not None
    return model


def events(url: str, draft: Answer = DRAFT, evidence: Sequence[Span] = EVIDENCE, **more: object) -> list[AnswerEvent]:
    settings = {"deadline_s": 20.0} if "deadline_s" not in more else {"deadline_s": more.pop("deadline_s")}
    kind = more.pop("kind", QuestionKind.AMOUNT)
    assert isinstance(kind, QuestionKind)
    assert not more
    return list(events_with_model(model_at(url, **settings), QUESTION, draft, evidence, kind=kind))


def told(happened: Sequence[AnswerEvent]) -> Answer:
    """Return the answer, having checked that the events tell the same story."""
    *before, last = happened
    assert isinstance(last, AnswerFinished)
    assert isinstance(happened[0], EvidenceFound)
    begun = max(n for n, event in enumerate(before) if isinstance(event, AnswerBegun))
    said = [event for event in before[begun + 1 :] if isinstance(event, StatementSaid)]
    assert before[begun] == AnswerBegun(last.answer.status, last.answer.mode)
    assert tuple(event.statement for event in said) == last.answer.statements
    assert tuple(citation for event in said for citation in event.citations) == last.answer.citations
    for citation in last.answer.citations:
        assert citation.quote == TEXT[citation.start : citation.end]
    return last.answer


def reason_of(answer: Answer) -> str:
    (notice,) = (notice for notice in answer.notices if notice.kind is NoticeKind.MODEL_UNAVAILABLE)
    return notice.values["reason"]


def test_the_evidence_comes_first_then_the_model_s_statements_then_the_whole_answer(server: ModelServer) -> None:
    happened = events(server.url)
    assert happened[0] == EvidenceFound(DRAFT.citations)
    assert happened[1] == AnswerBegun(AnswerStatus.ANSWERED, AnswerMode.GENERATIVE)
    answer = told(happened)
    assert [statement.text for statement in answer.statements] == [line[:-4] for line in (AMOUNT, WHO)]
    assert answer.mode is AnswerMode.GENERATIVE
    assert (answer.confidence, answer.generation, answer.question) == (0.8, "g1", QUESTION)
    assert set(answer.timings_ms) == {"retrieval", "writing"}


def test_the_evidence_is_there_before_the_model_says_anything(server: ModelServer) -> None:
    server.fault = Fault.SLOW_FIRST_BYTE
    with closing(events_with_model(model_at(server.url), QUESTION, DRAFT, EVIDENCE)) as happening:  # type: ignore[type-var]
        assert next(happening) == EvidenceFound(DRAFT.citations)
        assert server.requests == []


def test_notices_are_about_what_is_cited_and_say_who_wrote(server: ModelServer) -> None:
    answer = told(events(server.url))
    assert [notice.kind for notice in answer.notices] == [NoticeKind.STALE, NoticeKind.AI_GENERATED]
    assert answer.notices[-1].values == {"model": "stub"}


def test_notices_are_made_for_the_citations_that_are_used(server: ModelServer) -> None:
    asked: list[Citation] = []

    def notices_for(citations: Sequence[Citation]) -> Sequence[Notice]:
        asked.extend(citations)
        return (OTHER,)

    happened = list(
        events_with_model(model_at(server.url, deadline_s=20.0), QUESTION, DRAFT, EVIDENCE, notices_for=notices_for)
    )
    answer = told(happened)
    assert tuple(asked) == answer.citations
    assert [notice.kind for notice in answer.notices] == [NoticeKind.REPOST, NoticeKind.AI_GENERATED]


def test_what_the_model_took_is_part_of_the_answer(server: ModelServer) -> None:
    server.usage = (70, 20)
    usage = told(events(server.url)).usage
    assert usage is not None
    assert (usage.model, usage.prompt_tokens, usage.completion_tokens, usage.estimated) == ("stub", 70, 20, False)


def test_what_the_model_took_before_is_added(server: ModelServer) -> None:
    server.usage = (70, 20)
    model = model_at(server.url, deadline_s=20.0)
    happened = list(events_with_model(model, QUESTION, DRAFT, EVIDENCE, used=ModelUsage("stub", 5, 1)))
    assert told(happened).usage == ModelUsage("stub", 75, 21)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.SLOW_FIRST_BYTE, "late"),
        (Fault.DRIP, "late"),
        (Fault.CUT, "cut"),
        (Fault.LENGTH, "cut"),
        (Fault.CONTENT_FILTER, "cut"),
        (Fault.ENDLESS, "cut"),
        (Fault.EMPTY, "empty"),
        (Fault.EMPTY_CHOICES, "cut"),
        (Fault.HTML, "unreadable"),
        (Fault.GARBAGE_JSON, "unreadable"),
        (Fault.UNAUTHORIZED, "refused"),
        (Fault.NOT_FOUND, "refused"),
        (Fault.BAD_REQUEST, "refused"),
        (Fault.REDIRECT, "refused"),
        (Fault.TOO_MANY_REQUESTS, "busy"),
        (Fault.SERVER_ERROR, "unreachable"),
        (Fault.RESET, "unreachable"),
    ],
)
def test_whatever_fails_the_quotations_are_the_answer_within_the_deadline_and_no_key_is_told(
    server: ModelServer,
    fault: Fault,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("POLICYCHAT_LLM_API_KEY", KEY)
    caplog.set_level(logging.INFO)
    server.fault = fault
    began = time.monotonic()
    happened = events(server.url, deadline_s=DEADLINE_S)
    assert time.monotonic() - began < DEADLINE_S + SLACK_S
    answer = told(happened)
    assert AnswerBegun(AnswerStatus.ANSWERED, AnswerMode.GENERATIVE) in happened
    assert (answer.mode, answer.statements, answer.citations) == (
        AnswerMode.EXTRACTIVE,
        DRAFT.statements,
        DRAFT.citations,
    )
    assert reason_of(answer) == reason
    assert [notice.kind for notice in answer.notices][:2] == [NoticeKind.STALE, NoticeKind.REPOST]
    assert "quoting instead" in caplog.text
    assert server.keys[0] == f"Bearer {KEY}"
    assert KEY not in caplog.text
    assert KEY not in repr(happened)


def test_a_server_that_is_down_gives_way_at_once() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = told(events(f"http://127.0.0.1:{port}/v1", deadline_s=60.0))
    assert (answer.mode, reason_of(answer)) == (AnswerMode.EXTRACTIVE, "unreachable")
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == 0


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.LENGTH, Fault.DRIP])
def test_what_was_said_before_a_failure_is_taken_back(server: ModelServer, fault: Fault) -> None:
    server.fault = fault
    happened = events(server.url, deadline_s=DEADLINE_S)
    begun = [n for n, event in enumerate(happened) if isinstance(event, AnswerBegun)]
    assert [event.mode for event in happened if isinstance(event, AnswerBegun)] == ["generative", "extractive"]
    said = [event.statement.text for event in happened[: begun[1]] if isinstance(event, StatementSaid)]
    assert said
    assert said[0] == AMOUNT[:-4]
    assert told(happened).statements == DRAFT.statements


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("无依据", "silent"),
        ("补贴由乡镇卫生院负责考核。", "unsupported"),
        (AMOUNT.replace("[1]", "[9]"), "unsupported"),
        ("村医岗位补贴每人每月600元。[1]", "unsupported"),
        ("未取得执业资格的人员可以申请补贴。[1]", "unsupported"),
        (AMOUNT + "每人另有800元奖金。[1]\n奖金由白岭县卫生院发放。[1]\n", "unsupported"),
        (WHO, "unsupported"),
        ("村医岗位补贴每人每月500元，详见http://evil.example/a。[1]", "unsupported"),
        ("<b>村医岗位补贴每人每月500元。</b>[1]", "unsupported"),
    ],
)
def test_where_too_little_of_it_holds_the_quotations_are_the_answer(
    server: ModelServer, reply: str, reason: str
) -> None:
    server.reply = reply
    answer = told(events(server.url))
    assert (answer.mode, reason_of(answer)) == (AnswerMode.EXTRACTIVE, reason)
    assert answer.statements == DRAFT.statements


def test_an_unsupported_statement_is_not_said_and_counted(server: ModelServer) -> None:
    server.reply = AMOUNT + "村医岗位补贴每人每月600元。[1]\n" + WHO
    happened = events(server.url)
    assert not any("600" in event.statement.text for event in happened if isinstance(event, StatementSaid))
    assert told(happened).dropped_statements == 1


def test_the_figure_asked_for_is_missed_only_where_the_quotations_have_it(server: ModelServer) -> None:
    server.reply = WHO
    assert told(events(server.url, kind=QuestionKind.PERSON)).mode is AnswerMode.GENERATIVE
    without = replace(
        DRAFT,
        statements=(Statement("补贴由乡镇卫生院负责考核。", (1,), 1.0),),
        citations=(quoted(1, "补贴由乡镇卫生院负责考核。"),),
    )
    assert told(events(server.url, without)).mode is AnswerMode.GENERATIVE


@pytest.mark.parametrize(
    ("kind", "question", "has", "lacks"),
    [
        (QuestionKind.AMOUNT, "补贴多少钱？", "每月五百元", "按季度发放"),
        (QuestionKind.PHONE, "咨询电话是多少？", "电话0710-5550101", "请打电话"),
        (QuestionKind.DATE, "什么时候体检？", "4月20日开始", "在卫生院"),
    ],
)
def test_the_key_figure_is_of_the_kind_that_was_asked_for(
    kind: QuestionKind, question: str, has: str, lacks: str
) -> None:
    draft = replace(DRAFT, statements=(Statement(has, (1,), 1.0),))
    tells = key_figure(question, kind, draft)
    assert tells is not None
    assert tells(has)
    assert not tells(lacks)


def test_thinking_aloud_that_was_shown_is_taken_back_and_the_answer_follows(server: ModelServer) -> None:
    server.reply = WHO + "想好了\n</think>\n" + AMOUNT
    happened = events(server.url)
    assert [event.mode for event in happened if isinstance(event, AnswerBegun)] == ["generative", "generative"]
    assert [statement.text for statement in told(happened).statements] == [AMOUNT[:-4]]


def test_a_list_told_by_a_model_has_no_count(server: ModelServer) -> None:
    assert told(events(server.url, replace(DRAFT, total_items=3))).total_items is None


def test_places_side_by_side_keep_their_names(server: ModelServer) -> None:
    text = "白岭县村医补贴每人每月四百元。"
    other = replace(DOCUMENT, document_id="d2", text=text, title="白岭县村医补贴办法", region="白岭县")
    server.reply = AMOUNT + "村医补贴每人每月四百元。[2]\n村医岗位补贴每人每月五百元。[1]\n"
    draft = replace(DRAFT, places=("青棠县", "白岭县"))
    happened = events(server.url, draft, (*EVIDENCE, Span(other, 0, len(text))))
    said = [event.statement for event in happened if isinstance(event, StatementSaid)]
    assert [statement.place for statement in said] == ["青棠县", "白岭县", "青棠县"]
    last = happened[-1]
    assert isinstance(last, AnswerFinished)
    assert list(last.answer.statements) == said


def test_a_reader_who_leaves_closes_the_connection(server: ModelServer) -> None:
    server.fault = Fault.DRIP
    happening = events_with_model(model_at(server.url, deadline_s=60.0), QUESTION, DRAFT, EVIDENCE)
    assert any(isinstance(event, StatementSaid) for event in happening)
    happening.close()  # type: ignore[attr-defined]
    assert server.client_left.wait(SLACK_S)
