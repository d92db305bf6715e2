"""The files that commands of ``evaluate`` read and write beside the question set."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rag.errors import UsageError


def check_writable(*paths: Path | None) -> None:
    """Refuse at once what would be found out after minutes of measuring. Raises UsageError."""
    for path in paths:
        if path is not None and (path.is_dir() or not path.resolve().parent.is_dir()):
            raise UsageError(f"{path} cannot be written: it is a folder, or the folder it should lie in is missing")


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write a report. Raises UsageError where it cannot be written."""
    try:
        with path.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(pieces)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error}") from error


def listed_ids(ids: Path | None) -> frozenset[str] | None:
    """Return the ids that a file lists, None for no file. Raises UsageError where there are none."""
    if ids is None:
        return None
    try:
        listed = frozenset(line.strip() for line in ids.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--ids {ids}: cannot be read: {error}") from error
    if not listed:
        raise UsageError(f"--ids {ids}: lists no question")
    return listed
