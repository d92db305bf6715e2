"""A real Chroma server for tests, in a process of its own on a free port of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from rag.errors import NotAvailableError
from rag.settings import VectorStoreSettings
from rag.vector_store import server_client

_PATIENCE_S = 60.0


class ChromaServer:
    """A server over a folder; it can be stopped and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None
        self.settings = VectorStoreSettings(server=f"http://127.0.0.1:{self._port}", timeout_s=20.0)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        program = Path(sys.executable).parent / "chroma"
        command = [str(program), "run", "--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self._port)]
        environment = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                server_client(str(self.settings.server), 1.0).close()
            except NotAvailableError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError("the Chroma server did not start")

    def stop(self) -> None:
        """End the server, if it runs."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None

    def collections(self) -> set[str]:
        """Return the names of all collections."""
        client = server_client(str(self.settings.server), self.settings.timeout_s)
        try:
            return {collection.name for collection in client.list_collections()}
        finally:
            client.close()
