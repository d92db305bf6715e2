"""What every step of one ingest needs, and what the process it runs in has used."""

from __future__ import annotations

import resource
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ingest.file_progress import FileProgress
from ingest.generation import Progress
from ingest.loaders.limits import Limits
from rag.errors import NotAvailableError
from rag.generations import DataLayout
from rag.ports import Embedding
from rag.settings import Settings


def no_progress(stage: str, done: int, total: int) -> None:
    """Show nothing."""


class StageClock:
    """Adds up how long each stage took: the time between two ticks belongs to the stage of the later one."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self.seconds: dict[str, float] = {}

    def tick(self, stage: str) -> None:
        """Count the time since the last tick for ``stage``."""
        now = time.monotonic()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + now - self._last
        self._last = now


@dataclass(frozen=True, slots=True)
class Run:
    """One ingest, deletion or restoration."""

    settings: Settings
    open_embedding: Callable[[], Embedding]
    show: Progress = no_progress
    began: float = field(default_factory=time.monotonic)
    clock: StageClock = field(default_factory=StageClock)
    files: FileProgress = field(default_factory=FileProgress)
    """How each file stands."""
    places: tuple[str, ...] = ()
    """Names of places, known from documents and settings only, that files are read with."""

    def progress(self, stage: str, done: int, total: int) -> None:
        """Show how far a stage is, and count its time."""
        self.clock.tick(stage)
        self.show(stage, done, total)

    @property
    def layout(self) -> DataLayout:
        """The data folder."""
        return DataLayout(self.settings.paths.data)

    @property
    def limits(self) -> Limits:
        """How large one file may get while it is read."""
        ingest = self.settings.ingest
        return Limits(ingest.max_text_chars, ingest.max_rows, ingest.max_unpacked_mb, ingest.max_members)

    def check_disk(self, expected_bytes: int) -> None:
        """Make sure that so much can be written and the reserve of the settings is left.

        Raises:
            NotAvailableError: the disk is too full to begin.
        """
        free = shutil.disk_usage(self.layout.root).free
        reserve = self.settings.ingest.min_free_mb * 2**20
        if free < expected_bytes + reserve:
            raise NotAvailableError(
                f"only {free // 2**20} MB free in {self.layout.root}; this ingest is expected to write "
                f"{-(-expected_bytes // 2**20)} MB and {self.settings.ingest.min_free_mb} MB must be left "
                "(ingest.min_free_mb)"
            )


def folder_bytes(folder: Path) -> int:
    """Return how much the files below a folder hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def own_peak_rss() -> int:
    """Return the largest resident size this process ever had, in the unit of the system's ``getrusage``."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def in_mb(peak_rss: int) -> float:
    """Return a size of ``getrusage`` in MiB: it counts bytes on macOS and KiB elsewhere."""
    return peak_rss / 2**20 if sys.platform == "darwin" else peak_rss / 2**10
