"""Put what an admin's browser sends into a folder of its own below the data folder, from where it is taken in."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ingest.archive_names import UnsafeNameError, clean_name
from ingest.files import READABLE
from rag.errors import NotAvailableError

FOLDER = "uploads"
_INCOMING = "incoming-"
_INBOX = "inbox"
"""One name for every upload: a document's folder is part of what is known of it, and must not change with each."""


class Staging:
    """A folder that files are being put into. ``names`` are those that are in it, ``refused`` those that cannot be."""

    def __init__(self, data: Path) -> None:
        """Make the folder below the data folder. Raises NotAvailableError where that cannot be written to."""
        self.folder = data / FOLDER / f"{_INCOMING}{secrets.token_hex(8)}"
        self.names: list[str] = []
        self.refused: list[str] = []
        try:
            self.folder.mkdir(parents=True, mode=0o700)
            # Held as long as this process lives, so that the next server knows what a killed one left behind.
            self._alive = _held(self.folder)
        except OSError as error:
            raise _unwritable(self.folder, error) from error

    def create(self, name: str) -> BinaryIO | None:
        """Return a new file to write to; None where its name (hostile) leads elsewhere, hides, or was there before.

        Raises:
            NotAvailableError: it cannot be made.
        """
        safe = _safe(name)
        if safe is None or safe in self.names:
            self.refused.append(name)
            return None
        path = self.folder / safe
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            created = path.open("xb")
        except OSError as error:
            raise _unwritable(path, error) from error
        self.names.append(safe)
        return created

    def call(self, name: str) -> None:
        """Give the only file another name, that of a document (its source)."""
        (old,) = self.names
        path = self.folder / name
        # Aside first: the new name may be a folder of the old one.
        aside = (self.folder / old).rename(self.folder / secrets.token_hex(8))
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(path)
        self.names = [name]

    @property
    def readable(self) -> bool:
        """True where at least one file has a format that can be read."""
        return any(PurePosixPath(name).suffix.lower() in READABLE for name in self.names)

    def discard(self) -> None:
        """Remove the folder with everything in it."""
        os.close(self._alive)
        shutil.rmtree(self.folder, ignore_errors=True)

    def into_inbox(self) -> Path:
        """Move the files to where an ingest reads them, in place of what an earlier one may have left."""
        inbox = self.folder.parent / _INBOX
        shutil.rmtree(inbox, ignore_errors=True)
        self.folder = self.folder.rename(inbox)
        return self.folder


def sweep(data: Path) -> int:
    """Remove what servers that were killed left of uploads, and return how much; what is being sent now stays."""
    swept = 0
    for folder in (*(data / FOLDER).glob(f"{_INCOMING}*"), data / FOLDER / _INBOX):
        if not folder.is_dir():
            continue
        try:
            held = _held(folder)
        except OSError:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)
        swept += 1
    return swept


def _held(folder: Path) -> int:
    """Lock a folder for this process, whatever becomes of its name, and return what is to be closed.

    Raises:
        OSError: another process holds it, or it is gone.
    """
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        raise
    return opened


def _unwritable(path: Path, error: OSError) -> NotAvailableError:
    return NotAvailableError(f"{path} cannot be written to: {error.strerror or error}")


def _safe(name: str) -> str | None:
    """Return a name as a path that stays in its folder, or None. Browsers send folders with forward slashes."""
    try:
        cleaned = clean_name(name)
    except UnsafeNameError:
        return None
    # Names that begin with a dot are not read by an ingest.
    return None if any(part.startswith((".", "~$")) for part in PurePosixPath(cleaned).parts) else cleaned
