"""What came of asking the question sets: the history, one result question by question, and two side by side."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.publish_gate import CHECK_LABEL
from rag.catalogue import Catalogue, EvaluationInfo, EvaluationRecord
from rag.errors import UsageError
from rag.evaluation.answer_changes import answer_changes
from rag.evaluation.answer_comparison import measures_answers
from rag.evaluation.comparison import changed_settings, shared_questions
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.answer_cells import expected_cell, question_cell, shown_cell, wrong_cell
from ui.console.answers_compared import counts_of, render_changes
from ui.console.frame import button, console_page, facts, field, form, paging, table
from ui.console.moments import moment, moment_text, publication_name
from ui.console.parts import ConsoleParts
from ui.markup import Html, element, join, line
from ui.wording import Wording

_RUNS = 30
_COMPARABLE = 100
_COMPARE = "/admin/evaluation/compare"


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))

    @router.get("/evaluation/runs/{evaluation_id}")
    def result(evaluation_id: str, request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        with parts.open_catalogue() as catalogue:
            found = _of_answers(catalogue, evaluation_id)
            earlier = _before(catalogue, found.info)
        body = join(facts(_facts(found.info, wording)), _ways(found.info, earlier, wording), _questions(found, wording))
        title = wording.text("eval.run.title", name=line(found.info.set_name))
        return console_page(request, signed_in, wording, title, body, active="evaluation")

    @router.get("/evaluation/compare")
    def compare(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        asked = request.query_params
        with parts.open_catalogue() as catalogue:
            before, after = (_of_answers(catalogue, asked.get(name, "")) for name in ("before", "after"))
        title = wording.text("eval.compare")
        try:
            body, problem = _side_by_side(before, after, wording), None
        except UsageError:
            body, problem = join(), wording.text("eval.compare.different")
        return console_page(request, signed_in, wording, title, body, active="evaluation", problem=problem)

    return router


def run_path(evaluation_id: str) -> str:
    """Return the path of a result."""
    return f"/admin/evaluation/runs/{evaluation_id}"


def latest_of(catalogue: Catalogue, set_name: str) -> EvaluationRecord | None:
    """Return the newest result of a set, or None."""
    for info in catalogue.evaluations.latest(5, set_name=set_name):
        if measures_answers(info):
            return catalogue.evaluations.get(info.evaluation_id)
    return None


def last_result(catalogue: Catalogue, set_name: str, wording: Wording) -> Html:
    """Return the newest result of a set in a few words, as the way to it."""
    for info in catalogue.evaluations.latest(5, set_name=set_name):
        if measures_answers(info):
            return run_words(info, wording)
    return join("–")


def run_words(info: EvaluationInfo, wording: Wording) -> Html:
    """Return how many were right and when, as the way to the whole result."""
    link = element("a", _share(info, wording), href=at(run_path(info.evaluation_id)))
    return join(link, element("div", moment(wording, info.made_at), class_="hint"))


def render_runs(catalogue: Catalogue, signed_in: SignedIn, page: int, wording: Wording) -> Html:
    """Return a page of the history, and the form that compares two of it."""
    evaluations = catalogue.evaluations
    found = evaluations.latest(_RUNS + 1, after=(page - 1) * _RUNS)
    listed = [info for info in found[:_RUNS] if measures_answers(info)]
    if not listed and page == 1:
        return element("p", wording.text("eval.runs.none"))
    rows = [
        (
            join(moment(wording, info.made_at)),
            join(line(info.set_name), element("span", _label(info, wording), class_="source")),
            _answered_by(info, wording),
            element("a", _share(info, wording), href=at(run_path(info.evaluation_id))),
        )
        for info in listed
    ]
    names = tuple(wording.text(f"eval.run.{key}") for key in ("when", "set", "answered_by", "result"))
    pages = page + 1 if len(found) > _RUNS else page
    return join(
        table(names, rows, caption=wording.text("eval.runs.caption")),
        paging(wording, "/admin/evaluation", {}, page, pages),
        _choice(catalogue, signed_in, wording),
    )


def _of_answers(catalogue: Catalogue, evaluation_id: str) -> EvaluationRecord:
    found = catalogue.evaluations.get(evaluation_id)
    if not measures_answers(found.info):
        raise UsageError(f"{evaluation_id} measured a ranking")
    return found


def _before(catalogue: Catalogue, info: EvaluationInfo) -> EvaluationInfo | None:
    """Return the result of the same set before this one."""
    older = False
    for other in catalogue.evaluations.latest(_COMPARABLE, set_name=info.set_name):
        if older and measures_answers(other):
            return other
        older = older or other.evaluation_id == info.evaluation_id
    return None


def _facts(info: EvaluationInfo, wording: Wording) -> list[tuple[str, str]]:
    label = _label(info, wording)
    return [
        (wording.text("eval.run.when"), moment(wording, info.made_at)),
        (wording.text("eval.run.result"), _share(info, wording)),
        (wording.text("eval.run.answered_by"), _answered_by(info, wording)),
        *([(wording.text("eval.run.name"), label)] if label else []),
    ]


def _ways(info: EvaluationInfo, earlier: EvaluationInfo | None, wording: Wording) -> Html:
    if earlier is None:
        return join()
    address = f"{at(_COMPARE)}?{urlencode({'before': earlier.evaluation_id, 'after': info.evaluation_id})}"
    return element("p", element("a", wording.text("eval.run.before"), href=address, class_="button"))


def _questions(found: EvaluationRecord, wording: Wording) -> Html:
    wrong = [(name, kept) for name, kept in found.questions.items() if not kept["right"]]
    right = [(name, kept) for name, kept in found.questions.items() if kept["right"]]
    names = tuple(wording.text(f"eval.{key}") for key in ("question", "run.expected", "run.shown", "run.why"))
    rows = [
        (
            question_cell(kept["question"], kept.get("region"), name),
            expected_cell(kept.get("expect"), wording),
            shown_cell(kept["status"], kept.get("shown"), kept.get("sources", ()), wording),
            wrong_cell(kept.get("wrong", ()), wording),
        )
        for name, kept in wrong
    ]
    good = [
        (
            question_cell(kept["question"], kept.get("region"), name),
            shown_cell(kept["status"], kept.get("shown"), kept.get("sources", ()), wording),
        )
        for name, kept in right
    ]
    listed = table(names, rows, caption=wording.text("eval.run.wrong"))
    others = table((names[0], names[2]), good, caption=wording.text("eval.right"))
    summary = element("summary", wording.text("eval.run.right", count=len(right)))
    return join(
        element("h2", wording.text("eval.run.wrong")),
        listed if wrong else element("p", wording.text("eval.run.wrong.none"), class_="told"),
        element("details", summary, others) if right else "",
    )


def _side_by_side(before: EvaluationRecord, after: EvaluationRecord, wording: Wording) -> Html:
    shared = shared_questions(before, after)
    changes = answer_changes(before, after)
    sides = ((("eval.compare.before"), before), ("eval.compare.after", after))
    rows = [
        (wording.text(key), join(run_words(one.info, wording), element("div", _answered_by(one.info, wording))))
        for key, one in sides
    ]
    names = "、".join(sorted(changed_settings(before.info, after.info)))
    settings = element("p", wording.text("eval.compare.settings", names=names), class_="hint") if names else ""
    lead = wording.text("eval.compare.lead", shared=len(shared), **counts_of(changes))
    return join(facts(rows), element("p", lead), settings, render_changes(changes, wording))


def _choice(catalogue: Catalogue, signed_in: SignedIn, wording: Wording) -> Html:
    listed = [info for info in catalogue.evaluations.latest(_COMPARABLE) if measures_answers(info)]
    if len(listed) < 2:
        return join()

    def control(name: str, chosen: EvaluationInfo) -> Html:
        options = (
            element(
                "option",
                f"{moment_text(wording, info.made_at)} · {line(info.set_name)} · {_share(info, wording)}",
                value=info.evaluation_id,
                selected=info is chosen,
            )
            for info in listed
        )
        select = element("select", *options, name=name, id=name)
        return field(wording.text(f"eval.compare.{name}"), select, for_=name)

    same = next((info for info in listed[1:] if info.set_name == listed[0].set_name), listed[1])
    return form(
        signed_in,
        _COMPARE,
        element("h3", wording.text("eval.compare")),
        element("div", control("before", same), control("after", listed[0]), class_="side-by-side"),
        element("div", button(wording.text("eval.compare.do")), class_="actions"),
        method="get",
    )


def _share(info: EvaluationInfo, wording: Wording) -> str:
    questions = int(info.figures.get("queries") or 0)
    passing = round(float(info.figures.get("right") or 0) * questions)
    return wording.text("eval.share", passing=passing, questions=questions)


def _label(info: EvaluationInfo, wording: Wording) -> str:
    if info.label == CHECK_LABEL:
        return wording.text("eval.run.by_check")
    return line(info.label) if info.label else ""


def _answered_by(info: EvaluationInfo, wording: Wording) -> Html:
    if info.generation is None:
        return join(wording.text("eval.run.own_index"))
    name = publication_name(wording, info.generation)
    return element("a", name, href=at(f"/admin/generations/{info.generation}"))
