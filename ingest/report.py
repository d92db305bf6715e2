"""What an ingest did, file by file, in closed words that programs can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from ingest.blocks import MAX_SAMPLES, sample
from ingest.gate_report import GateReport
from ingest.generation import Entry
from rag.domain import Document, MarkKind
from rag.errors import SourceError


class FileStatus(StrEnum):
    """What became of one file."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file of an ingest, or one document of a compilation. ``reason`` says in English why it was refused.

    ``repairs`` and ``marks`` are counts, ``samples`` show some of what was counted; ``facts`` are what was
    understood, each as (value, where it was read, certainty in 0..1); ``read`` counts characters, pages, sections
    and chunks.
    """

    source: str
    status: FileStatus
    document_id: str | None = None
    reason: str | None = None
    repairs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    doubts: tuple[str, ...] = ()
    samples: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    marks: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, tuple[str, str | None, float | None]] = field(default_factory=lambda: MappingProxyType({}))
    read: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    version: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the report as programs read it."""
        return {
            "source": self.source,
            "status": self.status.value,
            "document_id": self.document_id,
            "reason": self.reason,
            "repairs": dict(self.repairs),
            "doubts": list(self.doubts),
            "samples": {name: list(some) for name, some in self.samples.items()},
            "marks": dict(self.marks),
            "facts": {
                name: {"value": value, "origin": origin, "certainty": certainty}
                for name, (value, origin, certainty) in self.facts.items()
            },
            "read": dict(self.read),
            "version": self.version,
        }


@dataclass(frozen=True, slots=True)
class ChunkCounts:
    """How the chunks of a generation differ from the one before."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    total: int = 0
    embedded: int = 0
    """Chunks whose vector had to be computed; the others came from the cache."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The outcome of one ingest.

    ``generation`` is what is published afterwards; of a run that was held back, what it made, and ``published`` is
    false.
    """

    generation: str | None
    published: bool
    files: tuple[FileReport, ...]
    chunks: ChunkCounts
    seconds: float
    peak_rss_mb: float
    child_rss_mb: float = 0.0
    """Largest resident size of a process that read files."""
    stages: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Seconds each stage took."""
    run: str | None = None
    """Id under which the catalogue keeps this report."""
    difference: Difference | None = None
    """What would change, of a dry run."""
    gate: GateReport | None = None
    """The check before the publication; None where nothing was to be published."""

    @property
    def held(self) -> bool:
        """Whether a generation was made and not published."""
        return self.gate is not None and not self.gate.passed

    @property
    def refused(self) -> tuple[FileReport, ...]:
        """The files that were not taken."""
        return tuple(report for report in self.files if report.status is FileStatus.REFUSED)

    def to_json(self) -> dict[str, Any]:
        """Return the report as ``ingest --json`` prints it."""
        found = {} if self.difference is None else {"difference": self.difference.to_json()}
        return {
            **found,
            "run": self.run,
            "generation": self.generation,
            "published": self.published,
            "held": self.held,
            "gate": self.gate.to_json() if self.gate is not None else None,
            "files": [report.to_json() for report in self.files],
            "chunks": asdict(self.chunks),
            "seconds": round(self.seconds, 2),
            "stages": {name: round(seconds, 2) for name, seconds in self.stages.items()},
            "peak_rss_mb": round(self.peak_rss_mb, 1),
            "child_rss_mb": round(self.child_rss_mb, 1),
        }


class Difference(Protocol):
    """What a dry run found; see ``ingest.dry_run``."""

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON."""


_FACTS = (
    "title",
    "region",
    "issuer",
    "document_number",
    "type",
    "published",
    "effective",
    "valid_until",
    "language",
    "authority",
    "validity",
    "superseded_by",
    "duplicate_of",
    "url",
)


def report_of(entry: Entry, status: FileStatus) -> FileReport:
    """Return what there is to say about a document that was taken or kept."""
    document = entry.document
    samples = dict(document.samples)
    marks: dict[str, int] = {}
    for kind in MarkKind:
        found = [document.text[mark.start : mark.end] for mark in document.marks if mark.kind is kind]
        if found:
            marks[kind.value] = len(found)
            samples[kind.value] = tuple(sample(text) for text in found[:MAX_SAMPLES])
    read = {"chars": len(document.text), "sections": len(document.sections), "chunks": len(entry.chunks)}
    if document.pages:
        read["pages"] = document.pages[-1].page
    return FileReport(
        source=document.source,
        status=status,
        document_id=document.document_id,
        repairs=document.repairs,
        doubts=document.doubts,
        samples=MappingProxyType(samples),
        marks=MappingProxyType(marks),
        facts=MappingProxyType(_facts(document)),
        read=MappingProxyType(read),
        version=document.version,
    )


class NothingReadError(SourceError):
    """Nothing could be read; ``files`` says why, file by file."""

    def __init__(self, files: Sequence[FileReport]) -> None:
        reasons = "; ".join(f"{report.source}: {report.reason}" for report in files)
        super().__init__("nothing could be read: " + (reasons or "every file says 'ingest: false'"))
        self.files = tuple(files)


def refused(source: str, reason: str) -> FileReport:
    """Return the report of a file that was not taken; its name is not said twice."""
    return FileReport(source, FileStatus.REFUSED, reason=reason_of(source, reason))


def reason_of(source: str, reason: str) -> str:
    """Return why a file was not taken without the name of the file."""
    for name in (source, source.rsplit("/", maxsplit=1)[-1]):
        reason = reason.removeprefix(name).lstrip(": ")
    return reason


def _facts(document: Document) -> dict[str, tuple[str, str | None, float | None]]:
    found: dict[str, tuple[str, str | None, float | None]] = {}
    for name in _FACTS:
        value = getattr(document, name)
        if value is not None:
            found[name] = (str(value), document.origins.get(name), document.certainty.get(name))
    return found
