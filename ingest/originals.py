"""Originals, kept under the digest of their bytes: what every document can be read again and checked from."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from rag.errors import NotAvailableError, SourceError
from rag.generations import DataLayout

_BLOCK = 2**20


def digest_of(path: Path, max_mb: int) -> str:
    """Return the SHA-256 of a file's bytes.

    Raises:
        SourceError: the file is empty, larger than ``max_mb`` megabytes, or cannot be read.
    """
    digest = hashlib.sha256()
    try:
        size = path.stat().st_size
        if size > max_mb * 2**20:
            raise SourceError(f"{path.name} has {size / 2**20:.0f} MB, allowed are {max_mb} (ingest.max_file_mb)")
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror or error}") from error
    if size == 0:
        raise SourceError(f"{path.name}: the file is empty")
    return digest.hexdigest()


def keep_original(layout: DataLayout, path: Path, sha256: str) -> bool:
    """Copy a file to the originals under its digest; return False if it was there already.

    Raises:
        SourceError: the file changed since its digest was taken, or cannot be read any more.
        NotAvailableError: the copy cannot be written, for example because the disk is full.
    """
    target = layout.sources / sha256
    if target.exists():
        return False
    fresh = target.with_suffix(f".{secrets.token_hex(4)}.new")
    digest = hashlib.sha256()
    try:
        layout.sources.mkdir(parents=True, exist_ok=True)
        file = path.open("rb")
    except FileNotFoundError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except OSError as error:
        raise NotAvailableError(f"the original of {path.name} cannot be kept in {layout.sources}: {error}") from error
    try:
        with file, fresh.open("wb") as copy:
            while block := file.read(_BLOCK):
                digest.update(block)
                copy.write(block)
        if digest.hexdigest() != sha256:
            raise SourceError(f"{path.name} changed while it was read; ingest it again")
        fresh.replace(target)
    except OSError as error:
        raise NotAvailableError(f"the original of {path.name} cannot be kept in {layout.sources}: {error}") from error
    finally:
        fresh.unlink(missing_ok=True)
    return True


def forget_original(layout: DataLayout, sha256: str) -> None:
    """Remove an original that no document was made from."""
    (layout.sources / sha256).unlink(missing_ok=True)
