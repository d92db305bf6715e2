"""The publications: the pages that list and compare them, the way back to one, and the check of the one in use."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.generation import Progress, verify_generation
from ingest.rolling_back import roll_back
from rag.errors import NoGenerationError, UnknownIdError
from rag.generations import published_id
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.console.frame import console_page, go_to
from ui.console.moments import moment_text
from ui.console.parts import ConsoleParts
from ui.console.releases import Releases
from ui.console.sent import number_of


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the releases."""
    router = APIRouter(include_in_schema=False)
    admin = Depends(parts.doors.require(Role.ADMIN))
    changing = Depends(parts.doors.checked(Role.ADMIN))
    releases = Releases(parts)

    @router.get("/generations")
    def generations(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        body = releases.render_list(signed_in, wording)
        return console_page(
            request, signed_in, wording, wording.text("console.nav.generations"), body, active="generations"
        )

    @router.get("/generations/{generation}")
    def generation(generation: str, request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        try:
            info = releases.found(generation)
        except UnknownIdError:
            # Reports and feedback lead here for ever, a publication is kept for a while.
            title, gone = wording.text("console.nav.generations"), wording.text("state.release.gone")
            page = console_page(request, signed_in, wording, title, "", active="generations", problem=gone)
            page.status_code = 404
            return page
        against = request.query_params.get("against") or None
        number = number_of(request.query_params.get("page")) or 1
        key = "gate.one.title" if info.held else "state.release.title"
        title = wording.text(key, when=moment_text(wording, info.created))
        body = releases.render_one(info, against, number, signed_in, wording)
        return console_page(request, signed_in, wording, title, body, active="generations")

    @router.get("/generations/{generation}/back")
    def ask_back(generation: str, request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        info = releases.found(generation)
        if info.held:
            return go_to(f"/admin/generations/{generation}/publish")
        title = wording.text("state.back.title", when=moment_text(wording, info.created))
        body = releases.render_question(info, signed_in, wording)
        return console_page(request, signed_in, wording, title, body, active="generations")

    @router.post("/generations/{generation}/back")
    def go_back(generation: str, signed_in: SignedIn = changing) -> Response:
        if releases.found(generation).held:
            return go_to(f"/admin/generations/{generation}/publish")

        def task(_progress: Progress) -> None:
            roll_back(parts.settings, generation)

        parts.begin(signed_in, "rollback", generation, task, after={"generation": generation})
        return go_to("/admin/work")

    @router.post("/generations/check")
    def check(signed_in: SignedIn = changing) -> Response:
        current = published_id(parts.layout)
        if current is None:
            raise NoGenerationError("nothing is published")

        def task(progress: Progress) -> None:
            verify_generation(parts.layout.generation(current), progress, store=parts.settings.vectors)

        parts.begin(signed_in, "verify", current, task, after={"generation": current})
        return go_to("/admin/work")

    return router
