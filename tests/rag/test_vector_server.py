from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ConfigError, IndexDamagedError, NotAvailableError
from rag.ports import FloatArray
from rag.settings import VectorStoreSettings
from rag.vector_server import (
    collection_name,
    finish_collection,
    mark_on_server,
    open_vectors,
    place_of,
    remove_collections,
)
from rag.vector_store import ServedCollection
from rag.vector_writing import VectorWriter
from rag.vectors import ChromaVectorIndex
from tests.chroma_server import ChromaServer

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    chroma = ChromaServer(tmp_path_factory.mktemp("chroma"))
    chroma.start()
    yield chroma
    chroma.stop()


@pytest.fixture
def server(running: ChromaServer) -> Iterator[ChromaServer]:
    """Return the server; one that a test stopped runs again afterwards."""
    yield running
    running.stop()
    running.start()


def unit_rows(count: int, dimension: int = 16, seed: int = 3) -> FloatArray:
    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    normalised: FloatArray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return normalised


def place(running: ChromaServer, name: str) -> ServedCollection:
    return ServedCollection(name, str(running.settings.server), running.settings.timeout_s)


def stored(at: ServedCollection, rows: FloatArray) -> ChromaVectorIndex:
    writer = VectorWriter(at)
    writer.add([(f"c{n}", f"digest {n}", row) for n, row in enumerate(rows)])
    writer.close()
    return ChromaVectorIndex(at)


def test_a_server_holds_what_files_would_hold(running: ChromaServer) -> None:
    rows = unit_rows(1200)
    index = stored(place(running, "whole"), rows)
    assert index.count() == 1200
    assert index.digests() == {f"c{n}": f"digest {n}" for n in range(1200)}
    assert index.reachable(rows[5]) == {f"c{n}" for n in range(1200)}
    np.testing.assert_allclose(index.best_cosines(rows[:150]), np.ones(150), atol=1e-5)
    np.testing.assert_allclose(index.vectors(["c7"])["c7"], rows[7], atol=1e-7)
    for query in unit_rows(5, seed=4):
        exact = rows @ query
        best = np.argsort(-exact, kind="stable")[:10]
        found = index.nearest(query, 10)
        assert [chunk_id for chunk_id, _ in found] == [f"c{n}" for n in best]
        np.testing.assert_allclose([cosine for _, cosine in found], exact[best], atol=1e-5)
    index.close()


def test_rows_are_stored_again_and_taken_out_on_a_server(running: ChromaServer) -> None:
    rows = unit_rows(20)
    writer = VectorWriter(place(running, "again"))
    writer.add([(f"c{n}", f"digest {n}", row) for n, row in enumerate(rows)])
    writer.store_again(["c3", "c4"])
    writer.remove(["c0"])
    assert writer.unreachable() == []
    writer.close()
    index = ChromaVectorIndex(place(running, "again"))
    assert index.digests() == {f"c{n}": f"digest {n}" for n in range(1, 20)}
    index.close()


def test_a_finished_collection_has_another_name_than_an_unfinished_one(running: ChromaServer, tmp_path: Path) -> None:
    building, finished = tmp_path / ".building-g1", tmp_path / "g1"
    building.mkdir()
    mark_on_server(building)
    unfinished = place_of(building, "g1", running.settings)
    assert isinstance(unfinished, ServedCollection)
    stored(unfinished, unit_rows(3)).close()
    building.rename(finished)
    with pytest.raises(IndexDamagedError, match="cannot be opened"):
        open_vectors(finished, "g1", running.settings)
    finish_collection("g1", running.settings)
    index = open_vectors(finished, "g1", running.settings)
    assert index.count() == 3
    index.close()
    remove_collections("g1", running.settings)
    assert not {name for name in running.collections() if name.endswith("g1")}
    remove_collections("g1", running.settings)


def test_a_generation_on_a_server_names_the_setting_that_is_missing(tmp_path: Path) -> None:
    mark_on_server(tmp_path)
    with pytest.raises(IndexDamagedError, match=r"vectors\.server"):
        open_vectors(tmp_path, tmp_path.name, VectorStoreSettings())


def test_a_generation_made_with_files_is_opened_from_its_files_whatever_is_configured(tmp_path: Path) -> None:
    away = VectorStoreSettings(server="http://127.0.0.1:9")
    (tmp_path / "chroma").mkdir()
    writer = VectorWriter(tmp_path / "chroma")
    writer.add([("c0", "digest", unit_rows(1)[0])])
    writer.close()
    index = open_vectors(tmp_path, tmp_path.name, away)
    assert index.count() == 1
    index.close()


def test_names_are_what_chroma_allows() -> None:
    for finished in (False, True):
        name = collection_name("20261122T050003123456-a1b2c3", finished=finished)
        assert 3 <= len(name) <= 512
        assert all(character.isascii() and (character.isalnum() or character in "._-") for character in name)
        assert name[0].isalnum() and name[-1].isalnum()


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://", "http://127.0.0.1:x", "http://h/a"]
)
def test_an_address_that_is_none_names_the_setting(address: str) -> None:
    with pytest.raises(ConfigError, match=r"vectors\.server"):
        remove_collections("g", VectorStoreSettings(server=address))


def test_a_server_that_is_away_is_not_available_to_writers_and_damage_to_readers() -> None:
    nowhere = ServedCollection("some", "http://127.0.0.1:9", 1.0)
    with pytest.raises(NotAvailableError, match=r"127\.0\.0\.1:9"):
        VectorWriter(nowhere)
    with pytest.raises(IndexDamagedError, match=r"127\.0\.0\.1:9.*vectors\.server"):
        ChromaVectorIndex(nowhere)


@pytest.fixture
def silent() -> Iterator[str]:
    """Return the address of a server that takes every connection and never says a word."""
    listener = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(listener.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(timeout=5)
    for connection in taken:
        connection.close()


def test_a_silent_server_is_given_up(silent: str) -> None:
    began = time.monotonic()
    with pytest.raises(IndexDamagedError, match="does not answer"):
        ChromaVectorIndex(ServedCollection("some", silent, 0.5))
    assert time.monotonic() - began < 30


def test_a_server_that_goes_away_while_serving_is_an_error_at_once_and_comes_back(
    server: ChromaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = unit_rows(5)
    index = stored(place(server, "away"), rows)
    server.stop()
    with pytest.raises(NotAvailableError, match="does not answer"):
        index.nearest(rows[0], 1)
    server.start()
    with pytest.raises(NotAvailableError, match="a moment ago"):
        index.nearest(rows[0], 1)
    later = time.monotonic() + 3600
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert [chunk_id for chunk_id, _ in index.nearest(rows[0], 1)] == ["c0"]
    index.close()


def test_many_rows_are_written_in_steps_that_leave_nothing_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    monkeypatch.setattr("rag.vector_writing._BATCH", 30)
    rows = unit_rows(1003)
    writer = VectorWriter(tmp_path, expected=len(rows))
    writer.add([(f"c{n}", f"digest {n}", row) for n, row in enumerate(rows)])
    writer.store_again(["c7", "c8"])
    assert writer.unreachable() == []
    writer.close()
    connection = sqlite3.connect(tmp_path / "chroma.sqlite3")
    (waiting,) = connection.execute("SELECT count(*) FROM embeddings_queue").fetchone()
    connection.close()
    assert waiting <= 2
    index = ChromaVectorIndex(tmp_path)
    assert index.digests() == {f"c{n}": f"digest {n}" for n in range(1003)}
    np.testing.assert_allclose(index.best_cosines(rows), np.ones(len(rows)), atol=1e-5)
    index.close()
