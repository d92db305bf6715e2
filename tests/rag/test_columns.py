"""Columns say what the library says, and anything else is noticed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ingest.generation import verify_generation
from rag.column_building import garbled_share, write_columns
from rag.columns import AUTHORITIES, VALIDITIES, TextColumn, open_columns
from rag.domain import Authority, Chunk, Document, Mark, MarkKind, Validity
from rag.errors import IndexDamagedError
from rag.folding import fold
from rag.generations import FORMAT, Generation
from rag.regions import Gazetteer
from tests.embeddings import HashEmbedding
from tests.rag.small_generation import generation_of, policy

DOCUMENTS = (
    policy(
        "old.md",
        "規劃目標如下",
        "𠮷ＡＢＣ补贴三百元",
        region="湖北省",
        validity=Validity.SUPERSEDED,
        superseded_by="new.md",
    ),
    policy(
        "new.md",
        "补贴五百元",
        published=date(2025, 6, 20),
        authority=Authority.OFFICIAL,
        validity=Validity.IN_FORCE,
        marks=(Mark(MarkKind.GARBLED, 0, 1),),
    ),
    policy("copy.md", "武汉市补贴五百元", authority=Authority.REPOST, duplicate_of="new.md", superseded_by="gone.md"),
    policy("titled.md", "旧", superseded_by="new.md通知", duplicate_of="titled.md", certainty={"title": 0.4}),
)


@pytest.fixture
def generation(tmp_path: Path) -> Iterator[Generation]:
    opened = generation_of(tmp_path, *DOCUMENTS)
    yield opened
    opened.close()


def test_texts_and_headings_are_folded_and_keep_their_length(generation: Generation) -> None:
    columns = generation.columns
    texts = [line for document in DOCUMENTS for line in document.text.split("\n")]
    assert columns.texts.texts(np.arange(len(texts))) == [fold(text) for text in texts]
    assert columns.texts.texts(np.array([3, 1])) == ["武汉市补贴五百元", "𠮷abc补贴三百元"]
    assert columns.texts.texts(np.zeros(0, dtype=np.int64)) == []
    headings = columns.headings.texts(columns.heading_of_chunk.astype(np.int64))
    assert headings == ["old.md通知", "old.md通知", "new.md通知", "copy.md通知", ""], "a guessed title is none"


def test_facts_of_documents_are_numbers_that_lead_to_other_documents(generation: Generation) -> None:
    rows = generation.columns.documents
    assert rows["first_chunk"].tolist() == [0, 2, 3, 4]
    assert rows["chunks"].tolist() == [2, 1, 1, 1]
    assert rows["superseded_by"].tolist() == [1, -1, -1, 1], "by source, else by title; −1 for what is not there"
    assert rows["duplicate_of"].tolist() == [-1, -1, 1, -1], "no document is a copy of itself"
    assert rows["published"].tolist() == [0, date(2025, 6, 20).toordinal(), 0, 0]
    assert [VALIDITIES[n] for n in rows["validity"]][:2] == [Validity.SUPERSEDED, Validity.IN_FORCE]
    assert [AUTHORITIES[n] for n in rows["authority"]][1:3] == [Authority.OFFICIAL, Authority.REPOST]
    assert [generation.columns.regions[n] if n >= 0 else None for n in rows["region"]] == ["湖北省", None, None, None]
    np.testing.assert_allclose(generation.columns.garbled, [0, 0, 0.2, 0, 0])


def test_every_validity_and_authority_has_a_number() -> None:
    assert set(VALIDITIES) == set(Validity)
    assert set(AUTHORITIES) == set(Authority)


def test_the_places_that_a_text_begins_with_are_kept(generation: Generation) -> None:
    columns, gazetteer = generation.columns, Gazetteer.load()
    values = np.array(
        [1.0 if gazetteer.get(code) == gazetteer.get("武汉市") else 7.0 for code in columns.lead_places],
        dtype=np.float32,
    )
    least, greatest = columns.lead_extremes(np.array([0, 2, 1]), values)
    assert least.tolist() == [0.0, 1.0, 0.0]
    assert greatest.tolist() == [0.0, 1.0, 0.0]


def test_vectors_are_those_of_the_store_in_the_order_of_the_library(generation: Generation) -> None:
    stored = generation.vectors.vectors(generation.library.chunk_ids)
    expected = np.stack([stored[chunk_id] for chunk_id in generation.library.chunk_ids])
    np.testing.assert_allclose(generation.columns.rows(np.arange(len(expected))), expected, atol=0.0005)


@pytest.mark.parametrize("older", [1, 2])
def test_a_generation_without_columns_gets_the_same_ones_in_memory(generation: Generation, older: int) -> None:
    folder, written = generation.folder, generation.columns
    shutil.rmtree(folder / "columns")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": older}), encoding="utf-8")
    older_generation = Generation(folder)
    computed = older_generation.columns
    everything = np.arange(written.n_chunks)
    assert computed.texts.texts(everything) == written.texts.texts(everything)
    np.testing.assert_array_equal(computed.documents, written.documents)
    np.testing.assert_array_equal(computed.vectors, written.vectors)
    assert (computed.regions, computed.lead_places) == (written.regions, written.lead_places)
    verify_generation(folder, lambda *_: None)
    older_generation.close()


FILES = ("about.json", "vectors.npy", "texts.bin", "text_ends.npy", "headings.bin", "documents.npy", "leads.npy")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["missing", "cut", "noise"])
def test_columns_that_cannot_be_read_are_damage(generation: Generation, name: str, damage: str) -> None:
    file = generation.folder / "columns" / name
    if damage == "missing":
        file.unlink()
    elif damage == "cut":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        file.write_bytes(b"damage")
    with pytest.raises(IndexDamagedError, match="columns"):
        Generation(generation.folder)


@pytest.mark.parametrize(
    "name", ["vectors.npy", "texts.bin", "headings.bin", "documents.npy", "garbled.npy", "leads.npy"]
)
def test_a_changed_byte_is_noticed_when_a_generation_is_verified(generation: Generation, name: str) -> None:
    verify_generation(generation.folder, lambda *_: None)
    file = generation.folder / "columns" / name
    data = bytearray(file.read_bytes())
    data[-3 if name == "documents.npy" else -1] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(IndexDamagedError, match="columns"):
        verify_generation(generation.folder, lambda *_: None)


def test_vectors_of_other_chunks_are_noticed(generation: Generation) -> None:
    folder = generation.folder / "columns"
    texts = [(document, generation.library.chunks_of(document.document_id)) for document in DOCUMENTS]
    wrong = HashEmbedding().embed_passages(["a"] * generation.columns.n_chunks)
    shutil.rmtree(folder)
    write_columns(folder, texts, wrong, 64, Gazetteer.load(extra=generation.manifest.places))
    with pytest.raises(IndexDamagedError, match="is not the stored one"):
        verify_generation(generation.folder, lambda *_: None)


def test_columns_of_another_generation_are_noticed(generation: Generation, tmp_path: Path) -> None:
    other = generation_of(tmp_path / "other", *DOCUMENTS[:3], replace(DOCUMENTS[3], text="新"))
    shutil.rmtree(generation.folder / "columns")
    shutil.copytree(other.folder / "columns", generation.folder / "columns")
    other.close()
    with pytest.raises(IndexDamagedError, match="do not say what the library says"):
        verify_generation(generation.folder, lambda *_: None)


def test_too_few_vectors_are_refused(tmp_path: Path) -> None:
    document = policy("a.md", "甲", "乙")
    chunks = [Chunk("a:0", "a.md", 0, (), 0, 1, "甲"), Chunk("a:1", "a.md", 1, (), 2, 3, "乙")]
    with pytest.raises(ValueError, match="1 vectors for 2 chunks"):
        write_columns(tmp_path / "columns", [(document, chunks)], np.ones((1, 4), np.float32), 4, Gazetteer.load())


def test_columns_of_nothing_can_be_written_and_opened(tmp_path: Path) -> None:
    write_columns(tmp_path / "columns", [], [], 4, Gazetteer.load())
    columns = open_columns(tmp_path / "columns")
    assert (columns.n_chunks, columns.vectors.shape, len(columns.documents)) == (0, (0, 4), 0)


def test_a_new_generation_has_the_new_format(generation: Generation) -> None:
    assert generation.manifest.format == FORMAT == 3


def test_a_string_is_found_inside_texts_and_never_across_two() -> None:
    texts = ["甲乙", "乙甲乙甲", "丙", "甲"]
    data = "".join(texts).encode("utf-16-le")
    column = TextColumn(data, np.cumsum([len(text) for text in texts]))
    assert column.containing("甲").tolist() == [0, 1, 3]
    assert column.containing("乙甲").tolist() == [1]
    assert column.containing("丙甲").tolist() == []
    assert column.containing("").tolist() == []


def test_the_share_of_garble_is_that_of_the_passage() -> None:
    marks = (Mark(MarkKind.GARBLED, 2, 7), Mark(MarkKind.REDACTED, 7, 9), Mark(MarkKind.GARBLED, 18, 20))
    document = Document("d", "d.md", "/r", "00", "text/plain", "题", "字" * 20, marks=marks)

    def share(start: int, end: int) -> float:
        return garbled_share(Chunk("c", "d", 0, (), start, end, document.text[start:end]), document)

    assert (share(0, 10), share(5, 15), share(8, 18), share(3, 6)) == (0.5, 0.2, 0.0, 1.0)
