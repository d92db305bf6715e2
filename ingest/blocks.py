"""What a loader hands on: a file as a flat list of blocks, before and after cleaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class BlockKind(StrEnum):
    """The role of a block in the page it was read from."""

    HEADING = "heading"
    """Known to be a heading from the format (HTML ``h1``, Markdown ``#``, a Word heading style)."""
    PARAGRAPH = "paragraph"
    TABLE_ROW = "table_row"
    """One row of a table, already written as ``column: cell；column: cell``."""


@dataclass(frozen=True, slots=True)
class Block:
    """One line of a document: no line breaks inside, no white space at the ends.

    ``level`` is the heading level from 1 (outermost), 0 for anything else. ``page`` counts from 1.
    """

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A file as its loader understood it.

    ``title`` is the title the format itself names (HTML ``title``, front matter), if any. ``metadata`` holds
    the facts that the format states in machine-readable form: front-matter keys, HTML ``meta`` names.
    ``repairs`` counts what loader and cleaning changed, by the name of the module that did it; ``samples`` shows some
    of it under the same names: text that was taken out, or ``before → after``. ``unread_pages`` are the pages (from 1)
    that hold an image instead of text; ``ingest.loaders.ocr`` reads them.
    """

    media_type: str
    blocks: tuple[Block, ...]
    title: str | None = None
    metadata: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    repairs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    doubts: tuple[str, ...] = ()
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    unread_pages: tuple[int, ...] = ()


MAX_SAMPLES = 3
"""Samples kept of each repair."""
MAX_SAMPLE_CHARS = 120


def sample(text: str) -> str:
    """Return text short enough to be shown in a report."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_SAMPLE_CHARS else line[: MAX_SAMPLE_CHARS - 1] + "…"
