"""Serve the site below a path, ``https://bureau.example/policy/``, whatever the reverse proxy does with the prefix.

Some proxies take the prefix off before they pass a request on, some leave it. Both arrive inside in one form, the one
of the ASGI specification: ``path`` holds the prefix and ``root_path`` says how long it is. Routing, redirects, and the
addresses that Gradio writes into its page all follow from that.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from ui.addresses import served_under


class Prefix:
    """The outermost layer of the application: takes requests with and without ``prefix``, and writes links with it."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan" or not self._prefix:
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if path == self._prefix and scope["type"] == "http":
            await _redirect(send, f"{self._prefix}/", scope["query_string"])
            return
        if not path.startswith(f"{self._prefix}/"):
            raw = scope.get("raw_path") or path.encode()
            scope = {**scope, "path": self._prefix + path, "raw_path": self._prefix.encode("ascii") + raw}
        # Set for the whole request: the tasks and threads that work on it start with a copy of its context.
        with served_under(self._prefix):
            await self._app({**scope, "root_path": self._prefix}, receive, send)


def site_path(scope: Scope) -> str:
    """Return the path of a request within the site, without the prefix; ``/`` is its first page."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) or "/"


async def _redirect(send: Send, address: str, query: bytes) -> None:
    """Add the slash, without which relative addresses of the page would lead out of the prefix."""
    location = address.encode("ascii") + (b"?" + query if query else b"")
    headers = [(b"location", location), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 308, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
