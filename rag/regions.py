"""The administrative hierarchy, and how a question or a document names a place.

A place is named by its full name (丹江口市) or by its short form (丹江口). Full names are taken as they
stand; short forms are the danger, because many of them are ordinary words (长寿, 安宁, 和平, 新建). A short form
is taken without further evidence only if segmentation does not put it inside a longer word and one of these holds:

* it is a province or a prefecture-level city;
* it has three characters or more (few ordinary words have, most such names do);
* the segmenter's dictionary tags it as a place (``ns``).

Otherwise it needs evidence in the text (its full name, or a place above it right before it) or in the corpus
(``prefer``: places that documents are about). Names in ``data/ordinary_words.txt`` (长寿, 安宁, but also the official
城区) always need evidence in the text itself: there a wrong guess would answer for the wrong place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from rag.folding import codes_of, fold
from rag.region_table import (
    COUNTRY_CODE,
    Region,
    RegionLevel,
    level_of_name,
    ordinary_words,
    reads_as_place,
    rows,
    short_name,
)
from rag.region_words import WordEdges

__all__ = ["COUNTRY_CODE", "Gazetteer", "Mention", "Region", "RegionLevel", "Relation"]

_LONGEST_GAP = 1
"""Characters that may stand between a place and the place below it (湖北省 丹江口市, 湖北·天门)."""

_SUFFIXES = frozenset("省市州盟县区旗")

_OTHER_KINDS = (
    "街道",
    "社区",
    "大道",
    "水库",
    "镇",
    "乡",
    "村",
    "路",
    "街",
    "桥",
    "站",
    "岛",
    "山",
    "河",
    "江",
    "湖",
    "湾",
)
"""What follows a short form where the whole is another thing: 西乡街道 is not 西乡县, 延安路 not 延安市."""
_OF_VILLAGES = ("村卫生室", "村卫生所", "村医", "村级", "村民", "村干部", "村居")
"""What villages have everywhere: 丹江口村卫生室 are the village clinics of 丹江口市, and no village of that name."""
_LONGEST_KIND = max(map(len, _OTHER_KINDS))

_FEW = 80
"""Characters below which looking at every one costs less than the calls that look at all of them at once."""
_PAIR_SLOTS = 1 << 18
"""Some 3,000 pairs of characters begin a name, so one pair in a hundred that begins none shares a slot with them."""


class Relation(StrEnum):
    """How a second place stands to a first."""

    SAME = "same"
    ABOVE = "above"
    BELOW = "below"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in ``text[start:end]``; ``full`` is true where the whole official name stands there."""

    region: Region
    start: int
    end: int
    full: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """A stretch of text and the places it may mean."""

    start: int
    end: int
    full: bool
    ordinary: bool
    """The stretch is also a plain word, so it needs evidence."""
    candidates: tuple[Region, ...]


def _pair_slots(text: str) -> npt.NDArray[np.uint32]:
    """Return for each two neighbours of a text their slot among `_PAIR_SLOTS`, (n_chars - 1,); multiplicative hashing."""
    codes = codes_of(text)
    mixed = codes[:-1] * np.uint32(0x9E3779B1) + codes[1:] * np.uint32(0x85EBCA77)
    return mixed >> np.uint32(32 - _PAIR_SLOTS.bit_length() + 1)


class Gazetteer:
    """Every place of the country, plus the ones that only documents declare. Immutable once loaded."""

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._by_code: dict[str, Region] = {}
        self._surfaces: dict[str, list[Region]] = {}
        self._full: set[str] = set()
        official = set()
        for region, former in rows():
            self._by_code[region.code] = region
            official.add(region.name)
            for name in (region.name, *former):
                self._add(fold(name), region, full=True)
            self._add(fold(region.short), region, full=False)
        for name in sorted(set(extra) - official):
            if self._is_path(name):
                continue
            region = self.declared(name)
            self._by_code[region.code] = region
            self._add(fold(name), region, full=True)
            self._add(fold(region.short), region, full=False)
        # Two characters find the few names that can start at a position; the longest is tried first. 国家 in running
        # text rarely means the whole country as a place (国家标准, 国家卫健委), so only `get` and `resolve` know it.
        self._by_start: dict[str, list[str]] = {}
        for surface in sorted(self._surfaces, key=len, reverse=True):
            if surface != "国家":
                self._by_start.setdefault(surface[:2], []).append(surface)
        self._may_start = np.zeros(_PAIR_SLOTS, dtype=np.bool_)
        self._may_start[_pair_slots("".join(pair for pair in self._by_start if len(pair) == 2))[::2]] = True

    @classmethod
    def load(cls, extra: Iterable[str] = ()) -> Gazetteer:
        """Read the shipped table and add ``extra``: names of places that only documents declare.

        A declared place that the table does not hold gets the code ``x:<name>``, a level guessed from its last
        character and no parent; names that the table holds, also with the places above them in front (湖北省丹江口市),
        are ignored. A township is declared with the place above it
        in front (澧县城头山镇), which becomes its parent; its own name (城头山镇) names it too where no other bears it.
        """
        return cls(extra)

    def township(self, above: Region, own_name: str) -> Region:
        """Return the township ``own_name`` (城头山镇) of a place, whether the gazetteer was told of it or not."""
        name = above.name + own_name
        return Region(f"x:{name}", name, own_name, RegionLevel.TOWNSHIP, above.code)

    def _is_path(self, name: str) -> bool:
        """Tell whether ``name`` is a known place behind the full names of places above it."""
        for cut in range(2, len(name) - 1):
            upper, rest = fold(name[:cut]), fold(name[cut:])
            if upper not in self._full:
                continue
            below = self._surfaces[rest] if rest in self._full else []
            if any(place in self.ancestors(lower) for place in self._surfaces[upper] for lower in below):
                return True
            if self._is_path(name[cut:]):
                return True
        return False

    def declared(self, name: str) -> Region:
        """Return the place that a document declares under a name of its own, with its parent where the name shows it."""
        if level_of_name(name) is RegionLevel.TOWNSHIP:
            for cut in range(len(name) - 2, 1, -1):
                above = self.get(name[:cut])
                if above is not None and above.name == name[:cut] and above.code != COUNTRY_CODE:
                    return self.township(above, name[cut:])
        return Region(f"x:{name}", name, short_name(name), level_of_name(name), None)

    def _add(self, surface: str, region: Region, *, full: bool) -> None:
        regions = self._surfaces.setdefault(surface, [])
        if region not in regions:
            regions.append(region)
        if full:
            self._full.add(surface)

    @property
    def country(self) -> Region:
        """The whole country, which stands above every place."""
        return self._by_code[COUNTRY_CODE]

    def get(self, name_or_code: str) -> Region | None:
        """Return the place with this code, full name, former name or short form, in either script.

        ``None`` for unknown names and for names that several places of the same level bear (鼓楼区).
        """
        return self._by_code.get(name_or_code) or self._only(self._surfaces.get(fold(name_or_code), ()))

    def bearers(self, name: str) -> tuple[Region, ...]:
        """Return every place of this full name, former name or short form, in either script (three bear 鼓楼区)."""
        return tuple(self._surfaces.get(fold(name), ()))

    def names(self) -> Iterator[tuple[str, Region]]:
        """Yield every folded name that a place is known by, short forms included, with each place that bears it."""
        return ((name, region) for name, regions in self._surfaces.items() for region in regions)

    def ancestors(self, region: Region) -> tuple[Region, ...]:
        """Return the places above ``region``, nearest first; the country stands above every other place."""
        above: list[Region] = []
        parent = region.parent
        while parent is not None:
            above.append(self._by_code[parent])
            parent = above[-1].parent
        if not above and region.code != COUNTRY_CODE:
            above.append(self._by_code[COUNTRY_CODE])
        return tuple(above)

    def is_within(self, inner: Region, outer: Region) -> bool:
        """Tell whether ``inner`` is ``outer`` or lies in it."""
        return inner == outer or outer in self.ancestors(inner)

    def related(self, a: Region, b: Region) -> Relation:
        """Tell how ``b`` stands to ``a``: ``ABOVE`` means that ``b`` contains ``a``."""
        if a == b:
            return Relation.SAME
        if self.is_within(a, b):
            return Relation.ABOVE
        return Relation.BELOW if self.is_within(b, a) else Relation.ELSEWHERE

    def resolve(self, text: str, prefer: Collection[str] = ()) -> Region | None:
        """Return the one place that a short text means, ``None`` where it names none or several.

        Places on one line (湖北省丹江口市) mean the lowest of them. A text that is nothing but a name is taken as one
        even where the name is an ordinary word. ``prefer`` holds codes or names of places that documents are about.
        """
        bare = text.strip()
        named = self._by_code.get(bare)
        if named is not None:
            return named
        candidates = self._surfaces.get(fold(bare))
        if candidates is not None:
            return self._only(_preferred(candidates, prefer) or candidates)
        places = {mention.region for mention in self.mentions(text, prefer)}
        lowest = max(
            places, key=lambda place: (place.code.startswith("x:"), place.level.rank, place.code), default=None
        )
        if lowest is None:
            return None
        # Nothing is known of what lies above a declared place, so higher places beside it do not contradict it.
        on_line = all(
            self.is_within(lowest, place) or (lowest.parent is None and place.level.rank < lowest.level.rank)
            for place in places
        )
        return lowest if on_line else None

    def mentions(self, text: str, prefer: Collection[str] = ()) -> list[Mention]:
        """Return every place that ``text`` names, in order, without overlaps; offsets are those of ``text``.

        A name that several places bear is read as the one below a place named right before it, or anywhere in the text,
        or as the one in ``prefer`` (codes or names), or as the only one of the highest level; names that stay
        ambiguous are left out.
        """
        readings = list(self._readings(fold(text)))
        certain = {
            reading.candidates[0]
            for reading in readings
            if reading.full and len(reading.candidates) == 1 and not reading.ordinary
        }
        found: list[Mention] = []
        for reading in readings:
            before = found[-1] if found and 0 <= reading.start - found[-1].end <= _LONGEST_GAP else None
            region = self._read(reading, before.region if before else None, certain, prefer)
            if region is not None:
                found.append(Mention(region, reading.start, reading.end, reading.full))
        return found

    def _starts(self, folded: str) -> Iterable[int]:
        """Return in order the positions where a name may begin, and few others."""
        if len(folded) < _FEW:
            return range(len(folded) - 1)
        found: list[int] = np.flatnonzero(self._may_start[_pair_slots(folded)]).tolist()
        return found

    def _readings(self, folded: str) -> Iterator[_Reading]:
        words = WordEdges(folded)
        reached = 0
        after_place = (
            -1
        )  # the dictionary holds words like 上海市浦东新区; a place right after a place is one all the same
        for position in self._starts(folded):
            if position < reached:
                continue
            for surface in self._by_start.get(folded[position : position + 2], ()):
                if folded.startswith(surface, position):
                    edges = words.around(position, position + len(surface) + _LONGEST_KIND)
                    reading = self._reading_at(folded, position, surface, edges, after_place)
                    if reading is not None:
                        yield reading
                        after_place = reached = reading.end
                        break

    def _reading_at(
        self, folded: str, start: int, surface: str, edges: Collection[int], after_place: int
    ) -> _Reading | None:
        end = start + len(surface)
        if start not in edges and start != after_place:
            return None
        ordinary = surface in ordinary_words()
        candidates = tuple(self._surfaces[surface])
        if surface in self._full and (len(surface) > 2 or end in edges):  # 代县长 and 和县级 do not name 代县 and 和县
            return _Reading(start, end, True, ordinary, candidates)
        suffix = folded[end : end + 1]
        if suffix in _SUFFIXES and end + 1 in edges:
            bearers = tuple(place for place in candidates if _is_said_with(place, suffix))
            return _Reading(start, end + 1, True, False, bearers) if bearers else None
        if end not in edges:
            return None
        another = folded.startswith(_OTHER_KINDS, end) and not folded.startswith(_OF_VILLAGES, end)
        if another and any(folded.startswith(kind, end) and end + len(kind) in edges for kind in _OTHER_KINDS):
            return None
        return _Reading(start, end, False, ordinary, candidates)

    def _read(
        self, reading: _Reading, above: Region | None, certain: Collection[Region], prefer: Collection[str]
    ) -> Region | None:
        candidates: Collection[Region] = reading.candidates
        below = [place for place in candidates if above is not None and above in self.ancestors(place)]
        shown = below if above is not None and above.code != COUNTRY_CODE and below else []
        shown = shown or [place for place in candidates if place in certain]
        if not shown and reading.ordinary:
            return None
        wanted = _preferred(candidates, prefer)
        if not shown and not reading.full:
            candidates = wanted or [place for place in candidates if reads_as_place(fold(place.short), place.level)]
        if not shown and len(candidates) > 1 and (reading.full or min(p.level.rank for p in candidates) > 2):
            # A short form that is also a city (中山) is not dragged into a province by its mere mention elsewhere.
            shown = [place for place in candidates if any(upper in certain for upper in self.ancestors(place))]
        candidates = shown or candidates
        return self._only(_preferred(candidates, prefer) or candidates)

    @staticmethod
    def _only(candidates: Collection[Region]) -> Region | None:
        """Return the only candidate of the highest level, if there is exactly one."""
        if len(candidates) == 1:
            return next(iter(candidates))
        highest = min((place.level.rank for place in candidates), default=0)
        top = [place for place in candidates if place.level.rank == highest]
        return top[0] if len(top) == 1 else None


def _is_said_with(place: Region, suffix: str) -> bool:
    """True for the ways to say a long name: 恩施州 is 恩施土家族苗族自治州, and 广西省 is 广西壮族自治区.

    But 云溪县 is not 云溪区, it is a place that nobody declared.
    """
    if suffix == "省":
        return place.level is RegionLevel.PROVINCE
    return "自治" in place.name and place.name.endswith(suffix)


def _preferred(candidates: Collection[Region], prefer: Collection[str]) -> list[Region]:
    if not prefer:
        return []
    return [place for place in candidates if not {place.code, place.name, place.short}.isdisjoint(prefer)]
