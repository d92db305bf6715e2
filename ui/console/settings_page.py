"""The settings that admins change while the service runs: the overview, a form for each section, who changed what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from rag.catalogue.settings_changes import WITHDRAWN, SettingChange
from rag.errors import UnknownIdError
from rag.settings_changed import (
    SettingsRefusedError,
    change_settings,
    checked_settings,
    effective,
    read_effective,
)
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import go_to
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.console.setting_forms import Typed, as_it_stands, problem_words, typed_in
from ui.console.setting_trying import TRIALS
from ui.console.settings_overview import render_changes, render_overview, sections
from ui.console.settings_section import section_page, settings_page, values_of, way_back
from ui.markup import element, join

_RECENT = 5
_A_PAGE = 50
_ARRIVE_S = 15.0
"""How long the answer to a change waits for it to be in place; most take less than two."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))

    @router.get("/settings")
    def overview(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        with parts.open_catalogue() as catalogue:
            held = effective(parts.configured, catalogue.settings.held())
            recent = catalogue.settings.history(limit=_RECENT)
        following = parts.house.following if parts.house else None
        body = render_overview(held, following.applied() if following else None, recent, signed_in, wording)
        return settings_page(request, signed_in, wording, wording.text("console.nav.settings"), body)

    @router.get("/settings/changes")
    def changes(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        below = number_of(request.query_params.get("below"))
        with parts.open_catalogue() as catalogue:
            found = catalogue.settings.history(below=below, limit=_A_PAGE)
        older = f"{at('/admin/settings/changes')}?below={found[-1].number}" if len(found) == _A_PAGE else ""
        link = element("a", wording.text("settings.changes.older"), href=older, class_="button") if older else ""
        body = join(way_back(wording), render_changes(found, wording), link)
        return settings_page(request, signed_in, wording, wording.text("settings.changes"), body)

    @router.post("/settings/withdraw")
    async def withdraw(request: Request, signed_in: SignedIn = sending) -> Response:
        key = text_of(await request.form(), "key")
        reason = parts.wording(request).text("settings.withdraw")
        made = await asyncio.to_thread(_change, parts, signed_in, {key: WITHDRAWN}, reason)
        return await _go_on(parts, made, "/admin/settings")

    @router.get("/settings/{section}")
    def section(section: str, request: Request, signed_in: SignedIn = reading) -> Response:
        _check(section)
        values = values_of(read_effective(parts.configured).settings, section)
        return section_page(parts, request, signed_in, section, as_it_stands(section, values))

    @router.post("/settings/{section}")
    async def change(section: str, request: Request, signed_in: SignedIn = sending) -> Response:
        _check(section)
        typed = typed_in(section, await request.form())
        wording = parts.wording(request)
        wanted = typed.wanted()
        if wanted and not typed.reason:
            missing = replace(typed, problems={"reason": wording.text("console.reason.missing")})
            return await asyncio.to_thread(section_page, parts, request, signed_in, section, missing)
        try:
            made = await asyncio.to_thread(_change, parts, signed_in, wanted, typed.reason) if wanted else ()
        except SettingsRefusedError as error:
            wrong = replace(typed, problems=dict(problem_words(one, wording) for one in error.problems))
            return await asyncio.to_thread(section_page, parts, request, signed_in, section, wrong, refused=error)
        return await _go_on(parts, made, f"/admin/settings/{section}")

    @router.post("/settings/{section}/try")
    async def attempt(section: str, request: Request, signed_in: SignedIn = sending) -> Response:
        _check(section)
        if section not in TRIALS:
            raise HTTPException(404)
        typed = typed_in(section, await request.form())
        return await asyncio.to_thread(_try, parts, request, signed_in, section, typed)

    return router


def _check(section: str) -> None:
    if section not in sections():
        raise UnknownIdError(f"no section {section!r} of settings")


def _change(
    parts: ConsoleParts, signed_in: SignedIn, wanted: Mapping[str, Any], reason: str
) -> tuple[SettingChange, ...]:
    with parts.open_catalogue() as catalogue:
        return change_settings(parts.configured, catalogue, wanted, by=signed_in.user, reason=reason)


async def _go_on(parts: ConsoleParts, made: tuple[SettingChange, ...], path: str) -> Response:
    """Wait until what was changed is in place, and say whether it is."""
    if not made:
        return go_to(path, "settings_same")
    following = parts.house.following if parts.house else None
    if following is None:
        return go_to(path, "settings_waiting")
    await following.arrive(made[-1].number, _ARRIVE_S)
    applied = following.applied()
    if applied.number < made[-1].number:
        return go_to(path, "settings_waiting")
    return go_to(
        "/admin/settings" if applied.problem else path, "settings_not_used" if applied.problem else "settings_changed"
    )


def _try(parts: ConsoleParts, request: Request, signed_in: SignedIn, section: str, typed: Typed) -> Response:
    wording = parts.wording(request)
    with parts.open_catalogue() as catalogue:
        held = catalogue.settings.held()
    try:
        settings = checked_settings(parts.configured, held, typed.wanted())
    except SettingsRefusedError as error:
        wrong = replace(typed, problems=dict(problem_words(one, wording) for one in error.problems))
        return section_page(parts, request, signed_in, section, wrong, refused=error)
    outcome = TRIALS[section](parts.assistant, settings, wording)
    return section_page(parts, request, signed_in, section, typed, outcome=outcome)
