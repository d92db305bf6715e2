"""Translate the glyphs of symbol fonts that forms and lists use into characters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_BOXES: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "wingdings": MappingProxyType(
            {0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x76: "❖", 0xA8: "□", 0xB2: "★", 0xD8: "➢", 0xE0: "→"}
            | {0xFB: "✗", 0xFC: "√", 0xFD: "☒", 0xFE: "☑"}
            | {0x81 + number: chr(0x2460 + number) for number in range(10)}
        ),
        "wingdings 2": MappingProxyType({0x2A: "□", 0x50: "√", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0xA3: "□"}),
        "symbol": MappingProxyType({0xA3: "≤", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB7: "·", 0xB0: "°", 0xB8: "÷"}),
    }
)
_PRIVATE = 0xF000


def symbol(font: str, code: str) -> str:
    """Return the character of a ``w:sym``: its hexadecimal code in a font; empty where the glyph means nothing."""
    if not re.fullmatch(r"[0-9A-Fa-f]{1,5}", code):
        return ""
    point = int(code, 16)
    glyph = point - _PRIVATE if _PRIVATE <= point <= _PRIVATE + 0xFF else point
    table = _BOXES.get(font.strip().lower())
    if table is not None:
        return table.get(glyph, "")
    return chr(point) if 0x20 <= point < 0xD800 or 0xF900 <= point < 0x110000 else ""
