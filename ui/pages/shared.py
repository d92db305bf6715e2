"""``/answers/{token}``: an answer that somebody shared, held against today's sources. Plain HTML without Gradio."""

from __future__ import annotations

from datetime import date
from typing import Protocol
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from rag.errors import NotAvailableError
from rag.settings import HelpSettings
from ui.addresses import at
from ui.answered import render_told
from ui.markup import Html, element
from ui.pages.frame_page import plain_page
from ui.reader import Edition, reader_of
from ui.render_reopened import render_changes
from ui.shared_answers import Reopened
from ui.wording import Wording

_FILES = ("page.css", "actions.css", "shared.css", "actions.js", "speech.js", "printing.js")
_HEADERS = {
    # The address is the key to the answer: it must reach neither a search engine nor the next site.
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "private, no-store",
}
_LONGEST_TOKEN = 128


class OpensShared(Protocol):
    """Where shared answers are kept."""

    def opened(self, token: str) -> Reopened | None:
        """Return the answer under a token, held against today's sources; None where there is none any more.

        Raises NotAvailableError where that cannot be looked up now.
        """
        ...


def build_shared(answers: OpensShared, numbers: HelpSettings) -> APIRouter:
    """Return the route of the page."""
    router = APIRouter()

    @router.get("/answers/{token}", response_class=HTMLResponse, include_in_schema=False)
    def page(token: str, request: Request) -> HTMLResponse:
        reader = reader_of(request.scope)
        wording = reader.wording(numbers)
        try:
            found = answers.opened(token) if len(token) <= _LONGEST_TOKEN else None
        except NotAvailableError:
            return HTMLResponse(render_gone(wording, "error.unavailable", reader.edition), 503, _HEADERS)
        if found is None:
            return HTMLResponse(render_gone(wording, "shared.gone", reader.edition), 404, _HEADERS)
        return HTMLResponse(render_shared(found, token, wording, reader.edition), headers=_HEADERS)

    return router


def render_shared(found: Reopened, token: str, wording: Wording, edition: Edition = Edition.STANDARD) -> str:
    """Return the page of a shared answer: what changed since, the answer, and the way to one's own question."""
    answer = found.checked.answer
    lead = wording.text("shared.lead", day=wording.day(date.fromisoformat(found.answered_at[:10])))
    changes = render_changes(found.checked, wording)
    checked = changes or element("p", wording.text("shared.unchanged"), class_="unchanged")
    turn = render_told(answer, found.region, wording, found.receipt)
    main = element(
        "main",
        element("h1", wording.text("shared.title")),
        element("p", lead, class_="shared-lead"),
        checked if answer.citations or changes else "",
        turn,
        _ways_on(answer.question, found.region, wording),
        id="main",
        class_="shared",
        tabindex="-1",
    )
    return _page(wording, wording.text("shared.title"), main, edition, f"/answers/{token}")


def render_gone(wording: Wording, key: str, edition: Edition = Edition.STANDARD) -> str:
    """Return the page that says kindly that there is no answer to see."""
    main = element(
        "main",
        element("h1", wording.text("document.missing.title")),
        element("p", wording.text(key), class_="message"),
        element("p", _own_question(wording)),
        id="main",
        class_="shared",
        tabindex="-1",
    )
    return _page(wording, wording.text("document.missing.title"), main, edition, "/")


def _page(wording: Wording, title: str, main: Html, edition: Edition, path: str) -> str:
    head = element("meta", name="robots", content="noindex, nofollow")
    return plain_page(wording, title, main, edition=edition, files=_FILES, path=path, head=head)


def _ways_on(question: str, region: str | None, wording: Wording) -> Html:
    query = {"q": question, **({"region": region} if region else {}), "lang": wording.language.value}
    again = element("a", wording.text("shared.again"), href=f"{at('/')}?{urlencode(query)}", class_="button primary")
    return element("p", again, " ", _own_question(wording, region), class_="ways-on")


def _own_question(wording: Wording, region: str | None = None) -> Html:
    query = {**({"region": region} if region else {}), "lang": wording.language.value}
    return element("a", wording.text("shared.own"), href=f"{at('/')}?{urlencode(query)}", class_="button")
