"""Write the resident page's own parts as HTML: the head of the page, the turns of a conversation, the foot.

With the other ``ui.render_…`` modules the only place that makes HTML; all build it through ``ui.markup``, which
escapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from ui.holdings import Holdings
from ui.markup import Html, element, join, line
from ui.render_reply import render_telephone, render_telephones
from ui.wording import Language, Wording

_PLACES_NAMED = 6


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of this visit and what the page shows for it, the question included."""

    question: str
    reply: Html
    region: str | None = None
    """The place that was chosen for it."""


def render_head(wording: Wording, holdings: Holdings | None, region: str | None = None) -> Html:
    """Return the head of the page: what this is, what it knows and as of when, and the emergency number."""
    emergency = wording.numbers.emergency
    return join(
        element("a", wording.text("page.skip"), href="#question", class_="skip"),
        element("nav", *_language_links(wording, region), class_="languages", aria_label=wording.text("page.language")),
        element("h1", wording.text("page.name")),
        element("p", wording.text("page.purpose"), class_="purpose"),
        element("p", _holdings_line(wording, holdings), class_="holdings"),
        element("p", wording.text("page.urgent"), " ", render_telephone(emergency), class_="urgent"),
    )


def render_foot(wording: Wording) -> Html:
    """Return the foot of the page: what cannot be done here, and whom to call."""
    limits = [wording.text(f"page.limits.{name}") for name in ("diagnosis", "cases", "basis")]
    return join(
        element("h2", wording.text("page.limits")),
        element("ul", *(element("li", limit) for limit in limits), class_="limits"),
        element("h2", wording.text("page.help")),
        render_telephones(wording.help_lines()),
    )


def render_heading(words: str) -> Html:
    """Return a heading between parts of the page."""
    return element("h2", words)


def render_question_label(wording: Wording) -> Html:
    """Return the label of the box that questions are written in; ``page.js`` puts its hint into the box."""
    hint = wording.text("page.question.hint")
    return element("label", wording.text("page.question"), for_="question-text", data_hint=hint)


def render_turns(turns: Sequence[Turn]) -> Html:
    """Return the conversation, oldest first; the last turn is where the page scrolls to."""
    last = len(turns) - 1
    return join(
        *(
            element("article", turn.reply, class_="turn newest" if position == last else "turn")
            for position, turn in enumerate(turns)
        )
    )


def _language_links(wording: Wording, region: str | None) -> Iterable[Html]:
    for language in Language:
        query = urlencode({"lang": language.value, **({"region": region} if region else {})})
        current = "page" if language is wording.language else None
        yield element("a", language.own_name, href=f"/?{query}", lang=language.value, aria_current=current)


def _holdings_line(wording: Wording, holdings: Holdings | None) -> str:
    if holdings is None:
        return wording.text("page.holdings.empty")
    comma = ", " if wording.language is Language.EN else "、"
    names = [line(place.name) for place in holdings.places]
    places = comma.join(names[:_PLACES_NAMED]) or wording.text("page.places.none")
    if len(names) > _PLACES_NAMED:
        places = wording.text("page.places.more", places=places, count=len(names))
    day = wording.day(date.fromisoformat(holdings.created[:10]))
    return wording.text("page.holdings", documents=len(holdings.documents), places=places, date=day)
