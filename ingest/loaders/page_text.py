"""Make the lines of pages into paragraphs: running headers dropped, broken lines and broken words joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ingest.blocks import Block, BlockKind
from ingest.cleaning.site_phrases import ANYWHERE
from ingest.loaders.hyphenation import BREAK
from ingest.loaders.lines import display_width, ends_sentence, join, starts_item
from rag.folding import fold

_EDGE_LINES = 4
_RUNNING_SHARE = 0.4
"""Headers that alternate between left and right pages stand on just under half of them."""

_PAGE_NUMBER = re.compile(
    r"^(?:[-—–·•一]\s*\d{1,4}\s*[-—–·•一]|第\s*\d{1,4}\s*页(?:[,，\s/]*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4})$"
)
"""The dashes around a page number are read as 一 by text recognition."""

_DIGITS = re.compile(r"\d+")

_DATE_GAPS = re.compile(
    r"(?<=\d) (?=[年月日时分号届条款项章节万亿元个名人岁类周天倍次])|(?<=[年月日第至到于自〔〕]) (?=\d)|(?<=\d) (?=〕)"
)
"""Layout programs set a thin gap between figures and characters, which PDFium reports as a space."""

_LEADERS = re.compile(r"[.…·]{6,}")
"""The dots of a table of contents; such lines are wider than the text's."""

_FULL_LINE = 0.86
"""A line this wide, of the page's widest, was broken for want of room and not because something ended."""

_BROKEN_WORD = re.compile(r"(?<=[A-Za-z0-9])-$")

_INDENT = 4
"""Two Chinese characters: what the first line of a paragraph is set in by, and so narrower."""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. ``indented`` and ``apart`` (a gap above it) tell that a paragraph may begin with it."""

    text: str
    page: int
    indented: bool = False
    apart: bool = False


Ready = tuple[Block, ...]
"""Blocks that stand between lines and are not joined to them: the rows of a table."""


Other = TypeVar("Other")
"""Whatever else stands between the lines of a page."""


def without_gaps(text: str) -> str:
    """Return text without the spaces that layout puts between figures and Chinese characters."""
    return _DATE_GAPS.sub("", text)


def _edge(lines: Sequence[object]) -> Iterable[int]:
    count = len(lines)
    return sorted({*range(min(_EDGE_LINES, count)), *range(max(0, count - _EDGE_LINES), count)})


def _running_key(text: str) -> str:
    return _DIGITS.sub("#", re.sub(r"\s+", "", text))


def without_running_lines(pages: Sequence[Sequence[Line | Other]]) -> tuple[list[list[Line | Other]], list[str]]:
    """Drop lines that recur at the top or bottom of the pages, figures aside, page numbers and site furniture.

    A search box or a link that a browser printed there would otherwise be joined into the sentence it interrupts.
    Returns the pages and the text of what was dropped.
    """
    edges = [{at: line.text for at in _edge(lines) if isinstance(line := lines[at], Line)} for lines in pages]
    seen = Counter(key for edge in edges for key in {_running_key(text) for text in edge.values()})

    def runs(text: str) -> bool:
        key = _running_key(text)
        least = 2 if key == "#" else 3
        if _LEADERS.search(text):
            return False  # an entry of a table of contents, which cleaning knows
        if _PAGE_NUMBER.match(text) or (len(text) < 100 and ANYWHERE.fullmatch("".join(fold(text).split()))):
            return True
        return seen[key] >= max(least, _RUNNING_SHARE * len(pages))

    kept: list[list[Line | Other]] = []
    dropped: list[str] = []
    for lines, edge in zip(pages, edges, strict=True):
        running = {at for at, text in edge.items() if runs(text)}
        dropped.extend(edge[at] for at in sorted(running))
        kept.append([line for at, line in enumerate(lines) if at not in running])
    return kept, dropped


def paragraphs(lines: Sequence[Line | Ready]) -> list[Block]:
    """Join lines that were broken for want of room.

    Where the layout indents paragraphs, the indent alone tells where one begins, so a full line may end with a
    full stop in mid-paragraph. Elsewhere the end of a sentence ends the block. A hyphen at the end of a line leaves
    :data:`ingest.loaders.hyphenation.BREAK`.
    """
    printed = [line for line in lines if isinstance(line, Line)]
    widths = sorted(display_width(line.text) for line in printed if not _LEADERS.search(line.text)) or [0]
    full = _FULL_LINE * widths[int(0.9 * (len(widths) - 1))]
    indents = sum(line.indented for line in printed) >= 0.08 * len(printed)
    blocks: list[Block] = []
    text, page = "", 0
    previous: Line | None = None

    def close() -> None:
        if text:
            blocks.append(Block(BlockKind.PARAGRAPH, without_gaps(text), page=page))

    opening = False
    for line in lines:
        if not isinstance(line, Line):
            close()
            blocks.extend(line)
            text, previous = "", None
            continue
        broken = (
            previous is None
            or line.indented
            or line.apart
            or starts_item(line.text)
            or display_width(previous.text) + _INDENT * opening < full
            or _LEADERS.search(previous.text) is not None
            or (not indents and ends_sentence(previous.text))
        )
        if broken:
            close()
            text, page = line.text, line.page
        else:
            text = _BROKEN_WORD.sub(BREAK, text) + line.text if _BROKEN_WORD.search(text) else join(text, line.text)
        previous, opening = line, broken
    close()
    return blocks
