"""Write the parts of the first screen that say what the site is, knows and cannot do.

With the other ``ui.render_…`` modules the only place that makes HTML; all build it through ``ui.markup``, which
escapes.
"""

from __future__ import annotations

from datetime import date

from ui.holdings import Holdings
from ui.markup import Html, element, join, line
from ui.render_reply import render_telephone, render_telephones
from ui.wording import Language, Wording

_PLACES_NAMED = 6


def render_urgent(wording: Wording) -> Html:
    """Return whom to call when somebody's life is in danger."""
    return element("p", wording.text("page.urgent"), " ", render_telephone(wording.numbers.emergency), class_="urgent")


def render_limits(wording: Wording) -> Html:
    """Return what cannot be done here, and whom to call."""
    limits = [wording.text(f"page.limits.{name}") for name in ("diagnosis", "cases", "basis")]
    return join(
        element("h2", wording.text("page.limits")),
        element("ul", *(element("li", limit) for limit in limits), class_="limits"),
        element("h2", wording.text("page.help")),
        render_telephones(wording.help_lines()),
    )


def holdings_line(wording: Wording, holdings: Holdings | None) -> str:
    """Return how many documents there are, of which places, and as of when."""
    if holdings is None:
        return wording.text("page.holdings.empty")
    comma = ", " if wording.language is Language.EN else "、"
    names = [line(place.name) for place in holdings.places]
    places = comma.join(names[:_PLACES_NAMED]) or wording.text("page.places.none")
    if len(names) > _PLACES_NAMED:
        places = wording.text("page.places.more", places=places, count=len(names))
    day = wording.day(date.fromisoformat(holdings.created[:10]))
    return wording.text("page.holdings", documents=len(holdings.documents), places=places, date=day)
