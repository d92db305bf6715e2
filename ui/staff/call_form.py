"""``/staff/calls/new``: log a call. What is typed stays in the window until it is stored (``staff_drafts.js``)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import FormData

from rag.catalogue.call_records import CallOutcome, Logged, NewCall
from rag.catalogue.calls import MAX_ANSWER_CHARS, MAX_NOTE_CHARS, MAX_QUESTION_CHARS, MAX_REGION_CHARS
from ui.accounts.doors import NO_STORE, SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, go_to
from ui.console.parts import ConsoleParts
from ui.console.sent import text_of
from ui.markup import Html, element, join
from ui.receipts import MAX_RECEIPT_CHARS, Opened, ReceiptError, Receipts, receipts_in
from ui.staff.calls import STYLES, call_address
from ui.staff.frame import staff_page
from ui.staff.hotline_fields import (
    MOST_READ,
    day_field,
    day_of,
    draft_form,
    draft_name,
    masked_query,
    new_mark,
    place_field,
    select_field,
    stored,
    text_field,
)
from ui.wording import Wording

DRAFTS = ("staff_drafts.js",)
CALL_LIMITS: Mapping[str, int] = {"/staff/calls": MAX_RECEIPT_CHARS + 192 * 1024}
"""Bytes of the form: a receipt, and texts of which each character takes nine bytes."""


@dataclass(frozen=True, slots=True)
class TypedCall:
    """What somebody typed into the form."""

    question: str = ""
    region: str = ""
    answer: str = ""
    answer_record: str = ""
    outcome: CallOutcome | None = None
    follow_up: date | None = None
    note: str = ""
    mark: str = ""
    draft: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, object]) -> TypedCall:
        """Read a form, or the address that fills it in; nothing in it is trusted. Texts are not cut."""
        outcome = text_of(sent, "outcome", 20)
        return cls(
            text_of(sent, "question", MOST_READ),
            text_of(sent, "region", MAX_REGION_CHARS),
            text_of(sent, "answer", MOST_READ),
            text_of(sent, "answer_record", MAX_RECEIPT_CHARS + 1),
            CallOutcome(outcome) if outcome in tuple(CallOutcome) else None,
            day_of(text_of(sent, "follow_up", 10)),
            text_of(sent, "note", MOST_READ),
            text_of(sent, "mark", 32),
            text_of(sent, "draft", 60),
        )

    def problem(self, wording: Wording) -> str | None:
        """Return why it cannot be kept, in words, or None."""
        if self.outcome is None:
            return wording.text("calls.wrong.outcome")
        if self.outcome.has_question and not self.question:
            return wording.text("calls.wrong.question")
        longest = ((self.question, MAX_QUESTION_CHARS), (self.answer, MAX_ANSWER_CHARS), (self.note, MAX_NOTE_CHARS))
        if any(len(text) > most for text, most in longest):
            return wording.text("calls.wrong.long")
        return None


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the form."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))
    sending = Depends(parts.doors.checked(Role.STAFF))
    receipts = receipts_in(parts.settings.paths.data)

    @router.get("/calls/new")
    def new(request: Request, signed_in: SignedIn = reading) -> Response:
        return _page(parts, request, signed_in, TypedCall.of(request.query_params))

    @router.post("/calls")
    async def add(request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_add, parts, receipts, request, signed_in, sent)

    return router


def _add(parts: ConsoleParts, receipts: Receipts, request: Request, signed_in: SignedIn, sent: FormData) -> Response:
    typed = TypedCall.of(sent)
    wording = parts.wording(request)
    wants_json = "application/json" in request.headers.get("accept", "")
    problem = typed.problem(wording)
    if problem is not None or typed.outcome is None:
        if wants_json:
            return JSONResponse({"problem": problem}, 422, NO_STORE)
        return _page(parts, request, signed_in, typed, problem)
    opened = _opened(receipts, typed.answer_record)
    call = NewCall(
        typed.mark,
        signed_in.user,
        typed.question,
        typed.outcome,
        typed.region or None,
        typed.answer,
        typed.note,
        typed.follow_up,
        opened.receipt_id if opened else None,
        opened.record if opened else None,
    )
    with parts.open_catalogue() as catalogue:
        logged = catalogue.calls.add(call)
    return _json(logged) if wants_json else _onward(typed.outcome, logged, stored(sent))


def _opened(receipts: Receipts, receipt: str) -> Opened | None:
    """Return what the assistant had answered; a call is not lost because its receipt is old."""
    try:
        return receipts.open(receipt) if receipt else None
    except ReceiptError:
        return None


def _json(logged: Logged) -> Response:
    told = {"number": logged.number, "address": call_address(logged.number), "masked": list(logged.masked)}
    return JSONResponse(told, headers=NO_STORE)


def _onward(outcome: CallOutcome, logged: Logged, done: Mapping[str, str]) -> Response:
    query = masked_query(logged.masked) | dict(done)
    if outcome is CallOutcome.HANDED_OVER:
        return go_to("/staff/cases/new", "call_logged", call=str(logged.number), **query)
    return go_to(f"/staff/calls/{logged.number}", "call_logged", **query)


def _page(
    parts: ConsoleParts, request: Request, signed_in: SignedIn, typed: TypedCall, problem: str | None = None
) -> Response:
    wording = parts.wording(request)
    body = join(
        element("p", wording.text("calls.new.lead")),
        call_form(parts, signed_in, wording, typed),
    )
    title = wording.text("calls.new")
    return staff_page(
        request, signed_in, wording, title, body, active="calls", problem=problem, scripts=DRAFTS, styles=STYLES
    )


def call_form(parts: ConsoleParts, signed_in: SignedIn, wording: Wording, typed: TypedCall) -> Html:
    """Return the form that logs a call."""
    outcomes = [("", wording.text("calls.choose"))]
    outcomes += [(one.value, wording.text(f"calls.outcome.{one}")) for one in CallOutcome]
    answer_record = element("input", type="hidden", name="answer_record", value=typed.answer_record)
    return draft_form(
        signed_in,
        "/staff/calls",
        draft_name("call-new", typed.draft, typed.question, typed.region, typed.answer),
        wording,
        new_mark(),
        answer_record if typed.answer_record else "",
        text_field(
            "question",
            wording.text("calls.question"),
            typed.question,
            hint=wording.text("calls.question.hint"),
            longest=MAX_QUESTION_CHARS,
            rows=3,
        ),
        place_field(parts, wording, typed.region),
        text_field("answer", wording.text("calls.answer"), typed.answer, longest=MAX_ANSWER_CHARS, rows=6),
        element(
            "div",
            select_field("outcome", wording.text("calls.outcome"), outcomes, typed.outcome or ""),
            day_field(
                "follow_up", wording.text("calls.follow_up"), typed.follow_up, hint=wording.text("calls.follow_up.hint")
            ),
            class_="side-by-side",
        ),
        text_field("note", wording.text("calls.note"), typed.note, longest=MAX_NOTE_CHARS, rows=3),
        private(wording),
        element(
            "div",
            button(wording.text("calls.save"), primary=True),
            element("a", wording.text("calls.leave"), href=at("/staff/calls")),
            class_="actions",
        ),
    )


def private(wording: Wording) -> Html:
    """Return what every form about callers says: what is masked, and what not to write."""
    return element("p", wording.text("calls.private"), class_="hint")
