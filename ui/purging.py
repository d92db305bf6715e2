"""Delete what was kept long enough: when the server starts, and once a day from then on."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path

from rag.catalogue import open_catalogue
from rag.errors import PolicychatError
from rag.settings import Settings
from ui.shared_answers import utc_now

_LOG = logging.getLogger(__name__)

_DAY_S = 24 * 60 * 60.0


def purge(settings: Settings, now: Callable[[], datetime] = utc_now) -> None:
    """Delete old feedback, shared answers and questions; a catalogue that cannot be written is told in the log only."""
    if settings.catalogue.url is None and not Path(settings.paths.data, "catalogue.sqlite").exists():
        return  # nobody has sent anything yet, and a server that only answers makes no files
    try:
        with open_catalogue(settings) as catalogue:
            purged = catalogue.retention.purge(now(), settings.retention, settings.use)
            calls = catalogue.retention.purge_calls(now(), settings.calls)
    except PolicychatError as error:
        _LOG.warning("old feedback, shared answers and questions could not be deleted: %s", error)
        return
    if purged.feedback or purged.shared or purged.questions:
        _LOG.info(
            "deleted %d feedback, %d shared answers and %d questions, kept long enough",
            purged.feedback,
            purged.shared,
            purged.questions,
        )
    if calls:
        _LOG.info("deleted %d calls, closed cases and decisions, kept long enough", calls)


@contextlib.asynccontextmanager
async def purging(settings: Settings, every_s: float = _DAY_S) -> AsyncIterator[None]:
    """Delete in the background at once and then every ``every_s`` seconds, until the block ends."""

    async def again_and_again() -> None:
        while True:
            await asyncio.to_thread(purge, settings)
            await asyncio.sleep(every_s)

    task = asyncio.create_task(again_and_again())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
