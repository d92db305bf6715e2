"""``/documents/{id}``: a stored source with the quoted passage marked. Plain HTML; works without scripts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rag.domain import Document, document_id_for
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
            successor = _held(assistant, document.superseded_by)
            twin = _held(assistant, document.duplicate_of)
        except UnknownIdError:
            return HTMLResponse(render_missing(wording, wording.text("document.missing")), 404)
        except NotAvailableError:
            return HTMLResponse(render_missing(wording, wording.text("error.unavailable")), 503)
        quote = _span(parameters.get("start"), parameters.get("end"))
        return HTMLResponse(render_document(document, wording, quote, successor, twin))

    return router


def _held(assistant: Assistant, source: str | None) -> Document | None:
    """Return the document with this source, or None where there is none."""
    if source is None:
        return None
    try:
        return assistant.document(document_id_for(source))
    except UnknownIdError:
        return None


def _span(start: str | None, end: str | None) -> tuple[int, int] | None:
    """Return the span two parameters name, or None where they are not two plain numbers."""
    numbers = [int(value) for value in (start, end) if value and value.isdecimal() and len(value) <= _LONGEST_OFFSET]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None
