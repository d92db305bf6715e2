"""``/documents/{id}``: a stored source with the quoted passage marked. Plain HTML; works without scripts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rag.domain import Document
from rag.errors import NotAvailableError, UnknownIdError
from rag.ports import Assistant
from rag.settings import HelpSettings
from ui.render_document import render_document, render_missing
from ui.wording import Wording, chosen_language

_LONGEST_OFFSET = 12
"""Digits of an offset that are read at all: no document is longer, and longer numbers only cost time."""


def build_viewer(assistant: Assistant, numbers: HelpSettings) -> APIRouter:
    """Return the viewer's route. ``start`` and ``end`` mark a passage; ``#char=512,590`` is turned into them."""
    router = APIRouter()

    @router.get("/documents/{document_id}", response_class=HTMLResponse, include_in_schema=False)
    def view(document_id: str, request: Request) -> HTMLResponse:
        parameters = request.query_params
        wording = Wording(chosen_language(parameters.get("lang"), request.headers.get("accept-language")), numbers)
        try:
            document = assistant.document(document_id)
            successor = _successor(assistant, document)
        except UnknownIdError:
            return HTMLResponse(render_missing(wording, wording.text("document.missing")), 404)
        except NotAvailableError:
            return HTMLResponse(render_missing(wording, wording.text("error.unavailable")), 503)
        quote = _span(parameters.get("start"), parameters.get("end"))
        return HTMLResponse(render_document(document, wording, quote, successor))

    return router


def _successor(assistant: Assistant, document: Document) -> Document | None:
    if document.superseded_by is None:
        return None
    return next((other for other in assistant.documents() if other.source == document.superseded_by), None)


def _span(start: str | None, end: str | None) -> tuple[int, int] | None:
    """Return the span two parameters name, or None where they are not two plain numbers."""
    numbers = [int(value) for value in (start, end) if value and value.isdecimal() and len(value) <= _LONGEST_OFFSET]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None
