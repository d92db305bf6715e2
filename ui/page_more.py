"""``POST /page/more``: what else can be asked after an answer, fetched by the page once the answer stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from rag.domain import Question
from ui.answered import Answered
from ui.desk import Desk
from ui.holdings import Shelf
from ui.intake import HISTORY_TURNS, question_from
from ui.markup import Html
from ui.page_feedback import json_only
from ui.reader import reader_of
from ui.receipts import MAX_RECEIPT_CHARS, Opened
from ui.render_more import render_further, render_nearest
from ui.serialise import Json
from ui.suggestions import further_questions, nearest_topics, searched
from ui.traditional import language_for, telling_for
from ui.wording import Wording, chosen_language


class MoreBody(BaseModel):
    """The receipt of an answer, the language of the page, and what else was asked on it."""

    receipt: str = Field(max_length=MAX_RECEIPT_CHARS)
    lang: Annotated[str | None, Field(max_length=200)] = None
    asked: list[str] = Field(default_factory=list, max_length=100)


def build_more(answered: Answered, desk: Desk, shelf: Shelf) -> APIRouter:
    """Return the route. Where it fails, the page shows nothing: nobody asked for this."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(json_only)])

    @router.post("/page/more")
    async def more(body: MoreBody, request: Request) -> Json:
        opened = answered.receipts.open(body.receipt)
        chosen = chosen_language(body.lang or reader_of(request.scope).language, None)
        wording = Wording(language_for(opened.answer.question, chosen), answered.numbers)
        return {"html": await desk.run(lambda: _offered(opened, body.asked, shelf, wording))}

    return router


def _offered(opened: Opened, asked: list[str], shelf: Shelf, wording: Wording) -> Html:
    """Return what to offer after an answer: questions that go on from it, or, where it found nothing, the nearest."""
    answer = opened.answer
    history = question_from("", None, asked[-HISTORY_TURNS:]).history
    question = Question(answer.question, opened.region, history)
    tell = telling_for(answer.question, wording.language)
    looked = searched(answer, opened.region, shelf)
    if looked is not None:
        return render_nearest(looked, nearest_topics(answer, question, shelf), wording, tell)
    return render_further(further_questions(answer, question, shelf), wording, tell)
