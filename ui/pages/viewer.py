"""``/documents/{id}``: a stored source with the quoted passage marked. Plain HTML; works without scripts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rag.errors import NotAvailableError, UnknownIdError
from rag.ports import Assistant
from rag.settings import HelpSettings
from ui.reader import reader_of
from ui.render_document import HeldDocument, render_document, render_missing

_LONGEST_OFFSET = 12
"""Digits of an offset that are read at all: no document is longer, and longer numbers only cost time."""


def build_viewer(assistant: Assistant, numbers: HelpSettings) -> APIRouter:
    """Return the viewer's route. ``start`` and ``end`` mark a passage; ``#char=512,590`` is turned into them."""
    router = APIRouter()

    @router.get("/documents/{document_id}", response_class=HTMLResponse, include_in_schema=False)
    def view(document_id: str, request: Request) -> HTMLResponse:
        reader = reader_of(request.scope)
        wording = reader.wording(numbers)
        try:
            held = _held(assistant, document_id)
        except UnknownIdError:
            return HTMLResponse(render_missing(wording, wording.text("document.missing"), reader.edition), 404)
        except NotAvailableError:
            return HTMLResponse(render_missing(wording, wording.text("error.unavailable"), reader.edition), 503)
        quote = _span(request.query_params.get("start"), request.query_params.get("end"))
        return HTMLResponse(render_document(held, wording, quote, reader.edition))

    return router


def _held(assistant: Assistant, document_id: str) -> HeldDocument:
    document = assistant.document(document_id)
    relations = assistant.relations(document_id)
    try:
        size = assistant.original(document_id).path.stat().st_size
    except (NotAvailableError, OSError):
        size = None
    return HeldDocument(document, relations, size)


def _span(start: str | None, end: str | None) -> tuple[int, int] | None:
    """Return the span two parameters name, or None where they are not two plain numbers."""
    numbers = [int(value) for value in (start, end) if value and value.isdecimal() and len(value) <= _LONGEST_OFFSET]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None
