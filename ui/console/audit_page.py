"""The audit log: who changed what and when, to be read, cut down and exported; nobody changes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from rag.catalogue.account_records import AuditEntry
from rag.catalogue.audit import AuditFilter
from ui.accounts.audit_table import csv_lines
from ui.accounts.doors import NO_STORE, SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, console_page, field, table
from ui.console.moments import moment, publication_name
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

_ROWS = 50
_LONGEST = 200
_LONGEST_VALUE = 400
_LINES_AT_ONCE = 200
_NUMBERED = 2**31 - 1
ACTIONS = (
    "ingest",
    "delete",
    "restore",
    "correct",
    "rebuild",
    "rollback",
    "verify",
    "account.",
    "token.",
    "settings.",
    "call.",
    "case.",
    "queue.",
)
"""What the list can be cut down to; one that ends with a dot stands for all that begin so."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the page and of its export."""
    router = APIRouter(include_in_schema=False)
    admin = Depends(parts.doors.require(Role.ADMIN))

    @router.get("/audit")
    def audit(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        asked = Asked.of(request.query_params)
        below = number_of(request.query_params.get("below"), most=_NUMBERED)
        with parts.open_catalogue() as catalogue:
            count = catalogue.audit.count(asked.wanted())
            entries = catalogue.audit.entries(asked.wanted(), below=below, limit=_ROWS + 1)
        body = join(
            element("p", wording.text("state.audit.lead")),
            _search(asked, wording),
            _found(asked, count, wording),
            _rows(entries[:_ROWS], wording) if entries else "",
            _further(asked, entries, below, wording),
        )
        return console_page(request, signed_in, wording, wording.text("console.nav.audit"), body, active="audit")

    @router.get("/audit.csv")
    def export(request: Request, _: SignedIn = admin) -> Response:
        wanted = Asked.of(request.query_params).wanted()

        def lines() -> Iterator[str]:
            # The mark without which a spreadsheet takes Chinese for Western European.
            yield "\ufeff"
            with parts.open_catalogue() as catalogue:
                written = csv_lines(catalogue.audit.everything(wanted))
                while some := "".join(islice(written, _LINES_AT_ONCE)):
                    yield some

        headers = {**NO_STORE, "Content-Disposition": 'attachment; filename="audit.csv"'}
        return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)

    return router


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked for; empty text asks for everything."""

    who: str = ""
    action: str = ""
    object_: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Read a query; what cannot be understood asks for everything."""
        days = {name: _day_text(query.get(name, "")) for name in ("since", "until")}
        words = {name: query.get(name, "")[:_LONGEST].replace("\0", "").strip() for name in ("who", "action")}
        return cls(**words, object_=query.get("object", "")[:_LONGEST].replace("\0", "").strip(), **days)

    def wanted(self) -> AuditFilter:
        """Return the filter of the catalogue; days are those of this machine, the last one included."""
        return AuditFilter(
            self.who or None,
            self.action or None,
            self.object_ or None,
            _begin_of(self.since, 0) if self.since else None,
            _begin_of(self.until, 1) if self.until else None,
        )

    def query(self, **more: str) -> str:
        """Return it as the query of an address, with its question mark; empty where it asks for everything."""
        named = {name.rstrip("_"): getattr(self, name) for name in self.__slots__}
        told = {name: value for name, value in {**named, **more}.items() if value}
        return f"?{urlencode(told)}" if told else ""


def _day_text(asked: str) -> str:
    with suppress(ValueError):
        return date.fromisoformat(asked[:10]).isoformat()
    return ""


def _begin_of(day: str, later: int) -> datetime:
    try:
        return (datetime.combine(date.fromisoformat(day), time.min) + timedelta(days=later)).astimezone()
    except (OverflowError, OSError, ValueError):
        # The first and the last years that a date can hold have no time of day everywhere.
        return datetime.fromisoformat(f"{day[:4]}-07-01T00:00:00+00:00")


def _search(asked: Asked, wording: Wording) -> Html:
    options = [element("option", wording.text("state.audit.any"), value="")]
    options += [
        element("option", _action_words(action, wording), value=action, selected=action == asked.action)
        for action in ACTIONS
    ]
    typed = {"who": asked.who, "object": asked.object_}
    texts = (
        field(
            wording.text(f"state.audit.{name}"),
            element("input", type="search", name=name, id=name, value=value, maxlength=_LONGEST),
            for_=name,
        )
        for name, value in typed.items()
    )
    days = (
        field(
            wording.text(f"state.audit.{name}"),
            element("input", type="date", name=name, id=name, value=getattr(asked, name)),
            for_=name,
        )
        for name in ("since", "until")
    )
    chosen = element("select", *options, name="action", id="action")
    return element(
        "form",
        *texts,
        field(wording.text("state.audit.action"), chosen, for_="action"),
        *days,
        element("div", button(wording.text("state.audit.show"), primary=True), class_="actions"),
        method="get",
        action=at("/admin/audit"),
        role="search",
        class_="filters",
    )


def _found(asked: Asked, count: int, wording: Wording) -> Html:
    if not count:
        return element("p", wording.text("state.audit.none"))
    export = element("a", wording.text("state.audit.export"), href=at("/admin/audit.csv") + asked.query())
    return element("p", wording.text("state.audit.count", count=f"{count:,}"), " ", export, class_="count")


def _rows(entries: Sequence[AuditEntry], wording: Wording) -> Html:
    names = ("action", "who_when", "change")
    rows: list[tuple[str, ...]] = [
        (
            join(_action_words(entry.action, wording), element("span", line(entry.object_), class_="source")),
            join(line(entry.who), element("div", moment(wording, entry.at), class_="hint")),
            _change(entry, wording),
        )
        for entry in entries
    ]
    headings = tuple(wording.text(f"state.audit.{name}") for name in names)
    return table(headings, rows, caption=wording.text("state.audit.caption"))


def _action_words(action: str, wording: Wording) -> str:
    words = wording.known(f"state.audit.action.{action}") or wording.known(f"console.work.{action}")
    return words or action


def _change(entry: AuditEntry, wording: Wording) -> Html:
    told = (
        element("div", element("span", wording.text(f"state.audit.{name}"), class_="hint"), _value(value, wording))
        for name, value in (("before", entry.before), ("after", entry.after))
        if value is not None
    )
    return join(*told)


def _value(value: Any, wording: Wording) -> Html:
    """Return what was or is there: its parts line by line, links to what has a page of its own."""
    if not isinstance(value, Mapping):
        return element("div", _short(value))
    parts = [(str(name), part) for name, part in value.items() if part is not None]
    if not parts:
        return join("–")
    shown = (
        element("li", f"{wording.known(f'state.audit.key.{name}') or name}: ", _part(name, part, wording))
        for name, part in parts
    )
    return element("ul", *shown)


def _part(name: str, value: Any, wording: Wording) -> Html:
    if name == "generation" and isinstance(value, str):
        return element(
            "a", publication_name(wording, _short(value)), href=at(f"/admin/generations/{quote(value, safe='')}")
        )
    if name == "run" and isinstance(value, str):
        return element("a", wording.text("state.runs.see"), href=at(f"/admin/runs/{quote(value, safe='')}"))
    if name == "outcome" and isinstance(value, str):
        return join(wording.known(f"state.audit.outcome.{value}") or _short(value))
    return join(_short(value))


def _short(value: Any) -> str:
    words = line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return words if len(words) <= _LONGEST_VALUE else f"{words[:_LONGEST_VALUE]}…"


def _further(asked: Asked, entries: Sequence[AuditEntry], below: int | None, wording: Wording) -> Html:
    """Return the ways to older entries and back. They go by number, so new entries do not move what one reads."""
    ways = []
    if below is not None:
        address = at("/admin/audit") + asked.query()
        ways.append(element("a", wording.text("state.audit.newest"), href=address, class_="button"))
    if len(entries) > _ROWS:
        address = at("/admin/audit") + asked.query(below=str(entries[_ROWS - 1].number))
        ways.append(element("a", wording.text("state.audit.older"), href=address, class_="button"))
    return element("nav", *ways, class_="paging", aria_label=wording.text("state.audit.caption")) if ways else join()
