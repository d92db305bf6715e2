"""``/staff/tasks``: what somebody has to look at, and what was done about it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.catalogue.task_records import Task
from rag.errors import NotAvailableError, UnknownIdError
from ui.accounts.doors import DoorClosedError, SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import button, field, form, go_to, table
from ui.console.moments import moment
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.markup import Html, element, join, line
from ui.staff.approved import STYLES
from ui.staff.frame import staff_page
from ui.staff.hotline_fields import note_due
from ui.wording import Wording

_LOG = logging.getLogger(__name__)

_OBJECT = re.compile(r"(approved answer|call|case) (\d{1,9})")
_PATHS = {"approved answer": "/staff/approved", "call": "/staff/calls", "case": "/staff/cases"}
_WHY = re.compile(r"([a-z_]+)(?:: (.*))?", re.DOTALL)


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the tasks."""
    router = APIRouter(include_in_schema=False)
    reading, changing = Depends(parts.doors.require(Role.STAFF)), Depends(parts.doors.checked(Role.STAFF))

    @router.get("/tasks")
    def tasks(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        oversees = signed_in.role.covers(Role.SUPERVISOR)
        everybody = oversees and request.query_params.get("whose") == "all"
        owner = None if everybody else signed_in.user
        with parts.open_catalogue() as catalogue:
            note_due(catalogue)
            waiting, done = catalogue.tasks.open_of(owner), catalogue.tasks.latest_done(owner)
        other = ("mine", "/staff/tasks") if everybody else ("all", "/staff/tasks?whose=all")
        link = element("a", wording.text(f"staff.tasks.{other[0]}"), href=at(other[1])) if oversees else ""
        body = join(
            element("p", wording.text("staff.tasks.lead.all" if everybody else "staff.tasks.lead"), " ", link),
            _waiting(waiting, signed_in, wording),
            _done(done, wording) if done else "",
        )
        title = wording.text("staff.nav.tasks")
        return staff_page(request, signed_in, wording, title, body, active="tasks", styles=STYLES)

    @router.post("/tasks/{number}/done")
    async def done(number: str, request: Request, signed_in: SignedIn = changing) -> Response:
        outcome = text_of(await request.form(), "outcome", 1000)
        await asyncio.to_thread(_finish, parts, number_of(number), signed_in, outcome)
        return go_to("/staff/tasks", "task_done")

    return router


def counting(parts: ConsoleParts) -> Callable[[str], int]:
    """Return what counts somebody's open tasks for the navigation; 0 where it cannot be known just now."""

    def counted(user: str) -> int:
        try:
            with parts.open_catalogue() as catalogue:
                note_due(catalogue)
                return catalogue.tasks.count_open(user)
        except NotAvailableError as error:
            # A page that can be shown must not fail for a number beside it.
            _LOG.warning("open tasks could not be counted: %s", error)
            return 0

    return counted


def _finish(parts: ConsoleParts, number: int | None, signed_in: SignedIn, outcome: str) -> None:
    if number is None:
        raise UnknownIdError("no such task")
    with parts.open_catalogue() as catalogue:
        task = catalogue.tasks.get(number)
        if task.owner != signed_in.user and not signed_in.role.covers(Role.SUPERVISOR):
            raise DoorClosedError(403, "role")
        catalogue.tasks.done(number, signed_in.user, outcome)


def _waiting(tasks: Sequence[Task], signed_in: SignedIn, wording: Wording) -> Html:
    text = wording.text
    if not tasks:
        return element("p", text("staff.tasks.none"))
    headings = [text(f"staff.tasks.{name}") for name in ("what", "about", "since", "owner")]
    rows = [[*_cells(one, wording), _finishing(one, signed_in, wording)] for one in tasks]
    return element(
        "div", table([*headings, ""], rows, caption=text("staff.tasks.open", count=len(tasks))), class_="tasks"
    )


def _done(tasks: Sequence[Task], wording: Wording) -> Html:
    text = wording.text
    headings = [text(f"staff.tasks.{name}") for name in ("what", "about", "since", "owner", "finished")]
    rows = [
        [*_cells(one, wording), join(moment(wording, one.done_at), f" {line(one.done_by or '')}", _told(one))]
        for one in tasks
    ]
    return table(headings, rows, caption=text("staff.tasks.done"))


def _told(task: Task) -> Html:
    return element("p", line(task.outcome), class_="hint") if task.outcome else join()


def _cells(task: Task, wording: Wording) -> list[str]:
    what = wording.known(f"staff.task.kind.{task.kind}") or wording.text("staff.task.kind.other")
    note = element("p", _note(task, wording), class_="hint") if task.note else ""
    return [join(what, note), _about(task, wording), moment(wording, task.created), line(task.owner)]


def _note(task: Task, wording: Wording) -> str:
    """Return the note of a task; a code that it begins with in words."""
    found = _WHY.fullmatch(task.note)
    why = wording.known(f"staff.approved.reason.{found[1]}") if found else None
    if found is None or why is None:
        return line(task.note)
    return f"{why}：《{line(found[2])}》" if found[2] else why


def _about(task: Task, wording: Wording) -> Html:
    found = _OBJECT.fullmatch(task.object_)
    if found is None:
        return join(line(task.object_))
    words = wording.text(f"staff.task.about.{found[1].replace(' ', '_')}", number=found[2])
    return element("a", words, href=at(f"{_PATHS[found[1]]}/{found[2]}"))


def _finishing(task: Task, signed_in: SignedIn, wording: Wording) -> Html:
    name = f"outcome-{task.number}"
    outcome = element("input", type="text", name="outcome", id=name, maxlength="1000")
    return form(
        signed_in,
        f"/staff/tasks/{task.number}/done",
        field(wording.text("staff.tasks.outcome"), outcome, for_=name),
        button(wording.text("staff.tasks.finish")),
    )
