"""What people and programs are told while the service is closed: the words of whoever closed it, and whom to call."""

from __future__ import annotations

from starlette.types import Scope

from rag.settings import HelpSettings, ServiceSettings
from ui.faults import fault_body
from ui.markup import Html, element, join
from ui.pages.frame_page import plain_page
from ui.reader import reader_of
from ui.render_reply import render_telephones
from ui.wording import Language, Wording


def closed_page(service: ServiceSettings, numbers: HelpSettings, scope: Scope) -> str:
    """Return the page for the reader of a request."""
    reader = reader_of(scope)
    wording = reader.wording(numbers)
    main = element(
        "main",
        element("h1", wording.text("closed.title")),
        _paragraphs(closed_words(service, wording)),
        element("p", wording.text("closed.meanwhile")),
        render_telephones(wording.help_lines()),
        id="main",
        class_="prose closed",
        tabindex="-1",
    )
    files = ("page.css", "shared.css")
    return plain_page(wording, wording.text("closed.title"), main, edition=reader.edition, files=files)


def closed_body(service: ServiceSettings, numbers: HelpSettings, scope: Scope) -> dict[str, dict[str, str | None]]:
    """Return what a program is told, in the form of every other fault."""
    wording = reader_of(scope).wording(numbers)
    body = fault_body("closed", wording)
    own = own_words(service, wording.language)
    if own:
        body["error"]["message"] = f"{' '.join(own.split())} {wording.text('closed.call')}"
    return body


def closed_words(service: ServiceSettings, wording: Wording) -> str:
    """Return what is said in the reader's language, the usual words where there are none of the admin's own."""
    return own_words(service, wording.language) or wording.text("closed.lead")


def own_words(service: ServiceSettings, language: Language) -> str:
    """Return the admin's words for a language; empty where they wrote none in it."""
    own = {
        Language.ZH_HANS: service.closed_zh_hans,
        Language.ZH_HANT: service.closed_zh_hant,
        Language.EN: service.closed_en,
    }
    return own[language]


def _paragraphs(words: str) -> Html:
    return join(*(element("p", line, class_="lead") for line in words.splitlines() if line.strip()))
