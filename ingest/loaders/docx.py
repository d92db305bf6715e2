"""Read Word files: body text and tables in document order, heading styles, file properties."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ingest.blocks import Block, BlockKind, LoadedFile
from ingest.loaders.docx_package import mended_package
from ingest.loaders.tables import Cell, table_blocks
from ingest.loaders.titles import confirmed_title
from rag.errors import SourceError

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING_STYLE = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"^(?:toc(?:\s*\d|\s*heading)?|目录\s*\d?)$", re.IGNORECASE)
_BODY_LEVEL = 9
"""``outlineLvl`` 9 means body text in WordprocessingML."""


class _Reader:
    """Reads one document's body; a heading is known from its style, its style's parents or its outline level."""

    def __init__(self, document: Any) -> None:
        self.repairs: Counter[str] = Counter()
        self._levels: dict[str, int] = {}
        self._contents: set[str] = set()
        for style in document.styles.element.findall(f"{_W}style"):
            self._read_style(document, style)

    def _read_style(self, document: Any, style: Any) -> None:
        identifier = style.get(f"{_W}styleId") or ""
        seen: set[str] = set()
        node = style
        while node is not None and (key := node.get(f"{_W}styleId") or "") not in seen:
            seen.add(key)
            named = node.find(f"{_W}name")
            name = (named.get(f"{_W}val") or "") if named is not None else ""
            if match := _HEADING_STYLE.match(name):
                self._levels.setdefault(identifier, int(match[1]))
            elif name.lower() == "title":
                self._levels.setdefault(identifier, 1)
            elif _CONTENTS_STYLE.match(name):
                self._contents.add(identifier)
            elif level := _outline_level(node):
                self._levels.setdefault(identifier, level)
            parent = node.find(f"{_W}basedOn")
            node = document.styles.element.get_by_id(parent.get(f"{_W}val")) if parent is not None else None

    def blocks(self, container: Any) -> Iterator[Block]:
        """Yield the blocks below a body, cell or content control, in document order."""
        for child in container:
            if child.tag == f"{_W}p":
                yield from self._paragraph(child)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}smartTag"):
                yield from self.blocks(child)

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        identifier = style.get(f"{_W}val") if style is not None else ""
        lines = [" ".join(line.split()) for line in self._text(paragraph).split("\n")]
        lines = [line for line in lines if line]
        if identifier in self._contents:
            self.repairs["boilerplate"] += len(lines)
        else:
            level = _outline_level(paragraph) or self._levels.get(identifier, 0)
            kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
            for line in [" ".join(lines)] if level and lines else lines:
                yield Block(kind, line, level)
        for box in _text_boxes(paragraph):
            yield from self.blocks(box)

    def _text(self, paragraph: Any) -> str:
        """Return the visible text; deleted revisions are gone, hidden runs are counted, text boxes come later."""
        parts: list[str] = []
        pending = [paragraph]
        while pending:
            node = pending.pop()
            if node.tag == f"{_W}t":
                parts.append(node.text or "")
            elif node.tag in (f"{_W}tab", f"{_W}ptab"):
                parts.append(" ")
            elif node.tag in (f"{_W}br", f"{_W}cr"):
                parts.append("\n")
            elif node.tag == f"{_W}noBreakHyphen":
                parts.append("-")
            elif node.tag == f"{_W}r" and _is_hidden(node):
                self.repairs["hidden_text"] += 1
            elif node.tag not in (
                f"{_W}del",
                f"{_W}moveFrom",
                f"{_W}txbxContent",
                f"{_W}pPr",
                f"{_W}rPr",
                f"{_W}rt",
                _FALLBACK,
            ):
                pending.extend(reversed(node))
        return "".join(parts)

    def _table(self, table: Any) -> list[Block]:
        rows = list(_rows(table))
        if all(len(row) < 2 for row in rows):
            return [block for row in rows for cell in row for block in self.blocks(cell)]
        grid: list[list[Cell]] = []
        above: dict[int, Cell] = {}
        for row in rows:
            cells: list[Cell] = []
            column = 0
            for cell in row:
                width = _grid_span(cell)
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                continues = merge is not None and merge.get(f"{_W}val") != "restart"
                if not (continues and column in above):
                    above[column] = Cell(self._cell_text(cell), width)
                # The same object in every row is what the table writer takes for one spanning cell.
                cells.append(above[column])
                column += width
            grid.append(cells)
        return table_blocks(grid)

    def _cell_text(self, cell: Any) -> str:
        text = ""
        for block in self.blocks(cell):
            text += block.text if not text or text[-1] in "，。；：、！？" else f" {block.text}"
        return text


def _outline_level(element: Any) -> int:
    outline = element.find(f"{_W}pPr/{_W}outlineLvl")
    value = (outline.get(f"{_W}val") or "") if outline is not None else ""
    return int(value) + 1 if value.isdigit() and int(value) < _BODY_LEVEL else 0


def _is_hidden(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and (mark.get(f"{_W}val") or "true").lower() not in ("0", "false", "off")


def _grid_span(cell: Any) -> int:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    value = (span.get(f"{_W}val") or "1") if span is not None else "1"
    return int(value) if value.isdigit() and 0 < int(value) <= 100 else 1


def _rows(table: Any) -> Iterator[list[Any]]:
    for row in table.iterfind(f"{_W}tr"):
        yield [cell for cell in row.iter(f"{_W}tc") if next(cell.iterancestors(f"{_W}tbl")) is table]


def _text_boxes(paragraph: Any) -> Iterator[Any]:
    for box in paragraph.iter(f"{_W}txbxContent"):
        inside = [node.tag for node in box.iterancestors() if node.tag in (f"{_W}txbxContent", _FALLBACK)]
        if not inside:
            yield box


def load_docx(name: str, data: bytes) -> LoadedFile:
    """Return the body of a Word file; automatic numbers are not part of its text and are not restored.

    Table rows are written with their column names. ``title``, ``keywords`` and ``subject`` of the file
    properties become metadata. ``broken_links`` counts relationships that had to be dropped to open the file.

    Raises:
        SourceError: encrypted, damaged or too large when unpacked.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from lxml import etree

    package, broken = mended_package(name, data)
    try:
        document = docx.Document(io.BytesIO(package))
        reader = _Reader(document)
        blocks = tuple(reader.blocks(document.element.body))
        properties = document.core_properties
        facts = {"title": properties.title, "keywords": properties.keywords, "subject": properties.subject}
    except (PackageNotFoundError, KeyError, ValueError, AttributeError, TypeError, etree.LxmlError) as error:
        raise SourceError(f"{name}: the DOCX is damaged and cannot be read ({type(error).__name__})") from error
    repairs = dict(reader.repairs)
    if broken:
        repairs["broken_links"] = broken
    metadata = {key: " ".join(value.split()) for key, value in facts.items() if value and value.strip()}
    return LoadedFile(MEDIA_TYPE, blocks, confirmed_title(metadata.get("title"), blocks), metadata, repairs)
