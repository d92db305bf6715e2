"""The form with which a schedule is added or changed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.scheduling import check_targets
from rag.catalogue.schedule_records import (
    MOST_HOURS,
    MOST_TARGETS,
    Every,
    Rhythm,
    Schedule,
    ScheduleKind,
    ScheduleWanted,
)
from rag.errors import UnknownIdError, UsageError
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, console_page, field, form, go_to
from ui.console.parts import ConsoleParts
from ui.console.schedule_fields import Typed, what_field, when_field
from ui.console.sent import number_of, text_of
from ui.markup import element
from ui.wording import Wording

_SCHEDULES = "/admin/schedules"
_LONGEST_NAME = 100
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class _WrongError(Exception):
    """What was typed cannot be taken; its words are for the page."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))

    @router.get("/schedules/new")
    def adding(request: Request, signed_in: SignedIn = reading) -> Response:
        return _page(parts, request, signed_in, None, Typed())

    @router.post("/schedules")
    async def add(request: Request, signed_in: SignedIn = sending) -> Response:
        typed = _read(dict(await request.form()))
        return await asyncio.to_thread(_save, parts, request, signed_in, None, typed)

    @router.get("/schedules/{number}")
    def changing(number: str, request: Request, signed_in: SignedIn = reading) -> Response:
        with parts.open_catalogue() as catalogue:
            schedule = catalogue.schedules.get(numbered(number))
        return _page(parts, request, signed_in, schedule, _typed(schedule.wanted))

    @router.post("/schedules/{number}")
    async def change(number: str, request: Request, signed_in: SignedIn = sending) -> Response:
        typed = _read(dict(await request.form()))
        return await asyncio.to_thread(_save, parts, request, signed_in, numbered(number), typed)

    return router


def numbered(written: str) -> int:
    """Return the number of a schedule from an address. Raises UnknownIdError where it is none."""
    number = number_of(written)
    if number is None:
        raise UnknownIdError(f"no schedule {written[:20]!r}")
    return number


def _read(sent: Mapping[str, object]) -> Typed:
    return Typed(
        name=text_of(sent, "name", _LONGEST_NAME),
        kind=text_of(sent, "kind", 20),
        folder=text_of(sent, "folder", 1000),
        addresses=text_of(sent, "addresses", 500_000),
        prune=text_of(sent, "prune") == "1",
        every=text_of(sent, "every", 20),
        clock=text_of(sent, "at", 10),
        weekday=text_of(sent, "weekday", 2),
        hours=text_of(sent, "hours", 4),
    )


def _typed(wanted: ScheduleWanted) -> Typed:
    rhythm = wanted.rhythm
    is_folder = wanted.kind is ScheduleKind.FOLDER
    return Typed(
        wanted.name,
        wanted.kind.value,
        wanted.targets[0] if is_folder else "",
        "" if is_folder else "\n".join(wanted.targets),
        wanted.prune,
        rhythm.every.value,
        f"{rhythm.at:%H:%M}" if rhythm.at else "02:30",
        str(rhythm.weekday or 1),
        str(rhythm.hours or 6),
    )


def _save(parts: ConsoleParts, request: Request, signed_in: SignedIn, number: int | None, typed: Typed) -> Response:
    wording = parts.wording(request)
    with parts.open_catalogue() as catalogue:
        before = catalogue.schedules.get(number) if number is not None else None
        try:
            wanted = _wanted(parts, typed, before, wording)
            if any(one.wanted.name == wanted.name and one.number != number for one in catalogue.schedules.all()):
                raise _WrongError(wording.text("console.schedules.wrong.taken"))
            if number is None:
                catalogue.schedules.add(wanted, by=signed_in.user)
            else:
                catalogue.schedules.change(number, wanted, by=signed_in.user)
        except _WrongError as error:
            return _page(parts, request, signed_in, before, typed, str(error))
    return go_to(_SCHEDULES, "schedule_saved")


def _wanted(parts: ConsoleParts, typed: Typed, before: Schedule | None, wording: Wording) -> ScheduleWanted:
    """Return what was typed as a schedule. Raises _WrongError."""
    if not typed.name:
        raise _WrongError(wording.text("console.schedules.wrong.name"))
    rhythm = _rhythm(typed, wording)
    if typed.kind == ScheduleKind.FOLDER:
        wanted = ScheduleWanted(typed.name, ScheduleKind.FOLDER, (typed.folder,), rhythm, typed.prune)
        if before is None or before.wanted.targets != wanted.targets:
            # A folder that the command line named stays as it is; another must be one of those that may be read.
            _check_folder(parts, wanted, wording)
        return wanted
    addresses = tuple(dict.fromkeys(one.strip() for one in typed.addresses.splitlines() if one.strip()))
    if not addresses:
        raise _WrongError(wording.text("console.schedules.wrong.no_address"))
    if len(addresses) > MOST_TARGETS:
        raise _WrongError(wording.text("console.uploads.many_addresses", most=MOST_TARGETS))
    for address in addresses:
        one = ScheduleWanted(typed.name, ScheduleKind.ADDRESSES, (address,), rhythm)
        try:
            check_targets(one, parts.settings)
        except UsageError as error:
            raise _WrongError(wording.text("console.uploads.bad_address", address=address[:200])) from error
    return ScheduleWanted(typed.name, ScheduleKind.ADDRESSES, addresses, rhythm)


def _check_folder(parts: ConsoleParts, wanted: ScheduleWanted, wording: Wording) -> None:
    try:
        check_targets(wanted, parts.settings, allowed_folders(parts))
    except UsageError as error:
        raise _WrongError(wording.text("console.schedules.wrong.folder")) from error


def allowed_folders(parts: ConsoleParts) -> tuple[Path, ...]:
    """Return the folders of which the console may schedule folders: an account must not open the whole machine's disk."""
    return (parts.settings.paths.corpus, *parts.settings.schedules.folders)


def _rhythm(typed: Typed, wording: Wording) -> Rhythm:
    if typed.every == Every.HOURS:
        hours = number_of(typed.hours, 1, MOST_HOURS)
        if hours is None:
            raise _WrongError(wording.text("console.schedules.wrong.hours", most=MOST_HOURS))
        return Rhythm(Every.HOURS, hours=hours)
    found = _TIME.fullmatch(typed.clock)
    if found is None:
        raise _WrongError(wording.text("console.schedules.wrong.time"))
    at_time = time(int(found[1]), int(found[2]))
    if typed.every == Every.WEEK:
        return Rhythm(Every.WEEK, at_time, number_of(typed.weekday, 1, 7) or 1)
    return Rhythm(Every.DAY, at_time)


def _page(
    parts: ConsoleParts,
    request: Request,
    signed_in: SignedIn,
    schedule: Schedule | None,
    typed: Typed,
    problem: str | None = None,
) -> Response:
    wording = parts.wording(request)
    path = f"{_SCHEDULES}/{schedule.number}" if schedule is not None else _SCHEDULES
    name = element(
        "input", type="text", name="name", id="name", value=typed.name, maxlength=_LONGEST_NAME, required=True
    )
    body = form(
        signed_in,
        path,
        field(wording.text("console.schedules.name"), name, wording.text("console.schedules.name.hint"), for_="name"),
        what_field(typed, allowed_folders(parts), wording),
        when_field(typed, wording),
        element(
            "div",
            button(wording.text("console.schedules.save"), primary=True),
            element("a", wording.text("console.cancel"), href=at(_SCHEDULES), class_="button"),
            class_="actions",
        ),
        class_="stacked schedule-form",
    )
    title = wording.text("console.schedules.change.title" if schedule is not None else "console.schedules.add")
    return console_page(request, signed_in, wording, title, body, active="schedules", problem=problem)
