"""Serve with the settings that hold, and put changed ones in place without a restart (docs/adr/0019).

A thin outer application hands every request to the inner one that serves now. When settings change, a new inner
application is built beside it; it takes over once it is ready, and the old one ends when its last request has. What cannot
be built changes nothing: the old one goes on, and the page of settings says why.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from rag.catalogue import Catalogue, open_catalogue
from rag.domain import Question
from rag.errors import NoGenerationError, PolicychatError, QuestionError
from rag.ports import Assistant
from rag.settings import Settings
from rag.settings_changed import Effective, effective, has_catalogue, read_effective
from ui.house import Applied, House
from ui.lifespans import Lifespan
from ui.standing import Standing

_LOG = logging.getLogger(__name__)

_AT_ONCE = frozenset({"service", "banner"})
"""Sections that hold from the next request on, without another application."""
_BESIDE_ANSWERS = _AT_ONCE | {"examples", "retention"}
"""Sections that no answer depends on: the assistant that serves is handed on."""
_DRAIN_S = 60.0
"""How much longer than an answer may take the old application is kept for the requests that it has begun."""
_LISTENING = re.compile(r"/gradio_api/(?:heartbeat/[^/]*|queue/data)$")
"""Connections that an open page holds for hours without asking anything; nothing waits for them."""


class Owned(Assistant, Protocol):
    """An assistant that whoever opened it closes."""

    def close(self) -> None:
        """Release what it holds."""
        ...


Opener = Callable[[Settings], Owned]
Builder = Callable[[Assistant, Settings, House], ASGIApp]


@dataclass(eq=False)
class _Site:
    """An inner application, with what it was built of and how many requests it works on."""

    app: ASGIApp
    assistant: Owned
    settings: Settings
    life: Lifespan
    requests: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class Live:
    """The application that a server serves. Implements ``ui.house.Following``."""

    def __init__(self, configured: Settings, open_assistant: Opener, build: Builder) -> None:
        """Build the first inner application with what holds now, or with the file alone where the changes cannot be built.

        Raises:
            NotAvailableError: the catalogue cannot be opened; whatever building with the file's settings raises.
        """
        self._configured = configured
        self._open_assistant, self._build = open_assistant, build
        held = read_effective(configured)
        self._applied = Applied(held.number)
        self.house = House(configured, Standing(held.settings), following=self)
        self._catalogue: Catalogue | None = None
        self._hurry = asyncio.Event()
        self._looked = asyncio.Condition()
        self._retiring: dict[_Site, asyncio.Task[None]] = {}
        self._silent = self._over = False
        try:
            self._site = self._first(held.settings)
        except PolicychatError as error:
            if not held.changed:
                raise
            _LOG.error("the changed settings cannot be used, config.yaml alone is: %s", error)
            self._applied = Applied(held.number, str(error))
            self._site = self._first(configured)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request to the application that serves when it begins."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        site = self._site
        if _LISTENING.search(scope["path"]):
            await site.app(scope, receive, send)
            return
        site.requests += 1
        site.idle.clear()
        try:
            await site.app(scope, receive, send)
        finally:
            site.requests -= 1
            if not site.requests:
                site.idle.set()

    @property
    def settings(self) -> Settings:
        """The settings that it serves with."""
        return self._site.settings

    def applied(self) -> Applied:
        """Return how far it is with changed settings."""
        return self._applied

    async def arrive(self, number: int, seconds: float) -> None:
        """Look for changes now, and wait until this one was looked at, at most so long."""
        self._hurry.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._looked:
                await self._looked.wait_for(lambda: self._applied.number >= number)

    def close(self) -> None:
        """Close the assistant that serves, once the server has ended."""
        self._site.assistant.close()
        if self._catalogue is not None:
            self._catalogue.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._site.life.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
            return
        watching = asyncio.create_task(self._watch(), name="settings")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        self._over = True
        for site in self._retiring:
            site.idle.set()  # the server has waited for its requests
        await asyncio.gather(*self._retiring.values())
        await self._site.life.end()
        await send({"type": "lifespan.shutdown.complete"})

    async def _watch(self) -> None:
        """Look for a newer change again and again. Whatever happens, it goes on looking."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._site.settings.server.reload_check_s):
                    await self._hurry.wait()
            self._hurry.clear()
            try:
                await self._follow()
                self._silent = False
            except Exception as error:
                if not self._silent:
                    _LOG.warning("changed settings cannot be looked for: %s", error)
                self._silent = True  # said once, not every second

    async def _follow(self) -> None:
        held = await asyncio.to_thread(self._newer)
        if held is None:
            return
        for key, reason in held.ignored.items():
            _LOG.warning("the change of setting %s is not used: %s", key, reason)
        self.house.standing.take(held.settings)
        problem = await self._replaced(held.settings)
        async with self._looked:
            self._applied = Applied(held.number, problem)
            self._looked.notify_all()

    def _newer(self) -> Effective | None:
        """Return what holds, if anything changed since this server looked."""
        if self._catalogue is None:
            if not has_catalogue(self._configured):
                return None  # a server that only answers makes none
            self._catalogue = open_catalogue(self._configured)
        if self._catalogue.settings.newest() == self._applied.number:
            return None
        return effective(self._configured, self._catalogue.settings.held())

    async def _replaced(self, settings: Settings) -> str | None:
        """Let an application with these settings take over; return why that was not possible, None where it was."""
        old = self._site
        names = Settings.model_fields
        changed = {name for name in names if getattr(settings, name) != getattr(old.settings, name)}
        if changed <= _AT_ONCE:
            old.settings = settings
            return None
        kept = old.assistant if changed <= _BESIDE_ANSWERS else None
        try:
            new = await asyncio.to_thread(partial(self._made_aside, settings, kept))
            try:
                await new.life.start()
            except BaseException:
                if kept is None:
                    new.assistant.close()
                raise
        except Exception as error:
            _LOG.error("settings cannot be put in place, the earlier ones stay: %s", error)
            return str(error) if isinstance(error, PolicychatError) else type(error).__name__
        self._site = new
        if not old.requests:
            old.idle.set()  # it may never have had one
        self._retiring[old] = asyncio.create_task(self._retire(old), name="retiring")
        _LOG.info("serving with changed settings: %s", ", ".join(sorted(changed)))
        return None

    def _made(self, settings: Settings, kept: Owned | None = None) -> _Site:
        """Build an application and make it answer once, so that nobody waits for it later."""
        assistant = kept or self._open_assistant(settings)
        try:
            if kept is None:
                with contextlib.suppress(NoGenerationError, QuestionError):
                    assistant.search(Question("政策"), 1)
            app = self._build(assistant, settings, self.house)
        except BaseException:
            if kept is None:
                assistant.close()
            raise
        return _Site(app, assistant, settings, Lifespan(app))

    def _first(self, settings: Settings) -> _Site:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(self._made_aside, settings, None).result()

    def _made_aside(self, settings: Settings, kept: Owned | None) -> _Site:
        """Build in a thread with a loop of its own: the one that serves goes on, and Gradio wants one while it builds."""

        async def build() -> _Site:
            return self._made(settings, kept)

        return asyncio.run(build())

    async def _retire(self, site: _Site) -> None:
        """End an application that was replaced, when its last request has ended and nothing is under way.

        Its assistant is closed unless another application goes on with it.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(site.settings.server.answer_timeout_s + _DRAIN_S):
                await site.idle.wait()
        while self.house.work.running() and not self._over:
            await asyncio.sleep(1.0)
        try:
            await site.life.end()
        except Exception:
            _LOG.exception("the application that was replaced did not end well")
        others = (self._site, *(one for one in self._retiring if one is not site))
        if all(other.assistant is not site.assistant for other in others):
            await asyncio.to_thread(site.assistant.close)
        # Only now: whoever ends the server waits for those that are in this list.
        self._retiring.pop(site)
