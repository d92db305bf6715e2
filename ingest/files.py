"""Find the files to ingest below the paths that somebody named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.loaders import SUPPORTED
from rag.errors import SourceError

_NOT_DOCUMENTS = frozenset(
    ".py .pyc .pyi .js .css .json .jsonl .yaml .yml .toml .ini .cfg .sh .lock .log .sqlite .db .gz .tmp .bak".split()
)
"""Programs and data that lie beside documents; everything else that is unknown is refused by name."""


ARCHIVES = frozenset({".zip"})
"""Extensions of files that hold files."""
READABLE = SUPPORTED | ARCHIVES


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to ingest. ``source`` is its name in the catalogue, relative to ``root``; ``url`` where it was fetched."""

    path: Path
    source: str
    root: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files below the named paths: those with a known format, archives of files, and those without a known format."""

    known: tuple[SourceFile, ...]
    archives: tuple[SourceFile, ...]
    unknown: tuple[SourceFile, ...]
    roots: tuple[str, ...]
    """The folders among the named paths; a file that was named on its own says nothing about its neighbours."""


def find_files(paths: Sequence[Path]) -> FoundFiles:
    """Return every document below ``paths``, sorted by source.

    Raises:
        SourceError: a path does not exist, a named file has an unknown format, a folder holds no document, or
            two files would have the same source.
    """
    known: dict[str, SourceFile] = {}
    taken: set[Path] = set()
    unknown: list[SourceFile] = []
    roots = []
    for path in paths:
        if not path.exists():
            raise SourceError(f"no such file or folder: {path}")
        folder = path if path.is_dir() else path.parent
        root = str(folder.resolve())
        if path.is_dir():
            roots.append(root)
        files = _below(path) if path.is_dir() else [path]
        if path.is_dir() and not any(file.suffix.lower() in READABLE for file in files):
            raise SourceError(f"no document in folder {path}; known formats are {', '.join(sorted(READABLE))}")
        for file in files:
            resolved = file.resolve()
            if resolved in taken:
                continue  # named before, through a folder above or below
            taken.add(resolved)
            entry = SourceFile(file, file.relative_to(folder).as_posix(), root)
            if file.suffix.lower() not in READABLE:
                if not path.is_dir():
                    raise SourceError(f"unknown format: {file}; known are {', '.join(sorted(READABLE))}")
                unknown.append(entry)
            elif entry.source in known:
                raise SourceError(
                    f"two files would both be called {entry.source!r}: {known[entry.source].path} and {file}"
                )
            else:
                known[entry.source] = entry
    found = [known[source] for source in sorted(known)]
    archives = tuple(file for file in found if file.path.suffix.lower() in ARCHIVES)
    return FoundFiles(tuple(file for file in found if file not in archives), archives, tuple(unknown), tuple(roots))


def _below(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix.lower() not in _NOT_DOCUMENTS
        and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    ]
