"""``/staff/queue/KEY``: one question that residents asked in vain, and what an operator can do about it."""

from __future__ import annotations

import asyncio
from functools import cache

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from rag.catalogue.calls import MAX_NOTE_CHARS
from rag.catalogue.queue_state import QueueDecision, QueueState
from rag.errors import UnknownIdError
from rag.waiting_questions import Asking, WaitingQuestion
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, facts, form, go_to
from ui.console.moments import moment
from ui.console.parts import ConsoleParts
from ui.console.sent import text_of
from ui.markup import Html, element, join, line
from ui.staff.call_form import DRAFTS
from ui.staff.calls import STYLES
from ui.staff.case_words import proposal_address
from ui.staff.frame import staff_page
from ui.staff.hotline_fields import address, draft_form, stored, text_field
from ui.staff.queue import Queue, take_form, why
from ui.wording import Wording


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the page and of what is done there."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))
    sending = Depends(parts.doors.checked(Role.STAFF))
    waiting = cache(lambda: Queue(parts))

    @router.get("/queue/{key}")
    def question(key: str, request: Request, signed_in: SignedIn = reading) -> Response:
        return _page(parts, waiting(), request, signed_in, key)

    @router.post("/queue/{key}/take")
    async def take(key: str, request: Request, signed_in: SignedIn = sending) -> Response:
        return await asyncio.to_thread(_take, parts, waiting(), request, signed_in, key)

    @router.post("/queue/{key}/give-back")
    async def give_back(key: str, signed_in: SignedIn = sending) -> Response:
        return await asyncio.to_thread(_give_back, parts, signed_in, key)

    @router.post("/queue/{key}/decide")
    async def decide(key: str, request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_decide, parts, waiting(), request, signed_in, key, sent)

    return router


def _take(parts: ConsoleParts, waiting: Queue, request: Request, signed_in: SignedIn, key: str) -> Response:
    if waiting.one(key)[0] is None:
        raise UnknownIdError(f"nobody asks the question {key[:12]!r}")
    with parts.open_catalogue() as catalogue:
        holder = catalogue.queue.take(key, signed_in.user, parts.settings.calls.lease_minutes)
    if holder != signed_in.user:
        return _quicker(parts, waiting, request, signed_in, key, holder)
    return go_to(f"/staff/queue/{key}", "queue_taken")


def _give_back(parts: ConsoleParts, signed_in: SignedIn, key: str) -> Response:
    with parts.open_catalogue() as catalogue:
        given = catalogue.queue.give_back(key, signed_in.user)
    return go_to("/staff/queue", "queue_given_back" if given else None)


def _decide(
    parts: ConsoleParts, waiting: Queue, request: Request, signed_in: SignedIn, key: str, sent: FormData
) -> Response:
    wording = parts.wording(request)
    dismissed = text_of(sent, "decision", 20) == QueueDecision.DISMISSED
    reason = text_of(sent, "reason", MAX_NOTE_CHARS)
    if dismissed and not reason:
        return _page(parts, waiting, request, signed_in, key, wording.text("queue.wrong.reason"))
    with parts.open_catalogue() as catalogue:
        decision = QueueDecision.DISMISSED if dismissed else QueueDecision.ANSWERED
        holder = catalogue.queue.decide(key, signed_in.user, decision, reason)
    if holder is not None:
        return _quicker(parts, waiting, request, signed_in, key, holder)
    return go_to("/staff/queue", f"queue_{decision}", **stored(sent))


def _quicker(
    parts: ConsoleParts, waiting: Queue, request: Request, signed_in: SignedIn, key: str, holder: str
) -> Response:
    problem = parts.wording(request).text("queue.wrong.taken", who=line(holder))
    reply = _page(parts, waiting, request, signed_in, key, problem)
    reply.status_code = 409
    return reply


def _page(
    parts: ConsoleParts, waiting: Queue, request: Request, signed_in: SignedIn, key: str, problem: str | None = None
) -> Response:
    wording = parts.wording(request)
    found, state = waiting.one(key)
    if found is None:
        raise UnknownIdError(f"nobody asks the question {key[:12]!r}")
    mine = state.taken_by == signed_in.user and state.waits(found.last)
    body = join(
        element("p", found.question, class_="lead", lang="zh"),
        _facts(found, state, wording),
        _actions(found, signed_in, wording) if mine else _before(found, state, signed_in, wording),
        element("h2", wording.text("queue.asked")),
        element("ul", *(_asking(one, wording) for one in found.askings), class_="history plain"),
        element("p", element("a", wording.text("queue.back"), href=at("/staff/queue"))),
    )
    title = wording.text("queue.one")
    return staff_page(
        request, signed_in, wording, title, body, active="queue", problem=problem, scripts=DRAFTS, styles=STYLES
    )


def _facts(found: WaitingQuestion, state: QueueState, wording: Wording) -> Html:
    rows: list[tuple[str, str]] = [
        (wording.text("queue.count"), f"{len(found.askings)} · {why(found, wording)}"),
        (wording.text("queue.place"), line(found.place or "–")),
        (wording.text("queue.last"), moment(wording, found.last)),
    ]
    if state.decision and state.decided_by and state.decided_at:
        told = (
            wording.text(f"queue.decision.{state.decision}"),
            " ",
            line(state.decided_by),
            " ",
            moment(wording, state.decided_at),
            element("div", state.reason, lang="zh") if state.reason else "",
        )
        rows.append((wording.text("queue.before"), join(*told)))
    return facts(rows)


def _before(found: WaitingQuestion, state: QueueState, signed_in: SignedIn, wording: Wording) -> Html:
    """Return what there is to do before somebody took it."""
    if not state.waits(found.last):
        return join()
    if state.taken_by:
        told = wording.text("queue.taken.until", who=line(state.taken_by))
        return element("p", told, " ", moment(wording, state.taken_until), class_="remind")
    return element(
        "div",
        take_form(found.key, signed_in, wording),
        element("span", wording.text("queue.take.hint"), class_="hint"),
        class_="actions",
    )


def _actions(found: WaitingQuestion, signed_in: SignedIn, wording: Wording) -> Html:
    asked = {"region": found.place or "", "queue": found.key}
    ways = (
        ("queue.to_desk", address("/staff/", {"q": found.question, **asked}), "button primary"),
        ("queue.to_approved", proposal_address(found.question, found.place), "button"),
        ("queue.to_case", address("/staff/cases/new", {"question": found.question, **asked}), "button"),
    )
    links = (element("a", wording.text(key), href=href, class_=class_) for key, href, class_ in ways)
    give_back = form(signed_in, f"/staff/queue/{found.key}/give-back", button(wording.text("queue.give_back")))
    return element(
        "section",
        element("h2", wording.text("queue.doing")),
        element("div", *links, give_back, class_="actions"),
        draft_form(
            signed_in,
            f"/staff/queue/{found.key}/decide",
            f"queue-{found.key[:12]}",
            wording,
            text_field(
                "reason",
                wording.text("queue.reason"),
                hint=wording.text("queue.reason.hint"),
                longest=MAX_NOTE_CHARS,
                rows=2,
            ),
            element(
                "div",
                button(wording.text("queue.answered"), name="decision", value=QueueDecision.ANSWERED),
                button(wording.text("queue.dismiss"), name="decision", value=QueueDecision.DISMISSED),
                class_="actions",
            ),
        ),
        class_="card doing",
    )


def _asking(one: Asking, wording: Wording) -> Html:
    kind = wording.text(f"js.actions.reason.{one.reason}") if one.reason else wording.text("queue.no_answer")
    place = f" · {line(one.region)}" if one.region else ""
    comment = element("q", line(one.comment), lang="zh") if one.comment else ""
    return element(
        "li",
        element("p", moment(wording, one.at), f" · {kind}{place}", class_="hint"),
        element("p", one.question, lang="zh"),
        comment,
    )
