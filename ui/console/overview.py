"""The first page: what residents see now, what was done last, what waits to be checked, what residents said."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.catalogue import Catalogue, FeedbackCounts, RunInfo
from rag.domain import GenerationInfo
from rag.errors import IndexDamagedError
from rag.generations import published_id
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.feedback_page import feedback_address
from ui.console.frame import console_page, facts
from ui.console.listing import Listing
from ui.console.moments import moment
from ui.console.parts import ConsoleParts
from ui.console.run_words import actor, count_words, how_words, kind_words, outcome_words
from ui.console.schedules import schedule_problems
from ui.markup import Html, element, join
from ui.wording import Wording

_DOUBTS_SHOWN = 6
_DAYS = 7
_OPENING_S = 60.0
"""How long a generation that was just published may take until it serves."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter(include_in_schema=False)
    admin = Depends(parts.doors.require(Role.ADMIN))
    listing = Listing(parts.assistant)

    @router.get("/")
    def overview(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        info = parts.assistant.published()
        with parts.open_catalogue() as catalogue:
            served = _served(info, catalogue, wording)
            last = _last_run(catalogue, wording)
            scheduled = schedule_problems(catalogue.schedules.all(), wording)
            week = _week(catalogue.feedback.counts(datetime.now(UTC) - timedelta(days=_DAYS)), wording)
        body = join(
            _working(parts, wording),
            _problem(parts, info, wording),
            scheduled,
            served,
            last,
            _doubts(listing, wording) if info is not None else "",
            week,
        )
        return console_page(request, signed_in, wording, wording.text("console.nav.overview"), body, active="overview")

    return router


def _working(parts: ConsoleParts, wording: Wording) -> Html:
    if not parts.work.running():
        return join()
    link = element("a", wording.text("state.overview.working"), href=at("/admin/work"))
    return element("p", link, class_="told", role="status")


def _problem(parts: ConsoleParts, info: GenerationInfo | None, wording: Wording) -> Html:
    """Return that what was published last is not what serves, if so."""
    if _follows(parts, info):
        return join()
    link = _linked(wording.text("console.nav.generations"), "/admin/generations")
    return element("p", wording.text("state.overview.problem"), " ", link, class_="problem", role="alert")


def _follows(parts: ConsoleParts, info: GenerationInfo | None) -> bool:
    """Tell whether what serves is what was published last; a large generation takes a while to open."""
    try:
        wanted = published_id(parts.layout)
        age_s = time.time() - parts.layout.pointer.stat().st_mtime if wanted is not None else 0.0
    except (IndexDamagedError, OSError):
        return False
    served = info.generation if info is not None else None
    return wanted == served or age_s < parts.settings.server.reload_check_s + _OPENING_S


def _part(heading: str, *children: str) -> Html:
    return element("section", element("h2", heading), *children, class_="card")


def _served(info: GenerationInfo | None, catalogue: Catalogue, wording: Wording) -> Html:
    heading = wording.text("state.overview.serves")
    if info is None:
        upload = element("a", wording.text("state.overview.to_upload"), href=at("/admin/uploads"), class_="button")
        return _part(heading, element("p", wording.text("state.overview.nothing")), element("p", upload))
    runs = catalogue.runs.that_made([info.generation])
    rows: list[tuple[str, str]] = [
        (wording.text("state.documents"), _linked(f"{info.documents:,}", "/admin/documents")),
        (wording.text("state.chunks"), f"{info.chunks:,}"),
        (wording.text("state.release.made"), moment(wording, info.created)),
    ]
    if runs:
        # The newest is what put it in use: the run that made it, or somebody who went back to it.
        rows.append((wording.text("state.release.since"), moment(wording, runs[0].finished)))
        rows.append((wording.text("state.release.by"), how_words(wording, runs[0])))
    see = _linked(wording.text("state.releases.see"), f"/admin/generations/{info.generation}")
    return _part(heading, facts(rows), element("p", see))


def _last_run(catalogue: Catalogue, wording: Wording) -> Html:
    heading = wording.text("state.overview.last_run")
    listed: tuple[RunInfo, ...] = catalogue.runs.latest(1)
    if not listed:
        return _part(heading, element("p", wording.text("state.none")))
    run = listed[0]
    counted = count_words(wording, run)
    rows: list[tuple[str, str]] = [
        (wording.text("state.run.kind"), kind_words(wording, run)),
        (wording.text("state.run.who"), actor(wording, run)),
        (wording.text("state.run.started"), moment(wording, run.started)),
        (wording.text("state.run.outcome"), outcome_words(wording, run)),
        *([(wording.text("state.documents"), counted)] if counted else []),
    ]
    see = _linked(wording.text("state.runs.see"), f"/admin/runs/{run.run_id}")
    return _part(heading, facts(rows), element("p", see))


def _doubts(listing: Listing, wording: Wording) -> Html:
    heading = wording.text("state.overview.open_doubts")
    doubtful = [row for row in listing.rows() if row.doubts]
    if not doubtful:
        return _part(heading, element("p", wording.text("state.overview.no_doubts")))
    counts = Counter(doubt for row in doubtful for doubt in row.doubts).most_common(_DOUBTS_SHOWN)
    rows: list[tuple[str, str]] = [
        (wording.doubt(code), _linked(f"{count:,}", f"/admin/quality?{urlencode({'doubt': code})}"))
        for code, count in counts
    ]
    everything = _linked(wording.text("state.overview.all_doubts", count=f"{len(doubtful):,}"), "/admin/quality")
    return _part(heading, facts(rows), element("p", everything))


def _week(counts: FeedbackCounts, wording: Wording) -> Html:
    heading = wording.text("state.overview.week")
    if not counts.useful + counts.useless:
        return _part(heading, element("p", wording.text("state.overview.week.none")))
    rows: list[tuple[str, str]] = [
        (wording.text("state.feedback.useful"), element("a", f"{counts.useful:,}", href=feedback_address(True))),
        (wording.text("state.feedback.useless"), element("a", f"{counts.useless:,}", href=feedback_address(False))),
        *((wording.text(f"js.actions.reason.{reason}"), f"{count:,}") for reason, count in counts.reasons.items()),
    ]
    return _part(heading, facts(rows))


def _linked(words: str, path: str) -> Html:
    return element("a", words, href=at(path))
