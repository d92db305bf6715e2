"""Count which places have which kinds of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rag.topics import TOPICS
from ui.console.listing import Listed


@dataclass(frozen=True, slots=True)
class PlaceCovered:
    """What is held of one place; ``name`` is empty for documents of which no place is known."""

    name: str
    documents: int
    kinds: Counter[str]
    """Documents by type."""
    newest: str
    """Day of publication of the newest one, ISO 8601; empty where none says it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is held of each place, most documents first."""

    places: Sequence[PlaceCovered]
    kinds: Counter[str]
    """Documents of all places by type."""


@dataclass(frozen=True, slots=True)
class TopicCovered:
    """What is held on one topic; ``code`` is empty for documents of which no topic is known."""

    code: str
    documents: int
    places: Counter[str]
    """Documents by place; the name is empty where none is known."""
    newest: str


def topics_covered(rows: Iterable[Listed]) -> Sequence[TopicCovered]:
    """Return what is held on each topic that there is, in their order, also where that is nothing."""
    held: dict[str, list[Listed]] = {code: [] for code in (*TOPICS, "")}
    for row in rows:
        for code in row.topics or ("",):
            held[code].append(row)
    return [
        TopicCovered(
            code, len(own), Counter(row.region for row in own), max((row.published for row in own), default="")
        )
        for code, own in held.items()
        if code or own
    ]


def coverage_of(rows: Iterable[Listed]) -> Coverage:
    """Return how many documents of each kind each place has; documents without a place come last."""
    places: dict[str, list[Listed]] = {}
    for row in rows:
        places.setdefault(row.region, []).append(row)
    covered = [
        PlaceCovered(name, len(own), Counter(row.type for row in own), max(row.published for row in own))
        for name, own in places.items()
    ]
    covered.sort(key=lambda place: (not place.name, -place.documents, place.name))
    return Coverage(covered, sum((place.kinds for place in covered), Counter()))
