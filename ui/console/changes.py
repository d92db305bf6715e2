"""Show changed lines: what went struck out, what came underlined, and both with a word for whoever only hears them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ui.markup import Html, element, join
from ui.wording import Wording

_TAGS = {"removed": "del", "added": "ins"}


def render_lines(lines: Sequence[Mapping[str, Any]], wording: Wording) -> Html:
    """Return a list of changed lines, each as ``ingest.line_changes.LineChange.to_json`` gives it."""
    return element("ul", *(_line(one, wording) for one in lines), class_="changes", lang="zh")


def _line(change: Mapping[str, Any], wording: Wording) -> Html:
    pieces = [
        element(_TAGS[piece["status"]], piece["text"]) if piece["status"] in _TAGS else join(piece["text"])
        for piece in change["excerpt"]
    ]
    status = element("span", wording.text(f"console.line.{change['status']}"), class_="status", lang=wording.language)
    return element("li", status, " ", *pieces)


def legend(wording: Wording) -> Html:
    """Return what the two kinds of marked stretches mean."""
    return element(
        "p",
        element("del", wording.text("console.legend.removed")),
        " ",
        element("ins", wording.text("console.legend.added")),
        class_="legend",
    )
