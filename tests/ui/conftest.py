from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from fastapi.testclient import TestClient

from rag.settings import ServerSettings, Settings
from tests.applications import built
from tests.fakes import FakeAssistant

Open = Callable[..., TestClient]


@pytest.fixture
def open_client() -> Iterator[Open]:
    """Build the application round an assistant; server settings by name."""
    with ExitStack() as stack:

        def open_client(assistant: FakeAssistant, **server: float) -> TestClient:
            settings = Settings(server=ServerSettings(**server))  # type: ignore[arg-type]
            client = TestClient(built(assistant, settings), raise_server_exceptions=False)
            return stack.enter_context(client)

        yield open_client


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(built(FakeAssistant(), Settings()), raise_server_exceptions=False) as client:
        yield client
