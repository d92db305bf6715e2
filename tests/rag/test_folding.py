from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.folding import fold, simplify


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("衛生健康", "卫生健康"),
        ("衞生署", "卫生署"),
        ("醫療保險", "医疗保险"),
        ("ＣＯＶＩＤ－１９", "covid-19"),
        ("９５．５％", "95.5%"),
        ("“引号”「方引」", '"引号""方引"'),
        ("二〇二五年", "二零二五年"),
        ("①②", "12"),
        ("⻓期护理", "长期护理"),
        ("⽬标", "目标"),
        ("A－b—c", "a-b-c"),
        ("台州吃什么", "台州吃什么"),
    ],
)
def test_spellings_of_the_same_words_become_equal(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(max_size=60))
def test_no_offset_ever_moves_and_folding_twice_changes_nothing(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert len(simplify(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(st.text("卫生健康规划目标abc 0123。，", max_size=40))
def test_plain_simplified_text_is_left_as_it_is(text: str) -> None:
    assert simplify(text) == text


def test_simplifying_changes_the_script_and_nothing_else() -> None:
    assert simplify("衛生ＡＢＣ“引号”１２Ｘ") == "卫生ＡＢＣ“引号”１２Ｘ"


@given(st.text(min_size=1, max_size=60))
def test_a_long_text_folds_as_its_pieces_do(piece: str) -> None:
    assert fold(piece * 80) == fold(piece) * 80


@pytest.mark.parametrize("strange", ["\ud800", "\U0010ffff", "\U00030000", "\x00"])
def test_a_long_text_may_hold_any_character(strange: str) -> None:
    text = "國務院" * 40 + strange
    assert fold(text) == "国务院" * 40 + strange
