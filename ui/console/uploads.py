"""Take in new documents: files, whole folders, ZIP archives and web addresses; or a new version of one document."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import PurePosixPath

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.types import Scope

from ingest.file_progress import FileProgress
from ingest.files import READABLE
from ingest.generation import Progress
from ingest.pipeline import ingest
from ingest.report import IngestReport
from ingest.web_addresses import parse_address
from rag.domain import Document
from rag.errors import SourceError
from rag.settings import Settings
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.accounts.same_site import sent_from_here
from ui.console.frame import button, console_page, field, form, go_to
from ui.console.parts import ConsoleParts
from ui.console.receiving import boundary_of, receive
from ui.console.sent import text_of
from ui.console.staging import Staging, sweep
from ui.console.work import WorkRunningError
from ui.markup import Html, element, join, line
from ui.wording import Wording

UPLOADS = "/admin/uploads"
"""The one path that takes large bodies."""
MOST_ADDRESSES = 50
_MEGABYTE = 2**20
_NAMED = 20
"""Files that the audit log names."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    checked = asynccontextmanager(parts.doors.checked(Role.ADMIN))
    sweep(parts.settings.paths.data)

    @router.get("/uploads")
    def page(request: Request, signed_in: SignedIn = reading) -> Response:
        replaces = request.query_params.get("replaces")
        document = parts.assistant.document(replaces) if replaces else None
        return _page(parts, request, signed_in, document)

    @router.post("/uploads")
    async def upload(request: Request, _: SignedIn = reading) -> Response:
        boundary = boundary_of(request)
        if boundary is None or not sent_from_here(request):
            # The doors say first what is wrong with it.
            async with checked(request):
                raise HTTPException(400, "not a form with files")
        staging = await asyncio.to_thread(Staging, parts.settings.paths.data)
        begun = False
        try:
            fields = await receive(request, boundary, staging, parts.settings.ingest.max_members)
            async with checked(_without_body(request, fields.get("csrf", ""))) as signed_in:
                reply, begun = await asyncio.to_thread(_take, parts, request, signed_in, staging, fields)
                return reply
        finally:
            if not begun:
                await asyncio.to_thread(staging.discard)

    return router


def most_megabytes(settings: Settings) -> int:
    """Return how much may be sent at once: as much as may come out of one archive."""
    return settings.ingest.max_unpacked_mb


def upload_limit(parts: ConsoleParts) -> Callable[[Scope], Awaitable[int | None]]:
    """Return what tells :class:`ui.shell.BodyLimit` how many bytes may be sent here: none more unless by an admin.

    What is sent lies on the disk twice once it is taken in, and the reserve of the settings must be left.
    """
    door = parts.doors.require(Role.ADMIN)
    settings = parts.settings

    def limit(scope: Scope) -> int | None:
        try:
            door(Request(scope))
        except HTTPException:
            return None
        folder = settings.paths.data
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free - settings.ingest.min_free_mb * _MEGABYTE
        return max(0, min(most_megabytes(settings) * _MEGABYTE, free // 2))

    async def asked(scope: Scope) -> int | None:
        return await asyncio.to_thread(limit, scope)

    return asked


def _page(
    parts: ConsoleParts,
    request: Request,
    signed_in: SignedIn,
    document: Document | None,
    problem: str | None = None,
    addresses: str = "",
) -> Response:
    wording = parts.wording(request)
    title = wording.text("console.uploads.replace" if document else "console.nav.uploads")
    inside = _replacing(document, wording) if document else _many(wording, addresses)
    most = most_megabytes(parts.settings)
    body = join(
        element("p", wording.text("console.uploads.limits", each=parts.settings.ingest.max_file_mb, all=most)),
        form(
            signed_in,
            UPLOADS,
            inside,
            element("div", button(wording.text("console.uploads.send"), primary=True), class_="actions"),
            element("div", id="sending", role="status"),
            element("ul", id="sent-files", class_="files", hidden=True),
            enctype="multipart/form-data",
            class_="stacked",
            id="uploads",
            data_most_bytes=str(most * _MEGABYTE),
            data_too_large=wording.text("console.problem.too_large"),
            data_sending=wording.text("console.uploads.sending"),
            data_failed=wording.text("console.uploads.failed"),
            data_file_waits=wording.text("console.uploads.file.waits"),
            data_file_sending=wording.text("console.uploads.file.sending"),
            data_file_sent=wording.text("console.uploads.file.sent"),
            data_file_large=wording.text("console.uploads.file.large"),
            data_files_more=wording.text("console.uploads.file.more"),
            data_each_bytes=str(parts.settings.ingest.max_file_mb * _MEGABYTE),
        ),
    )
    return console_page(
        request,
        signed_in,
        wording,
        title,
        body,
        active="uploads",
        problem=problem,
        scripts=("console_uploads.js",),
    )


def _many(wording: Wording, addresses: str) -> Html:
    kinds = ",".join(sorted(READABLE))
    files = element("input", type="file", name="files", id="files", multiple=True, accept=kinds)
    folder = element("input", type="file", name="folder", id="folder", multiple=True, webkitdirectory=True)
    area = element("textarea", addresses, name="addresses", id="addresses", rows="3")
    return join(
        field(wording.text("console.uploads.files"), files, wording.text("console.uploads.files.hint"), for_="files"),
        field(wording.text("console.uploads.folder"), folder, for_="folder"),
        field(
            wording.text("console.uploads.addresses"),
            area,
            wording.text("console.uploads.addresses.hint", most=MOST_ADDRESSES),
            for_="addresses",
        ),
        element("p", wording.text("console.uploads.same_name"), class_="hint"),
    )


def _replacing(document: Document, wording: Wording) -> Html:
    kind = PurePosixPath(document.source).suffix
    return join(
        element("p", wording.text("console.about_document"), element("strong", line(document.title), lang="zh")),
        element("input", type="hidden", name="replaces", value=document.document_id),
        field(
            wording.text("console.uploads.file"),
            element("input", type="file", name="files", id="files", accept=kind, required=True),
            wording.text("console.uploads.replace.hint", kind=kind),
            for_="files",
        ),
    )


def _without_body(request: Request, csrf: str) -> Request:
    """Return the request as the doors can check it: its form was read before, so its word comes as a script sends it."""
    kept = [(name, value) for name, value in request.scope["headers"] if name != b"x-csrf-token"]
    return Request({**request.scope, "headers": [*kept, (b"x-csrf-token", csrf.encode())]})


def _take(
    parts: ConsoleParts, request: Request, signed_in: SignedIn, staging: Staging, fields: Mapping[str, str]
) -> tuple[Response, bool]:
    """Begin to take in what was sent, or say on the page why not; return whether it was begun."""
    wording = parts.wording(request)
    replaces = text_of(fields, "replaces")
    document = parts.assistant.document(replaces) if replaces else None
    typed = text_of(fields, "addresses", 50_000)
    addresses = [] if document else [one.strip() for one in typed.splitlines() if one.strip()]
    problem = _problem(staging, addresses, document, wording)
    if problem is None:
        try:
            _begin(parts, signed_in, staging, addresses, document)
        except WorkRunningError:
            problem = wording.text("console.problem.WorkRunningError")
    if problem is not None:
        return _page(parts, request, signed_in, document, problem, typed), False
    return go_to("/admin/work"), True


def _problem(staging: Staging, addresses: list[str], document: Document | None, wording: Wording) -> str | None:
    if staging.refused:
        return wording.text("console.uploads.names", names="、".join(line(name)[:100] for name in staging.refused[:5]))
    if not staging.names and not addresses:
        return wording.text("console.uploads.nothing")
    if document is not None:
        return _misfit(staging, document, wording)
    if staging.names and not staging.readable:
        return wording.text("console.uploads.no_document")
    if len(addresses) > MOST_ADDRESSES:
        return wording.text("console.uploads.many_addresses", most=MOST_ADDRESSES)
    bad = next((address for address in addresses if not _is_address(address)), None)
    return wording.text("console.uploads.bad_address", address=line(bad)[:200]) if bad is not None else None


def _misfit(staging: Staging, document: Document, wording: Wording) -> str | None:
    """Return why what was sent cannot be a new version of a document, or None."""
    kind = PurePosixPath(document.source).suffix
    fits = len(staging.names) == 1 and PurePosixPath(staging.names[0]).suffix.lower() == kind.lower()
    return None if fits and document.container is None else wording.text("console.uploads.other_kind", kind=kind)


def _is_address(text: str) -> bool:
    try:
        parse_address(text)
    except SourceError:
        return False
    return True


def _begin(
    parts: ConsoleParts, signed_in: SignedIn, staging: Staging, addresses: list[str], document: Document | None
) -> None:
    named = [*staging.names, *addresses]
    files = FileProgress([document.source] if document else named)

    def task(progress: Progress) -> IngestReport:
        if document is not None:
            staging.call(document.source)
        inbox = staging.into_inbox()
        try:
            return ingest(
                [inbox] if staging.names else [],
                parts.settings,
                parts.open_embedding(),
                addresses=addresses,
                progress=progress,
                files=files,
            )
        finally:
            staging.discard()

    object_ = document.source if document else (named[0] if len(named) == 1 else f"{len(named)} files and addresses")
    noted = {"names": named[:_NAMED], "count": len(named)}
    parts.begin(signed_in, "ingest", object_, task, None, noted, files)
