from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rag.bootstrap import open_assistant
from rag.domain import Document, DocumentVersion, NamedDocument, Relations, document_id_for
from rag.errors import NotAvailableError, UnknownIdError
from rag.generations import DataLayout
from rag.originals import original_of
from rag.settings import PathSettings, Settings
from tests.conftest import SOURCES
from tests.rag.small_generation import generation_of, policy

FIRST, SECOND = b"the first state", b"the second state"


def kept(folder: Path, content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    (folder / digest).write_bytes(content)
    return digest


def document(folder: Path, **facts: object) -> Document:
    first, second = kept(folder, FIRST), kept(folder, SECOND)
    versions = (DocumentVersion(1, first, "2025-01-01T00:00:00Z"), DocumentVersion(2, second, "2026-01-01T00:00:00Z"))
    known = {"source": "folder/方案.pdf", "sha256": second, "version": 2, "versions": versions}
    return policy("d1", "甲。", **(known | {"media_type": "application/pdf"} | facts))


def test_without_a_number_the_current_file_comes_under_its_own_name(tmp_path: Path) -> None:
    found = original_of(document(tmp_path), None, tmp_path)
    assert (found.path.read_bytes(), found.file_name, found.media_type) == (SECOND, "方案.pdf", "application/pdf")


def test_an_earlier_file_has_its_number_in_its_name(tmp_path: Path) -> None:
    found = original_of(document(tmp_path), 1, tmp_path)
    assert (found.path.read_bytes(), found.file_name) == (FIRST, "方案-v1.pdf")


def test_one_part_of_a_collection_comes_as_the_whole_collection(tmp_path: Path) -> None:
    part = document(tmp_path, source="汇编.docx#3", container="汇编.docx")
    assert original_of(part, None, tmp_path).file_name == "汇编.docx"


@pytest.mark.parametrize("version", [0, 3, -1])
def test_a_version_that_never_was_is_unknown(tmp_path: Path, version: int) -> None:
    with pytest.raises(UnknownIdError, match=f"no version {version}"):
        original_of(document(tmp_path), version, tmp_path)


def test_a_file_that_is_gone_is_not_handed_out(tmp_path: Path) -> None:
    wanted = document(tmp_path)
    (tmp_path / wanted.sha256).unlink()
    with pytest.raises(NotAvailableError, match="not kept"):
        original_of(wanted, None, tmp_path)


def test_a_file_that_changed_on_disk_is_not_handed_out(tmp_path: Path) -> None:
    wanted = document(tmp_path)
    assert original_of(wanted, None, tmp_path)
    (tmp_path / wanted.sha256).write_bytes(b"something else!!")
    with pytest.raises(NotAvailableError, match="not kept"):
        original_of(wanted, None, tmp_path)


@pytest.mark.parametrize("digest", ["../secret.key", "", "A" * 64, "0" * 63])
def test_what_is_no_digest_names_no_file(tmp_path: Path, digest: str) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    (tmp_path / "secret.key").write_bytes(b"key")
    with pytest.raises(NotAvailableError):
        original_of(policy("d1", "甲。", sha256=digest), None, sources)


def test_the_assistant_hands_out_what_was_ingested(served: Settings) -> None:
    opened = open_assistant(served)
    try:
        found = opened.original(document_id_for(SOURCES[0]))
        kept_as = opened.document(document_id_for(SOURCES[0])).sha256
        with pytest.raises(UnknownIdError):
            opened.original("nonsense")
    finally:
        opened.close()
    assert found.file_name == SOURCES[0].rsplit("/", 1)[-1]
    assert hashlib.sha256(found.path.read_bytes()).hexdigest() == kept_as


def test_documents_find_those_that_name_them_and_those_they_name(tmp_path: Path) -> None:
    ids = {name: document_id_for(name) for name in ("old.txt", "older.txt", "new.txt", "copy.txt")}
    later = {"superseded_by": "new.txt"}
    generation = generation_of(
        tmp_path,
        policy("old.txt", "旧。", title="旧办法", document_id=ids["old.txt"], **later),
        policy("older.txt", "更旧。", title="更旧的办法", document_id=ids["older.txt"], **later),
        policy("new.txt", "新。", title="新办法", document_id=ids["new.txt"]),
        policy("copy.txt", "新。", title="转载", document_id=ids["copy.txt"], duplicate_of="new.txt"),
        policy("lone.txt", "别的。", title="别的", superseded_by="not-held.txt"),
    )
    layout = DataLayout(tmp_path / "data")
    layout.pointer.write_text(f'{{"generation": "{generation.manifest.generation}"}}', encoding="utf-8")
    generation.close()
    opened = open_assistant(Settings(paths=PathSettings(data=layout.root)))
    try:
        new = NamedDocument(ids["new.txt"], "新办法")
        assert opened.relations(ids["old.txt"]) == Relations(successor=new)
        assert opened.relations(ids["copy.txt"]) == Relations(twin=new)
        assert opened.relations(ids["new.txt"]) == Relations(
            predecessors=(NamedDocument(ids["old.txt"], "旧办法"), NamedDocument(ids["older.txt"], "更旧的办法")),
            copies=(NamedDocument(ids["copy.txt"], "转载"),),
        )
        assert opened.relations("lone.txt") == Relations()
        with pytest.raises(UnknownIdError):
            opened.relations("nonsense")
    finally:
        opened.close()
