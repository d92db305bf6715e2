"""Collections of vectors, in a folder or on a server. The edge to ``chromadb``.

A collection is written once, when its generation is built, and only read afterwards: Chroma's embedded client is
safe between threads but not between a writer and a reader process. The space is the inner product of unit
vectors, which is the cosine, and unlike Chroma's ``cosine`` space it gives 0 and not NaN for a zero vector.

A collection lies in a folder of its own, or on a Chroma server (``rag.vector_server``). A call to a server has a
deadline, and what goes wrong there is never damage of the generation: it may answer again in a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from rag.errors import ConfigError, IndexDamagedError, NotAvailableError
from rag.ports import FloatArray

STORE_FILE = "chroma.sqlite3"
DIGEST = "digest"
READ_AT_ONCE = 4000
"""Chroma turns ids into SQL variables, of which there may be 32,766."""
_COLLECTION = "chunks"
_ASKED_AT_ONCE = 100
_S_PER_ROW = 0.02
"""Seconds granted a server for each row that a call writes or lists, beside the deadline of a call: a graph of a million
rows takes some 3 ms for one on a busy machine."""

_opening = Lock()
"""Clients of one folder share a store that Chroma counts but does not guard: opening while another thread closes the
last client hands out a stopped store."""


@dataclass(frozen=True, slots=True)
class ServedCollection:
    """A collection on a Chroma server, and the seconds that an answer may take."""

    name: str
    address: str
    timeout_s: float

    def __str__(self) -> str:
        return f"vector store {self.name} on {self.address}"


Place = Path | ServedCollection
"""Where a collection is: in a folder, or on a server."""


def described(place: Place) -> str:
    """Return what messages call a collection."""
    return f"vector store {place}" if isinstance(place, Path) else str(place)


@cache
def _server_client_type() -> Any:
    """Return Chroma's client with a deadline.

    ``chromadb.HttpClient`` waits for ever, and its first requests are made while it is constructed.
    """
    from chromadb.api.client import Client

    class Impatient(Client):  # type: ignore[misc,unused-ignore]
        def __init__(self, settings: Any, timeout_s: float) -> None:
            self._timeout_s = timeout_s
            try:
                super().__init__(settings=settings)
            except Exception:
                self._disconnect()
                raise

        def get_user_identity(self) -> Any:
            self.wait(self._timeout_s)
            return super().get_user_identity()

        def _validate_tenant_database(self, tenant: str, database: str) -> None:
            # The second client that chromadb makes for this has connections of its own.
            admin: Any = self._admin_client
            admin._server._session.timeout = self._timeout_s
            super()._validate_tenant_database(tenant=tenant, database=database)

        def wait(self, seconds: float) -> None:
            """Set how long to wait for the server, whenever one connects, sends, or reads."""
            server: Any = self._server
            server._session.timeout = seconds

        def close(self) -> None:
            super().close()
            self._disconnect()

        def _disconnect(self) -> None:
            # chromadb leaves the connections open.
            clients: tuple[Any, ...] = (self, getattr(self, "_admin_client", None))
            for client in clients:
                if hasattr(client, "_server"):
                    client._server._session.close()

    return Impatient


def server_client(address: str, timeout_s: float) -> Any:
    """Connect to a Chroma server.

    Raises:
        ConfigError: the address is none.
        NotAvailableError: the server does not answer in time, or is no Chroma server.
    """
    from chromadb.config import Settings

    try:
        url = urlsplit(address)
        port = url.port or (443 if url.scheme == "https" else 80)
    except ValueError as error:
        raise ConfigError(f"setting 'vectors.server' has the value {address!r}: {error}") from error
    if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/"):
        raise ConfigError(
            f"setting 'vectors.server' has the value {address!r}: expected an address such as 'http://127.0.0.1:8000'"
        )
    settings = Settings(
        chroma_api_impl="chromadb.api.fastapi.FastAPI",
        chroma_server_host=url.hostname,
        chroma_server_http_port=port,
        chroma_server_ssl_enabled=url.scheme == "https",
        anonymized_telemetry=False,
    )
    try:
        return _server_client_type()(settings, timeout_s)
    except Exception as error:  # chromadb raises its own errors, ValueError, and those of httpx
        raise NotAvailableError(
            f"vector server {address} (setting 'vectors.server') does not answer: {error}"
        ) from error


@contextmanager
def _briefly(place: ServedCollection) -> Iterator[Any]:
    client = server_client(place.address, place.timeout_s)
    try:
        yield client
    except Exception as error:  # chromadb's own and httpx's
        raise NotAvailableError(f"{place} does not answer: {error}") from error
    finally:
        client.close()


def rename_collection(place: ServedCollection, name: str) -> None:
    """Give a collection on a server another name. Raises NotAvailableError."""
    with _briefly(place) as client:
        client.get_collection(place.name, embedding_function=None).modify(name=name)


def remove_collection(place: ServedCollection) -> None:
    """Remove a collection from its server, if it is there; Chroma leaves the files of the graph. Raises NotAvailableError."""
    from chromadb.errors import NotFoundError

    with _briefly(place) as client, suppress(NotFoundError):
        client.delete_collection(place.name)


def _folder_client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    with _opening:
        return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


class OpenCollection:
    """A collection and the client that it is asked through; what goes wrong comes as an error of ours."""

    def __init__(self, place: Place, create: dict[str, Any] | None = None) -> None:
        """Open the collection in ``place``, or make it with the graph's configuration ``create``.

        Raises:
            Exception: whatever chromadb raises; callers say what it means.
        """
        self.place = place
        name = _COLLECTION
        if isinstance(place, Path):
            self._client = _folder_client(place)
        else:
            name = place.name
            self._client = server_client(place.address, place.timeout_s)
        try:
            if create is not None:
                self._collection = self._client.create_collection(
                    name, embedding_function=None, configuration={"hnsw": create}
                )
            else:
                self._collection = self._client.get_collection(name, embedding_function=None)
        except Exception:
            self.close()
            raise

    @contextmanager
    def asked(self, rows: int = 0) -> Iterator[Any]:
        """Yield the collection for calls that write or list ``rows`` rows, and translate what they raise.

        Raises:
            IndexDamagedError: a folder cannot be read or written.
            NotAvailableError: a server does not answer, does not know the collection, or is late.
        """
        served = self.place if isinstance(self.place, ServedCollection) else None
        try:
            if served and rows:
                self._client.wait(served.timeout_s + rows * _S_PER_ROW)
            yield self._collection
        except (IndexDamagedError, NotAvailableError):
            raise
        except Exception as error:  # chromadb's own, sqlite's, Rust's and httpx's errors
            reason = str(error) or type(error).__name__
            if served:
                raise NotAvailableError(f"{self.place} does not answer: {reason}") from error
            raise IndexDamagedError(f"{described(self.place)} cannot be used: {reason}") from error
        finally:
            if served and rows:
                self._client.wait(served.timeout_s)

    def digests(self) -> dict[str, str]:
        """Return the stored digest of every row; an empty one where a row has none."""
        stored: dict[str, str] = {}
        with self.asked(READ_AT_ONCE) as collection:
            for start in range(0, collection.count(), READ_AT_ONCE):
                found = collection.get(limit=READ_AT_ONCE, offset=start, include=["metadatas"])
                for chunk_id, metadata in zip(found["ids"], found["metadatas"], strict=True):
                    stored[chunk_id] = str((metadata or {}).get(DIGEST, ""))
        return stored

    def reachable(self, vector: FloatArray) -> set[str]:
        """Return every row that a search without a bound finds from ``vector``."""
        with self.asked() as collection:
            count = max(collection.count(), 1)
        with self.asked(count) as collection:
            found = collection.query(query_embeddings=[vector], n_results=count, include=["distances"])
        return set(found["ids"][0])

    def best_cosines(self, vectors: FloatArray, among: int = 1) -> FloatArray:
        """Return the cosine of the nearest row for each of (n, dimension); −1 where nothing is found.

        The search is as wide as the collection's own width, or as ``among`` where that is more.
        """
        best = np.full(len(vectors), -1.0, dtype=np.float32)
        for start in range(0, len(vectors), _ASKED_AT_ONCE):
            part = vectors[start : start + _ASKED_AT_ONCE]
            with self.asked(len(part)) as collection:
                found = collection.query(query_embeddings=part, n_results=among, include=["distances"])
            for n, distances in enumerate(found["distances"], start=start):
                if distances:
                    best[n] = 1.0 - float(distances[0])
        return best

    def close(self) -> None:
        """Release the files or the connection."""
        with _opening:
            self._client.close()
