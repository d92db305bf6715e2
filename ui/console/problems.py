"""Turn what goes wrong in a page for people who signed in into a page in words."""

from __future__ import annotations

import logging
from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from rag.errors import NotAvailableError, PolicychatError, UnknownIdError, UsageError
from ui.console.parts import ConsoleParts
from ui.console.work import WorkRunningError
from ui.wording import Wording

_LOG = logging.getLogger(__name__)

ProblemPage = Callable[[Request, Wording, str, int], Response]
"""Makes a page of the request, the words, what went wrong in them, and the status."""

_STATUS: tuple[tuple[type[PolicychatError], int], ...] = (
    (WorkRunningError, 409),
    (NotAvailableError, 503),
    (UnknownIdError, 404),
    (UsageError, 422),
)


def install_problems(
    app: FastAPI, parts: ConsoleParts, problem_page: ProblemPage, areas: tuple[str, ...] = ("console",)
) -> None:
    """Let the application answer errors of ``rag.errors`` and of HTTP with ``problem_page``, with the right status.

    The words are those below ``<area>.problem.`` of the first area that has some for what went wrong.
    """

    def page(request: Request, key: str, status: int) -> Response:
        wording = parts.wording(request)
        found = (wording.known(f"{area}.problem.{kind}") for kind in (key, "other") for area in areas)
        words = next(words for words in found if words)
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
