"""Turn the body of a Word file into blocks, in reading order: paragraphs with their numbers, tables, notes, text boxes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ingest.blocks import MAX_SAMPLES, Block, BlockKind, sample
from ingest.loaders.docx_hidden import Visibility
from ingest.loaders.docx_numbering import Numbering
from ingest.loaders.docx_styles import Styles, W, is_on, value_of
from ingest.loaders.docx_symbols import symbol
from ingest.loaders.tables import Cell, one_line, table_blocks

FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_WRAPPERS = frozenset(W + tag for tag in ("sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_DELETED = frozenset({f"{W}del", f"{W}moveFrom"})
_NO_TEXT = frozenset({FALLBACK, *(W + tag for tag in ("txbxContent", "pPr", "rPr", "sdtPr", "rt"))})
_TEXT = frozenset({f"{W}t", f"{_M}t"})
_FIXED = {
    f"{W}tab": " ",
    f"{W}ptab": " ",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
    f"{_M}den": "/",
}
"""What stands in the text for an element; a fraction is written in one line."""
_LAYOUT_CHARS = 400


class Body:
    """Reads one document; ``repairs`` and ``samples`` fill while :meth:`blocks` is drawn from."""

    def __init__(self, styles: Styles, numbering: Numbering, visibility: Visibility, notes: dict[str, Any]) -> None:
        self.repairs: Counter[str] = Counter()
        self.samples: dict[str, list[str]] = {}
        self._styles = styles
        self._numbering = numbering
        self._visibility = visibility
        self._notes = notes
        self._footnotes: list[Block] = []
        self._endnotes: list[Block] = []
        self._numbers: Counter[str] = Counter()
        self._carried = ""

    def blocks(self, container: Any) -> Iterator[Block]:
        """Yield the blocks of a document's body; footnotes follow their paragraph or table, endnotes stand last."""
        for child in self._children(container):
            yield from self._block(child)
            yield from self._footnotes
            self._footnotes.clear()
        yield from self._rest()
        yield from self._endnotes
        self._endnotes.clear()

    def lines(self, container: Any) -> list[str]:
        """Return the texts below a header, footer or comment."""
        return [block.text for block in self._inner(container)]

    def note(self, kind: str, text: str) -> None:
        """Count one repair and keep the first few samples of it."""
        self.repairs[kind] += 1
        kept = self.samples.setdefault(kind, [])
        if len(kept) < MAX_SAMPLES:
            kept.append(sample(text))

    def _children(self, container: Any) -> Iterator[Any]:
        for child in container:
            if child.tag == f"{W}sdt":
                yield from self._control(child)
            elif child.tag in _WRAPPERS:
                yield from self._children(child)
            elif child.tag in (f"{W}p", f"{W}tbl"):
                yield child

    def _control(self, control: Any) -> Iterator[Any]:
        """Open a content control; a table of contents and a prompt that nobody filled in are not the text."""
        gallery = value_of(control, "sdtPr/docPartObj/docPartGallery") or ""
        if gallery.lower() == "table of contents" or is_on(control, "sdtPr/showingPlcHdr"):
            self.repairs["boilerplate"] += sum(1 for _ in control.iter(f"{W}p"))
            return
        yield from self._children(control)

    def _inner(self, container: Any) -> list[Block]:
        blocks = [block for child in self._children(container) for block in self._block(child)]
        return [*blocks, *self._rest()]

    def _rest(self) -> list[Block]:
        """Return what ran on from a last paragraph whose end is deleted."""
        text, self._carried = " ".join(self._carried.split()), ""
        return [Block(BlockKind.PARAGRAPH, text)] if text else []

    def _block(self, element: Any) -> Iterator[Block]:
        return self._paragraph(element) if element.tag == f"{W}p" else iter(self._table(element))

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        carried, self._carried = self._carried, ""
        text = carried + self._text(paragraph)
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._carried = text  # the mark that ends the paragraph is deleted: it runs on into the next one
            return
        lines = [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]
        if self._styles.is_contents(paragraph):
            self.repairs["boilerplate"] += len(lines)
        else:
            level = self._styles.heading_level(paragraph)
            label = self._numbering.label(paragraph)
            if level and lines:
                lines = [" ".join(lines)]
            if lines and label:
                self.note("automatic_numbers", f"{label}{lines[0]}")
                lines[0] = label + lines[0]
            kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
            for line in lines:
                yield Block(kind, line, level)
        for box in _text_boxes(paragraph):
            yield from self._inner(box)

    def _text(self, paragraph: Any) -> str:
        """Return what can be seen of a paragraph; deleted and hidden stretches are counted, text boxes come later."""
        parts: list[str] = []
        hidden: list[str] = []
        pending = [paragraph]
        while pending:
            node = pending.pop()
            if node.tag == f"{W}r" and self._visibility.is_hidden(node):
                hidden.append(_plain(node))
                continue
            if hidden and node.tag in (f"{W}r", *_DELETED):
                self._note_stretch("hidden_text", hidden)
            if node.tag in _TEXT:
                parts.append(node.text or "")
            elif node.tag in _DELETED:
                if node.tag == f"{W}del" and (deleted := _plain(node)).strip():
                    self.note("deleted_text", deleted)
            elif node.tag == f"{W}sym":
                parts.append(symbol(node.get(f"{W}font") or "", node.get(f"{W}char") or ""))
            elif node.tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
                parts.append(self._reference(node))
            elif node.tag == f"{W}sdt" and is_on(node, "sdtPr/showingPlcHdr"):
                self.repairs["boilerplate"] += 1
            elif node.tag not in _NO_TEXT:
                parts.append(_FIXED.get(node.tag, ""))
                pending.extend(reversed(node))
        self._note_stretch("hidden_text", hidden)
        return "".join(parts)

    def _note_stretch(self, kind: str, stretch: list[str]) -> None:
        text = "".join(stretch)
        stretch.clear()
        if text.strip():
            self.note(kind, text)

    def _reference(self, mark: Any) -> str:
        """Return the mark of a note and put the note aside; a mark that the author typed stands in the text anyway."""
        ending = mark.tag == f"{W}endnoteReference"
        note = self._notes.pop(f"{'e' if ending else 'f'}{mark.get(f'{W}id')}", None)
        if note is None:
            return ""
        typed = (mark.get(f"{W}customMarkFollows") or "").lower() in ("1", "true", "on")
        name = "尾注" if ending else "注"
        if not typed:
            self._numbers[name] += 1
        label = "" if typed else f"{name}{self._numbers[name]}"
        text = one_line(self.lines(note))
        if text:
            block = Block(BlockKind.PARAGRAPH, f"{label}：{text}" if label else text)
            (self._endnotes if ending else self._footnotes).append(block)
        return f"[{label}]" if label and text else ""

    def _table(self, table: Any) -> list[Block]:
        rows = [row for row in _rows(table) if self._is_kept(row)]
        cells = [_cells(row) for row in rows]
        if self._only_arranges(cells):
            return [block for row in cells for cell in row for block in self._inner(cell)]
        grid: list[list[Cell]] = []
        above: dict[int, Cell] = {}
        for row, row_cells in zip(rows, cells, strict=True):
            heading = is_on(row, "trPr/tblHeader") is True
            column = _count(value_of(row, "trPr/gridBefore"), 0)
            line = [Cell("", column)] if column else []
            for cell in row_cells:
                width = _count(value_of(cell, "tcPr/gridSpan"), 1)
                merge = cell.find(f"{W}tcPr/{W}vMerge")
                continues = merge is not None and merge.get(f"{W}val") != "restart"
                if not (continues and column in above):
                    text = one_line([block.text for block in self._inner(cell)])
                    above[column] = Cell(text, width, header=heading)
                # The same object in every row is what the table writer takes for one spanning cell.
                line.append(above[column])
                column += width
            grid.append(line)
        return table_blocks(grid)

    def _is_kept(self, row: Any) -> bool:
        for mark, kind in (("del", "deleted_text"), ("hidden", "hidden_text")):
            if is_on(row, f"trPr/{mark}"):
                self.note(kind, _plain(row))
                return False
        return True

    def _only_arranges(self, rows: list[list[Any]]) -> bool:
        """Tell whether a table only arranges the page: one cell a row, or cells that hold whole texts."""
        if all(len(row) < 2 for row in rows):
            return True
        if len(rows) > 2:
            return False
        return any(
            sum(1 for _ in cell.iterfind(f"{W}p")) > 3 and len("".join(cell.itertext(f"{W}t"))) > _LAYOUT_CHARS
            for row in rows
            for cell in row
        )


def _plain(node: Any) -> str:
    return "".join(found.text or "" for found in node.iter(f"{W}t", f"{W}delText", f"{_M}t"))


def _count(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isdigit() and 0 < int(value) <= 100 else otherwise


def _rows(table: Any) -> list[Any]:
    return [row for row in table.iter(f"{W}tr") if next(row.iterancestors(f"{W}tbl")) is table]


def _cells(row: Any) -> list[Any]:
    return [cell for cell in row.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tr")) is row]


def _text_boxes(paragraph: Any) -> Iterator[Any]:
    for box in paragraph.iter(f"{W}txbxContent"):
        inside = [node.tag for node in box.iterancestors() if node.tag in (f"{W}txbxContent", FALLBACK)]
        owner = next(box.iterancestors(f"{W}p"))
        if owner is paragraph and FALLBACK not in inside:
            yield box
