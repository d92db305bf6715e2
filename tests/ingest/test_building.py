"""A generation made by changing a copy of its parent is the same as one made from nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest import base, lexical_building
from ingest.assembly import assemble_generation
from ingest.building import _answering
from ingest.chunking import chunk_digest
from ingest.generation import Entry, publish, verify_generation
from rag.domain import Chunk, Document
from rag.generations import DataLayout, Generation, Manifest
from rag.ports import FloatArray
from rag.settings import Settings
from rag.tokenizing import terms
from rag.vector_writing import VectorWriter
from tests.embeddings import HashEmbedding

QUESTIONS = ("家庭医生签约", "预防接种门诊", "老年人体检", "门诊报销比例", "第3号")


def entry(name: str, *paragraphs: str, title: str = "") -> Entry:
    text = "\n".join(paragraphs)
    title = title or f"{name}的通知"
    chunks, start = [], 0
    for n, paragraph in enumerate(paragraphs):
        chunks.append(Chunk(f"{name}:{n}", name, n, (), start, start + len(paragraph), paragraph))
        start += len(paragraph) + 1
    document = Document(name, f"{name}.txt", "/folder", name, "text/plain", title, text)
    return Entry(document, tuple(chunks), tuple(chunk_digest(title, chunk) for chunk in chunks), b"signature")


def many(count: int = 30) -> list[Entry]:
    return [
        entry(f"d{n:02}", f"第{n}号：家庭医生签约服务", f"预防接种门诊第{n}周开放", "咨询电话公布")
        for n in range(count)
    ]


class Building:
    def __init__(self, folder: Path, settings: Settings) -> None:
        self.layout = DataLayout(folder)
        self.layout.generations.mkdir(parents=True)
        self.settings = settings
        self.parent: str | None = None
        self.stages: set[str] = set()

    def build(self, entries: Sequence[Entry]) -> tuple[Manifest, int]:
        def note(stage: str, *_: int) -> None:
            self.stages.add(stage)

        manifest, embedded = assemble_generation(
            self.layout, entries, HashEmbedding(), self.settings, parent=self.parent, places=(), progress=note
        )
        publish(self.layout, manifest.generation)
        self.parent = manifest.generation
        return manifest, embedded

    def content(self) -> dict[str, Any]:
        folder = self.layout.generation(str(self.parent))
        verify_generation(folder, lambda *_: None)
        generation = Generation(folder)
        try:
            library, vectors, embedding = generation.library, generation.vectors, HashEmbedding()
            scores = [
                np.round(index.field_scores(terms(question)), 5).tolist()
                for index in (generation.chunk_terms, generation.document_terms)
                for question in QUESTIONS
            ]
            near = [
                sorted(round(cosine, 4) for _, cosine in vectors.nearest(embedding.embed_query(question), 5))
                for question in QUESTIONS
            ]
            return {
                "documents": library.documents(),
                "chunks": [library.chunk(chunk_id) for chunk_id in library.chunk_ids],
                "digests": library.chunk_digests(),
                "signatures": library.signatures(),
                "stored digests": vectors.digests(),
                "vectors": {key: row.tolist() for key, row in vectors.vectors(library.chunk_ids).items()},
                "scores": scores,
                "near": near,
            }
        finally:
            generation.close()


@pytest.fixture
def at(tmp_path: Path, settings: Settings) -> Building:
    return Building(tmp_path / "steps", settings)


def clean(tmp_path: Path, settings: Settings, entries: Sequence[Entry]) -> dict[str, Any]:
    building = Building(tmp_path / "clean", settings)
    building.build(entries)
    return building.content()


def changed(entries: Sequence[Entry]) -> list[Entry]:
    """One document with a changed, a new and a lost paragraph, one gone, one new in front, one with a new title."""
    after = list(entries)
    after[7] = entry("d07", "第7号：家庭医生签约服务", "门诊报销比例为百分之七十", "老年人体检", "老年人体检另行通知")
    after[9] = entry("d09", "第9号：家庭医生签约服务", "预防接种门诊第9周开放", "咨询电话公布", title="更正")
    after[11] = entry("d11", "第11号：家庭医生签约服务")
    del after[3]
    return [entry("a-new", "老年人体检", "门诊报销比例"), *after]


def test_a_change_gives_what_a_build_from_nothing_gives(tmp_path: Path, settings: Settings, at: Building) -> None:
    at.build(many())
    manifest, embedded = at.build(changed(many()))
    # Changed: 3 of d07, all 3 of d09; new: 2 of a-new. Lost: 2 of d07, 3 of d09, 2 of d11, 3 of d03.
    assert (manifest.steps, manifest.stale_rows, embedded) == (1, 10, 8)
    assert at.content() == clean(tmp_path, settings, changed(many()))


def test_several_steps_end_where_one_build_ends(tmp_path: Path, settings: Settings, at: Building) -> None:
    entries = many()
    at.build(entries)
    for n in (4, 5, 4):
        entries[n] = entry(f"d{n:02}", "门诊报销比例", f"第{n}次修订")
        at.build(entries)
    assert at.build([*entries, entry("z", "预防接种")])[0].steps == 4
    assert at.content() == clean(tmp_path, settings, [*entries, entry("z", "预防接种")])


def test_facts_that_no_index_holds_change_without_a_new_row(at: Building) -> None:
    at.build(many())
    entries = many()
    entries[2] = replace(entries[2], document=replace(entries[2].document, region="青棠县"))
    manifest, embedded = at.build(entries)
    assert (manifest.steps, manifest.stale_rows, embedded) == (1, 0, 0)
    assert at.content()["documents"][2].region == "青棠县"


@pytest.mark.parametrize("reason", ["rows", "steps", "model", "format"])
def test_a_copy_is_not_made_where_it_does_not_pay_or_fit(
    at: Building, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.build(many())
    entries = many()
    if reason == "rows":
        entries = entries[7:]
    elif reason == "steps":
        monkeypatch.setattr(base, "_MOST_STEPS", 0)
    elif reason == "model":
        monkeypatch.setattr(HashEmbedding, "fingerprint", "another")
    else:
        monkeypatch.setattr(base, "FORMAT", 99)
    manifest, _ = at.build([*entries, entry("z", "预防接种")])
    assert (manifest.steps, manifest.stale_rows) == (0, 0)


@pytest.mark.parametrize("part", ["lexical/chunks/words/counts.npy", "library.sqlite", "manifest.json"])
def test_a_damaged_parent_costs_time_and_nothing_else(
    tmp_path: Path, settings: Settings, at: Building, part: str
) -> None:
    at.build(many())
    (at.layout.generation(str(at.parent)) / part).write_bytes(b"damage")
    manifest, _ = at.build(changed(many()))
    assert manifest.steps == 0
    assert at.content() == clean(tmp_path, settings, changed(many()))


def test_a_parent_that_lost_rows_is_not_passed_on(tmp_path: Path, settings: Settings, at: Building) -> None:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    at.build(many())
    folder = at.layout.generation(str(at.parent)) / "chroma"
    client: Any = chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    client.get_collection("chunks", embedding_function=None).delete(ids=["d20:1"])
    client.close()
    manifest, _ = at.build(changed(many()))
    assert manifest.steps == 0
    assert "rebuild" in at.stages
    assert at.content() == clean(tmp_path, settings, changed(many()))


@pytest.mark.server
def test_indexes_written_in_a_second_process_are_the_same(
    tmp_path: Path, settings: Settings, at: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = clean(tmp_path, settings, many())
    monkeypatch.setattr(lexical_building, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    at.build(many())
    assert at.content() == expected


class NarrowWriter:
    """A store whose narrow search misses some chunks, and whose wide one misses a chunk until it is stored again."""

    def __init__(self, missed: set[int], lost: set[int]) -> None:
        self._missed, self._lost = missed, lost
        self.again: list[str] = []

    def best_cosines(self, vectors: FloatArray, *, widely: bool = False) -> FloatArray:
        hidden = self._lost if widely else self._missed | self._lost
        return np.array([0.5 if int(vector.argmax()) in hidden else 1.0 for vector in vectors], dtype=np.float32)

    def store_again(self, chunk_ids: Sequence[str]) -> None:
        self.again.extend(chunk_ids)
        self._lost = set()


def test_only_what_a_wide_search_misses_is_stored_again() -> None:
    entries = [entry(f"d{n}", f"第{n}号") for n in range(4)]
    vectors = {item.digests[0]: row for item, row in zip(entries, np.eye(4, dtype=np.float32), strict=True)}
    writer = NarrowWriter(missed={1, 2}, lost={2})
    assert _answering(writer, entries, vectors) == ({"d0", "d1", "d2", "d3"}, set())  # type: ignore[arg-type]
    assert writer.again == ["d2:0"]


def test_what_no_search_reaches_is_noted_and_a_copy_of_the_store_passes_the_note_on(
    at: Building, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.generation._CHUNKS_PER_STRAY", 10)
    entries = many()
    lost = [entries[3].chunks[1].chunk_id, entries[7].chunks[0].chunk_id]
    monkeypatch.setattr(VectorWriter, "unreachable", lambda _: list(lost))
    monkeypatch.setattr(VectorWriter, "store_again", lambda *_: None)
    at.build(entries)
    assert strays(at) == set(lost)
    monkeypatch.undo()
    monkeypatch.setattr("ingest.generation._CHUNKS_PER_STRAY", 10)
    manifest, _ = at.build(changed(entries))
    assert manifest.steps == 1
    kept = {chunk.chunk_id for item in changed(entries) for chunk in item.chunks}
    assert strays(at) == set(lost) & kept


def strays(at: Building) -> set[str]:
    generation = Generation(at.layout.generation(str(at.parent)))
    found = {chunk.chunk_id for chunk in generation.library.chunks_at(generation.columns.strays.tolist())}
    generation.close()
    return found
