"""One address sends no more than a person would, and nobody else is kept out for it."""

from __future__ import annotations

import pytest

from ui.faults import TooManyError
from ui.flood import Flood


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(flood: Flood, address: str, times: int) -> int:
    """Return how many of so many requests were let through."""
    passed = 0
    for _ in range(times):
        try:
            flood.take(address)
        except TooManyError:
            continue
        passed += 1
    return passed


def test_an_address_gets_its_share_of_each_minute() -> None:
    clock = Clock()
    flood = Flood(3, clock)
    assert taken(flood, "192.0.2.1", 5) == 3
    clock.now = 59.9
    assert taken(flood, "192.0.2.1", 1) == 0
    clock.now = 60.0
    assert taken(flood, "192.0.2.1", 5) == 3


def test_another_address_is_not_kept_out() -> None:
    flood = Flood(1, Clock())
    assert taken(flood, "192.0.2.1", 2) == 1
    assert taken(flood, "192.0.2.2", 2) == 1


def test_all_addresses_of_one_line_count_together() -> None:
    flood = Flood(1, Clock())
    assert taken(flood, "2001:db8::1", 1) == 1
    assert taken(flood, "2001:db8::ffff", 1) == 0
    assert taken(flood, "2001:db8:0:1::1", 1) == 1
    assert taken(flood, "::ffff:192.0.2.1", 1) == 1
    assert taken(flood, "192.0.2.1", 1) == 0


@pytest.mark.parametrize("address", ["", "testclient", "x" * 100_000])
def test_what_is_no_address_is_counted_too(address: str) -> None:
    assert taken(Flood(2, Clock()), address, 3) == 2


def test_a_flood_of_addresses_is_forgotten_from_the_oldest() -> None:
    flood = Flood(1, Clock())
    flood.take("192.0.2.1")
    for number in range(10_000):
        flood.take(f"10.0.{number // 256}.{number % 256}")
    flood.take("192.0.2.1")
    with pytest.raises(TooManyError):
        flood.take("10.0.39.15")
