"""Cut documents into the units that can answer a question: sentences, list items, table rows, lead-in lines.

A unit knows the headings and the lead-in line or table header above it, because Chinese official texts put the
subject there and only the predicate below. Nothing here depends on a question, so the work is kept for each document.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.domain import Chunk, Document, MarkKind
from rag.folding import fold
from rag.outline import enumerator, lines, sentences, without_enumerator
from rag.table_rows import is_header_line, is_table_line, row_parts

_QUESTION_LINE = re.compile(r"[?？]\s*$|^(?:问|Q)\s*[:：]", re.IGNORECASE)
# On folded text, where the colon is ASCII.
_PREAMBLE = re.compile(
    r"如下[。:]?$|^(?:第一条 )?为了?(?!.{0,12}(?:提供|办理)).{6,}(?:制定本|通知|如下)|印发给你们|本文.{0,4}介绍|^附件|^按照《|负责解释|"
    r"(?:制定|适用)本(?:办法|方案|规定|条例|规划)"
)
_STUB = re.compile(
    r"^(?:\d{4}年\d{1,2}月\d{1,2}日|.{2,30}(?:局|委员会|政府|办公室|医院|中心|委)|[^，。；]{1,12}〔\d{4}〕\d+号|[(（]?记者.{0,12}|(?:分享|来源|作者|责任编辑|打印|字体)[:：].*)$"
)
"""Signatures, dates and page furniture on lines of their own."""
_SALUTATION = re.compile(r"^(?:各|尊敬的|广大).{1,80}[：:]$")
_COUNTS = re.compile(r"[一二两三四五六七八九十\d]+[项条个大类种]")
_CONTENTS = 3
"""Headings that a sentence names to be one that tells the contents, each of 2 to 12 characters."""
_HEADING_FROM, _HEADING_TO = 2, 12
_LONGEST_QUESTION = 80
_WHOLE = 8_000
"""Documents up to this many characters are read whole; of longer ones, the neighbourhood of each hit."""
_AROUND = 1_500
"""Characters read on each side of a hit in a long document."""
_KEPT = 4_000
"""Stretches whose units are kept in memory."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of a document, ``text[start:end]``, with what stands above it; all texts are folded."""

    start: int
    end: int
    line_start: int
    line_end: int
    folded: str
    path: tuple[str, ...]
    """Headings, outermost first."""
    lead: str
    """The lead-in line of the list, or the header line of the table."""
    is_row: bool
    is_item: bool
    is_lead: bool
    preamble: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a document that is read for an answer."""

    document: Document
    start: int
    end: int
    units: tuple[Unit, ...]


class UnitReader:
    """Reads stretches of documents as units and keeps them. Safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, int], Window] = OrderedDict()
        self._lock = threading.Lock()

    def window(self, document: Document, chunk: Chunk) -> Window:
        """Return what to read of a document for a chunk that was hit."""
        start, end = _bounds(document, chunk)
        key = (document.document_id, start, end)
        with self._lock:
            found = self._kept.get(key)
        if found is None or found.document is not document:
            found = Window(document, start, end, tuple(_units(document, start, end)))
            with self._lock:
                self._kept[key] = found
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return found


def _bounds(document: Document, chunk: Chunk) -> tuple[int, int]:
    size = len(document.text)
    if size <= _WHOLE:
        return 0, size
    # On a grid, so that neighbouring hits share what was read; a line that the grid cuts belongs to neither.
    start = max(0, (chunk.start - _AROUND) // _AROUND * _AROUND)
    end = min(size, (chunk.end // _AROUND + 2) * _AROUND)
    first, last = document.text.find("\n", start, chunk.start), document.text.rfind("\n", chunk.end, end)
    return (first + 1 if start and first >= 0 else start), (last if end < size and last >= 0 else end)


class _Reading:
    """The context above the line that is being read."""

    def __init__(self) -> None:
        self.path: tuple[str, ...] = ()
        self.asked = ""
        self.lead = ""
        self.family: str | None = None
        self.table = ""

    def enter(self, path: tuple[str, ...]) -> None:
        self.path, self.asked, self.lead, self.family, self.table = path, "", "", None, ""


def _units(document: Document, start: int, end: int) -> Iterator[Unit]:
    reading = _Reading()
    reading.enter(_true_path(document.section_path_at(start)))
    garbled = [(mark.start, mark.end) for mark in document.marks if mark.kind is MarkKind.GARBLED]
    sections = {section.start: section for section in document.sections if start <= section.start < end}
    for first, last in lines(document.text, start, end):
        line = document.text[first:last]
        if any(a < last and first < b for a, b in garbled) and len(line) < 400:
            continue
        section = sections.get(first)
        if section is not None and not is_table_line(line):
            if is_header_line(line):
                reading.table = fold(line)
                continue
            reading.enter(_true_path(section.path))
            if line[-1] in "：:":
                reading.lead = fold(line)
            if _COUNTS.search(line) or line[-1] in "：:":
                yield _unit(document, (first, last), (first, last), reading, lead=True)
            continue
        yield from _of_line(document, (first, last), reading, garbled)


def _true_path(path: Sequence[str]) -> tuple[str, ...]:
    """Headings without table lines that a layout took for headings."""
    return tuple(fold(heading) for heading in path if not is_table_line(heading) and not is_header_line(heading))


def _of_line(
    document: Document, span: tuple[int, int], reading: _Reading, garbled: list[tuple[int, int]]
) -> Iterator[Unit]:
    first, last = span
    line = document.text[first:last]
    if _QUESTION_LINE.search(line) and len(line) < _LONGEST_QUESTION:
        reading.asked, reading.lead, reading.family = fold(line), "", None
        return
    if _STUB.match(line) or _SALUTATION.match(line):
        return
    if is_table_line(line) and (reading.table or not enumerator(line)):
        yield _unit(document, span, span, reading, row=True)
        return
    if is_header_line(line):
        reading.table = fold(line)
        return
    if row_parts(line):
        yield _unit(document, span, span, reading, row=True)
        return
    found = enumerator(line)
    family = found.family if found else None
    if reading.lead and reading.family is not None and family != reading.family:
        reading.lead, reading.family = "", None
    if line[-1] in "：:":
        yield _unit(document, span, span, reading, lead=True)
        reading.lead, reading.family = fold(line), None
        return
    if reading.lead and reading.family is None:
        reading.family = family or "plain"
    for start, end in sentences(document.text, first, last):
        if not any(a < end and start < b for a, b in garbled):
            yield _unit(document, (start, end), span, reading, item=family is not None)
    if reading.family == "plain" and line[-1] != "；":
        reading.lead, reading.family = "", None


def _is_preamble(document: Document, line_start: int, folded: str) -> bool:
    return (
        document.text.startswith(("本文", "本页"), line_start)
        or bool(_PREAMBLE.search(folded))
        or _tells_contents(document, folded)
    )


def _tells_contents(document: Document, folded: str) -> bool:
    """True for a sentence that names several headings of its document one after the other: it says what follows."""
    return sum(heading in folded for heading in _short_headings(document)) >= _CONTENTS


@lru_cache(maxsize=_KEPT)
def _headings_of(headings: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        heading
        for heading in (fold(without_enumerator(one)) for one in headings)
        if _HEADING_FROM <= len(heading) <= _HEADING_TO
    )


def _short_headings(document: Document) -> frozenset[str]:
    return _headings_of(
        tuple(section.heading for section in document.sections if len(section.heading) <= 2 * _HEADING_TO)
    )


def _unit(
    document: Document,
    span: tuple[int, int],
    line: tuple[int, int],
    reading: _Reading,
    *,
    row: bool = False,
    item: bool = False,
    lead: bool = False,
) -> Unit:
    folded = fold(document.text[span[0] : span[1]])
    path = (*reading.path, reading.asked) if reading.asked else reading.path
    above = reading.table if row and reading.table else reading.lead
    return Unit(span[0], span[1], *line, folded, path, above, row, item, lead, _is_preamble(document, line[0], folded))
