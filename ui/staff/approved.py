"""``/staff/approved``: the approved answers, and what supervisors decide about them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.approved_records import ApprovedAnswer
from rag.approved_showing import check_ground, lost_ground
from rag.catalogue import Catalogue
from rag.errors import UnknownIdError, UsageError
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.console.frame import go_to
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.staff.approved_list import ListAsked, answer_path, render_list
from ui.staff.approved_one import One, render_one, title_of
from ui.staff.frame import staff_page

STYLES = ("staff_approved.css",)
SCRIPTS = ("staff_forms.js",)
_MOST_WORDS = 1001


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the list, of one answer, and of the decisions."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))
    deciding = Depends(parts.doors.checked(Role.SUPERVISOR))

    @router.get("/approved")
    def approved(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        asked = ListAsked.of(request.query_params)
        with parts.open_catalogue() as catalogue:
            found = asked.found(catalogue, signed_in.user)
            counts = catalogue.approved.counts()
        body = render_list(asked, found, counts, parts.places.names(), wording)
        title = wording.text("staff.nav.approved")
        return staff_page(request, signed_in, wording, title, body, active="approved", styles=STYLES)

    @router.get("/approved/{number}")
    def one(number: str, request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        with parts.open_catalogue() as catalogue:
            answer = answer_named(catalogue, number)
            history = catalogue.approved.history(answer.number)
            authors = catalogue.approved.authors(answer.number)
        ground = lost_ground(answer.proposal, parts.assistant, date.today())
        body = render_one(One(answer, history, authors, ground), signed_in, wording)
        title = title_of(answer)
        return staff_page(request, signed_in, wording, title, body, active="approved", styles=STYLES, scripts=SCRIPTS)

    @router.post("/approved/{number}/approve")
    async def approve(number: str, request: Request, signed_in: SignedIn = deciding) -> Response:
        def decide(catalogue: Catalogue, answer: ApprovedAnswer, revision: int, words: str) -> None:
            check_ground(answer.proposal, parts.assistant, date.today())
            catalogue.approved.approve(answer.number, signed_in.user, revision=revision, words=words)

        return await _decided(parts, number, request, decide, "approved_approved")

    @router.post("/approved/{number}/send-back")
    async def send_back(number: str, request: Request, signed_in: SignedIn = deciding) -> Response:
        def decide(catalogue: Catalogue, answer: ApprovedAnswer, revision: int, words: str) -> None:
            catalogue.approved.send_back(answer.number, signed_in.user, words, revision=revision)

        return await _decided(parts, number, request, decide, "approved_returned")

    @router.post("/approved/{number}/withdraw")
    async def withdraw(number: str, request: Request, signed_in: SignedIn = deciding) -> Response:
        def decide(catalogue: Catalogue, answer: ApprovedAnswer, revision: int, words: str) -> None:
            catalogue.approved.withdraw(answer.number, signed_in.user, words, revision=revision)

        return await _decided(parts, number, request, decide, "approved_withdrawn")

    return router


def answer_named(catalogue: Catalogue, number: str) -> ApprovedAnswer:
    """Return the answer that an address names. Raises UnknownIdError."""
    wanted = number_of(number)
    if wanted is None:
        raise UnknownIdError(f"no approved answer {number[:20]!r}")
    return catalogue.approved.get(wanted)


async def _decided(
    parts: ConsoleParts,
    number: str,
    request: Request,
    decide: Callable[[Catalogue, ApprovedAnswer, int, str], None],
    told: str,
) -> Response:
    sent = await request.form()
    words = text_of(sent, "words", _MOST_WORDS)
    revision = number_of(text_of(sent, "revision", 10))
    if revision is None:
        raise UsageError("the form does not say which change of the answer it is about")

    def work() -> int:
        with parts.open_catalogue() as catalogue:
            answer = answer_named(catalogue, number)
            decide(catalogue, answer, revision, words)
            return answer.number

    return go_to(answer_path(await asyncio.to_thread(work)), told)
