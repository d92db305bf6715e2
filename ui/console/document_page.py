"""One document: what is known of it and how surely, its text in its parts, what was tidied."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.before_cleaning import changes_by_cleaning
from ingest.corrections import CORRECTABLE
from rag.catalogue import CorrectionChange
from rag.domain import Chunk, Document
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.changes import legend, render_lines
from ui.console.fact_words import fact_value
from ui.console.frame import about_document, console_page, facts
from ui.console.listing import chunks_of
from ui.console.moments import moment_text
from ui.console.parts import ConsoleParts
from ui.console.sent import document_path
from ui.markup import Html, document_address, element, join, line, web_address
from ui.wording import Wording

_MOST_LINES = 400
"""Changed lines that are shown of one document; a page that holds more is read by nobody."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of one document's pages."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))

    @router.get("/documents/{document_id}")
    def document(document_id: str, request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        found = parts.assistant.document(document_id)
        with parts.open_catalogue() as catalogue:
            corrections = catalogue.corrections.history(found.source)
        body = join(
            _actions(found, wording),
            _facts(found, wording),
            _history(corrections, wording),
            _findings(found, wording),
        )
        return console_page(request, signed_in, wording, line(found.title), body, active="documents")

    @router.get("/documents/{document_id}/text")
    def text(document_id: str, request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        found = parts.assistant.document(document_id)
        info = parts.assistant.published()
        chunks = chunks_of(parts.layout, info.generation, document_id) if info else []
        body = join(about_document(found, wording), _chunks(found, chunks, wording))
        return console_page(request, signed_in, wording, wording.text("console.text"), body, active="documents")

    @router.get("/documents/{document_id}/tidied")
    def tidied(document_id: str, request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        found = parts.assistant.document(document_id)
        changes = [change.to_json() for change in changes_by_cleaning(parts.settings, found)]
        body = join(
            about_document(found, wording),
            element("p", wording.text("console.tidied.lead")),
            element("p", _original(found, wording)),
            legend(wording),
            render_lines(changes[:_MOST_LINES], wording)
            if changes
            else element("p", wording.text("console.tidied.none")),
            element("p", wording.text("console.more_lines", count=len(changes) - _MOST_LINES))
            if len(changes) > _MOST_LINES
            else "",
        )
        return console_page(request, signed_in, wording, wording.text("console.tidied"), body, active="documents")

    return router


def _actions(document: Document, wording: Wording) -> Html:
    path = document_path(document.document_id)
    ways = ("correct", "mark", "text", "tidied", "versions", "delete")
    links = [
        element(
            "a",
            wording.text(f"console.way.{name}"),
            href=at(f"{path}/{name}"),
            class_="button danger" if name == "delete" else "button",
        )
        for name in ways
    ]
    replacing = at(f"/admin/uploads?replaces={document.document_id}")
    links.insert(2, element("a", wording.text("console.way.replace"), href=replacing, class_="button"))
    if document.container:
        # A part of a compilation comes in with the whole file.
        del links[2]
    viewer = element("a", wording.text("console.way.viewer"), href=document_address(document.document_id))
    return join(
        element("nav", *links, class_="actions", aria_label=wording.text("console.column.action")),
        element("p", viewer, " · ", _original(document, wording)),
    )


def _original(document: Document, wording: Wording) -> Html:
    address = f"{document_address(document.document_id)}/original"
    return element("a", wording.text("document.version.original"), href=address)


def _facts(document: Document, wording: Wording) -> Html:
    rows = []
    for name in CORRECTABLE:
        value = _value(document, name, wording)
        origin = document.origins.get(name)
        told = ""
        if value is not None and origin is not None:
            place = wording.known(f"console.origin.{origin.partition(':')[0]}") or origin
            told = wording.text("console.origin", place=place)
            certainty = document.certainty.get(name)
            if certainty is not None and origin != "correction":
                told += wording.text("console.certainty", percent=round(100 * certainty))
        shown = value if value is not None else element("span", wording.text("document.unknown"), class_="unknown")
        said = join(shown, element("span", told, class_="origin")) if told else shown
        rows.append((wording.text(f"console.fact.{name}"), said))
    rows.append((wording.text("document.source"), document.source))
    rows.append((wording.text("document.version"), wording.text("document.version.value", version=document.version)))
    return facts(rows)


def _value(document: Document, name: str, wording: Wording) -> str | None:
    value = getattr(document, name)
    if value is None:
        return None
    address = web_address(value) if name == "url" else None
    if address:
        return element("a", address, href=address, rel="noopener noreferrer nofollow")
    return fact_value(wording, name, str(value))


def _history(changes: Sequence[CorrectionChange], wording: Wording) -> Html:
    if not changes:
        return join()
    none = wording.text("console.withdrawn")
    rows = (
        element(
            "li",
            wording.text(
                "console.correction",
                at=moment_text(wording, change.at),
                by=change.by,
                field=wording.known(f"console.fact.{change.field}") or change.field,
                value=fact_value(wording, change.field, change.new) if change.new else none,
            ),
            element("span", wording.text("console.correction.reason", reason=change.reason), class_="hint")
            if change.reason
            else "",
        )
        for change in reversed(changes)
    )
    return element("section", element("h2", wording.text("console.corrections")), element("ul", *rows))


def _findings(document: Document, wording: Wording) -> Html:
    doubts = [element("li", wording.doubt(code)) for code in document.doubts]
    repairs = []
    for name, times in document.repairs.items():
        some = [element("li", element("q", one, lang="zh")) for one in document.samples.get(name, ())]
        repairs.append(element("li", wording.repair(name, times), element("ul", *some) if some else ""))
    parts = (("document.doubts", doubts), ("document.repairs", repairs))
    return join(
        *(element("section", element("h2", wording.text(key)), element("ul", *items)) for key, items in parts if items)
    )


def _chunks(document: Document, chunks: Sequence[Chunk], wording: Wording) -> Html:
    sections = element(
        "ul",
        *(element("li", section.heading, class_=f"depth-{min(section.level, 4)}") for section in document.sections),
        lang="zh",
    )
    pieces = (
        element(
            "li",
            element(
                "p",
                " › ".join(line(one) for one in chunk.section) or wording.text("console.no_heading"),
                class_="where",
            ),
            element("p", chunk.text, class_="chunk", lang="zh"),
        )
        for chunk in chunks
    )
    return join(
        element("p", wording.text("console.text.lead", count=len(chunks), chars=len(document.text))),
        element("details", element("summary", wording.text("document.contents")), sections)
        if document.sections
        else "",
        element("ol", *pieces, class_="chunks"),
    )
