"""Write an answer as the plain text that leaves the page with it: a copy keeps its label, its sources and its notices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.domain import Answer
from ui.answer_sheet import SheetSource, answer_sheet
from ui.wording import Wording


class LineKind(StrEnum):
    """What a line of the text is; the browser appends those of ``LABEL`` and ``SOURCE`` to a copied passage."""

    QUESTION = "question"
    REMARK = "remark"
    STATEMENT = "statement"
    LABEL = "label"
    NOTICE = "notice"
    HEADING = "heading"
    SOURCE = "source"
    QUOTE = "quote"
    ADDRESS = "address"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line; ``address`` is what it ends with, where it leads somewhere."""

    kind: LineKind
    text: str
    address: str = ""

    @property
    def whole(self) -> str:
        """The line as it is read."""
        return self.text + self.address


_GAP = TextLine(LineKind.GAP, "")


def answer_text(answer: Answer, wording: Wording, origin: str = "") -> str:
    """Return the text of an answer: question, statements with ``[n]``, label, notices, sources with quote and address.

    ``origin`` is put before the addresses of this site, which are paths without it.
    """
    return "\n".join(line.whole for line in answer_lines(answer, wording, origin))


def answer_lines(answer: Answer, wording: Wording, origin: str = "") -> tuple[TextLine, ...]:
    """Return the lines of :func:`answer_text`."""
    sheet = answer_sheet(answer, wording, origin)
    parts = (
        [TextLine(LineKind.QUESTION, wording.text("text.question", question=sheet.question))],
        [TextLine(LineKind.REMARK, remark) for remark in sheet.remarks],
        [TextLine(LineKind.STATEMENT, f"{'  ' * line.level}{line.text} {line.marks}".rstrip()) for line in sheet.lines],
        [TextLine(LineKind.LABEL, sheet.label)] if sheet.label else [],
        [TextLine(LineKind.NOTICE, f"- {notice}") for notice in sheet.notices],
        [TextLine(LineKind.REMARK, f"{number} {name}") for number, name in sheet.calls],
        list(_sources(sheet.sources, wording)),
        [TextLine(LineKind.REMARK, wording.text("text.from", name=wording.text("page.name")))],
    )
    told = [part for part in parts if part]
    return tuple(line for part in told for line in ([_GAP] if part is not told[0] else []) + part)


def _sources(sources: tuple[SheetSource, ...], wording: Wording) -> Iterator[TextLine]:
    if sources:
        yield TextLine(LineKind.HEADING, wording.text("text.sources"))
    for source in sources:
        facts = " · ".join(value for _, value in source.facts)
        made_up = f" {source.demonstration}" if source.demonstration else ""
        yield TextLine(LineKind.SOURCE, f"{source.marks} 《{source.title}》{made_up} {facts}")
        for quote in source.quotes:
            yield TextLine(LineKind.QUOTE, wording.text("text.quote", number=quote.number, quote=quote.text))
            yield TextLine(LineKind.ADDRESS, wording.text("text.view"), quote.address)
        if source.url:
            yield TextLine(LineKind.ADDRESS, wording.text("text.url"), source.url)
