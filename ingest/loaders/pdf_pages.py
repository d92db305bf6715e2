"""Open PDF files and read their pages with PDFium: text, tables, hidden text, pictures."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.loaders.pdf_hidden import hide, picture_share
from ingest.loaders.pdf_objects import PageObjects, page_objects
from ingest.loaders.ruled_tables import Character, RuledTable, Ruling, has_grid, with_tables
from rag.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_PDFIUM = threading.RLock()
"""PDFium must not be called from two threads at once."""

MAX_PAGES = 5000

_TRUNCATED_TAIL = 2048
_PASSWORD_ERROR = 4
"""``FPDF_ERR_PASSWORD`` in PDFium's public header."""

_FEW_CHARACTERS = 10
"""What a scanner or a registry stamps on a page that is a picture."""
_COVERED_SHARE = 0.4
_PICTURE_SHARE = 0.03
"""Of a page without any text: smaller pictures are ornaments."""
_DRAWN_TEXT = 40
"""Paths on a page without any text: letters that were turned into outlines."""

_UNREADABLE = frozenset("\ufffd\ufffe\uffff\x00")
_PRIVATE_USE = range(0xE000, 0xF900)


@dataclass(frozen=True, slots=True)
class PageContent:
    """What a page holds: text (with line breaks) and tables in order, and the text that no reader sees.

    ``unread`` tells that the page shows something to read and has no text for it.
    """

    parts: tuple[str | RuledTable, ...]
    hidden: tuple[str, ...]
    unread: bool


def _open_error(name: str, error: Exception) -> SourceError:
    if getattr(error, "err_code", None) == _PASSWORD_ERROR or "password" in str(error).lower():
        return SourceError(f"{name}: the PDF is encrypted and needs a password")
    return SourceError(f"{name}: the PDF is damaged and cannot be opened")


@contextmanager
def _opened(name: str, data: bytes) -> Iterator[Any]:
    import pypdfium2

    if b"%%EOF" not in data[-_TRUNCATED_TAIL:]:
        # PDFium would rebuild what is there and pass half a document off as a whole one.
        raise SourceError(f"{name}: the PDF is truncated, its end is missing")
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise _open_error(name, error) from error
        try:
            if len(document) > MAX_PAGES:
                raise SourceError(f"{name}: the PDF has {len(document)} pages; at most {MAX_PAGES} are read")
            yield document
        except pypdfium2.PdfiumError as error:
            raise _open_error(name, error) from error
        finally:
            document.close()


def _turned(x: float, y: float, rotation: int) -> tuple[float, float]:
    """Return a point of the page's own space as it lies when the page is shown, up to a shift."""
    return {90: (y, -x), 180: (-x, -y), 270: (-y, x)}.get(rotation, (x, y))


def _turned_ruling(ruling: Ruling, rotation: int) -> Ruling:
    start = (ruling.start, ruling.at) if ruling.horizontal else (ruling.at, ruling.start)
    end = (ruling.end, ruling.at) if ruling.horizontal else (ruling.at, ruling.end)
    (x, y), (far_x, far_y) = _turned(*start, rotation), _turned(*end, rotation)
    horizontal = ruling.horizontal == (rotation in {0, 180})
    if horizontal:
        return Ruling(True, y, min(x, far_x), max(x, far_x))
    return Ruling(False, x, min(y, far_y), max(y, far_y))


def _characters(raw: Any, text_page: Any, rotation: int) -> list[Character]:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    found = []
    for at in range(raw.FPDFText_CountChars(text_page)):
        text = chr(raw.FPDFText_GetUnicode(text_page, at))
        middle = None
        if not text.isspace() and raw.FPDFText_GetCharBox(text_page, at, left, right, bottom, top):
            middle = _turned((left.value + right.value) / 2, (bottom.value + top.value) / 2, rotation)
        found.append(Character(text, middle))
    return found


def _whole(part: str) -> str:
    """Return text whose rare characters PDFium handed over in two halves."""
    return part.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _unread(text: str, objects: PageObjects, pictures: float) -> bool:
    letters = [character for character in text if not character.isspace()]
    unmapped = sum(letter in _UNREADABLE or ord(letter) in _PRIVATE_USE for letter in letters)
    if unmapped > len(letters) / 2:
        return True  # fonts without a character map: the page shows what its text does not say
    if not letters:
        return pictures >= _PICTURE_SHARE or objects.drawn >= _DRAWN_TEXT
    return len(letters) < _FEW_CHARACTERS and pictures >= _COVERED_SHARE


def _read(raw: Any, page: Any, number: int) -> PageContent:
    objects = page_objects(raw, page)
    bounds = page.get_bbox()
    text_page = page.get_textpage()
    try:
        hidden = hide(raw, page, text_page, objects, bounds)
        if hidden:
            text_page.close()
            text_page = page.get_textpage()
        text = text_page.get_text_bounded()
        rotation = page.get_rotation()
        rulings = [_turned_ruling(ruling, rotation) for ruling in objects.rulings]
        parts: list[str | RuledTable] = [text]
        if text and has_grid(rulings):
            parts = with_tables(_characters(raw, text_page, rotation), rulings, number)
    finally:
        text_page.close()
    unread = _unread(text, objects, picture_share(objects, bounds))
    return PageContent(tuple(_whole(part) if isinstance(part, str) else part for part in parts), tuple(hidden), unread)


def read_pages(name: str, data: bytes, max_chars: int) -> tuple[list[PageContent], Mapping[str, str]]:
    """Return the pages of a PDF and its properties (``Title``, ``Keywords`` …).

    Raises:
        SourceError: encrypted, truncated or damaged file, too many pages or more than ``max_chars`` of text.
    """
    from pypdfium2 import raw

    with _opened(name, data) as document:
        pages: list[PageContent] = []
        length = 0
        for number, page in enumerate(document, 1):
            pages.append(_read(raw, page, number))
            page.close()
            length += sum(len(part) for part in pages[-1].parts if isinstance(part, str))
            if length > max_chars:
                raise SourceError(f"{name}: the PDF has more than {max_chars} characters of text")
        return pages, document.get_metadata_dict(skip_empty=True)


def render_page(name: str, data: bytes, page: int, dpi: int, max_pixels: int) -> npt.NDArray[np.uint8]:
    """Return page ``page`` (from 1) as it is shown: (rows, columns, 3) blue, green, red.

    Large pages are drawn with fewer dots to the inch, so that no more than ``max_pixels`` come out.

    Raises:
        SourceError: as :func:`read_pages`, and for a page that is not there.
    """
    with _opened(name, data) as document:
        if not 1 <= page <= len(document):
            raise SourceError(f"{name}: no page {page}; the PDF has {len(document)}")
        shown = document[page - 1]
        width, height = shown.get_size()
        scale = min(dpi / 72, (max_pixels / max(1.0, width * height)) ** 0.5)
        picture: npt.NDArray[np.uint8] = shown.render(scale=scale).to_numpy()[:, :, :3].copy()
        shown.close()
        return picture
