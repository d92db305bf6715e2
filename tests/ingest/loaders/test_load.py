from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest import loaders
from ingest.blocks import LoadedFile
from ingest.loaders import SUPPORTED, load, load_bytes
from ingest.loaders.limits import Limits
from rag.errors import SourceError


def test_the_extension_decides_the_loader_whatever_its_case() -> None:
    assert load_bytes("规定.TXT", "第一条".encode()).media_type == "text/plain"
    assert load_bytes("规定.Md", "第一条".encode()).media_type == "text/markdown"
    assert load_bytes("规定.HTM", "<p>第一条</p>".encode()).media_type == "text/html"


def test_an_unknown_format_is_refused_with_the_formats_that_are_known() -> None:
    with pytest.raises(SourceError, match=r"政策\.dotx: format \.dotx is not supported.*\.docx"):
        load_bytes("政策.dotx", b"x")


def test_a_text_with_more_characters_than_the_limit_is_refused_by_name() -> None:
    limits = Limits(max_text_chars=10)
    assert load_bytes("a.txt", "甲".encode() * 10, limits).blocks
    for name in ("a.txt", "a.md", "a.csv"):
        with pytest.raises(SourceError, match=rf"{name}: longer than 10 characters"):
            load_bytes(name, "甲".encode() * 11, limits)


def test_a_text_that_is_far_too_long_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> LoadedFile:
        raise AssertionError("the file was read")

    monkeypatch.setattr(loaders, "LOADERS", {".txt": never})
    with pytest.raises(SourceError, match="longer than 10 characters"):
        load_bytes("a.txt", b"x" * 41, Limits(max_text_chars=10))


def test_a_file_of_images_alone_comes_back_with_the_pages_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = LoadedFile("application/pdf", (), unread_pages=(1, 2))
    monkeypatch.setattr(loaders, "BOUNDED_LOADERS", {".pdf": lambda *_: pictures})
    assert load_bytes("a.pdf", b"x") is pictures


def test_the_limits_reach_the_loaders_that_keep_them() -> None:
    with pytest.raises(SourceError, match="more than 1 rows"):
        load_bytes("a.csv", "甲,乙\n丙,丁\n".encode(), Limits(max_rows=1))


@pytest.mark.parametrize("extension", sorted(SUPPORTED))
def test_an_empty_file_is_refused_by_name(extension: str) -> None:
    with pytest.raises(SourceError, match=rf"空{extension}: the file is empty"):
        load_bytes(f"空{extension}", b" \n ")


@pytest.mark.parametrize(
    ("name", "data"), [("a.html", b"<html><body><script>1</script></body></html>"), ("a.md", b"<!-- x -->")]
)
def test_a_file_without_any_text_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(SourceError, match="no text in this file"):
        load_bytes(name, data)


def test_a_path_that_cannot_be_opened_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        load(tmp_path / "missing.txt")


def test_a_file_on_disk_is_read_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "通知.txt"
    path.write_bytes("甲\n\n乙".encode())
    assert load(path) == load_bytes("通知.txt", path.read_bytes())


OFFICE = Path(__file__).resolve().parents[4] / "shared" / "docs" / "office"


@pytest.mark.shared
@pytest.mark.skipif(not OFFICE.is_dir(), reason="the real office files are not here")
def test_every_real_office_file_in_a_known_format_gives_clean_blocks() -> None:
    converter = shutil.which("soffice") or shutil.which("antiword")
    readable = SUPPORTED if converter else SUPPORTED - {".doc"}
    paths = [path for path in sorted(OFFICE.iterdir()) if path.suffix.lower() in readable]
    assert len(paths) >= 18
    for path in paths:
        blocks = load(path).blocks
        assert sum(len(block.text) for block in blocks) > 500, path.name
        assert [b.text for b in blocks if b.text != b.text.strip() or "\n" in b.text or not b.text] == [], path.name
