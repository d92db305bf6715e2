from __future__ import annotations

import pytest

from ingest.blocks import BlockKind
from ingest.loaders.csv_table import load_csv
from ingest.loaders.tables import Cell, one_line, read_table, table_blocks


def rows(*lines: str) -> list[list[Cell]]:
    return [[Cell(text) for text in line.split("|")] for line in lines]


def texts(*lines: str) -> list[str]:
    return [block.text for block in table_blocks(rows(*lines))]


def test_a_note_below_a_table_is_no_value_of_its_first_column() -> None:
    blocks = table_blocks(rows("项目|价格", "甲|一元", "注：本表自今日起用|"))
    assert [(block.kind, block.text) for block in blocks][1:] == [(BlockKind.PARAGRAPH, "注：本表自今日起用")]


def test_a_lone_value_in_the_first_column_keeps_its_name() -> None:
    assert texts("项目|价格", "注射|") == ["项目: 注射"]


def test_years_name_columns_and_other_figures_do_not() -> None:
    assert texts("指标|2025年", "甲|九成") == ["指标: 甲；2025年: 九成"]
    assert texts("甲|20元", "乙|30元") == ["甲；20元", "乙；30元"]


def test_parts_of_a_wide_heading_cell_are_named_without_a_merge_downwards() -> None:
    wide = Cell("比例", colspan=2)
    table = [[Cell("医院"), wide], [Cell(""), Cell("门诊"), Cell("住院")], [Cell("甲"), Cell("五成"), Cell("七成")]]
    assert [block.text for block in table_blocks(table)] == ["医院: 甲；比例 门诊: 五成；比例 住院: 七成"]


def test_a_row_below_a_wide_heading_cell_that_is_full_is_data() -> None:
    wide = Cell("比例", colspan=2)
    table = [[Cell("医院"), wide], [Cell("甲"), Cell("五成"), Cell("七成")]]
    assert [block.text for block in table_blocks(table)] == ["医院: 甲；比例: 五成；比例: 七成"]


def test_a_table_is_read_into_captions_names_and_rows() -> None:
    table = read_table(rows("收费表|", "项目|价格", "甲|一元", "项目|价格", "乙|二元", "|"))
    assert (table.captions, table.names, table.pairs) == (("收费表",), ("项目", "价格"), False)
    assert [[cell.text for cell in row if cell] for row in table.rows] == [["甲", "一元"], ["乙", "二元"]]


def test_the_lines_of_a_cell_are_parted_by_punctuation_or_a_space() -> None:
    assert one_line(["先备案。", "再结算", "后报销"]) == "先备案。再结算 后报销"


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        (
            [["青山县疫苗价目（2026年）"], ["疫苗", "价格"], ["流感疫苗", "128"], ["水痘疫苗", "158"]],
            "青山县疫苗价目（2026年）",
        ),
        ([["疫苗", "价格"], ["流感疫苗", "128"], ["水痘疫苗", "158"]], "价目"),
    ],
)
def test_a_table_file_is_called_by_its_caption_or_by_its_name_and_keeps_every_row(
    rows: list[list[str]], title: str
) -> None:
    loaded = load_csv("folder/价目.csv", "\n".join(",".join(row) for row in rows).encode())
    assert loaded.title == title
    assert [block.text for block in loaded.blocks][-2:] == ["疫苗: 流感疫苗；价格: 128", "疫苗: 水痘疫苗；价格: 158"]
