"""How each file of an ingest stands while it goes on, for pages that show it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class FileState(StrEnum):
    """How a file stands."""

    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    """It was read; what comes of it is not published yet."""
    TAKEN = "taken"
    UNCHANGED = "unchanged"
    """It is as it was taken in before."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class FileStand:
    """One file, or an address whose page was not downloaded yet. ``reason`` says in English why it was refused."""

    name: str
    state: FileState
    reason: str = ""


_FIRST = (FileState.REFUSED, FileState.READING, FileState.WAITING, FileState.READ, FileState.TAKEN, FileState.UNCHANGED)


class FileProgress:
    """The files of one ingest. Told by the thread that ingests, asked by those that show it."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Begin with files that wait."""
        self._lock = threading.Lock()
        self._stands = {name: FileStand(name, FileState.WAITING) for name in names}

    def tell(self, name: str, state: FileState, reason: str = "") -> None:
        """Note how a file stands now; one that was not known yet is added."""
        with self._lock:
            self._stands[name] = FileStand(name, state, reason)

    def becomes(self, name: str, names: Iterable[str]) -> None:
        """Let an archive give way to the files in it, or an address to the page that was downloaded from it."""
        with self._lock:
            self._stands.pop(name, None)
            for one in names:
                self._stands.setdefault(one, FileStand(one, FileState.WAITING))

    def published(self) -> None:
        """Note that what was read is published."""
        with self._lock:
            for name, stand in self._stands.items():
                if stand.state is FileState.READ:
                    self._stands[name] = FileStand(name, FileState.TAKEN)

    def counts(self) -> Mapping[FileState, int]:
        """Return how many files stand how; states without a file are left out."""
        with self._lock:
            found = Counter(stand.state for stand in self._stands.values())
        return {state: found[state] for state in _FIRST if found[state]}

    def stands(self, most: int) -> Sequence[FileStand]:
        """Return at most so many files, those first that somebody would look for: refused, being read, waiting."""
        with self._lock:
            stands = list(self._stands.values())
        return sorted(stands, key=lambda stand: _FIRST.index(stand.state))[:most]
