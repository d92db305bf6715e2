"""Find runs that are not language: text decoded with a wrong charset or written with a broken font.

Each character gets a weight: positive if it is implausible in Chinese prose, negative if it is ordinary. Runs of
high total weight are found with the linear-time algorithm for all maximal scoring subsequences of Ruzzo & Tompa,
"A linear time algorithm for finding all maximal scoring subsequences", ISMB 1999. Classes come from
:mod:`ingest.cleaning.rarity`, runs of plausible characters that make no words from :mod:`ingest.cleaning.wordless`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ingest.cleaning import rarity
from ingest.cleaning.wordless import find_wordless
from rag.domain import Mark, MarkKind

_WEIGHTS = {
    rarity.BROKEN: 4.0,
    rarity.PRIVATE: 4.0,
    rarity.FOREIGN: 1.0,
    rarity.LATIN: 1.0,
    rarity.RARE: 0.8,
    rarity.UNCOMMON: 0.0,
    rarity.OTHER: 0.0,
    rarity.COMMON: -0.45,
    rarity.PUNCTUATION: -0.4,
    rarity.ASCII: -0.3,
}
_THRESHOLD = 3.0
"""Three to four implausible characters close together; two rare characters of a name stay below."""

_WORDLESS = 1.0
"""For each character of a run without words; a run is long enough to reach the threshold by itself."""

_MAX_GAP = 12
"""So many ordinary characters outweigh whatever stands before them, so runs can be scored on their own."""

_IMPLAUSIBLE_CLASSES = rarity.BROKEN + rarity.PRIVATE + rarity.FOREIGN + rarity.LATIN + rarity.RARE
_IMPLAUSIBLE = re.compile(f"[{_IMPLAUSIBLE_CLASSES}]")


def _has(*parts: str) -> Callable[[str, str], bool]:
    return lambda text, _: any(part in text for part in parts)


def _has_foreign(_: str, classes: str) -> bool:
    return rarity.FOREIGN in classes


_SEVEN_MARKS = re.compile(r"[!-/:-@\[-^`{-~]{7}")


def _has_marks(text: str, classes: str) -> bool:
    return rarity.ASCII * 7 in classes and _SEVEN_MARKS.search(text) is not None


_SEQUENCES: tuple[tuple[Callable[[str, str], bool], re.Pattern[str], float], ...] = (
    (
        _has("?"),
        re.compile(r"\?{2,}(?=[\u3400-\u9fff])(?<=[\u3400-\u9fff]\?\?)|(?<=[\u3400-\u9fff])\?{2,}(?=[\u3400-\u9fff])"),
        2.0,
    ),
    (_has("?"), re.compile(r"\?(?=[！，。；：、])"), 3.0),
    (_has("^"), re.compile(r"(?<=[\u3400-\u9fff，。；：！])\s*\^(?=\s*[\u3400-\u9fff])"), 2.0),
    (_has_foreign, re.compile(r"[\u3105-\u312f](?=[A-Za-z\u3400-\u9fff])"), 1.5),
    (_has("(cid:"), re.compile(r"(?:\(cid:\d+\))+"), 4.0),
    (_has("锟", "烫", "屯", "Ã", "â"), re.compile(r"(?:锟斤拷|烫烫烫|屯屯屯|Ã[\u0080-\u00bf‚-™]|â€)+"), 4.0),
    (
        _has_marks,
        re.compile(
            r"(?<![\w/&=?%#.+~-])(?=(?:[^\s\w\u0080-\U0010ffff]|\w(?=[^\s\w])){7})(?!([^\w\s])\1{3})[!\"#$%&'()*+,:;<=>?@\\^`{|}~\[\]]{7,}"
        ),
        4.0,
    ),
)
"""Sequences that broken conversions leave and what each character of theirs adds, spread over the match. Before each
stands what tells from the text and its classes, by a quick search, that it cannot be there."""

_SPREAD = re.compile(r"[A-Za-z\u00c0-\u024f^?]*(?:\([A-Za-z\u00c0-\u024f]{1,8}\))?")
"""Letters that cling to a garbled run are part of it."""

_SPREAD_LEFT = re.compile(r"(?<=[\u3400-\u9fff])\?+[!！]?\s?$")
"""The question mark a lost character became, before the run it belongs to."""

_WORD = re.compile(r"[A-Za-z\u00c0-\u024f'’-]+|[\u0400-\u04ff-]{3,}")


def _european_words(text: str) -> Iterator[tuple[int, int]]:
    """Yield European words: in ``café`` or ``Sjögren`` plain letters outnumber the accented ones; Cyrillic names."""
    for match in _WORD.finditer(text):
        plain = sum(character.isascii() for character in match[0])
        accented = len(match[0]) - plain
        if match[0][-1] >= "\u0400" or 0 < accented < plain:
            yield match.span()


def _maximal_runs(weights: list[float]) -> list[tuple[int, int, float]]:
    """Return all maximal scoring subsequences as start, end, score (Ruzzo & Tompa 1999, section 2)."""
    runs: list[tuple[int, int, float, float]] = []  # start, end, score before, score after
    total = 0.0
    for at, weight in enumerate(weights):
        before, total = total, total + weight
        if weight <= 0:
            continue
        start = at
        while True:
            left = next((index for index in range(len(runs) - 1, -1, -1) if runs[index][2] < before), None)
            if left is None or runs[left][3] >= total:
                runs.append((start, at + 1, before, total))
                break
            start, before = runs[left][0], runs[left][2]
            del runs[left:]
    return [(start, end, after - before) for start, end, before, after in runs]


def _windows(spots: list[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """Join suspicious spots that are close to each other, with a margin."""
    start = end = -1
    for first, last in sorted(spots):
        if start >= 0 and first <= end + _MAX_GAP:
            end = max(end, last)
            continue
        if start >= 0:
            yield start, end
        start, end = first, last
    if start >= 0:
        yield start, min(end, length)


def _suspicious(text: str, classes: str) -> tuple[list[tuple[int, int]], dict[int, float]]:
    """Return the spots that may belong to a garbled run, and what sequences add to single characters."""
    bonus: dict[int, float] = {}
    spots: list[tuple[int, int]] = []
    if any(name in classes for name in _IMPLAUSIBLE_CLASSES):
        spots = [match.span() for match in _IMPLAUSIBLE.finditer(classes)]
    for may_hold, pattern, weight in _SEQUENCES:
        for match in pattern.finditer(text) if may_hold(text, classes) else ():
            spots.append(match.span())
            for at in range(*match.span()):
                bonus[at] = max(bonus.get(at, 0.0), weight)
    for start, end in find_wordless(text, classes):
        spots.append((start, end))
        for at in range(start, end):
            bonus[at] = max(bonus.get(at, 0.0), _WORDLESS)
    return spots, bonus


def find_garble(text: str) -> Iterator[Mark]:
    """Yield the stretches of a text that are not language, in order and without overlap."""
    classes = rarity.classes_of(text)
    spots, bonus = _suspicious(text, classes)
    if not spots:
        return
    words = {at for start, end in _european_words(text) for at in range(start, end)}
    reached = 0
    for start, end in _windows(spots, len(text)):
        weights = [max(bonus.get(at, -9.0), 0.0 if at in words else _WEIGHTS[classes[at]]) for at in range(start, end)]
        for first, last, score in _maximal_runs(weights):
            if score < _THRESHOLD:
                continue
            begin, finish = max(start + first, reached), start + last
            if left := _SPREAD_LEFT.search(text, max(reached, begin - 6), begin):
                begin = left.start()
            if right := _SPREAD.match(text, finish):
                finish = right.end()
            if begin < finish:
                yield Mark(MarkKind.GARBLED, begin, finish)
                reached = finish
