"""Resolve a Word file's styles: which are headings, which a table of contents, which carry numbers or hide text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_HEADING_STYLE = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"^(?:toc(?:\s*\d|\s*heading)?|目录\s*\d?)$", re.IGNORECASE)
_BODY_LEVEL = 9
"""``outlineLvl`` 9 means body text in WordprocessingML."""


def value_of(element: Any | None, path: str) -> str | None:
    """Return the ``w:val`` of the element at a path below ``element`` (``pPr/pStyle``), None where there is none."""
    if element is None:
        return None
    found = element.find("/".join(W + step for step in path.split("/")))
    return None if found is None else found.get(f"{W}val")


def is_on(element: Any | None, path: str) -> bool | None:
    """Return whether a toggle such as ``vanish`` is on, None where it does not stand."""
    if element is None:
        return None
    found = element.find("/".join(W + step for step in path.split("/")))
    return None if found is None else (found.get(f"{W}val") or "true").lower() not in ("0", "false", "off")


def outline_level(element: Any) -> int:
    """Return the heading level that a paragraph or style states itself: 1..9, 0 for none."""
    value = value_of(element, "pPr/outlineLvl") or ""
    return int(value) + 1 if value.isdigit() and int(value) < _BODY_LEVEL else 0


class Styles:
    """The styles of one document; a style that is not defined has no facts."""

    def __init__(self, root: Any | None) -> None:
        self._styles: dict[str, Any] = {}
        self._default: dict[str, str] = {}
        for style in root.iterfind(f"{W}style") if root is not None else ():
            identifier = style.get(f"{W}styleId") or ""
            self._styles.setdefault(identifier, style)
            if (style.get(f"{W}default") or "").lower() in ("1", "true", "on"):
                self._default.setdefault(style.get(f"{W}type") or "", identifier)
        self._levels = {identifier: self._level(identifier) for identifier in self._styles}
        self._contents = {identifier for identifier in self._styles if self._is_contents(identifier)}

    def chain(self, identifier: str) -> Iterator[Any]:
        """Yield a style and those that it is based on, the nearest first."""
        seen: set[str] = set()
        while identifier not in seen and (style := self._styles.get(identifier)) is not None:
            seen.add(identifier)
            yield style
            identifier = value_of(style, "basedOn") or ""

    def _names(self, identifier: str) -> Iterator[tuple[str, Any]]:
        for style in self.chain(identifier):
            yield value_of(style, "name") or "", style

    def _level(self, identifier: str) -> int:
        for name, style in self._names(identifier):
            if match := _HEADING_STYLE.match(name):
                return int(match[1])
            if name.lower() == "title":
                return 1
            if level := outline_level(style):
                return level
        return 0

    def _is_contents(self, identifier: str) -> bool:
        return any(_CONTENTS_STYLE.match(name) for name, _ in self._names(identifier))

    def of_paragraph(self, paragraph: Any) -> str:
        """Return the id of a paragraph's style, the document's default where it names none."""
        return value_of(paragraph, "pPr/pStyle") or self._default.get("paragraph", "")

    def heading_level(self, paragraph: Any) -> int:
        """Return the level of a heading, 0 for anything else."""
        return outline_level(paragraph) or self._levels.get(self.of_paragraph(paragraph), 0)

    def is_contents(self, paragraph: Any) -> bool:
        """Tell whether a paragraph is a line of a table of contents."""
        return self.of_paragraph(paragraph) in self._contents

    def shades(self, identifier: str) -> bool:
        """Tell whether a table style paints cells, so that white letters in them can be read."""
        return any(next(style.iter(f"{W}shd"), None) is not None for style in self.chain(identifier))
