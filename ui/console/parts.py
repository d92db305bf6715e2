"""What every page of the console is given. Each page module has ``build(parts: ConsoleParts) -> APIRouter``.

Paths of routers are relative to ``/admin`` (``/documents``, ``/generations``); links are written with
``at("/admin/documents")``. Every route depends on ``parts.doors.require(role)``, every changing one on
``parts.doors.checked(role)``, and its form is made by :func:`ui.console.frame.form`. A GET page::

    reading = Depends(parts.doors.require(Role.ADMIN))

    @router.get("/generations")
    def generations(request: Request, signed_in: SignedIn = reading) -> Response:
        wording = parts.wording(request)
        return console_page(request, signed_in, wording, wording.text("console.nav.generations"), body, active="generations")

(``Depends`` as a default: annotations of a nested function cannot see ``parts``.) A changing route is ``async``, reads
``await request.form()``, and audits what it did (``parts.audit``) and goes on with :func:`ui.console.frame.go_to`; what takes long
runs with ``parts.begin``, which audits by itself, followed by ``go_to("/admin/work")``. Errors of ``rag.errors`` that
leave a route become a page of the console with the right status; no page has to catch them.

Addresses that pages of others link to: ``/admin/`` (overview), ``/admin/documents``, ``/admin/documents/{id}``,
``/admin/uploads``, ``/admin/work``, ``/admin/generations``, ``/admin/quality``, ``/admin/runs/{run_id}`` (report of one
run), ``/admin/feedback``, ``/admin/audit``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request

from ingest.file_progress import FileProgress
from rag.catalogue import Catalogue
from rag.catalogue import open_catalogue as open_of
from rag.generations import DataLayout
from rag.held_places import HeldPlaces
from rag.ports import Assistant, Embedding
from rag.settings import Settings
from ui.accounts.doors import Doors, SignedIn
from ui.console.work import Job, Task, Work
from ui.house import House
from ui.question_logging import QuestionLogging, no_logging
from ui.reader import reader_of
from ui.wording import Wording


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """The settings, what serves, who may come in, and what is under way."""

    settings: Settings
    assistant: Assistant
    doors: Doors
    work: Work = field(default_factory=Work)
    house: House | None = None
    """What outlives this application; None where nothing replaces it."""
    log: QuestionLogging = field(default_factory=no_logging)
    """Is told how questions end that are asked on these pages."""
    places: HeldPlaces = field(init=False)
    """The places that are known now: many documents are about one that no national list has."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", HeldPlaces(self.assistant, self.settings.regions.extra))

    @property
    def configured(self) -> Settings:
        """What the file says, without what admins changed."""
        return self.house.configured if self.house is not None else self.settings

    @property
    def layout(self) -> DataLayout:
        """The data folder."""
        return DataLayout(self.settings.paths.data)

    def wording(self, request: Request) -> Wording:
        """Return the words of whoever asks."""
        return reader_of(request.scope).wording(self.settings.help)

    def open_catalogue(self) -> Catalogue:
        """Return the catalogue, to be closed by the caller (``with``). Raises NotAvailableError."""
        return open_of(self.settings)

    def open_embedding(self) -> Callable[[], Embedding]:
        """Return a function that opens the configured embedding model, as the write path wants it."""

        def open_configured() -> Embedding:
            from rag.embedding import open_embedding

            return open_embedding(self.settings.embedding)

        return open_configured

    def audit(
        self,
        who: str,
        action: str,
        object_: str,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Note in the audit log who did what to what. Raises NotAvailableError."""
        with self.open_catalogue() as catalogue:
            catalogue.audit.add(who, action, object_, before, after)

    def begin(
        self,
        signed_in: SignedIn,
        kind: str,
        object_: str,
        task: Task,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        files: FileProgress | None = None,
    ) -> Job:
        """Begin a piece of work; when it ends, the audit log notes it with what was published before and afterwards.

        ``before`` and ``after`` add to what is noted; ``files`` is told by the task how each file stands.

        Raises:
            WorkRunningError: something is under way; nothing was begun.
        """
        info = self.assistant.published()
        was = {"generation": info.generation if info else None, **(before or {})}

        def ended(job: Job) -> None:
            outcome = "held" if job.held else job.state.value
            now = {"generation": job.generation, "run": job.run, "outcome": outcome, **(after or {})}
            if job.problem:
                now["problem"] = job.problem
            self.audit(signed_in.user, kind, object_, was, now)

        return self.work.start(kind, signed_in.user, task, ended, serving=was["generation"], files=files)
