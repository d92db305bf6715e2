"""``/staff/answer``: the assistant's answer for the caller's place, which the operator cuts, adds to and words anew.

A script of the desk asks for the pane alone (header ``X-Part``) and puts it beside the search; without scripts the same forms
go from page to page. Nothing is kept on the server: what the operator did travels in the form, the answer as a receipt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from rag.catalogue.question_records import Channel
from rag.domain import Answer, Hit, Question
from rag.draft_answers import Drafting
from rag.errors import PolicychatError
from rag.personal_data import masked_question
from ui.accounts.doors import NO_STORE, SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.parts import ConsoleParts
from ui.markup import Html, element, join
from ui.receipts import ReceiptError, Receipts, receipts_in
from ui.staff.answer_fields import AnswerFields, asked_in, sent_in
from ui.staff.answer_pane import render_pane
from ui.staff.answer_shown import Shown
from ui.staff.draft_texts import DraftTexts, draft_texts
from ui.staff.frame import staff_page
from ui.traditional import language_for, told_in_script
from ui.wording import Wording

PART = "x-part"
"""Header of a request for the pane alone: ``answer`` for all of it, ``check`` where somebody is writing."""
_NEAR = 8


class AnswerPane:
    """Answers, remakes drafts, and shows them."""

    def __init__(self, parts: ConsoleParts) -> None:
        """Work for the site of these parts."""
        self._parts = parts
        self._receipts: Receipts = receipts_in(parts.settings.paths.data)

    def shown(self, fields: AnswerFields, wording: Wording, origin: str, *, near: bool) -> Shown:
        """Return what the pane shows; asks the question where the form has no receipt of an answer yet.

        Raises:
            ReceiptError: the receipt is not ours, or not of this version.
            NoGenerationError: nothing is published.
        """
        if fields.receipt:
            kept = self._receipts.open(fields.receipt)
            base, region = kept.answer, kept.region
            fields = replace(fields, question=base.question, region=region)
        else:
            question, _ = masked_question(Question(fields.question, fields.region, anew=fields.anew))
            asked = self._parts.log.begin(question, Channel.STAFF, wording.language)
            with asked.failures():
                base = self._parts.assistant.answer(question)
            receipt = self._receipts.issue(base, wording.language, question.region)
            asked.answered(base, receipt)
            fields = replace(fields, question=base.question, receipt=receipt)
        drafting = Drafting(self._parts.assistant, self._parts.places.gazetteer(), self._parts.settings.answering)
        draft = drafting.draft(base, fields.region, fields.changes)
        texts = self._texts(draft.answer, wording, origin) if draft.answer else None
        return Shown(fields, base, draft, texts, self._near(fields) if near else ())

    def _texts(self, answer: Answer, wording: Wording, origin: str) -> DraftTexts:
        told = Wording(language_for(answer.question, wording.language), wording.numbers)
        return draft_texts(told_in_script(answer, answer.question, told.language), told, origin)

    def _near(self, fields: AnswerFields) -> Sequence[Hit]:
        try:
            return self._parts.assistant.search(Question(fields.question, fields.region), _NEAR).hits
        except PolicychatError:
            # A question that cannot be searched for, such as a greeting, has nothing near it.
            return ()


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the answer pane."""
    router = APIRouter(include_in_schema=False)
    reading, changing = Depends(parts.doors.require(Role.STAFF)), Depends(parts.doors.checked(Role.STAFF))
    pane = AnswerPane(parts)

    @router.get("/answer")
    def answer(request: Request, signed_in: SignedIn = reading) -> Response:
        return _reply(pane, parts, request, signed_in, asked_in(request.query_params))

    @router.post("/answer")
    async def changed(request: Request, signed_in: SignedIn = changing) -> Response:
        fields = sent_in(await request.form())
        return await asyncio.to_thread(_reply, pane, parts, request, signed_in, fields)

    return router


def _reply(
    pane: AnswerPane, parts: ConsoleParts, request: Request, signed_in: SignedIn, fields: AnswerFields
) -> HTMLResponse:
    wording = parts.wording(request)
    part = request.headers.get(PART)
    if not fields.question and not fields.receipt:
        return _page(request, signed_in, wording, element("p", wording.text("staff.answer.hint")), part)
    origin = f"{request.url.scheme}://{request.url.netloc}"
    try:
        shown = pane.shown(fields, wording, origin, near=part != "check")
    except ReceiptError:
        words = wording.text("staff.answer.unreadable")
        return _page(request, signed_in, wording, join(), part, problem=words)
    return _page(request, signed_in, wording, render_pane(shown, signed_in, wording), part)


def _page(
    request: Request, signed_in: SignedIn, wording: Wording, body: Html, part: str | None, problem: str | None = None
) -> HTMLResponse:
    if part:
        told = element("p", problem, class_="problem", role="alert") if problem else join()
        return HTMLResponse(join(told, body), 422 if problem else 200, NO_STORE)
    back = element("p", element("a", wording.text("staff.back"), href=at("/staff/"), class_="button"))
    whole = join(element("div", body, class_="answer-pane answer-alone"), back)
    return staff_page(
        request, signed_in, wording, wording.text("staff.answer"), whole, active="desk", problem=problem,
        styles=("staff_answer.css",),
    )  # fmt: skip
