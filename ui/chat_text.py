"""Write an answer as the text of a chat message: statements with markers, what to know, and the sources as footnotes.

Most chat programs show such a text as Markdown. The few marks are taken out of force with which a stored document
could make them fetch a picture, lead a reader astray, or put a source of its own under the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.domain import Answer, AnswerStatus, Citation, Statement
from ui.answer_label import answer_label
from ui.markup import document_address, line
from ui.serialise import statement_piece
from ui.streaming import lead_words
from ui.wording import Wording

_ACTIVE = re.compile(r"(?<=\])(?=[\[(:])|(?<!\\)(?:\\\\)*(?=<[A-Za-z/!?])|(?<=!)(?=\[)")
"""Where a Markdown link, picture, link target or tag would begin to be one: ``](``, ``][``, ``]:``, ``<a``, ``![``.

Backslashes that stand before a ``<`` already are taken in pairs: an odd one is in force and needs no other.
"""


def inert(text: str) -> str:
    """Return text in which Markdown finds no link, picture or tag; plain text that has none stays as it is."""
    return _ACTIVE.sub(r"\g<0>\\", text)


class ChatText:
    """Writes answers in one language; ``address`` is this service's, to which the viewer's path is added."""

    def __init__(self, wording: Wording, address: str) -> None:
        self._wording = wording
        self._address = address.rstrip("/")

    def whole(self, answer: Answer) -> str:
        """Return the whole message."""
        if not answer.statements:
            return self._without_evidence(answer)
        before = (None, *answer.statements)
        pieces = (self.piece(now, last) for last, now in zip(before, answer.statements, strict=False))
        return self.head(answer.status) + "".join(pieces) + self._tail(answer)

    def head(self, status: AnswerStatus) -> str:
        """Return what stands before the first statement."""
        words = lead_words(status, self._wording)
        return f"{words}\n" if words else ""

    def piece(self, statement: Statement, last: Statement | None) -> str:
        """Return what a statement adds to the message after ``last``."""
        markers = "".join(f"[{number}]" for number in statement.citations)
        return inert(statement_piece(statement, last).removesuffix(markers)) + markers

    def anew(self, whole: str) -> str:
        """Return what to say after words that turned out not to begin the whole message."""
        return f"\n\n{self._wording.text('chat.anew')}\n\n{whole}"

    def _tail(self, answer: Answer) -> str:
        paragraphs = [self._remarks(answer), self._sources(self._wording.text("chat.sources"), answer.citations)]
        return "".join(f"\n\n{paragraph}" for paragraph in paragraphs if paragraph)

    def _without_evidence(self, answer: Answer) -> str:
        options = answer.clarification.options if answer.clarification else ()
        replies = "\n".join(f"- {inert(line(option))}" for option in options)
        calls = "\n".join(f"{self._wording.line_name(route.number)}: {route.number}" for route in answer.routes)
        related = self._sources(self._wording.text("answer.related"), answer.related) if answer.related else ""
        parts = (self._wording.message(answer), replies, calls, self._remarks(answer), related)
        return "\n\n".join(part for part in parts if part)

    def _remarks(self, answer: Answer) -> str:
        """Return how the question was read, what it wrongly takes for granted, and the notices; one a line."""
        wording = self._wording
        remarks = [answer_label(answer, wording)] if answer.approved else []
        if answer.rewritten:
            remarks.append(wording.text("answer.rewritten", question=answer.rewritten))
        elif answer.read_as:
            remarks.append(wording.text("answer.read_as", question=answer.read_as))
        if answer.premise:
            remarks.append(wording.text("answer.premise", premise=answer.premise))
        remarks += [f"{place}: {wording.text('answer.places.silent')}" for place in answer.silent_places]
        remarks += [wording.notice(notice) for notice in answer.notices]
        return "\n".join(inert(line(remark)) for remark in remarks)

    def _sources(self, heading: str, citations: Sequence[Citation]) -> str:
        """Return one footnote a document, in the order of their first numbers, under a heading."""
        by_document: dict[str, list[Citation]] = {}
        for citation in citations:
            by_document.setdefault(citation.document_id, []).append(citation)
        return "\n".join([heading, *(self._footnote(cited) for cited in by_document.values())])

    def _footnote(self, cited: Sequence[Citation]) -> str:
        first = cited[0]
        day = self._wording.day(first.published) if first.published else None
        facts = (first.issuer and inert(line(first.issuer)), day, self._viewer(first))
        return " ".join([_numbers(c.number for c in cited), f"《{inert(line(first.title))}》", *filter(None, facts)])

    def _viewer(self, citation: Citation) -> str:
        return self._address + document_address(citation.document_id, citation.start, citation.end)


def _numbers(numbers: Iterable[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)
