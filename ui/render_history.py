"""Write the list of conversations that a browser keeps: its frame only, for the server knows none of them."""

from __future__ import annotations

from ui.markup import Html, element
from ui.wording import Wording


def render_history_panel(wording: Wording) -> Html:
    """Return the buttons for earlier conversations and for a new one, and the closed panel that ``history.js`` fills."""
    toggle = element(
        "button",
        wording.text("history.heading"),
        type="button",
        class_="button history-toggle",
        aria_expanded="false",
        aria_controls="history",
    )
    new = element("button", wording.text("history.new"), type="button", class_="button new-conversation")
    return element("div", element("div", toggle, new, class_="history-bar"), _panel(wording), class_="conversations")


def _panel(wording: Wording) -> Html:
    return element(
        "section",
        element("p", wording.text("history.kept"), class_="history-kept"),
        element(
            "p",
            element("span", class_="history-undo-words"),
            " ",
            _button(wording, "undo", "undo-button"),
            class_="history-undo",
            hidden=True,
        ),
        element("p", wording.text("history.empty"), class_="history-empty", hidden=True),
        element("ul", class_="history-list"),
        _button(wording, "clear", "clear"),
        element(
            "div",
            element("p", wording.text("history.clear.sure")),
            _button(wording, "clear.now", "clear-now"),
            " ",
            _button(wording, "clear.keep", "keep"),
            class_="history-confirm",
            hidden=True,
        ),
        id="history",
        aria_label=wording.text("history.heading"),
        hidden=True,
    )


def _button(wording: Wording, key: str, name: str) -> Html:
    return element("button", wording.text(f"history.{key}"), type="button", class_=f"button history-{name}")
