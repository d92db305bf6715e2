"""The HTTP interface under ``/api/v1`` and the two probes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

from rag.domain import Answer, AnswerStatus, Authority, DocumentType, Question, Validity
from rag.errors import PolicychatError
from rag.ports import Assistant
from rag.settings import HelpSettings
from ui.desk import Desk
from ui.intake import filter_from, question_from
from ui.serialise import (
    Json,
    answer_pieces,
    answer_to_json,
    document_to_json,
    documents_to_json,
    search_to_json,
    statement_to_json,
)
from ui.wording import Language, chosen_language

_HTTP_STATUS = {AnswerStatus.INVALID: 422, AnswerStatus.UNAVAILABLE: 503}
"""Every other outcome is a proper answer, also the one that the sources do not say."""

_PROBE = "政策"

_EVENT_STREAM = "text/event-stream"

Top = Annotated[int, Field(ge=1, le=100)]
Words = Annotated[str | None, Field(max_length=200)]
AcceptLanguage = Annotated[str | None, Header()]
Lang = Annotated[str | None, Query(max_length=20)]


class AskBody(BaseModel):
    """What ``POST /api/v1/ask`` takes."""

    question: str
    region: str | None = None
    history: list[str] = Field(default_factory=list, max_length=100)
    conversation_id: str | None = Field(None, max_length=200)


class SearchBody(BaseModel):
    """What ``POST`` and ``GET /api/v1/search`` take; ``question`` may be left out where a filter says what to find."""

    question: str = ""
    q: str = ""
    region: str | None = None
    top: Top = 10
    within: Words = None
    published_from: date | None = None
    published_until: date | None = None
    issuer: Words = None
    type: list[DocumentType] = Field(default_factory=list, max_length=len(DocumentType))
    authority: list[Authority] = Field(default_factory=list, max_length=len(Authority))
    validity: list[Validity] = Field(default_factory=list, max_length=len(Validity))
    document_number: Words = None
    phrase: Words = None


def build_api(assistant: Assistant, desk: Desk, numbers: HelpSettings) -> APIRouter:
    """Return the routes; errors are turned into JSON by ``ui.faults``."""
    router = APIRouter()

    @router.post("/api/v1/ask")
    async def ask(
        body: AskBody, lang: Lang = None, accept_language: AcceptLanguage = None, accept: Annotated[str, Header()] = ""
    ) -> Response:
        question = question_from(body.question, body.region, body.history)
        answer = await desk.run(lambda: assistant.answer(question))
        language = chosen_language(lang, accept_language)
        if _EVENT_STREAM in accept:
            events = stream_events(answer, language, numbers)
            return StreamingResponse(events, media_type=_EVENT_STREAM, headers={"Cache-Control": "no-store"})
        status = _HTTP_STATUS.get(answer.status, 200)
        return JSONResponse(answer_to_json(answer, language, numbers), status)

    @router.post("/api/v1/search")
    async def search(body: SearchBody) -> Json:
        return await _search(assistant, desk, body)

    @router.get("/api/v1/search")
    async def search_by_address(asked: Annotated[SearchBody, Query()]) -> Json:
        return await _search(assistant, desk, asked)

    @router.get("/api/v1/documents")
    def documents() -> Json:
        return documents_to_json(assistant.documents(), assistant.chunk_counts())

    @router.get("/api/v1/documents/{document_id}")
    def document(document_id: str) -> Json:
        found = assistant.document(document_id)
        return document_to_json(found, assistant.chunk_counts().get(document_id))

    @router.get("/api/v1/regions")
    def regions() -> Json:
        return {"regions": [{"name": place.name, "documents": place.documents} for place in assistant.places()]}

    @router.get("/healthz")
    async def healthz() -> Json:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> Response:
        reason = await asyncio.to_thread(_why_not_ready, assistant)
        if reason is not None:
            return JSONResponse({"status": "not ready", "reason": reason}, 503)
        published = assistant.published()
        return JSONResponse({"status": "ready", "generation": published and published.generation})

    return router


def stream_events(answer: Answer, language: Language, numbers: HelpSettings) -> Iterator[str]:
    """Yield an answer as server-sent events; the statements' ``delta`` joined are the final ``answer``.

    The answer is complete and verified before the first event: nothing is shown that might be taken back.
    """
    whole = answer_to_json(answer, language, numbers)
    yield _event("status", {"status": whole["status"], "message": whole["message"], "mode": whole["mode"]})
    for statement, piece in zip(answer.statements, answer_pieces(answer), strict=True):
        yield _event("statement", {**statement_to_json(statement), "delta": piece})
    for citation in whole["citations"]:
        yield _event("citation", citation)
    for notice in whole["notices"]:
        yield _event("notice", notice)
    yield _event("done", whole)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


async def _search(assistant: Assistant, desk: Desk, asked: SearchBody) -> Json:
    question = question_from(asked.question or asked.q, asked.region)
    wanted = filter_from(asked)
    return search_to_json(await desk.run(lambda: assistant.search(question, asked.top, wanted)))


def _why_not_ready(assistant: Assistant) -> str | None:
    """Return None where a generation is published and answers a search, else the reason in English."""
    if assistant.published() is None:
        return "no generation is published"
    try:
        assistant.search(Question(_PROBE), 1)
    except PolicychatError as error:
        return f"{type(error).__name__}: {error}"
    return None
