"""Begin and end an application that another one holds, by the same messages with which a server does."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message


class Lifespan:
    """The life of one application: its background tasks begin with :meth:`start` and end with :meth:`end`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._started = asyncio.Event()
        self._ending = asyncio.Event()
        self._asked = False
        self._failure: str | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return once it is ready for requests. Raises whatever kept it from that, or RuntimeError with its words."""
        self._task = asyncio.create_task(self._run(), name="lifespan")
        waiting = asyncio.create_task(self._started.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()
            if not self._started.is_set():
                raise RuntimeError("the application ended while it was starting")
        if self._failure is not None:
            await self._task
            raise RuntimeError(self._failure or "the application could not start")

    async def end(self) -> None:
        """Let it put away what it opened, and return when it has."""
        if self._task is not None:
            self._ending.set()
            await self._task

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        await self._app(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "lifespan.startup"}
        await self._ending.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        if message["type"].endswith(".failed"):
            self._failure = str(message.get("message", ""))
        if message["type"].startswith("lifespan.startup."):
            self._started.set()
