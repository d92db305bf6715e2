"""Write above an approved answer that people looked at it, who and when, and the way to what the sources say now."""

from __future__ import annotations

from urllib.parse import urlencode

from rag.domain import Answer
from ui.addresses import at
from ui.answer_label import approved_line
from ui.markup import Html, element, join, line
from ui.wording import Wording


def render_approval(answer: Answer, wording: Wording, region: str | None = None) -> Html:
    """Return the badge of an approved answer with the link that asks the documents instead; nothing for any other.

    The link works without scripts; with them the other answer comes below this one.
    """
    if answer.approved is None:
        return join()
    told = approved_line(answer.approved, wording)
    query = {"q": line(answer.question), "lang": wording.language.value, "anew": "1"}
    query |= {"region": region} if region else {}
    link = element("a", wording.text("approved.anew"), href=f"{at('/ask')}?{urlencode(query)}")
    return element(
        "p",
        element("strong", wording.text("approved.badge"), class_="badge"),
        " ",
        line(told),
        " ",
        link,
        class_="approved",
    )
