"""How the places of documents stand to the places asked about, for all documents at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rag.ports import FloatArray
from rag.regions import Gazetteer, Region, Relation

PLACE_VALUE: Mapping[Relation, float] = {
    Relation.SAME: 1.0,
    Relation.ABOVE: 0.75,
    Relation.BELOW: 0.25,
    Relation.ELSEWHERE: -1.0,
}
"""A rule of the province holds in its cities; one of a city tells little about its province."""
COUNTRY_VALUE = 0.5
"""For the whole country, which stands above every place: a province's own rule is nearer to its cities."""
LEAD_VALUE: Mapping[Relation, float] = {
    Relation.SAME: 1.0,
    Relation.ABOVE: 0.0,
    Relation.BELOW: 1.0,
    Relation.ELSEWHERE: -1.0,
}
"""For places named where a text begins: a county's text names its province too, which says nothing about the county."""


class PlaceTable:
    """A list of places, to be compared with the places of a question without going through all of them."""

    def __init__(self, names: Sequence[str], gazetteer: Gazetteer) -> None:
        """Read names or codes; one that the gazetteer does not know stands nowhere."""
        self.regions: list[Region | None] = [gazetteer.get(name) for name in names]
        self._gazetteer = gazetteer
        self._known = np.array([region is not None for region in self.regions], dtype=np.bool_)
        self._own: dict[str, list[int]] = {}
        self._within: dict[str, list[int]] = {}
        for number, region in enumerate(self.regions):
            if region is not None:
                self._own.setdefault(region.code, []).append(number)
                for above in gazetteer.ancestors(region):
                    self._within.setdefault(above.code, []).append(number)

    def values(
        self, asked: Sequence[Region], value: Mapping[Relation, float], country: float | None = None
    ) -> FloatArray:
        """Return (n_places + 1,) float32: the best value that each place has for the places asked about.

        ``country`` is that of the whole country where it stands above one of them; without it, it counts as any other
        place above. The last entry, which −1 reads, is 0 for documents of no known place; so is everything where nothing was asked.
        """
        best = np.zeros(len(self.regions) + 1, dtype=np.float32)
        best[:-1][self._known] = value[Relation.ELSEWHERE] if asked else 0.0
        for place in asked:
            for above in self._gazetteer.ancestors(place):
                is_country = country is not None and above == self._gazetteer.country
                self._raise(best, self._own.get(above.code), country if is_country else value[Relation.ABOVE])
            self._raise(best, self._within.get(place.code), value[Relation.BELOW])
            self._raise(best, self._own.get(place.code), value[Relation.SAME])
        return best

    @staticmethod
    def _raise(best: FloatArray, numbers: Sequence[int] | None, value: float | None) -> None:
        if numbers is not None and value is not None:
            best[numbers] = np.maximum(best[numbers], np.float32(value))
