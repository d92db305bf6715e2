"""Bring back an earlier version of a document, or one that was taken out; whoever does it says why."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.generation import Progress
from ingest.pipeline import restore_document
from ingest.previous import read_one
from ingest.report import IngestReport
from rag.errors import UnknownIdError
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.console.changing import decide, reason_field
from ui.console.frame import console_page, form, go_to
from ui.console.parts import ConsoleParts
from ui.console.sent import MAX_REASON_CHARS, document_path, number_of, text_of
from ui.markup import element, join, line


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))

    @router.get("/restore")
    def restoring(request: Request, signed_in: SignedIn = reading) -> Response:
        return _page(parts, request, signed_in, request.query_params)

    @router.post("/restore")
    async def restore(request: Request, signed_in: SignedIn = sending) -> Response:
        sent = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        return await asyncio.to_thread(_restore, parts, request, signed_in, sent)

    return router


def _page(
    parts: ConsoleParts,
    request: Request,
    signed_in: SignedIn,
    asked: Mapping[str, str],
    problem: str | None = None,
) -> Response:
    wording = parts.wording(request)
    name = text_of(asked, "document")
    version = number_of(asked.get("version") or None)
    previous = read_one(parts.layout, name)
    source = previous.source_of(name)
    entry = previous.entries.get(source)
    title = entry.document.title if entry is not None else previous.removed[source].title
    back = document_path(entry.document.document_id, "/versions") if entry is not None else "/admin/removed"
    lead = "console.restore.lead" if entry is not None else "console.restore.lead_removed"
    number = version if version is not None else "–"
    body = join(
        element(
            "p",
            wording.text("console.about_document"),
            element("strong", line(title), lang="zh"),
            element("span", source, class_="source"),
        ),
        element("p", wording.text(lead, version=number) if entry is not None else wording.text(lead)),
        form(
            signed_in,
            "/admin/restore",
            element("input", type="hidden", name="document", value=name),
            element("input", type="hidden", name="version", value=version) if version is not None else "",
            reason_field(wording),
            decide(wording.text("console.restore"), back, wording),
            class_="stacked",
        ),
    )
    heading = wording.text("console.restore.title")
    return console_page(request, signed_in, wording, heading, body, active="documents", problem=problem)


def _restore(parts: ConsoleParts, request: Request, signed_in: SignedIn, sent: Mapping[str, str]) -> Response:
    name = text_of(sent, "document")
    version = number_of(text_of(sent, "version") or None)
    reason = text_of(sent, "reason", MAX_REASON_CHARS)
    if not reason:
        if not name:
            raise UnknownIdError("no document was named")
        return _page(parts, request, signed_in, sent, parts.wording(request).text("console.reason.missing"))

    def task(progress: Progress) -> IngestReport:
        return restore_document(name, version, parts.settings, parts.open_embedding(), progress=progress)

    parts.begin(signed_in, "restore", name, task, None, {"version": version, "reason": reason})
    return go_to("/admin/work")
