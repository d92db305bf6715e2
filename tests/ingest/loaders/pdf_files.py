"""PDF files made by the tests themselves."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

SONG = "STSong-Light"
"""A Chinese font that is not put into the file: every reader brings its own."""
VERA = "Vera"
"""A Latin font that comes with reportlab and is put into the file."""


def drawn(*pages: Callable[[Any], None], password: str | None = None, rotation: int = 0) -> bytes:
    """Return a PDF of A4 pages, each drawn by a function of a reportlab canvas with the Chinese font set."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    pdfmetrics.registerFont(TTFont(VERA, "Vera.ttf"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=password)
    for draw in pages:
        canvas.setFont(SONG, 12)
        canvas.setPageRotation(rotation)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def lines(texts: Sequence[str], top: int = 800) -> Callable[[Any], None]:
    """Return a page of lines."""

    def draw(canvas: Any) -> None:
        for row, line in enumerate(texts):
            canvas.drawString(40, top - 20 * row, line)

    return draw


def table(
    rows: Sequence[Sequence[str]],
    *,
    left: int = 40,
    top: int = 780,
    widths: Sequence[int] | None = None,
    as_areas: bool = False,
) -> Callable[[Any], None]:
    """Return a page with a ruled table; ``as_areas`` draws its lines as thin painted areas, as browsers do."""

    def draw(canvas: Any) -> None:
        steps = widths or [120] * len(rows[0])
        xs = [left + sum(steps[:at]) for at in range(len(steps) + 1)]
        bottom = top - 30 * len(rows)
        for x in xs:
            if as_areas:
                canvas.rect(x, bottom, 0.6, top - bottom, stroke=0, fill=1)
            else:
                canvas.line(x, bottom, x, top)
        for at in range(len(rows) + 1):
            if as_areas:
                canvas.rect(left, top - 30 * at, xs[-1] - left, 0.6, stroke=0, fill=1)
            else:
                canvas.line(left, top - 30 * at, xs[-1], top - 30 * at)
        for at, row in enumerate(rows):
            for x, text in zip(xs, row, strict=False):
                for line, part in enumerate(text.split("\n")):
                    canvas.drawString(x + 4, top - 30 * at - 12 - 13 * line, part)

    return draw


def together(*parts: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return one page of several parts."""

    def draw(canvas: Any) -> None:
        for part in parts:
            part(canvas)

    return draw


def picture(share: float = 1.0) -> Callable[[Any], None]:
    """Return a grey picture over that part of the page's height, from the top."""

    def draw(canvas: Any) -> None:
        from PIL import Image
        from reportlab.lib.utils import ImageReader

        canvas.drawImage(ImageReader(Image.new("L", (20, 20), 200)), 0, 842 * (1 - share), 595, 842 * share)

    return draw


def written(
    text: str, *, y: int = 700, x: int = 40, font: str = SONG, size: float = 12, **state: Any
) -> Callable[[Any], None]:
    """Return a line in a state of its own: ``grey`` (0 black to 1 white), ``mode`` (text rendering mode)."""

    def draw(canvas: Any) -> None:
        canvas.saveState()
        canvas.setFillGray(state.get("grey", 0))
        canvas.setFont(font, size)
        line = canvas.beginText(x, y)
        line.setTextRenderMode(state.get("mode", 0))
        line.textOut(text)
        canvas.drawText(line)
        canvas.restoreState()

    return draw
