"""Write what an answer rests on as HTML: the numbered marks in it and the cards of its sources below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.domain import Citation
from ui.markup import Html, document_address, element, join, line, with_key
from ui.wording import Wording

_QUOTES_IN_VIEW = 2
"""A card with more quotes folds them away: an old reader should not scroll past the same list twice."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Writes the marks of one answer; ``turn`` tells its sources from those of other answers on the page."""

    turn: str
    wording: Wording

    def render(self, numbers: Iterable[int]) -> Html:
        """Return the marks ``[n]`` that lead to the quotes below the answer."""
        return join(*(self._mark(number) for number in numbers))

    def _mark(self, number: int) -> Html:
        name = self.wording.text("answer.to_source", number=number)
        return element("a", f"[{number}]", href=f"#{quote_id(self.turn, number)}", class_="cite", aria_label=name)


def quote_id(turn: str, number: int) -> str:
    """Return the id of a quote on the page."""
    return f"source-{turn}-{number}"


def render_sources(citations: Sequence[Citation], wording: Wording, turn: str = "") -> Html:
    """Return one card for each document that is quoted; nothing where none is."""
    if not citations:
        return join()
    cards = _by_document(citations)
    heading = element("h3", wording.text("answer.sources", count=len(cards)))
    return element("section", heading, *(_card(card, wording, turn) for card in cards), class_="sources")


def render_related(citations: Sequence[Citation], wording: Wording, turn: str = "") -> Html:
    """Return near misses, folded away and named as not the answer."""
    if not citations:
        return join()
    # Related passages are numbered on their own, so their ids must differ from those of the answer's quotes.
    cards = (_card(card, wording, f"{turn}-related") for card in _by_document(citations))
    return element("details", element("summary", wording.text("answer.related")), *cards, class_="related")


def _by_document(citations: Iterable[Citation]) -> list[list[Citation]]:
    cards: dict[str, list[Citation]] = {}
    for citation in citations:
        cards.setdefault(citation.document_id, []).append(citation)
    return list(cards.values())


def _card(citations: Sequence[Citation], wording: Wording, turn: str) -> Html:
    """Return one document with everything that is quoted from it."""
    source = citations[0]
    quotes = join(*(_quote(citation, wording, turn) for citation in citations))
    if len(citations) > _QUOTES_IN_VIEW:
        summary = element("summary", wording.text("answer.quotes", count=len(citations)))
        quotes = element("details", summary, quotes, class_="quotes")
    return element(
        "div",
        element("h4", line(source.title), lang="zh"),
        element("p", wording.text("document.demonstration"), class_="demonstration") if source.demonstration else "",
        _badges(source, wording),
        element("p", _provenance(source, wording), class_="provenance"),
        quotes,
        class_="card",
    )


def _badges(source: Citation, wording: Wording) -> Html:
    """Return who published a source and whether it holds: words first, colour only beside them."""
    authority = element("span", wording.authority(source.authority), class_=f"badge {source.authority}")
    validity = element("span", wording.validity(source.validity), class_=f"badge {source.validity}")
    return element("p", authority, " ", validity, class_="badges")


def _provenance(source: Citation, wording: Wording) -> str:
    facts = (source.issuer, source.region, wording.day(source.published) if source.published else None)
    return " · ".join(line(fact) for fact in facts if fact)


def _quote(citation: Citation, wording: Wording, turn: str) -> Html:
    page = wording.text("answer.page", page=citation.page) if citation.page is not None else ""
    headings = " › ".join(line(heading) for heading in citation.section)
    where = " · ".join(part for part in (page, headings) if part)
    place = element("span", f"{wording.text('answer.section')}：{where}", class_="where") if where else ""
    address = document_address(citation.document_id, citation.start, citation.end, wording.language)
    title = element("span", f"：{line(citation.title)}", class_="unseen")
    opener = element("a", wording.text("answer.open"), title, href=address, class_="open")
    return element(
        "figure",
        element("blockquote", element("span", f"[{citation.number}] ", class_="number"), _quoted(citation), lang="zh"),
        element("figcaption", place, opener),
        class_="quote",
        id=quote_id(turn, citation.number),
        tabindex="-1",
    )


def _quoted(citation: Citation) -> Html:
    """Return the quote, with the words that answer set off where they are only a part of it."""
    begin, span = citation.start, citation.span
    return with_key(citation.quote, (span[0] - begin, span[1] - begin) if span is not None else None)
