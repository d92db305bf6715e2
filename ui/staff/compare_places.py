"""Write what two places say to one question, side by side, with what only one of them says marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ingest.line_changes import LineChange, line_changes
from rag.domain import Answer, Citation
from ui.addresses import at
from ui.markup import Html, document_address, element, join, line
from ui.staff.compare_texts import left_side, legend, right_side
from ui.wording import Wording

_LOOKING_ALIKE = 2
"""Fewer characters that differ are spacing and full stops."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """The sentences of one side that the other has in other words, and those that it has not at all."""

    changes: Mapping[str, LineChange]
    alone: frozenset[str]


def render_places(question: str, answers: tuple[tuple[str, Answer], tuple[str, Answer]], wording: Wording) -> Html:
    """Return the two answers; each is a place and what the sources say for it."""
    (one_place, one), (other_place, other) = answers
    changes = line_changes([said.text for said in one.statements], [said.text for said in other.statements])
    alike = [change for change in changes if change.before and change.after]
    lefts = _Compared(
        {change.before: change for change in alike}, frozenset(change.before for change in changes if not change.after)
    )
    rights = _Compared(
        {change.after: change for change in alike}, frozenset(change.after for change in changes if not change.before)
    )
    # Where no two sentences speak of the same, everything would be marked, which says nothing.
    related = bool(alike) or len(lefts.alone) < len(one.statements)
    sides = (
        _side(question, one_place, one, lefts if related else None, wording, left_side),
        _side(question, other_place, other, rights if related else None, wording, right_side),
    )
    return join(legend(wording) if alike else "", element("div", *sides, class_="pair places"))


def _side(
    question: str,
    place: str,
    answer: Answer,
    compared: _Compared | None,
    wording: Wording,
    side: Callable[[Iterable[Mapping[str, str]]], Html],
) -> Html:
    said = [
        element("li", *_statement(one.text, compared, wording, side), " ", _cited(one.citations))
        for one in answer.statements
    ]
    notices = [element("li", wording.notice(notice)) for notice in answer.notices]
    message = wording.message(answer)
    search = f"{at('/staff/')}?{urlencode({'q': question, 'region': place, 'only': '1'})}"
    return element(
        "section",
        element("h2", line(place)),
        element("p", message) if message else "",
        element("ul", *said, class_="said", lang="zh") if said else "",
        element("ul", *notices, class_="hint") if notices else "",
        _sources(answer.citations, wording),
        element("p", element("a", wording.text("staff.compare.search", place=line(place)), href=search)),
        class_="side",
    )


def _statement(
    text: str, compared: _Compared | None, wording: Wording, side: Callable[[Iterable[Mapping[str, str]]], Html]
) -> tuple[str, ...]:
    if compared is None:
        return (text,)
    if text in compared.alone:
        return (element("span", wording.text("staff.compare.alone"), class_="badge"), " ", text)
    change = compared.changes.get(text)
    if change is None or sum(len(one.text) for one in change.pieces if one.status.value != "same") < _LOOKING_ALIKE:
        return (text,)
    return (side([{"status": piece.status.value, "text": piece.text} for piece in change.pieces]),)


def _sources(citations: Sequence[Citation], wording: Wording) -> Html:
    """Return each cited document once, with the numbers of its quotes."""
    by_document: dict[str, list[Citation]] = {}
    for citation in citations:
        by_document.setdefault(citation.document_id, []).append(citation)
    rows = []
    for quotes in by_document.values():
        first = quotes[0]
        facts = (first.issuer, first.region, wording.day(first.published) if first.published else None)
        rows.append(
            element(
                "li",
                _cited(tuple(quote.number for quote in quotes)),
                " ",
                element(
                    "a",
                    line(first.title),
                    href=document_address(first.document_id, first.start, first.end, wording.language),
                ),
                element("span", "".join(f" · {line(fact)}" for fact in facts if fact)),
            )
        )
    return element("ul", *rows, class_="cited", lang="zh") if rows else join()


def _cited(numbers: Sequence[int]) -> Html:
    return element("span", "".join(f"[{number}]" for number in numbers), class_="cite")
