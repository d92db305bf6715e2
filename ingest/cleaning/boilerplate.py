"""Take out the lines that belong to the page and not to the document."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from ingest.blocks import Block, BlockKind
from ingest.cleaning.bulk import fold_lines
from ingest.cleaning.contents_lists import find_contents_lists
from ingest.cleaning.site_phrases import (
    ANYWHERE,
    AT_EDGE,
    HINT,
    LONG_MENU,
    MENU_STARTS,
    SHORT_MENU,
    TAIL_OPENER,
    is_source_line,
)

_EDGE_LINES = 40
_TOP_LINES = 8
_LONGEST = 220
"""No pattern covers a longer line; paragraphs of the text are not even tried."""

_KEPT_IN_TAIL = re.compile(
    r"(?:附件|附表|附录|附:|\(?此件|抄送|联系(?:人|电话)|.{2,30}(?:委员会|人民政府|办公室|局|厅|院)$|(?:19|20)\d\d年)"
)
_TAIL_SHARE = 0.2
_TAIL_CHARS = 600
_NAMED_TITLE = re.compile(r"(?:标题|名称|信息名称|文件名称):")
_BREADCRUMB = re.compile(r".{0,12}位置(?:是)?:.*|(?:网站)?首页[>»›].*")


def _reads_like_text(line: str) -> bool:
    """Tell whether a line is prose of the document: long, or a whole sentence."""
    return len(line) >= 80 or (len(line) >= 25 and line.endswith(("。", "；", ";", "：")))


def _edges(lines: Sequence[str], squeezed: Sequence[str], furniture: set[int]) -> tuple[int, int]:
    """Return where the head ends and the tail begins, both outside the first and last line of prose."""
    prose = [
        at
        for at, line in enumerate(lines)
        if at not in furniture
        and _reads_like_text(line)
        and not (len(line) <= _LONGEST and len(lines) - at <= _TOP_LINES and AT_EDGE.fullmatch(squeezed[at]))
    ]
    first = prose[0] if prose else len(lines)
    last = prose[-1] if prose else -1
    return min(first, _EDGE_LINES), max(last + 1, len(lines) - _EDGE_LINES)


def _hinted(squeezed: Sequence[str]) -> list[int]:
    """Return the lines that hold a word of the site's furniture and are short enough for a pattern, in order."""
    starts = list(accumulate((len(line) + 1 for line in squeezed), initial=0))
    found = dict.fromkeys(bisect_right(starts, match.start()) - 1 for match in HINT.finditer("\n".join(squeezed)))
    return [at for at in found if len(squeezed[at]) <= _LONGEST]


def _tail_start(lines: Sequence[str], squeezed: Sequence[str], hinted: Sequence[int], furniture: set[int]) -> int:
    """Return where the page ends for its reader: everything below the first repost or comment line is furniture.

    Only if little is left below and none of it reads like the document, for several documents may share a page.
    """
    total = sum(map(len, lines))
    for at in hinted:
        if not TAIL_OPENER.fullmatch(squeezed[at]):
            continue
        below = [lines[later] for later in range(at + 1, len(lines)) if later not in furniture]
        size = sum(map(len, below))
        if size <= min(_TAIL_CHARS, _TAIL_SHARE * total) and not any(map(_reads_like_text, below)):
            return at
    return len(lines)


def _names_of_sections(squeezed: Sequence[str]) -> set[int]:
    """Return short lines above the breadcrumb that the breadcrumb names: the site's section, not the title."""
    for at, line in enumerate(squeezed[:_EDGE_LINES]):
        if len(line) <= _LONGEST and _BREADCRUMB.fullmatch(line):
            return {above for above in range(at) if 0 < len(squeezed[above]) <= 12 and squeezed[above] in line}
    return set()


def find_boilerplate(blocks: Sequence[Block]) -> set[int]:
    """Return the indexes of the blocks that belong to the page.

    Wording decides; for wording that a document could use too, the position above or below all prose decides.
    """
    lines = [block.text for block in blocks]
    folded = fold_lines(lines)
    squeezed = ["".join(line.split()) for line in folded]
    found = find_contents_lists(squeezed) | _names_of_sections(squeezed)
    hinted = _hinted(squeezed)
    found.update(at for at in hinted if ANYWHERE.fullmatch(squeezed[at]))
    found.update(
        at
        for at, line in enumerate(squeezed)
        if line[:1] in MENU_STARTS and len(line) <= _LONGEST and LONG_MENU.fullmatch(line)
    )
    head, tail = _edges(lines, squeezed, found)
    end = _tail_start(lines, squeezed, hinted, found)
    own_lines = 0
    for at, line in enumerate(squeezed):
        edge = at < head or at >= tail
        if at in found:
            continue
        own_lines += 1
        if len(line) > _LONGEST or not (edge or at < _TOP_LINES):
            continue
        if blocks[at].kind is BlockKind.HEADING and not (at >= tail and AT_EDGE.fullmatch(line)):
            continue
        furniture = edge and (AT_EDGE.fullmatch(line) or SHORT_MENU.fullmatch(line))
        if furniture or is_source_line(folded[at], top=at < head and own_lines <= _TOP_LINES, edge=edge):
            found.add(at)
    found.update(at for at in range(head) if _NAMED_TITLE.match(squeezed[at]) and found & {at - 1, at + 1})
    found.update(at for at in range(end, len(lines)) if not _KEPT_IN_TAIL.match(squeezed[at]))
    return found


def remove_boilerplate(blocks: Sequence[Block]) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """Return the document's own blocks and the text of the lines taken out, both in order.

    Date and source lines are among those taken out; metadata is read from them.
    """
    found = find_boilerplate(blocks)
    kept = tuple(block for at, block in enumerate(blocks) if at not in found)
    return kept, tuple(block.text for at, block in enumerate(blocks) if at in found)
