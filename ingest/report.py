"""What an ingest did, file by file, in closed words that programs can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class FileStatus(StrEnum):
    """What became of one file."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file of an ingest. ``reason`` says in English why it was refused."""

    source: str
    status: FileStatus
    document_id: str | None = None
    reason: str | None = None
    repairs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    doubts: tuple[str, ...] = ()


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
    """The outcome of one ingest. ``generation`` is what is published afterwards."""

    generation: str | None
    published: bool
    files: tuple[FileReport, ...]
    chunks: ChunkCounts
    seconds: float
    peak_rss_mb: float

    @property
    def refused(self) -> tuple[FileReport, ...]:
        """The files that were not taken."""
        return tuple(report for report in self.files if report.status is FileStatus.REFUSED)

    def to_json(self) -> dict[str, Any]:
        """Return the report as ``ingest --json`` prints it."""
        return {
            "generation": self.generation,
            "published": self.published,
            "files": [
                {
                    "source": report.source,
                    "status": report.status.value,
                    "document_id": report.document_id,
                    "reason": report.reason,
                    "repairs": dict(report.repairs),
                    "doubts": list(report.doubts),
                }
                for report in self.files
            ],
            "chunks": asdict(self.chunks),
            "seconds": round(self.seconds, 2),
            "peak_rss_mb": round(self.peak_rss_mb, 1),
        }
