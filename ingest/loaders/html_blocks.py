"""Turn an HTML tree into blocks, in reading order."""

from __future__ import annotations

import re
from typing import Any

from ingest.blocks import Block, BlockKind
from ingest.loaders.lines import starts_item
from ingest.loaders.tables import Cell, table_blocks

Element = Any
"""An ``lxml.html.HtmlElement``; lxml ships no types."""

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_SKIPPED = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "rt", "rp", "head", "object", "canvas"}
)
_INLINE = frozenset(
    """a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q ruby rb s samp small span
    strike strong sub sup time tt u var wbr o:p st1:chsdate""".split()
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_BETWEEN_HANZI = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef])[ \t]*[\r\n]\s*(?=[\u2e80-\u9fff\uff00-\uffef])")
_LAYOUT_CELL_CHARS = 400
"""A cell with more text than this is a page laid out with tables, not a table."""


def _squeeze(text: str) -> str:
    # A line break in the source between two Chinese characters is an editor's, a browser's gap would split a word.
    return _SPACE.sub(" ", _BETWEEN_HANZI.sub("", text)).strip()


def _span(cell: Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _cell_text(cell: Element) -> str:
    lines = [block.text for block in _Walker().walk(cell)]
    text = ""
    for line in lines:
        closed = not text or text[-1] in "，。；：、！？"
        text += line if closed else f" {line}"
    return text


def _own_rows(table: Element) -> list[Element]:
    return [
        row
        for row in table.iter("tr")
        if next(row.iterancestors("table"), None) is table
    ]  # fmt: skip


def _is_layout(rows: list[Element]) -> bool:
    """Tell whether a table only arranges the page: one cell a row, or cells that hold whole texts."""
    if all(len(row.findall("td")) + len(row.findall("th")) < 2 for row in rows):
        return True
    for row in rows:
        for cell in row.iterchildren("td"):
            if next(cell.iter("table", "h1", "h2", "h3"), None) is not None:
                return True
            paragraphs = sum(1 for paragraph in cell.iter("p", "div") if (paragraph.text_content() or "").strip())
            if paragraphs > 3 and len(cell.text_content()) > _LAYOUT_CELL_CHARS and len(rows) < 3:
                return True
    return False


class _Walker:
    """Collects inline text until a block ends."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._inline: list[str] = []
        self._prefix = ""

    def walk(self, element: Element) -> list[Block]:
        self._children(element)
        self._flush()
        return self.blocks

    def _flush(self, kind: BlockKind = BlockKind.PARAGRAPH, level: int = 0) -> None:
        text = _squeeze("".join(self._inline))
        self._inline.clear()
        if not text:
            return
        if self._prefix and not starts_item(text):
            text = self._prefix + text
        self._prefix = ""
        self.blocks.append(Block(kind, text, level))

    def _children(self, element: Element) -> None:
        if element.text:
            self._inline.append(element.text)
        for child in element:
            self._element(child)
            if child.tail:
                self._inline.append(child.tail)

    def _element(self, element: Element) -> None:
        tag = element.tag
        if not isinstance(tag, str) or tag in _SKIPPED:
            return
        if tag == "br":
            self._flush()
        elif tag in _INLINE:
            self._children(element)
        elif tag in _HEADINGS:
            self._flush()
            for br in element.findall(".//br"):
                br.tail = " " + (br.tail or "")
                br.drop_tag()
            self._children(element)
            self._flush(BlockKind.HEADING, _HEADINGS[tag])
        elif tag == "table":
            self._table(element)
        elif tag == "ol":
            self._ordered(element)
        elif tag == "pre":
            self._preformatted(element)
        else:
            self._flush()
            self._children(element)
            self._flush()

    def _ordered(self, element: Element) -> None:
        self._flush()
        start = (element.get("start") or "").strip()
        number = int(start) if re.fullmatch(r"\d{1,6}", start) else 1
        bare = "none" in (element.get("style") or "").lower() and "list-style" in (element.get("style") or "").lower()
        for child in element:
            if child.tag == "li":
                value = (child.get("value") or "").strip()
                number = int(value) if re.fullmatch(r"\d{1,6}", value) else number
                self._prefix = "" if bare else f"{number}. "
                number += 1
            self._element(child)
            self._prefix = ""

    def _preformatted(self, element: Element) -> None:
        self._flush()
        for line in element.text_content().splitlines():
            self._inline.append(line)
            self._flush()

    def _table(self, element: Element) -> None:
        self._flush()
        for caption in element.findall("caption"):
            self._children(caption)
            self._flush()
        rows = _own_rows(element)
        if _is_layout(rows):
            for row in rows:
                for cell in row:
                    self._element(cell)
            return
        header_parts = {id(row) for part in element.findall("thead") for row in part.iter("tr")}
        cells = [
            [
                Cell(
                    _cell_text(cell),
                    _span(cell, "colspan"),
                    _span(cell, "rowspan") or len(rows),
                    cell.tag == "th" or id(row) in header_parts,
                )
                for cell in row.iterchildren("td", "th")
            ]
            for row in rows
        ]
        self.blocks.extend(table_blocks(cells))


def element_blocks(element: Element) -> list[Block]:
    """Return the headings, paragraphs, list items and table rows below an element."""
    return _Walker().walk(element)


def fragment_blocks(markup: str) -> list[Block]:
    """Return the blocks of a piece of HTML; broken markup gives whatever text is in it."""
    from lxml import html

    return element_blocks(html.fragment_fromstring(markup, create_parent="div"))
