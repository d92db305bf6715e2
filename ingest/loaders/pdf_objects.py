"""List what stands on a PDF page: text objects, pictures, painted areas and ruling lines, in points of the page."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from ingest.loaders.ruled_tables import Ruling

Box = tuple[float, float, float, float]
"""Left, bottom, right, top; the origin is the page's lower left corner."""

Colour = tuple[int, int, int, int]
"""Red, green, blue and opacity, 0 to 255."""

_THIN = 3.0
"""Points; a painted area no thicker is a ruling line. Browsers and Word draw borders as such areas."""
_LONG = 6.0
_MAX_SEGMENTS = 400
"""Of one path. What has more is a drawing or a map."""
_MAX_RULINGS = 4000
"""Of one page; a page with more is a drawing, and gives none."""
_MAX_OBJECTS = 200_000
"""Of one page; the largest of the office files has under 2,000."""
_MAX_DEPTH = 8
"""Of forms within forms."""


class TextObject(NamedTuple):
    """A run of text in one font and colour; ``order`` is its place in the order of painting."""

    handle: Any
    box: Box
    order: int
    mode: int
    colour: Colour | None


class Area(NamedTuple):
    """A painted area: a filled path with its colour, or a picture (``colour`` None)."""

    box: Box
    order: int
    colour: Colour | None


@dataclass(slots=True)
class PageObjects:
    """Everything on a page, in painting order. ``drawn`` counts paths and shadings of any kind.

    ``shaded``: there are shadings, whose extent is not known here.
    """

    texts: list[TextObject] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    drawn: int = 0
    shaded: bool = False


Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _moved(x: float, y: float, matrix: Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _moved_box(box: Box, matrix: Matrix) -> Box:
    corners = [_moved(x, y, matrix) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def matrix_of(raw: Any, handle: Any) -> Matrix:
    """Return the matrix of an object: its own space to that of the page or form it stands in."""
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, found):
        return _IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


class _Walk:
    """One pass over a page; the call buffers are made once, for a page may hold thousands of objects."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._edges = [ctypes.c_float() for _ in range(4)]
        self._channels = [ctypes.c_uint() for _ in range(4)]
        self._point = [ctypes.c_float(), ctypes.c_float()]
        self._fill, self._stroke = ctypes.c_int(), ctypes.c_int()
        self._order = 0
        self.found = PageObjects()

    def _box(self, handle: Any, matrix: Matrix | None) -> Box | None:
        left, bottom, right, top = self._edges
        if not self._raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
            return None
        box = (left.value, bottom.value, right.value, top.value)
        return box if matrix is None else _moved_box(box, matrix)

    def _colour(self, read: Callable[..., int], handle: Any) -> Colour | None:
        red, green, blue, opacity = self._channels
        if not read(handle, red, green, blue, opacity):
            return None
        return red.value, green.value, blue.value, opacity.value

    def objects(self, count: int, get: Callable[[int], Any], matrix: Matrix | None, depth: int) -> None:
        raw = self._raw
        for at in range(count):
            if self._order >= _MAX_OBJECTS:
                return
            self._order += 1
            handle = get(at)
            kind = raw.FPDFPageObj_GetType(handle)
            if kind == raw.FPDF_PAGEOBJ_FORM:
                if depth < _MAX_DEPTH:
                    own = matrix_of(raw, handle)
                    self._form(handle, own if matrix is None else _times(own, matrix), depth)
                continue
            box = self._box(handle, matrix)
            if box is None:
                continue
            if kind == raw.FPDF_PAGEOBJ_TEXT:
                mode = raw.FPDFTextObj_GetTextRenderMode(handle)
                read = raw.FPDFPageObj_GetStrokeColor if mode in {1, 5} else raw.FPDFPageObj_GetFillColor
                self.found.texts.append(TextObject(handle, box, self._order, mode, self._colour(read, handle)))
            elif kind == raw.FPDF_PAGEOBJ_IMAGE:
                self.found.areas.append(Area(box, self._order, None))
            else:
                self.found.drawn += 1
                self.found.shaded = self.found.shaded or kind == raw.FPDF_PAGEOBJ_SHADING
                if kind == raw.FPDF_PAGEOBJ_PATH:
                    self._path(handle, box, matrix)

    def _form(self, handle: Any, matrix: Matrix, depth: int) -> None:
        raw = self._raw
        get = raw.FPDFFormObj_GetObject
        count = raw.FPDFFormObj_CountObjects(handle)
        self.objects(count, lambda at: get(handle, at), None if matrix == _IDENTITY else matrix, depth + 1)

    def _path(self, handle: Any, box: Box, matrix: Matrix | None) -> None:
        raw = self._raw
        if not raw.FPDFPath_GetDrawMode(handle, self._fill, self._stroke):
            return
        if not (self._fill.value or self._stroke.value):
            return
        if len(self.found.rulings) < _MAX_RULINGS:
            if _thin(box):
                self._rule(box)
            elif (segments := raw.FPDFPath_CountSegments(handle)) <= _MAX_SEGMENTS:
                own = matrix_of(raw, handle)
                self._segments(handle, segments, own if matrix is None else _times(own, matrix))
        if self._fill.value and box[3] - box[1] > _THIN and box[2] - box[0] > _THIN:
            colour = self._colour(raw.FPDFPageObj_GetFillColor, handle)
            self.found.areas.append(Area(box, self._order, colour or (0, 0, 0, 255)))

    def _rule(self, box: Box) -> None:
        left, bottom, right, top = box
        if max(right - left, top - bottom) < _LONG:
            return
        if right - left >= top - bottom:
            self.found.rulings.append(Ruling(True, (bottom + top) / 2, left, right))
        else:
            self.found.rulings.append(Ruling(False, (left + right) / 2, bottom, top))

    def _segments(self, handle: Any, count: int, matrix: Matrix) -> None:
        """Take thin filled rectangles and straight strokes of a path as rulings."""
        for points in self._outlines(handle, count, matrix):
            xs, ys = [x for x, _ in points], [y for _, y in points]
            box = (min(xs), min(ys), max(xs), max(ys))
            if _thin(box):
                self._rule(box)
            elif self._stroke.value:
                for (x, y), (next_x, next_y) in pairwise(points):
                    if abs(x - next_x) < 1 or abs(y - next_y) < 1:
                        self._rule((min(x, next_x), min(y, next_y), max(x, next_x), max(y, next_y)))

    def _outlines(self, handle: Any, count: int, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
        """Yield the corners of each part of a path; parts with curves are left out, for they rule nothing."""
        raw = self._raw
        x, y = self._point
        points: list[tuple[float, float]] = []
        curved = False
        for at in range(count):
            segment = raw.FPDFPath_GetPathSegment(handle, at)
            kind = raw.FPDFPathSegment_GetType(segment)
            if kind == raw.FPDF_SEGMENT_MOVETO:
                if points and not curved:
                    yield points
                points, curved = [], False
            curved = curved or kind == raw.FPDF_SEGMENT_BEZIERTO
            raw.FPDFPathSegment_GetPoint(segment, x, y)
            points.append(_moved(x.value, y.value, matrix))
            if raw.FPDFPathSegment_GetClose(segment):
                points.append(points[0])
        if points and not curved:
            yield points


def _thin(box: Box) -> bool:
    return min(box[2] - box[0], box[3] - box[1]) <= _THIN


def page_objects(raw: Any, page: Any) -> PageObjects:
    """Return everything on a page; ``raw`` is ``pypdfium2.raw`` and ``page`` a ``pypdfium2.PdfPage``."""
    walk = _Walk(raw)
    get = raw.FPDFPage_GetObject
    walk.objects(raw.FPDFPage_CountObjects(page), lambda at: get(page, at), None, 0)
    if len(walk.found.rulings) >= _MAX_RULINGS:
        walk.found.rulings.clear()
    return walk.found
