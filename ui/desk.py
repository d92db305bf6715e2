"""Take questions from many people at once without holding up the event loop or growing without bound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from rag.errors import BusyError, LateError
from rag.settings import ServerSettings

Result = TypeVar("Result")


class Desk:
    """Runs blocking calls of the assistant in ``concurrency`` threads; ``queue_size`` more may wait.

    A thread cannot be stopped: a call that is given up keeps its place until it ends, so a slow core fills the
    desk and people are told to come back, rather than threads piling up. Used from one event loop.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._pool = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="answer")
        self._places = settings.concurrency + settings.queue_size
        self._taken = 0
        self._timeout_s = settings.answer_timeout_s

    async def run(self, call: Callable[[], Result]) -> Result:
        """Return the call's result.

        Raises:
            BusyError: there is no place left.
            LateError: the call, its time in the queue included, took longer than ``answer_timeout_s``.
        """
        if self._taken >= self._places:
            raise BusyError(f"all {self._places} places are taken")
        self._taken += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, call)
        future.add_done_callback(self._leave)
        try:
            # shield: cancelling the future would free the place while its thread still works.
            return await asyncio.wait_for(asyncio.shield(future), self._timeout_s)
        except TimeoutError as error:
            raise LateError(f"no result within {self._timeout_s} s") from error

    def close(self) -> None:
        """Refuse further calls and drop those that wait."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _leave(self, future: asyncio.Future[Result]) -> None:
        self._taken -= 1
        if not future.cancelled():
            future.exception()  # fetched, so that a failure nobody waits for any more is not reported as lost
