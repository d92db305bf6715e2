"""Scanned pages made by the tests themselves: printed text as a picture, in an image file or in a PDF."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont


@cache
def cjk_font() -> str:
    """Return the path of a font with Chinese characters, or skip the test."""
    try:
        found = subprocess.run(
            ["fc-list", ":lang=zh-cn", "file"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError):
        found = ""
    paths = sorted(line.rstrip(": ") for line in found.splitlines())
    usable = [path for path in paths if Path(path).suffix.lower() in {".ttc", ".ttf", ".otf"}]
    if not usable:
        pytest.skip("no font with Chinese characters is installed (fonts-noto-cjk), so no scanned page can be made")
    return next((path for path in usable if "Regular" in path), usable[0])


def printed(
    lines: Sequence[tuple[int, int, str]], size: tuple[int, int] = (1000, 600), *, type_size: int = 34
) -> Image.Image:
    """Return a page with each text at its place (from the upper left corner)."""
    page = Image.new("L", size, 250)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(cjk_font(), type_size)
    for left, top, text in lines:
        draw.text((left, top), text, font=font, fill=25)
    return page


def image_bytes(page: Image.Image, kind: str = "PNG", further: Sequence[Image.Image] = ()) -> bytes:
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": list(further)} if further else {}
    page.save(buffer, kind, **more)
    return buffer.getvalue()


def scanned_pdf(pages: Sequence[Image.Image | str], *, invisible: str = "") -> bytes:
    """Return a PDF whose pages are pictures or, where a string is given, that text.

    ``invisible`` is written unseen over each picture, as scanners write what they recognised.
    """
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for page in pages:
        if isinstance(page, str):
            canvas.setPageSize((595, 842))
            canvas.setFont("STSong-Light", 12)
            canvas.drawString(60, 760, page)
        else:
            # 150 dots to the inch, as a scanner set to small files gives.
            width, height = page.width * 72 / 150, page.height * 72 / 150
            canvas.setPageSize((width, height))
            canvas.drawImage(ImageReader(page), 0, 0, width, height)
            if invisible:
                text = canvas.beginText(20, height - 40)
                text.setFont("STSong-Light", 12)
                text.setTextRenderMode(3)
                text.textLine(invisible)
                canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()
