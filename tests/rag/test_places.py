"""Places of documents against the places asked about."""

from __future__ import annotations

import numpy as np
import pytest

from rag.places import COUNTRY_VALUE, LEAD_VALUE, PLACE_VALUE, PlaceTable
from rag.regions import Gazetteer, Region, Relation

NAMES = ("湖北省", "十堰市", "丹江口市", "武汉市", "无此地", "中国", "丹江口市石鼓镇", "420381")


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(extra=("丹江口市石鼓镇",))


def place(gazetteer: Gazetteer, name: str) -> Region:
    found = gazetteer.get(name)
    assert found is not None
    return found


@pytest.mark.parametrize("values", [PLACE_VALUE, LEAD_VALUE])
@pytest.mark.parametrize("asked", [("十堰市",), ("丹江口市",), ("武汉市", "丹江口市"), ("湖北省",), ()])
def test_every_place_has_the_best_of_its_relations(
    gazetteer: Gazetteer, asked: tuple[str, ...], values: dict[Relation, float]
) -> None:
    regions = [place(gazetteer, name) for name in asked]
    expected = []
    for name in NAMES:
        region = gazetteer.get(name)
        related = [values[gazetteer.related(own, region)] for own in regions] if region is not None else []
        expected.append(max(related, default=0.0))
    found = PlaceTable(NAMES, gazetteer).values(regions, values)
    np.testing.assert_allclose(found, [*expected, 0.0])


def test_what_stands_above_counts_more_than_what_lies_within() -> None:
    assert PLACE_VALUE[Relation.SAME] > PLACE_VALUE[Relation.ABOVE] > PLACE_VALUE[Relation.BELOW] > 0
    assert PLACE_VALUE[Relation.ELSEWHERE] < 0


def test_no_places_at_all(gazetteer: Gazetteer) -> None:
    assert PlaceTable((), gazetteer).values([place(gazetteer, "十堰市")], PLACE_VALUE).tolist() == [0.0]


def test_the_country_stands_further_away_than_the_province(gazetteer: Gazetteer) -> None:
    names = ("中国", "湖北省", "丹江口市")
    table = PlaceTable(names, gazetteer)
    found = table.values([place(gazetteer, "丹江口市")], PLACE_VALUE, COUNTRY_VALUE)
    assert 0 < found[0] == COUNTRY_VALUE < found[1] < found[2]
    whole = table.values([gazetteer.country], PLACE_VALUE, COUNTRY_VALUE)
    assert whole[0] == PLACE_VALUE[Relation.SAME]
