"""``/staff/calls/NUMBER``: one call with its notes, for whoever logged it and for supervisors."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from rag.answer_record import from_record
from rag.catalogue.call_records import CallNote, CallOutcome, WholeCall
from rag.catalogue.calls import MAX_NOTE_CHARS
from rag.catalogue.case_records import Case
from rag.errors import UnknownIdError
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.answer_sheet import answer_sheet
from ui.console.frame import button, facts, go_to
from ui.console.moments import moment
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.markup import Html, element, join, line
from ui.staff.call_form import DRAFTS, private
from ui.staff.calls import STYLES, outcome_mark
from ui.staff.case_words import case_line
from ui.staff.frame import staff_page
from ui.staff.hotline_fields import (
    MOST_READ,
    address,
    day_field,
    day_of,
    draft_form,
    masked_query,
    own,
    paragraphs,
    select_field,
    stored,
    text_field,
)
from ui.wording import Wording

_NUMBERED = 2**31 - 1


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the page and of its notes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))
    sending = Depends(parts.doors.checked(Role.STAFF))

    @router.get("/calls/{number}")
    def call(number: str, request: Request, signed_in: SignedIn = reading) -> Response:
        return _page(parts, request, signed_in, _found(number))

    @router.post("/calls/{number}/notes")
    async def note(number: str, request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_note, parts, request, signed_in, _found(number), sent)

    return router


def _found(number: str) -> int:
    found = number_of(number, most=_NUMBERED)
    if found is None:
        raise UnknownIdError(f"{number[:40]!r} is no number of a call")
    return found


def _note(parts: ConsoleParts, request: Request, signed_in: SignedIn, number: int, sent: FormData) -> Response:
    typed = text_of(sent, "note", MOST_READ)
    day, chosen = day_of(text_of(sent, "follow_up", 10)), text_of(sent, "outcome", 20)
    wording = parts.wording(request)
    with parts.open_catalogue() as catalogue:
        call = own(catalogue.calls.get(number), signed_in).call
        outcome = CallOutcome(chosen) if chosen in tuple(CallOutcome) else call.outcome
        day = (day or call.follow_up) if outcome is CallOutcome.CALL_BACK else None
        problem = None
        if len(typed) > MAX_NOTE_CHARS:
            problem = wording.text("calls.wrong.long")
        elif not typed and (outcome, day) == (call.outcome, call.follow_up):
            problem = wording.text("calls.wrong.note")
        if problem is None:
            logged = catalogue.calls.note(number, signed_in.user, typed, outcome, day)
    if problem is not None:
        return _page(parts, request, signed_in, number, problem, typed)
    query = masked_query(logged.masked) | stored(sent)
    return go_to(f"/staff/calls/{number}", "call_noted", **query)


def _page(
    parts: ConsoleParts,
    request: Request,
    signed_in: SignedIn,
    number: int,
    problem: str | None = None,
    typed: str = "",
) -> Response:
    wording = parts.wording(request)
    with parts.open_catalogue() as catalogue:
        whole = own(catalogue.calls.get(number), signed_in)
        cases = catalogue.cases.of_call(number)
    body = join(
        masked_told(request, wording),
        element("p", whole.call.question or wording.text("calls.no_question"), class_="lead", lang="zh"),
        _facts(whole, wording),
        _answered(whole, wording),
        _cases(whole, cases, wording),
        element("h2", wording.text("calls.notes")),
        element("ol", *(_told(note, wording) for note in whole.notes), class_="history plain"),
        _note_form(whole, signed_in, wording, typed),
    )
    title = wording.text("calls.one", number=number)
    return staff_page(
        request, signed_in, wording, title, body, active="calls", problem=problem, scripts=DRAFTS, styles=STYLES
    )


def masked_told(request: Request, wording: Wording) -> Html:
    """Return that personal numbers were masked in what was just stored; nothing where none were."""
    if request.query_params.get("masked") != "1":
        return join()
    return element("p", wording.text("calls.masked"), class_="told", role="status")


def _facts(whole: WholeCall, wording: Wording) -> Html:
    call = whole.call
    rows: list[tuple[str, str]] = [
        (wording.text("calls.outcome"), outcome_mark(call.outcome, wording)),
        (wording.text("calls.place"), line(call.region or "–")),
        (wording.text("calls.when"), moment(wording, call.at)),
        (wording.text("calls.by"), line(call.by)),
    ]
    if call.follow_up:
        rows.insert(1, (wording.text("calls.follow_up"), wording.day(call.follow_up)))
    return facts(rows)


def _answered(whole: WholeCall, wording: Wording) -> Html:
    told = whole.call.answer
    shown = paragraphs(told) if told else element("p", wording.text("calls.no_answer"), class_="hint")
    return join(element("h2", wording.text("calls.answer")), shown, _record(whole, wording))


def _record(whole: WholeCall, wording: Wording) -> Html:
    """Return the assistant's answer as it was when the call was logged; nothing where another version kept it."""
    if whole.record is None:
        return join()
    try:
        answer = from_record(whole.record.get("answer"))
    except ValueError:
        return join()
    sheet = answer_sheet(answer, wording)
    said = (element("li", statement.text, " ", statement.marks) for statement in sheet.lines)
    sources = (
        element("li", element("a", f"[{quote.number}] {source.title}", href=quote.address))
        for source in sheet.sources
        for quote in source.quotes
    )
    return element(
        "details",
        element("summary", wording.text("calls.record")),
        element("ul", *said, lang="zh"),
        element("ul", *sources, lang="zh", class_="plain"),
    )


def _cases(whole: WholeCall, cases: tuple[Case, ...], wording: Wording) -> Html:
    hand_over = element(
        "a",
        wording.text("cases.new"),
        href=address("/staff/cases/new", {"call": str(whole.call.number)}),
        class_="button",
    )
    again = element(
        "a",
        wording.text("calls.to_desk"),
        href=address("/staff/", {"q": whole.call.question, "region": whole.call.region or ""}),
        class_="button",
    )
    of_call = element("ul", *(element("li", case_line(case, wording)) for case in cases), class_="plain")
    asks = bool(whole.call.question)
    return join(of_call if cases else "", element("div", hand_over, again, class_="actions") if asks else "")


def _told(note: CallNote, wording: Wording) -> Html:
    day = wording.text("calls.follow_up.on", day=wording.day(note.follow_up)) if note.follow_up else ""
    return element(
        "li",
        element(
            "p",
            moment(wording, note.at),
            " ",
            line(note.by),
            " ",
            outcome_mark(note.outcome, wording),
            f" {day}",
            class_="hint",
        ),
        paragraphs(note.text) if note.text else "",
    )


def _note_form(whole: WholeCall, signed_in: SignedIn, wording: Wording, typed: str) -> Html:
    outcomes = [(one.value, wording.text(f"calls.outcome.{one}")) for one in CallOutcome]
    number = whole.call.number
    return draft_form(
        signed_in,
        f"/staff/calls/{number}/notes",
        f"note-{number}",
        wording,
        text_field("note", wording.text("calls.note.add"), typed, longest=MAX_NOTE_CHARS, rows=3),
        element(
            "div",
            select_field("outcome", wording.text("calls.outcome.now"), outcomes, whole.call.outcome),
            day_field(
                "follow_up",
                wording.text("calls.follow_up"),
                whole.call.follow_up,
                hint=wording.text("calls.follow_up.hint"),
            ),
            class_="side-by-side",
        ),
        private(wording),
        element(
            "div",
            button(wording.text("calls.note.save"), primary=True),
            element("a", wording.text("calls.all"), href=at("/staff/calls")),
            class_="actions",
        ),
    )
