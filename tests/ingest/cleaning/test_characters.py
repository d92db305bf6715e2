from __future__ import annotations

from ingest.blocks import Block, BlockKind
from ingest.cleaning.characters import clean_characters, clean_text


def test_characters_that_nobody_sees_are_removed() -> None:
    hidden = "\u200b\u202e\u2066\ufeff\u00ad\ufe0f\x07\x9f" + chr(0xE0041)
    assert clean_text(f"健{hidden}康") == ("健康", 9)


def test_every_gap_becomes_one_space() -> None:
    assert clean_text("　　第一章　 总\u00a0则\u2028") == ("第一章 总 则", 4)


def test_an_ordinary_line_is_not_counted() -> None:
    assert clean_text("第一条 为了保障健康") == ("第一条 为了保障健康", 0)


def test_traces_of_lost_characters_stay() -> None:
    assert clean_text("健\ufffd康\ue50f")[0] == "健\ufffd康\ue50f"


def test_a_block_of_unseen_characters_alone_is_dropped() -> None:
    blocks = [Block(BlockKind.PARAGRAPH, "\u200b"), Block(BlockKind.HEADING, "甲\u200b", 2, 3)]
    assert clean_characters(blocks) == ((Block(BlockKind.HEADING, "甲", 2, 3),), 2)
