from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest.building
from ingest.generation import BUILDING, remove_old_generations, rollback, verify_generation, writing
from rag.errors import IndexDamagedError, NotAvailableError
from rag.generations import DataLayout, Generation, published_id
from rag.settings import Settings, VectorStoreSettings
from rag.vector_server import collection_name, mark_on_server
from rag.vector_store import ServedCollection
from rag.vector_writing import VectorWriter
from tests.chroma_server import ChromaServer
from tests.conftest import Run, settings_for
from tests.embeddings import HashEmbedding

pytestmark = pytest.mark.server

AWAY = VectorStoreSettings(server="http://127.0.0.1:9", timeout_s=1.0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    chroma = ChromaServer(tmp_path_factory.mktemp("chroma"))
    chroma.start()
    yield chroma
    chroma.stop()


@pytest.fixture
def on_server(server: ChromaServer, tmp_path: Path) -> Settings:
    """Return settings over an empty data folder whose vectors go to the server."""
    return settings_for(tmp_path / "data", vectors=server.settings)


def ignore(*_: object) -> None:
    """Show nothing."""


def own(server: ChromaServer, generation: str) -> set[str]:
    return {name for name in server.collections() if generation in name}


def test_vectors_go_to_the_server_and_are_found_there(
    server: ChromaServer, on_server: Settings, run_ingest: Run, corpus_folder: Path, embedding: HashEmbedding
) -> None:
    generation = str(run_ingest(corpus_folder, settings=on_server).generation)
    folder = DataLayout(on_server.paths.data).generation(generation)
    assert not (folder / "chroma").exists()
    assert own(server, generation) == {collection_name(generation, finished=True)}
    assert "127.0.0.1" not in "".join(path.read_text("utf-8") for path in folder.glob("*.json"))
    verify_generation(folder, ignore, store=server.settings)
    opened = Generation(folder, server.settings)
    chunk = opened.library.chunks_of(opened.library.document_ids[0])[0]
    vector = opened.vectors.vectors([chunk.chunk_id])[chunk.chunk_id]
    assert opened.vectors.nearest(vector, 1)[0][1] == pytest.approx(1.0, abs=1e-5)
    opened.close()
    assert embedding.passages


def test_without_the_setting_a_generation_on_a_server_says_which_is_missing(
    on_server: Settings, run_ingest: Run, corpus_folder: Path
) -> None:
    generation = str(run_ingest(corpus_folder, settings=on_server).generation)
    folder = DataLayout(on_server.paths.data).generation(generation)
    for store, words in ((None, r"vectors\.server"), (AWAY, "does not answer")):
        with pytest.raises(IndexDamagedError, match=words):
            Generation(folder, store)


def test_changing_over_to_a_server_embeds_nothing_again_and_leaves_the_files_to_go_back_to(
    server: ChromaServer,
    settings: Settings,
    on_server: Settings,
    run_ingest: Run,
    corpus_folder: Path,
    embedding: HashEmbedding,
) -> None:
    first = str(run_ingest(corpus_folder, settings=settings).generation)
    count = len(embedding.passages)
    (corpus_folder / "notices" / "subsidy-2022.txt").unlink()
    second = str(run_ingest(corpus_folder, settings=on_server, prune=True).generation)
    layout = DataLayout(on_server.paths.data)
    assert second != first
    assert len(embedding.passages) == count
    assert own(server, second) == {collection_name(second, finished=True)}
    assert rollback(layout, None, server.settings) == published_id(layout) == first
    Generation(layout.generation(first), AWAY).close()


def test_a_build_that_fails_leaves_nothing_on_the_server(
    server: ChromaServer, on_server: Settings, run_ingest: Run, corpus_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object, **__: object) -> None:
        raise IndexDamagedError("on purpose")

    before = server.collections()
    monkeypatch.setattr(ingest.building, "verify_generation", damaged)
    with pytest.raises(IndexDamagedError, match="on purpose"):
        run_ingest(corpus_folder, settings=on_server)
    assert server.collections() == before
    assert list(DataLayout(on_server.paths.data).generations.iterdir()) == []


def test_without_its_server_an_ingest_changes_nothing(settings: Settings, run_ingest: Run, corpus_folder: Path) -> None:
    first = run_ingest(corpus_folder, settings=settings).generation
    (corpus_folder / "notices" / "subsidy-2022.txt").unlink()
    with pytest.raises(NotAvailableError, match="does not answer"):
        run_ingest(corpus_folder, settings=settings.model_copy(update={"vectors": AWAY}), prune=True)
    assert published_id(DataLayout(settings.paths.data)) == first


@pytest.mark.parametrize("finished", [False, True])
def test_the_next_writer_sweeps_what_a_killed_one_left_on_the_server(
    server: ChromaServer, on_server: Settings, *, finished: bool
) -> None:
    layout = DataLayout(on_server.paths.data)
    name = collection_name("killed", finished=finished)
    left = layout.generations / f"{BUILDING}killed"
    left.mkdir(parents=True)
    (left / "library.sqlite").write_bytes(b"half")
    mark_on_server(left)
    VectorWriter(ServedCollection(name, str(server.settings.server), server.settings.timeout_s)).close()
    with writing(layout, AWAY):
        assert [path.name for path in left.iterdir()] == ["chroma.json"]
    assert own(server, "killed") == {name}
    with writing(layout, server.settings):
        assert not left.exists()
    assert own(server, "killed") == set()


def test_an_old_generation_goes_with_its_collection_as_soon_as_the_server_answers(
    server: ChromaServer, on_server: Settings, run_ingest: Run, corpus_folder: Path
) -> None:
    layout = DataLayout(on_server.paths.data)
    first = str(run_ingest(corpus_folder, settings=on_server).generation)
    (corpus_folder / "notices" / "subsidy-2022.txt").unlink()
    second = str(run_ingest(corpus_folder, settings=on_server, prune=True).generation)
    assert remove_old_generations(layout, 1, AWAY) == [first]
    assert not layout.generation(first).exists()
    assert own(server, first)
    with writing(layout, server.settings):
        pass
    assert not own(server, first)
    verify_generation(layout.generation(second), ignore, store=server.settings)
