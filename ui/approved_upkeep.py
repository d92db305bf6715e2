"""Look at the approved answers while the server runs: when it starts, after every publication, and when a day begins."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date

from rag.approved_upkeep import check_approved
from rag.catalogue import open_catalogue
from rag.errors import PolicychatError
from rag.ports import Assistant
from rag.settings import Settings

_LOG = logging.getLogger(__name__)

_LOOK_S = 60.0
"""Seconds between two looks at the day and at what is published. What is stale is not shown in between either."""


@dataclass(frozen=True, slots=True)
class _Seen:
    generation: str
    day: date


class Upkeep:
    """Checks the approved answers once for each publication and each day."""

    def __init__(self, settings: Settings, assistant: Assistant) -> None:
        """Look at the approved answers of these settings against what the assistant serves."""
        self._settings = settings
        self._assistant = assistant
        self._seen: _Seen | None = None

    def look(self, today: date) -> None:
        """Check, unless this was done for this publication on this day. Problems go to the log and are tried again."""
        if self._settings.catalogue.url is None and not (self._settings.paths.data / "catalogue.sqlite").exists():
            return  # nobody approved anything yet, and a server that only answers makes no files
        try:
            published = self._assistant.published()
            if published is None:
                return
            now = _Seen(published.generation, today)
            if now == self._seen:
                return
            with open_catalogue(self._settings) as catalogue:
                check_approved(catalogue, self._assistant, today)
            self._seen = now
        except PolicychatError as error:
            _LOG.warning("approved answers could not be checked: %s", error)


@contextlib.asynccontextmanager
async def keeping_approved(settings: Settings, assistant: Assistant, every_s: float = _LOOK_S) -> AsyncIterator[None]:
    """Check in the background at once and then every ``every_s`` seconds, until the block ends."""
    upkeep = Upkeep(settings, assistant)

    async def again_and_again() -> None:
        while True:
            await asyncio.to_thread(upkeep.look, date.today())
            await asyncio.sleep(every_s)

    task = asyncio.create_task(again_and_again())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
