"""Take from one address no more than a person would send."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from ui.faults import TooManyError

_MOST_ADDRESSES = 10_000
"""Addresses remembered; whoever has been silent the longest is forgotten first, so that a flood cannot fill the memory."""


class Flood:
    """Counts what each address sent in the last minute. Safe to use from several threads; every process counts alone."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_minute = a_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, address: str) -> None:
        """Count one request. Raises TooManyError where the address has sent too many in the last minute."""
        now = self._clock()
        with self._lock:
            times = self._sent.setdefault(household(address), deque())
            self._sent.move_to_end(household(address))
            if len(self._sent) > _MOST_ADDRESSES:
                self._sent.popitem(last=False)
            while times and times[0] <= now - 60.0:
                times.popleft()
            if len(times) >= self._a_minute:
                raise TooManyError(f"more than {self._a_minute} a minute from one address")
            times.append(now)


def household(address: str) -> str:
    """Return what stands for one household: an IPv4 address, or the /64 network that a line has in IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)
