"""Say which offices may answer a question: those of its place, the ones whose words stand in it first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.folding import fold
from rag.regions import Gazetteer
from rag.settings import OfficesSettings

_PARTS = re.compile(r"[|｜]")
_ITEMS = re.compile(r"[,，、;；\s]+")


@dataclass(frozen=True, slots=True)
class Office:
    """An office that answers what the hotline cannot."""

    name: str
    places: tuple[str, ...] = ()
    """The places it is responsible for, with all places below them; empty: all."""
    topics: tuple[str, ...] = ()
    """Words that stand in questions it answers; empty: it may answer any."""


def parse_office(line: str) -> Office:
    """Return the office that a line of the settings describes: ``name | places | words``."""
    name, places, topics, *_ = (*_PARTS.split(line), "", "")
    return Office(name.strip(), *(tuple(filter(None, _ITEMS.split(items))) for items in (places, topics)))


def offices_for(
    question: str, region: str | None, offices: OfficesSettings, gazetteer: Gazetteer
) -> tuple[Office, ...]:
    """Return the offices that may be responsible, the likeliest first.

    An office that names places is left out where the question is about a place outside of all of them; one that names
    words is behind those whose words stand in the question. Between equals the order of the settings holds.
    """
    folded = fold(question)
    may = [office for office in map(parse_office, offices.directory) if _covers(office, region, gazetteer)]

    def rank(office: Office) -> tuple[int, int]:
        words = sum(fold(word) in folded for word in office.topics)
        return (-words, 1 if office.topics and not words else 0)

    return tuple(sorted(may, key=rank))


def _covers(office: Office, region: str | None, gazetteer: Gazetteer) -> bool:
    if not office.places or not region:
        return True
    inner = gazetteer.get(region)
    for name in office.places:
        outer = gazetteer.get(name)
        if name == region or (inner and outer and gazetteer.is_within(inner, outer)):
            return True
    return False
