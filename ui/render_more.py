"""Write what else can be asked as HTML, for the end of a turn."""

from __future__ import annotations

from collections.abc import Sequence

from rag.domain import Answer
from ui.markup import Html, element, join, line
from ui.suggestions import Searched, Suggestion
from ui.traditional import Telling
from ui.wording import Language, Wording


def render_further(suggestions: Sequence[Suggestion], wording: Wording, tell: Telling) -> Html:
    """Return the questions that go on from an answer as buttons; nothing where there is none."""
    return _offered("more.further", suggestions, wording, tell)


def render_nearest(looked: Searched | None, suggestions: Sequence[Suggestion], wording: Wording, tell: Telling) -> Html:
    """Return what was searched in vain, and the nearest topics as buttons."""
    if looked is None:
        return join()
    if looked.region is None:
        words = wording.text("more.searched", all=looked.others)
    else:
        region = line(tell(looked.region))
        words = wording.text("more.searched.place", region=region, own=looked.own, others=looked.others)
    return join(element("p", words, class_="searched"), _offered("more.nearest", suggestions, wording, tell))


def render_script_note(answer: Answer, told: Answer, wording: Wording) -> Html:
    """Return the remark that an answer is shown in another script than its source; nothing where it is not."""
    if told is answer or [one.text for one in told.statements] == [one.text for one in answer.statements]:
        return join()
    return element("p", wording.text("more.script_converted"), class_="script-converted")


def _offered(heading: str, suggestions: Sequence[Suggestion], wording: Wording, tell: Telling) -> Html:
    if not suggestions:
        return join()
    items = (element("li", _button(suggestion, wording, tell)) for suggestion in suggestions)
    return element("section", element("h3", wording.text(heading)), element("ul", *items), class_="suggestions")


def _button(suggestion: Suggestion, wording: Wording, tell: Telling) -> Html:
    question = line(tell(suggestion.question))
    # A place is named as the list of places has it, whatever the script around it.
    return element(
        "button",
        question,
        type="button",
        class_="suggestion",
        lang="zh" if wording.language is Language.EN else None,
        data_question=question,
        data_region=suggestion.region or "",
    )
