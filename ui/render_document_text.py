"""Write a document's text for the viewer: every character at its place, tables in cells, doubtful stretches marked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

from rag.domain import Document, Mark, Section
from rag.table_rows import row_parts
from ui.markup import Html, element, join
from ui.wording import Wording

Span = tuple[int, int]

_HEADING_SLACK = 6
"""Characters a heading's line may have beyond the heading itself (its numbering, a colon) and still be one."""
_PART_CHARS = 1500
"""About a screen or two of text; a browser lays a long document out part by part (``content-visibility``)."""
_LONG = 12
"""A document of fewer parts is laid out at once, which is quick enough and finds every height right."""


def render_text(document: Document, wording: Wording, quote: Span | None) -> Html:
    """Return the text line by line; every character stays at its offset, which ``data-start`` tells."""
    shown = quote and _from_first_character(document.text, quote)
    parts = list(_parts(_Text(document, shown), wording))
    content = [element("div", *part, class_="part") for part in parts]
    return element("article", *content, class_="text long" if len(parts) > _LONG else "text", lang="zh")


def _from_first_character(text: str, quote: Span) -> Span | None:
    """Return the quote without the white space it begins with; empty lines are not shown, so no mark stands there."""
    words = text[slice(*quote)]
    start = quote[0] + len(words) - len(words.lstrip())
    return (start, quote[1]) if start < quote[1] else None


def section_anchor(document: Document, section: Section) -> str:
    """Return the id of the line in which a section begins."""
    return f"s-{document.text.rfind(chr(10), 0, section.start) + 1}"


def _parts(text: _Text, wording: Wording) -> Iterator[list[Html]]:
    part: list[Html] = []
    begun = 0
    for start, block in text.blocks(wording):
        if part and start - begun >= _PART_CHARS:
            yield part
            part, begun = [], start
        part.append(block)
    if part:
        yield part


@dataclass(frozen=True)
class _Text:
    document: Document
    quote: Span | None
    """Begins with a character that is shown."""

    @cached_property
    def lines(self) -> list[str]:
        return self.document.text.split("\n")

    @cached_property
    def starts(self) -> list[int]:
        return [0, *accumulate(len(words) + 1 for words in self.lines[:-1])]

    @cached_property
    def headings(self) -> dict[int, Section]:
        """The outermost section that begins in each line, by the line's number."""
        found: dict[int, Section] = {}
        for section in self.document.sections:
            found.setdefault(self._line_at(section.start), section)
        return found

    @cached_property
    def marks(self) -> dict[int, list[Mark]]:
        """The doubtful stretches of each line, by the line's number."""
        found: dict[int, list[Mark]] = {}
        for mark in self.document.marks:
            for number in range(self._line_at(mark.start), self._line_at(max(mark.start, mark.end - 1)) + 1):
                found.setdefault(number, []).append(mark)
        return found

    def _line_at(self, offset: int) -> int:
        return bisect_right(self.starts, offset) - 1

    def blocks(self, wording: Wording) -> Iterator[tuple[int, Html]]:
        """Yield each line that is not empty, and where a page begins, with the offset."""
        pages = {begin.start: begin.page for begin in self.document.pages}
        for number, (start, words) in enumerate(zip(self.starts, self.lines, strict=True)):
            if start in pages:
                told = wording.text("document.page", page=pages[start])
                yield start, element("p", told, class_="page", lang=wording.language)
            if words.strip() or number in self.headings:
                yield start, self._block(number, start, words)

    def _block(self, number: int, start: int, words: str) -> Html:
        section = self.headings.get(number)
        anchor = f"s-{start}" if section else None
        if section and len(words.strip()) <= len(section.heading) + _HEADING_SLACK:
            content = self._stretch(number, start, start + len(words))
            return element(f"h{min(section.level + 1, 6)}", content, id=anchor, data_start=start)
        cells = row_parts(words)
        if not cells:
            content = self._stretch(number, start, start + len(words))
            return element("p", content, id=anchor, data_start=start)
        content = join(*self._cells(number, start, words, cells))
        return element("p", content, class_="row", id=anchor, data_start=start)

    def _cells(self, number: int, start: int, words: str, cells: list[tuple[str, int, int]]) -> Iterator[Html]:
        """Yield the cells of a row, each with the name of its column before it."""
        # What separates two cells ends the first of them.
        edges = [0, *(min(end + 1, len(words)) for _, _, end in cells[:-1]), len(words)]
        for (name, begin, _), (left, right) in zip(cells, pairwise(edges), strict=True):
            column = self._stretch(number, start + left, start + begin)
            value = self._stretch(number, start + begin, start + right)
            yield element("span", element("span", column, class_="column") if name else column, value, class_="cell")

    def _stretch(self, number: int, start: int, end: int) -> Html:
        """Return a stretch of a line, cut where a mark or the quote begins or ends, so that no tag crosses another."""
        quoted = _cut(self.quote, start, end) if self.quote else None
        marks = self.marks.get(number, [])
        if quoted is None:
            return join(*self._marked(marks, start, end))
        first = self.quote is not None and quoted[0] == self.quote[0]
        return join(
            *self._marked(marks, start, quoted[0]),
            element(
                "mark",
                *self._marked(marks, *quoted),
                id="quote" if first else None,
                class_="quoted",
                tabindex="-1" if first else None,
            ),
            *self._marked(marks, quoted[1], end),
        )

    def _marked(self, marks: list[Mark], start: int, end: int) -> Iterator[Html]:
        text = self.document.text
        if not marks:
            yield join(text[start:end])
            return
        cuts = [(cut, mark.kind) for mark in marks if (cut := _cut((mark.start, mark.end), start, end))]
        edges = sorted({start, end, *(edge for cut, _ in cuts for edge in cut)})
        for left, right in pairwise(edges):
            kind = next((kind for (begin, stop), kind in cuts if begin <= left and right <= stop), None)
            yield element("span", text[left:right], class_=kind.value) if kind else join(text[left:right])


def _cut(span: Span, start: int, end: int) -> Span | None:
    """Return the part of a span that lies in ``start..end``, or None where there is none."""
    left, right = max(span[0], start), min(span[1], end)
    return (left, right) if left < right else None
