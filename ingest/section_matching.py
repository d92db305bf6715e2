"""Find which section of a document's later state was which section of its earlier one."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from ingest.sequence_matching import longest_ascending
from rag.domain import Document
from rag.folding import fold
from rag.outline import without_enumerator

_RUN = 3
_SKETCH = 64
"""Smallest hashes of a section's character triples that are kept (bottom-k sketch, Broder, 1997)."""
_CROWDED = 32
"""Sections in which a triple stands before it tells nothing."""
_SAME_SECTION = 0.4
"""Share of common triples from which two sections are states of one."""
_SAME_UNDER_ONE_HEADING = 0.15
"""The same where they also have the same heading."""


class Stretch:
    """The text of one section above its first deeper one."""

    def __init__(self, document: Document, path: tuple[str, ...], start: int, end: int, parent: int | None) -> None:
        self.path = path
        self.parent = parent
        self.text = document.text[start:end].strip()
        self.whole = tuple(line.strip() for line in self.text.split("\n") if line.strip())
        self.lines = self.whole[1:] if path else self.whole
        """Without the heading."""

    @cached_property
    def key(self) -> tuple[str, ...]:
        """What names it in both states."""
        return tuple("".join(fold(without_enumerator(heading) or heading).split()) for heading in self.path)

    @cached_property
    def sketch(self) -> tuple[int, ...]:
        """The smallest hashes of its character triples, ascending."""
        words = fold("".join(self.lines))
        runs = {words[n : n + _RUN] for n in range(len(words) - _RUN + 1)}
        return tuple(sorted(map(_hash, runs))[:_SKETCH])

    def likeness(self, other: Stretch) -> float:
        """Estimate the share of triples that two stretches have in common, 0..1."""
        smallest = sorted({*self.sketch, *other.sketch})[:_SKETCH]
        both = set(self.sketch) & set(other.sketch)
        return sum(value in both for value in smallest) / len(smallest) if smallest else 0.0


def _hash(run: str) -> int:
    """Return a number that is the same in every process; the factor spreads what crc32 leaves close together."""
    return zlib.crc32(run.encode("utf-8", "surrogatepass")) * 0x9E3779B1 & 0xFFFFFFFF


def stretches(document: Document) -> list[Stretch]:
    """Cut a document at its headings; the stretch above the first one has an empty path."""
    sections = sorted(document.sections, key=lambda section: (section.start, section.level))
    starts = [section.start for section in sections]
    first, *ends = [*starts, len(document.text)]
    found = [Stretch(document, (), 0, first, None)]
    open_ones: list[tuple[int, int]] = []
    for n, (section, end) in enumerate(zip(sections, ends, strict=True), start=1):
        while open_ones and open_ones[-1][1] <= section.start:
            open_ones.pop()
        parent = open_ones[-1][0] if open_ones else 0
        found.append(Stretch(document, section.path, section.start, end, parent))
        open_ones.append((n, section.end))
    return found


def matched_stretches(old: Sequence[Stretch], new: Sequence[Stretch]) -> dict[int, int]:
    """Return which earlier stretch each later one was: position after → position before."""
    pairs = {0: 0}
    for key_of in (lambda stretch: (stretch.key, stretch.lines), lambda stretch: stretch.key):
        waiting: dict[object, list[int]] = defaultdict(list)
        taken = set(pairs.values())
        for i in reversed(range(len(old))):
            if i not in taken:
                waiting[key_of(old[i])].append(i)
        for j, stretch in enumerate(new):
            if j not in pairs and waiting[key_of(stretch)]:
                pairs[j] = waiting[key_of(stretch)].pop()
    _match_by_words(pairs, old, new)
    _match_by_what_is_below(pairs, old, new)
    return pairs


def _match_by_words(pairs: dict[int, int], old: Sequence[Stretch], new: Sequence[Stretch]) -> None:
    """Match what is left by likeness, the most alike first."""
    taken = set(pairs.values())
    having: dict[int, list[int]] = defaultdict(list)
    for i, stretch in enumerate(old):
        if i not in taken:
            for value in stretch.sketch:
                having[value].append(i)
    alike: list[tuple[float, int, int]] = []
    for j, stretch in enumerate(new):
        if j in pairs:
            continue
        common = Counter(i for value in stretch.sketch for i in having.get(value, ())[:_CROWDED])
        for i, _ in common.most_common(_CROWDED):
            share = stretch.likeness(old[i])
            if share >= (_SAME_UNDER_ONE_HEADING if old[i].key[-1:] == stretch.key[-1:] else _SAME_SECTION):
                alike.append((-share, j, i))
    for _, j, i in sorted(alike):
        if j not in pairs and i not in taken:
            pairs[j] = i
            taken.add(i)


def _match_by_what_is_below(pairs: dict[int, int], old: Sequence[Stretch], new: Sequence[Stretch]) -> None:
    """Match sections that have a new heading and new words, or no words, by the sections below them, the deepest first."""
    taken = set(pairs.values())
    below: dict[int, list[int]] = defaultdict(list)
    for j, stretch in enumerate(new):
        if stretch.parent is not None:
            below[stretch.parent].append(j)
    for j in reversed(range(len(new))):
        if j in pairs:
            continue
        parents = Counter(old[pairs[child]].parent for child in below[j] if child in pairs)
        for i, _ in parents.most_common(1):
            if i and i not in taken:
                pairs[j] = i
                taken.add(i)


def moved_stretches(pairs: Mapping[int, int], old: Sequence[Stretch], new: Sequence[Stretch]) -> set[int]:
    """Return the later positions of sections that stand below another section now, or changed their order there.

    What stands inside a section that moved went with it and is not named.
    """
    moved: set[int] = set()
    siblings: dict[int, list[int]] = defaultdict(list)
    for j in sorted(pairs):
        above_now, above_then = new[j].parent, old[pairs[j]].parent
        if above_now is None:
            continue
        if pairs.get(above_now) == above_then:
            siblings[above_now].append(j)
        else:
            moved.add(j)
    for group in siblings.values():
        in_order = {group[n] for n in longest_ascending([pairs[j] for j in group])}
        moved.update(j for j in group if j not in in_order)
    return moved
