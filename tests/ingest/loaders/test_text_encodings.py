from __future__ import annotations

import pytest

from ingest.loaders import load_bytes
from ingest.loaders.encoding import decode, decoded
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


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (SIMPLIFIED.encode("gb18030"), "gb18030"),
        (TRADITIONAL.encode("big5"), "big5hkscs"),
        (SIMPLIFIED.encode("utf-16"), "utf-16"),
        (SIMPLIFIED.encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_an_encoding_that_is_not_utf8_is_counted_and_named(data: bytes, charset: str) -> None:
    loaded = load_bytes("a.txt", data)
    assert (loaded.repairs, loaded.samples) == ({"encoding": 1}, {"encoding": (charset,)})


@pytest.mark.parametrize("data", [SIMPLIFIED.encode(), SIMPLIFIED.encode("utf-8-sig"), b"plain ASCII"])
def test_utf8_with_or_without_its_mark_is_no_repair(data: bytes) -> None:
    loaded = load_bytes("a.txt", data)
    assert (dict(loaded.repairs), dict(loaded.samples)) == ({}, {})


def test_a_declared_charset_for_plain_ascii_is_no_repair() -> None:
    assert decoded("a.html", b"<p>plain</p>", "gb2312").charset == "utf-8"


@pytest.mark.parametrize(
    "text", ["It\u2019s the county\u2019s \u201chealth\u201d plan \u2013 free.", "Café visits are free of charge"]
)
def test_western_text_with_accents_and_curly_quotes_is_read(text: str) -> None:
    assert decoded("a.txt", text.encode("cp1252")).text == text


def test_bytes_in_longer_runs_are_not_taken_for_western_text() -> None:
    with pytest.raises(SourceError, match="not readable as text"):
        decode("a.txt", b"plain words here " * 20 + b"\xff\xfd\xfe\x80\xff" + b" and on")


ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be")
TEXTS = (
    "医保",
    "报销比例",
    "请拨打12345热线，工作时间 8:30-17:30，或到二楼 201 室咨询。",
    "name,phone\n甲,0710-5222222,城关\nB,0710-5333333,大坝\n",
    "凡具有本县户籍、年满六十五周岁的老年人，每年可以免费体检一次。\n" * 20,
)


@pytest.mark.parametrize("charset", ENCODINGS)
@pytest.mark.parametrize("text", TEXTS)
def test_short_long_and_mixed_texts_survive_every_encoding(text: str, charset: str) -> None:
    assert decode("a.txt", text.encode(charset)) == text
