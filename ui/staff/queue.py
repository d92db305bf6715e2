"""``/staff/queue``: what residents asked in vain, the same question once, for whoever has time to take it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.catalogue.queue_state import QueueState
from rag.same_questions import SameQuestions
from rag.waiting_questions import WINDOW_DAYS, WaitingQuestion, waiting_questions
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, form, paging, table
from ui.console.moments import moment
from ui.console.pages import page_of
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.markup import Html, element, join, line
from ui.staff.call_form import DRAFTS
from ui.staff.calls import STYLES
from ui.staff.frame import staff_page
from ui.staff.hotline_fields import address, excerpt, gazetteer_of, place_field, regions_within
from ui.wording import Wording

_ROWS = 20
_SHOWN = ("waiting", "mine", "done")


class Queue:
    """The questions that wait, with who looks after them."""

    def __init__(self, parts: ConsoleParts) -> None:
        """Read the catalogue of these parts; nothing is read before the first call."""
        self._parts = parts
        # The keys are kept with what was decided: a place that new documents bring must not change them.
        self._same = SameQuestions(gazetteer_of(parts.settings.regions.extra))

    def read(self) -> tuple[tuple[WaitingQuestion, ...], Mapping[str, QueueState]]:
        """Return the questions, most often asked first, and the states of those that were ever taken."""
        with self._parts.open_catalogue() as catalogue:
            found = waiting_questions(catalogue, self._same, datetime.now(UTC))
            return found, catalogue.queue.of([one.key for one in found])

    def one(self, key: str) -> tuple[WaitingQuestion | None, QueueState]:
        """Return one question, None where nobody asks it any more, and its state."""
        found, states = self.read()
        return next((one for one in found if one.key == key), None), states.get(key, QueueState())


def build(parts: ConsoleParts) -> APIRouter:
    """Return the route of the list."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))
    waiting = cache(lambda: Queue(parts))

    @router.get("/queue")
    def queue(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        asked = request.query_params
        shown = asked["show"] if asked.get("show") in _SHOWN else "waiting"
        region = text_of(asked, "region", 100)
        found, states = waiting().read()
        sorted_out = {name: _of_kind(found, states, name, signed_in) for name in _SHOWN}
        wanted = sorted_out[shown]
        if region:
            names = {one.place for one in wanted if one.place}
            within = regions_within(parts.places.gazetteer(), names, region) or ()
            wanted = [one for one in wanted if one.place in within]
        rows, page, pages = page_of(wanted, number_of(asked.get("page")) or 1, _ROWS)
        query = {"show": shown, "region": region}
        body = join(
            element("p", wording.text("queue.lead", days=WINDOW_DAYS)),
            _tabs({name: len(some) for name, some in sorted_out.items()}, shown, region, wording),
            _filter(parts, shown, region, wording),
            _table(rows, states, signed_in, wording) if rows else element("p", wording.text(f"queue.none.{shown}")),
            paging(wording, "/staff/queue", {name: value for name, value in query.items() if value}, page, pages),
        )
        title = wording.text("staff.nav.queue")
        return staff_page(request, signed_in, wording, title, body, active="queue", scripts=DRAFTS, styles=STYLES)

    return router


def _of_kind(
    found: Sequence[WaitingQuestion], states: Mapping[str, QueueState], kind: str, signed_in: SignedIn
) -> list[WaitingQuestion]:
    if kind == "done":
        return [one for one in found if one.key in states and not states[one.key].waits(one.last)]
    waits = [one for one in found if one.key not in states or states[one.key].waits(one.last)]
    if kind == "mine":
        return [one for one in waits if one.key in states and states[one.key].taken_by == signed_in.user]
    return waits


def _tabs(counts: Mapping[str, int], shown: str, region: str, wording: Wording) -> Html:
    links = (
        element(
            "li",
            element(
                "a",
                wording.text(f"queue.show.{name}", count=count),
                href=address("/staff/queue", {"show": name, "region": region}),
                aria_current="page" if name == shown else None,
            ),
        )
        for name, count in counts.items()
    )
    return element("nav", element("ul", *links), class_="tabs", aria_label=wording.text("queue.shown"))


def _filter(parts: ConsoleParts, shown: str, region: str, wording: Wording) -> Html:
    return element(
        "form",
        element("input", type="hidden", name="show", value=shown),
        place_field(parts, wording, region),
        element("div", button(wording.text("console.search")), class_="actions"),
        method="get",
        action=at("/staff/queue"),
        role="search",
        class_="filters short",
    )


def _table(
    rows: Sequence[WaitingQuestion], states: Mapping[str, QueueState], signed_in: SignedIn, wording: Wording
) -> Html:
    made = [
        (
            join(
                element("a", excerpt(one.question), href=queue_address(one.key), lang="zh"),
                element("span", why(one, wording), class_="source"),
            ),
            str(len(one.askings)),
            element("span", line(one.place or "–"), class_="whole"),
            join(moment(wording, one.last), element("span", _first(one, wording), class_="source")),
            _state(one, states.get(one.key, QueueState()), signed_in, wording),
        )
        for one in rows
    ]
    names = ("question", "count", "place", "last", "state")
    return table([wording.text(f"queue.{name}") for name in names], made, caption=wording.text("queue.caption"))


def why(one: WaitingQuestion, wording: Wording) -> str:
    """Return why a question is here, in words."""
    reasons = dict.fromkeys(asking.reason for asking in one.askings if asking.useless)
    told = [wording.text(f"js.actions.reason.{reason}") for reason in reasons if reason]
    parts = (
        [wording.text("queue.useless", count=one.useless, reasons=wording.text("queue.and").join(told))] if told else []
    )
    if unanswered := len(one.askings) - one.useless:
        parts.append(wording.text("queue.unanswered", count=unanswered))
    return " ".join(parts)


def _first(one: WaitingQuestion, wording: Wording) -> Html:
    if one.first == one.last:
        return join()
    return join(wording.text("queue.first"), moment(wording, one.first))


def _state(one: WaitingQuestion, state: QueueState, signed_in: SignedIn, wording: Wording) -> Html:
    if not state.waits(one.last):
        return join(
            element("span", wording.text(f"queue.decision.{state.decision}"), class_=f"state {state.decision}"),
            element("span", line(state.decided_by or ""), class_="source"),
        )
    if state.taken_by == signed_in.user:
        return element("span", wording.text("queue.taken.mine"), class_="state mine")
    if state.taken_by:
        return element("span", wording.text("queue.taken", who=line(state.taken_by)), class_="state taken")
    return take_form(one.key, signed_in, wording)


def take_form(key: str, signed_in: SignedIn, wording: Wording) -> Html:
    """Return the button that takes a question."""
    return form(signed_in, f"/staff/queue/{key}/take", button(wording.text("queue.take")))


def queue_address(key: str) -> str:
    """Return the address of a waiting question's page."""
    return at(f"/staff/queue/{key}")
