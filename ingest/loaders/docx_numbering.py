"""Compute the numbers that Word writes in front of paragraphs: 一、 （一） 1. 第一章 are not in the text of the file.

Counters run per abstract list, so that lists that share one go on counting; the first use of a list with a start
override begins again (ISO/IEC 29500-1, 17.9).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ingest.loaders.docx_numerals import WITHOUT_NUMBER, written
from ingest.loaders.docx_styles import Styles, W, is_on, value_of

_PLACE = re.compile(r"%([1-9])")
_FALLBACK_FORMAT = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_LEVELS = 9
_CLOSED = re.compile(r"[、．）】〕：。\s]$")
"""Full-width signs bring their own gap; behind any other sign a label is parted from the text by a space."""


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else otherwise


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    number_format: str
    text: str
    restart: int | None
    """The level (from 1) whose use restarts this one; None for any level above, 0 for never."""
    legal: bool
    hidden: bool
    tight: bool
    style: str | None


def _read_level(element: Any) -> _Level:
    number_format = value_of(element, "numFmt")
    if number_format is None or number_format == "custom":
        # A custom format is wrapped in an alternative, whose fallback older programs read.
        fallback = next((node.find(f"{W}numFmt") for node in element.iter(_FALLBACK_FORMAT)), None)
        number_format = fallback.get(f"{W}val") if fallback is not None else "decimal"
    restart = value_of(element, "lvlRestart")
    return _Level(
        start=_number(value_of(element, "start"), 0),
        number_format=number_format or "decimal",
        text=value_of(element, "lvlText") or "",
        restart=None if restart is None else _number(restart, 0),
        legal=is_on(element, "isLgl") is True,
        hidden=is_on(element, "rPr/vanish") is True,
        tight=value_of(element, "suff") == "nothing",
        style=value_of(element, "pStyle"),
    )


@dataclass(slots=True)
class _List:
    """A list (``w:num``): its levels, the counters that it shares, and the starts it forces when first used."""

    abstract: str
    levels: dict[int, _Level]
    forced: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Gives each numbered paragraph its label; call :meth:`label` once for each paragraph, in document order."""

    def __init__(self, root: Any | None, styles: Styles) -> None:
        self._styles = styles
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        if root is None:
            return
        abstracts = {node.get(f"{W}abstractNumId") or "": node for node in root.iterfind(f"{W}abstractNum")}
        numbers = {node.get(f"{W}numId") or "": node for node in root.iterfind(f"{W}num")}
        for identifier, node in numbers.items():
            abstract = value_of(node, "abstractNumId") or ""
            source = self._linked(abstracts.get(abstract), abstracts, numbers)
            if source is not None:
                levels = {_level_of(level): _read_level(level) for level in source.iterfind(f"{W}lvl")}
                self._lists[identifier] = found = _List(source.get(f"{W}abstractNumId") or "", levels)
                _override(found, node)

    def _linked(self, abstract: Any | None, abstracts: dict[str, Any], numbers: dict[str, Any]) -> Any | None:
        """Follow a list that takes its levels from a list style."""
        link = value_of(abstract, "numStyleLink")
        if link is None:
            return abstract
        for style in self._styles.chain(link):
            number = numbers.get(value_of(style, "pPr/numPr/numId") or "")
            if number is not None:
                return abstracts.get(value_of(number, "abstractNumId") or "")
        return abstract

    def _place(self, paragraph: Any) -> tuple[_List, int] | None:
        """Return the list and level of a paragraph: stated by itself, else by its style or that one's parents."""
        number = value_of(paragraph, "pPr/numPr/numId")
        level = value_of(paragraph, "pPr/numPr/ilvl")
        if number is None:
            for style in self._styles.chain(self._styles.of_paragraph(paragraph)):
                number = value_of(style, "pPr/numPr/numId")
                if number is not None:
                    identifier = style.get(f"{W}styleId")
                    found = self._lists.get(number)
                    linked = [at for at, entry in found.levels.items() if entry.style == identifier] if found else []
                    stated = value_of(style, "pPr/numPr/ilvl")
                    level = level or (str(linked[0]) if linked else stated)
                    break
        if number is None or number not in self._lists:
            return None  # list 0 takes a number away that the style gives
        return self._lists[number], min(_number(level, 0), _LEVELS - 1)

    def label(self, paragraph: Any) -> str:
        """Return the number in front of a paragraph with the gap behind it, empty where there is none."""
        place = self._place(paragraph)
        if place is None:
            return ""
        found, at = place
        level = found.levels.get(at)
        if level is None:
            return ""
        counters = self._counters.setdefault(found.abstract, {})
        self._advance(found, counters, at, level)
        if level.hidden or level.number_format in WITHOUT_NUMBER:
            return ""
        text = _PLACE.sub(lambda place: self._written(found, counters, int(place[1]) - 1, level.legal), level.text)
        text = " ".join(text.split())
        return text if not text or level.tight or _CLOSED.search(text) else f"{text} "

    def _advance(self, found: _List, counters: dict[int, int], at: int, level: _Level) -> None:
        if at in found.forced:
            counters[at] = found.forced.pop(at)
        else:
            counters[at] = counters[at] + 1 if at in counters else level.start
        for deeper in [deeper for deeper in counters if deeper > at]:
            rule = found.levels[deeper].restart if deeper in found.levels else None
            if rule is None or at < rule:
                del counters[deeper]

    def _written(self, found: _List, counters: dict[int, int], at: int, legal: bool) -> str:
        level = found.levels.get(at)
        if level is None:
            return ""
        number = counters.get(at, level.start)
        return str(number) if legal else written(number, level.number_format)


def _level_of(element: Any) -> int:
    return min(_number(element.get(f"{W}ilvl"), 0), _LEVELS - 1)


def _override(found: _List, node: Any) -> None:
    for override in node.iterfind(f"{W}lvlOverride"):
        at = _level_of(override)
        own = override.find(f"{W}lvl")
        if own is not None:
            found.levels[at] = _read_level(own)
        start = value_of(override, "startOverride")
        if start is not None:
            found.forced[at] = _number(start, 1)
