"""Find text on a PDF page that no reader sees: it is how instructions are smuggled past the people who check a file."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ingest.loaders.pdf_objects import Area, Box, Colour, PageObjects, TextObject, matrix_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_INVISIBLE = 3
_CLIP = 7
"""Text rendering modes of PDF 32000-1, table 106: neither filled nor stroked; only a clipping path."""

_TINY = 1.5
"""Points. The smallest print of real documents is 4 points."""
_PALE = 225
"""Each channel of a colour that may not show on white paper."""
_FAINT = 40
"""Of 255: opacity below which text may not show."""
_SAME = 30
"""Difference of two colours, in their most different channel, that may not show."""
_SEEN = 25
"""A picture of the page must change by more than this in some channel of some pixel when the text is taken away."""

_SCAN_SHARE = 0.5
"""Of the page that a picture covers, if the page is a scan."""
_LAYER_SHARE = 0.8
"""Of the text objects that lie invisible over a scan, if they are its recognised text. A page with a picture behind
visible text has no reason to hold invisible text as well."""

_MAX_PIXELS = 2_000_000
_MAX_PAIRS = 5_000_000
"""Of texts and areas that are compared, about a second; on a page with more, the picture alone decides."""


def overlap(box: Box, other: Box) -> float:
    """Return the area that two boxes share, in square points."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    return max(0.0, width) * max(0.0, height)


def picture_share(objects: PageObjects, bounds: Box) -> float:
    """Return the part of a page, 0 to 1, that its pictures cover; overlapping ones count twice up to the whole."""
    page = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
    if page <= 0:
        return 0.0
    return min(1.0, sum(overlap(area.box, bounds) for area in objects.areas if area.colour is None) / page)


def _tiny(raw: Any, text: TextObject) -> bool:
    if text.box[3] - text.box[1] > _TINY and text.box[2] - text.box[0] > _TINY:
        return False  # no glyph is larger than its type, so this type is not tiny
    size = ctypes.c_float()
    if not raw.FPDFTextObj_GetFontSize(text.handle, size):
        return False
    a, b, c, d, _, _ = matrix_of(raw, text.handle)
    return math.sqrt(abs(a * d - b * c)) * abs(size.value) <= _TINY


def _near(colour: Colour, other: Colour) -> bool:
    return (
        abs(colour[0] - other[0]) <= _SAME and abs(colour[1] - other[1]) <= _SAME and abs(colour[2] - other[2]) <= _SAME
    )


def _doubtful(text: TextObject, areas: Sequence[Area]) -> bool:
    """Tell whether the text may be invisible for its colour or for what is painted under or over it."""
    if text.mode == _CLIP or _pale(text):
        return True
    colour = text.colour
    x, y = (text.box[0] + text.box[2]) / 2, (text.box[1] + text.box[3]) / 2
    for box, order, painted in areas:
        # Written out, for this runs for every text and every area of a page.
        if (
            box[0] <= x <= box[2]
            and box[1] <= y <= box[3]
            and (order > text.order or (painted and colour and _near(painted, colour)))
        ):
            return True
    return False


def _drawable(raw: Any, text_page: Any, text: TextObject) -> bool:
    """Tell whether PDFium surely has the font: it is in the file, or PDFium's own stands in for Latin letters."""
    font = raw.FPDFTextObj_GetFont(text.handle)
    return bool(raw.FPDFFont_GetIsEmbedded(font) == 1) or _words(raw, text_page, text).isascii()


def _holds(box: Box, text: TextObject) -> bool:
    x, y = (text.box[0] + text.box[2]) / 2, (text.box[1] + text.box[3]) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _pale(text: TextObject) -> bool:
    return text.colour is not None and (min(text.colour[:3]) >= _PALE or text.colour[3] <= _FAINT)


def _pale_on_paper(text: TextObject, areas: Sequence[Area]) -> bool:
    return _pale(text) and not any(_holds(area.box, text) for area in areas)


def _picture(page: Any, bounds: Box) -> tuple[npt.NDArray[np.int16], float]:
    """Return the page as (rows, columns, 3) with its own rotation undone, and the pixels to a point."""
    area = max(1.0, (bounds[2] - bounds[0]) * (bounds[3] - bounds[1]))
    scale = min(1.0, math.sqrt(_MAX_PIXELS / area))
    bitmap = page.render(scale=scale, rotation=-page.get_rotation() % 360, may_draw_forms=False, rev_byteorder=True)
    return bitmap.to_numpy()[:, :, :3].astype("int16"), scale


def _unseen(
    raw: Any, page: Any, text_page: Any, bounds: Box, doubtful: Sequence[TextObject], areas: Sequence[Area]
) -> list[TextObject]:
    """Return the texts whose removal does not change the picture of the page.

    A Chinese font that is not in the file may be missing here and drawn as nothing, so such text must be pale on
    bare paper.
    """
    before, scale = _picture(page, bounds)
    for text in doubtful:
        raw.FPDFPageObj_SetIsActive(text.handle, False)
    after, _ = _picture(page, bounds)
    changed = abs(before - after).max(axis=2) > _SEEN
    unseen = []
    for text in doubtful:
        if not (_drawable(raw, text_page, text) or _pale_on_paper(text, areas)):
            raw.FPDFPageObj_SetIsActive(text.handle, True)
            continue
        left, bottom, right, top = text.box
        rows = slice(max(0, math.floor((bounds[3] - top) * scale)), max(0, math.ceil((bounds[3] - bottom) * scale)))
        columns = slice(max(0, math.floor((left - bounds[0]) * scale)), max(0, math.ceil((right - bounds[0]) * scale)))
        if changed[rows, columns].any():
            raw.FPDFPageObj_SetIsActive(text.handle, True)
        else:
            unseen.append(text)
    return unseen


def _words(raw: Any, text_page: Any, text: TextObject) -> str:
    length = raw.FPDFTextObj_GetText(text.handle, text_page, None, 0)
    buffer = ctypes.create_string_buffer(length)
    raw.FPDFTextObj_GetText(text.handle, text_page, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\x00").strip()


def hide(raw: Any, page: Any, text_page: Any, objects: PageObjects, bounds: Box) -> list[str]:
    """Take text that no reader sees off the page, and return it.

    That is text in an invisible mode, of at most 1.5 points, outside the page, and text whose removal changes
    nothing in the picture of the page: white on white, or under a picture or a painted area. The page is drawn only
    where areas and their colours give reason. Text over or under the picture of a scanned page stays: scanners put it there.
    The caller must load the page's text anew if anything was taken off.
    """
    areas = [area for area in objects.areas if area.box[3] - area.box[1] > _TINY]
    crowded = len(areas) * len(objects.texts) > _MAX_PAIRS
    certain, layer, doubtful = [], [], []
    for text in objects.texts:
        box = text.box
        if box[2] <= bounds[0] or box[0] >= bounds[2] or box[3] <= bounds[1] or box[1] >= bounds[3]:
            certain.append(text)
        elif text.mode == _INVISIBLE:
            layer.append(text)
        elif _tiny(raw, text) or (not objects.shaded and _pale_on_paper(text, areas)):
            certain.append(text)
        elif crowded or _doubtful(text, areas):
            doubtful.append(text)
    if not (certain or layer or doubtful):
        return []
    scan = picture_share(objects, bounds) >= _SCAN_SHARE
    for text in (*certain, *layer):
        raw.FPDFPageObj_SetIsActive(text.handle, False)
    unseen = _unseen(raw, page, text_page, bounds, doubtful, areas) if doubtful else []
    under = [text for text in unseen if scan and _under_a_picture(text, areas)]
    kept: Sequence[TextObject] = ()
    if scan and len(layer) + len(under) >= _LAYER_SHARE * (len(objects.texts) - len(certain)):
        kept = (*layer, *under)
        for text in kept:
            raw.FPDFPageObj_SetIsActive(text.handle, True)
    spared = {id(text) for text in kept}
    hidden = [text for text in (*certain, *layer, *unseen) if id(text) not in spared]
    return [words for text in hidden if (words := _words(raw, text_page, text))]


def _under_a_picture(text: TextObject, areas: Sequence[Area]) -> bool:
    return any(area.colour is None and area.order > text.order and overlap(area.box, text.box) for area in areas)
