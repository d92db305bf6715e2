"""A running reader follows what is published, and nothing it serves is taken from under it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.generation import rollback
from ingest.pipeline import delete_documents
from rag.errors import NoGenerationError
from rag.generations import DataLayout, Generation, PublishedGeneration, list_generations, published_id
from rag.settings import Settings
from tests.embeddings import HashEmbedding


@dataclass
class Served:
    """A reader that looks at the pointer on every lease, and a way to publish something else."""

    settings: Settings
    reader: PublishedGeneration

    @property
    def layout(self) -> DataLayout:
        return DataLayout(self.settings.paths.data)

    def publish_without(self, source: str) -> str:
        return str(delete_documents([source], self.settings, HashEmbedding).generation)

    def current(self) -> str:
        with self.reader.lease() as generation:
            return generation.manifest.generation


@pytest.fixture
def at(published: Settings) -> Served:
    return Served(published, PublishedGeneration(DataLayout(published.paths.data), 0.0))


def works(generation: Generation) -> bool:
    first = generation.library.chunk_ids[0]
    return generation.vectors.digests()[first] == generation.library.chunk_digests()[first]


def test_a_new_generation_is_picked_up_without_a_restart(at: Served) -> None:
    before = at.current()
    after = at.publish_without("clinics.docx")
    assert before != after == at.current()


def test_a_rollback_is_picked_up_too(at: Served) -> None:
    before = at.current()
    at.publish_without("clinics.docx")
    at.current()
    rollback(at.layout, None)
    assert at.current() == before


def test_the_pointer_is_not_read_more_often_than_was_asked(published: Settings) -> None:
    served = Served(published, PublishedGeneration(DataLayout(published.paths.data), 3600.0))
    before = served.current()
    served.publish_without("clinics.docx")
    assert served.current() == before


def test_a_lease_keeps_its_generation_usable_while_a_new_one_is_published(at: Served) -> None:
    with at.reader.lease() as old:
        at.publish_without("clinics.docx")
        with at.reader.lease() as new:
            assert new is not old
            assert works(old)
            assert works(new)
        assert works(old)
    assert works_no_more(old)


def works_no_more(generation: Generation) -> bool:
    try:
        generation.library.chunks_of(generation.library.document_ids[0])
    except Exception:  # whatever a closed file raises
        return True
    return False


def test_a_replaced_generation_closes_only_with_its_last_lease(at: Served) -> None:
    with at.reader.lease() as outer:
        with at.reader.lease() as inner:
            assert inner is outer
            at.publish_without("clinics.docx")
            at.current()
        assert works(outer)
    assert works_no_more(outer)


def test_leases_from_many_threads_all_work_while_generations_change(at: Served) -> None:
    def ask(_: int) -> bool:
        with at.reader.lease() as generation:
            return works(generation)

    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(ask, n) for n in range(40)]
        for source in ("clinics.docx", "bailing-elderly.md"):
            at.publish_without(source)
            answers += [threads.submit(ask, n) for n in range(40)]
        assert all(answer.result() for answer in answers)


@pytest.mark.parametrize(
    "damage", ["manifest.json", "library.sqlite", "chroma/chroma.sqlite3", "lexical/documents", "columns"]
)
def test_a_damaged_newer_generation_never_replaces_the_serving_one(at: Served, damage: str) -> None:
    before = at.current()
    newer = at.publish_without("clinics.docx")
    (at.layout.generation(newer) / damage).rename(at.layout.root / "elsewhere")
    with at.reader.lease() as generation:
        assert generation.manifest.generation == before
        assert works(generation)
    assert newer in str(at.reader.last_problem)
    (at.layout.root / "elsewhere").rename(at.layout.generation(newer) / damage)
    assert at.current() == newer
    assert at.reader.last_problem is None


def test_a_corrupt_pointer_leaves_the_serving_generation_and_is_reported(at: Served) -> None:
    before = at.current()
    at.layout.pointer.write_text("nonsense", encoding="utf-8")
    assert at.current() == before
    assert "published.json" in str(at.reader.last_problem)


def test_before_the_first_ingest_there_is_nothing_to_lease(tmp_path: Path) -> None:
    reader = PublishedGeneration(DataLayout(tmp_path), 0.0)
    with pytest.raises(NoGenerationError, match="nothing is published"), reader.lease():
        pass
    assert reader.last_problem is None


def test_a_damaged_first_generation_says_why_nothing_serves(at: Served) -> None:
    (at.layout.generation(str(published_id(at.layout))) / "library.sqlite").unlink()
    with pytest.raises(NoGenerationError, match=r"library.*cannot be read"), at.reader.lease():
        pass


def test_a_closed_reader_serves_no_more(at: Served) -> None:
    at.current()
    at.reader.close()
    with pytest.raises(NoGenerationError, match="closed"):
        at.current()


def test_a_list_has_the_newest_first_and_names_the_published_one(at: Served) -> None:
    first = at.current()
    second = at.publish_without("clinics.docx")
    rollback(at.layout, None)
    assert [(info.generation, info.published, info.parent) for info in list_generations(at.layout)] == [
        (second, False, first),
        (first, True, None),
    ]
