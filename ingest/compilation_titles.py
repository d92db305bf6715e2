"""Find the title lines in a file that could begin a document of its own, with what stands around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from ingest.blocks import Block, BlockKind
from ingest.metadata_issuer import is_organisation, issuer_in_title
from ingest.metadata_number import NUMBER, number_on_line
from rag.folding import simplify
from rag.regions import COUNTRY_CODE, Gazetteer

_TITLE_CHARS = 90
_LINE_CHARS = 40
_TITLE_LINES = 4
_NEAR = 3
"""Lines between a title and its number or salutation at most."""

_GENRE_END = re.compile(
    r"(?:通知|公告|通告|办法|意见|决定|批复|规划|计划|方案|纲要|条例|规定|细则|函|要点|措施|预案)(?:[（(][^（）()]{1,24}[）)])?$"
)
_NO_TITLE = re.compile(
    r"[。；;！!？?：:，,]|^[（(]?[一二三四五六七八九十\d]+[）)、.．\s]|^第[一二三四五六七八九十\d]+[章条节]|^附[件表录]|\.{3}|…"
)
_ANNEX = re.compile(r"^附\s*[件表录]\s*[一二三四五六七八九十\d]*\s*[:：]?$")
_SALUTATION = re.compile(r"^[^。；]{2,120}[:：]$")
_OPEN_LINE = re.compile(r"关于.*[^。]$|(?:印发|转发|的|和|与|及|《[^》]*)$")
_LETTERHEAD = re.compile(r"^[\u4e00-\u9fff（）()、\s]{4,40}文\s?件$")


@dataclass(frozen=True, slots=True)
class TitleLine:
    """A title in the file and what stands around it."""

    start: int
    """First block that belongs to the part: the letterhead or number above the title, or the title."""
    end: int
    """The block behind the title."""
    title: str
    number: str | None
    issuer: str | None
    place: str | None
    leads_with_place: bool
    salutation: bool


def find_title_lines(blocks: Sequence[Block], gazetteer: Gazetteer) -> list[TitleLine]:
    """Return every line that reads like the title of an official paper and is no annex, in order, with its surroundings."""
    found: list[TitleLine] = []
    for at, block in enumerate(blocks):
        if len(block.text) > _TITLE_CHARS or block.kind is BlockKind.TABLE_ROW:
            continue
        if _is_no_title(block.text):
            continue
        first = _first_line(blocks, at)
        title = "".join(line.text for line in blocks[first : at + 1])
        above = first
        while above > 0 and first - above < _NEAR and _is_letterhead(blocks[above - 1].text):
            above -= 1
        if len(title) > _TITLE_CHARS * 2 or (above > 0 and _ANNEX.match(simplify(blocks[above - 1].text))):
            continue
        below = list(takewhile(_is_no_title, (line.text for line in blocks[at + 1 : at + 1 + _NEAR])))
        number = next(
            (n for line in (*(b.text for b in blocks[above:first]), *below) if (n := number_on_line(line))), None
        )
        mentions = gazetteer.mentions(simplify(title))
        region = gazetteer.resolve(title)
        found.append(
            TitleLine(
                start=above,
                end=at + 1,
                title=title,
                number=number,
                issuer=issuer_in_title(title),
                place=region.name if region is not None and region.code != COUNTRY_CODE else None,
                leads_with_place=bool(mentions) and mentions[0].start == 0,
                salutation=any(_SALUTATION.match(line) for line in below),
            )
        )
    return found


def _is_no_title(line: str) -> bool:
    return not _GENRE_END.search(simplify(line)) or not _could_be_title_line(line)


def _could_be_title_line(line: str) -> bool:
    return len(line) >= 4 and not _NO_TITLE.search(simplify(line)) and not NUMBER.search(line)


def _first_line(blocks: Sequence[Block], last: int) -> int:
    """Return where a title begins that was set over several centred lines and ends at ``last``."""
    first = last
    while first > 0 and last - first < _TITLE_LINES - 1:
        upper = blocks[first - 1]
        if len(upper.text) > _LINE_CHARS or upper.kind is BlockKind.TABLE_ROW or not _could_be_title_line(upper.text):
            break
        opens = _OPEN_LINE.search(simplify(upper.text)) and not _GENRE_END.search(simplify(upper.text))
        names_issuer = blocks[first].text.startswith(("关于", "關於", "印发", "印發", "转发")) and is_organisation(
            upper.text
        )
        if not (opens or names_issuer):
            break
        first -= 1
    return first


def _is_letterhead(line: str) -> bool:
    return number_on_line(line) is not None or _LETTERHEAD.match(simplify(line)) is not None
