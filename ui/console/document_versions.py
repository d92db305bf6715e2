"""The versions of one document, what changed between them, and the way back to an earlier one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.stored_versions import document_versions
from rag.domain import Document
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.changes import legend, render_lines
from ui.console.fact_words import fact_value
from ui.console.frame import about_document, console_page, table
from ui.console.moments import moment
from ui.console.parts import ConsoleParts
from ui.console.sent import document_path, number_of
from ui.markup import Html, document_address, element, join, line
from ui.wording import Wording


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of a document's versions."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))

    @router.get("/documents/{document_id}/versions")
    def versions(document_id: str, request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        found = parts.assistant.document(document_id)
        values = document_versions(parts.settings, found.source, number_of(request.query_params.get("since")))
        body = join(about_document(found, wording), _versions(found, wording), _differences(values, wording))
        return console_page(request, signed_in, wording, wording.text("console.versions"), body, active="documents")

    return router


def _versions(document: Document, wording: Wording) -> Html:
    rows = []
    for kept in sorted(document.versions, key=lambda one: -one.version):
        address = f"{document_address(document.document_id)}/original?version={kept.version}"
        since = f"{at(document_path(document.document_id, '/versions'))}?since={kept.version}"
        current = kept.version == document.version
        ways: list[str] = [element("a", wording.text("document.version.original"), href=address)]
        if kept.version < document.version:
            ways.append(element("a", wording.text("console.versions.since"), href=since))
        if not current:
            query = urlencode({"document": document.document_id, "version": kept.version})
            restore = wording.text("console.versions.restore")
            ways.append(element("a", restore, href=f"{at('/admin/restore')}?{query}", class_="button"))
        told = wording.text("document.version.value", version=kept.version)
        rows.append(
            (
                join(
                    told, element("span", wording.text("console.versions.current"), class_="badge") if current else ""
                ),
                moment(wording, kept.ingested),
                element("div", *ways, class_="actions"),
            )
        )
    names = tuple(wording.text(f"console.column.{name}") for name in ("version", "taken_in", "action"))
    return table(names, rows, caption=wording.text("console.versions"))


def _differences(values: Mapping[str, Any], wording: Wording) -> Html:
    if values["since"] is None:
        return element("p", wording.text("console.versions.only"))
    told = [
        element(
            "li",
            wording.known(f"console.fact.{fact['name']}") or fact["name"],
            "：",
            element("del", fact_value(wording, fact["name"], fact["before"])),
            " → ",
            element("ins", fact_value(wording, fact["name"], fact["after"])),
        )
        for fact in values["facts"]
    ]
    sections = []
    for section in values["sections"]:
        heading = " › ".join(line(one) for one in section["section"]) or wording.text("console.no_heading")
        status = wording.text(f"console.section.{section['status']}")
        sections.append(
            element("section", element("h3", f"{status}：{heading}"), render_lines(section["lines"], wording))
        )
    heading = element("h2", wording.text("console.versions.changes", version=values["since"]))
    if not (told or sections):
        return join(heading, element("p", wording.text("console.versions.same")))
    return join(heading, element("ul", *told) if told else "", legend(wording), *sections)
