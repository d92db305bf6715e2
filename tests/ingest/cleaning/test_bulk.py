from __future__ import annotations

import pytest

from ingest.cleaning.bulk import fold_lines
from ingest.cleaning.rarity import classes_of
from rag.folding import fold


@pytest.mark.parametrize(
    "lines", [[], [""], ["為了ＡＢＣ", "", "⻓ \ud800 \U0002f800", "ab"], ["前\U000e0041后", "醫"], ["\U0010ffff"]]
)
def test_folding_a_page_at_once_is_folding_each_line(lines: list[str]) -> None:
    assert fold_lines(lines) == [fold(line) for line in lines]


def test_a_line_with_a_break_inside_is_refused() -> None:
    with pytest.raises(ValueError, match="line break"):
        fold_lines(["甲\n乙"])


def test_each_character_has_one_class() -> None:
    assert classes_of("卫茯堃aé，\ue000\ufffdア") == "curalpvxf"
    assert classes_of("") == ""
