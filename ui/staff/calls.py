"""``/staff/calls``: the log of calls, to be searched and exported. Operators see their own, supervisors everybody's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.catalogue import Catalogue
from rag.catalogue.call_records import Call, CallFilter, CallOutcome
from rag.regions import Gazetteer
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, paging, table
from ui.console.moments import moment, moment_text
from ui.console.parts import ConsoleParts
from ui.console.sent import text_of
from ui.markup import Html, element, join, line
from ui.staff.frame import staff_page
from ui.staff.hotline_fields import (
    address,
    asked_page,
    begin_of,
    count_line,
    day_field,
    day_of,
    excerpt,
    place_field,
    regions_within,
    sees_all,
    select_field,
    text_field,
    today,
)
from ui.staff.sent_table import sent_table
from ui.wording import Wording

STYLES = ("staff_hotline.css",)
_ROWS = 30
_LONGEST = 100


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the list and of its export."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))

    @router.get("/calls")
    def calls(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        asked = AskedCalls.of(request.query_params)
        with parts.open_catalogue() as catalogue:
            wanted = asked.wanted(signed_in, catalogue, parts.places.gazetteer())
            count = catalogue.calls.count(wanted)
            page, pages = asked_page(request.query_params, count, _ROWS)
            found = catalogue.calls.entries(wanted, limit=_ROWS, after=(page - 1) * _ROWS)
            due = catalogue.calls.count(CallFilter(by=signed_in.user, follow_up_by=today()))
        body = join(
            element("p", element("a", wording.text("calls.new"), href=at("/staff/calls/new"), class_="button primary")),
            _due(due, asked, wording),
            _filters(parts, asked, signed_in, wording),
            count_line(count, wording.text("calls.none"), address("/staff/calls.csv", asked.query()), wording),
            _rows(found, signed_in, wording) if found else "",
            paging(wording, "/staff/calls", asked.query(), page, pages),
        )
        title = wording.text("staff.nav.calls")
        return staff_page(request, signed_in, wording, title, body, active="calls", styles=STYLES)

    @router.get("/calls.csv")
    def export(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        asked = AskedCalls.of(request.query_params)
        with parts.open_catalogue() as catalogue:
            wanted = asked.wanted(signed_in, catalogue, parts.places.gazetteer())
            catalogue.audit.add(signed_in.user, "call.export", "calls", None, {"count": catalogue.calls.count(wanted)})
        columns = ("number", "when", "by", "question", "place", "answer", "outcome", "follow_up")

        def rows() -> Iterator[tuple[str, ...]]:
            with parts.open_catalogue() as catalogue:
                for call in catalogue.calls.everything(wanted):
                    yield _cells(call, wording)

        return sent_table("calls.csv", (wording.text(f"calls.{name}") for name in columns), rows())

    return router


@dataclass(frozen=True, slots=True)
class AskedCalls:
    """What the list was asked for; empty text asks for everything."""

    words: str = ""
    region: str = ""
    outcome: str = ""
    since: str = ""
    until: str = ""
    whose: str = ""
    """``mine``, or everybody's."""
    due: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> AskedCalls:
        """Read a query; what cannot be understood asks for everything."""
        since, until = (day_of(text_of(query, name, 10)) for name in ("since", "until"))
        return cls(
            text_of(query, "words", _LONGEST),
            text_of(query, "region", _LONGEST),
            query["outcome"] if query.get("outcome") in tuple(CallOutcome) else "",
            since.isoformat() if since else "",
            until.isoformat() if until else "",
            "mine" if query.get("whose") == "mine" else "",
            "1" if query.get("due") == "1" else "",
        )

    def wanted(self, signed_in: SignedIn, catalogue: Catalogue, gazetteer: Gazetteer) -> CallFilter:
        """Return what somebody may see of it; days are those of this machine, the last one included."""
        return CallFilter(
            None if sees_all(signed_in) and not (self.whose or self.due) else signed_in.user,
            self.words or None,
            regions_within(gazetteer, catalogue.calls.regions(), self.region) if self.region else None,
            CallOutcome(self.outcome) if self.outcome else None,
            begin_of(day_of(self.since)),
            begin_of(day_of(self.until), 1),
            today() if self.due else None,
        )

    def query(self) -> dict[str, str]:
        """Return it as the fields of an address."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


def _due(count: int, asked: AskedCalls, wording: Wording) -> Html:
    if asked.due:
        return element("p", element("a", wording.text("calls.all"), href=at("/staff/calls")))
    if not count:
        return join()
    link = element("a", wording.text("calls.due.see"), href=address("/staff/calls", {"due": "1"}))
    return element("p", element("strong", wording.text("calls.due", count=count)), " ", link, class_="remind")


def _filters(parts: ConsoleParts, asked: AskedCalls, signed_in: SignedIn, wording: Wording) -> Html:
    outcomes = [("", wording.text("calls.any"))]
    outcomes += [(one.value, wording.text(f"calls.outcome.{one}")) for one in CallOutcome]
    whose = [("", wording.text("calls.whose.all")), ("mine", wording.text("calls.whose.mine"))]
    return element(
        "form",
        text_field("words", wording.text("calls.words"), asked.words, longest=_LONGEST, kind="search"),
        place_field(parts, wording, asked.region),
        select_field("outcome", wording.text("calls.outcome"), outcomes, asked.outcome),
        day_field("since", wording.text("calls.since"), day_of(asked.since)),
        day_field("until", wording.text("calls.until"), day_of(asked.until)),
        select_field("whose", wording.text("calls.whose"), whose, asked.whose) if sees_all(signed_in) else "",
        element("div", button(wording.text("console.search")), class_="actions"),
        method="get",
        action=at("/staff/calls"),
        role="search",
        class_="filters",
    )


def _rows(calls: tuple[Call, ...], signed_in: SignedIn, wording: Wording) -> Html:
    rows = [
        (
            element("a", excerpt(call.question) or wording.text("calls.no_question"), href=call_address(call.number)),
            excerpt(call.answer, 60) or "–",
            element("span", line(call.region or "–"), class_="whole"),
            join(outcome_mark(call.outcome, wording), _follow_up(call, wording)),
            join(
                moment(wording, call.at),
                element("span", line(call.by), class_="source") if sees_all(signed_in) else "",
            ),
        )
        for call in calls
    ]
    names = ("question", "answer", "place", "outcome", "when")
    return table([wording.text(f"calls.{name}") for name in names], rows, caption=wording.text("calls.caption"))


def _follow_up(call: Call, wording: Wording) -> Html:
    if call.follow_up is None:
        return join()
    late = call.follow_up <= today()
    words = wording.text("calls.follow_up.on", day=wording.day(call.follow_up))
    return element("span", words, class_="source bad" if late else "source")


def _cells(call: Call, wording: Wording) -> tuple[str, ...]:
    return (
        str(call.number),
        moment_text(wording, call.at),
        call.by,
        call.question,
        call.region or "",
        call.answer,
        wording.text(f"calls.outcome.{call.outcome}"),
        call.follow_up.isoformat() if call.follow_up else "",
    )


def outcome_mark(outcome: CallOutcome, wording: Wording) -> Html:
    """Return the outcome of a call as a word that is set off."""
    return element("span", wording.text(f"calls.outcome.{outcome}"), class_=f"state {outcome}")


def call_address(number: int) -> str:
    """Return the address of a call's page."""
    return at(f"/staff/calls/{number}")
