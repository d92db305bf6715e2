"""One file per format; ``load`` picks the loader by the file's extension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from types import MappingProxyType

from ingest.blocks import LoadedFile
from ingest.loaders.docx import load_docx
from ingest.loaders.html import load_html
from ingest.loaders.markdown import load_markdown
from ingest.loaders.pdf import load_pdf
from ingest.loaders.text import load_text
from rag.errors import SourceError

Loader = Callable[[str, bytes], LoadedFile]

LOADERS: Mapping[str, Loader] = MappingProxyType(
    {
        ".txt": load_text,
        ".md": load_markdown,
        ".html": load_html,
        ".htm": load_html,
        ".pdf": load_pdf,
        ".docx": load_docx,
    }
)
SUPPORTED: frozenset[str] = frozenset(LOADERS)
"""Extensions that can be read, in lower case with their dot."""


def load_bytes(name: str, data: bytes) -> LoadedFile:
    """Return what a file holds; ``name`` decides the format and is quoted in errors.

    Raises:
        SourceError: unknown format, empty file, a file that cannot be read, or one without any text.
    """
    extension = PurePath(name).suffix.lower()
    loader = LOADERS.get(extension)
    if loader is None:
        raise SourceError(
            f"{name}: format {extension or '(none)'} is not supported; known are {', '.join(sorted(SUPPORTED))}"
        )
    if not data.strip():
        raise SourceError(f"{name}: the file is empty")
    loaded = loader(name, data)
    if not loaded.blocks:
        raise SourceError(f"{name}: no text in this file")
    return loaded


def load(path: Path) -> LoadedFile:
    """Return what the file at ``path`` holds.

    Raises:
        SourceError: as :func:`load_bytes`, and for a file that cannot be opened.
    """
    if path.suffix.lower() not in SUPPORTED:
        return load_bytes(path.name, b"")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path}: cannot be opened ({error.strerror or error})") from error
    return load_bytes(path.name, data)
