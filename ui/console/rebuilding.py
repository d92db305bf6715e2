"""Read everything again from the originals: first what would change, then the button that does it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ingest.generation import Progress
from ingest.pipeline import DRY_RUN, rebuild
from ingest.report import IngestReport
from rag.catalogue import RunReport
from rag.errors import UnknownIdError
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.changes import legend, render_lines
from ui.console.fact_words import fact_name, fact_value
from ui.console.frame import button, console_page, form, go_to, paging, table
from ui.console.moments import moment_text
from ui.console.pages import page_of
from ui.console.parts import ConsoleParts
from ui.console.reason_words import render_reason
from ui.console.sent import document_path, number_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

_ROWS = 50
Found = Mapping[str, Any]
"""A difference, or a document of one, as ``ingest.dry_run`` writes it."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes."""
    router = APIRouter(include_in_schema=False)
    reading = Depends(parts.doors.require(Role.ADMIN))
    sending = Depends(parts.doors.checked(Role.ADMIN))

    @router.get("/rebuild")
    def page(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        run = request.query_params.get("run")
        page = number_of(request.query_params.get("page")) or 1
        body = join(
            element("p", wording.text("console.rebuild.lead")),
            _tried(parts, run, page, signed_in, wording) if run else "",
            form(
                signed_in,
                "/admin/rebuild/try",
                element("p", wording.text("console.try.hint"), class_="hint"),
                button(wording.text("console.try.again" if run else "console.try"), primary=not run),
            ),
        )
        return console_page(request, signed_in, wording, wording.text("console.rebuild"), body, active="documents")

    @router.post("/rebuild/try")
    async def try_out(signed_in: SignedIn = sending) -> Response:
        return await _begin(parts, signed_in, dry_run=True)

    @router.post("/rebuild")
    async def make_anew(signed_in: SignedIn = sending) -> Response:
        return await _begin(parts, signed_in, dry_run=False)

    return router


async def _begin(parts: ConsoleParts, signed_in: SignedIn, *, dry_run: bool) -> Response:
    def task(progress: Progress) -> IngestReport:
        return rebuild(parts.settings, parts.open_embedding(), everything=True, dry_run=dry_run, progress=progress)

    kind = DRY_RUN if dry_run else "rebuild"
    await asyncio.to_thread(parts.begin, signed_in, kind, parts.settings.embedding.model, task)
    return go_to("/admin/work")


def _tried(parts: ConsoleParts, run: str, page: int, signed_in: SignedIn, wording: Wording) -> Html:
    with parts.open_catalogue() as catalogue:
        found = catalogue.runs.get(run)
    if found.info.kind != DRY_RUN:
        raise UnknownIdError(f"no dry run {run!r}")
    if found.report is None or "difference" not in found.report:
        return element("p", wording.text("state.run.no_report"), class_="problem")
    difference: Found = found.report["difference"]
    info = parts.assistant.published()
    outdated = info is None or info.generation != found.info.generation
    at_moment = moment_text(wording, found.info.finished)
    return join(
        element("h2", wording.text("console.try.title", at=at_moment)),
        element("p", wording.text("console.try.outdated"), class_="problem") if outdated else "",
        _summary(difference, found.report["chunks"], wording),
        _unread(found, wording),
        _decide(difference, signed_in, wording) if not outdated else "",
        _documents(difference, run, page, wording),
    )


def _summary(difference: Found, chunks: Mapping[str, int], wording: Wording) -> Html:
    counts = {name: f"{count:,}" for name, count in difference["counts"].items()}
    told = {name: f"{chunks[name]:,}" for name in ("added", "changed", "removed", "unchanged")}
    other_model = difference["model_before"] not in (None, difference["model_after"])
    return join(
        element("p", wording.text("state.difference.counts", **counts)),
        element(
            "p",
            wording.text(
                "console.try.kinds",
                text=f"{difference['text_changed']:,}",
                facts=f"{difference['facts_changed']:,}",
            ),
        ),
        element("p", wording.text("state.difference.chunks", **told)),
        element("p", wording.text("state.difference.model")) if other_model else "",
        element("p", wording.text("console.try.embedded", count=f"{chunks['embedded']:,}"))
        if chunks["embedded"]
        else "",
    )


def _unread(found: RunReport, wording: Wording) -> Html:
    """Return which documents could not be read again: they stay as they are."""
    files = [file for file in (found.report or {}).get("files", ()) if file["status"] == "refused"]
    if not files:
        return join()
    items = (
        element(
            "li", element("span", file["source"], class_="target"), element("p", render_reason(wording, file["reason"]))
        )
        for file in files[:_ROWS]
    )
    words = element("p", wording.text("console.try.unread", count=len(files)))
    return element("div", words, element("ul", *items, class_="failures"), class_="problem")


def _decide(difference: Found, signed_in: SignedIn, wording: Wording) -> Html:
    if not difference["rebuilt"]:
        return element("p", wording.text("console.try.nothing"), class_="told", role="status")
    words = "console.try.no_document" if not difference["documents"] else "console.try.ready"
    return form(
        signed_in,
        "/admin/rebuild",
        element("p", wording.text(words)),
        element("p", button(wording.text("console.try.do"), primary=True)),
    )


def _documents(difference: Found, run: str, page: int, wording: Wording) -> Html:
    if not difference["documents"]:
        return join()
    shown, page, pages = page_of(difference["documents"], page, _ROWS)
    headings = ("state.run.file", "state.difference.column.what", "console.try.column.old_new")
    more = difference["more_documents"]
    return join(
        table(
            tuple(wording.text(key) for key in headings),
            [_row(change, wording) for change in shown],
            caption=wording.text("console.try.caption"),
        ),
        paging(wording, "/admin/rebuild", {"run": run}, page, pages),
        element("p", wording.text("console.files.more", count=more), class_="hint") if more else "",
    )


def _row(change: Found, wording: Wording) -> tuple[str, ...]:
    title = line(change["title"]) or line(change["source"])
    name: str = title
    if change["status"] != "added":
        name = element("a", title, href=at(document_path(change["document_id"])), lang="zh")
    return (
        join(name, element("span", change["source"], class_="source")),
        wording.text(f"state.difference.{change['status']}"),
        _old_and_new(change, wording),
    )


def _old_and_new(change: Found, wording: Wording) -> Html:
    told = [_fact(fact, wording) for fact in change["facts"]]
    before, after = change["chunks_before"], change["chunks_after"]
    if before is None or after is None:
        told.append(join(wording.text("state.difference.chunks_now", after=f"{before or after:,}")))
    elif before != after:
        counts = {"before": f"{before:,}", "after": f"{after:,}"}
        told.append(join(wording.text("state.difference.chunks_of", **counts)))
    elif not (told or change["text_changed"]):
        told.append(join(wording.text("state.difference.parts")))
    listed = element("ul", *(element("li", words) for words in told)) if told else ""
    return join(listed, _text(change, wording))


def _fact(fact: Found, wording: Wording) -> Html:
    return join(
        fact_name(wording, fact["name"]),
        "：",
        element("del", fact_value(wording, fact["name"], fact["before"])),
        " → ",
        element("ins", fact_value(wording, fact["name"], fact["after"])),
    )


def _text(change: Found, wording: Wording) -> Html:
    if not change["text_changed"]:
        return join()
    if not change["lines"]:
        return element("p", wording.text("state.difference.text"))
    more = change["more_lines"]
    return element(
        "details",
        element("summary", wording.text("console.try.lines", count=len(change["lines"]) + more)),
        legend(wording),
        render_lines(change["lines"], wording),
        element("p", wording.text("console.more_lines", count=more)) if more else "",
    )
