"""Take questions from many people at once without holding up the event loop or growing without bound."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import TypeVar

from rag.errors import BusyError, LateError
from rag.settings import ServerSettings

Result = TypeVar("Result")


class _Mark(Enum):
    ENDED = "ended"


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
        future = self._begin(call)
        try:
            # shield: cancelling the future would free the place while its thread still works.
            return await asyncio.wait_for(asyncio.shield(future), self._timeout_s)
        except TimeoutError as error:
            raise LateError(f"no result within {self._timeout_s} s") from error

    def stream(self, call: Callable[[], Iterator[Result]], beat_s: float) -> AsyncGenerator[Result | None]:
        """Return what the call's iterator yields, one by one as it comes, and None after each ``beat_s`` of silence.

        When the caller closes what is returned, the iterator is closed as soon as its step under way has ended.

        Raises:
            BusyError: at once, there is no place left.
            LateError: while iterating, the whole took longer than ``answer_timeout_s``, the time in the queue included.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._timeout_s
        made: asyncio.Queue[Result | _Mark] = asyncio.Queue()
        gone = threading.Event()

        def work() -> None:
            if gone.is_set():
                return
            results = call()
            try:
                for result in results:
                    loop.call_soon_threadsafe(made.put_nowait, result)
                    if gone.is_set():
                        return
            finally:
                if isinstance(results, Generator):
                    results.close()

        future = self._begin(work)
        # The loop runs callbacks in the order in which they were handed in, so the end comes after the last result.
        future.add_done_callback(lambda _: made.put_nowait(_Mark.ENDED))

        async def receive() -> AsyncGenerator[Result | None]:
            try:
                while True:
                    try:
                        async with asyncio.timeout(max(0.0, min(beat_s, deadline - loop.time()))):
                            result = await made.get()
                    except TimeoutError as error:
                        if loop.time() >= deadline:
                            raise LateError(f"not finished within {self._timeout_s} s") from error
                        yield None
                        continue
                    if isinstance(result, _Mark):
                        future.result()
                        return
                    yield result
            finally:
                gone.set()

        return receive()

    def close(self) -> None:
        """Refuse further calls and drop those that wait."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _begin(self, call: Callable[[], Result]) -> asyncio.Future[Result]:
        self._take_place()
        future = asyncio.get_running_loop().run_in_executor(self._pool, contextvars.copy_context().run, call)
        future.add_done_callback(self._leave)
        return future

    def _take_place(self) -> None:
        if self._taken >= self._places:
            raise BusyError(f"all {self._places} places are taken")
        self._taken += 1

    def _leave(self, future: asyncio.Future[Result]) -> None:
        self._taken -= 1
        if not future.cancelled():
            future.exception()  # fetched, so that a failure nobody waits for any more is not reported as lost
