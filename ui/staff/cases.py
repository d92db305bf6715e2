"""``/staff/cases``: every question that was handed over to an office, what is overdue first, with its export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.catalogue import Catalogue
from rag.catalogue.case_records import Case, CaseFilter, CaseStatus
from rag.regions import Gazetteer
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, paging, table
from ui.console.moments import moment_text
from ui.console.parts import ConsoleParts
from ui.console.sent import text_of
from ui.markup import Html, element, join, line
from ui.staff.calls import STYLES
from ui.staff.case_words import case_address, due_told, status_mark
from ui.staff.frame import staff_page
from ui.staff.hotline_fields import (
    address,
    asked_page,
    count_line,
    excerpt,
    place_field,
    regions_within,
    select_field,
    text_field,
    today,
)
from ui.staff.sent_table import sent_table
from ui.wording import Wording

_ROWS = 30
_LONGEST = 100
_EXPORTED = 10_000


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the list and of its export."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.STAFF))

    @router.get("/cases")
    def cases(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        asked = AskedCases.of(request.query_params)
        with parts.open_catalogue() as catalogue:
            wanted = asked.wanted(signed_in, catalogue, parts.places.gazetteer())
            count = catalogue.cases.count(wanted)
            page, pages = asked_page(request.query_params, count, _ROWS)
            found = catalogue.cases.entries(wanted, limit=_ROWS, after=(page - 1) * _ROWS)
            overdue = catalogue.cases.count(CaseFilter(overdue_on=today()))
            counts = catalogue.cases.counts()
        body = join(
            element("p", wording.text("cases.lead")),
            element("p", element("a", wording.text("cases.new"), href=at("/staff/cases/new"), class_="button primary")),
            _tabs(counts, overdue, asked, wording),
            _filters(parts, asked, wording),
            count_line(count, wording.text("cases.none"), address("/staff/cases.csv", asked.query()), wording),
            _rows(found, wording) if found else "",
            paging(wording, "/staff/cases", asked.query(), page, pages),
        )
        title = wording.text("staff.nav.cases")
        return staff_page(request, signed_in, wording, title, body, active="cases", styles=STYLES)

    @router.get("/cases.csv")
    def export(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        asked = AskedCases.of(request.query_params)
        with parts.open_catalogue() as catalogue:
            found = catalogue.cases.entries(
                asked.wanted(signed_in, catalogue, parts.places.gazetteer()), limit=_EXPORTED
            )
            catalogue.audit.add(signed_in.user, "case.export", "cases", None, {"count": len(found)})
        columns = ("number", "status", "question", "place", "background", "office", "due", "answer", "source")
        headings = [wording.text(f"cases.{name}") for name in (*columns, "opened", "by", "changed")]

        def rows() -> Iterator[tuple[str, ...]]:
            for case in found:
                yield _cells(case, wording)

        return sent_table("cases.csv", headings, rows())

    return router


@dataclass(frozen=True, slots=True)
class AskedCases:
    """What the list was asked for; empty text asks for everything."""

    words: str = ""
    region: str = ""
    status: str = ""
    """A status, or ``overdue``."""
    whose: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> AskedCases:
        """Read a query; what cannot be understood asks for everything."""
        return cls(
            text_of(query, "words", _LONGEST),
            text_of(query, "region", _LONGEST),
            query["status"] if query.get("status") in (*CaseStatus, "overdue") else "",
            "mine" if query.get("whose") == "mine" else "",
        )

    def wanted(self, signed_in: SignedIn, catalogue: Catalogue, gazetteer: Gazetteer) -> CaseFilter:
        """Return it as the catalogue takes it."""
        overdue = self.status == "overdue"
        return CaseFilter(
            signed_in.user if self.whose else None,
            self.words or None,
            regions_within(gazetteer, catalogue.cases.regions(), self.region) if self.region else None,
            CaseStatus(self.status) if self.status and not overdue else None,
            overdue_on=today() if overdue else None,
        )

    def query(self, **other: str) -> dict[str, str]:
        """Return it as the fields of an address, some of them changed."""
        held = {name: getattr(self, name) for name in self.__slots__} | other
        return {name: value for name, value in held.items() if value}


def _tabs(counts: Mapping[CaseStatus, int], overdue: int, asked: AskedCases, wording: Wording) -> Html:
    shown = [("", wording.text("cases.all", count=sum(counts.values())))]
    shown.append(("overdue", wording.text("cases.tab.overdue", count=overdue)))
    shown += [(one, f"{wording.text(f'cases.status.{one}')} {number}") for one, number in counts.items()]
    links = (
        element(
            "li",
            element(
                "a",
                words,
                href=address("/staff/cases", asked.query(status=name)),
                aria_current="page" if name == asked.status else None,
                class_="bad" if name == "overdue" and overdue else None,
            ),
        )
        for name, words in shown
    )
    return element("nav", element("ul", *links), class_="tabs", aria_label=wording.text("cases.status"))


def _filters(parts: ConsoleParts, asked: AskedCases, wording: Wording) -> Html:
    whose = [("", wording.text("calls.whose.all")), ("mine", wording.text("cases.whose.mine"))]
    return element(
        "form",
        element("input", type="hidden", name="status", value=asked.status),
        text_field("words", wording.text("calls.words"), asked.words, longest=_LONGEST, kind="search"),
        place_field(parts, wording, asked.region),
        select_field("whose", wording.text("calls.whose"), whose, asked.whose),
        element("div", button(wording.text("console.search")), class_="actions"),
        method="get",
        action=at("/staff/cases"),
        role="search",
        class_="filters",
    )


def _rows(cases: tuple[Case, ...], wording: Wording) -> Html:
    rows = [
        (
            join(
                element("a", excerpt(case.question), href=case_address(case.number), lang="zh"),
                element("span", wording.text("cases.one", number=case.number), class_="source"),
            ),
            element("span", line(case.region or "–"), class_="whole"),
            line(case.office),
            status_mark(case.status, wording),
            due_told(case, wording) or "–",
            line(case.opened_by),
        )
        for case in cases
    ]
    names = ("question", "place", "office", "status", "due", "by")
    return table([wording.text(f"cases.{name}") for name in names], rows, caption=wording.text("cases.caption"))


def _cells(case: Case, wording: Wording) -> tuple[str, ...]:
    return (
        str(case.number),
        wording.text(f"cases.status.{case.status}"),
        case.question,
        case.region or "",
        case.background,
        case.office,
        case.due.isoformat(),
        case.answer or "",
        case.source or "",
        moment_text(wording, case.opened_at),
        case.opened_by,
        moment_text(wording, case.changed_at),
    )
