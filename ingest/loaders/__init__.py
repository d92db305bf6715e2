"""One file per format; ``load`` picks the loader by the file's extension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from types import MappingProxyType

from ingest.blocks import LoadedFile
from ingest.loaders.csv_table import load_csv
from ingest.loaders.docx import load_docx
from ingest.loaders.html import load_html
from ingest.loaders.image import load_image
from ingest.loaders.legacy_doc import load_legacy
from ingest.loaders.limits import DEFAULT_LIMITS, Limits
from ingest.loaders.markdown import load_markdown
from ingest.loaders.pdf import load_pdf
from ingest.loaders.spreadsheet import load_spreadsheet
from ingest.loaders.text import load_text
from rag.errors import SourceError

Loader = Callable[[str, bytes], LoadedFile]
BoundedLoader = Callable[[str, bytes, Limits], LoadedFile]


LOADERS: Mapping[str, Loader] = MappingProxyType(
    {
        ".txt": load_text,
        ".md": load_markdown,
        ".html": load_html,
        ".htm": load_html,
    }
    | dict.fromkeys((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"), load_image)
)
BOUNDED_LOADERS: Mapping[str, BoundedLoader] = MappingProxyType(
    {".pdf": load_pdf}
    | dict.fromkeys((".docx", ".docm"), load_docx)
    | dict.fromkeys((".doc", ".wps", ".rtf"), load_legacy)
    | dict.fromkeys((".xlsx", ".xlsm", ".xls", ".ods"), load_spreadsheet)
    | dict.fromkeys((".csv", ".tsv"), load_csv)
)
"""Loaders that keep the limits themselves, because their format can grow while it is unpacked."""
SUPPORTED: frozenset[str] = frozenset({*LOADERS, *BOUNDED_LOADERS})
"""Extensions that can be read, in lower case with their dot."""

_TEXT = frozenset({".txt", ".md", ".html", ".htm", ".csv", ".tsv"})
_MOST_BYTES_PER_CHARACTER = 4
"""In UTF-8, UTF-16, GB18030 and Big5; so a file with more bytes than this has too many characters in any of them."""


def load_bytes(name: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> LoadedFile:
    """Return what a file holds; ``name`` decides the format and is quoted in errors.

    A file whose pages are all images comes back without blocks but with its ``unread_pages``.

    Raises:
        SourceError: unknown format, empty file, a file that cannot be read, one without any text, or too much text.
    """
    extension = PurePath(name).suffix.lower()
    if extension not in SUPPORTED:
        raise SourceError(
            f"{name}: format {extension or '(none)'} is not supported; known are {', '.join(sorted(SUPPORTED))}"
        )
    if not data.strip():
        raise SourceError(f"{name}: the file is empty")
    too_long = SourceError(f"{name}: longer than {limits.max_text_chars} characters, refused")
    if extension in _TEXT and len(data) > limits.max_text_chars * _MOST_BYTES_PER_CHARACTER:
        raise too_long
    bounded = BOUNDED_LOADERS.get(extension)
    loaded = bounded(name, data, limits) if bounded else LOADERS[extension](name, data)
    if not loaded.blocks and not loaded.unread_pages:
        raise SourceError(f"{name}: no text in this file")
    if sum(len(block.text) for block in loaded.blocks) > limits.max_text_chars:
        raise too_long
    return loaded


def load(path: Path, limits: Limits = DEFAULT_LIMITS) -> LoadedFile:
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
    return load_bytes(path.name, data, limits)
