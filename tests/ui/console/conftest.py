"""A console over the invented corpus, and an admin who is signed in to it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from html import unescape
from queue import Queue
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from rag.bootstrap import open_assistant
from rag.catalogue import open_catalogue
from rag.domain import Document
from rag.settings import Settings
from tests.embeddings import HashEmbedding
from ui.accounts.cookies import NAME
from ui.accounts.doors import Doors
from ui.accounts.roles import Role
from ui.console.app import build_admin
from ui.console.parts import ConsoleParts
from ui.console.uploads import UPLOADS, upload_limit
from ui.console.work import Job
from ui.prefix import Prefix
from ui.shell import BodyLimit

HERE = {"origin": "http://testserver", "accept-language": "zh-CN"}
WAIT_S = 60


@dataclass
class Console:
    """The console as one person's browser sees it."""

    client: TestClient
    parts: ConsoleParts
    csrf: str

    def get(self, path: str, **query: Any) -> Response:
        """Open a page."""
        return self.client.get(path, params=query or None, headers=HERE)

    def post(self, path: str, files: Any = None, **fields: Any) -> Response:
        """Send a form of this session, without going where it leads."""
        data = {"csrf": self.csrf, **fields}
        return self.client.post(path, data=data, files=files, headers=HERE, follow_redirects=False)

    def ended(self) -> Job:
        """Wait until what was begun is over, and return how."""
        self.parts.work.wait(WAIT_S)
        job = self.parts.work.latest()
        assert job is not None
        assert job.finished is not None
        return job

    def document(self, source: str) -> Document:
        """Return a published document by its source."""
        return next(one for one in self.parts.assistant.documents() if one.source == source)

    def audited(self) -> list[dict[str, Any]]:
        """Return what the audit log says of documents, the newest first."""
        with open_catalogue(self.parts.settings) as catalogue:
            entries = catalogue.audit.entries()
            return [
                {name: getattr(entry, name) for name in ("who", "action", "object_", "before", "after")}
                for entry in entries
                if not entry.action.startswith("account.")
            ]


Enter = Callable[..., Console]


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Iterator[Enter]:
    """Sign somebody in to a console over some settings."""
    monkeypatch.setattr("rag.embedding.open_embedding", lambda _: HashEmbedding())
    with ExitStack() as stack:

        def enter(settings: Settings, role: Role | None = Role.ADMIN, prefix: str = "") -> Console:
            assistant = open_assistant(settings)
            stack.callback(assistant.close)
            parts = ConsoleParts(settings, assistant, Doors(settings))
            stack.callback(parts.work.wait, WAIT_S)
            app = FastAPI()
            app.mount("/admin", build_admin(parts))
            app.add_middleware(BodyLimit, numbers=settings.help, streamed={UPLOADS: upload_limit(parts)})
            app.add_middleware(Prefix, prefix=prefix)
            client = stack.enter_context(TestClient(app, raise_server_exceptions=False))
            with open_catalogue(settings) as catalogue:
                catalogue.accounts.add("老板", Role.ADMIN, "no password has this hash", by="test")
                if role is None:
                    return Console(client, parts, "")
                account = catalogue.accounts.add("王主任", role, "no password has this hash", by="test")
                token = catalogue.sessions.begin(account, "no password has this hash")
                assert token is not None
                client.cookies.set(NAME, token)
                session = catalogue.sessions.find(token)
                assert session is not None
            return Console(client, parts, session.csrf)

        yield enter


@pytest.fixture
def console(enter: Enter, published: Settings) -> Console:
    """Return the console of a signed-in admin over the invented corpus."""
    return enter(published)


@contextmanager
def holding(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    """Keep the console busy for the length of the block; yield what tells its progress."""
    free, told = threading.Event(), Queue[Callable[[str, int, int], None]](1)

    def task(progress: Callable[[str, int, int], None]) -> None:
        told.put(progress)
        free.wait(WAIT_S)

    console.parts.work.start("ingest", "李主任", task)
    try:
        yield told.get(timeout=WAIT_S)
    finally:
        free.set()
        console.parts.work.wait(WAIT_S)


def words_of(page: Response) -> str:
    """Return what a page says, without its markup, white space as single spaces."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
