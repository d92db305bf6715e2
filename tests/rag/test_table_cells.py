from __future__ import annotations

import pytest

from rag.domain import Document
from rag.focus import FocusMatcher
from rag.synonyms import load_synonyms
from rag.table_cells import asks_for_total, cell_for, cells_of, is_total_row, named_cell
from rag.table_rows import row_parts
from rag.units import Unit, UnitReader
from tests.rag.small_library import document, understood, whole_hit

INSURANCE = (
    "级别: 二级（县级医院）；起付标准: 500元；县内住院报销比例: 78%；转诊到县外报销比例: 72%；未转诊到县外报销比例: 57%"
)
CLINIC = "接种门诊: 柳溪乡卫生院；接种日: 每周三；接种时间: 8:00—11:00；电话: 0000-5550184"
TARGET = "序号: 3；指标: 婴儿死亡率（‰）；2025年基数: 3.4；2030年目标: 3以下；属性: 预期性"
PAYMENT = "人群: 60岁以上独生子女家庭；补助标准 城镇: 每月100元；补助标准 农村: 每月80元；备注: 按季发放；逐级上报"


def row(text: str, headings: str = "") -> tuple[Document, Unit]:
    source = document(f"{headings}\n{text}" if headings else text)
    return source, UnitReader().window(source, whole_hit(source).chunk).units[-1]


def found(question: str, text: str, headings: str = "") -> tuple[str, str, str] | None:
    source, unit = row(text, headings)
    matcher = FocusMatcher(understood(question), lambda word: 2.0 if word and word in text else 6.0, load_synonyms())
    cell = named_cell(matcher, source, unit)
    span = cell_for(matcher, source, unit)
    assert span == ((cell.start, cell.end) if cell else None)
    return (cell.row, cell.column, source.text[cell.start : cell.end]) if cell else None


@pytest.mark.parametrize(
    ("question", "text", "cell"),
    [
        ("县级医院住院起付线多少", INSURANCE, ("二级（县级医院）", "起付标准", "500元")),
        ("转诊到县外的二级医院报几成", INSURANCE, ("二级（县级医院）", "转诊到县外报销比例", "72%")),
        ("没转诊就去县外的县级医院住院报多少", INSURANCE, ("二级（县级医院）", "未转诊到县外报销比例", "57%")),
        ("柳溪乡打预防针是星期几", CLINIC, ("柳溪乡卫生院", "接种日", "每周三")),
        ("柳溪乡卫生院接种门诊的电话", CLINIC, ("柳溪乡卫生院", "电话", "0000-5550184")),
        ("婴儿死亡率现在是多少", TARGET, ("婴儿死亡率（‰）", "2025年基数", "3.4")),
        ("2030年婴儿死亡率要降到多少", TARGET, ("婴儿死亡率（‰）", "2030年目标", "3以下")),
        ("農村60歲以上獨生子女家庭每月補多少", PAYMENT, ("60岁以上独生子女家庭", "补助标准 农村", "每月80元")),
    ],
)
def test_a_question_gets_its_cell_with_row_and_column(question: str, text: str, cell: tuple[str, str, str]) -> None:
    assert found(question, text) == cell


def test_what_names_the_row_is_the_answer_where_another_cell_is_given() -> None:
    text = "接种门诊: 甲镇卫生院；接种日: 周三、周五；电话: 0000-5550111"
    assert found("哪家卫生院周三接种", text) == ("周三、周五", "接种门诊", "甲镇卫生院")


def test_where_two_columns_fit_alike_the_whole_row_answers() -> None:
    assert found("甲区两项补助", "地区: 甲区；补助一: 10元；补助二: 20元") is None


def test_the_cells_of_a_line_without_column_names_are_named_by_the_header_above() -> None:
    cell = found("护士数2030年达到多少", "每千人口 护士数（人） 3.3 4.2 预期性", "指标 2025年 2030年 属性")
    assert cell is not None
    assert cell[1:] == ("2030年", "4.2")


def test_a_cell_may_hold_semicolons_of_its_own() -> None:
    source, unit = row(PAYMENT)
    assert [cell.column for cell in cells_of(source, unit)] == ["人群", "补助标准 城镇", "补助标准 农村", "备注"]
    assert source.text[cells_of(source, unit)[-1].start :] == "按季发放；逐级上报"


def test_columns_with_full_width_colons_between_spaces_are_cells() -> None:
    text = "指标：居民健康素养水平(%) 2015年：10 2020年：20 2030年：30"
    assert [(name, text[start:end]) for name, start, end in row_parts(text)] == [
        ("指标", "居民健康素养水平(%)"),
        ("2015年", "10"),
        ("2020年", "20"),
        ("2030年", "30"),
    ]


@pytest.mark.parametrize(
    "line", ["主要任务：加强管理；明确责任。", "一是加强领导；二是落实责任。", "时间：上午8点。地点：卫生院。"]
)
def test_prose_is_no_row(line: str) -> None:
    assert row_parts(line) == []


def test_a_row_of_totals_is_told_and_asked_for_by_its_own_words() -> None:
    assert is_total_row(*row("乡镇: 合计；人数: 300"))
    assert not is_total_row(*row("乡镇: 甲镇；人数: 100"))
    assert asks_for_total("全县一共多少人")
    assert not asks_for_total("甲镇多少人")
