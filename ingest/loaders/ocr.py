"""Read pages that are pictures, with RapidOCR (PP-OCR models that lie in its package; nothing is fetched)."""

from __future__ import annotations

import importlib.metadata
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from ingest.blocks import Block, LoadedFile, sample
from ingest.cleaning.repaired import first_samples
from ingest.loaders.hyphenation import joined_words
from ingest.loaders.image import image_pixels
from ingest.loaders.page_text import Line, Ready, paragraphs, without_running_lines
from ingest.loaders.pdf_pages import render_page
from ingest.loaders.reading_order import Piece, reading_order
from rag.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

DPI = 200
"""Dots to the inch that pages are drawn with. On A4 pages of statutes made to look scanned (turned by 0.4 degrees,
blurred, noisy) 150, 200 and 300 all read 0.3 to 0.5 % of the characters wrong at 10.5 and 16 points; on worse ones
200 reads 1.1 % of 6-point print wrong where 150 reads 3.6 %. 300 takes twice the time and memory (1.9 GB, not 1.0)."""

MAX_PIXELS = 4_500_000
"""A4 at 200 dots to the inch has 3.9 million. Memory grows with it."""

_LEAST_SCORE = 0.5
"""RapidOCR's own default: what is read with less is more often a stamp or a stain than text."""
_POOR_CONFIDENCE = 0.85
"""Pages that can be read well reach 0.98 and more, pages upside down 0.6 to 0.7."""
_LOST_SHARE = 0.1
"""Of a page's lines that were too unsure to be kept."""

_TALL = 1.5
"""Height to width from which a piece is a line that runs up or down the page; RapidOCR turns it by the same ratio."""

_HEAD = 1024
"""Bytes in which a PDF must name itself; file names may say something else, or nothing."""

_THREADS = 1
"""Of one process: pages are read in several processes side by side."""


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """What was read from the picture of a page: its lines in reading order, and how sure that is.

    ``confidence`` is the mean score of the characters kept, 0 to 1, and 0 for a page without any.
    ``low_confidence_lines`` are those left out.
    """

    lines: tuple[Line, ...]
    confidence: float
    low_confidence_lines: tuple[str, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Tell whether the page should be compared with its original."""
        lost = len(self.low_confidence_lines)
        poor = bool(self.lines) and self.confidence < _POOR_CONFIDENCE
        return poor or lost > _LOST_SHARE * (len(self.lines) + lost)


def fingerprint() -> str:
    """Return what names the engine, its version and the settings here; text read under another may differ."""
    version = importlib.metadata.version("rapidocr")
    return f"rapidocr-{version}:dpi={DPI}:pixels={MAX_PIXELS}:score={_LEAST_SCORE}:order=1"


@cache
def _engine() -> Any:
    """Return the engine of this process. It keeps no state from one page to the next."""
    import rapidocr

    engine = rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,  # the scores are judged here
            "Global.max_side_len": 20_000,  # the number of pixels is bounded here
            "Global.use_cls": False,  # a page is turned as a whole, see _upright
            "EngineConfig.onnxruntime.intra_op_num_threads": _THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": _THREADS,
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return engine


def _pieces(pixels: npt.NDArray[np.uint8]) -> list[Piece]:
    result = _engine()(pixels)
    if result.boxes is None or result.txts is None or result.scores is None:
        return []
    pieces = []
    for box, text, score in zip(result.boxes, result.txts, result.scores, strict=True):
        xs, ys = box[:, 0], box[:, 1]
        place = (float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
        pieces.append(Piece(text, float(score), *place))
    return pieces


def _confidence(pieces: Sequence[Piece]) -> float:
    characters = sum(len(piece.text) for piece in pieces)
    return sum(piece.score * len(piece.text) for piece in pieces) / characters if characters else 0.0


def _upright(pixels: npt.NDArray[np.uint8]) -> list[Piece]:
    """Return the pieces of a page, turned until its lines run from left to right and can be read.

    A page on its side shows in the shape of its lines, one upside down only in its poor scores; so only such pages
    are read again.
    """
    import numpy as np

    pieces = _pieces(pixels)
    long = [piece for piece in pieces if len(piece.text) > 1]
    if sum(piece.height > _TALL * (piece.right - piece.left) for piece in long) > len(long) / 2:
        pixels = np.ascontiguousarray(np.rot90(pixels))
        pieces = _pieces(pixels)
    if pieces and _confidence(pieces) < _POOR_CONFIDENCE:
        turned = _pieces(np.ascontiguousarray(np.rot90(pixels, 2)))
        if _confidence(turned) > _confidence(pieces):
            return turned
    return pieces


def recognise_page(name: str, data: bytes, page: int) -> RecognisedPage:
    """Read one page (from 1) of a PDF, or one frame of an image file, in Chinese and English.

    Raises:
        SourceError: a file or a page that cannot be opened or drawn, or a page on which the engine fails.
    """
    if b"%PDF-" in data[:_HEAD]:
        pixels = render_page(name, data, page, DPI, MAX_PIXELS)
    else:
        pixels = image_pixels(name, data, page, MAX_PIXELS)
    try:
        pieces = _upright(pixels)
    except Exception as error:  # the engine's own errors have no common base, and its runtime raises its own
        raise SourceError(
            f"{name}: page {page} could not be read by text recognition ({type(error).__name__})"
        ) from error
    sure = [piece for piece in pieces if piece.score >= _LEAST_SCORE and piece.text.strip()]
    unsure = tuple(sample(piece.text) for piece in pieces if piece.score < _LEAST_SCORE and piece.text.strip())
    return RecognisedPage(tuple(reading_order(sure, page)), _confidence(sure), unsure)


def _recognised_blocks(pages: Mapping[int, RecognisedPage]) -> tuple[list[Block], list[str], list[str]]:
    """Return blocks, dropped running lines and joined words; paragraphs go on over neighbouring pages only."""
    kept, running = without_running_lines([pages[number].lines for number in sorted(pages)])
    runs: list[list[Line | Ready]] = []
    previous = None
    for number, lines in zip(sorted(pages), kept, strict=True):
        if previous is None or number != previous + 1:
            runs.append([])
        runs[-1].extend(lines)
        previous = number
    blocks, hyphens = joined_words([block for run in runs for block in paragraphs(run)])
    return blocks, running, hyphens


def with_recognised(loaded: LoadedFile, pages: Mapping[int, RecognisedPage]) -> LoadedFile:
    """Return a file with what was read from its unread pages in its place among the others.

    ``ocr`` counts these pages, with their first lines as samples, and is always a doubt; ``ocr_low_confidence`` is one
    where a page was hard to read. Pages that are not in ``pages``, or on which nothing was found, stay unread and
    keep the doubt ``pages_without_text``. ``pages`` may be empty; pages that were not unread are ignored.
    """
    read = {number: page for number, page in pages.items() if number in loaded.unread_pages and page.lines}
    found, running, hyphens = _recognised_blocks(read)
    blocks = sorted(
        [*(block for block in loaded.blocks if block.page not in read), *found],
        key=lambda block: block.page or 0,
    )
    unread = tuple(number for number in loaded.unread_pages if number not in read)
    first = [read[number].lines[0].text for number in sorted(read)]
    unsure = [line for number in sorted(read) for line in read[number].low_confidence_lines]
    repairs, samples = dict(loaded.repairs), dict(loaded.samples)
    changed = {"ocr": first, "ocr_low_confidence": unsure, "running_lines": running, "hyphenation": hyphens}
    for repair, texts in changed.items():
        if texts:
            repairs[repair] = repairs.get(repair, 0) + len(texts)
            samples[repair] = first_samples((*samples.get(repair, ()), *texts))
    doubts = [doubt for doubt in loaded.doubts if doubt != "pages_without_text"]
    doubts += ["pages_without_text"] * bool(unread) + ["ocr"] * bool(read)
    doubts += ["ocr_low_confidence"] * any(page.doubtful for page in pages.values())
    return replace(
        loaded, blocks=tuple(blocks), repairs=repairs, samples=samples, doubts=tuple(doubts), unread_pages=unread
    )
