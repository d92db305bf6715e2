from __future__ import annotations

import pytest

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
    repaired = clean_characters(blocks)
    assert (repaired.blocks, repaired.changes) == ((Block(BlockKind.HEADING, "甲", 2, 3),), 2)


def test_a_sample_names_what_nobody_could_see() -> None:
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "hi")
    repaired = clean_characters([Block(BlockKind.PARAGRAPH, "甲　乙"), Block(BlockKind.PARAGRAPH, f"健{hidden}康")])
    assert repaired.samples == ("健<U+E0068><U+E0069>康", "甲<U+3000>乙")


@pytest.mark.parametrize("line", [" 甲", "甲 ", "甲  乙", "甲\n乙", "\u2028甲", ""])
def test_the_quick_look_misses_no_gap(line: str) -> None:
    repaired = clean_characters([Block(BlockKind.PARAGRAPH, "前"), Block(BlockKind.PARAGRAPH, line)])
    wanted = clean_text(line)[0]
    assert [block.text for block in repaired.blocks] == ["前", *([wanted] if wanted else [])]
