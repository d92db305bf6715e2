"""How good what is held is: what to check, which places and kinds are covered, what is held twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from rag.domain import Document, DocumentType
from ui.accounts.doors import SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console import run_reports, topic_coverage
from ui.console.coverage import Coverage, coverage_of
from ui.console.frame import console_page, paging, table
from ui.console.listing import Listed, Listing
from ui.console.pages import page_of
from ui.console.parts import ConsoleParts
from ui.console.quality_frame import quality_links
from ui.console.sent import document_path, number_of
from ui.console.twins import Twins
from ui.markup import Html, element, join, line
from ui.wording import Wording

_ROWS = 50
_LONGEST_CODE = 100


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the pages on quality, and those of the reports of runs."""
    router = APIRouter(include_in_schema=False)
    admin = Depends(parts.doors.require(Role.ADMIN))
    router.include_router(run_reports.build(parts))
    router.include_router(topic_coverage.build(parts))
    listing = Listing(parts.assistant)
    twins = Twins(parts.assistant)

    @router.get("/quality")
    def doubts(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        wanted = request.query_params.get("doubt", "")[:_LONGEST_CODE]
        page = number_of(request.query_params.get("page")) or 1
        body = join(quality_links("doubts", wording), _doubts(listing.rows(), wanted, page, wording))
        title = wording.text("state.quality.doubts")
        return console_page(request, signed_in, wording, title, body, active="quality")

    @router.get("/quality/places")
    def places(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        page = number_of(request.query_params.get("page")) or 1
        body = join(quality_links("places", wording), _coverage(coverage_of(listing.rows()), page, wording))
        title = wording.text("state.quality.places")
        return console_page(request, signed_in, wording, title, body, active="quality")

    @router.get("/quality/copies")
    def copies(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        page = number_of(request.query_params.get("page")) or 1
        body = join(quality_links("copies", wording), _copies(twins.groups(), page, wording))
        title = wording.text("state.quality.copies")
        return console_page(request, signed_in, wording, title, body, active="quality")

    return router


def _doubts(rows: Sequence[Listed], wanted: str, page: int, wording: Wording) -> Html:
    doubtful = [row for row in rows if row.doubts]
    if not doubtful:
        return element("p", wording.text("state.doubts.none"))
    counts = Counter(doubt for row in doubtful for doubt in row.doubts)
    shown = [row for row in doubtful if not wanted or wanted in row.doubts]
    part, page, pages = page_of(shown, page, _ROWS)
    headings = ("state.run.file", "document.region", "document.issuer", "document.published", "state.doubts.what")
    return join(
        element("p", wording.text("state.doubts.lead")),
        _choices(counts, len(doubtful), wanted, wording),
        table(
            tuple(wording.text(key) for key in headings),
            [_doubtful(row, wording) for row in part],
            caption=wording.text("state.doubts.caption"),
        ),
        paging(wording, "/admin/quality", {"doubt": wanted} if wanted else {}, page, pages),
    )


def _choices(counts: Counter[str], total: int, wanted: str, wording: Wording) -> Html:
    """Return a way to the documents with each doubt, the most frequent first."""
    ways = [("", wording.text("state.doubts.all"), total)]
    ways += [(code, wording.doubt(code), count) for code, count in counts.most_common()]
    links = (
        element(
            "li",
            element(
                "a",
                f"{words}（{count:,}）",
                href=at("/admin/quality") + (f"?{urlencode({'doubt': code})}" if code else ""),
                aria_current="true" if code == wanted else None,
            ),
        )
        for code, words, count in ways
    )
    return element("ul", *links, class_="choices")


def _doubtful(row: Listed, wording: Wording) -> tuple[str, ...]:
    unknown = element("span", wording.text("document.unknown"), class_="unknown")
    return (
        _named(row.document_id, row.title, row.source),
        row.region or unknown,
        row.issuer or unknown,
        row.published or unknown,
        element("ul", *(element("li", wording.doubt(code)) for code in row.doubts)),
    )


def _named(document_id: str, title: str, source: str) -> Html:
    return join(
        element("a", line(title), href=at(document_path(document_id)), lang="zh"),
        element("span", source, class_="source"),
    )


def _coverage(coverage: Coverage, page: int, wording: Wording) -> Html:
    if not coverage.places:
        return element("p", wording.text("state.overview.nothing"))
    part, page, pages = page_of(coverage.places, page, _ROWS)
    kinds = [kind for kind in DocumentType if coverage.kinds[kind.value]]
    headings = (
        wording.text("document.region"),
        wording.text("state.places.total"),
        *(wording.document_type(kind) for kind in kinds),
        wording.text("state.places.newest"),
    )
    rows: list[tuple[str, ...]] = [
        (
            _place(place.name, wording),
            f"{place.documents:,}",
            *(_count(place.kinds[kind.value]) for kind in kinds),
            place.newest or wording.text("document.unknown"),
        )
        for place in part
    ]
    total = (
        element("strong", wording.text("state.places.everywhere")),
        f"{sum(place.documents for place in coverage.places):,}",
        *(_count(coverage.kinds[kind.value]) for kind in kinds),
        max(place.newest for place in coverage.places) or wording.text("document.unknown"),
    )
    return join(
        element("p", wording.text("state.places.lead")),
        table(headings, [total, *rows], caption=wording.text("state.places.caption")),
        paging(wording, "/admin/quality/places", {}, page, pages),
    )


def _place(name: str, wording: Wording) -> Html:
    if not name:
        address = f"{at('/admin/quality')}?{urlencode({'doubt': 'no_region'})}"
        return element("a", wording.text("state.places.nowhere"), href=address)
    return element("a", line(name), href=f"{at('/admin/documents')}?{urlencode({'region': name})}", lang="zh")


def _count(count: int) -> str:
    return f"{count:,}" if count else "–"


def _copies(groups: Sequence[tuple[Document, Sequence[Document]]], page: int, wording: Wording) -> Html:
    if not groups:
        return element("p", wording.text("state.copies.none"))
    part, page, pages = page_of(groups, page, _ROWS)
    headings = tuple(wording.text(key) for key in ("state.copies.used", "state.copies.others"))
    rows: list[tuple[str, ...]] = [
        (_copy(used, wording), element("ul", *(element("li", _copy(other, wording)) for other in others)))
        for used, others in part
    ]
    return join(
        element("p", wording.text("state.copies.lead")),
        table(headings, rows, caption=wording.text("state.copies.caption")),
        paging(wording, "/admin/quality/copies", {}, page, pages),
    )


def _copy(document: Document, wording: Wording) -> Html:
    known = (wording.authority(document.authority), wording.day(document.published))
    named = _named(document.document_id, document.title, document.source)
    return join(named, element("span", " · ".join(known), class_="hint"))
