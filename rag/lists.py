"""Find the lists of a stretch of a document, each with what it is a list of, and choose one for a question."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.domain import Document, MarkKind
from rag.evidence import ANNOUNCED, Evidence, hit_bonuses, title_text, value
from rag.focus import FocusMatcher, told_share
from rag.folding import fold
from rag.forms import announces
from rag.outline import ListItem, enumerator, inline_items, item_number, lines, list_items, run_below
from rag.question import QuestionKind
from rag.spread_lists import spread_list
from rag.table_rows import is_table_line, row_parts
from rag.units import Window

LIST_BONUS = 0.4
"""A list whose heading fits beats a sentence that fits as well, for a question that asks for a list."""
_KIND_BONUS = 0.25
_MOSTLY = 0.5
_ITEM_SHARE = 0.35
"""A word that stands only in the items says less about what they are a list of."""
_BREVITY = 0.05
_ASKED_BY_LEAD = 0.6
"""Without a heading that names the kind, a list answers 怎么… and 谁… only if its heading has this share."""
_NAMED_BY_COUNT = 0.9
"""The question says how many there are (八项工作), and the list has as many; it need not say what they are."""
_WORK = frozenset(
    "工作 重点 主要 任务 举措 措施 做法 行动 工程 方面 安排 事项 要求 卫健委 卫健局 卫生健康局 卫生健康委员会".split()
)
"""What nearly every list of an official text is one of."""
_LONG = 4
_DENIED_LOSS = 0.3
_DENIES = re.compile(r"不[宜适得能可准应予许]|禁[忌止]|暂缓|除外|不(?:属于|包括|纳入|符合|参加)|忌")
_DENIED = re.compile("[不禁忌勿]")
"""A heading that says what is not, where the question asks what is (不宜贴敷的人, 适合贴敷的人)."""
_LEAD_CHARS = 60
_NEXT_LINE = 600
_FEWEST = 2
_KEPT = 4_000


@dataclass(frozen=True, slots=True)
class FoundList:
    """A list and the heading or lead-in line that says what it lists; ``lead``, ``path`` and ``body`` are folded."""

    document: Document
    start: int
    end: int
    items: tuple[ListItem, ...]
    lead: str
    path: tuple[str, ...]
    body: str
    lead_line: tuple[int, int] | None = None
    """Where a lead-in line stands that is plain text and not a heading."""
    count: int = 0
    """Items of the outermost level, garbled ones included."""
    is_table: bool = False
    """The items are rows: facts beside each other, no steps."""


@dataclass(frozen=True, slots=True)
class RankedList:
    """A list and how well it fits a question."""

    found: FoundList
    evidence: Evidence


class ListFinder:
    """Finds the lists of windows and keeps them. Safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, int], tuple[Window, tuple[FoundList, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def lists(self, window: Window) -> tuple[FoundList, ...]:
        """Return the lists of a window, garbled items left out."""
        key = (window.document.document_id, window.start, window.end)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[0] is window:
            return kept[1]
        found = tuple(entry for entry in _lists_of(window) if len(entry.items) >= _FEWEST)
        with self._lock:
            self._kept[key] = (window, found)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def best(self, matcher: FocusMatcher, windows: Sequence[tuple[Window, float]]) -> RankedList | None:
        """Return the list that fits the question best, or None where none can be what was asked for."""
        best: tuple[float, int, RankedList] | None = None
        named = any(matcher.matched(entry.lead) for window, _ in windows for entry in self.lists(window))
        for (window, _), bonus in zip(windows, hit_bonuses(windows), strict=True):
            for entry in self.lists(window):
                ranked = _rank(matcher, entry, bonus, named)
                if ranked is None:
                    continue
                # Of lists that fit alike the narrower one answers: a whole chapter repeats its sections' headings.
                order = (ranked.evidence.rank, entry.start - entry.end)
                if best is None or order > best[:2]:
                    best = (*order, ranked)
        return best[2] if best else None


def _rank(matcher: FocusMatcher, entry: FoundList, bonus: float, named: bool) -> RankedList | None:
    kind = matcher.question.kind
    own = matcher.matched(entry.lead)
    nearest = entry.path[-1] if entry.path else ""
    above = (
        matcher.matched(nearest),
        frozenset[str](),
        matcher.matched(" ".join(entry.path[:-1])),
        matcher.matched(title_text(entry.document)),
    )
    worth, found = value(matcher, own, above)
    announced = announces(kind, entry.lead) or announces(kind, nearest)
    asked = kind is QuestionKind.LIST or announced or matcher.share(own) >= _ASKED_BY_LEAD
    if not asked or (kind is QuestionKind.PROCEDURE and entry.is_table):
        return None
    inside = matcher.matched(entry.body) - found
    counted = _is_counted(matcher, entry, named)
    rank = (
        worth
        + _ITEM_SHARE * matcher.share(inside)
        + _bonus(kind, announced, matcher.share(own))
        + (ANNOUNCED if announced else 0.0)
        + _BREVITY * matcher.share(own) * told_share(own, entry.lead)
        + bonus
        + (_NAMED_BY_COUNT if counted else 0.0)
        - (_DENIED_LOSS if _DENIES.search(entry.lead) and not _DENIED.search(matcher.question.folded) else 0.0)
    )
    # What stands in the items alone is no proof that they are a list of it, unless the heading says of what kind they
    # are: the confidence counts it as near by.
    proven = found | inside if announced or counted else found
    if counted:
        proven |= matcher.weights.keys() & _WORK
    evidence = Evidence(
        entry.document,
        entry.start,
        entry.end,
        matcher.share(proven),
        rank,
        matcher.share(own),
        proven,
        announced=announced,
    )
    return RankedList(entry, evidence)


def _is_counted(matcher: FocusMatcher, entry: FoundList, named: bool) -> bool:
    """True for the list that has as many items as the question says, or, where it asks for nothing but work, for a long one.

    ``named``: some list's heading has words of the question; then that is meant and not the long one.
    """
    if matcher.question.kind is not QuestionKind.LIST or entry.is_table:
        return False
    if matcher.asked_count:
        return entry.count == matcher.asked_count
    return not named and entry.count >= _LONG and matcher.weights.keys() <= _WORK


def _bonus(kind: QuestionKind, announced: bool, told: float) -> float:
    if kind is QuestionKind.LIST:
        return LIST_BONUS * min(1.0, told / _MOSTLY)
    if kind is QuestionKind.MATERIALS and announced:
        return LIST_BONUS
    return _KIND_BONUS if announced or told else 0.0


def _lists_of(window: Window) -> Iterator[FoundList]:
    document = window.document
    title = fold(document.title)
    inside = [s for s in document.sections if window.start <= s.start < window.end and not is_table_line(s.heading)]
    for section in inside:
        body = document.text.find("\n", section.start, section.end)
        # A list of all that a document has answers no question about a part of it.
        if body > 0 and fold(section.heading) not in title:
            end = min(section.end, window.end)
            path = tuple(map(fold, section.path[:-1]))
            yield _found(document, (body, end), fold(section.heading), path, _lead_line(document, body, end))
    for start, end in lines(document.text, window.start, window.end):
        line = document.text[start:end]
        path = tuple(map(fold, document.section_path_at(start)))
        if line[-1] in "：:" or _precedes_list(document.text, line, end, window.end):
            run = (end, run_below(document.text, end, window.end))
            lead_line = (start, end) if line[-1] in "：:" and _is_plain(document, (start, end)) else None
            yield _found(document, run, fold(line[-_LEAD_CHARS:]), path, lead_line)
        inline = inline_items(document.text, start, end)
        if inline:
            lead = document.text[start : inline[0].start]
            yield _found(document, (start, end), fold(lead[-_LEAD_CHARS:]), path, None)
        spread = spread_list(document.text, start, end, window.end)
        if spread is not None:
            lead = fold(document.text[spread.start : spread.lead_end][-_LEAD_CHARS:])
            yield _of_items(document, (start, spread.items[-1].end), spread.items, lead, path, None)
    if not inside:
        yield _found(document, (window.start, window.end), "", (), None)


def _precedes_list(text: str, line: str, end: int, stop: int) -> bool:
    """True for a paragraph without a number whose next line is the first of a list: it says what the list is of."""
    following = next(lines(text, end, min(stop, end + _NEXT_LINE)), None)
    return following is not None and enumerator(line) is None and item_number(text[following[0] : following[1]]) == 1


def _found(
    document: Document, span: tuple[int, int], lead: str, path: tuple[str, ...], lead_line: tuple[int, int] | None
) -> FoundList:
    items = list_items(document.text, *span) or _children_or_rows(document, *span)
    return _of_items(document, span, items, lead, path, lead_line)


def _of_items(
    document: Document,
    span: tuple[int, int],
    items: Sequence[ListItem],
    lead: str,
    path: tuple[str, ...],
    lead_line: tuple[int, int] | None,
) -> FoundList:
    count = sum(item.level == 0 for item in items)
    garbled = [mark for mark in document.marks if mark.kind is MarkKind.GARBLED]
    items = [item for item in items if not any(mark.start < item.end and item.start < mark.end for mark in garbled)]
    body = fold("\n".join(document.text[item.start : item.end] for item in items))
    is_table = all(_is_row(document.text[item.start : item.end]) for item in items)
    return FoundList(document, *span, tuple(items), lead, path, body, lead_line, count, is_table)


def _lead_line(document: Document, start: int, end: int) -> tuple[int, int] | None:
    """Return the first line of a section's body if it announces the list below it."""
    first = next(lines(document.text, start, end), None)
    return first if first and document.text[first[1] - 1] in "：:" and _is_plain(document, first) else None


def _is_plain(document: Document, line: tuple[int, int]) -> bool:
    """True for a line that is neither a heading nor an item itself."""
    heading = any(section.start == line[0] for section in document.sections)
    return not heading and enumerator(document.text[line[0] : line[1]]) is None


def _children_or_rows(document: Document, start: int, end: int) -> list[ListItem]:
    """The deeper sections of a section are its items where nothing is numbered; so are the rows of a table."""
    inner = [s for s in document.sections if start <= s.start and s.end <= end and not is_table_line(s.heading)]
    if len(inner) >= _FEWEST:
        level = min(section.level for section in inner)
        heads = [section for section in inner if section.level == level]
        return [ListItem(head.start, _line_end(document.text, head.start), 0) for head in heads]
    spans = [(a, b) for a, b in lines(document.text, start, end) if _is_row(document.text[a:b])]
    return [ListItem(a, b, 0) for a, b in spans]


def _is_row(line: str) -> bool:
    return is_table_line(line) or bool(row_parts(line))


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
