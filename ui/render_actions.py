"""Write what can be done with an answer as HTML: the buttons under a turn, and the text that a copy of it holds."""

from __future__ import annotations

from collections.abc import Sequence

from rag.domain import Answer, AnswerStatus
from ui.answer_text import TextLine, answer_lines
from ui.markup import Html, element, join
from ui.wording import Wording

_FOLDED = ("share", "print", "pdf", "docx", "report", "rephrase")
_OF_A_REFUSAL = ("useful", "useless", "rephrase", "report")
_OF_A_QUESTION_BACK = ("rephrase",)


def render_actions(answer: Answer, wording: Wording) -> Html:
    """Return the buttons of a turn; for an answer the text of its copy too. Nothing where there is nothing to do.

    What a refusal offers stands open. Of an answer, all but the feedback and the copy is folded behind a button: it is
    no ``details``, since the large-type edition shows two of the folded ones at once, which CSS cannot do there.
    """
    if answer.status is AnswerStatus.UNAVAILABLE:
        return join()
    if answer.status in (AnswerStatus.NEEDS_CLARIFICATION, AnswerStatus.INVALID):
        return _bar(wording, *_buttons(_OF_A_QUESTION_BACK, wording))
    if not answer.statements:
        return _bar(wording, *_buttons(_OF_A_REFUSAL, wording))
    unfold = _button("rest", wording, aria_expanded="false")
    rest = element("div", *_buttons(_FOLDED, wording), class_="rest")
    return join(
        _bar(wording, *_buttons(("useful", "useless", "copy"), wording), unfold, rest),
        _copy_text(answer_lines(answer, wording)),
    )


def _bar(wording: Wording, *buttons: Html) -> Html:
    return element("div", *buttons, class_="actions", role="group", aria_label=wording.text("actions.label"))


def _buttons(actions: Sequence[str], wording: Wording) -> list[Html]:
    return [_button(action, wording) for action in actions]


def _button(action: str, wording: Wording, **attributes: str) -> Html:
    words = wording.text(f"actions.{action}")
    return element("button", words, type="button", class_="action", data_action=action, **attributes)


def _copy_text(lines: Sequence[TextLine]) -> Html:
    """Return the lines for ``actions_copy.js``, which writes them out and makes the addresses of this site whole."""
    rows = (
        element("p", one.text, element("a", one.address, href=one.address) if one.address else "", data_kind=one.kind)
        for one in lines
    )
    return element("template", *rows, class_="copy-text")
