from __future__ import annotations

import pytest

from ingest.loaders import load_bytes
from ingest.loaders.encoding import decode
from rag.errors import SourceError

SIMPLIFIED = "本县为老年人提供免费体检。"
TRADITIONAL = "本縣為老年人提供免費體檢。"


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_simplified_text_is_read_in_every_usual_encoding(charset: str) -> None:
    assert decode("a.txt", SIMPLIFIED.encode(charset)) == SIMPLIFIED


@pytest.mark.parametrize("charset", ["utf-8", "big5hkscs", "gb18030", "utf-16-le"])
def test_traditional_text_is_read_in_every_usual_encoding(charset: str) -> None:
    assert decode("a.txt", TRADITIONAL.encode(charset)) == TRADITIONAL


@pytest.mark.parametrize("short", ["健康", "医保", "体检通知", "报销"])
def test_a_few_characters_of_gb18030_are_enough(short: str) -> None:
    assert decode("a.txt", short.encode("gb18030")) == short


def test_a_declared_charset_is_believed_when_it_gives_chinese() -> None:
    assert decode("a.html", TRADITIONAL.encode("big5"), "big5") == TRADITIONAL


def test_a_declared_charset_is_not_believed_when_it_gives_nonsense() -> None:
    assert decode("a.html", SIMPLIFIED.encode("utf-8"), "gb2312") == SIMPLIFIED
    assert decode("a.html", SIMPLIFIED.encode("utf-8"), "no-such-charset") == SIMPLIFIED


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(SourceError, match="not readable as text"):
        decode("a.txt", bytes(range(128, 256)) * 4 + b"\x00\x01\x02\x03" * 40)


def test_each_line_with_text_becomes_one_block() -> None:
    loaded = load_bytes("a.txt", "甲 \r\n\r\n　　乙\r丙".encode())
    assert [block.text for block in loaded.blocks] == ["甲", "乙", "丙"]
