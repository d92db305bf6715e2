"""Say what became of an earlier answer's sources since it was given."""

from __future__ import annotations

from collections.abc import Sequence

from rag.reverification import Reverified
from ui.markup import Html, element, line
from ui.wording import Wording


def render_changes(checked: Reverified, wording: Wording) -> Html | None:
    """Return what a reader should know of an answer that was opened again; None where nothing changed that matters."""
    if not checked.changed:
        return None
    if checked.gone:
        told = [wording.text("reopened.gone")]
    else:
        told = [wording.text("reopened.dropped", count=checked.dropped)] if checked.dropped else []
    for key, titles in (("lost", checked.lost), ("superseded", checked.superseded)):
        told += [wording.text(f"reopened.{key}", titles=_named(titles, wording))] if titles else []
    if len(told) == 1 and checked.gone:
        return element("p", *told, class_="reopened")
    items = [element("li", sentence) for sentence in told]
    return element("div", element("p", wording.text("reopened.title")), element("ul", *items), class_="reopened")


def _named(titles: Sequence[str], wording: Wording) -> str:
    return wording.text("reopened.between").join(wording.text("reopened.titles", title=line(title)) for title in titles)
