"""Run one asynchronous stream under one hard deadline, for a reader who waits in an ordinary thread.

A timeout between bytes is not enough: a server that drips one token every other second never trips it and would
hold a reader for minutes. Each call therefore runs in a thread of its own with its own event loop, where it can
be cancelled at any await, which closes its connection. The reader's side watches the same deadline, so that
not even a stuck name lookup can delay it.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing, suppress
from dataclasses import dataclass

from rag.model_failure import FailureReason, ModelCallError


def stream_within(
    pieces: AsyncGenerator[str, None], deadline_s: float, explain: Callable[[Exception], ModelCallError]
) -> Generator[str, None, None]:
    """Yield what ``pieces`` yields, for at most ``deadline_s`` seconds from the first request for a piece.

    What arrived in time counts, however slowly it is taken. Closing the generator cancels the call. ``explain`` turns
    an exception into a failure that may be shown; the exception itself stays behind, because its text may hold a key.

    Raises:
        ModelCallError: the deadline passed, or ``pieces`` raised anything.
    """
    deadline = time.monotonic() + deadline_s
    call = _Call(pieces, deadline_s, explain)
    call.start()
    try:
        while True:
            piece = call.next_piece(deadline - time.monotonic())
            if isinstance(piece, _End):
                if piece.failure is not None:
                    raise piece.failure
                return
            yield piece
    finally:
        call.cancel()


@dataclass(frozen=True, slots=True)
class _End:
    """The last thing a call puts out; ``failure`` is None when nothing went wrong."""

    failure: ModelCallError | None


class _Call:
    """A stream in the making and the pieces it has put out."""

    def __init__(
        self, pieces: AsyncGenerator[str, None], deadline_s: float, explain: Callable[[Exception], ModelCallError]
    ) -> None:
        self._pieces = pieces
        self._deadline_s = deadline_s
        self._explain = explain
        self._out: queue.SimpleQueue[str | _End] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._cancelled = False
        self._cancel_task: Callable[[], object] | None = None

    def start(self) -> None:
        """Begin. The thread is a daemon: a server that never answers must not keep the process from ending."""
        threading.Thread(target=self._run, name="language-model", daemon=True).start()

    def next_piece(self, timeout_s: float) -> str | _End:
        """Wait for the next piece; running out of time is an end too."""
        with suppress(queue.Empty):
            return self._out.get(timeout=timeout_s) if timeout_s > 0 else self._out.get_nowait()
        return _End(self._late())

    def cancel(self) -> None:
        """Stop the call, closing its connection; does nothing once it has ended."""
        with self._lock:
            self._cancelled = True
            if self._cancel_task is not None:
                self._cancel_task()

    def _run(self) -> None:
        # Cancelled is the normal end of a call nobody listens to any more.
        with suppress(asyncio.CancelledError):
            asyncio.run(self._main())

    async def _main(self) -> None:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        with self._lock:
            if self._cancelled or task is None:
                return
            self._cancel_task = lambda: loop.call_soon_threadsafe(task.cancel)
        try:
            self._out.put(_End(await self._collect()))
        finally:
            with self._lock:
                self._cancel_task = None

    async def _collect(self) -> ModelCallError | None:
        try:
            async with asyncio.timeout(self._deadline_s), aclosing(self._pieces) as pieces:
                async for piece in pieces:
                    self._out.put(piece)
        except ModelCallError as error:
            return error
        except TimeoutError:
            return self._late()
        except Exception as error:
            # Any exception of any provider's library means the same here: there is no complete answer.
            return self._explain(error)
        return None

    def _late(self) -> ModelCallError:
        return ModelCallError(FailureReason.LATE, f"no complete answer within {self._deadline_s:g} s")
