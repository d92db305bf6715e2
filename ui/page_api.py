"""What the page's scripts ask of the server: an answer as it comes, earlier answers again, examples of a place.

Answers go out as finished markup: one renderer writes every page, with and without scripts. The server keeps nothing of
a conversation; the browser sends earlier questions along, and a receipt for every answer it wants to see again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from rag.catalogue.question_records import Channel
from rag.domain import (
    AnswerBegun,
    AnswerEvent,
    AnswerFinished,
    Citation,
    EvidenceFound,
    Question,
    StatementSaid,
)
from rag.personal_data import mask
from ui.answered import Answered
from ui.asked import Asked
from ui.desk import Desk
from ui.first_screen import render_examples
from ui.holdings import Shelf
from ui.intake import HISTORY_TURNS, question_from
from ui.markup import Html
from ui.reader import reader_of
from ui.render_turn import render_turn_under_way
from ui.serialise import Json
from ui.streaming import KEEP_ALIVE, EventStream, fault_in_stream, peeked, written
from ui.wording import Wording

EXAMPLES = 6
MOST_TURNS = 20
"""Turns of one conversation that are shown again at once; the page keeps no more."""

TURNS_LIMIT_BYTES = 2 * 1024 * 1024
"""Room for the receipts of a whole conversation."""

_BEAT_S = 5.0
Words = Annotated[str | None, Field(max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")
    lang: Words = None


class AskBody(_Body):
    """A question from the page."""

    question: str = ""
    region: Words = None
    history: list[str] = Field(default_factory=list, max_length=HISTORY_TURNS * 2)
    anew: bool = False


class TurnsBody(_Body):
    """The receipts of a conversation, oldest first."""

    receipts: list[str] = Field(max_length=MOST_TURNS)


def build_page_api(answered: Answered, desk: Desk, shelf: Shelf, keep_alive_s: float = _BEAT_S) -> APIRouter:
    """Return the routes below ``/page`` that questions go through."""
    router = APIRouter(prefix="/page", include_in_schema=False)

    @router.post("/ask")
    async def ask(body: AskBody, request: Request) -> Response:
        wording = answered.wording(body.lang or reader_of(request.scope).language)
        question = question_from(body.question, body.region, body.history, anew=body.anew)
        asked = answered.log.begin(question, Channel.PAGE, wording.language)
        with asked.failures():
            begun = desk.stream(lambda: answered.assistant.stream(question), keep_alive_s)
            _, events = await peeked(asked.watching(begun))
        return EventStream(_told(events, question, answered, wording, asked))

    @router.post("/turns")
    async def turns(body: TurnsBody, request: Request) -> Json:
        wording = answered.wording(body.lang or reader_of(request.scope).language)
        reopened = await desk.run(lambda: [answered.again(receipt, wording) for receipt in body.receipts])
        return {"turns": reopened}

    @router.get("/examples")
    async def examples(request: Request) -> Json:
        reader = reader_of(request.scope)
        found = await asyncio.to_thread(shelf.examples, reader.region, EXAMPLES)
        return {"html": render_examples(found, answered.wording(reader.language))}

    return router


async def _told(
    events: AsyncGenerator[AnswerEvent | None], question: Question, answered: Answered, wording: Wording, noted: Asked
) -> AsyncGenerator[str]:
    """Yield the steps of an answer as markup, at last the whole of it; an error is the event ``fault``, and the last."""
    evidence: tuple[Citation, ...] = ()
    said: list[StatementSaid] = []
    asked = mask(question.text).text
    try:
        async with aclosing(events):
            async for event in events:
                if event is None:
                    yield KEEP_ALIVE
                elif isinstance(event, AnswerFinished):
                    yield written(answered.first(event.answer, question.region, wording, noted), "done")
                elif isinstance(event, EvidenceFound):
                    evidence = event.citations
                elif isinstance(event, AnswerBegun):
                    said.clear()
                elif isinstance(event, StatementSaid):
                    said.append(event)
                # Without evidence shown first the whole answer follows at once: nothing in between is worth a flicker.
                if evidence and isinstance(event, EvidenceFound | StatementSaid):
                    shown: Html = render_turn_under_way(asked, evidence, said, wording, question.region)
                    yield written({"html": shown}, "show")
    except Exception as error:
        yield written(fault_in_stream(error, wording)["error"], "fault")
