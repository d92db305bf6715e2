"""``/staff/``: the desk itself, where an operator searches while somebody is on the line.

The page is whole without scripts: the form is a GET form, an opened passage stands in the address. With them the list
comes from ``/staff/found`` while one types and the pane from ``/staff/passage``, both the same markup as in the page.

The place of the answer beside the list is ``<section id="answer-pane">`` in ``<div class="desk-beside">``; it is hidden
until somebody fills it. Who does goes by the same caller's place (``#caller-place``) and by these events on
``document``: ``desk:asked`` (detail ``{words, place}``) whenever the search changed, ``desk:next`` when the next caller
is on the line and everything kept of the last one must go, and ``desk:passage`` (detail ``{document, start, end, quote,
cite, address}``) when the key ``a`` is pressed on a passage.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from rag.catalogue.saved_searches import SavedSearch
from rag.errors import BusyError, LateError, NoGenerationError, UnknownIdError
from ui.accounts.doors import NO_STORE, SignedIn
from ui.accounts.roles import Role
from ui.addresses import at
from ui.console.parts import ConsoleParts
from ui.markup import Html, element, join
from ui.staff.answer_pane import render_place
from ui.staff.asked import Asked
from ui.staff.frame import staff_page
from ui.staff.passage import passage_named, render_passage
from ui.staff.recognising import recognising
from ui.staff.saved_list import render_saved
from ui.staff.search_form import render_form, render_hint, render_keys
from ui.staff.searching import Searching
from ui.staff.turns import OvertakenError, Turns
from ui.wording import Wording

_SCRIPTS = ("staff_search.js", "staff_answer.js")
_STYLES = ("staff_search.css", "staff_answer.css")


def build(parts: ConsoleParts) -> APIRouter:
    """Return the routes of the desk."""
    router = APIRouter(include_in_schema=False)
    require = parts.doors.require(Role.STAFF)
    reading, typing = Depends(require), Depends(recognising(require))
    searching, turns = Searching(parts.assistant, parts.settings.server), Turns()

    @router.get("/")
    def desk(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        asked = Asked.of(request.query_params)
        opened = _opened(parts, asked, request.query_params.get("open"), wording)
        body = _body(asked, searching, opened, _saved(parts, signed_in), signed_in, wording)
        title = wording.text("staff.nav.desk")
        return staff_page(request, signed_in, wording, title, body, active="desk", scripts=_SCRIPTS, styles=_STYLES)

    @router.get("/found")
    async def found(request: Request, signed_in: SignedIn = typing) -> Response:
        asked, wording = Asked.of(request.query_params), parts.wording(request)
        try:
            async with turns.turn(signed_in.csrf):
                if await request.is_disconnected():
                    return Response(status_code=204, headers=NO_STORE)
                return HTMLResponse(await searching.found(asked, wording), headers=NO_STORE)
        except OvertakenError:
            return Response(status_code=204, headers=NO_STORE)
        except (BusyError, LateError):
            words = element("p", wording.text("staff.search.busy"), class_="problem")
            return HTMLResponse(words, 503, NO_STORE)

    @router.get("/passage", dependencies=[reading])
    def passage(request: Request) -> Response:
        wording = parts.wording(request)
        asked = Asked.of(request.query_params)
        opened = passage_named(parts.assistant, request.query_params.get("open", ""))
        return HTMLResponse(render_passage(opened, asked, wording), headers=NO_STORE)

    return router


def _opened(parts: ConsoleParts, asked: Asked, name: str | None, wording: Wording) -> Html | None:
    if not name:
        return None
    try:
        return render_passage(passage_named(parts.assistant, name), asked, wording)
    except UnknownIdError:
        # The documents changed since the address was made: the list beside it is still of use.
        return element("p", wording.text("staff.passage.gone"), class_="problem")


def _saved(parts: ConsoleParts, signed_in: SignedIn) -> tuple[SavedSearch, ...]:
    with parts.open_catalogue() as catalogue:
        return catalogue.saved_searches.of(signed_in.user)


def _body(
    asked: Asked,
    searching: Searching,
    opened: Html | None,
    saved: tuple[SavedSearch, ...],
    signed_in: SignedIn,
    wording: Wording,
) -> Html:
    text = wording.text
    if asked.says_something:
        try:
            listed = searching.now(asked, wording)
        except NoGenerationError:
            listed = element("p", text("staff.problem.NoGenerationError"), class_="problem")
    else:
        listed = element("p", text("staff.search.empty"), class_="count")
    bar = element(
        "div",
        render_saved(saved, asked, signed_in, wording),
        render_hint(wording),
        element("a", text("staff.next_call"), href=at("/staff/"), id="next-call", class_="button"),
        class_="desk-bar",
    )
    results = element(
        "section",
        element("h2", text("staff.results"), class_="unseen", id="results-heading"),
        element("div", listed, id="found", data_at=at("/staff/found"), data_failed=text("staff.search.failed")),
        class_="desk-results",
        aria_labelledby="results-heading",
    )
    pane = element(
        "section",
        opened or element("p", text("staff.passage.none"), class_="hint"),
        id="passage-pane",
        aria_label=text("staff.passage"),
        data_at=at("/staff/passage"),
        data_copied=text("staff.copied"),
        data_not_copied=text("staff.not_copied"),
        data_sign_in=text("staff.signed_out"),
    )
    answer = render_place(wording)
    return join(
        render_form(asked, searching.places(), wording),
        bar,
        element("p", id="desk-said", role="status", class_="unseen"),
        element("div", results, element("div", answer, pane, class_="desk-beside"), class_="desk-columns"),
        render_keys(wording),
    )
