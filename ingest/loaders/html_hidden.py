"""Find the text of a page that no reader sees: it is how instructions are smuggled into an index.

Looked at are attributes, inline styles and the simple rules of style sheets inside the page (``.class``, ``#id``,
``tag.class``). Style sheets in files of their own are not at hand; where one could decide, text counts as seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ingest.loaders.html_blocks import Element

Declarations = Mapping[str, str]

_AT_RULE = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]|\{[^{}]*\})*\})")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_CSS_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)+)", re.IGNORECASE)
_MAX_SHEET_CHARS = 400_000

_LAYOUT_SHARE = 0.4
"""Size 0 on an element with more of the page's text than this is a trick against gaps; its children set their own."""

_NUMBER = re.compile(r"(-?[\d.]+)(px|pt|r?em|%)?")
_TINY = {"px": 1.0, "pt": 1.0, "em": 0.1, "rem": 0.1, "%": 10.0, "": 0.0}
_OFF_SCREEN = {"px": -900.0, "pt": -700.0, "em": -60.0, "rem": -60.0, "%": -100.0, "": -900.0}
"""Further out than any part of a page is moved for its layout: centring by half a width stays above."""

_COLOURS = {
    "white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245),
    "black": (0, 0, 0), "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0),
    "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192), "navy": (0, 0, 128),
}  # fmt: skip
_HEX = re.compile(r"#([0-9a-f]{3,8})")
_RGB = re.compile(r"rgba?\((\d{1,3}),(\d{1,3}),(\d{1,3})(?:,([\d.]+))?\)")
_SAME = 16
"""Difference in each channel (0-255) below which letters cannot be told from their ground."""

Rgb = tuple[int, int, int]


@lru_cache(maxsize=4096)
def _declarations(style: str) -> Declarations:
    found: dict[str, str] = {}
    for part in style.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            found[name.strip().lower()] = re.sub(r"\s+", "", value).lower().removesuffix("!important")
    return found


@lru_cache(maxsize=1024)
def _rgb(value: str) -> Rgb | None:
    """Return the colour that a value begins with; None for an image, a variable, anything else."""
    if (name := re.match(r"[a-z]+(?![a-z(])", value)) and name[0] in _COLOURS:
        return _COLOURS[name[0]]
    if match := _HEX.match(value):
        digits = match[1] if len(match[1]) >= 6 else "".join(digit * 2 for digit in match[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if match := _RGB.match(value):
        return int(match[1]), int(match[2]), int(match[3])
    return None


def _is_transparent(value: str) -> bool:
    match = _RGB.match(value)
    return value.startswith("transparent") or (match is not None and match[4] is not None and float(match[4]) == 0)


def _measure(value: str) -> tuple[float, str] | None:
    match = _NUMBER.match(value)
    try:
        return (float(match[1]), match[2] or "") if match else None
    except ValueError:
        return None


def _is_off_screen(style: Declarations) -> bool:
    centred = "%" in style.get("left", "")
    for name in ("text-indent", "left", "top", "margin-left", "margin-top"):
        moved = _measure(style.get(name, ""))
        if moved and moved[0] <= _OFF_SCREEN[moved[1]] and not (centred and name == "margin-left"):
            return True
    return False


def _is_cut_away(style: Declarations) -> bool:
    if style.get("clip", "").startswith("rect(0") or re.match(r"inset\((?:50|100)%", style.get("clip-path", "")):
        return True
    if "scale(0)" in style.get("transform", ""):
        return True
    flat = any(size and size[0] == 0 for size in (_measure(style.get(name, "")) for name in ("height", "max-height")))
    return flat and style.get("overflow") == "hidden"


def _is_switched_off(style: Declarations) -> bool:
    opacity = _measure(style.get("opacity", ""))
    return (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or (opacity is not None and opacity[0] == 0)
    )


def _is_tiny(style: Declarations) -> bool:
    if style.get("font", "").startswith(("0/", "0px/")):
        return True
    size = _measure(style.get("font-size", ""))
    return size is not None and size[0] <= _TINY[size[1]]


@dataclass(slots=True)
class Sheet:
    """The rules of a page's own style sheets by class and id, and whether others exist that are not at hand."""

    rules: dict[str, dict[tuple[str, frozenset[str]], dict[str, str]]] = field(default_factory=dict)
    complete: bool = True

    def style(self, element: Element) -> Declarations:
        """Return the declarations for an element, its own attribute last."""
        own = _declarations(element.get("style") or "")
        if not self.rules:
            return own
        names = {f".{name}" for name in (element.get("class") or "").split()}
        if identifier := element.get("id"):
            names.add(f"#{identifier}")
        found: dict[str, str] = {}
        for name in names:
            for (tag, needed), declarations in self.rules.get(name, {}).items():
                if needed <= names and tag in ("", element.tag):
                    found.update(declarations)
        return {**found, **own} if found else own


def read_sheet(root: Element) -> Sheet:
    """Return the rules of the ``style`` elements of a page; rules for certain devices are left out."""
    sheet = Sheet()
    sheet.complete = not any("stylesheet" in (link.get("rel") or "").lower() for link in root.iter("link"))
    text = "\n".join("".join(style.itertext()) for style in root.iter("style"))[:_MAX_SHEET_CHARS]
    for selectors, body in _RULE.findall(_AT_RULE.sub("", _CSS_COMMENT.sub("", text))):
        declarations = _declarations(body)
        for selector in selectors.split(","):
            if match := _SELECTOR.fullmatch(selector.strip()):
                names = re.findall(r"[.#][\w-]+", match[2])
                key = ((match[1] or "").lower(), frozenset(names))
                # Rules for the same selector become one, or a sheet that repeats itself would cost its square.
                sheet.rules.setdefault(names[0], {}).setdefault(key, {}).update(declarations)
    return sheet


def _ground(element: Element, sheet: Sheet) -> Rgb | None:
    """Return the colour behind an element's text, None if it cannot be told."""
    for node in (element, *element.iterancestors()):
        style = sheet.style(node)
        value = style.get("background-color") or style.get("background") or (node.get("bgcolor") or "").strip().lower()
        if node.get("background") or "url(" in value:
            return None
        if value and value != "none" and not _is_transparent(value):
            return _rgb(value)
        if not sheet.complete and node is element and (node.get("class") or node.tag == "th"):
            # A style sheet that is not at hand may colour the ground of such an element.
            return None
    return _COLOURS["white"]


def _is_invisible_ink(element: Element, style: Declarations, sheet: Sheet) -> bool:
    own = style.get("color") or (element.get("color") or "").strip().lower()
    if not own:
        return False
    if _is_transparent(own):
        return "text-fill-color" not in " ".join(style) and "background-clip" not in style
    ink = _rgb(own)
    ground = _ground(element, sheet) if ink else None
    return ink is not None and ground is not None and all(abs(a - b) <= _SAME for a, b in zip(ink, ground, strict=True))


def is_hidden(element: Element, sheet: Sheet, share: float) -> bool:
    """Tell whether no reader sees an element's text; ``share`` is its part of all the page's text, 0..1."""
    if element.get("hidden") is not None:
        return True
    if (element.get("aria-hidden") or "").strip().lower() == "true":
        # A dialogue that was open when the page was saved marks everything behind it.
        return share <= _LAYOUT_SHARE
    style = sheet.style(element)
    if not style and not element.get("color"):
        return False
    if _is_switched_off(style) or _is_off_screen(style) or _is_cut_away(style):
        return True
    if _is_tiny(style):
        return share <= _LAYOUT_SHARE and not any(
            "font-size" in inner and not _is_tiny(inner) for inner in map(sheet.style, element.iterdescendants())
        )
    return _is_invisible_ink(element, style, sheet)
