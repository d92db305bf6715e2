"""Originals are kept byte for byte, under the digest of their bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ingest.originals import digest_of, forget_original, keep_original
from rag.errors import NotAvailableError, SourceError
from rag.generations import DataLayout


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "notice.txt"
    path.write_bytes(b"bytes \x00 of any kind" * 100_000)
    return path


@pytest.fixture
def layout(tmp_path: Path) -> DataLayout:
    return DataLayout(tmp_path / "data")


def test_the_digest_is_that_of_the_bytes(file: Path) -> None:
    assert digest_of(file, 10) == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_file_above_the_limit_is_refused_with_both_sizes(file: Path) -> None:
    with pytest.raises(SourceError, match=r"notice\.txt has 2 MB, allowed are 1 \(ingest\.max_file_mb\)"):
        digest_of(file, 1)


@pytest.mark.parametrize("what", ["missing", "empty"])
def test_a_missing_or_empty_file_is_refused_by_name(tmp_path: Path, what: str) -> None:
    path = tmp_path / f"{what}.txt"
    if what == "empty":
        path.touch()
    with pytest.raises(SourceError, match=rf"{what}\.txt"):
        digest_of(path, 1)


def test_an_original_is_kept_once_and_whole(layout: DataLayout, file: Path) -> None:
    sha256 = digest_of(file, 10)
    assert keep_original(layout, file, sha256)
    assert not keep_original(layout, file, sha256)
    assert [path.name for path in layout.sources.iterdir()] == [sha256]
    assert (layout.sources / sha256).read_bytes() == file.read_bytes()


def test_a_file_that_changes_between_two_looks_is_refused_and_leaves_nothing(layout: DataLayout, file: Path) -> None:
    sha256 = digest_of(file, 10)
    file.write_bytes(b"something else")
    with pytest.raises(SourceError, match=r"notice\.txt changed while it was read"):
        keep_original(layout, file, sha256)
    assert list(layout.sources.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, file: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(NotAvailableError, match="cannot be kept"):
        keep_original(DataLayout(tmp_path / "data"), file, digest_of(file, 10))


def test_a_forgotten_original_is_gone_and_forgetting_twice_is_fine(layout: DataLayout, file: Path) -> None:
    sha256 = digest_of(file, 10)
    keep_original(layout, file, sha256)
    forget_original(layout, sha256)
    forget_original(layout, sha256)
    assert list(layout.sources.iterdir()) == []
