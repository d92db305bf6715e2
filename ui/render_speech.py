"""Write the controls of hearing and speaking; ``speech.js`` and ``dictation.js`` run them.

The style sheet hides both until a script has found that the browser can do it, so nobody is offered what cannot work.
"""

from __future__ import annotations

from ui.markup import Html, element
from ui.wording import Wording


def render_read_aloud(wording: Wording) -> Html:
    """Return the buttons that read an answer aloud, pause, and stop; they belong inside a turn."""
    read = element("button", wording.text("display.read"), type="button", class_="action", data_action="read")
    stop = element("button", wording.text("display.read.stop"), type="button", class_="action", data_action="read-stop")
    return element("span", read, stop, class_="reading")


def render_dictate(wording: Wording) -> Html:
    """Return the button that takes a question by voice, and what is said about that before its first use."""
    agree, decline = (
        element("button", wording.text(f"display.dictate.{choice}"), type="button", data_action=f"dictate-{choice}")
        for choice in ("agree", "decline")
    )
    told = element("p", wording.text("display.dictate.told"))
    return element(
        "div",
        element("button", wording.text("display.dictate"), type="button", data_action="dictate"),
        element("div", told, agree, decline, class_="dictation-told", hidden=True),
        element("p", class_="dictation-state", role="status"),
        class_="dictation",
    )
