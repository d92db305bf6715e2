"""How the site is used: figures and charts, what was not answered, which documents were quoted; each with its export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from rag.catalogue import Catalogue
from rag.domain import NamedDocument
from rag.errors import UnknownIdError
from rag.question_topics import Topic
from rag.use_figures import (
    MOST_WORDINGS,
    DocumentUse,
    UnansweredTopics,
    document_use,
    unanswered_topics,
    use_figures,
)
from ui.accounts.doors import NO_STORE, SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.frame import console_page, paging, table
from ui.console.listing import Listing
from ui.console.moments import moment
from ui.console.pages import page_of
from ui.console.parts import ConsoleParts
from ui.console.sent import document_path, number_of
from ui.console.use_charts import share_bar
from ui.console.use_period import Asked, render_chooser, render_tabs
from ui.console.use_sections import render_figures, section
from ui.console.use_sheets import FIGURES, Sheet, never_sheet, topics_sheet, used_sheet
from ui.markup import Html, element, join, line
from ui.wording import Wording

_TOPICS = 40
_USED = 30
_NEVER = 50
_WORDINGS = 4
"""Ways a topic was asked that are shown at once."""


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the three pages and of the exports."""
    router = APIRouter(include_in_schema=False)
    admin = Depends(parts.doors.require(Role.ADMIN))
    listing = Listing(parts.assistant)

    def published() -> Sequence[NamedDocument]:
        return [NamedDocument(row.document_id, row.title) for row in listing.rows()]

    def page(
        request: Request, signed_in: SignedIn, active: str, asked: Asked, body: str, catalogue: Catalogue
    ) -> Response:
        wording = parts.wording(request)
        days = parts.settings.use.keep_days
        lead = wording.text("use.lead", days=days) if days else wording.text("use.off")
        places = catalogue.question_counts.places()
        whole = join(
            render_tabs(active, asked, wording),
            element("p", lead),
            render_chooser(active, asked, places, wording),
            body,
        )
        title = wording.text(f"use.tab.{active}")
        return console_page(request, signed_in, wording, title, whole, active="use")

    @router.get("/use")
    def figures(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        asked = Asked.of(request.query_params, date.today())
        with parts.open_catalogue() as catalogue:
            counted = use_figures(catalogue, asked.wanted)
            none = element("p", wording.text("use.none"))
            body = render_figures(counted, asked, wording) if counted.questions else none
            return page(request, signed_in, "figures", asked, body, catalogue)

    @router.get("/use/topics")
    def topics(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        asked = Asked.of(request.query_params, date.today())
        number = number_of(request.query_params.get("page")) or 1
        with parts.open_catalogue() as catalogue:
            body = _topics(unanswered_topics(catalogue, asked.wanted), asked, number, wording)
            return page(request, signed_in, "topics", asked, body, catalogue)

    @router.get("/use/documents")
    def documents(request: Request, signed_in: SignedIn = admin) -> Response:
        wording = parts.wording(request)
        asked = Asked.of(request.query_params, date.today())
        number = number_of(request.query_params.get("page")) or 1
        with parts.open_catalogue() as catalogue:
            body = _documents(document_use(catalogue, asked.wanted, published()), asked, number, wording)
            return page(request, signed_in, "documents", asked, body, catalogue)

    @router.get("/use/{name}.csv")
    def export(name: str, request: Request, _: SignedIn = admin) -> Response:
        asked = Asked.of(request.query_params, date.today())
        with parts.open_catalogue() as catalogue:
            sheet = _sheet(name, catalogue, asked, published, parts.wording(request))
        headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="use-{name}.csv"'}
        return StreamingResponse(sheet.csv(), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _sheet(
    name: str, catalogue: Catalogue, asked: Asked, published: Callable[[], Sequence[NamedDocument]], wording: Wording
) -> Sheet:
    """Return a table by the name of its export. Raises UnknownIdError."""
    if name in FIGURES:
        return FIGURES[name](use_figures(catalogue, asked.wanted), wording)
    if name == "topics":
        return topics_sheet(unanswered_topics(catalogue, asked.wanted), wording)
    written = {"used": used_sheet, "never": never_sheet}.get(name)
    if written is None:
        raise UnknownIdError(f"there is no table {name[:40]!r}")
    return written(document_use(catalogue, asked.wanted, published()), wording)


def _topics(found: UnansweredTopics, asked: Asked, number: int, wording: Wording) -> Html:
    lead = element("p", wording.text("use.topics.lead"))
    if not found.topics:
        return join(lead, element("p", wording.text("use.topics.none")))
    shown, number, pages = page_of(found.topics, number, _TOPICS)
    most = found.topics[0].count
    headings = tuple(wording.text(f"use.{name}") for name in ("topic", "topic.asked", "number", "topic.newest"))
    rows = [_topic(topic, most, wording) for topic in shown]
    cut = element("p", wording.text("use.topics.cut", count=f"{MOST_WORDINGS:,}"), class_="hint") if found.cut else ""
    return join(
        lead,
        cut,
        table(headings, rows, caption=wording.text("use.topics.caption")),
        paging(wording, "/admin/use/topics", asked.fields(), number, pages),
        _export("topics", "use.topic.export", asked, wording),
    )


def _topic(topic: Topic, most: int, wording: Wording) -> tuple[str, ...]:
    name = " · ".join(topic.words) or wording.text("use.topic.unnamed")
    look = f"{at('/admin/documents')}?{urlencode({'words': topic.words[0]})}" if topic.words else None
    shown = [element("li", _asked(one.question, one.count, wording)) for one in topic.questions[:_WORDINGS]]
    hidden = [element("li", _asked(one.question, one.count, wording)) for one in topic.questions[_WORDINGS:]]
    more = wording.text("use.topic.more", count=f"{len(hidden):,}")
    return (
        join(
            element("strong", name, lang="zh"),
            element("div", element("a", wording.text("use.topic.look"), href=look)) if look else "",
        ),
        join(
            element("ul", *shown, lang="zh"),
            element("details", element("summary", more), element("ul", *hidden, lang="zh")) if hidden else "",
        ),
        join(element("span", f"{topic.count:,}", class_="number"), share_bar(topic.count, most)),
        moment(wording, topic.newest),
    )


def _asked(question: str, count: int, wording: Wording) -> str:
    words = line(question)
    return words if count == 1 else wording.text("use.topic.times", question=words, count=f"{count:,}")


def _documents(use: DocumentUse, asked: Asked, number: int, wording: Wording) -> Html:
    most = use.used[0][1] if use.used else 0
    used = [
        (_linked(document), join(element("span", f"{count:,}", class_="number"), share_bar(count, most)))
        for document, count in use.used[:_USED]
    ]
    shown, number, pages = page_of(use.never, number, _NEVER)
    gone = element("p", wording.text("use.documents.gone", count=f"{use.gone:,}"), class_="hint") if use.gone else ""
    rest = len(use.used) - len(used)
    title = wording.text("use.documents.title")
    first = (
        section(
            "documents.used",
            table(
                (title, wording.text("use.documents.times")), used, caption=wording.text("use.documents.used.caption")
            ),
            element("p", wording.text("use.more", count=f"{rest:,}"), class_="hint") if rest else "",
            gone,
            asked=asked,
            wording=wording,
            export="used",
        )
        if used
        else join(element("p", wording.text("use.documents.none")), gone)
    )
    never = (
        join(
            element("ul", *(element("li", _linked(document)) for document in shown), class_="columns"),
            paging(wording, "/admin/use/documents", asked.fields(), number, pages),
            _export("never", "use.export", asked, wording),
        )
        if use.never
        else element("p", wording.text("use.documents.all"))
    )
    heading = element("h2", wording.text("use.documents.never", count=f"{len(use.never):,}"))
    return join(element("p", wording.text("use.documents.lead")), first, element("section", heading, never))


def _linked(document: NamedDocument) -> Html:
    return element("a", line(document.title), href=at(document_path(document.document_id)), lang="zh")


def _export(name: str, words: str, asked: Asked, wording: Wording) -> Html:
    address = at(f"/admin/use/{name}.csv") + asked.query()
    return element("p", element("a", wording.text(words), href=address), class_="export")
