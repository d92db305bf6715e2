"""``/``: the page on which residents ask, built with Gradio; ``ui.render`` writes what it shows.

Imports Gradio, which takes seconds: ``ui.app`` imports this module only when the application is built.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, cast

import gradio as gr

from rag.domain import (
    Answer,
    AnswerBegun,
    AnswerFinished,
    AnswerStatus,
    Citation,
    EvidenceFound,
    Question,
    StatementSaid,
)
from rag.ports import Assistant
from rag.settings import HelpSettings
from ui.desk import Desk
from ui.faults import classify
from ui.holdings import Shelf
from ui.intake import question_from
from ui.markup import Html
from ui.render import (
    Turn,
    render_foot,
    render_head,
    render_heading,
    render_question_label,
    render_turns,
)
from ui.render_reply import render_answer, render_found, render_message, render_working
from ui.wording import Language, Wording, chosen_language

EXAMPLES = 6
OPTIONS = 8
"""Buttons kept ready for the places a question back offers; a place beyond them is in the list of places."""

_BEAT_S = 5.0
"""Seconds of silence after which the desk says that it still works; the page shows that already."""

_VISIT_S = 4 * 3600

KEPT_TURNS = 20
"""Turns that stay on the page: a long visit must not grow the page and the server's memory without bound."""

Turns = tuple[Turn, ...]
Update = Any
"""What Gradio takes for one component: a value or an update dictionary."""


class ResidentPage:
    """Handlers of the page. Anybody can call them over HTTP with anything, so each checks what it is given."""

    def __init__(self, assistant: Assistant, desk: Desk, shelf: Shelf, numbers: HelpSettings) -> None:
        self._assistant = assistant
        self._desk = desk
        self._shelf = shelf
        self._numbers = numbers

    async def open(self, request: gr.Request) -> list[Update]:
        """Return every part of the page in the reader's language, with what an address such as ``/?q=…`` fills in."""
        parameters = request.query_params
        language = chosen_language(parameters.get("lang"), request.headers.get("accept-language"))
        linked = question_from(parameters.get("q"), parameters.get("region"))
        parts = await asyncio.to_thread(self.parts, language, linked.region)
        return [language.value, *parts, linked.text]

    def parts(self, language: Language, region: str | None = None) -> list[Update]:
        """Return head, foot, place list, labels and examples, in the order of ``build_resident``'s components."""
        wording = Wording(language, self._numbers)
        holdings = self._shelf.current()
        names = [place.name for place in holdings.places] if holdings else []
        chosen = region if region in names else ""
        return [
            render_head(wording, holdings, chosen or None),
            render_foot(wording),
            gr.update(
                label=wording.text("page.region"),
                choices=[(wording.text("page.region.all"), ""), *((name, name) for name in names)],
                value=chosen,
            ),
            render_question_label(wording),
            wording.text("page.ask"),
            wording.text("page.clear"),
            *self._example_updates(wording, chosen or None),
        ]

    async def choose_place(self, region: object, language: object) -> list[Update]:
        """Return examples for the place that was chosen."""
        place = question_from("", region).region
        return await asyncio.to_thread(self._example_updates, self.wording(language), place)

    async def ask(
        self, text: object, region: object, turns: Turns, language: object
    ) -> AsyncIterator[tuple[Update, ...]]:
        """Show that the question is being looked up, then its answer; earlier turns stay above."""
        wording = self.wording(language)
        place = question_from("", region).region
        question = question_from(text, place, history_for(turns, place))
        yield (_shown(turns, render_working(question.text, wording, question.region)), turns, "", *_options(()))
        answer: Answer | None = None
        try:
            async for step in self._steps(question, wording):
                if isinstance(step, Answer):
                    answer = step
                else:
                    yield (_shown(turns, step), turns, gr.skip(), *_skipped())
            if answer is None:
                raise RuntimeError("the stream ended without an answer")
        except Exception as error:
            # Whatever went wrong, the reader gets a sentence; the door's log has the error's name.
            message = wording.text(f"error.{classify(error)[1]}")
            reply = render_message(question.text, message, wording, question.region)
            yield (_shown(turns, reply), turns, question.text, *_options(()))
            return
        yield self._answered(answer, question.region, turns, wording)

    async def _steps(self, question: Question, wording: Wording) -> AsyncIterator[Html | Answer]:
        """Yield what to show while an answer is being written, and at last the answer."""
        evidence: tuple[Citation, ...] = ()
        said: list[StatementSaid] = []
        events = self._desk.stream(lambda: self._assistant.stream(question), _BEAT_S)
        async with aclosing(events):
            async for event in events:
                if isinstance(event, AnswerFinished):
                    yield event.answer
                elif isinstance(event, EvidenceFound):
                    evidence = event.citations
                elif isinstance(event, AnswerBegun):
                    said.clear()
                elif isinstance(event, StatementSaid):
                    said.append(event)
                # Without evidence shown first the whole answer follows at once: nothing in between is worth a flicker.
                if evidence and isinstance(event, EvidenceFound | StatementSaid):
                    yield render_found(question.text, evidence, said, wording, question.region)

    async def answer_back(self, option: object, turns: Turns, language: object) -> AsyncIterator[tuple[Update, ...]]:
        """Ask the last question again for the place that was picked."""
        last, earlier = (turns[-1].question, turns) if turns else ("", ())
        async for step in self.ask(last, option, earlier, language):
            yield step

    def _answered(self, answer: Answer, region: str | None, turns: Turns, wording: Wording) -> tuple[Update, ...]:
        if answer.status is AnswerStatus.INVALID:
            reply = render_message("", wording.message(answer), wording)
            return (_shown(turns, reply), turns, answer.question, *_options(()))
        kept = (*turns, Turn(answer.question, render_answer(answer, wording, region), region))[-KEPT_TURNS:]
        options = answer.clarification.options if answer.clarification else ()
        # The box is left alone: the next question may be half typed by now.
        return (render_turns(kept), kept, gr.skip(), *_options(options))

    def _example_updates(self, wording: Wording, region: str | None) -> list[Update]:
        examples = self._shelf.examples(region, EXAMPLES)
        heading = gr.update(value=render_heading(wording.text("page.examples")), visible=bool(examples))
        return [heading, *_buttons(examples, EXAMPLES)]

    def wording(self, language: object) -> Wording:
        """Return the words of a language named by an untrusted value."""
        return Wording(chosen_language(language if isinstance(language, str) else None, None), self._numbers)


def history_for(turns: Turns, region: str | None) -> list[str]:
    """Return the earlier questions that a new one may go on from, each with the place chosen for it.

    Choosing another place begins anew. Where none is chosen now, a place picked in answer to a question back goes on.
    """
    history: list[str] = []
    for turn in reversed(turns):
        if region and turn.region and turn.region != region:
            break
        history.append(f"{turn.region} {turn.question}" if turn.region and not region else turn.question)
    return history[::-1]


def _shown(turns: Turns, reply: Html) -> Html:
    return render_turns((*turns, Turn("", reply)))


def _skipped() -> list[Update]:
    return [gr.skip()] * OPTIONS


def _options(options: Sequence[str]) -> list[Update]:
    return _buttons(options, OPTIONS)


def _buttons(words: Sequence[str], count: int) -> list[Update]:
    shown = list(words)[:count]
    rest = [gr.update(value="", visible=False)] * (count - len(shown))
    return [gr.update(value=word, visible=True) for word in shown] + rest


def build_resident(page: ResidentPage) -> gr.Blocks:
    """Lay out the page and wire its handlers; the words are simplified Chinese until the reader's language is known."""
    wording = page.wording(Language.ZH_HANS)
    with gr.Blocks(title=wording.text("page.name"), analytics_enabled=False) as blocks:
        language, linked, turns = gr.State(Language.ZH_HANS.value), gr.State(""), gr.State((), time_to_live=_VISIT_S)
        head = gr.HTML(elem_id="head", js_on_load=None)
        conversation = gr.HTML(elem_id="conversation", js_on_load=None)
        with gr.Row(elem_id="options"):
            options = [gr.Button(visible=False, elem_classes="option") for _ in range(OPTIONS)]
        with gr.Column(elem_id="form"):
            region = gr.Dropdown([("", "")], value="", filterable=False, elem_id="region")
            # The words beside the box are ours: an update of its label would make Gradio forget what is typed in it.
            label = gr.HTML(elem_id="question-label", js_on_load=None)
            question = gr.Textbox(
                lines=1, max_lines=4, elem_id="question", label=" ", show_label=False, container=False
            )
            with gr.Row(elem_id="actions"):
                ask = gr.Button(variant="primary", elem_id="ask")
                clear = gr.Button(elem_id="clear")
        heading = gr.HTML(elem_id="examples-heading", js_on_load=None)
        with gr.Column(elem_id="examples"):
            examples = [gr.Button(elem_classes="example") for _ in range(EXAMPLES)]
        foot = gr.HTML(elem_id="foot", js_on_load=None)

        nudge = gr.Button("", elem_id="nudge")

        parts = [head, foot, region, label, ask, clear, heading, *examples]
        _fill(parts, page.parts(Language.ZH_HANS))
        shown = [conversation, turns, question, *options]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        blocks.load(page.open, None, [language, *parts, linked], **quiet)
        # Only an address with a question changes this state. A step after every load would end by emptying its
        # outputs, and take away what somebody quick has typed or asked by then.
        linked.change(page.ask, [linked, region, turns, language], shown, **quiet)
        gr.on([ask.click, question.submit], page.ask, [question, region, turns, language], shown, **quiet)
        region.input(page.choose_place, [region, language], [heading, *examples], **quiet)
        clear.click(None, None, question, js="() => ''", **quiet)
        # Does nothing but open Gradio's stream of events again; see page.js.
        nudge.click(_still_here, None, None, **quiet)
        for button in examples:
            button.click(page.ask, [button, region, turns, language], shown, **quiet)
        for button in options:
            button.click(page.answer_back, [button, turns, language], shown, **quiet)
    return cast("gr.Blocks", blocks)


def _still_here() -> None:
    return None


def _fill(components: Sequence[Any], updates: Sequence[Update]) -> None:
    """Put the first words into freshly made components, so the page is readable before any event has run."""
    for component, update in zip(components, updates, strict=True):
        changes = update if isinstance(update, dict) else {"value": update}
        for name, value in changes.items():
            if not name.startswith("__"):
                setattr(component, name, value)
