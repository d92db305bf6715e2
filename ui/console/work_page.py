"""The page of what is under way: how far it is, how it ended, and where its report is."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import console_page
from ui.console.moments import moment_text
from ui.console.parts import ConsoleParts
from ui.console.work import AUTOMATIC, Job, WorkEnd
from ui.console.work_files import render_files
from ui.markup import Html, element, join
from ui.wording import Wording


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the page and of the part of it that its script asks for anew."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))

    @router.get("/work")
    def page(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        body = element(
            "div", render_job(parts.work.latest(), wording), id="work", data_state_at=at("/admin/work/state")
        )
        title = wording.text("console.work")
        return console_page(request, signed_in, wording, title, body, active="work", scripts=("console_work.js",))

    @router.get("/work/state")
    def state(request: Request, signed_in: SignedIn = reading) -> Response:  # noqa: ARG001 - the door
        shown = render_job(parts.work.latest(), parts.wording(request))
        return HTMLResponse(shown, headers={"Cache-Control": "no-store"})

    return router


def render_job(job: Job | None, wording: Wording) -> Html:
    """Return how a piece of work stands."""
    if job is None:
        return element("p", wording.text("console.work.none"), data_state="none")
    what = wording.text(f"console.work.{job.kind}") if wording.known(f"console.work.{job.kind}") else job.kind
    who = wording.text("console.schedules.automatic") if job.who == AUTOMATIC else job.who
    begun = element("p", wording.text("console.work.begun", what=what, who=who, at=moment_text(wording, job.started)))
    files = render_files(job, wording)
    if job.state is WorkEnd.RUNNING:
        return element("div", begun, *_progress(job, wording), files, data_state="running")
    if job.state is WorkEnd.FAILED:
        said = wording.known(f"console.problem.{job.problem}") or wording.text("console.problem.other")
        detail = element(
            "details",
            element("summary", wording.text("console.work.detail")),
            element("p", f"{job.problem}: {job.detail}", lang="en"),
        )
        failed = element("p", wording.text("console.work.failed"), " ", said, class_="problem", role="alert")
        return element("div", begun, failed, detail, files, data_state="failed")
    return element("div", begun, *_done(job, wording), files, data_state="done")


def _progress(job: Job, wording: Wording) -> tuple[Html, ...]:
    stage = wording.known(f"console.stage.{job.stage}") or wording.text("console.stage.other")
    counted = wording.text("console.work.counted", done=job.done, total=job.total) if job.total else ""
    bar = element("progress", value=job.done, max=job.total, aria_label=stage) if job.total else ""
    return (
        element("p", stage, " ", counted, class_="stage"),
        join(bar),
        element("p", wording.text("console.work.serving"), class_="hint"),
        element("p", element("a", wording.text("console.work.again"), href=at("/admin/work")), class_="again"),
    )


def _done(job: Job, wording: Wording) -> tuple[Html, ...]:
    if job.held:
        return _held(job, wording)
    if job.kind == "evaluate":
        see = element(
            "a", wording.text("console.work.evaluated.see"), href=at("/admin/evaluation#results"), class_="button"
        )
        told_so = element("p", wording.text("console.work.evaluated"), class_="told", role="status")
        return (told_so, element("div", see, class_="actions"))
    told = "console.work.published" if job.published else "console.work.unchanged"
    if job.kind == "dry_run":
        told = "console.work.tried"
    # A rollback has no report; that something else is published is what it did.
    words = wording.text(told if job.run else "console.work.done")
    refused = wording.text("console.work.refused", count=job.refused) if job.refused else ""
    report = element("a", wording.text("console.work.report"), href=at(f"/admin/runs/{job.run}"), class_="button")
    if job.kind == "dry_run":
        report = element(
            "a", wording.text("console.try.see"), href=at(f"/admin/rebuild?run={job.run}"), class_="button"
        )
    documents = element("a", wording.text("console.nav.documents"), href=at("/admin/documents"), class_="button")
    return (
        element("p", words, class_="told", role="status"),
        element("p", refused, class_="problem") if refused else join(),
        element("div", report if job.run else "", documents, class_="actions"),
    )


def _held(job: Job, wording: Wording) -> tuple[Html, ...]:
    """Return that the regression questions held back what was made, and where to decide."""
    decide = element(
        "a",
        wording.text("console.work.held.see"),
        href=at(f"/admin/generations/{job.generation}"),
        class_="button primary",
    )
    report = element("a", wording.text("console.work.report"), href=at(f"/admin/runs/{job.run}"), class_="button")
    refused = wording.text("console.work.refused", count=job.refused) if job.refused else ""
    return (
        element("p", wording.text("console.work.held"), class_="problem", role="status"),
        element("p", refused) if refused else join(),
        element("div", decide, report, class_="actions"),
    )
