"""Search for operators: in few threads, and what was found a moment ago is not searched for again."""

from __future__ import annotations

import threading
from collections import OrderedDict

from rag.domain import PlaceCount
from rag.errors import NoGenerationError, QuestionError
from rag.ports import Assistant
from rag.settings import ServerSettings
from ui.desk import Desk
from ui.markup import Html, element
from ui.staff.asked import Asked
from ui.staff.search_results import Found, render_found
from ui.wording import Wording

_THREADS = 2
"""A search computes and waits for nothing, so more threads than cores only make all of them late."""
_KEPT = 400
"""Lists kept, of about 30 kB: fifty operators who type and take back eight letters each."""


class Searching:
    """Finds and writes lists of passages; the latest are kept until another generation is published."""

    def __init__(self, assistant: Assistant, settings: ServerSettings) -> None:
        self._assistant = assistant
        self._desk = Desk(settings.model_copy(update={"concurrency": _THREADS}))
        self._lock = threading.Lock()
        self._generation: str | None = None
        self._lists: OrderedDict[tuple[Asked, str], Html] = OrderedDict()
        self._places: tuple[PlaceCount, ...] = ()

    async def found(self, asked: Asked, wording: Wording) -> Html:
        """Return the list for a search. Raises BusyError, LateError, NotAvailableError."""
        kept = self._kept(asked, wording)
        return kept if kept is not None else await self._desk.run(lambda: self.now(asked, wording))

    def now(self, asked: Asked, wording: Wording) -> Html:
        """Return the same in the caller's thread. Raises NotAvailableError."""
        kept = self._kept(asked, wording)
        if kept is not None:
            return kept
        generation = self._generation
        made = self._made(asked, wording)
        with self._lock:
            if generation == self._generation:
                self._lists[asked, wording.language] = made
                if len(self._lists) > _KEPT:
                    self._lists.popitem(last=False)
        return made

    def places(self) -> tuple[PlaceCount, ...]:
        """Return the places that have documents, by name; none while nothing is published."""
        self._look()
        with self._lock:
            if self._generation is not None and not self._places:
                try:
                    self._places = tuple(sorted(self._assistant.places(), key=lambda place: place.name))
                except NoGenerationError:
                    return ()
            return self._places

    def _kept(self, asked: Asked, wording: Wording) -> Html | None:
        self._look()
        with self._lock:
            kept = self._lists.get((asked, wording.language))
            if kept is not None:
                self._lists.move_to_end((asked, wording.language))
            return kept

    def _look(self) -> None:
        """Forget everything where another generation serves now."""
        info = self._assistant.published()
        generation = info.generation if info else None
        with self._lock:
            if generation != self._generation:
                self._generation = generation
                self._lists.clear()
                self._places = ()

    def _made(self, asked: Asked, wording: Wording) -> Html:
        if not asked.says_something:
            return element("p", wording.text("staff.search.empty"), class_="count")
        try:
            result = self._assistant.search(asked.question, asked.top, asked.filter())
        except QuestionError as error:
            words = wording.known(f"staff.search.problem.{error.field}") or wording.text("staff.search.problem.other")
            return element("p", words, class_="problem")
        return render_found(Found(asked, result), wording)
