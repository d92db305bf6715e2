"""Tell which text of a Word file a reader of the page cannot see: instructions for machines are smuggled in that way.

Hidden are runs marked as hidden, letters of at most 1.5 points, and letters that are as good as white on a ground
that is as good as white. A ground is looked for where Word keeps it: highlight, run, paragraph, cell, table style, text box.
"""

from __future__ import annotations

import re
from typing import Any

from ingest.loaders.docx_styles import Styles, W, is_on, value_of

_HEX = re.compile(r"^[0-9A-Fa-f]{6}$")
_WHITE_FROM = 0xF0
"""On white, letters whose every channel is at least this have a contrast below 1.15 to 1; WCAG asks for 4.5."""
_DARK_BELOW = 0xE0
_TINY_HALF_POINTS = 3
_WHITE_THEME = frozenset({"background1", "light1"})
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"


def _channels(colour: str | None) -> tuple[int, ...] | None:
    if not colour or not _HEX.match(colour):
        return None
    return tuple(int(colour[at : at + 2], 16) for at in (0, 2, 4))


def _is_white(colour: str | None) -> bool:
    channels = _channels(colour)
    return channels is not None and min(channels) >= _WHITE_FROM


def _is_ground(shading: Any | None) -> bool:
    """Tell whether a ``shd`` paints a ground on which white can be read."""
    if shading is None:
        return False
    pattern = shading.get(f"{W}val") or "clear"
    if pattern == "nil":
        return False
    if pattern != "clear":
        return not _is_white(shading.get(f"{W}color"))
    if shading.get(f"{W}themeFill") and not _HEX.match(shading.get(f"{W}fill") or ""):
        return shading.get(f"{W}themeFill") not in _WHITE_THEME
    channels = _channels(shading.get(f"{W}fill"))
    return channels is not None and min(channels) < _DARK_BELOW


class Visibility:
    """Judges the runs of one document."""

    def __init__(self, styles: Styles, body: Any | None) -> None:
        self._styles = styles
        page = body.getparent().find(f"{W}background") if body is not None and body.getparent() is not None else None
        colour = _channels(page.get(f"{W}color")) if page is not None else None
        self._dark_page = colour is not None and min(colour) < _DARK_BELOW

    def is_hidden(self, run: Any) -> bool:
        """Tell whether a run (``w:r``) cannot be seen on the page."""
        layers = self._layers(run)
        if next((mark for layer in layers if (mark := is_on(layer, "vanish")) is not None), False):
            return True
        size = next((stated for layer in layers if (stated := value_of(layer, "sz")) is not None), "")
        if size.isdigit() and int(size) <= _TINY_HALF_POINTS:
            return True
        colour = next((found for layer in layers if (found := layer.find(f"{W}color")) is not None), None)
        return colour is not None and _is_white_colour(colour) and not self._on_ground(run, layers)

    def _layers(self, run: Any) -> list[Any]:
        """Return the run properties that count for a run, the strongest first."""
        paragraph = next(run.iterancestors(f"{W}p"), None)
        own = run.find(f"{W}rPr")
        named = [value_of(own, "rStyle") or "", self._styles.of_paragraph(paragraph) if paragraph is not None else ""]
        styled = (style.find(f"{W}rPr") for name in named if name for style in self._styles.chain(name))
        return [layer for layer in (own, *styled) if layer is not None]

    def _on_ground(self, run: Any, layers: list[Any]) -> bool:
        if self._dark_page:
            return True
        if any(_is_ground(layer.find(f"{W}shd")) for layer in layers):
            return True
        if any((value_of(layer, "highlight") or "none") not in ("none", "white") for layer in layers):
            return True
        return any(self._paints(node) for node in run.iterancestors())

    def _paints(self, node: Any) -> bool:
        if node.tag == f"{W}p":
            if _is_ground(node.find(f"{W}pPr/{W}shd")):
                return True
            chain = self._styles.chain(self._styles.of_paragraph(node))
            return any(_is_ground(style.find(f"{W}pPr/{W}shd")) for style in chain)
        if node.tag == f"{W}tc":
            return _is_ground(node.find(f"{W}tcPr/{W}shd"))
        if node.tag == f"{W}tbl":
            return _is_ground(node.find(f"{W}tblPr/{W}shd")) or self._styles.shades(
                value_of(node, "tblPr/tblStyle") or ""
            )
        return node.tag == f"{W}txbxContent" and _box_is_painted(node)


def _is_white_colour(colour: Any) -> bool:
    value = colour.get(f"{W}val") or ""
    if _HEX.match(value):
        return _is_white(value)
    return (colour.get(f"{W}themeColor") or "") in _WHITE_THEME and not colour.get(f"{W}themeShade")


def _box_is_painted(content: Any) -> bool:
    """Tell whether a text box may have a ground of its own: all do that do not say that they have none."""
    shape = next(content.iterancestors(f"{_WPS}wsp"), None)
    properties = shape.find(f"{_WPS}spPr") if shape is not None else None
    if properties is None:
        return True
    fill = properties.find(f"{_A}solidFill/{_A}srgbClr")
    return properties.find(f"{_A}noFill") is None and not (fill is not None and _is_white(fill.get("val")))
