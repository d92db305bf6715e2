"""Read a list that begins inside a paragraph and goes on in the paragraphs below (…的举措：一是…。 / 二是… / 三是…)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.outline import ListItem, lines

_HAN = "一二三四五六七八九十"
_MARK = re.compile(rf"(?<![^\s。；;：:，,！!？?）)”])(?:([{_HAN}]{{1,2}})[是要]|[（(]([{_HAN}]{{1,2}})[）)])")
_FIRST = re.compile(r"[：:。；;]\s*(?=一是|一要|[（(]一[）)])")
_ORDER = {numeral: n for n, numeral in enumerate("一 二 三 四 五 六 七 八 九 十 十一 十二".split(), start=1)}
_LONGEST_LEAD = 120
_SKIPPED = 2
"""Lines between two items that may be something else: a picture's words, a title printed again, an item's second paragraph."""
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class SpreadList:
    """The lead ``text[start:lead_end]`` in front of the first item, and the items, each within its own line."""

    start: int
    lead_end: int
    items: tuple[ListItem, ...]


def spread_list(text: str, start: int, end: int, stop: int) -> SpreadList | None:
    """Return the list that begins inside the line ``text[start:end]`` and has items in lines below it, up to ``stop``.

    None where no numbering begins inside the line, or all of it stands in the line.
    """
    first = _FIRST.search(text, start, min(end, start + _LONGEST_LEAD))
    if first is None:
        return None
    marks = [(position, end) for position in _continued(text, first.end(), end, 1)]
    within, skipped = len(marks), 0
    for begin, last in lines(text, end, stop):
        found = _continued(text, begin, last, len(marks) + 1)
        if not found or found[0] != begin:
            skipped += 1
            if skipped > _SKIPPED:
                break
            continue
        skipped = 0
        marks += [(position, last) for position in found]
    if len(marks) == within or len(marks) < _FEWEST:
        return None
    nexts = [*(position for position, _ in marks[1:]), stop]
    items = tuple(
        ListItem(position, position + len(text[position : min(following, last)].rstrip()), 0)
        for (position, last), following in zip(marks, nexts, strict=True)
    )
    return SpreadList(start, first.end(), items)


def _continued(text: str, start: int, end: int, number: int) -> list[int]:
    """Return where the items number, number + 1 … begin in a stretch of text."""
    found: list[int] = []
    for match in _MARK.finditer(text, start, end):
        numeral = match[1] or match[2]
        if _ORDER.get(numeral) == number + len(found):
            found.append(match.start())
    return found
