"""Find the heading tree of a document and lay its blocks out as one text.

Web pages and plain text carry no heading marks, so headings are recognised by form: short lines that do not end
as a sentence does and that stand above something. A numbered line is a heading only if more than its own list
follows it; otherwise it is a list item and stays with its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.blocks import Block, BlockKind
from rag.domain import PageStart, Section
from rag.outline import ends_openly, enumerator, without_enumerator

_ALWAYS_HEADING = frozenset({"part", "chapter", "division"})
_NEVER_HEADING = frozenset({"article", "ordinal", "bullet"})
_LONGEST_NUMBERED_HEADING = 40
_LONGEST_PLAIN_HEADING = 22
_LONGEST_LABEL = 8
_SHORTEST_BODY = 15
_DATE_OR_FIGURE = re.compile(r"^[\d零〇一二三四五六七八九十年月日号\-—./:：\s（）()第页共]+$")
_FIGURE_CELL = re.compile(r"(?<=\S )\d[\d.,]*[%‰]?(?:以[上下内])?(?= |$)")
"""A bare figure between spaces is a cell: the line is a row of a table that a PDF gave as plain text."""
_CLAUSES = re.compile(r"[，,：:]")
"""An unnumbered line of several clauses is a sentence without its full stop, not a heading."""
_NOT_IN_HEADINGS = re.compile(r"[。；;！!？?]|https?://|www\.")


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A document's text, its sections, and where each page of the original begins."""

    text: str
    sections: tuple[Section, ...]
    pages: tuple[PageStart, ...] = ()


def lay_out(blocks: Sequence[Block]) -> LaidOut:
    """Join blocks to a text, one block a line, and return it with its sections in reading order."""
    text = "\n".join(block.text for block in blocks)
    offsets = [0]
    for block in blocks:
        offsets.append(offsets[-1] + len(block.text) + 1)
    numbering = _Numbering(blocks)
    sections: list[Section] = []
    stack: list[tuple[str, int, str, int]] = []  # family, level, heading, start

    def close(down_to: int, end: int) -> None:
        while len(stack) > down_to:
            path = tuple(entry[2] for entry in stack)
            _, _, _, start = stack.pop()
            sections.append(Section(path, len(path), start, end))

    for position, block in enumerate(blocks):
        family = _heading_family(blocks, position, numbering)
        if family is None:
            continue
        start = offsets[position]
        close(_depth_of(stack, family, block.level), start)
        heading = without_enumerator(block.text) or block.text
        stack.append((family, block.level, heading, start))
    close(0, len(text))
    sections.sort(key=lambda section: (section.start, section.level))
    return LaidOut(text, tuple(sections), _page_starts(blocks, offsets))


def _page_starts(blocks: Sequence[Block], offsets: Sequence[int]) -> tuple[PageStart, ...]:
    starts: list[PageStart] = []
    for block, start in zip(blocks, offsets, strict=False):
        if block.page is not None and (not starts or starts[-1].page != block.page):
            starts.append(PageStart(start, block.page))
    return tuple(starts)


def _depth_of(stack: Sequence[tuple[str, int, str, int]], family: str, level: int) -> int:
    """How many open headings stay open above a new one."""
    for depth, (open_family, open_level, _, _) in enumerate(stack):
        if family == "marked":
            if open_family != "marked" or open_level >= level:
                return depth
        elif open_family == family:
            return depth
    return len(stack)


def _heading_family(blocks: Sequence[Block], position: int, numbering: _Numbering) -> str | None:
    """Return the family of the heading at ``position``, or None where no heading stands."""
    block = blocks[position]
    found = numbering.found[position]
    if block.kind is BlockKind.HEADING:
        # A page that marks headings may use one level for 一、 and （一） alike: the numbers then say more.
        return "marked" if found is None or block.level else found.family
    if block.kind is BlockKind.TABLE_ROW:
        return None
    if found is None:
        return "plain" if _is_plain_heading(blocks, position, numbering) else None
    if (
        len(block.text) > _LONGEST_NUMBERED_HEADING
        or _NOT_IN_HEADINGS.search(block.text)
        or not ends_openly(block.text)
    ):
        return None
    heads = found.family in _ALWAYS_HEADING or (
        found.family not in _NEVER_HEADING and _stands_above_something(blocks, position, found.family, numbering)
    )
    return found.family if heads else None


def _stands_above_something(blocks: Sequence[Block], position: int, family: str, numbering: _Numbering) -> bool:
    following = blocks[position + 1] if position + 1 < len(blocks) else None
    if following is None or following.kind is BlockKind.HEADING:
        return False
    if following.kind is BlockKind.TABLE_ROW:
        return True
    next_found = numbering.found[position + 1]
    if next_found is not None:
        return next_found.family != family and not numbering.closes(position, family, next_found.family)
    return len(following.text) >= _SHORTEST_BODY or not ends_openly(following.text)


class _Numbering:
    """The enumerators of a document's blocks, and which family was seen where; made in one pass."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.found = [enumerator(block.text) for block in blocks]
        self._first: dict[str, int] = {}
        self._first_neighbours: dict[frozenset[str], tuple[int, str]] = {}
        """Where two families first followed each other, and which of them stood above."""
        previous: str | None = None
        for position, found in enumerate(self.found):
            if found is None:
                continue
            self._first.setdefault(found.family, position)
            if previous is not None:
                self._first_neighbours.setdefault(frozenset((previous, found.family)), (position, previous))
            previous = found.family

    def closes(self, position: int, own: str, family: str) -> bool:
        """True if ``family`` was in use before the list that ends at ``position`` began: its return ends that list."""
        if self._first.get(family, position) >= position:
            return False
        # Where the other family stood directly above, it is the parent list, not a deeper one.
        at, above = self._first_neighbours.get(frozenset((own, family)), (position, ""))
        return not (at < position and above == own)


def _is_plain_heading(blocks: Sequence[Block], position: int, numbering: _Numbering) -> bool:
    line = blocks[position].text
    if (
        blocks[position].kind is BlockKind.TABLE_ROW
        or position + 1 >= len(blocks)
        or len(line) < 2
        or _NOT_IN_HEADINGS.search(line)
        or _DATE_OR_FIGURE.match(line)
        or _FIGURE_CELL.search(line)
    ):
        return False
    following = blocks[position + 1]
    below = following.kind is BlockKind.TABLE_ROW or (
        following.kind is BlockKind.PARAGRAPH
        and (numbering.found[position + 1] is not None or len(following.text) >= _SHORTEST_BODY)
    )
    if not below:
        return False
    if line[-1] in "：:":
        return len(line) <= _LONGEST_LABEL and (
            following.kind is BlockKind.TABLE_ROW or numbering.found[position + 1] is not None
        )
    if (
        position
        and blocks[position - 1].text.endswith(("：", ":"))
        and blocks[position - 1].kind is BlockKind.PARAGRAPH
    ):
        return False
    return len(line) <= _LONGEST_PLAIN_HEADING and ends_openly(line) and not _CLAUSES.search(line)
