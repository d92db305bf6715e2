"""``/documents/{id}/original``: the file that a document was read from, to keep; never shown inside the site."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES

from rag.domain import OriginalFile
from rag.errors import NotAvailableError, UnknownIdError
from rag.ports import Assistant
from rag.settings import HelpSettings
from ui.attachments import disposition
from ui.reader import Reader, reader_of
from ui.render_document import render_missing

COMPRESSED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/msword",
    "application/octet-stream",
    "application/pdf",
    "application/vnd.ms-excel",
    "application/vnd.ms-excel.sheet.macroEnabled.12",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
"""What is not compressed on its way: streams, which must not be held back, and files that get no smaller by it."""

_POLICY = "sandbox; default-src 'none'"
"""Even a browser that shows the file in spite of all runs nothing of it and fetches nothing for it."""

_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+", re.IGNORECASE)
_LONGEST_VERSION = 6


def build_originals(assistant: Assistant, numbers: HelpSettings) -> APIRouter:
    """Return the route. ``version`` is a number in the list of versions; without it the current file comes."""
    router = APIRouter()

    @router.api_route("/documents/{document_id}/original", methods=["GET", "HEAD"], include_in_schema=False)
    def original(document_id: str, request: Request) -> Response:
        reader = reader_of(request.scope)
        try:
            assistant.document(document_id)
        except UnknownIdError:
            return _told("document.missing", 404, reader, numbers)
        except NotAvailableError:
            return _told("error.unavailable", 503, reader, numbers)
        try:
            found = assistant.original(document_id, _version(request.query_params.get("version")))
        except (UnknownIdError, NotAvailableError):
            return _told("document.original.missing", 404, reader, numbers)
        return _attachment(found)

    return router


def _told(key: str, status: int, reader: Reader, numbers: HelpSettings) -> HTMLResponse:
    wording = reader.wording(numbers)
    return HTMLResponse(render_missing(wording, wording.text(key), reader.edition), status)


def _version(value: str | None) -> int | None:
    """Return the number asked for; something that is no number is a version that does not exist."""
    if value is None:
        return None
    return int(value) if value.isascii() and value.isdecimal() and len(value) <= _LONGEST_VERSION else -1


def _attachment(original: OriginalFile) -> FileResponse:
    media_type = original.media_type if _MEDIA_TYPE.fullmatch(original.media_type) else "application/octet-stream"
    headers = {
        "Content-Disposition": disposition(original.file_name, "original"),
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        # The same address gives another file once a new version was taken in.
        "Cache-Control": "private, no-cache",
    }
    return FileResponse(original.path, headers=headers, media_type=media_type)
