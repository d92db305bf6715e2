"""Read the text layer of PDF files: pages into paragraphs, with page numbers, without running headers."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.blocks import Block, BlockKind, LoadedFile
from ingest.cleaning.site_phrases import ANYWHERE
from ingest.loaders.lines import display_width, ends_sentence, join, starts_item
from ingest.loaders.titles import confirmed_title
from rag.errors import SourceError
from rag.folding import fold

MEDIA_TYPE = "application/pdf"

_PDFIUM = threading.Lock()
"""PDFium must not be called from two threads at once."""

_EDGE_LINES = 4
_RUNNING_SHARE = 0.4
"""Headers that alternate between left and right pages stand on just under half of them."""

_PAGE_NUMBER = re.compile(
    r"^(?:[-—–·•]\s*\d{1,4}\s*[-—–·•]|第\s*\d{1,4}\s*页(?:[,，\s/]*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4})$"
)
_DIGITS = re.compile(r"\d+")
_NOT_TEXT = re.compile("[\ufffe\uffff\x02\x00]")
"""PDFium's own marks for soft hyphens and unmapped glyphs."""

_DATE_GAPS = re.compile(
    r"(?<=\d) (?=[年月日时分号届条款项章节万亿元个名人岁类周天倍次])|(?<=[年月日第至到于自〔〕]) (?=\d)|(?<=\d) (?=〕)"
)
"""Layout programs set a thin gap between figures and characters, which PDFium reports as a space."""

_LEADERS = re.compile(r"[.…·]{6,}")
"""The dots of a table of contents; such lines are wider than the text's."""

_FULL_LINE = 0.86
"""A line this wide, of the page's widest, was broken for want of room and not because something ended."""

_INDENT = 4
"""Two Chinese characters: what the first line of a paragraph is set in by, and so narrower."""

_TRUNCATED_TAIL = 2048
_PASSWORD_ERROR = 4
"""``FPDF_ERR_PASSWORD`` in PDFium's public header."""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    page: int
    indented: bool


def _open_error(name: str, error: Exception) -> SourceError:
    if getattr(error, "err_code", None) == _PASSWORD_ERROR or "password" in str(error).lower():
        return SourceError(f"{name}: the PDF is encrypted and needs a password")
    return SourceError(f"{name}: the PDF is damaged and cannot be opened")


def _read_pages(name: str, data: bytes) -> tuple[list[str], dict[str, str]]:
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
            pages = []
            for page in document:
                text_page = page.get_textpage()
                pages.append(text_page.get_text_bounded())
                text_page.close()
                page.close()
            return pages, document.get_metadata_dict(skip_empty=True)
        except pypdfium2.PdfiumError as error:
            raise _open_error(name, error) from error
        finally:
            document.close()


def _lines(page_text: str, page: int) -> list[_Line]:
    found = []
    for raw in _NOT_TEXT.sub("", page_text).splitlines():
        text = raw.strip()
        if text:
            found.append(_Line(text, page, raw[0] in " \u3000\u00a0"))
    return found


def _edge(lines: Sequence[_Line]) -> Iterable[int]:
    count = len(lines)
    return sorted({*range(min(_EDGE_LINES, count)), *range(max(0, count - _EDGE_LINES), count)})


def _running_key(text: str) -> str:
    return _DIGITS.sub("#", re.sub(r"\s+", "", text))


def _without_running_lines(pages: Sequence[Sequence[_Line]]) -> tuple[list[list[_Line]], int]:
    """Drop lines that recur at the top or bottom of the pages, figures aside, page numbers and site furniture.

    A search box or a link that a browser printed there would otherwise be joined into the sentence it interrupts.
    """
    seen = Counter(key for lines in pages for key in {_running_key(lines[at].text) for at in _edge(lines)})

    def runs(text: str) -> bool:
        key = _running_key(text)
        least = 2 if key == "#" else 3
        if _PAGE_NUMBER.match(text) or (len(text) < 100 and ANYWHERE.fullmatch("".join(fold(text).split()))):
            return True
        return seen[key] >= max(least, _RUNNING_SHARE * len(pages))

    kept = []
    dropped = 0
    for lines in pages:
        running = {at for at in _edge(lines) if runs(lines[at].text)}
        dropped += len(running)
        kept.append([line for at, line in enumerate(lines) if at not in running])
    return kept, dropped


def _paragraphs(lines: Sequence[_Line]) -> list[Block]:
    """Join lines that were broken for want of room.

    Where the layout indents paragraphs, the indent alone tells where one begins, so a full line may end with a
    full stop in mid-paragraph. Elsewhere the end of a sentence ends the block.
    """
    widths = sorted(display_width(line.text) for line in lines if not _LEADERS.search(line.text)) or [0]
    full = _FULL_LINE * widths[int(0.9 * (len(widths) - 1))]
    indents = sum(line.indented for line in lines) >= 0.08 * len(lines)
    blocks: list[Block] = []
    text, page, previous = "", 0, None

    def close() -> None:
        if text:
            blocks.append(Block(BlockKind.PARAGRAPH, _DATE_GAPS.sub("", text), page=page))

    opening = False
    for line in lines:
        broken = (
            previous is None
            or line.indented
            or starts_item(line.text)
            or display_width(previous.text) + _INDENT * opening < full
            or _LEADERS.search(previous.text) is not None
            or (not indents and ends_sentence(previous.text))
        )
        if broken:
            close()
            text, page = line.text, line.page
        else:
            text = join(text, line.text)
        previous, opening = line, broken
    close()
    return blocks


def load_pdf(name: str, data: bytes) -> LoadedFile:
    """Return the paragraphs of a PDF's text layer, each with the page it begins on.

    ``running_lines`` counts dropped headers, footers and page numbers. Rows of tables stay lines. A title in the
    file's properties is taken only if the opening of the text repeats it. Pages without text are a doubt.

    Raises:
        SourceError: encrypted, truncated or damaged file, or no text layer.
    """
    texts, properties = _read_pages(name, data)
    pages = [_lines(text, number) for number, text in enumerate(texts, 1)]
    kept, dropped = _without_running_lines(pages)
    lines = [line for page in kept for line in page]
    if not lines:
        raise SourceError(f"{name}: the PDF has no text layer; scanned pages need OCR first")
    blocks = _paragraphs(lines)
    facts = {key.lower(): value.strip() for key, value in properties.items() if key in ("Title", "Keywords", "Subject")}
    return LoadedFile(
        MEDIA_TYPE,
        tuple(blocks),
        title=confirmed_title(facts.get("title"), blocks),
        metadata={key: value for key, value in facts.items() if value},
        repairs={"running_lines": dropped} if dropped else {},
        doubts=("pages_without_text",) if not all(pages) else (),
    )
