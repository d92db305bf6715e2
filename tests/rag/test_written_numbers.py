from __future__ import annotations

from decimal import Decimal

import pytest

from rag.chinese_numbers import numeral_value
from rag.written_numbers import chinese_numeral, other_forms


@pytest.mark.parametrize(
    "number", [0, 7, 10, 12, 20, 101, 110, 1005, 10_000, 10_010, 12_000, 120_500, 10**8, 10**8 + 5]
)
def test_a_written_number_reads_as_itself(number: int) -> None:
    assert numeral_value(chinese_numeral(Decimal(number))) == number


@pytest.mark.parametrize(("number", "written"), [(10, "十"), (12, "十二"), (1005, "一千零五"), (10_010, "一万零一十")])
def test_a_number_is_written_as_people_do(number: int, written: str) -> None:
    assert chinese_numeral(Decimal(number)) == written


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("第十二条", ("第12条",)),
        ("第12条", ("第十二条",)),
        ("报销百分之三十", ("30%",)),
        ("报销３０％", ("百分之三十",)),
        ("补助一万元", ("10000元", "1万元")),
        ("补助10000元", ("一万元", "1万元")),
        ("二〇二五年规划", ("2025年",)),
        ("2025年规划", ("二零二五年",)),
        ("65岁老人", ("六十五岁",)),
        ("统一规划", ()),
        ("打12345问", ()),
    ],
)
def test_a_figure_has_the_forms_that_documents_use(text: str, forms: tuple[str, ...]) -> None:
    assert other_forms(text) == forms
