"""The list of documents: search, filters, pages; what was taken out; and making everything anew."""

from __future__ import annotations

from math import ceil
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.domain import Authority, DocumentType, RemovedDocument, Validity
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, console_page, field, paging, table
from ui.console.listing import ANY_DOUBT, FILTERS, NO_TOPIC, ROWS, Listed, Listing, Wanted, removed_from
from ui.console.moments import moment
from ui.console.parts import ConsoleParts
from ui.console.sent import document_path, number_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

_LONGEST_SEARCH = 200


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the list."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    listing = Listing(parts.assistant)

    @router.get("/documents")
    def documents(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        wanted = _wanted(request)
        found = [row for row in listing.rows() if wanted.fits(row)]
        pages = max(1, ceil(len(found) / ROWS))
        page = min(number_of(request.query_params.get("page")) or 1, pages)
        shown = found[(page - 1) * ROWS : page * ROWS]
        query = {name: value for name, value in _fields(wanted).items() if value}
        body = join(
            _search(wanted, listing, wording),
            element("p", wording.text("console.documents.found", count=len(found)), class_="count"),
            _rows(shown, wording) if shown else element("p", wording.text("console.documents.none")),
            paging(wording, "/admin/documents", query, page, pages),
            _more(wording),
        )
        title = wording.text("console.nav.documents")
        return console_page(request, signed_in, wording, title, body, active="documents")

    @router.get("/removed")
    def removed(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        info = parts.assistant.published()
        items = removed_from(parts.layout, info.generation) if info else []
        title = wording.text("console.removed")
        body = _removed(items, wording)
        return console_page(request, signed_in, wording, title, body, active="documents")

    return router


def _wanted(request: Request) -> Wanted:
    asked = request.query_params
    return Wanted(
        words=asked.get("words", "")[:_LONGEST_SEARCH].strip(),
        **{name: asked.get(name, "")[:_LONGEST_SEARCH] for name in FILTERS},
    )


def _fields(wanted: Wanted) -> dict[str, str]:
    return {name: getattr(wanted, name) for name in ("words", *FILTERS)}


def _search(wanted: Wanted, listing: Listing, wording: Wording) -> Html:
    fields = [
        field(
            wording.text("console.documents.words"),
            element("input", type="search", name="words", id="words", value=wanted.words, maxlength=_LONGEST_SEARCH),
            for_="words",
        )
    ]
    for name, values in listing.choices().items():
        chosen = getattr(wanted, name)
        options = [element("option", wording.text("console.all"), value="")]
        if name == "doubt":
            any_doubt = wording.text("console.documents.any_doubt")
            options.append(element("option", any_doubt, value=ANY_DOUBT, selected=chosen == ANY_DOUBT))
        if name == "topic":
            no_topic = wording.text("console.topic.none")
            options.append(element("option", no_topic, value=NO_TOPIC, selected=chosen == NO_TOPIC))
        options += [
            element("option", _value(name, value, wording), value=value, selected=value == chosen) for value in values
        ]
        select = element("select", *options, name=name, id=f"filter-{name}")
        fields.append(field(wording.text(f"console.filter.{name}"), select, for_=f"filter-{name}"))
    return element(
        "form",
        *fields,
        element("div", button(wording.text("console.search"), primary=True), class_="actions"),
        method="get",
        action=at("/admin/documents"),
        role="search",
        class_="filters",
    )


def _value(name: str, value: str, wording: Wording) -> str:
    if name == "type":
        return wording.document_type(DocumentType(value))
    if name == "validity":
        return wording.validity(Validity(value))
    if name == "authority":
        return wording.authority(Authority(value))
    if name == "topic":
        return wording.text(f"console.topic.{value}")
    return wording.doubt(value) if name == "doubt" else value


def _rows(rows: list[Listed], wording: Wording) -> Html:
    headings = ("document", "region", "issuer", "published", "validity", "doubts")
    unknown = element("span", wording.text("document.unknown"), class_="unknown")
    cells = [
        (
            join(
                element("a", line(row.title), href=at(document_path(row.document_id)), lang="zh"),
                element("span", row.source, class_="source"),
            ),
            row.region or unknown,
            row.issuer or unknown,
            element("span", row.published, class_="whole") if row.published else unknown,
            element("span", wording.validity(Validity(row.validity)), class_="whole"),
            element("ul", *(element("li", wording.doubt(doubt)) for doubt in row.doubts), class_="doubts")
            if row.doubts
            else "–",
        )
        for row in rows
    ]
    names = tuple(wording.text(f"console.column.{name}") for name in headings)
    return table(names, cells, caption=wording.text("console.nav.documents"))


def _more(wording: Wording) -> Html:
    """Return the ways beside the list: what was taken out, and making everything anew."""
    return element(
        "section",
        element("h2", wording.text("console.more")),
        element("p", element("a", wording.text("console.removed"), href=at("/admin/removed"))),
        element(
            "p",
            element("a", wording.text("console.rebuild"), href=at("/admin/rebuild")),
            element("span", wording.text("console.rebuild.hint"), class_="hint"),
        ),
        class_="more",
    )


def _removed(items: list[RemovedDocument], wording: Wording) -> Html:
    back = element("p", element("a", wording.text("console.back.documents"), href=at("/admin/documents")))
    if not items:
        return join(element("p", wording.text("console.removed.none")), back)
    rows = [
        (
            join(element("span", line(item.title), lang="zh"), element("span", item.source, class_="source")),
            moment(wording, item.removed),
            element(
                "a",
                wording.text("console.restore"),
                href=f"{at('/admin/restore')}?{urlencode({'document': item.source})}",
                class_="button",
                aria_label=f"{wording.text('console.restore')}：{line(item.title)}",
            ),
        )
        for item in items
    ]
    names = tuple(wording.text(f"console.column.{name}") for name in ("document", "removed", "action"))
    lead = element("p", wording.text("console.removed.lead"))
    return join(lead, table(names, rows, caption=wording.text("console.removed")), back)
