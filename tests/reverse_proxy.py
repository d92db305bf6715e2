"""A reverse proxy for tests: serves an application below a path, taking the prefix off or leaving it on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, Response, StreamingResponse

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def reverse_proxy(behind: str, prefix: str = "", *, strip: bool, scheme: str | None = None) -> FastAPI:
    """Return the proxy of the server at ``behind``; requests outside ``prefix`` get 404 from the proxy itself.

    It tells what proxies tell: ``X-Forwarded-For``, ``-Host`` and, with ``scheme``, ``-Proto``. Bodies are passed on as
    they come, so events arrive when they are sent.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=behind, timeout=30.0) as client:
            app.state.client = client
            yield

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)

    @app.api_route("/{rest:path}", methods=METHODS)
    async def forward(rest: str, request: Request) -> Response:
        del rest
        path = request.scope["raw_path"].decode("ascii")
        if prefix and path != prefix and not path.startswith(f"{prefix}/"):
            return PlainTextResponse("outside the prefix", 404)
        target = (path.removeprefix(prefix) or "/") if strip else path
        query = request.scope["query_string"].decode("ascii")
        headers = [(name, value) for name, value in request.headers.items() if name not in _HOP_BY_HOP]
        headers += [("x-forwarded-for", request.client.host if request.client else "")]
        headers += [("x-forwarded-host", request.headers["host"])]
        headers += [("x-forwarded-proto", scheme)] if scheme else []
        client: httpx.AsyncClient = request.app.state.client
        address = target + (f"?{query}" if query else "")
        passed = client.build_request(request.method, address, headers=headers, content=await request.body())
        try:
            answer = await client.send(passed, stream=True)
        except httpx.TransportError:
            return PlainTextResponse("Bad Gateway", 502)
        response = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
        kept = [(name, value) for name, value in answer.headers.raw if name.decode().lower() not in _HOP_BY_HOP]
        response.raw_headers = [(name.lower(), value) for name, value in kept]
        return response

    return app
