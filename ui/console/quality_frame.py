"""The ways between the pages on quality."""

from __future__ import annotations

from ui.addresses import at
from ui.markup import Html, element
from ui.wording import Wording

_PAGES = (
    ("doubts", "/admin/quality", "state.quality.doubts"),
    ("runs", "/admin/runs", "state.runs.title"),
    ("places", "/admin/quality/places", "state.quality.places"),
    ("topics", "/admin/quality/topics", "state.quality.topics"),
    ("copies", "/admin/quality/copies", "state.quality.copies"),
)


def quality_links(active: str, wording: Wording) -> Html:
    """Return the ways to the other pages on quality; ``active`` is the one that is shown."""
    links = (
        element("li", element("a", wording.text(key), href=at(path), aria_current="page" if name == active else None))
        for name, path, key in _PAGES
    )
    return element("nav", element("ul", *links), class_="tabs", aria_label=wording.text("state.quality.nav"))
