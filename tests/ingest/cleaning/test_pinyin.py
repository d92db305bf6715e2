from __future__ import annotations

import pytest

from ingest.blocks import Block, BlockKind
from ingest.cleaning.pinyin import remove_pinyin


def cleaned(*lines: str) -> tuple[list[str], int]:
    repaired = remove_pinyin([Block(BlockKind.PARAGRAPH, line) for line in lines])
    return [block.text for block in repaired.blocks], repaired.changes


@pytest.mark.parametrize(
    ("annotated", "plain"),
    [
        ("推進(jìn)建設(shè)", "推進建設"),
        ("发（fā）展", "发展"),
        ("綠(lǜ)色", "綠色"),
        ("銀行(háng)與行(xíng)動", "銀行與行動"),
        ("醫(yi\u0304)院", "醫院"),
    ],
)
def test_a_reading_of_the_character_before_it_is_taken_out(annotated: str, plain: str) -> None:
    assert cleaned(annotated)[0] == [plain]


@pytest.mark.parametrize(
    "text", ["甲(a)", "维生素(a)", "（一）对象", "卫生(he)", "健康(jiàn)", "进(shè)", "卫(who)", "标准(biāo zhǔn)"]
)
def test_what_is_no_reading_of_that_character_stays(text: str) -> None:
    assert cleaned(f"推進(jìn){text}")[0] == [f"推進{text}"]


def test_readings_without_tones_go_only_beside_readings_with_tones() -> None:
    assert cleaned("甲(jia)類") == (["甲(jia)類"], 0)
    assert cleaned("他們(men)", "發(fā)展") == (["他們", "發展"], 2)


def test_samples_show_the_character_with_and_without_its_reading() -> None:
    block = Block(BlockKind.PARAGRAPH, "推進(jìn)建設(shè)，推進(jìn)")
    assert remove_pinyin([block]).samples == ("進(jìn) → 進", "設(shè) → 設")
