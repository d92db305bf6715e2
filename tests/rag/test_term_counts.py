from __future__ import annotations

import numpy as np
import pytest

from rag import term_counts
from rag.term_counts import Counts, Numbers, count_units

VOCABULARY = {"": 0}


def some_units(seed: int) -> dict[int, list[Numbers]]:
    """Return every second unit of 400, each of two texts that may be empty, some with more terms than a byte counts."""
    chance = np.random.default_rng(seed)
    units = {
        place: [chance.integers(1, 60, chance.integers(0, 40)).astype(np.int32) for _ in range(2)]
        for place in range(1, 400, 2)
    }
    units[201] = [np.full(300, 7, dtype=np.int32)]
    return units


def as_dictionary(counts: Counts) -> dict[tuple[int, int], int]:
    rows = zip(counts.terms.tolist(), counts.units.tolist(), counts.counts.tolist(), strict=True)
    return {(term, unit): count for term, unit, count in rows}


@pytest.mark.parametrize("at_once", [1, 50, 1000, 10**9])
def test_counting_in_parts_counts_the_same(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    units = some_units(5)
    expected: dict[tuple[int, int], int] = {}
    for place, parts in units.items():
        for term in np.concatenate(parts).tolist() or [0]:
            expected[term, place] = expected.get((term, place), 0) + 1
    monkeypatch.setattr(term_counts, "_COUNTED_AT_ONCE", at_once)
    counts = count_units(units, VOCABULARY, 400)
    assert as_dictionary(counts) == expected
    assert list(as_dictionary(counts)) == sorted(expected)
    assert counts.n_units == 400


def test_no_units_count_nothing() -> None:
    counts = count_units({}, VOCABULARY, 0)
    assert len(counts.terms) == len(counts.units) == len(counts.counts) == 0
