"""Set out an answer for paper: what a copied text, a Word file and a PDF all say, in this order and in these words.

Everything here is plain text that any of them can hold: control characters, characters that XML has no place for,
and those that reverse the direction of writing are gone from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.domain import Answer, AnswerMode, Citation, NoticeKind, Statement
from ui.answer_label import answer_label
from ui.markup import document_address, line, web_address
from ui.wording import Wording

_LINE_BREAK = re.compile("\r\n?|[\u000b\u000c\u0085\u2028\u2029]")
_UNPRINTABLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What no reader sees and XML 1.0 or a PDF reader may choke on, or what turns the direction of writing round."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One statement with the numbers of its quotes, indented by ``level``, or the name of a place above those of it."""

    text: str
    numbers: tuple[int, ...] = ()
    level: int = 0
    is_place: bool = False

    @property
    def marks(self) -> str:
        """The numbers as they stand behind the statement: ``[1][2]``."""
        return "".join(f"[{number}]" for number in self.numbers)


@dataclass(frozen=True, slots=True)
class SheetQuote:
    """A verbatim quote, where it stands in its document, and the address of the passage on this site."""

    number: int
    text: str
    where: str
    address: str


@dataclass(frozen=True, slots=True)
class SheetSource:
    """A document with everything that is quoted from it; ``facts`` are (name, value)."""

    title: str
    facts: tuple[tuple[str, str], ...]
    url: str | None
    quotes: tuple[SheetQuote, ...]
    demonstration: str = ""

    @property
    def marks(self) -> str:
        """The numbers of its quotes: ``[1][2]``."""
        return "".join(f"[{quote.number}]" for quote in self.quotes)


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """An answer set out for paper. ``label`` says who wrote its words; ``generated`` that a model did."""

    question: str
    remarks: tuple[str, ...]
    lines: tuple[SheetLine, ...]
    label: str
    generated: bool
    notices: tuple[str, ...]
    calls: tuple[tuple[str, str], ...]
    sources: tuple[SheetSource, ...]


def answer_sheet(answer: Answer, wording: Wording, origin: str = "") -> AnswerSheet:
    """Return an answer set out for paper.

    ``origin`` is put before the addresses of this site (``https://bureau.example``), which are paths without it.
    """
    routes = {route.number: wording.line_name(route.number) for route in answer.routes}
    notices = (notice for notice in answer.notices if notice.kind is not NoticeKind.AI_GENERATED)
    return AnswerSheet(
        question=line(printable(answer.question)),
        remarks=_remarks(answer, wording),
        lines=tuple(_lines(answer, wording)),
        label=answer_label(answer, wording),
        generated=bool(answer.statements) and answer.mode is AnswerMode.GENERATIVE,
        notices=tuple(dict.fromkeys(printable(wording.notice(notice)) for notice in notices)),
        calls=tuple(routes.items()),
        sources=_sources(answer.citations, wording, origin),
    )


def printable(text: str) -> str:
    """Return a text without what cannot be seen; line breaks of all kinds become one, tabs spaces."""
    return _UNPRINTABLE.sub("", _LINE_BREAK.sub("\n", text).replace("\t", " "))


def _remarks(answer: Answer, wording: Wording) -> tuple[str, ...]:
    """Return how the question was read, what is said before the statements, and what it wrongly takes for granted."""
    told = answer.rewritten or answer.read_as
    read = wording.text("answer.rewritten" if answer.rewritten else "answer.read_as", question=told) if told else ""
    premise = wording.text("answer.premise", premise=answer.premise) if answer.premise else ""
    return tuple(printable(words) for words in (read, wording.message(answer), premise) if words)


def _lines(answer: Answer, wording: Wording) -> Iterable[SheetLine]:
    """Yield the statements; where places stand side by side, one place after the other with its name above."""
    if not answer.places:
        yield from (_line(statement, wording) for statement in answer.statements)
        return
    yield from (_line(statement, wording) for statement in answer.statements if statement.place not in answer.places)
    for place in answer.places:
        yield SheetLine(f"【{line(printable(place))}】", is_place=True)
        own = [_line(statement, wording) for statement in answer.statements if statement.place == place]
        yield from own or [SheetLine(wording.text("answer.places.silent"))]


def _line(statement: Statement, wording: Wording) -> SheetLine:
    worded = wording.text("approved.edited") if statement.edited else ""
    return SheetLine(printable(statement.text).strip() + worded, statement.citations, statement.level)


def _sources(citations: Sequence[Citation], wording: Wording, origin: str) -> tuple[SheetSource, ...]:
    cards: dict[str, list[Citation]] = {}
    for citation in citations:
        cards.setdefault(citation.document_id, []).append(citation)
    return tuple(_source(card, wording, origin) for card in cards.values())


def _source(cited: Sequence[Citation], wording: Wording, origin: str) -> SheetSource:
    first = cited[0]
    unknown = wording.text("document.unknown")
    return SheetSource(
        title=line(printable(first.title)),
        facts=(
            (wording.text("document.issuer"), line(printable(first.issuer or "")) or unknown),
            (wording.text("document.region"), line(printable(first.region or "")) or unknown),
            (wording.text("document.published"), wording.day(first.published)),
            (wording.text("authority.label"), wording.authority(first.authority)),
            (wording.text("validity.label"), wording.validity(first.validity)),
        ),
        url=web_address(printable(first.url or "")),
        quotes=tuple(_quote(citation, wording, origin) for citation in cited),
        demonstration=wording.text("document.demonstration") if first.demonstration else "",
    )


def _quote(citation: Citation, wording: Wording, origin: str) -> SheetQuote:
    page = wording.text("answer.page", page=citation.page) if citation.page is not None else ""
    headings = " › ".join(line(printable(heading)) for heading in citation.section)
    return SheetQuote(
        citation.number,
        printable(citation.quote).strip(),
        " · ".join(part for part in (page, headings) if part),
        origin + document_address(citation.document_id, citation.start, citation.end, wording.language),
    )
