"""Count which places have which kinds of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
