"""Which place has how many documents on which topic, so that one sees where something is missing."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.coverage import PlaceCovered, TopicCovered, coverage_of, topics_covered
from ui.console.frame import console_page, paging, table
from ui.console.listing import NO_TOPIC, Listing
from ui.console.pages import page_of
from ui.console.parts import ConsoleParts
from ui.console.quality_frame import quality_links
from ui.console.sent import number_of
from ui.markup import Html, element, join, line
from ui.wording import Wording

_PLACES = 5
"""Columns that fit a tablet."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the route."""
    router = APIRouter(include_in_schema=False)
    admin = Depends(parts.doors.require(Role.ADMIN))
    listing = Listing(parts.assistant)

    @router.get("/quality/topics")
    def topics(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        page = number_of(request.query_params.get("page")) or 1
        rows = listing.rows()
        shown = (
            render_topics(topics_covered(rows), coverage_of(rows).places, page, wording)
            if rows
            else element("p", wording.text("state.overview.nothing"))
        )
        body = join(quality_links("topics", wording), shown)
        title = wording.text("state.quality.topics")
        return console_page(request, signed_in, wording, title, body, active="quality")

    return router


def render_topics(topics: Sequence[TopicCovered], places: Sequence[PlaceCovered], page: int, wording: Wording) -> Html:
    """Return the table: a row for each topic, a column for each place, those with most documents first."""
    shown, page, pages = page_of(places, page, _PLACES)
    headings = (
        wording.text("console.topic"),
        wording.text("state.places.total"),
        *(line(place.name) or wording.text("state.places.nowhere") for place in shown),
        wording.text("state.places.newest"),
    )
    rows: list[tuple[str, ...]] = [
        (
            wording.text(f"console.topic.{topic.code or NO_TOPIC}"),
            _count(topic.documents, topic.code, None),
            *(_count(topic.places[place.name], topic.code, place.name) for place in shown),
            element("span", topic.newest or "–", class_="whole"),
        )
        for topic in topics
    ]
    return join(
        element("p", wording.text("console.topics.lead")),
        table(headings, rows, caption=wording.text("console.topics.caption")),
        paging(wording, "/admin/quality/topics", {}, page, pages),
    )


def _count(count: int, topic: str, place: str | None) -> str:
    """Return a number as the way to its documents; a dash where there are none."""
    if not count:
        return element("span", "–", class_="unknown")
    query = {"topic": topic or NO_TOPIC, **({"region": place} if place else {})}
    return element("a", f"{count:,}", href=f"{at('/admin/documents')}?{urlencode(query)}")
