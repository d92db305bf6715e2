"""One question set: its questions, its name and use, the file of it, and asking it now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from ingest.generation import Progress
from rag.catalogue import EvaluationRecord
from rag.catalogue.question_set_records import QuestionSet, QuestionSetInfo
from rag.errors import UnknownIdError, UsageError
from rag.evaluation.kept_sets import run_kept_set, text_of_set
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.answer_cells import expected_cell, question_cell
from ui.console.evaluation_runs import latest_of, run_words
from ui.console.frame import button, console_page, facts, field, form, go_to, paging, table
from ui.console.moments import moment
from ui.console.pages import page_of
from ui.console.parts import ConsoleParts
from ui.console.sent import number_of, text_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

_ROWS = 100


def set_path(number: int, rest: str = "") -> str:
    """Return the path of a set's page, or of one below it."""
    return f"/admin/evaluation/sets/{number}{rest}"


def set_number(number: str) -> int:
    """Return the number of a set from its path. Raises UnknownIdError for what is no number."""
    found = number_of(number)
    if found is None:
        raise UnknownIdError(f"no question set {number!r}")
    return found


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))

    @router.get("/evaluation/sets/{number}")
    def page(number: str, request: Request, signed_in: SignedIn = reading) -> Response:
        return _page(parts, request, signed_in, set_number(number))

    @router.post("/evaluation/sets/{number}")
    async def change(number: str, request: Request, signed_in: SignedIn = sending) -> Response:
        sent = await request.form()
        return await asyncio.to_thread(_change, parts, request, signed_in, set_number(number), sent)

    @router.post("/evaluation/sets/{number}/remove")
    def remove(number: str, signed_in: SignedIn = sending) -> Response:
        with parts.open_catalogue() as catalogue:
            catalogue.question_sets.remove(set_number(number), by=signed_in.user)
        return go_to("/admin/evaluation", "set_removed")

    @router.get("/evaluation/sets/{number}/file")
    def file(number: str, signed_in: SignedIn = reading) -> Response:  # noqa: ARG001 - the door
        with parts.open_catalogue() as catalogue:
            kept = catalogue.question_sets.get(set_number(number))
        named = f"attachment; filename=\"questions.yaml\"; filename*=UTF-8''{quote(kept.info.name, safe='')}.yaml"
        headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
        return Response(text_of_set(kept), media_type="application/yaml; charset=utf-8", headers=headers)

    @router.post("/evaluation/sets/{number}/run")
    def run(number: str, request: Request, signed_in: SignedIn = sending) -> Response:
        with parts.open_catalogue() as catalogue:
            kept = catalogue.question_sets.get(set_number(number))
        if not kept.entries:
            problem = parts.wording(request).text("eval.run.first")
            return _page(parts, request, signed_in, set_number(number), problem)

        def task(progress: Progress) -> None:
            with parts.open_catalogue() as catalogue:
                run_kept_set(catalogue, kept, parts.settings, progress)

        parts.begin(signed_in, "evaluate", kept.info.name, task)
        return go_to("/admin/work")

    return router


def run_form(info: QuestionSetInfo, signed_in: SignedIn, wording: Wording) -> Html:
    """Return the button that asks a set now."""
    return form(signed_in, set_path(info.number, "/run"), button(wording.text("eval.run")))


def regression_box(checked: bool, wording: Wording, id_: str) -> Html:
    """Return the choice whether a set must hold before a publication."""
    box = element("input", type="checkbox", name="regression", value="1", id=id_, checked=checked)
    words = wording.text("eval.set.regression")
    hint = element("span", wording.text("eval.set.regression.hint"), class_="hint")
    return element("div", element("label", box, " ", words, class_="check", for_=id_), hint, class_="field")


def _change(parts: ConsoleParts, request: Request, signed_in: SignedIn, number: int, sent: FormData) -> Response:
    name, regression = text_of(sent, "name", 400), "regression" in sent
    with parts.open_catalogue() as catalogue:
        try:
            catalogue.question_sets.change(number, new_name=name, regression=regression, by=signed_in.user)
        except UsageError:
            wrong = parts.wording(request).text("eval.set.name.wrong")
            return _page(parts, request, signed_in, number, wrong)
    return go_to(set_path(number), "set_kept")


def _page(
    parts: ConsoleParts, request: Request, signed_in: SignedIn, number: int, problem: str | None = None
) -> Response:
    wording = parts.wording(request)
    page = number_of(request.query_params.get("page")) or 1
    with parts.open_catalogue() as catalogue:
        kept = catalogue.question_sets.get(number)
        last = latest_of(catalogue, kept.info.name)
    info = kept.info
    add = element(
        "a", wording.text("eval.question.add"), href=at(set_path(number, "/question")), class_="button primary"
    )
    save = element("a", wording.text("eval.set.export"), href=at(set_path(number, "/file")), class_="button")
    body = join(
        facts(_facts(info, last, wording)),
        element("div", add, run_form(info, signed_in, wording) if kept.entries else "", save, class_="actions"),
        element("h2", wording.text("eval.questions")),
        _questions(kept, last, page, wording),
        element("h2", wording.text("eval.set.settings")),
        _settings(kept, signed_in, wording),
    )
    return console_page(request, signed_in, wording, line(info.name), body, active="evaluation", problem=problem)


def _facts(info: QuestionSetInfo, last: EvaluationRecord | None, wording: Wording) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = [
        (wording.text("eval.set.questions"), wording.text("eval.set.count", count=info.questions)),
        (wording.text("eval.set.regression"), wording.text("eval.set.yes" if info.regression else "eval.set.no")),
        (wording.text("eval.set.changed"), join(moment(wording, info.changed_at), " · ", line(info.changed_by))),
    ]
    if last is not None:
        rows.append((wording.text("eval.set.last"), run_words(last.info, wording)))
    return rows


def _questions(kept: QuestionSet, last: EvaluationRecord | None, page: int, wording: Wording) -> Html:
    if not kept.entries:
        return element("p", wording.text("eval.questions.none"))
    shown, page, pages = page_of(kept.entries, page, _ROWS)
    asked = last.questions if last is not None else {}
    rows = [_row(kept.info.number, entry, asked.get(str(entry["id"])), wording) for entry in shown]
    names = ("eval.question", "eval.question.status", "eval.set.last", "eval.set.act")
    listed = table(tuple(map(wording.text, names)), rows, caption=wording.text("eval.questions.caption"))
    return join(listed, paging(wording, set_path(kept.info.number), {}, page, pages))


def _row(number: int, entry: Mapping[str, Any], asked: Mapping[str, Any] | None, wording: Wording) -> tuple[str, ...]:
    address = f"{at(set_path(number, '/question'))}?{urlencode({'id': entry['id']})}"
    same = asked is not None and asked["question"] == entry["question"]
    last = wording.text("eval.right" if asked["right"] else "eval.wrong") if asked is not None and same else "–"
    return (
        question_cell(str(entry["question"]), entry.get("region"), str(entry["id"])),
        expected_cell(entry["expect"], wording),
        last,
        element("a", wording.text("eval.question.change"), href=address),
    )


def _settings(kept: QuestionSet, signed_in: SignedIn, wording: Wording) -> Html:
    info = kept.info
    name = element("input", type="text", name="name", id="name", value=info.name, maxlength=200, required=True)
    own = [
        element("li", f"{figure} {sign} {bound:g}", lang="en")
        for key, sign in (("at_least", "≥"), ("at_most", "≤"))
        for figure, bound in kept.thresholds.get(key, {}).items()
    ]
    asked = element("div", element("p", wording.text("eval.set.thresholds")), element("ul", *own)) if own else ""
    change = form(
        signed_in,
        set_path(info.number),
        field(wording.text("eval.set.name"), name, for_="name"),
        regression_box(info.regression, wording, "regression"),
        element("div", button(wording.text("eval.set.save")), class_="actions"),
    )
    remove = element(
        "details",
        element("summary", wording.text("eval.set.remove")),
        element("p", wording.text("eval.set.remove.why")),
        form(signed_in, set_path(info.number, "/remove"), button(wording.text("eval.set.remove"), danger=True)),
    )
    return join(asked, change, remove)
