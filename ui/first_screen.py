"""Write the first screen: what this is, the place, the question box, examples, and whom to call.

The same markup is the page before Gradio is ready (``/``), the page without it (``/ask``) and the widget (``/embed``): it
works without any script, and the scripts work on it with and without Gradio.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.domain import PlaceCount
from ui.addresses import at
from ui.banner import render_banner
from ui.holdings import Holdings
from ui.markup import Html, element, join
from ui.pages.frame_page import language_links
from ui.reader import Edition
from ui.render import holdings_line, render_limits, render_urgent
from ui.render_history import render_history_panel
from ui.render_place import render_place
from ui.render_speech import render_dictate
from ui.wording import Wording

MAX_QUESTION_CHARS = 2000
"""More than the assistant takes: it tells in words what is too long, a box that stops taking letters does not."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a first screen shows. ``question`` is what the box holds; ``earlier`` are the questions asked before."""

    holdings: Holdings | None
    places: Sequence[PlaceCount] = ()
    region: str | None = None
    examples: Sequence[str] = ()
    question: str = ""
    earlier: Sequence[str] = ()
    turns: Html | None = None
    path: str = "/"
    edition: Edition = Edition.STANDARD


def render_first_screen(screen: Screen, wording: Wording) -> Html:
    """Return the body of a page that is nothing but a first screen."""
    return join(render_site_head(screen, wording), render_first(screen, wording), render_site_foot(wording))


def render_first(screen: Screen, wording: Wording) -> Html:
    """Return ``<main id="first">``: the conversation, the form and the examples.

    The nodes inside ``#first-…`` are moved into Gradio's components of the same names once those are there.
    """
    return element(
        "main",
        element("div", _conversation(screen, wording), id="first-conversation"),
        _form(screen, wording),
        element("div", _examples_section(screen, wording), id="first-examples"),
        id="first",
    )


def render_examples(examples: Sequence[str], wording: Wording) -> Html:
    """Return the example questions; each is a link that also works without scripts. Nothing where there are none."""
    if not examples:
        return join()
    items = (
        element(
            "li", element("button", one, type="submit", form="ask-form", name="example", value=one, class_="example")
        )
        for one in examples
    )
    return join(element("h2", wording.text("page.examples"), id="examples-heading"), element("ul", *items))


def render_site_head(screen: Screen, wording: Wording) -> Html:
    """Return the head of the site: what this is, what it knows and as of when, and the emergency number."""
    query = {"region": screen.region} if screen.region else {}
    elder = screen.edition is Edition.ELDER
    switch = element(
        "button",
        wording.text("page.edition.elder"),
        type="submit",
        form="edition-form",
        class_="edition",
        data_action="edition",
        aria_pressed="true" if elder else "false",
    )
    return element(
        "header",
        element("a", wording.text("page.skip"), href="#question-text", class_="skip"),
        render_banner(wording),
        element(
            "div",
            element("h1", wording.text("page.name")),
            element(
                "div",
                language_links(wording, screen.path, **query),
                # A form, so that the switch works before and without scripts.
                element(
                    "form",
                    element("input", type="hidden", name="edition", value="standard" if elder else "elder"),
                    id="edition-form",
                    action=at(screen.path),
                    method="get",
                ),
                switch,
                class_="tools",
            ),
            class_="title",
        ),
        element("p", wording.text("page.purpose"), class_="purpose"),
        element("p", holdings_line(wording, screen.holdings), class_="holdings"),
        render_urgent(wording),
        render_history_panel(wording),
        class_="site",
        id="site-head",
    )


def _conversation(screen: Screen, wording: Wording) -> Html:
    return join(
        element("section", screen.turns or "", id="conversation", aria_label=wording.text("page.conversation")),
        element("p", id="live", role="status", class_="unseen"),
    )


def _form(screen: Screen, wording: Wording) -> Html:
    label = element("label", wording.text("page.question"), for_="question-text")
    box = element(
        "textarea",
        screen.question,
        id="question-text",
        name="question",
        data_role="question",
        rows=2,
        maxlength=MAX_QUESTION_CHARS,
        placeholder=wording.text("page.question.hint"),
        autocomplete="off",
        enterkeyhint="send",
    )
    earlier = (element("input", type="hidden", name="history", value=one) for one in screen.earlier)
    return element(
        "form",
        *earlier,
        element("div", render_place(wording, screen.places, screen.region), id="first-place"),
        element("div", element("div", label, render_dictate(wording), class_="question-label"), id="first-label"),
        box,
        element(
            "div",
            element("button", wording.text("page.ask"), type="submit", id="ask", class_="primary"),
            element("button", wording.text("page.stop"), type="button", id="stop", hidden=True),
            element("button", wording.text("page.clear"), type="reset", id="clear"),
            id="actions",
        ),
        id="ask-form",
        action=at("/ask"),
        method="post",
    )


def _examples_section(screen: Screen, wording: Wording) -> Html:
    return element(
        "section",
        render_examples(screen.examples, wording),
        id="examples",
        aria_label=wording.text("page.examples.label"),
    )


def render_site_foot(wording: Wording) -> Html:
    """Return the foot of the site: what cannot be done here, whom to call, and how personal data is treated."""
    return element(
        "footer",
        render_limits(wording),
        element("p", element("a", wording.text("page.privacy"), href=at("/privacy"))),
        class_="site",
        id="site-foot",
    )
