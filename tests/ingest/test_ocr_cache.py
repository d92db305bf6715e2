from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ingest.loaders.ocr import RecognisedPage
from ingest.loaders.page_text import Line
from ingest.ocr_cache import OcrCache
from rag.errors import NotAvailableError

PAGE = RecognisedPage(
    (Line("一、服务对象", 3, indented=True), Line("六十五岁以上老年人。", 3, apart=True)), 0.97, ("某县？",)
)


def test_a_page_comes_back_exactly_after_the_file_was_closed(tmp_path: Path) -> None:
    with OcrCache(tmp_path / "ocr.sqlite") as cache:
        cache.keep("a" * 64, "engine 1", 3, PAGE)
    with OcrCache(tmp_path / "ocr.sqlite") as cache:
        assert cache.pages("a" * 64, "engine 1") == {3: PAGE}


def test_another_engine_and_another_file_find_nothing(tmp_path: Path) -> None:
    with OcrCache(tmp_path / "ocr.sqlite") as cache:
        cache.keep("a" * 64, "engine 1", 3, PAGE)
        assert cache.pages("a" * 64, "engine 2") == {}
        assert cache.pages("b" * 64, "engine 1") == {}


def test_a_page_that_is_read_again_replaces_the_old(tmp_path: Path) -> None:
    with OcrCache(tmp_path / "ocr.sqlite") as cache:
        cache.keep("a" * 64, "engine", 1, PAGE)
        cache.keep("a" * 64, "engine", 1, RecognisedPage((), 0.0))
        assert cache.pages("a" * 64, "engine") == {1: RecognisedPage((), 0.0)}


def test_a_record_that_cannot_be_understood_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "ocr.sqlite"
    with OcrCache(path) as cache:
        cache.keep("a" * 64, "engine", 1, PAGE)
        cache.keep("a" * 64, "engine", 2, PAGE)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE pages SET recognised = '{\"lines\": [{}]}' WHERE page = 1")
    connection.commit()
    connection.close()
    with OcrCache(path) as cache:
        assert cache.pages("a" * 64, "engine") == {2: PAGE}


def test_a_damaged_cache_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "ocr.sqlite"
    path.write_bytes(b"this is no database at all" * 100)
    with OcrCache(path) as cache:
        assert cache.pages("a" * 64, "engine") == {}
        cache.keep("a" * 64, "engine", 1, PAGE)
        assert cache.pages("a" * 64, "engine") == {1: PAGE}


def test_a_cache_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "ocr.sqlite").mkdir()
    with pytest.raises(NotAvailableError, match=r"ocr\.sqlite"):
        OcrCache(tmp_path / "ocr.sqlite")
