"""Let each operator have one search at work: of those that wait, only the newest is still wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from rag.errors import PolicychatError


class OvertakenError(PolicychatError):
    """Somebody asked anew before this could begin; nobody waits for it any more."""


@dataclass(slots=True)
class _Line:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    newest: int = 0
    present: int = 0


class Turns:
    """One at a time for each key. Whoever types faster than the machine finds costs it one search, not one a letter.

    Used from one event loop.
    """

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait until nothing of this key is at work. Raises OvertakenError where a newer one came meanwhile."""
        line = self._lines.setdefault(key, _Line())
        line.newest += 1
        line.present += 1
        mine = line.newest
        try:
            async with line.lock:
                if mine != line.newest:
                    raise OvertakenError("a newer search of the same operator waits")
                yield
        finally:
            line.present -= 1
            if not line.present:
                del self._lines[key]
