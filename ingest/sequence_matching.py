"""Find what two sequences have in common, in time that does not grow with the product of their lengths.

What stands once in both is matched first (patience diff, Bram Cohen); ``difflib`` compares what lies between, where that
is little enough.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_MOST_PAIRS = 90_000
"""Product of two lengths up to which difflib compares them: about 20 ms at worst."""
_DEEPEST = 20
"""How often a stretch is divided at what stands once in it."""


def matching_runs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, int]]:
    """Return (start before, start after, length) of the runs that two sequences have in common, in order.

    Runs do not touch on both sides. What is too long to compare, and has nothing that stands once on both sides, counts
    as replaced.
    """
    joined: list[tuple[int, int, int]] = []
    for i, j, size in _runs(before, after, 0, 0, _DEEPEST):
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            first, second, length = joined.pop()
            joined.append((first, second, length + size))
        else:
            joined.append((i, j, size))
    return joined


def _runs(before: Sequence[str], after: Sequence[str], i: int, j: int, deeper: int) -> Iterator[tuple[int, int, int]]:
    front = 0
    while front < min(len(before), len(after)) and before[front] == after[front]:
        front += 1
    back = 0
    while back < min(len(before), len(after)) - front and before[-1 - back] == after[-1 - back]:
        back += 1
    if front:
        yield i, j, front
    old, new = before[front : len(before) - back], after[front : len(after) - back]
    if old and new:
        yield from _middle(old, new, i + front, j + front, deeper)
    if back:
        yield i + len(before) - back, j + len(after) - back, back


def _middle(old: Sequence[str], new: Sequence[str], i: int, j: int, deeper: int) -> Iterator[tuple[int, int, int]]:
    if len(old) * len(new) <= _MOST_PAIRS:
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            if block.size:
                yield i + block.a, j + block.b, block.size
        return
    anchors = [*_anchors(old, new), (len(old), len(new))] if deeper else []
    if len(anchors) < 2:
        return
    old_at = new_at = 0
    for a, b in anchors:
        yield from _runs(old[old_at:a], new[new_at:b], i + old_at, j + new_at, deeper - 1)
        if a < len(old):
            yield i + a, j + b, 1
        old_at, new_at = a + 1, b + 1


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of what stands once on both sides, as many as are in the same order."""
    there, counted = Counter(old), Counter(new)
    places = {item: n for n, item in enumerate(new)}
    pairs = [(n, places[item]) for n, item in enumerate(old) if there[item] == 1 == counted[item]]
    return [pairs[n] for n in longest_ascending([place for _, place in pairs])]


def longest_ascending(values: Sequence[int]) -> list[int]:
    """Return the positions of a longest ascending part of distinct values (patience sorting, O(n log n))."""
    ends: list[int] = []
    positions: list[int] = []
    before: list[int] = []
    for n, value in enumerate(values):
        at = bisect_left(ends, value)
        before.append(positions[at - 1] if at else -1)
        ends[at : at + 1] = [value]
        positions[at : at + 1] = [n]
    found = []
    n = positions[-1] if positions else -1
    while n >= 0:
        found.append(n)
        n = before[n]
    return found[::-1]
