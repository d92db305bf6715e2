"""What is read again by itself: the list with how each schedule stands, and running, pausing and removing one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.catalogue.schedule_records import Schedule, ScheduleKind
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console import schedule_form
from ui.console.frame import button, console_page, facts, form, go_to
from ui.console.moments import moment
from ui.console.parts import ConsoleParts
from ui.console.schedule_form import numbered
from ui.console.schedule_running import begin_run
from ui.console.schedule_words import in_trouble, problem_words, render_failures, rhythm_words, target_words
from ui.console.sent import text_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

SCHEDULES = "/admin/schedules"


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the list, and those of the form."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))
    router.include_router(schedule_form.build(parts))

    @router.get("/schedules")
    def page(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        with parts.open_catalogue() as catalogue:
            schedules = catalogue.schedules.all()
        body = join(
            element("p", wording.text("console.schedules.lead")),
            element("p", wording.text("console.schedules.by_cron"), class_="hint")
            if not parts.settings.schedules.in_server
            else "",
            element(
                "p",
                element(
                    "a", wording.text("console.schedules.add"), href=at(f"{SCHEDULES}/new"), class_="button primary"
                ),
            ),
            *(_schedule(schedule, signed_in, wording) for schedule in _ordered(schedules)),
            element("p", wording.text("console.schedules.none")) if not schedules else "",
        )
        return console_page(request, signed_in, wording, wording.text("console.schedules"), body, active="schedules")

    @router.post("/schedules/{number}/run")
    async def run(number: str, signed_in: SignedIn = sending) -> Response:
        job = await asyncio.to_thread(begin_run, parts, numbered(number), signed_in.user, at_once=True)
        return go_to("/admin/work") if job is not None else go_to(SCHEDULES, "schedule_runs")

    @router.post("/schedules/{number}/pause")
    async def pause(number: str, request: Request, signed_in: SignedIn = sending) -> Response:
        paused = text_of(await request.form(), "paused") == "1"

        def change() -> None:
            with parts.open_catalogue() as catalogue:
                catalogue.schedules.set_paused(numbered(number), paused, by=signed_in.user)

        await asyncio.to_thread(change)
        return go_to(SCHEDULES, "schedule_paused" if paused else "schedule_resumed")

    @router.get("/schedules/{number}/delete")
    def deleting(number: str, request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        with parts.open_catalogue() as catalogue:
            schedule = catalogue.schedules.get(numbered(number))
        body = join(
            element("p", wording.text("console.schedules.delete.lead", name=line(schedule.wanted.name))),
            form(
                signed_in,
                f"{SCHEDULES}/{schedule.number}/delete",
                element(
                    "div",
                    button(wording.text("console.schedules.delete"), danger=True),
                    element("a", wording.text("console.cancel"), href=at(SCHEDULES), class_="button"),
                    class_="actions",
                ),
            ),
        )
        title = wording.text("console.schedules.delete.title")
        return console_page(request, signed_in, wording, title, body, active="schedules")

    @router.post("/schedules/{number}/delete")
    async def delete(number: str, signed_in: SignedIn = sending) -> Response:
        def remove() -> None:
            with parts.open_catalogue() as catalogue:
                catalogue.schedules.remove(numbered(number), by=signed_in.user)

        await asyncio.to_thread(remove)
        return go_to(SCHEDULES, "schedule_removed")

    return router


def schedule_problems(schedules: Sequence[Schedule], wording: Wording) -> Html:
    """Return, for the first page, which schedules somebody should look at; nothing where all is well."""
    told = [
        element(
            "li",
            element("strong", line(schedule.wanted.name)),
            " ",
            " ".join(problem_words(wording, schedule)),
        )
        for schedule in schedules
        if in_trouble(schedule)
    ]
    if not told:
        return join()
    see = element("a", wording.text("console.schedules.see"), href=at(SCHEDULES))
    heading = element("p", wording.text("console.schedules.trouble"), " ", see)
    return element("div", heading, element("ul", *told), class_="problem", role="alert")


def _ordered(schedules: Sequence[Schedule]) -> list[Schedule]:
    """Return the schedules, those with trouble first."""
    return sorted(schedules, key=lambda schedule: not in_trouble(schedule))


def _schedule(schedule: Schedule, signed_in: SignedIn, wording: Wording) -> Html:
    return element(
        "section",
        element("h2", line(schedule.wanted.name)),
        _standing(schedule, wording),
        facts(_facts(schedule, wording)),
        _targets(schedule, wording),
        _ways(schedule, signed_in, wording),
        class_="card schedule",
        id=f"schedule-{schedule.number}",
    )


def _standing(schedule: Schedule, wording: Wording) -> Html:
    if schedule.holder is not None:
        running = element("a", wording.text("console.schedules.running"), href=at("/admin/work"))
        return element("p", running, class_="told")
    problems = problem_words(wording, schedule)
    if problems:
        details = render_failures(wording, schedule.failures) if schedule.failures else ""
        return element("div", *(element("p", words) for words in problems), details, class_="problem")
    if schedule.paused:
        return element("p", wording.text("console.schedules.is_paused"), class_="hint")
    if schedule.finished is not None:
        return element("p", wording.text("console.schedules.well"), class_="good")
    return join()


def _facts(schedule: Schedule, wording: Wording) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = [
        (wording.text("console.schedules.what"), target_words(wording, schedule)),
        (wording.text("console.schedules.when"), rhythm_words(wording, schedule.wanted.rhythm)),
    ]
    if not schedule.paused:
        rows.append((wording.text("console.schedules.next"), moment(wording, schedule.due)))
    if schedule.finished is None or schedule.started is None:
        return [*rows, (wording.text("console.schedules.last"), wording.text("console.schedules.never"))]
    outcome = wording.known(f"state.run.outcome.{schedule.outcome}") or wording.text("document.unknown")
    last: list[str] = [moment(wording, schedule.started), " · ", outcome]
    if schedule.run is not None:
        report = element("a", wording.text("console.work.report"), href=at(f"/admin/runs/{schedule.run}"))
        last += [" · ", report]
    if schedule.was_due is not None and _is_caught_up(schedule.was_due, schedule.started):
        caught = wording.text("console.schedules.caught_up", due="")
        last.append(element("p", caught, moment(wording, schedule.was_due), class_="hint"))
    return [*rows, (wording.text("console.schedules.last"), join(*last))]


def _is_caught_up(was_due: str, started: str) -> bool:
    """Tell whether a run began so late that somebody may wonder: the server was off, say."""
    return datetime.fromisoformat(started) - datetime.fromisoformat(was_due) > timedelta(minutes=10)


def _targets(schedule: Schedule, wording: Wording) -> Html:
    if schedule.wanted.kind is not ScheduleKind.ADDRESSES:
        return (
            element("p", wording.text("console.schedules.prunes"), class_="hint") if schedule.wanted.prune else join()
        )
    listed = element("ul", *(element("li", address, class_="target") for address in schedule.wanted.targets))
    return element("details", element("summary", wording.text("console.schedules.see_addresses")), listed)


def _ways(schedule: Schedule, signed_in: SignedIn, wording: Wording) -> Html:
    path = f"{SCHEDULES}/{schedule.number}"
    paused = "0" if schedule.paused else "1"
    pause = "console.schedules.resume" if schedule.paused else "console.schedules.pause"
    name = line(schedule.wanted.name)

    def named(key: str) -> str:
        return f"{wording.text(key)}：{name}"

    run_key, change_key, delete_key = (f"console.schedules.{way}" for way in ("run", "change", "delete"))
    return element(
        "div",
        form(signed_in, f"{path}/run", button(wording.text(run_key), aria_label=named(run_key))),
        form(
            signed_in,
            f"{path}/pause",
            element("input", type="hidden", name="paused", value=paused),
            button(wording.text(pause), aria_label=named(pause)),
        ),
        element("a", wording.text(change_key), href=at(path), class_="button", aria_label=named(change_key)),
        element(
            "a", wording.text(delete_key), href=at(f"{path}/delete"), class_="button", aria_label=named(delete_key)
        ),
        class_="actions",
    )
