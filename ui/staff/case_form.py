"""``/staff/cases/new``: hand a question over to the office that can answer it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from rag.catalogue.call_records import CallOutcome
from rag.catalogue.calls import MAX_NOTE_CHARS, MAX_QUESTION_CHARS, MAX_REGION_CHARS
from rag.catalogue.case_records import NewCase
from rag.catalogue.queue_state import QueueDecision
from rag.catalogue.schema import MAX_NAME_CHARS
from rag.responsible_offices import Office, offices_for
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, field, go_to
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.markup import Html, element, join, line
from ui.staff.call_form import DRAFTS, private
from ui.staff.call_page import masked_told
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
    own,
    place_field,
    select_field,
    stored,
    text_field,
    today,
)
from ui.wording import Wording

_NUMBERED = 2**31 - 1
_KEY = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class TypedCase:
    """What somebody typed into the form."""

    question: str = ""
    region: str = ""
    background: str = ""
    office: str = ""
    """One of the settings' offices."""
    other_office: str = ""
    """One that was typed in; it goes before the chosen one."""
    due: date | None = None
    call: int | None = None
    queue: str = ""
    mark: str = ""
    draft: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, object]) -> TypedCase:
        """Read a form, or the address that fills it in; nothing in it is trusted."""
        queue = text_of(sent, "queue", 64)
        return cls(
            text_of(sent, "question", MOST_READ),
            text_of(sent, "region", MAX_REGION_CHARS),
            text_of(sent, "background", MOST_READ),
            text_of(sent, "office", MAX_NAME_CHARS),
            text_of(sent, "other_office", MAX_NAME_CHARS),
            day_of(text_of(sent, "due", 10)),
            number_of(text_of(sent, "call", 10), most=_NUMBERED),
            queue if _KEY.fullmatch(queue) else "",
            text_of(sent, "mark", 32),
            text_of(sent, "draft", 60),
        )

    def problem(self, wording: Wording) -> str | None:
        """Return why it cannot be kept, in words, or None."""
        if not self.question:
            return wording.text("cases.wrong.question")
        if not (self.office or self.other_office):
            return wording.text("cases.wrong.office")
        if len(self.question) > MAX_QUESTION_CHARS or len(self.background) > MAX_NOTE_CHARS:
            return wording.text("calls.wrong.long")
        if self.due is not None and self.due < today():
            return wording.text("cases.wrong.due")
        return None


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the form."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))
    sending = Depends(parts.doors.checked(Role.STAFF))

    @router.get("/cases/new")
    def new(request: Request, signed_in: SignedIn = reading) -> Response:
        typed = _filled(parts, signed_in, TypedCase.of(request.query_params))
        return _page(parts, request, signed_in, typed)

    @router.post("/cases")
    async def open_(request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_open, parts, request, signed_in, sent)

    return router


def _filled(parts: ConsoleParts, signed_in: SignedIn, typed: TypedCase) -> TypedCase:
    """Return the form with what the call says that it comes from; somebody else's call is not there."""
    if typed.call is None:
        return typed
    with parts.open_catalogue() as catalogue:
        call = own(catalogue.calls.get(typed.call), signed_in).call
    return replace(typed, question=typed.question or call.question, region=typed.region or call.region or "")


def _open(parts: ConsoleParts, request: Request, signed_in: SignedIn, sent: FormData) -> Response:
    typed = TypedCase.of(sent)
    wording = parts.wording(request)
    problem = typed.problem(wording)
    if problem is not None:
        return _page(parts, request, signed_in, typed, problem)
    due = typed.due or _usually_due(parts)
    office = typed.other_office or typed.office
    new = NewCase(
        typed.mark,
        signed_in.user,
        typed.question,
        office,
        due,
        typed.region or None,
        typed.background,
        typed.call,
        typed.queue or None,
    )
    with parts.open_catalogue() as catalogue:
        call = own(catalogue.calls.get(typed.call), signed_in).call if typed.call else None
        if typed.queue:
            holder = catalogue.queue.take(typed.queue, signed_in.user, parts.settings.calls.lease_minutes)
            if holder != signed_in.user:
                problem = wording.text("queue.wrong.taken", who=line(holder))
                return _page(parts, request, signed_in, typed, problem)
        opened = catalogue.cases.open(new)
        if call is not None and call.outcome is not CallOutcome.HANDED_OVER:
            catalogue.calls.note(call.number, signed_in.user, "", CallOutcome.HANDED_OVER)
        if typed.queue:
            catalogue.queue.decide(typed.queue, signed_in.user, QueueDecision.HANDED_OVER, office)
    query = masked_query(opened.masked) | stored(sent)
    return go_to(f"/staff/cases/{opened.number}", "case_opened", **query)


def _usually_due(parts: ConsoleParts) -> date:
    return today() + timedelta(days=parts.settings.offices.answer_days)


def _page(
    parts: ConsoleParts,
    request: Request,
    signed_in: SignedIn,
    typed: TypedCase,
    problem: str | None = None,
) -> Response:
    wording = parts.wording(request)
    known = offices_for(typed.question, typed.region or None, parts.settings.offices, parts.places.gazetteer())
    hidden = [("call", str(typed.call or "")), ("queue", typed.queue)]
    body = join(
        masked_told(request, wording),
        element("p", wording.text("cases.new.lead")),
        _from_call(typed, wording),
        draft_form(
            signed_in,
            "/staff/cases",
            draft_name("case-new", typed.draft, typed.question, typed.region, typed.queue, str(typed.call or "")),
            wording,
            new_mark(),
            *(element("input", type="hidden", name=name, value=value) for name, value in hidden if value),
            text_field("question", wording.text("cases.question"), typed.question, longest=MAX_QUESTION_CHARS, rows=3),
            place_field(parts, wording, typed.region),
            text_field(
                "background",
                wording.text("cases.background"),
                typed.background,
                hint=wording.text("cases.background.hint"),
                longest=MAX_NOTE_CHARS,
                rows=3,
            ),
            office_fields(known, wording, typed.office, typed.other_office),
            day_field(
                "due",
                wording.text("cases.due"),
                typed.due or _usually_due(parts),
                hint=wording.text("cases.due.hint", days=parts.settings.offices.answer_days),
            ),
            private(wording),
            element(
                "div",
                button(wording.text("cases.save"), primary=True),
                element("a", wording.text("cases.leave"), href=at("/staff/cases")),
                class_="actions",
            ),
        ),
    )
    title = wording.text("cases.new")
    return staff_page(
        request, signed_in, wording, title, body, active="cases", problem=problem, scripts=DRAFTS, styles=STYLES
    )


def _from_call(typed: TypedCase, wording: Wording) -> Html:
    if typed.call is None:
        return join()
    link = element("a", wording.text("calls.one", number=typed.call), href=call_address(typed.call))
    return element("p", wording.text("cases.from_call"), link)


def office_fields(
    known: Sequence[Office], wording: Wording, chosen: str = "", other: str = "", *, id_: str = ""
) -> Html:
    """Return the choice of an office, the likeliest first, and the field for one that is not in the settings."""
    typed = element(
        "input", type="text", name="other_office", id=f"other_office{id_}", value=other, maxlength=MAX_NAME_CHARS
    )
    other_label = wording.text("cases.office.other" if known else "cases.office")
    other_field = field(other_label, typed, for_=f"other_office{id_}")
    if not known:
        return other_field
    options = [(office.name, line(office.name)) for office in known]
    if chosen and chosen not in [name for name, _ in options]:
        options.append((chosen, line(chosen)))
    select = select_field(
        "office", wording.text("cases.office"), options, chosen, hint=wording.text("cases.office.hint")
    )
    return element("div", select, other_field, class_="side-by-side")
