from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from rag.domain import (
    Authority,
    Chunk,
    Document,
    DocumentType,
    DocumentVersion,
    Mark,
    MarkKind,
    PageStart,
    RemovedDocument,
    Section,
    Validity,
)
from rag.errors import IndexDamagedError, NotAvailableError, UnknownIdError
from rag.library import SqliteLibrary, write_library

TEXT = "总则\n为了保障居民健康，制定本办法。\n锟斤拷\u2028𠮷 'quoted' \"双\" %s"

FULL: dict[str, Any] = {
    "document_id": "d1",
    "source": "a/规划 'x'.md",
    "root": "/somewhere",
    "sha256": "ab" * 32,
    "media_type": "text/markdown",
    "title": '规划"一"',
    "text": TEXT,
    "sections": (Section(("总则",), 1, 0, 20), Section(("总则", "目的"), 2, 3, 20)),
    "marks": (Mark(MarkKind.GARBLED, 20, 23), Mark(MarkKind.REDACTED, 3, 5)),
    "region": "青棠县",
    "region_code": "420381",
    "issuer": "青棠县人民政府",
    "published": date(2025, 1, 2),
    "document_number": "青政发〔2025〕1号",
    "type": DocumentType.PLAN,
    "authority": Authority.REPOST,
    "validity": Validity.SUPERSEDED,
    "valid_until": date(2030, 12, 31),
    "replaces": ("旧办法", "青政发〔2020〕1号"),
    "superseded_by": "b.md",
    "url": "https://www.example.gov.cn/?a=1&b=2",
    "demonstration": True,
    "version": 2,
    "versions": (DocumentVersion(1, "00", "2025-01-01T00:00:00Z"), DocumentVersion(2, "ab", "2025-02-01T00:00:00Z")),
    "repairs": MappingProxyType({"boilerplate": 3}),
    "doubts": ("garbled", "no_date"),
    "origins": MappingProxyType({"region": "title"}),
    "certainty": MappingProxyType({"region": 0.9}),
    "samples": MappingProxyType({"boilerplate": ("首页 > 政策",)}),
    "pages": (PageStart(0, 1), PageStart(12, 3)),
    "effective": date(2025, 2, 1),
    "language": "zh-Hans",
    "duplicate_of": "c.docx",
    "container": "all.pdf",
}


def chunks_of(document: Document, *spans: tuple[int, int]) -> list[Chunk]:
    return [
        Chunk(f"{document.document_id}:{n}", document.document_id, n, ("总则",), start, end, document.text[start:end])
        for n, (start, end) in enumerate(spans)
    ]


def written(path: Path, *documents: Document) -> SqliteLibrary:
    rows = []
    for document in documents:
        chunks = chunks_of(document, (0, 2), (3, len(document.text)))
        rows.append((document, chunks, [f"digest-{chunk.chunk_id}" for chunk in chunks], b""))
    write_library(path, rows)
    return SqliteLibrary(path)


def plain(identifier: str, **facts: Any) -> Document:
    return Document(identifier, f"{identifier}.md", "/r", "00", "text/plain", "题", TEXT, **facts)


@pytest.mark.parametrize("name", [item.name for item in fields(Document)])
def test_every_field_of_a_document_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    assert name in FULL, f"give {name} a value in this test that is not its default"
    field = next(item for item in fields(Document) if item.name == name)
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    assert FULL[name] != default, "a default value cannot show that the field is kept"
    stored = written(tmp_path / "library.sqlite", Document(**FULL)).document("d1")
    assert getattr(stored, name) == FULL[name]
    assert type(getattr(stored, name)) is type(FULL[name])


def test_a_document_without_facts_comes_back_as_it_was(tmp_path: Path) -> None:
    document = plain("d1")
    assert written(tmp_path / "library.sqlite", document).documents() == [document]


def test_chunks_come_back_in_order_with_their_text_and_digests(tmp_path: Path) -> None:
    one, two = plain("z"), plain("a")
    library = written(tmp_path / "library.sqlite", one, two)
    assert library.document_ids == ["z", "a"]
    assert library.chunk_ids == ["z:0", "z:1", "a:0", "a:1"]
    assert library.document_of_chunk == [0, 0, 1, 1]
    assert library.chunks_of("a") == chunks_of(two, (0, 2), (3, len(TEXT)))
    assert library.chunk("z:1").text == TEXT[3:]
    assert library.chunk_digests()["a:1"] == "digest-a:1"


def test_regions_are_counted_and_facts_come_in_stored_order(tmp_path: Path) -> None:
    library = written(tmp_path / "library.sqlite", plain("a", region="青棠县"), plain("b"), plain("c", region="青棠县"))
    assert library.regions() == {"青棠县": 2}
    assert library.facts("region") == ["青棠县", None, "青棠县"]


@pytest.mark.parametrize("call", ["document", "chunk"])
def test_an_unknown_id_is_named(tmp_path: Path, call: str) -> None:
    library = written(tmp_path / "library.sqlite", plain("a"))
    with pytest.raises(UnknownIdError, match="nonsense"):
        getattr(library, call)("nonsense")
    assert library.chunks_of("nonsense") == []


def test_two_chunks_with_one_place_in_a_document_cannot_be_written(tmp_path: Path) -> None:
    document = plain("a")
    chunk = chunks_of(document, (0, 2))[0]
    twin = Chunk("a:other", "a", 0, (), 0, 2, TEXT[:2])
    with pytest.raises(NotAvailableError, match="UNIQUE"):
        write_library(tmp_path / "library.sqlite", [(document, [chunk, twin], ["x", "y"], b"")])


def test_a_library_cannot_be_written_through_its_reader(tmp_path: Path) -> None:
    library = written(tmp_path / "library.sqlite", plain("a"))
    before = (tmp_path / "library.sqlite").read_bytes()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        library._rows("DELETE FROM chunks")
    assert (tmp_path / "library.sqlite").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["library.sqlite"]


def test_many_threads_read_the_same_facts(tmp_path: Path) -> None:
    library = written(tmp_path / "library.sqlite", *(plain(f"d{n}", region=f"{n}县") for n in range(60)))

    def read(n: int) -> bool:
        identifier = f"d{n % 60}"
        return (
            library.document(identifier).region == f"{n % 60}县"
            and library.chunks_of(identifier)[1].text == TEXT[3:]
            and len(library.facts("region")) == 60
        )

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, range(600)))


@pytest.mark.parametrize("content", [None, b"", b"this is no database " * 100])
def test_a_missing_or_foreign_file_is_damage(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "library.sqlite").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"library\.sqlite"):
        SqliteLibrary(tmp_path / "library.sqlite")


def test_signatures_and_removed_documents_read_back(tmp_path: Path) -> None:
    document = Document(**FULL)
    gone = RemovedDocument(
        "old.md", "/corpus", "旧办法", (DocumentVersion(1, "b" * 64, "2026-01-02T03:04:05Z"),), "2026-02-03T04:05:06Z"
    )
    chunks = chunks_of(document, (0, 2))
    path = tmp_path / "library.sqlite"
    write_library(path, [(document, chunks, ["x"], b"\x01\x02")], [gone])
    library = SqliteLibrary(path)
    assert library.signatures() == {document.document_id: b"\x01\x02"}
    assert library.removed() == [gone]


def test_a_library_of_an_earlier_version_has_no_signatures_and_nothing_removed(tmp_path: Path) -> None:
    library = written(tmp_path / "library.sqlite", Document(**FULL))
    library.close()
    with sqlite3.connect(tmp_path / "library.sqlite") as connection:
        connection.execute("DROP TABLE signatures")
        connection.execute("DROP TABLE removed")
    older = SqliteLibrary(tmp_path / "library.sqlite")
    assert older.signatures() == {}
    assert older.removed() == []
