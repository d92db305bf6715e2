"""Write one turn of a conversation: the question, what came of it, and what can be done with that.

A turn is all a script needs to know of an answer: what it is about stands in its attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.domain import Answer, Citation, StatementSaid
from ui.markup import Html, element, join
from ui.render_actions import render_actions
from ui.render_reply import render_answer, render_found
from ui.render_speech import render_read_aloud
from ui.traditional import telling_for
from ui.wording import Wording

PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Stamp:
    """The receipt of an answer and the id it goes by; both empty where there is nothing to come back to."""

    receipt: str = ""
    receipt_id: str = ""


NO_STAMP = Stamp()


def render_turn(
    answer: Answer,
    wording: Wording,
    region: str | None = None,
    stamp: Stamp = NO_STAMP,
    remarks: Html | None = None,
) -> Html:
    """Return a finished turn. ``remarks`` is what to know before reading it, such as what became of its sources since."""
    tools = join(render_read_aloud(wording) if answer.statements else "", render_actions(answer, wording))
    return element(
        "article",
        remarks or "",
        render_answer(answer, wording, region, stamp.receipt_id),
        _options(answer, wording),
        element("div", tools, class_="tools") if stamp.receipt else "",
        element("div", class_="more"),
        class_="turn",
        id=f"turn-{stamp.receipt_id}" if stamp.receipt_id else None,
        lang=wording.language,
        data_receipt=stamp.receipt or None,
        data_status=answer.status,
        data_question=answer.question,
        data_region=region or "",
    )


def render_turn_under_way(
    question: str,
    evidence: Sequence[Citation],
    said: Sequence[StatementSaid],
    wording: Wording,
    region: str | None = None,
) -> Html:
    """Return a turn whose answer is still being written: what was said of it so far, and the sources found."""
    return element(
        "article",
        render_found(question, evidence, said, wording, region, PENDING),
        class_="turn working",
        lang=wording.language,
        data_status=PENDING,
        data_question=question,
        data_region=region or "",
    )


def _options(answer: Answer, wording: Wording) -> Html:
    """Return what a question back can be answered with; each also works without scripts."""
    if not answer.clarification or not answer.clarification.options:
        return join()
    tell = telling_for(answer.question, wording.language)
    buttons = (
        element(
            "button",
            tell(option),
            type="submit",
            form="ask-form",
            name="option",
            value=f"{option}\n{answer.question}",
            class_="option",
            data_region=option,
        )
        for option in answer.clarification.options
    )
    return element("div", *buttons, class_="options")
