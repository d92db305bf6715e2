"""What the check before its publication held back: publishing it with a reason, and asking questions of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.generation import Progress
from ingest.held import publish_held
from rag.catalogue import RunInfo
from rag.domain import GenerationInfo
from rag.errors import UnknownIdError
from rag.generations import list_generations, published_id
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, console_page, field, form, go_to
from ui.console.gate_page import Gate, render_verdict
from ui.console.generation_answers import asking
from ui.console.parts import ConsoleParts
from ui.console.sent import MAX_REASON_CHARS, text_of
from ui.markup import Html, element, join
from ui.wording import Wording

_AGAIN = ("rollback", "publish")
"""The kinds of runs that publish something that was made before."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    admin = Depends(parts.doors.require(Role.ADMIN))
    changing = Depends(parts.doors.checked(Role.ADMIN))

    @router.get("/generations/{generation}/publish")
    def ask(generation: str, request: Request, signed_in: SignedIn = admin) -> Response:
        return _page(parts, generation, request, signed_in)

    @router.post("/generations/{generation}/publish")
    async def publish(generation: str, request: Request, signed_in: SignedIn = changing) -> Response:
        reason = " ".join(text_of(await request.form(), "reason", MAX_REASON_CHARS).split())
        return await asyncio.to_thread(_publish, parts, generation, reason, request, signed_in)

    @router.post("/generations/{generation}/answers")
    async def answers(generation: str, request: Request, signed_in: SignedIn = changing) -> Response:
        against = text_of(await request.form(), "against", 60)
        return await asyncio.to_thread(_ask_both, parts, generation, against, signed_in)

    return router


def found_generation(parts: ConsoleParts, generation: str) -> GenerationInfo:
    """Return a publication that is kept. Raises UnknownIdError."""
    for info in list_generations(parts.layout):
        if info.generation == generation:
            return info
    raise UnknownIdError(f"no generation {generation!r} is kept")


def gate_of(parts: ConsoleParts, made: RunInfo | None) -> Gate | None:
    """Return the check that a run made before it published, or did not; None where its report is not kept."""
    if made is None:
        return None
    with parts.open_catalogue() as catalogue:
        report = catalogue.runs.get(made.run_id).report or {}
    found: Gate | None = report.get("gate")
    return found


def made_and_again(runs: Sequence[RunInfo]) -> tuple[RunInfo | None, Sequence[RunInfo]]:
    """Return the run that made a publication, if it is recorded, and those that published it later, newest first."""
    again = [run for run in runs if run.kind in _AGAIN]
    return next((run for run in runs if run.kind not in _AGAIN), None), again


def _publish(parts: ConsoleParts, generation: str, reason: str, request: Request, signed_in: SignedIn) -> Response:
    found_generation(parts, generation)
    if not reason:
        missing = parts.wording(request).text("console.reason.missing")
        return _page(parts, generation, request, signed_in, missing)

    def task(_progress: Progress) -> None:
        publish_held(parts.settings, generation, reason)

    parts.begin(signed_in, "publish", generation, task, after={"generation": generation, "reason": reason})
    return go_to("/admin/work")


def _ask_both(parts: ConsoleParts, generation: str, against: str, signed_in: SignedIn) -> Response:
    both = (found_generation(parts, against).generation, found_generation(parts, generation).generation)
    parts.begin(signed_in, "evaluate", generation, asking(parts, both))
    return go_to("/admin/work")


def _page(
    parts: ConsoleParts, generation: str, request: Request, signed_in: SignedIn, problem: str | None = None
) -> Response:
    wording = parts.wording(request)
    info = found_generation(parts, generation)
    if not info.held:
        return go_to(f"/admin/generations/{generation}")
    title = wording.text("gate.publish.title")
    body = _question(parts, info, signed_in, wording)
    return console_page(request, signed_in, wording, title, body, active="generations", problem=problem)


def _question(parts: ConsoleParts, info: GenerationInfo, signed_in: SignedIn, wording: Wording) -> Html:
    """Return why a publication was held back, and the form that publishes it all the same."""
    with parts.open_catalogue() as catalogue:
        made, _ = made_and_again(catalogue.runs.that_made([info.generation]))
    gate = gate_of(parts, made)
    older = info.parent != published_id(parts.layout)
    stay = element("a", wording.text("gate.publish.not"), href=at("/admin/generations"), class_="button")
    reason = element(
        "input", type="text", name="reason", id="reason", maxlength=MAX_REASON_CHARS, required=True,
        aria_describedby="reason-hint",
    )  # fmt: skip
    ask = form(
        signed_in,
        f"/admin/generations/{info.generation}/publish",
        field(wording.text("gate.publish.reason"), reason, wording.text("console.reason.hint"), for_="reason"),
        element("div", button(wording.text("gate.publish"), danger=True), stay, class_="actions"),
        class_="stacked",
    )
    return join(
        element("p", wording.text("gate.publish.lead")),
        element("p", wording.text("gate.publish.older"), class_="problem") if older else "",
        render_verdict(gate, wording) if gate is not None else element("p", wording.text("gate.unfinished")),
        ask,
    )
