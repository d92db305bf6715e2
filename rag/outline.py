"""Read the outline of Chinese official writing: enumerators, list items, sentences.

Official texts number their parts in a fixed family of ways (第一章, 一、, （一）, 1、, （1）, ①, 一是). Which family
stands above which differs between texts, so levels come from the order of first use, not from a fixed ranking.
All offsets are character offsets into the text that was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HAN = "一二三四五六七八九十百零〇"
_LINE_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("part", re.compile(rf"第[{_HAN}\d]+(?:编|篇|部分)[\s、:：]*")),
    ("chapter", re.compile(rf"第[{_HAN}\d]+章[\s、:：]*")),
    ("division", re.compile(rf"第[{_HAN}\d]+节[\s、:：]*")),
    ("article", re.compile(rf"第[{_HAN}千\d]+条(?:之[{_HAN}])?[\s、:：]*")),
    ("han", re.compile(rf"[{_HAN}]+\s*[、．.]\s*")),
    ("han_paren", re.compile(rf"[（(〔][{_HAN}]+[）)〕]\s*[、．.]?\s*")),
    ("number", re.compile(r"\d{1,2}\s*(?:[、．]|\.(?!\d)|(?=[\u4e00-\u9fff])(?<=[\d]\s))\s*")),
    ("number_paren", re.compile(r"[（(]\d{1,2}[）)]\s*[、．.]?\s*")),
    ("half_paren", re.compile(r"\d{1,2}[）)]\s*")),
    ("circled", re.compile(r"[①-⑳]\s*")),
    ("ordinal", re.compile(rf"(?:第)?[{_HAN}]{{1,3}}(?:是|要|则)[,，、]?(?=.{{4}})")),
    ("bullet", re.compile(r"[•●▪◆■○◇★※\-–]\s*(?=\S)")),
)
_INLINE = re.compile(
    rf"(?<![^\s。；;：:，,、！!？?）)”])(?:([{_HAN}]{{1,3}})是|[（(]([{_HAN}]{{1,3}}|\d{{1,2}})[）)]|([①-⑳]))"
)
_SENTENCE_END = re.compile(r"[。！？!?；;\s](?:(?<=[。！？!?；;])[。！？!?；;]*[”’」』）)】]*|(?<=\n)\n*|(?<=\s)\s+)")
"""Closing marks with brackets behind them, line breaks, or two or more spaces; one class in front is quick to search."""
_LINE = re.compile(r"[^\n]+")
_NUMERAL = re.compile(rf"[{_HAN}]+|\d+|[①-⑳]")
_LONGEST_UNMARKED = 120
"""Characters of a line that can be an item without a number in front of it."""
_SHORT_HEADING = 16
"""Characters behind the number up to which an item with a full stop may be the heading of the lines below it."""
_LONGEST_RUN = 20_000
_BETWEEN = 2
_TERMINAL = "。；;！!？?，,、：:"
_DIGIT = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0}


@dataclass(frozen=True, slots=True)
class Enumerator:
    """The number in front of a line. ``length`` counts its characters, white space behind it included."""

    family: str
    length: int


@dataclass(frozen=True, slots=True)
class ListItem:
    """An item of a list, ``text[start:end]`` with its enumerator; ``level`` 0 is the outermost."""

    start: int
    end: int
    level: int


def enumerator(line: str) -> Enumerator | None:
    """Return the enumerator that a line begins with, if it has one."""
    for family, pattern in _LINE_FAMILIES:
        match = pattern.match(line)
        if match and match.end() < len(line):
            return Enumerator(family, match.end())
    return None


def without_enumerator(line: str) -> str:
    """Return a line without its enumerator and without a colon at its end."""
    found = enumerator(line)
    return line[found.length if found else 0 :].strip().rstrip("：:")


def ends_openly(line: str) -> bool:
    """True if a line does not end as a sentence does, as headings do not."""
    return bool(line) and line[-1] not in _TERMINAL


def lines(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each non-empty line of ``text[start:end]``, without surrounding white space."""
    end = len(text) if end is None else end
    for match in _LINE.finditer(text, start, end):
        line = match.group()
        stripped = line.strip()
        if stripped:
            first = match.start() + len(line) - len(line.lstrip())
            yield first, first + len(stripped)


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence of ``text[start:end]``, its closing punctuation included."""
    end = len(text) if end is None else end
    position = start
    for match in _SENTENCE_END.finditer(text, start, end):
        begin, stop = match.span()
        yield from _trimmed(text, position, begin if text[begin].isspace() else stop)
        position = stop
    yield from _trimmed(text, position, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        first = start + len(piece) - len(piece.lstrip())
        yield first, first + len(stripped)


def list_items(text: str, start: int, end: int) -> list[ListItem]:
    """Return the items of the list in ``text[start:end]``, in order; empty when there is none of two or more items.

    Lines that begin with an enumerator are items; an item that is only a heading takes the plain lines below it
    as items one level deeper. Where the outermost numbering starts again, another list begins and is left out.
    Where no line is numbered, lines that end in semicolons are the items (a list whose bullets were lost), and
    else a numbering inside a paragraph (一是…二是…).
    """
    items = _numbered_lines(text, start, end)
    if sum(item.level == 0 for item in items) >= 2:
        return items
    unmarked = _unmarked_lines(text, start, end)
    if unmarked:
        return unmarked
    best: list[ListItem] = []
    for first, last in lines(text, start, end):
        inline = inline_items(text, first, last)
        if len(inline) > len(best):
            best = inline
    return best


def _numbered_lines(text: str, start: int, end: int) -> list[ListItem]:
    families: list[str] = []
    items: list[ListItem] = []
    told: list[int] = []
    open_heading, short, last_number = False, False, 0
    for first, last in lines(text, start, end):
        line = text[first:last]
        found = enumerator(line)
        if found is None:
            if open_heading or short:
                told += [len(items)] if short else []
                items.append(
                    ListItem(first, last, items[-1].level + 1 if items[-1].level < len(families) else items[-1].level)
                )
            continue
        if found.family not in families:
            families.append(found.family)
        level = families.index(found.family)
        del families[level + 1 :]
        if level == 0:
            number = item_number(line)
            if number == 1 and last_number > 1:
                break
            last_number = number or last_number
        items.append(ListItem(first, last, level))
        open_heading = ends_openly(line)
        # （一）总体目标。 heads what stands below it as （一）总体目标 does.
        short = not open_heading and len(line) - found.length <= _SHORT_HEADING and line.endswith("。")
    return _without_what_follows(items, told)


def _without_what_follows(items: list[ListItem], told: list[int]) -> list[ListItem]:
    """Leave out the lines below a last short item where no other item has any: they follow the list."""
    last = max((n for n in range(len(items)) if n not in told), default=0)
    behind = [n for n in told if n > last]
    return items[: last + 1] if behind and len(behind) == len(told) else items


def item_number(line: str) -> int:
    """Return the number that a line begins with, 0 where it begins with none."""
    found = enumerator(line)
    match = _NUMERAL.search(line, 0, found.length) if found else None
    return _ordinal(match.group()) if match else 0


def _unmarked_lines(text: str, start: int, end: int) -> list[ListItem]:
    """Return the first run of two or more unnumbered lines of which all but the last end in a semicolon."""
    run: list[ListItem] = []
    for first, last in lines(text, start, end):
        line = text[first:last]
        goes_on = line[-1] in "；;" and len(line) <= _LONGEST_UNMARKED and enumerator(line) is None
        if goes_on or (run and line[-1] not in "：:"):
            run.append(ListItem(first, last, 0))
        if run and not goes_on:
            break
    return run if len(run) >= 2 else []


def run_below(text: str, start: int, end: int) -> int:
    """Return where the list below a lead-in line ends; ``start`` if there is none.

    It ends where a line without an enumerator, or with the parent's, follows; an unnumbered list with the first
    line that does not end in a semicolon. A line or two between two items of one numbering (a picture's words, a title
    printed again) do not end it, unless the items are headings, whose paragraphs these are.
    """
    family, stop, plain, number, heading = None, start, False, 0, False
    found_lines = list(lines(text, start, min(end, start + _LONGEST_RUN)))
    for n, (first, last) in enumerate(found_lines):
        line = text[first:last]
        found = enumerator(line)
        if found is None:
            if family is not None:
                following = found_lines[n + 1 : n + 1 + _BETWEEN]
                if not heading and _goes_on(text, following, family, number + 1):
                    continue
                break
            plain = plain or line[-1] in "；;"
            if not plain:
                break
            stop = last
            if line[-1] not in "；;":
                break
            continue
        if plain or (family is not None and found.family != family and _opens_parent(found.family, family)):
            break
        family, stop = family or found.family, last
        number = item_number(line) if found.family == family else number
        heading = ends_openly(line)
    return stop


def _goes_on(text: str, following: list[tuple[int, int]], family: str, number: int) -> bool:
    """True where one of the next lines has the next number of a family; a list of one item is none yet."""
    for first, last in following:
        found = enumerator(text[first:last])
        if found is not None:
            return number > 1 and found.family == family and item_number(text[first:last]) == number
    return False


def _opens_parent(family: str, first: str) -> bool:
    """True if a numbering stands above another in the usual order of official writing."""
    order = [name for name, _ in _LINE_FAMILIES]
    return order.index(family) < order.index(first)


def inline_items(text: str, start: int, end: int) -> list[ListItem]:
    """Return the items of a numbering inside one paragraph: 一是…二是…, （1）…（2）…, ①…②…."""
    groups: dict[int, list[int]] = {1: [], 2: [], 3: []}
    for match in _INLINE.finditer(text, start, end):
        group = match.lastindex or 0
        if _ordinal(match.group(group)) == len(groups[group]) + 1:
            groups[group].append(match.start())
    starts = max(groups.values(), key=len)
    if len(starts) < 2:
        return []
    stops = [*starts[1:], _end_of_last(text, starts[-1], end)]
    return [
        ListItem(*span, 0) for first, stop in zip(starts, stops, strict=True) for span in _trimmed(text, first, stop)
    ]


def _end_of_last(text: str, start: int, end: int) -> int:
    """The last item has no successor that bounds it; it ends with its line."""
    newline = text.find("\n", start, end)
    return end if newline < 0 else newline


def _ordinal(numeral: str) -> int:
    if numeral.isdigit() and numeral.isascii():
        return int(numeral)
    if "①" <= numeral <= "⑳":
        return ord(numeral) - ord("①") + 1
    tens, ten, ones = numeral.partition("十")
    if ten:
        return (_DIGIT.get(tens, 1) if tens else 1) * 10 + (_DIGIT.get(ones, 0) if ones else 0)
    return _DIGIT.get(numeral, 0)
