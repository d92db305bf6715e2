"""Write the statements of an answer as HTML: sentences, lists with their count, places side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from rag.domain import Answer, Statement
from ui.markup import Html, element, join, line, with_key
from ui.render_sources import Marks
from ui.serialise import is_list, lead_in
from ui.wording import Wording

_OWN_NUMBER = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十百\d]{1,3}[）)、.．]|第[一二三四五六七八九十百\d]+[章条项]|[①-⑳])"
)
"""An item that brings its own number needs none from the list: two numberings side by side confuse."""


def render_statements(answer: Answer, wording: Wording, turn: str = "") -> Html:
    """Return what an answer says, each statement with the marks that lead to its sources; nothing where it says nothing."""
    marks = Marks(turn, wording)
    if answer.places:
        return _by_place(answer, marks)
    if not answer.statements:
        return join()
    if not is_list(answer):
        return render_sentences(answer.statements, marks)
    lead = lead_in(answer)
    items = answer.statements[1:] if lead else answer.statements
    introduction = element("p", _statement(lead, marks)) if lead else ""
    count = _count(answer, items, wording)
    return element("div", introduction, count, _nested(items, marks), class_="statements")


def render_sentences(statements: Sequence[Statement], marks: Marks) -> Html:
    """Return statements one below the other."""
    return element("div", *(element("p", _statement(one, marks)) for one in statements), class_="statements")


def _by_place(answer: Answer, marks: Marks) -> Html:
    """Return a column for each place, those of which the sources say nothing included."""
    said = {
        place: tuple(group)
        for place, group in groupby(
            sorted(
                answer.statements, key=lambda one: answer.places.index(one.place) if one.place in answer.places else -1
            ),
            key=lambda one: one.place,
        )
    }
    common = said.get(None, ())
    columns = []
    for place in answer.places:
        own = said.get(place, ())
        silent = element("p", marks.wording.text("answer.places.silent"), class_="silent")
        body = (
            _nested(own, marks)
            if any(one.level for one in own)
            else join(*(element("p", _statement(one, marks)) for one in own))
        )
        columns.append(element("section", element("h3", line(place)), body if own else silent, class_="place"))
    return element(
        "div",
        *(element("p", _statement(one, marks)) for one in common),
        element("div", *columns, class_="places"),
        class_="statements",
    )


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


def _nested(items: Sequence[Statement], marks: Marks) -> Html:
    """Return items as a list; those deeper than the first belong to the item above them."""
    groups: list[list[Statement]] = []
    for item in items:
        if not groups or item.level <= items[0].level:
            groups.append([item])
        else:
            groups[-1].append(item)
    own_numbers = all(_OWN_NUMBER.match(group[0].text) for group in groups)
    rows = (
        element("li", _statement(group[0], marks), _nested(group[1:], marks) if group[1:] else "") for group in groups
    )
    return element("ul", *rows, class_="own-numbers") if own_numbers else element("ol", *rows)


def _statement(statement: Statement, marks: Marks) -> Html:
    # The word joiner keeps a mark on the line of the word it belongs to.
    said = element("span", with_key(statement.text, statement.span), class_="statement")
    worded = element("span", marks.wording.text("approved.edited"), class_="edited") if statement.edited else ""
    return join(said, worded, "\u2060", marks.render(statement.citations))
