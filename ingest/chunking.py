"""Cut a document into chunks that never leave their section.

Lines are kept whole while they fit, so that list items stay together; a long paragraph is cut between sentences,
and only a sentence above the maximum is cut inside. A heading travels with what stands below it: on its own it
would be found and say nothing.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.domain import Chunk, Section
from rag.outline import lines, sentences
from rag.settings import ChunkingSettings


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The part of a text that belongs to one innermost section."""

    path: tuple[str, ...]
    start: int
    end: int


def chunk_document(document_id: str, text: str, sections: Sequence[Section], settings: ChunkingSettings) -> list[Chunk]:
    """Return the chunks of a text in reading order; together they cover every line of it."""
    spans: list[tuple[tuple[str, ...], int, int]] = []
    beginnings = {(section.start, section.path) for section in sections}
    pending: int | None = None
    for stretch in _stretches(text, sections):
        pieces = list(_pieces(text, stretch, settings))
        if not pieces:
            continue
        # Nothing but the heading line of its section, with deeper sections to come.
        if (
            len(pieces) == 1
            and stretch.path
            and "\n" not in text[stretch.start : pieces[0][1]].strip()
            and (stretch.start, stretch.path) in beginnings
            and len(list(lines(text, stretch.start, stretch.end))) == 1
        ):
            pending = pieces[0][0] if pending is None else pending
            continue
        if pending is not None and pieces[0][1] - pending > settings.max_chars:
            spans.append((_path_at(sections, pending, stretch.start), pending, stretch.start - 1))
            pending = None
        for n, (start, end) in enumerate(pieces):
            spans.append((stretch.path, pending if n == 0 and pending is not None else start, end))
        pending = None
    if pending is not None:
        spans.append((_path_at(sections, pending, len(text)), pending, len(text.rstrip())))
    return [
        Chunk(f"{document_id}:{n}", document_id, n, path, start, end, text[start:end])
        for n, (path, start, end) in enumerate(spans)
    ]


def chunk_digest(title: str, chunk: Chunk) -> str:
    """Return the digest of everything that a chunk's vector depends on beside the model."""
    return hashlib.sha256("\x1f".join((title, *chunk.section, chunk.text)).encode()).hexdigest()


def embedding_text(title: str, chunk: Chunk) -> str:
    """Return what is embedded for a chunk: where it stands, then its words."""
    return " ".join((title, *chunk.section, chunk.text)) if title else " ".join((*chunk.section, chunk.text))


def _stretches(text: str, sections: Sequence[Section]) -> Iterator[_Stretch]:
    """Yield the innermost stretches in order, in one sweep: of the sections open at a place the deepest is its own."""
    boundaries = sorted({edge for section in sections for edge in (section.start, section.end)} | {0, len(text)})
    coming = sorted(sections, key=lambda section: section.start)
    is_open: list[Section] = []
    n = 0
    for start, end in pairwise(boundaries):
        is_open = [section for section in is_open if section.end > start]
        while n < len(coming) and coming[n].start <= start:
            if coming[n].end > start:
                is_open.append(coming[n])
            n += 1
        yield _Stretch(max((section.path for section in is_open), key=len, default=()), start, end)


def _path_at(sections: Sequence[Section], start: int, end: int) -> tuple[str, ...]:
    """Return the headings of headings that stand alone: those of the last section that begins among them."""
    last = bisect_left(sections, end, key=lambda section: section.start) - 1
    return sections[last].path if last >= 0 and sections[last].start >= start else ()


def _pieces(text: str, stretch: _Stretch, settings: ChunkingSettings) -> Iterator[tuple[int, int]]:
    start: int | None = None
    end = stretch.start
    for first, last in _units(text, stretch, settings.max_chars):
        full = start is not None and last - start > settings.target_chars and end - start > settings.target_chars // 4
        if start is not None and (full or last - start > settings.max_chars):
            yield start, end
            start = None
        if start is None:
            start = first
        end = last
        if end - start > settings.target_chars:
            yield start, end
            start = None
    if start is not None:
        yield start, end


def _units(text: str, stretch: _Stretch, max_chars: int) -> Iterator[tuple[int, int]]:
    """Yield the smallest stretches that may be parted: lines, sentences of long lines, cuts of long sentences."""
    for first, last in lines(text, stretch.start, stretch.end):
        if last - first <= max_chars // 2:
            yield first, last
            continue
        for begin, stop in sentences(text, first, last):
            for cut in range(begin, stop, max_chars):
                yield cut, min(cut + max_chars, stop)
