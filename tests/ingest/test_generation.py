"""A generation is built beside the served one, checked, and takes its place in one step or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest import building as module
from ingest.generation import publish, remove_old_generations, rollback, verify_generation, writing
from rag.errors import IndexDamagedError, LockedError, NotAvailableError, UnknownIdError
from rag.generations import COLUMNS, DataLayout, Generation, list_generations, published_id
from rag.lexical import LexicalWriter
from rag.settings import IngestSettings, Settings
from rag.vector_writing import VectorWriter
from rag.vectors import ChromaVectorIndex
from tests.conftest import SOURCES, Run


def ignore(stage: str, done: int, total: int) -> None:
    pass


def folder_of(settings: Settings) -> Path:
    layout = DataLayout(settings.paths.data)
    current = published_id(layout)
    assert current is not None
    return layout.generation(current)


def touch_corpus(folder: Path, word: str) -> None:
    file = folder / "bailing-elderly.md"
    file.write_text(file.read_text(encoding="utf-8").replace("十个工作日", word), encoding="utf-8")


def collection(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    client = chromadb.PersistentClient(str(folder / "chroma"), settings=ChromaSettings(anonymized_telemetry=False))
    return client, client.get_collection("chunks", embedding_function=None)


class TestAFailureOnTheWay:
    @pytest.mark.parametrize(
        "error",
        [
            pytest.param(RuntimeError("boom"), marks=pytest.mark.thorough),
            pytest.param(KeyboardInterrupt(), marks=pytest.mark.thorough),
            OSError(28, "No space left on device"),
        ],
    )
    @pytest.mark.parametrize(
        ("owner", "name"),
        [
            (module, "write_library"),
            (LexicalWriter, "save"),
            (VectorWriter, "add"),
            (module, "write_manifest"),
            (module, "verify_generation"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_leaves_the_previous_generation_serving_and_no_rubbish(
        self, published: Settings, run_ingest: Run, corpus_folder: Path, owner: Any, name: str, error: BaseException
    ) -> None:
        layout = DataLayout(published.paths.data)
        before = published_id(layout)
        touch_corpus(corpus_folder, "五个工作日")

        def fail(*_: object, **__: object) -> None:
            raise error

        expected = NotAvailableError if isinstance(error, OSError) else type(error)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(owner, name, fail)
            with pytest.raises(expected):
                run_ingest(corpus_folder)
        assert published_id(layout) == before
        verify_generation(layout.generation(str(before)), ignore)
        assert [folder.name for folder in layout.generations.iterdir()] == [before]
        assert run_ingest(corpus_folder).generation == published_id(layout) != before

    def test_before_the_publication_leaves_the_pointer_as_it_was(
        self, published: Settings, run_ingest: Run, corpus_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        layout = DataLayout(published.paths.data)
        before = published_id(layout)
        touch_corpus(corpus_folder, "五个工作日")

        def fail(*_: object) -> None:
            raise RuntimeError("boom")

        monkeypatch.setattr("ingest.publication.publish", fail)
        with pytest.raises(RuntimeError):
            run_ingest(corpus_folder)
        assert published_id(layout) == before

    def test_a_building_folder_has_a_hidden_name_until_it_is_verified(
        self, run_ingest: Run, corpus_folder: Path, settings: Settings
    ) -> None:
        layout = DataLayout(settings.paths.data)
        seen: list[tuple[list[bool], list[str], str | None]] = []

        def look(stage: str, *_: int) -> None:
            if stage == "verify":
                hidden = [folder.name.startswith(".building-") for folder in layout.generations.iterdir()]
                listed = [info.generation for info in list_generations(layout)]
                seen.append((hidden, listed, published_id(layout)))

        run_ingest(corpus_folder, progress=look)
        assert seen
        assert all(state == ([True], [], None) for state in seen)

    def test_the_next_writer_sweeps_what_a_killed_one_left(self, published: Settings) -> None:
        layout = DataLayout(published.paths.data)
        (layout.generations / ".building-old" / "chroma").mkdir(parents=True)
        (layout.sources / "abc.1234.new").write_bytes(b"half")
        with writing(layout):
            assert not (layout.generations / ".building-old").exists()
            assert not (layout.sources / "abc.1234.new").exists()
        assert len(list_generations(layout)) == 1


def real_chunk_ids(settings: Settings) -> list[str]:
    library = sqlite3.connect(folder_of(settings) / "library.sqlite")
    ids = [row[0] for row in library.execute("SELECT chunk_id FROM chunks ORDER BY position")]
    library.close()
    return ids


class TestVerification:
    def test_a_whole_generation_passes_and_tells_its_progress(self, published: Settings) -> None:
        steps: list[tuple[str, int, int]] = []
        verify_generation(folder_of(published), lambda *step: steps.append(step))
        assert steps[-1][1] == steps[-1][2] > 0

    def test_a_missing_chunk_is_found(self, published: Settings) -> None:
        client, stored = collection(folder_of(published))
        stored.delete(ids=[stored.get(limit=1)["ids"][0]])
        client.close()
        with pytest.raises(IndexDamagedError, match="different numbers of chunks"):
            verify_generation(folder_of(published), ignore)

    def test_a_chunk_under_another_id_is_found(self, published: Settings) -> None:
        client, stored = collection(folder_of(published))
        row = stored.get(limit=1, include=["metadatas", "embeddings"])
        stored.delete(ids=row["ids"])
        stored.add(ids=["foreign:0"], metadatas=row["metadatas"], embeddings=row["embeddings"])
        client.close()
        with pytest.raises(IndexDamagedError, match=row["ids"][0]):
            verify_generation(folder_of(published), ignore)

    def test_a_differing_digest_is_found(self, published: Settings) -> None:
        client, stored = collection(folder_of(published))
        identifier = stored.get(limit=1)["ids"][0]
        stored.update(ids=[identifier], metadatas=[{"digest": "of other words"}])
        client.close()
        with pytest.raises(IndexDamagedError, match=f"{identifier} does not read back"):
            verify_generation(folder_of(published), ignore)

    def test_a_text_changed_in_the_library_is_found(self, published: Settings) -> None:
        connection = sqlite3.connect(folder_of(published) / "library.sqlite")
        connection.execute("UPDATE documents SET text = replace(text, '十个工作日', '五个工作日')")
        connection.commit()
        connection.close()
        with pytest.raises(IndexDamagedError, match="does not read back"):
            verify_generation(folder_of(published), ignore)

    def test_rows_that_no_search_reaches_are_found(self, published: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        real = ChromaVectorIndex.reachable
        monkeypatch.setattr(ChromaVectorIndex, "reachable", lambda self, vector: set(sorted(real(self, vector))[1:]))
        with pytest.raises(IndexDamagedError, match="1 chunks are counted and cannot be reached"):
            verify_generation(folder_of(published), ignore)

    def test_a_chunk_out_of_reach_is_taken_where_it_is_noted_and_there_are_few(
        self, published: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ids = real_chunk_ids(published)
        real = ChromaVectorIndex.reachable
        monkeypatch.setattr(ChromaVectorIndex, "reachable", lambda self, vector: real(self, vector) - {ids[2]})
        monkeypatch.setattr("ingest.generation._CHUNKS_PER_STRAY", len(ids))
        strays = folder_of(published) / COLUMNS / "strays.npy"
        np.save(strays, np.array([1], dtype="<i4"))
        with pytest.raises(IndexDamagedError, match="1 chunks are counted and cannot be reached"):
            verify_generation(folder_of(published), ignore)
        np.save(strays, np.array([2], dtype="<i4"))
        verify_generation(folder_of(published), ignore)
        monkeypatch.setattr("ingest.generation._CHUNKS_PER_STRAY", len(ids) + 1)
        with pytest.raises(IndexDamagedError, match="cannot be reached by a search"):
            verify_generation(folder_of(published), ignore)

    def test_a_document_that_its_own_vector_does_not_find_is_found(
        self, published: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ingest.generation.check_columns", lambda _: None)  # it would see the changed vector before
        client, stored = collection(folder_of(published))
        row = stored.get(limit=2, include=["embeddings"])
        library = sqlite3.connect(folder_of(published) / "library.sqlite")
        first = library.execute("SELECT chunk_id FROM chunks WHERE ordinal = 0").fetchone()[0]
        library.close()
        # Shorter than one: it is still the nearest, but not itself.
        stored.update(ids=[first], embeddings=[row["embeddings"][0] * 0.5])
        client.close()
        with pytest.raises(IndexDamagedError, match="not found by its own vector"):
            verify_generation(folder_of(published), ignore)

    def test_a_chunk_missing_from_the_library_is_found(self, published: Settings) -> None:
        connection = sqlite3.connect(folder_of(published) / "library.sqlite")
        connection.execute("DELETE FROM chunks WHERE position = (SELECT max(position) FROM chunks)")
        connection.commit()
        connection.close()
        with pytest.raises(IndexDamagedError, match="different numbers of chunks"):
            verify_generation(folder_of(published), ignore)

    def test_a_document_without_chunks_is_found(self, published: Settings) -> None:
        connection = sqlite3.connect(folder_of(published) / "library.sqlite")
        connection.execute("INSERT INTO documents SELECT 99, 'lonely', facts, text FROM documents WHERE position = 0")
        connection.commit()
        connection.close()
        with pytest.raises(IndexDamagedError, match="lonely has no chunk"):
            verify_generation(folder_of(published), ignore)

    @pytest.mark.parametrize(
        "part", ["library.sqlite", "chroma/chroma.sqlite3", "manifest.json", "lexical/chunks/words"]
    )
    def test_a_missing_part_is_damage_that_names_the_generation(self, published: Settings, part: str) -> None:
        (folder_of(published) / part).rename(published.paths.data / "elsewhere")
        with pytest.raises(IndexDamagedError, match=folder_of(published).name):
            verify_generation(folder_of(published), ignore)

    @pytest.mark.parametrize("content", ["[]", "nonsense", '{"format": 99}', '{"format": 1}', "null"])
    def test_an_unreadable_manifest_is_damage(self, published: Settings, content: str) -> None:
        (folder_of(published) / "manifest.json").write_text(content, encoding="utf-8")
        with pytest.raises(IndexDamagedError, match="format 99" if "99" in content else "no readable manifest"):
            Generation(folder_of(published))


class TestPublication:
    def test_is_one_replacement_of_the_pointer(self, published: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        layout = DataLayout(published.paths.data)
        current = str(published_id(layout))
        replaced: list[tuple[str, str]] = []
        original = Path.replace

        def watched(self: Path, target: Path) -> Path:
            assert published_id(layout) == current
            replaced.append((self.name, Path(target).name))
            return original(self, target)

        monkeypatch.setattr(Path, "replace", watched)
        publish(layout, current)
        assert replaced == [("published.new", "published.json")]

    def test_an_unknown_generation_is_refused_with_the_known_ones(self, published: Settings) -> None:
        layout = DataLayout(published.paths.data)
        with pytest.raises(UnknownIdError, match=str(published_id(layout))):
            publish(layout, "nonsense")

    @pytest.mark.parametrize("content", ["", "[]", "{}", "\x00\x01", "nonsense"])
    def test_a_corrupt_pointer_is_damage_that_says_what_to_do(self, published: Settings, content: str) -> None:
        layout = DataLayout(published.paths.data)
        layout.pointer.write_text(content, encoding="utf-8")
        with pytest.raises(IndexDamagedError, match=r"published\.json cannot be read.*rollback"):
            published_id(layout)

    def test_naming_a_generation_repairs_a_corrupt_pointer(self, published: Settings) -> None:
        layout = DataLayout(published.paths.data)
        current = str(published_id(layout))
        layout.pointer.write_text("nonsense", encoding="utf-8")
        assert rollback(layout, current) == published_id(layout) == current


class TestRollback:
    @pytest.fixture
    def two(self, published: Settings, run_ingest: Run, corpus_folder: Path) -> tuple[DataLayout, str, str]:
        layout = DataLayout(published.paths.data)
        first = str(published_id(layout))
        touch_corpus(corpus_folder, "五个工作日")
        return layout, first, str(run_ingest(corpus_folder).generation)

    def test_goes_to_the_parent_and_by_name_forward_again(self, two: tuple[DataLayout, str, str]) -> None:
        layout, first, second = two
        assert [info.generation for info in list_generations(layout)] == [second, first]
        assert rollback(layout, None) == published_id(layout) == first
        assert rollback(layout, second) == published_id(layout) == second

    def test_to_an_unknown_generation_changes_nothing(self, two: tuple[DataLayout, str, str]) -> None:
        layout, _, second = two
        with pytest.raises(UnknownIdError):
            rollback(layout, "nonsense")
        assert published_id(layout) == second

    def test_from_the_first_generation_there_is_nothing_to_go_back_to(self, published: Settings) -> None:
        with pytest.raises(UnknownIdError, match="no earlier generation"):
            rollback(DataLayout(published.paths.data), None)

    def test_a_damaged_old_generation_does_not_hide_the_others(self, two: tuple[DataLayout, str, str]) -> None:
        layout, first, second = two
        (layout.generation(first) / "manifest.json").write_text("{", encoding="utf-8")
        assert [info.generation for info in list_generations(layout)] == [second]

    def test_an_ingest_after_a_rollback_builds_on_what_is_published(
        self, two: tuple[DataLayout, str, str], run_ingest: Run, corpus_folder: Path
    ) -> None:
        layout, first, _ = two
        rollback(layout, None)
        run_ingest(corpus_folder)
        assert list_generations(layout)[0].parent == first


class TestOldGenerations:
    def test_as_many_stay_as_the_settings_say(self, published: Settings, run_ingest: Run, corpus_folder: Path) -> None:
        layout = DataLayout(published.paths.data)
        few = published.model_copy(update={"ingest": IngestSettings(min_free_mb=0, keep_generations=2)})
        made = [str(published_id(layout))]
        for word in ("五个工作日", "三个工作日"):
            text = corpus_folder / "clinics-note.md"
            text.write_text(f"# 青棠县接种说明\n\n结果在{word}内告知。\n", encoding="utf-8")
            made.append(str(run_ingest(corpus_folder, settings=few).generation))
        assert [info.generation for info in list_generations(layout)] == [made[2], made[1]]

    def test_the_published_one_stays_however_old(
        self, published: Settings, run_ingest: Run, corpus_folder: Path
    ) -> None:
        layout = DataLayout(published.paths.data)
        first = str(published_id(layout))
        touch_corpus(corpus_folder, "五个工作日")
        second = str(run_ingest(corpus_folder).generation)
        rollback(layout, first)
        assert remove_old_generations(layout, 1) == [second]
        assert published_id(layout) == first
        verify_generation(layout.generation(first), ignore)


HOLD = """
import sys
from pathlib import Path
from ingest.generation import writing
from rag.generations import DataLayout
with writing(DataLayout(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.server
def test_a_second_writer_is_told_that_one_is_running(published: Settings, run_ingest: Run, corpus_folder: Path) -> None:
    layout = DataLayout(published.paths.data)
    before = published_id(layout)
    command = [sys.executable, "-c", HOLD, str(published.paths.data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match="another ingest is running"):
            run_ingest(corpus_folder)
        with pytest.raises(LockedError):
            rollback(layout, before)
        holder.stdin.write("\n")
        holder.stdin.close()
    assert published_id(layout) == before
    assert {file.status.value for file in run_ingest(corpus_folder).files} == {"changed"}  # the folder moved
    assert len(SOURCES) == list_generations(layout)[0].documents
