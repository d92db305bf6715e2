"""Write the searches that an operator keeps, and the form that keeps the present one."""

from __future__ import annotations

from collections.abc import Sequence

from rag.catalogue.saved_searches import MAX_SEARCH_NAME_CHARS, SavedSearch
from ui.accounts.doors import SignedIn
from ui.addresses import at
from ui.console.frame import button, form
from ui.markup import Html, element, join
from ui.staff.asked import Asked
from ui.wording import Wording


def render_saved(saved: Sequence[SavedSearch], asked: Asked, signed_in: SignedIn, wording: Wording) -> Html:
    """Return the list folded away behind its number, with the form below it."""
    text = wording.text
    rows = [
        element(
            "li",
            element("a", one.name, href=f"{at('/staff/')}?{one.query}"),
            form(
                signed_in,
                "/staff/searches/remove",
                element("input", type="hidden", name="number", value=one.number),
                element("input", type="hidden", name="back", value=asked.query(), data_query=True),
                button(text("staff.saved.remove"), aria_label=f"{text('staff.saved.remove')}：{one.name}"),
            ),
        )
        for one in saved
    ]
    keep = form(
        signed_in,
        "/staff/searches",
        element("label", text("staff.saved.name"), for_="saved-name"),
        element(
            "input", id="saved-name", name="name", maxlength=MAX_SEARCH_NAME_CHARS, required=True, autocomplete="off"
        ),
        element("input", type="hidden", name="query", value=asked.query(), data_query=True),
        button(text("staff.saved.keep")),
        class_="keep-search",
    )
    return element(
        "details",
        element("summary", text("staff.saved", count=len(saved))),
        element("ul", *rows) if rows else join(),
        keep,
        id="saved-searches",
        class_="saved",
    )
