"""What every ingest, deletion, correction and rollback did: the list, and the report of one, file by file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.pipeline import DRY_RUN
from rag.catalogue import RunInfo, RunReport
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.fact_words import fact_value
from ui.console.frame import console_page, facts, paging, table
from ui.console.gate_page import render_gate
from ui.console.moments import moment, moment_text, publication_name
from ui.console.pages import page_of, pages_of
from ui.console.parts import ConsoleParts
from ui.console.quality_frame import quality_links
from ui.console.reason_words import render_reason
from ui.console.run_words import COUNTED, actor, count_words, kind_words, outcome_words
from ui.console.sent import document_path, number_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

_RUNS = 50
_FILES = 100
_TOLD = ("region", "published", "type", "authority", "validity")
"""Facts that the report of a file names."""
_SHOWN = ("told", "doubtful", *COUNTED)
"""What the files of a report can be cut down to: those that were not left as they were, those with a doubt, one status."""

File = Mapping[str, Any]


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the list of runs and of their reports."""
    router = APIRouter(include_in_schema=False)
    admin = Depends(parts.doors.require(Role.ADMIN))

    @router.get("/runs")
    def runs(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        with parts.open_catalogue() as catalogue:
            pages = pages_of(catalogue.runs.count(), _RUNS)
            page = min(number_of(request.query_params.get("page")) or 1, pages)
            listed = catalogue.runs.latest(_RUNS, after=(page - 1) * _RUNS)
        body = join(
            quality_links("runs", wording),
            _list(listed, wording) if listed else element("p", wording.text("state.none")),
            paging(wording, "/admin/runs", {}, page, pages),
        )
        return console_page(request, signed_in, wording, wording.text("state.runs.title"), body, active="quality")

    @router.get("/runs/{run_id}")
    def run(run_id: str, request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        with parts.open_catalogue() as catalogue:
            found = catalogue.runs.get(run_id)
        asked = request.query_params.get("show", "")
        page = number_of(request.query_params.get("page")) or 1
        body = join(
            quality_links("", wording),
            _about(found.info, wording),
            render_gate(found.report["gate"], wording) if found.report and found.report.get("gate") else "",
            _report(found, asked if asked in _SHOWN else "told", page, wording),
        )
        title = wording.text("state.run.title", when=moment_text(wording, found.info.started))
        return console_page(request, signed_in, wording, title, body, active="quality")

    return router


def _list(listed: Iterable[RunInfo], wording: Wording) -> Html:
    headings = ("state.run.kind", "state.audit.who_when", "state.run.outcome", "state.documents")
    rows: list[tuple[str, ...]] = [
        (
            element("a", kind_words(wording, run), href=at(f"/admin/runs/{run.run_id}")),
            join(actor(wording, run), element("div", moment(wording, run.started), class_="hint")),
            outcome_words(wording, run),
            count_words(wording, run) or "–",
        )
        for run in listed
    ]
    names = tuple(wording.text(key) for key in headings)
    return table(names, rows, caption=wording.text("state.runs.caption"))


def _about(run: RunInfo, wording: Wording) -> Html:
    rows: list[tuple[str, str]] = [
        (wording.text("state.run.kind"), kind_words(wording, run)),
        (wording.text("state.run.who"), actor(wording, run)),
        (wording.text("state.run.started"), moment(wording, run.started)),
        *([(wording.text("state.run.finished"), moment(wording, run.finished))] if run.finished else []),
        (wording.text("state.run.outcome"), outcome_words(wording, run)),
    ]
    counted = count_words(wording, run)
    rows += [(wording.text("state.documents"), counted)] if counted else []
    if run.generation is not None:
        name = publication_name(wording, run.generation)
        link = element("a", name, href=at(f"/admin/generations/{run.generation}"))
        rows.append((wording.text("state.release"), link))
    if run.kind == DRY_RUN:
        see = element("a", wording.text("console.try.see"), href=at(f"/admin/rebuild?run={run.run_id}"))
        rows.append((wording.text("state.difference"), see))
    return facts(rows)


def _report(found: RunReport, show: str, page: int, wording: Wording) -> Html:
    report = found.report
    if report is None:
        return element("p", wording.text("state.run.no_report"))
    if "error" in report:
        words = element("p", str(report["error"]), lang="en")
        problem = element("section", element("h2", wording.text("state.run.error")), words, class_="problem")
        if not report.get("files"):
            return problem
        return join(problem, _files(found, report, show, page, wording))
    return _files(found, report, show, page, wording)


def _files(found: RunReport, report: Mapping[str, Any], show: str, page: int, wording: Wording) -> Html:
    files: Sequence[File] = report.get("files", ())
    chosen = [file for file in files if _fits(file, show)]
    shown, page, pages = page_of(chosen, page, _FILES)
    address = f"/admin/runs/{found.info.run_id}"
    names = ("state.run.file", "state.run.status", "state.run.understood", "state.run.doubts")
    listed = table(
        tuple(wording.text(key) for key in names),
        [_row(file, wording) for file in shown],
        caption=wording.text("state.run.files"),
    )
    return join(
        element("h2", wording.text("state.run.files")),
        _choices(files, show, address, wording),
        listed if shown else element("p", wording.text("state.run.files.none")),
        paging(wording, address, {"show": show}, page, pages),
    )


def _fits(file: File, show: str) -> bool:
    if show == "told":
        return bool(file["status"] != "unchanged")
    if show == "doubtful":
        return bool(file["doubts"])
    return bool(file["status"] == show)


def _choices(files: Sequence[File], show: str, address: str, wording: Wording) -> Html:
    """Return the ways to fewer or other files, each with how many there are; those without any are left out."""
    ways = []
    for name in _SHOWN:
        count = sum(_fits(file, name) for file in files)
        if count or name == show:
            key = f"state.run.show.{name}" if name in ("told", "doubtful") else f"state.run.status.{name}"
            current = "true" if name == show else None
            words = f"{wording.text(key)}（{count:,}）"
            ways.append(element("li", element("a", words, href=at(f"{address}?show={name}"), aria_current=current)))
    return element("ul", *ways, class_="choices", aria_label=wording.text("state.run.show"))


def _row(file: File, wording: Wording) -> tuple[str, ...]:
    stored = {name: fact["value"] for name, fact in file["facts"].items()}
    told = (fact_value(wording, name, stored[name]) for name in _TOLD if name in stored)
    doubts = element("ul", *(element("li", wording.doubt(code)) for code in file["doubts"])) if file["doubts"] else "–"
    return (_named(file, stored.get("title"), wording), _became(file, wording), " · ".join(told) or "–", doubts)


def _named(file: File, title: str | None, wording: Wording) -> Html:
    source = element("span", file["source"], class_="source")
    if title is None or file["document_id"] is None:
        return source
    name = line(title) or wording.text("document.unknown")
    return join(element("a", name, href=at(document_path(file["document_id"])), lang="zh"), source)


def _became(file: File, wording: Wording) -> Html:
    words = wording.known(f"state.run.status.{file['status']}") or str(file["status"])
    if not file["reason"]:
        return join(words)
    why = render_reason(wording, file["reason"])
    return join(words, element("div", why, class_="hint"))
