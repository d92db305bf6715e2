"""``/staff/cases/NUMBER``: one case with every step, and what can be done next."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from rag.catalogue import Catalogue
from rag.catalogue.calls import MAX_NOTE_CHARS
from rag.catalogue.case_records import STEPS, CaseEvent, CaseStatus, CaseStep, WholeCase
from rag.catalogue.cases import MAX_REPLY_CHARS, MAX_SOURCE_CHARS
from rag.catalogue.schema import MAX_NAME_CHARS
from rag.errors import UnknownIdError, UsageError
from rag.responsible_offices import offices_for
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import facts, go_to
from ui.console.moments import moment
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.markup import Html, element, join, line
from ui.staff.call_form import DRAFTS
from ui.staff.call_page import masked_told
from ui.staff.calls import STYLES, call_address
from ui.staff.case_steps import step_forms
from ui.staff.case_words import case_address, due_told, proposal_address, status_mark
from ui.staff.frame import staff_page
from ui.staff.hotline_fields import MOST_READ, day_of, masked_query, own, paragraphs, stored, today
from ui.wording import Wording

_NUMBERED = 2**31 - 1


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the page and of its steps."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))
    sending = Depends(parts.doors.checked(Role.STAFF))

    @router.get("/cases/{number}")
    def case(number: str, request: Request, signed_in: SignedIn = reading) -> Response:
        return _page(parts, request, signed_in, case_number(number))

    @router.post("/cases/{number}/step")
    async def step(number: str, request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_step, parts, request, signed_in, case_number(number), sent)

    return router


def case_number(written: str) -> int:
    """Return the number of a case as an address has it. Raises UnknownIdError."""
    found = number_of(written, most=_NUMBERED)
    if found is None:
        raise UnknownIdError(f"{written[:40]!r} is no number of a case")
    return found


def _step(parts: ConsoleParts, request: Request, signed_in: SignedIn, number: int, sent: FormData) -> Response:
    wording = parts.wording(request)
    wanted, seen = text_of(sent, "status", 20), text_of(sent, "expected", 20)
    if wanted not in tuple(CaseStatus) or seen not in tuple(CaseStatus):
        raise UsageError(f"a case cannot become {wanted!r}")
    step = CaseStep(
        CaseStatus(wanted),
        text_of(sent, "text", MOST_READ),
        text_of(sent, "source", MOST_READ),
        text_of(sent, "other_office", MAX_NAME_CHARS) or text_of(sent, "office", MAX_NAME_CHARS) or None,
        day_of(text_of(sent, "due", 10)),
    )
    problem = _problem(step, CaseStatus(seen), wording)
    with parts.open_catalogue() as catalogue:
        now = catalogue.cases.get(number).case.status
        if problem is None and now is not CaseStatus(seen):
            problem = wording.text("cases.wrong.meanwhile", status=wording.text(f"cases.status.{now}"))
        if problem is None:
            done = catalogue.cases.step(number, signed_in.user, step, expected=CaseStatus(seen))
    if problem is not None:
        return _page(parts, request, signed_in, number, problem, step)
    told = "case_remark" if done.was is step.status else f"case_{step.status}"
    return go_to(f"/staff/cases/{number}", told, **masked_query(done.masked) | stored(sent))


def _problem(step: CaseStep, seen: CaseStatus, wording: Wording) -> str | None:
    """Return why a step cannot be taken, in words, or None."""
    if step.status is not seen and step.status not in STEPS[seen]:
        raise UsageError(f"a case that is {seen} cannot become {step.status}")
    answered = step.status is CaseStatus.ANSWERED and seen is not CaseStatus.ANSWERED
    longest = MAX_REPLY_CHARS if answered else MAX_NOTE_CHARS
    if len(step.text) > longest or len(step.source) > MAX_SOURCE_CHARS:
        return wording.text("calls.wrong.long")
    if answered and not (step.text and step.source):
        return wording.text("cases.wrong.answer")
    needs = step.status in (seen, CaseStatus.SENT_BACK) or (
        step.status is CaseStatus.CLOSED and seen is not CaseStatus.ANSWERED
    )
    if needs and not step.text:
        return wording.text("cases.wrong.reason")
    if step.due is not None and step.status is CaseStatus.SENT and step.due < today():
        return wording.text("cases.wrong.due")
    return None


def _page(
    parts: ConsoleParts,
    request: Request,
    signed_in: SignedIn,
    number: int,
    problem: str | None = None,
    typed: CaseStep | None = None,
) -> Response:
    wording = parts.wording(request)
    with parts.open_catalogue() as catalogue:
        whole = catalogue.cases.get(number)
        shows_call = _may_see_call(catalogue, whole, signed_in)
    case = whole.case
    known = offices_for(case.question, case.region, parts.settings.offices, parts.places.gazetteer())
    body = join(
        masked_told(request, wording),
        element("p", case.question, class_="lead", lang="zh"),
        _facts(whole, wording, shows_call=shows_call),
        paragraphs(case.background) if case.background else "",
        _answer(whole, wording),
        _ways(whole, wording),
        step_forms(case, signed_in, known, parts.settings.offices.answer_days, wording, typed),
        element("h2", wording.text("cases.history")),
        element("ol", *_history(whole.events, wording), class_="history plain"),
    )
    title = wording.text("cases.one", number=number)
    return staff_page(
        request, signed_in, wording, title, body, active="cases", problem=problem, scripts=DRAFTS, styles=STYLES
    )


def _may_see_call(catalogue: Catalogue, whole: WholeCase, signed_in: SignedIn) -> bool:
    """Tell whether the call that a case came from is still there and this person's to see."""
    if whole.case.call is None:
        return False
    try:
        own(catalogue.calls.get(whole.case.call), signed_in)
    except UnknownIdError:
        return False
    return True


def _facts(whole: WholeCase, wording: Wording, *, shows_call: bool) -> Html:
    case = whole.case
    rows: list[tuple[str, str]] = [
        (wording.text("cases.status"), status_mark(case.status, wording)),
        (wording.text("cases.office"), line(case.office)),
        (wording.text("cases.place"), line(case.region or "–")),
        (wording.text("cases.by"), join(line(case.opened_by), " ", moment(wording, case.opened_at))),
    ]
    if case.status.waits:
        rows.insert(1, (wording.text("cases.due"), due_told(case, wording)))
    if shows_call and case.call is not None:
        link = element("a", wording.text("calls.one", number=case.call), href=call_address(case.call))
        rows.append((wording.text("cases.call"), link))
    return facts(rows)


def _answer(whole: WholeCase, wording: Wording) -> Html:
    if whole.case.answer is None:
        return join()
    return element(
        "section",
        element("h2", wording.text("cases.answer")),
        paragraphs(whole.case.answer),
        element("p", wording.text("cases.source.is", source=whole.case.source or ""), class_="hint"),
        class_="card",
    )


def _ways(whole: WholeCase, wording: Wording) -> Html:
    case = whole.case
    links = [element("a", wording.text("cases.letter"), href=case_address(case.number, "/letter"), class_="button")]
    if case.answer is not None:
        proposal = proposal_address(case.question, case.region)
        links.append(element("a", wording.text("cases.propose"), href=proposal, class_="button primary"))
        told = urlencode({"question": case.question, "region": case.region or "", "answer": case.answer})
        links.append(element("a", wording.text("cases.log"), href=f"{at('/staff/calls/new')}?{told}", class_="button"))
    return element("div", *links, class_="actions")


def _history(events: tuple[CaseEvent, ...], wording: Wording) -> list[Html]:
    made, before = [], None
    for event in events:
        remark = before is not None and (before.status, before.office, before.due) == (
            event.status,
            event.office,
            event.due,
        )
        shown = element("span", wording.text("cases.remark"), class_="hint") if remark else _what(event, wording)
        made.append(
            element(
                "li",
                element("p", moment(wording, event.at), " ", line(event.by), " ", shown),
                paragraphs(event.text) if event.text else "",
            )
        )
        before = event
    return made


def _what(event: CaseEvent, wording: Wording) -> Html:
    told: tuple[str, ...] = (status_mark(event.status, wording), " ", line(event.office))
    if event.status.waits:
        told += (" ", wording.text("cases.due.on", day=wording.day(event.due)))
    return join(*told)
