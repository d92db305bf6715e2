from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.sequence_matching import longest_ascending, matching_runs

FEW = st.lists(st.sampled_from("甲乙丙丁1"), max_size=12)


@given(FEW, FEW)
def test_runs_are_the_same_on_both_sides_and_in_order(before: list[str], after: list[str]) -> None:
    at = (0, 0)
    for i, j, size in matching_runs(before, after):
        assert before[i : i + size] == after[j : j + size]
        assert i >= at[0]
        assert j >= at[1]
        at = (i + size, j + size)


@pytest.mark.parametrize(
    ("values", "length"), [([], 0), ([3], 1), ([3, 2, 1], 1), ([1, 5, 2, 3, 4], 4), ([2, 0, 3, 1, 4], 3)]
)
def test_the_longest_ascending_part_is_found(values: list[int], length: int) -> None:
    found = [values[n] for n in longest_ascending(values)]
    assert len(found) == length
    assert found == sorted(found)
