"""Tell a caller of the HTTP interface what went wrong: as JSON, in the caller's language, without internals."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from rag.errors import (
    BusyError,
    LateError,
    NoGenerationError,
    NotAvailableError,
    QuestionError,
    UnknownIdError,
    UsageError,
)
from rag.settings import HelpSettings
from ui.receipts import ReceiptError
from ui.wording import Wording, chosen_language

_LOG = logging.getLogger(__name__)


class TooManyError(NotAvailableError):
    """One address sends more than a person would."""


class NotStoredError(NotAvailableError):
    """What a reader sent could not be kept."""


_FAULTS: tuple[tuple[type[Exception], int, str], ...] = (
    (TooManyError, 429, "too_many"),
    (NotStoredError, 503, "not_stored"),
    (ReceiptError, 422, "receipt"),
    (BusyError, 503, "busy"),
    (LateError, 504, "timeout"),
    (NoGenerationError, 503, "unavailable"),
    (NotAvailableError, 503, "unavailable"),
    (UnknownIdError, 404, "not_found"),
    (QuestionError, 422, "bad_request"),
    (UsageError, 400, "bad_request"),
    (Exception, 500, "internal"),
)
"""HTTP status and code of each error; the first that fits counts."""

_CODES = {400: "bad_request", 404: "not_found", 405: "method", 413: "too_large"}


def classify(error: Exception) -> tuple[int, str]:
    """Return the HTTP status and the public code of an error."""
    return next((status, code) for kind, status, code in _FAULTS if isinstance(error, kind))


def fault_body(code: str, wording: Wording, field: str | None = None) -> dict[str, dict[str, str | None]]:
    """Return ``{"error": {"code", "message", "field"}}``."""
    message = wording.text("error.invalid_field", field=field) if field else wording.text(f"error.{code}")
    return {"error": {"code": code, "message": message, "field": field}}


def install_faults(app: FastAPI, numbers: HelpSettings) -> None:
    """Make every error of the application's own routes a JSON body."""

    def reply(request: Request, status: int, code: str, field: str | None = None) -> Response:
        language = chosen_language(request.query_params.get("lang"), request.headers.get("accept-language"))
        return JSONResponse(fault_body(code, Wording(language, numbers), field), status)

    async def on_error(request: Request, error: Exception) -> Response:
        status, code = classify(error)
        if status >= 500:
            # Name only: the text of a question is personal and has no place in a technical log.
            _LOG.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
        return reply(request, status, code, error.field if isinstance(error, QuestionError) else None)

    async def on_http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return reply(request, status, _CODES.get(status, "internal" if status >= 500 else "bad_request"))

    async def on_invalid(request: Request, error: Exception) -> Response:
        problems = error.errors() if isinstance(error, RequestValidationError) else []
        place = problems[0]["loc"] if problems else ()
        malformed = bool(problems) and problems[0]["type"] == "json_invalid"
        field = ".".join(str(part) for part in place[1:]) if not malformed else ""
        return reply(request, 422, "invalid_field" if field else "bad_request", field or None)

    handlers: tuple[tuple[type[Exception], Callable[[Request, Exception], Awaitable[Response]]], ...] = (
        (RequestValidationError, on_invalid),
        (HTTPException, on_http),
        (NotAvailableError, on_error),
        (UsageError, on_error),
        (Exception, on_error),
    )
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)
