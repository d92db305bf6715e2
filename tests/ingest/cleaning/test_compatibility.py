from __future__ import annotations

import unicodedata

import pytest

from ingest.blocks import Block, BlockKind
from ingest.cleaning.compatibility import plain_text, replace_compatibility
from rag.folding import fold


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("拨打１２３４５热线", "拨打12345热线"),
        ("ＢＭＩ＝２４．５", "BMI＝24.5"),
        ("ａ＠ｂ．ｃｏｍ", "a@b.com"),
        ("⼿术⻓期⻔诊⺠政", "手术长期门诊民政"),
        ("金\uf90a卫", "金金卫"),
        ("\ufb01t", "fit"),
        ("︵一︶﹐﹑﹔﹪｡", "（一），、；％。"),
        ("𝐀𝟏", "A1"),
    ],
)
def test_another_form_of_a_character_becomes_the_ordinary_one(text: str, plain: str) -> None:
    assert plain_text(text)[0] == plain


@pytest.mark.parametrize(
    "text",
    [
        "①②③",
        "ⅠⅡ",
        "x²",
        "25㎡",
        "37℃",
        "½",
        "（一）对象，５％".replace("５", "5"),
        "為了保障公眾健康",
        "１．".replace("１", "1"),
    ],
)
def test_what_means_something_of_its_own_stays(text: str) -> None:
    assert plain_text(text) == (text, 0)


def test_a_full_width_list_number_keeps_its_full_width_stop() -> None:
    assert plain_text("１．对象") == ("1．对象", 1)


def test_no_replacement_reads_differently_in_search() -> None:
    radicals = [chr(code) for code in range(0x2E80, 0x2FD6) if unicodedata.category(chr(code)) == "So"]
    changed = [(radical, plain_text(radical)[0]) for radical in radicals if plain_text(radical)[1]]
    assert len(changed) > 300
    known = [(radical, plain) for radical, plain in changed if fold(radical) != radical]
    assert [pair for pair in known if fold(pair[0]) != fold(pair[1])] == []


def test_changes_are_counted_and_shown() -> None:
    blocks = [Block(BlockKind.HEADING, "总则", 1), Block(BlockKind.PARAGRAPH, "自２０２４年起施行。")]
    repaired = replace_compatibility(blocks)
    assert [block.text for block in repaired.blocks] == ["总则", "自2024年起施行。"]
    assert (repaired.changes, repaired.samples) == (4, ("自２０２４年起施行。 → 自2024年起施行。",))
    assert repaired.blocks[0] is blocks[0]
