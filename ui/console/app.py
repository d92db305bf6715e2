"""Put the pages of the console on one application, which is mounted at ``/admin``."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from rag.errors import NotAvailableError, PolicychatError, UnknownIdError, UsageError
from ui.accounts.doors import install_doors
from ui.console import (
    audit_page,
    changing,
    document_page,
    document_versions,
    documents,
    feedback_page,
    generations,
    overview,
    quality,
    uploads,
    work_page,
)
from ui.console.frame import problem_page
from ui.console.parts import ConsoleParts
from ui.console.work import WorkRunningError

_LOG = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[PolicychatError], int], ...] = (
    (WorkRunningError, 409),
    (NotAvailableError, 503),
    (UnknownIdError, 404),
    (UsageError, 422),
)


def build_admin(parts: ConsoleParts) -> FastAPI:
    """Return the application with every page of the console; errors become pages of it, in words."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    modules = (
        overview,
        documents,
        changing,
        document_page,
        document_versions,
        uploads,
        work_page,
        generations,
        quality,
        feedback_page,
        audit_page,
    )
    for module in modules:
        app.include_router(module.build(parts))
    install_doors(app, parts.settings.help)
    _install_problems(app, parts)
    return app


def _install_problems(app: FastAPI, parts: ConsoleParts) -> None:
    def page(request: Request, key: str, status: int) -> Response:
        wording = parts.wording(request)
        words = wording.known(f"console.problem.{key}") or wording.text("console.problem.other")
        return problem_page(request, wording, words, status)

    def expected(request: Request, error: Exception) -> Response:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        if status >= 500:
            _LOG.error("%s %s failed: %s", request.method, request.url.path, error)
        return page(request, type(error).__name__, status)

    def of_http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        if error.status_code < 400:
            return Response(status_code=error.status_code, headers=error.headers)
        reply = page(request, str(error.status_code), error.status_code)
        for name, value in (error.headers or {}).items():
            reply.headers.setdefault(name, value)
        return reply

    def invalid(request: Request, _: Exception) -> Response:
        return page(request, "422", 422)

    def unexpected(request: Request, error: Exception) -> Response:
        _LOG.error("%s %s failed: %s", request.method, request.url.path, type(error).__name__)
        return page(request, "other", 500)

    handlers: tuple[tuple[type[Exception], Callable[[Request, Exception], Response]], ...] = (
        (RequestValidationError, invalid),
        (HTTPException, of_http),
        (PolicychatError, expected),
        (Exception, unexpected),
    )
    for kind, handler in handlers:
        app.add_exception_handler(kind, handler)
