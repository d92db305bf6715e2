"""``/ask``: the first screen and its answers as plain pages. Works without scripts; with them it is the light page."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rag.catalogue.question_records import Channel
from rag.domain import Question
from rag.personal_data import masked_question
from ui.answered import Answered
from ui.desk import Desk
from ui.faults import classify
from ui.first_screen import Screen, render_first_screen
from ui.holdings import Shelf
from ui.intake import question_from
from ui.markup import Html, element
from ui.page_api import EXAMPLES
from ui.pages.frame_page import bare_page
from ui.reader import Reader, reader_of
from ui.wording import Wording

FILES = ("site.css", "page.js")


class PlainPages:
    """Writes first screens as whole pages."""

    def __init__(self, answered: Answered, desk: Desk, shelf: Shelf) -> None:
        self._answered = answered
        self._desk = desk
        self._shelf = shelf

    def screen(self, reader: Reader, path: str) -> Screen:
        """Return what the first screen shows this reader; looks the holdings up, so call it in a thread."""
        holdings = self._shelf.current()
        places = holdings.places if holdings else ()
        region = reader.region if reader.region in {place.name for place in places} else None
        examples = self._shelf.examples(region, EXAMPLES)
        return Screen(holdings, places, region, examples, path=path, edition=reader.edition)

    async def page(self, request: Request, path: str) -> HTMLResponse:
        """Return the page with the answer to what the form or the address asks, where it asks something."""
        reader = reader_of(request.scope)
        fields = await _fields(request)
        region = fields.get("region", [reader.region or ""])[0]
        text, region = _asked(fields, region)
        wording = reader.wording(self._answered.numbers)
        sent = question_from(text, region, fields.get("history", []), anew="anew" in fields)
        question, _ = masked_question(sent)
        screen = await asyncio.to_thread(self.screen, replace(reader, region=question.region), path)
        status = 200
        if text is not None:
            turn, status = await self._turn(question, wording)
            earlier = (*question.history, question.text) if question.text else question.history
            # What could not be answered now is not typed again.
            kept = question.text if status != 200 else ""
            screen = replace(screen, turns=turn, earlier=earlier, question=kept)
        title, body = wording.text("page.name"), render_first_screen(screen, wording)
        return HTMLResponse(bare_page(wording, title, body, screen.edition, FILES), status)

    async def _turn(self, question: Question, wording: Wording) -> tuple[Html, int]:
        asked = self._answered.log.begin(question, Channel.ASK, wording.language)
        try:
            answer = await self._desk.run(lambda: self._answered.assistant.answer(question))
        except Exception as error:
            asked.failed(error)
            status, code = classify(error)
            message = element("p", wording.text(f"error.{code}"), class_="message")
            return element("article", message, class_="turn newest"), status
        return self._answered.first(answer, question.region, wording, asked)["html"], 200


def build_plain(pages: PlainPages) -> APIRouter:
    """Return the routes of ``/ask``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/ask", response_class=HTMLResponse)
    @router.post("/ask", response_class=HTMLResponse)
    async def ask(request: Request) -> HTMLResponse:
        return await pages.page(request, "/ask")

    return router


async def _fields(request: Request) -> dict[str, list[str]]:
    """Return the fields of the form that was sent, else those of the address."""
    if request.method != "POST":
        return parse_qs(request.url.query, keep_blank_values=False)
    body = await request.body()
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=60)


def _asked(fields: dict[str, list[str]], region: str) -> tuple[str | None, str]:
    """Return the question and the place: of a button that carries its own, else of the box; None where none was sent."""
    for name in ("option", "example"):
        if name in fields:
            value = fields[name][0]
            place, _, question = value.partition("\n") if name == "option" else (region, "", value)
            return question.strip("\r\n"), place.strip()
    for name in ("question", "q"):
        if name in fields:
            return fields[name][0], region
    return None, region
