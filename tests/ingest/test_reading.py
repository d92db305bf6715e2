"""What a child process makes of one file, and what it asks for instead."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

import ingest.isolation
from ingest.loaders.limits import Limits
from ingest.loaders.ocr import RecognisedPage
from ingest.loaders.page_text import Line
from ingest.reading import NeedsRecognition, ReadTask, Understood, Withdrawn, read_document
from rag.errors import SourceError
from rag.settings import ChunkingSettings
from tests.ingest.loaders.pdf_files import drawn, picture

SCAN = drawn(picture(), picture())
"""Two pages that hold nothing but a picture."""
NOTICE = "青棠县控烟办法\n室内公共场所全面禁止吸烟，违者由卫生健康部门责令改正。\n"


def task_of(tmp_path: Path, name: str, data: bytes, **more: object) -> ReadTask:
    original = tmp_path / "original"
    original.write_bytes(data)
    return ReadTask(name, "/root", "0" * 64, str(original), (), ChunkingSettings(), **more)  # type: ignore[arg-type]


def understood(task: ReadTask) -> Understood:
    reading = read_document(task)
    assert isinstance(reading, Understood)
    return reading


def test_a_file_may_ask_not_to_be_ingested(tmp_path: Path) -> None:
    task = task_of(tmp_path, "readme.md", b"---\ningest: false\n---\n# About\n\nwords\n")
    assert read_document(task) == Withdrawn()


@pytest.mark.parametrize(("name", "data"), [("empty.txt", b""), ("blank.txt", b" \n\t\n"), ("empty.html", b"<p></p>")])
def test_a_file_without_words_is_refused_by_name(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(SourceError, match=name):
        read_document(task_of(tmp_path, name, data))


def test_an_original_that_is_gone_is_refused_by_the_name_of_its_file(tmp_path: Path) -> None:
    task = task_of(tmp_path, "notice.txt", NOTICE.encode())
    Path(task.original).unlink()
    with pytest.raises(SourceError, match=r"notice\.txt: its original cannot be read"):
        read_document(task)


def test_limits_reach_the_loader(tmp_path: Path) -> None:
    task = task_of(tmp_path, "long.txt", NOTICE.encode() * 100, limits=Limits(max_text_chars=1000))
    with pytest.raises(SourceError, match=r"long\.txt"):
        read_document(task)


def test_a_place_that_only_the_file_declares_is_reported(tmp_path: Path) -> None:
    declaring = f"---\nregion: 青棠县\n---\n{NOTICE}".encode()
    assert understood(task_of(tmp_path, "a.md", declaring)).declared == ("青棠县",)
    known = declaring.replace("青棠县".encode(), "丹江口市".encode())
    assert understood(task_of(tmp_path, "a.md", known)).declared == ()


def test_a_page_without_an_address_of_its_own_gets_the_one_it_was_fetched_from(tmp_path: Path) -> None:
    for own, expected in (
        (b"", "https://www.example.org/a"),
        (b"url: https://www.example.org/own\n", "https://www.example.org/own"),
    ):
        data = b"---\n" + own + b"---\n" + NOTICE.encode()
        task = task_of(tmp_path, "a.md", data, url="https://www.example.org/a")
        assert understood(task).entries[0].document.url == expected


def test_what_comes_back_travels_between_processes(tmp_path: Path) -> None:
    assert ingest.isolation.__doc__  # importing it teaches pickle read-only mappings
    reading = understood(task_of(tmp_path, "notice.txt", NOTICE.encode()))
    assert pickle.loads(pickle.dumps(reading)) == reading  # noqa: S301 our own bytes


class TestScannedPages:
    def test_they_are_asked_for_where_recognition_is_wanted(self, tmp_path: Path) -> None:
        task = task_of(tmp_path, "scan.pdf", SCAN, recognise=True)
        assert read_document(task) == NeedsRecognition((1, 2))

    def test_what_was_recognised_is_the_text_with_its_pages(self, tmp_path: Path) -> None:
        pages = {n: RecognisedPage((Line(f"第{n}页规定室内公共场所全面禁止吸烟。", n),), 0.99, ()) for n in (1, 2)}
        document = understood(task_of(tmp_path, "scan.pdf", SCAN, recognised=pages)).entries[0].document
        assert [document.page_at(document.text.index(f"第{n}页")) for n in (1, 2)] == [1, 2]
        assert "ocr" in document.doubts

    def test_without_any_recognised_page_the_file_is_refused_and_the_setting_named(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError, match=r"scan\.pdf: 2 scanned pages and no text.*ingest\.ocr"):
            read_document(task_of(tmp_path, "scan.pdf", SCAN))
