"""The HTTP interface under ``/api/v1`` and the two probes."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from rag.catalogue.question_records import Channel
from rag.domain import Answer, AnswerStatus, Authority, DocumentType, Question, Validity
from rag.errors import PolicychatError
from rag.ports import Assistant
from rag.settings import HelpSettings
from ui import api_descriptions as described
from ui.desk import Desk
from ui.intake import filter_from, question_from
from ui.public_types import AnswerKept, Catalogue, DocumentRead, PlacesKnown, SearchFound
from ui.question_logging import QuestionLogging, no_logging
from ui.receipts import Receipts
from ui.serialise import Json, answer_to_json, document_to_json, documents_to_json, search_to_json
from ui.standing_state import stand_now
from ui.streaming import KEEP_ALIVE_S, MEDIA_TYPE, EventStream, peeked, told
from ui.wording import chosen_language

_HTTP_STATUS = {AnswerStatus.INVALID: 422, AnswerStatus.UNAVAILABLE: 503}
"""Every other outcome is a proper answer, also the one that the sources do not say."""

_PROBE = "政策"

Top = Annotated[int, Field(ge=1, le=100, description="How many passages.")]
Words = Annotated[str | None, Field(max_length=200)]
AcceptLanguage = Annotated[
    str | None, Header(description="Language of messages: Chinese in either script, or English.")
]
Accept = Annotated[str, Header(description="`text/event-stream` for the answer step by step; else it comes whole.")]
Lang = Annotated[str | None, Query(max_length=20, description="`zh-Hans`, `zh-Hant` or `en`; goes before the header.")]


class AskBody(BaseModel):
    """A question, and what was asked before it."""

    question: str = Field(description="At most `answering.max_question_chars` characters, 500 by default.")
    region: str | None = Field(None, description="The place asked about, as GET /api/v1/regions names it.")
    history: list[str] = Field(
        default_factory=list, max_length=100, description="Earlier questions, oldest first; the last ten count."
    )
    conversation_id: str | None = Field(None, max_length=200, description="For your own records; changes nothing.")
    anew: bool = Field(
        False, description="True to hear what the documents say now, also where an answer that people approved fits."
    )


class SearchBody(BaseModel):
    """What to look for; ``question`` may be left out where a filter says what to find. All that is given must hold."""

    question: str = Field("", description="Words or a question, in any script.")
    q: str = Field("", description="The same under a shorter name, for addresses.")
    region: str | None = Field(None, description="The place asked about: its documents come first.")
    top: Top = 10
    within: Words = Field(None, description="Only documents of this place and of every place in it.")
    published_from: date | None = Field(None, description="Only documents published on this day or later.")
    published_until: date | None = Field(None, description="Only documents published on this day or earlier.")
    issuer: Words = Field(None, description="Part of the issuer's name, in either script.")
    type: list[DocumentType] = Field(
        default_factory=list, max_length=len(DocumentType), description="Only texts of these kinds."
    )
    authority: list[Authority] = Field(
        default_factory=list, max_length=len(Authority), description="Only pages that these published."
    )
    validity: list[Validity] = Field(
        default_factory=list, max_length=len(Validity), description="Only texts that stand like this."
    )
    document_number: Words = Field(None, description="Whole or part of a document number.")
    phrase: Words = Field(None, description="Words that must stand in the passage in this order.")


def build_api(
    assistant: Assistant,
    desk: Desk,
    numbers: HelpSettings,
    receipts: Receipts,
    keep_alive_s: float = KEEP_ALIVE_S,
    log: QuestionLogging | None = None,
) -> APIRouter:
    """Return the routes; errors are turned into JSON by ``ui.faults``. Every answer goes out with its receipt.

    ``log`` is told how each question ends; without one nothing is kept.
    """
    router = APIRouter()
    log = log or no_logging()

    @router.post(
        "/api/v1/ask", tags=["answers"], **described.ASK, responses=described.responses(AnswerKept, "ask_kept")
    )
    async def ask(
        body: AskBody, lang: Lang = None, accept_language: AcceptLanguage = None, accept: Accept = ""
    ) -> Response:
        question = question_from(body.question, body.region, body.history, anew=body.anew)
        language = chosen_language(lang, accept_language)

        asked = log.begin(question, Channel.API, language)

        def receipt_for(answer: Answer) -> str:
            receipt = receipts.issue(answer, language, question.region)
            asked.answered(answer, receipt)
            return receipt

        if MEDIA_TYPE in accept:
            with asked.failures():
                begun = desk.stream(lambda: assistant.stream(question), keep_alive_s)
                _, events = await peeked(asked.watching(begun))
            return EventStream(told(events, language, numbers, receipt_for))
        with asked.failures():
            answer = await desk.run(lambda: assistant.answer(question))
        whole = answer_to_json(answer, language, numbers) | {"receipt": receipt_for(answer)}
        return JSONResponse(whole, _HTTP_STATUS.get(answer.status, 200))

    searching: dict[str, Any] = {**described.SEARCH, "responses": described.responses(SearchFound, "search")}

    @router.post("/api/v1/search", tags=["search"], **searching)
    async def search(body: SearchBody) -> Json:
        return await _search(assistant, desk, body)

    @router.get("/api/v1/search", tags=["search"], **searching)
    async def search_by_address(asked: Annotated[SearchBody, Query()]) -> Json:
        return await _search(assistant, desk, asked)

    @router.get(
        "/api/v1/documents",
        tags=["documents"],
        **described.DOCUMENTS,
        responses=described.responses(Catalogue, "documents"),
    )
    def documents() -> Json:
        return documents_to_json(assistant.documents(), assistant.chunk_counts())

    @router.get(
        "/api/v1/documents/{document_id}",
        tags=["documents"],
        **described.DOCUMENT,
        responses=described.responses(DocumentRead, "document"),
    )
    def document(
        document_id: Annotated[str, Path(max_length=200, description="The `document_id` of a citation or a hit.")],
    ) -> Json:
        found = assistant.document(document_id)
        return document_to_json(found, assistant.chunk_counts().get(document_id))

    @router.get(
        "/api/v1/regions",
        tags=["documents"],
        **described.REGIONS,
        responses=described.responses(PlacesKnown, "regions"),
    )
    def regions() -> Json:
        return {"regions": [{"name": place.name, "documents": place.documents} for place in assistant.places()]}

    @router.get("/healthz", tags=["probes"], **described.ALIVE)
    async def healthz() -> Json:
        return {"status": "alive"}

    @router.get("/readyz", tags=["probes"], **described.READY)
    async def readyz() -> Response:
        reason = await asyncio.to_thread(_why_not_ready, assistant)
        if reason is not None:
            return JSONResponse({"status": "not ready", "reason": reason}, 503)
        published = assistant.published()
        ready = {"status": "ready", "generation": published and published.generation}
        # The machine is well and the page that says so must be reached, but nobody should take it for answering.
        return JSONResponse(ready | ({"service": "closed"} if stand_now().closed else {}))

    return router


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
