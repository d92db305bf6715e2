"""Give every file of the theme an address that changes with its content, so that browsers may keep it for ever.

One digest covers the whole folder and stands in the path, ``/theme/<version>/page.js``: the modules import each other by
relative addresses, and so a new version of one of them is a new address of all. The plain address, ``/theme/page.js``,
works too and is asked for anew. Style sheets are sent with what they import already in them: each ``@import`` would cost
a slow line one more round trip before anything is drawn.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.addresses import at
from ui.prefix import site_path

FOR_EVER = "public, max-age=31536000, immutable"
"""A year, the longest that HTTP ever advised (RFC 2616, 14.21); the address changes when the content does."""

ASK_AGAIN = "no-cache"
"""Kept, but asked for each time; the tag makes the reply empty while nothing has changed."""

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_PACKED = frozenset({".css", ".js", ".svg"})

_IMPORT = re.compile(r"""@import\s+(?:url\()?\s*["'](?:\./|/theme/)?([\w.-]+\.css)["']\s*\)?\s*([^;]*);[ \t]*\n?""")
_STATIC_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"';]*?["']\./([\w.-]+\.js)["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A file as it is sent; ``packed`` is its gzip form where that is smaller."""

    media_type: str
    body: bytes
    packed: bytes | None
    tag: str


@dataclass(frozen=True, slots=True)
class Theme:
    """The files of the theme by name; ``version`` is 12 hexadecimal digits of a digest over all of them."""

    files: Mapping[str, ThemeFile]
    version: str

    def imported_by(self, name: str) -> tuple[str, ...]:
        """Return the modules that a module needs, those it names itself first, each once.

        A page that names them all in its head loads them side by side instead of one import after the other.
        """
        found: dict[str, None] = {}
        waiting = [name]
        while waiting:
            source = self.files[waiting.pop(0)].body.decode()
            for imported in _STATIC_IMPORT.findall(source):
                if imported in self.files and imported != name and imported not in found:
                    found[imported] = None
                    waiting.append(imported)
        return tuple(found)


def read_theme(folder: Path) -> Theme:
    """Read all files of a folder whose kind is known, style sheets with their local imports in them."""
    sources = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix in _KINDS}
    bodies = {name: _bundled(name, sources) if name.endswith(".css") else body for name, body in sources.items()}
    digest = hashlib.sha256()
    for name, body in bodies.items():
        digest.update(f"{name}\0{len(body)}\0".encode() + body)
    made = {name: _file(Path(name).suffix, body) for name, body in bodies.items()}
    return Theme(MappingProxyType(made), digest.hexdigest()[:12])


def _file(suffix: str, body: bytes) -> ThemeFile:
    # No time in the packed form: the same file must be the same bytes after a restart.
    packed = gzip.compress(body, 9, mtime=0) if suffix in _PACKED else body
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return ThemeFile(_KINDS[suffix], body, packed if len(packed) < len(body) else None, tag)


def _bundled(name: str, sources: Mapping[str, bytes], within: tuple[str, ...] = ()) -> bytes:
    """Return a style sheet with every import of a file of the theme replaced by that file."""

    def put_in(found: re.Match[str]) -> str:
        imported, condition = found.group(1), found.group(2).strip()
        if imported not in sources:
            return found.group(0)
        if imported in (*within, name):
            return ""
        words = _bundled(imported, sources, (*within, name)).decode()
        return f"@media {condition} {{\n{words}}}\n" if condition else words

    return _IMPORT.sub(put_in, sources[name].decode()).encode()


@lru_cache(maxsize=1)
def theme() -> Theme:
    """Return the theme of this installation, read once."""
    return read_theme(Path(str(files("ui") / "theme")))


def themed(name: str) -> str:
    """Return the address of a file of the theme. Raises KeyError where there is no such file."""
    held = theme()
    if name not in held.files:
        raise KeyError(f"no file {name!r} in the theme")
    return at(f"/theme/{held.version}/{name}")


def build_theme(held: Theme) -> APIRouter:
    """Return the routes of the theme's files."""
    router = APIRouter(prefix="/theme", include_in_schema=False)

    @router.api_route("/{name}", methods=["GET", "HEAD"])
    def plain(name: str, request: Request) -> Response:
        return sent(_found(held, name), request, ASK_AGAIN)

    @router.api_route("/{version}/{name}", methods=["GET", "HEAD"])
    def versioned(version: str, name: str, request: Request) -> Response:
        # A page from before an update still finds its files, but must not keep today's under yesterday's address.
        return sent(_found(held, name), request, FOR_EVER if version == held.version else ASK_AGAIN)

    return router


def _found(held: Theme, name: str) -> ThemeFile:
    if name not in held.files:
        raise HTTPException(404, name)
    return held.files[name]


def sent(file: ThemeFile, request: Request, caching: str) -> Response:
    """Return a file as a response, or that the browser's copy still holds."""
    headers = {"Cache-Control": caching, "ETag": file.tag, "Vary": "Accept-Encoding"}
    if file.tag in request.headers.get("if-none-match", "").replace("W/", ""):
        return Response(status_code=304, headers=headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        packed = {**headers, "Content-Encoding": "gzip"}
        return Response(file.packed, media_type=file.media_type, headers=packed)
    return Response(file.body, media_type=file.media_type, headers=headers)


_HASHED = re.compile(r"/assets/[\w.-]+-[\w-]{8,}\.(?:css|js|woff2?|svg|png)")


class LongCaching:
    """Lets browsers keep Gradio's own files whose name, or whose ``?v=``, holds a digest of their content.

    Gradio sends them without a word on caching, so a phone would ask for each of some sixty files at every visit.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _never_changes(scope):
            await self._app(scope, receive, send)
            return

        async def forward(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (200, 206, 304):
                kept = [(name, value) for name, value in message["headers"] if name.lower() != b"cache-control"]
                message = {**message, "headers": [*kept, (b"cache-control", FOR_EVER.encode())]}
            await send(message)

        await self._app(scope, receive, forward)


def _never_changes(scope: Scope) -> bool:
    path = site_path(scope)
    return bool(_HASHED.fullmatch(path)) or (path == "/theme.css" and scope["query_string"].startswith(b"v="))
