"""``/staff/cases/NUMBER/letter``: a case as a letter to the office, to be printed or saved as a PDF by the browser."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.catalogue.case_records import Case
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.console.parts import ConsoleParts
from ui.markup import Html, element, join, line
from ui.staff.calls import STYLES
from ui.staff.case_page import case_number
from ui.staff.case_words import case_address
from ui.staff.frame import staff_page
from ui.staff.hotline_fields import paragraphs, today
from ui.wording import Wording


def build(parts: ConsoleParts) -> APIRouter:
    """Return the route of the letter."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))

    @router.get("/cases/{number}/letter")
    def letter(number: str, request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        with parts.open_catalogue() as catalogue:
            case = catalogue.cases.get(case_number(number)).case
        body = join(
            element(
                "p",
                element("a", wording.text("cases.back"), href=case_address(case.number)),
                " ",
                wording.text("cases.letter.hint"),
                class_="not-printed",
            ),
            _letter(case, wording),
        )
        title = wording.text("cases.letter.title", number=case.number)
        styles = (*STYLES, "staff_letter.css")
        return staff_page(request, signed_in, wording, title, body, active="cases", styles=styles)

    return router


def _letter(case: Case, wording: Wording) -> Html:
    text = wording.text
    parts: list[Html] = [
        element("p", text("cases.letter.to", office=line(case.office)), class_="to"),
        element("p", text("cases.letter.lead")),
        element("h2", text("queue.question")),
        paragraphs(case.question),
    ]
    if case.region:
        parts += [element("h2", text("cases.place")), element("p", line(case.region), lang="zh")]
    if case.background:
        parts += [element("h2", text("cases.background")), paragraphs(case.background)]
    parts += [
        element("p", text("cases.letter.please", day=wording.day(case.due), number=case.number)),
        element(
            "div",
            element("h2", text("cases.letter.answer")),
            element("p", class_="room"),
            element("h2", text("cases.letter.source")),
            element("p", class_="room short"),
            element("p", text("cases.letter.signature")),
            class_="reply",
        ),
        element("p", line(case.opened_by), element("br"), wording.day(today()), class_="from"),
    ]
    return element("article", *parts, class_="letter")
