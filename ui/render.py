"""Write the resident page's own parts as HTML: the head of the page, questions and answers, the foot.

With ``ui.render_sources`` and ``ui.render_document`` the only place that makes HTML; all build it through
``ui.markup``, which escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from rag.domain import Answer, AnswerMode, Citation, Notice, NoticeKind, Route, Statement
from ui.holdings import Holdings
from ui.markup import Html, element, join, line
from ui.render_sources import render_mark, render_related, render_sources
from ui.serialise import is_list, lead_in
from ui.wording import Language, Wording

_SAID_FIRST = frozenset({NoticeKind.OTHER_REGION, NoticeKind.SUPERSEDED, NoticeKind.CONFLICT})
"""Notices that change how the answer must be read, so they stand above it; the others stand below."""

_SAID_BY_LABEL = frozenset({NoticeKind.AI_GENERATED})
"""Said by the label under every answer already; programs get it as a notice of its own."""

_OWN_NUMBER = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十百\d]{1,3}[）)、.．]|第[一二三四五六七八九十百\d]+[章条项]|[①-⑳])"
)
"""An item that brings its own number needs none from the list: two numberings side by side confuse."""

_PLACES_NAMED = 6


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of this visit and what the page shows for it, the question included."""

    question: str
    reply: Html


def render_head(wording: Wording, holdings: Holdings | None, region: str | None = None) -> Html:
    """Return the head of the page: what this is, what it knows and as of when, and the emergency number."""
    emergency = wording.numbers.emergency
    return join(
        element("a", wording.text("page.skip"), href="#question", class_="skip"),
        element("nav", *_language_links(wording, region), class_="languages", aria_label=wording.text("page.language")),
        element("h1", wording.text("page.name")),
        element("p", wording.text("page.purpose"), class_="purpose"),
        element("p", _holdings_line(wording, holdings), class_="holdings"),
        element("p", wording.text("page.urgent"), " ", _telephone(emergency), class_="urgent"),
    )


def render_foot(wording: Wording) -> Html:
    """Return the foot of the page: what cannot be done here, and whom to call."""
    limits = [wording.text(f"page.limits.{name}") for name in ("diagnosis", "cases", "basis")]
    return join(
        element("h2", wording.text("page.limits")),
        element("ul", *(element("li", limit) for limit in limits), class_="limits"),
        element("h2", wording.text("page.help")),
        _telephones(wording.help_lines()),
    )


def render_heading(words: str) -> Html:
    """Return a heading between parts of the page."""
    return element("h2", words)


def render_question_label(wording: Wording) -> Html:
    """Return the label of the box that questions are written in; ``page.js`` puts its hint into the box."""
    hint = wording.text("page.question.hint")
    return element("label", wording.text("page.question"), for_="question-text", data_hint=hint)


def render_turns(turns: Sequence[Turn]) -> Html:
    """Return the conversation, oldest first; the last turn is where the page scrolls to."""
    last = len(turns) - 1
    return join(
        *(
            element("article", turn.reply, class_="turn newest" if position == last else "turn")
            for position, turn in enumerate(turns)
        )
    )


def render_working(question: str, wording: Wording, region: str | None = None) -> Html:
    """Return the question with word that it is being looked up."""
    return join(_asked(question, wording, region), element("p", wording.text("page.working"), class_="working"))


def render_message(question: str, message: str, wording: Wording, region: str | None = None) -> Html:
    """Return the question with a plain sentence in place of an answer."""
    return join(_asked(question, wording, region), element("p", message, class_="message"))


def render_answer(answer: Answer, wording: Wording, region: str | None = None) -> Html:
    """Return a question and its answer: what it says, what to know about it, and where it stands."""
    message = wording.message(answer)
    first = [notice for notice in answer.notices if notice.kind in _SAID_FIRST]
    after = [notice for notice in answer.notices if notice.kind not in _SAID_FIRST | _SAID_BY_LABEL]
    routes = [(route.number, wording.line_name(route.number)) for route in _distinct(answer.routes)]
    return join(
        _asked(answer.question, wording, region),
        _read_as(answer, wording, region),
        element("p", message, class_="message") if message else "",
        _telephones(routes) if routes else "",
        _notices(first, wording),
        _statements(answer, wording),
        _label(answer, wording),
        _notices(after, wording),
        render_sources(answer.citations, wording),
        render_related(answer.related, wording),
    )


def _asked(question: str, wording: Wording, region: str | None) -> Html:
    if not question:
        return join()
    asked = wording.text("page.asked.in", region=line(region)) if region else wording.text("page.asked")
    return element("h2", element("span", asked, class_="asked-label"), " ", element("bdi", question), class_="asked")


def _read_as(answer: Answer, wording: Wording, region: str | None) -> Html:
    """Say what was searched for, where that is not what was typed, and offer to search for that."""
    if not answer.read_as:
        return join()
    # In quotation marks a question is taken as it stands.
    query = {
        "q": f"“{line(answer.question)}”",
        "lang": wording.language.value,
        **({"region": region} if region else {}),
    }
    told = wording.text("answer.read_as", question=line(answer.read_as))
    link = element("a", wording.text("answer.as_typed"), href=f"/?{urlencode(query)}")
    return element("p", element("strong", told), " ", link, class_="read-as")


def _language_links(wording: Wording, region: str | None) -> Iterable[Html]:
    for language in Language:
        query = urlencode({"lang": language.value, **({"region": region} if region else {})})
        current = "page" if language is wording.language else None
        yield element("a", language.own_name, href=f"/?{query}", lang=language.value, aria_current=current)


def _holdings_line(wording: Wording, holdings: Holdings | None) -> str:
    if holdings is None:
        return wording.text("page.holdings.empty")
    comma = ", " if wording.language is Language.EN else "、"
    names = [line(place.name) for place in holdings.places]
    places = comma.join(names[:_PLACES_NAMED]) or wording.text("page.places.none")
    if len(names) > _PLACES_NAMED:
        places = wording.text("page.places.more", places=places, count=len(names))
    day = wording.day(date.fromisoformat(holdings.created[:10]))
    return wording.text("page.holdings", documents=len(holdings.documents), places=places, date=day)


def _telephone(number: str, name: str = "") -> Html:
    dialled = re.sub(r"[^\d+]", "", number)
    return element("a", element("strong", number), f" {name}" if name else "", href=f"tel:{dialled}", class_="call")


def _telephones(lines: Iterable[tuple[str, str]]) -> Html:
    return element("ul", *(element("li", _telephone(number, name)) for number, name in lines), class_="calls")


def _distinct(routes: Iterable[Route]) -> list[Route]:
    return list({route.number: route for route in routes}.values())


def _notices(notices: Sequence[Notice], wording: Wording) -> Html:
    if not notices:
        return join()
    sentences = dict.fromkeys(wording.notice(notice) for notice in notices)
    return element("ul", *(element("li", sentence) for sentence in sentences), class_="notices")


def _label(answer: Answer, wording: Wording) -> Html:
    if not answer.statements:
        return join()
    return element("p", wording.mode(answer.mode), class_="label generated" if _generated(answer) else "label")


def _generated(answer: Answer) -> bool:
    return answer.mode is AnswerMode.GENERATIVE


def _statements(answer: Answer, wording: Wording) -> Html:
    cited = {citation.number: citation for citation in answer.citations}
    if not is_list(answer):
        sentences = (element("p", _statement(statement, cited, wording)) for statement in answer.statements)
        return element("div", *sentences, class_="statements")
    lead = lead_in(answer)
    items = answer.statements[1:] if lead else answer.statements
    introduction = element("p", _statement(lead, cited, wording)) if lead else ""
    count = _count(answer, items, wording)
    return element("div", introduction, count, _nested(items, cited, wording), class_="statements")


def _count(answer: Answer, items: Sequence[Statement], wording: Wording) -> Html:
    """Say how many items there are: those of the outermost list, or how many of all are shown where some are not."""
    total = answer.total_items
    if total is None or total < 2:
        return join()
    if len(items) < total:
        words = wording.text("answer.count.shown", total=total, shown=len(items))
    else:
        words = wording.text("answer.count", total=sum(item.level <= items[0].level for item in items))
    return element("p", words, class_="count")


def _nested(items: Sequence[Statement], cited: dict[int, Citation], wording: Wording) -> Html:
    """Return items as a list; those deeper than the first belong to the item above them."""
    groups: list[list[Statement]] = []
    for item in items:
        if not groups or item.level <= items[0].level:
            groups.append([item])
        else:
            groups[-1].append(item)
    own_numbers = all(_OWN_NUMBER.match(group[0].text) for group in groups)
    rows = (
        element("li", _statement(group[0], cited, wording), _nested(group[1:], cited, wording) if group[1:] else "")
        for group in groups
    )
    return element("ul", *rows, class_="own-numbers") if own_numbers else element("ol", *rows)


def _statement(statement: Statement, cited: dict[int, Citation], wording: Wording) -> Html:
    marks = (render_mark(cited[number], wording) for number in statement.citations)
    # The word joiner keeps a mark on the line of the word it belongs to.
    return join(element("span", statement.text, class_="statement"), "\u2060", *marks)
