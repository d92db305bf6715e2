"""The questions that must be answered well: the sets, the results, and how two results differ."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from rag.catalogue import Catalogue
from rag.catalogue.question_set_records import QuestionSetInfo
from rag.errors import SourceError, UsageError
from rag.evaluation.kept_sets import keep_file
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console import evaluation_question, evaluation_runs, evaluation_set
from ui.console.evaluation_runs import last_result, render_runs
from ui.console.evaluation_set import regression_box, run_form, set_path
from ui.console.frame import button, console_page, field, form, go_to, table
from ui.console.gate_page import share_text
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

IMPORT = "/admin/evaluation/import"
IMPORT_LIMIT_BYTES = 1024 * 1024
"""Two thousand questions with all that can be said of them; more than that is no set that anybody keeps by hand."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the page and of those below it."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))

    @router.get("/evaluation")
    def page(request: Request, signed_in: SignedIn = reading) -> Response:
        return _page(parts, request, signed_in)

    @router.post("/evaluation")
    async def add(request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_add, parts, request, signed_in, sent)

    @router.post("/evaluation/import")
    async def bring_in(request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        file = sent.get("file")
        content = await file.read() if isinstance(file, UploadFile) and file.filename else None
        name = text_of(sent, "name", 200) or (_stem(file.filename or "") if isinstance(file, UploadFile) else "")
        return await asyncio.to_thread(_bring_in, parts, request, signed_in, name, content, "regression" in sent)

    for module in (evaluation_set, evaluation_question, evaluation_runs):
        router.include_router(module.build(parts))
    return router


def _stem(file: str) -> str:
    return line(file.replace("\\", "/").rsplit("/", 1)[-1]).rsplit(".", 1)[0][:200].strip()


def _add(parts: ConsoleParts, request: Request, signed_in: SignedIn, sent: FormData) -> Response:
    with parts.open_catalogue() as catalogue:
        try:
            name, regression = text_of(sent, "name", 400), "regression" in sent
            number = catalogue.question_sets.add(name, regression=regression, by=signed_in.user)
        except UsageError:
            return _page(parts, request, signed_in, parts.wording(request).text("eval.set.name.wrong"))
    return go_to(set_path(number), "set_kept")


def _bring_in(
    parts: ConsoleParts, request: Request, signed_in: SignedIn, name: str, content: bytes | None, regression: bool
) -> Response:
    wording = parts.wording(request)
    if content is None:
        return _page(parts, request, signed_in, wording.text("eval.import.none"))
    try:
        with parts.open_catalogue() as catalogue:
            text = content.decode("utf-8-sig")
            # Unmarked, a set that is there stays what it is: its settings are on its own page.
            kept = keep_file(catalogue, name, text, regression=regression or None, by=signed_in.user)
    except (UnicodeDecodeError, SourceError, UsageError) as error:
        told = f"{wording.text('eval.import.bad')} {line(str(error))[:500]}"
        return _page(parts, request, signed_in, told)
    return go_to(set_path(kept.number), "set_kept")


def _page(parts: ConsoleParts, request: Request, signed_in: SignedIn, problem: str | None = None) -> Response:
    wording = parts.wording(request)
    page = number_of(request.query_params.get("page")) or 1
    with parts.open_catalogue() as catalogue:
        sets = catalogue.question_sets.list()
        body = join(
            element("p", wording.text("eval.lead")),
            element("p", _gate_words(parts, sets, wording)),
            element("h2", wording.text("eval.sets")),
            _sets(catalogue, sets, signed_in, wording),
            element("div", _new(signed_in, wording), _file(signed_in, wording), class_="side-by-side ways-in"),
            element("h2", wording.text("eval.runs"), id="results"),
            render_runs(catalogue, signed_in, page, wording),
        )
    title = wording.text("console.nav.evaluation")
    return console_page(request, signed_in, wording, title, body, active="evaluation", problem=problem)


def _asked(info: QuestionSetInfo) -> bool:
    return info.regression and info.questions > 0


def _gate_words(parts: ConsoleParts, sets: tuple[QuestionSetInfo, ...], wording: Wording) -> str:
    questions = sum(info.questions for info in sets if _asked(info))
    if not questions:
        return wording.text("eval.gate.open")
    limits = parts.settings.publishing
    share = share_text(limits.min_passing_share)
    return wording.text("eval.gate.on", questions=questions, share=share, most=limits.max_newly_failing)


def _sets(catalogue: Catalogue, sets: tuple[QuestionSetInfo, ...], signed_in: SignedIn, wording: Wording) -> Html:
    if not sets:
        return element("p", wording.text("eval.sets.none"))
    rows = [
        (
            element("a", line(info.name), href=at(set_path(info.number))),
            wording.text("eval.set.count", count=info.questions),
            wording.text("eval.set.yes" if info.regression else "eval.set.no"),
            last_result(catalogue, info.name, wording),
            join(run_form(info, signed_in, wording)) if info.questions else "",
        )
        for info in sets
    ]
    headings = ("name", "questions", "regression", "last", "act")
    names = tuple(wording.text(f"eval.set.{key}") for key in headings)
    return table(names, rows, caption=wording.text("eval.sets.caption"))


def _new(signed_in: SignedIn, wording: Wording) -> Html:
    name = element("input", type="text", name="name", id="new-name", maxlength=200, required=True)
    return form(
        signed_in,
        "/admin/evaluation",
        element("h3", wording.text("eval.set.new")),
        field(wording.text("eval.set.name"), name, for_="new-name"),
        regression_box(False, wording, "new-regression"),
        element("div", button(wording.text("eval.set.make"), primary=True), class_="actions"),
    )


def _file(signed_in: SignedIn, wording: Wording) -> Html:
    file = element("input", type="file", name="file", id="file", accept=".yaml,.yml", required=True)
    name = element("input", type="text", name="name", id="file-name", maxlength=200)
    return form(
        signed_in,
        IMPORT,
        element("h3", wording.text("eval.import")),
        field(wording.text("eval.import.file"), file, wording.text("eval.import.hint"), for_="file"),
        field(wording.text("eval.set.name"), name, wording.text("eval.import.name.hint"), for_="file-name"),
        regression_box(False, wording, "file-regression"),
        element("div", button(wording.text("eval.import.do")), class_="actions"),
        enctype="multipart/form-data",
    )
