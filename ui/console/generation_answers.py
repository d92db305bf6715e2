"""Which answers to the question sets changed between two publications."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.generation import Progress
from rag.domain import GenerationInfo
from rag.evaluation.answer_changes import changes_between
from rag.evaluation.kept_sets import ask_where_missing
from ui.accounts.doors import SignedIn
from ui.console.answers_compared import counts_of, render_changes
from ui.console.frame import button, form
from ui.console.parts import ConsoleParts
from ui.console.work import Task
from ui.markup import Html, element, join
from ui.wording import Wording


class AnswersBetween:
    """What the history knows of the answers of two publications, as markup."""

    def __init__(self, parts: ConsoleParts) -> None:
        self._parts = parts

    def render(self, info: GenerationInfo, against: str | None, signed_in: SignedIn, wording: Wording) -> Html:
        """Return the answers that differ from those of the one before, or of ``against``; or the way to ask both."""
        earlier = against or info.parent
        if earlier is None:
            return join()
        heading = element("h2", wording.text("eval.answers"), id="answers")
        with self._parts.open_catalogue() as catalogue:
            changes = changes_between(catalogue, earlier, info.generation)
            anything = any(one.questions for one in catalogue.question_sets.list())
        if changes is not None:
            lead = element("p", wording.text("eval.answers.lead", **counts_of(changes)))
            return join(heading, lead, render_changes(changes, wording))
        unknown = element("p", wording.text("eval.answers.unknown"))
        if not anything:
            return join(heading, unknown, element("p", wording.text("eval.answers.no_sets"), class_="hint"))
        ask = form(
            signed_in,
            f"/admin/generations/{info.generation}/answers",
            element("input", type="hidden", name="against", value=earlier),
            button(wording.text("eval.answers.ask")),
        )
        return join(heading, unknown, ask)


def asking(parts: ConsoleParts, generations: Sequence[str]) -> Task:
    """Return the work of asking the question sets of publications that were not asked them yet."""

    def task(progress: Progress) -> None:
        with parts.open_catalogue() as catalogue:
            ask_where_missing(catalogue, parts.settings, generations, progress)

    return task
