"""What a file said before it was tidied, line by line against what is kept of it: nothing was changed unseen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.isolation import Caps, Job, ParsingPool
from ingest.line_changes import LineChange, line_changes
from ingest.loaders import load_bytes
from ingest.loaders.limits import Limits
from rag.domain import Document
from rag.errors import NotAvailableError, SourceError
from rag.generations import DataLayout
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class _RawTask:
    source: str
    original: str
    limits: Limits


def _raw_lines(task: _RawTask) -> tuple[str, ...]:
    loaded = load_bytes(task.source, Path(task.original).read_bytes(), task.limits)
    return tuple(line for block in loaded.blocks for line in block.text.split("\n") if line.strip())


def changes_by_cleaning(settings: Settings, document: Document) -> tuple[LineChange, ...]:
    """Return the lines that differ between what the loader reads of the original and the document's text.

    The original is read by a child process with the caps of the ingest; what the reader of a format leaves out before
    (navigation of a web page, hidden text) is not among the lines, only among the samples of its report. Lines that only changed script, width or white
    space are not among them. A title that stands above the text now counts as removed from it, and of a part of a
    compilation the rest of the file does.

    Raises:
        SourceError: the original cannot be read.
        NotAvailableError: the original is lost.
    """
    original = DataLayout(settings.paths.data).sources / document.sha256
    if not original.is_file():
        raise NotAvailableError(f"the original of {document.source} is lost")
    ingest = settings.ingest
    limits = Limits(ingest.max_text_chars, ingest.max_rows, ingest.max_unpacked_mb, ingest.max_members)
    task = _RawTask(document.container or document.source, str(original), limits)
    with ParsingPool(1, Caps(ingest.parse_timeout_s, ingest.parse_memory_mb)) as pool:
        for _, outcome in pool.map(_raw_lines, [Job(document.source, original.stat().st_size, task)]):
            if isinstance(outcome, SourceError):
                raise outcome
            after = [line for line in document.text.split("\n") if line.strip()]
            return line_changes(outcome, after)
    raise SourceError(f"{document.source} cannot be read")
