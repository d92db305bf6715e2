"""Write one turn of a conversation as HTML: the question, what is said to it, and where that stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from rag.domain import Answer, AnswerMode, Citation, Notice, NoticeKind, Route, StatementSaid
from ui.addresses import at
from ui.answer_label import answer_label
from ui.markup import Html, document_address, element, join, line, text
from ui.render_approval import render_approval
from ui.render_sources import Marks, render_related, render_sources
from ui.render_statements import render_sentences, render_statements
from ui.wording import Wording

_SAID_FIRST = frozenset({NoticeKind.OTHER_REGION, NoticeKind.SUPERSEDED, NoticeKind.CONFLICT})
"""Notices that change how the answer must be read, so they stand above it; the others stand below."""

_SAID_BY_LABEL = frozenset({NoticeKind.AI_GENERATED})
"""Said by the label under every answer already; programs get it as a notice of its own."""


def render_found(
    question: str,
    evidence: Sequence[Citation],
    said: Sequence[StatementSaid],
    wording: Wording,
    region: str | None = None,
    turn: str = "",
) -> Html:
    """Return what there is while an answer is being written: what was said of it so far, and the sources found."""
    return join(
        _asked(question, wording, region),
        render_sentences([step.statement for step in said], Marks(turn, wording)) if said else "",
        element("p", wording.text("page.writing"), class_="working"),
        render_sources(evidence, wording, turn),
    )


def render_answer(answer: Answer, wording: Wording, region: str | None = None, turn: str = "") -> Html:
    """Return a question and its answer: what it says, what to know about it, and where it stands.

    ``turn`` tells the ids of its sources from those of other answers on the page.
    """
    message = wording.message(answer)
    first = [notice for notice in answer.notices if notice.kind in _SAID_FIRST]
    after = [notice for notice in answer.notices if notice.kind not in _SAID_FIRST | _SAID_BY_LABEL]
    routes = [(route.number, wording.line_name(route.number)) for route in _distinct(answer.routes)]
    return join(
        _asked(answer.question, wording, region),
        *(element("p", wording.text(f"page.masked.{kind}"), class_="masked") for kind in answer.masked),
        _read_as(answer, wording, region),
        render_approval(answer, wording, region),
        element("p", message, class_="message") if message else "",
        _premise(answer, wording),
        render_telephones(routes) if routes else "",
        _notices(first, wording),
        render_statements(answer, wording, turn),
        _label(answer, wording),
        _notices(after, wording),
        render_sources(answer.citations, wording, turn),
        render_related(answer.related, wording, turn),
    )


def render_telephone(number: str, name: str = "") -> Html:
    """Return a number that a phone dials at a touch."""
    dialled = "".join(character for character in number if character in "+0123456789")
    return element("a", element("strong", number), f" {name}" if name else "", href=f"tel:{dialled}", class_="call")


def render_telephones(lines: Iterable[tuple[str, str]]) -> Html:
    """Return numbers with whose they are, as a list of buttons."""
    return element("ul", *(element("li", render_telephone(number, name)) for number, name in lines), class_="calls")


def _asked(question: str, wording: Wording, region: str | None) -> Html:
    if not question:
        return join()
    asked = wording.text("page.asked.in", region=line(region)) if region else wording.text("page.asked")
    return element(
        "h2", element("span", asked, class_="asked-label"), " ", element("bdi", question), class_="asked", tabindex="-1"
    )


def _read_as(answer: Answer, wording: Wording, region: str | None) -> Html:
    """Say what was searched for, where that is not what was typed, and offer to search for that."""
    told = answer.rewritten or answer.read_as
    if not told:
        return join()
    # In quotation marks a question is taken as it stands.
    query = {
        "q": f"“{line(answer.question)}”",
        "lang": wording.language.value,
        **({"region": region} if region else {}),
    }
    key = "answer.rewritten" if answer.rewritten else "answer.read_as"
    words = element("strong", wording.text(key, question=line(told)))
    link = element("a", wording.text("answer.as_typed"), href=f"{at('/')}?{urlencode(query)}", class_="as-typed")
    return element("p", words, " ", link, class_="read-as")


def _premise(answer: Answer, wording: Wording) -> Html:
    """Say what the question takes for granted and no source says."""
    if not answer.premise:
        return join()
    return element("p", wording.text("answer.premise", premise=line(answer.premise)), class_="message premise")


def _distinct(routes: Iterable[Route]) -> list[Route]:
    return list({route.number: route for route in routes}.values())


def _notices(notices: Sequence[Notice], wording: Wording) -> Html:
    if not notices:
        return join()
    items = dict.fromkeys(_notice(notice, wording) for notice in notices)
    return element("ul", *(element("li", item) for item in items), class_="notices")


def _notice(notice: Notice, wording: Wording) -> Html:
    """Return a notice, with the way to the text that holds now where one was replaced."""
    sentence = text(wording.notice(notice))
    successor = notice.values.get("successor_id")
    if not successor:
        return sentence
    address = document_address(successor, language=wording.language.value)
    link = element("a", wording.text("notice.open_successor"), href=address)
    return join(sentence, " ", link)


def _label(answer: Answer, wording: Wording) -> Html:
    if not answer.statements:
        return join()
    generated = answer.mode is AnswerMode.GENERATIVE
    return element("p", answer_label(answer, wording), class_="label generated" if generated else "label")
