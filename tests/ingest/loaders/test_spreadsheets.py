from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest

from ingest.blocks import Block, BlockKind
from ingest.loaders import load_bytes, sheet_survey
from ingest.loaders.limits import Limits
from ingest.loaders.sheet_values import percent, shown
from rag.errors import SourceError


def book(*rows: tuple[object, ...], change: Callable[[Any], None] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if change:
        change(workbook)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def texts(data: bytes, name: str = "a.xlsx") -> list[str]:
    return [block.text for block in load_bytes(name, data).blocks]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, "3"),
        (0.1 + 0.2, "0.3"),
        (13800001234.0, "13800001234"),
        (1e18, "1000000000000000000"),
        (0.00001, "0.00001"),
        (float("nan"), ""),
        (7, "7"),
        (True, "是"),
        (datetime(2024, 1, 1), "2024年1月1日"),
        (datetime(2024, 1, 1, 8, 30), "2024年1月1日 8:30"),
        (date(2024, 12, 31), "2024年12月31日"),
        (time(17, 5), "17:05"),
        (timedelta(hours=26, minutes=30), "26:30"),
        (" 甲\r\n乙 ", "甲\n乙"),
        (None, ""),
    ],
)
def test_a_value_is_written_as_people_read_it(value: object, expected: str) -> None:
    assert shown(value) == expected


def test_a_share_is_written_as_a_percentage() -> None:
    assert [percent(0.7), percent(0.855), percent(1)] == ["70%", "85.5%", "100%"]


def test_rows_keep_their_column_names_below_the_title_of_the_table() -> None:
    def merge(workbook: Any) -> None:
        workbook.active.merge_cells("A1:C1")

    data = book(
        ("云溪县收费标准", None, None),
        (None, None, "单位：元"),
        ("项目", "价格", "起用"),
        ("血常规", 20.0, date(2024, 1, 1)),
        ("注：65岁以上免费",),
        change=merge,
    )
    assert [(block.kind, block.text) for block in load_bytes("a.xlsx", data).blocks] == [
        (BlockKind.PARAGRAPH, "云溪县收费标准"),
        (BlockKind.PARAGRAPH, "单位：元"),
        (BlockKind.TABLE_ROW, "项目: 血常规；价格: 20；起用: 2024年1月1日"),
        (BlockKind.PARAGRAPH, "注：65岁以上免费"),
    ]


def test_a_percentage_format_gives_a_percentage() -> None:
    def percentage(workbook: Any) -> None:
        workbook.active["B2"].number_format = "0%"
        workbook.active["C2"].number_format = '0.0"%";-0.0%'

    assert texts(book(("级别", "比例", "上限"), ("一级", 0.9, 0.955), change=percentage)) == [
        "级别: 一级；比例: 90%；上限: 95.5%"
    ]


def test_merged_cells_lead_every_row_and_a_double_heading_is_read() -> None:
    def merge(workbook: Any) -> None:
        for stretch in ("A1:A2", "B1:C1", "A3:A4"):
            workbook.active.merge_cells(stretch)

    data = book(
        ("医院", "比例", None),
        (None, "门诊", "住院"),
        ("县医院", "五成", "七成"),
        (None, "六成", "八成"),
        change=merge,
    )
    assert texts(data) == [
        "医院: 县医院；比例 门诊: 五成；比例 住院: 七成",
        "医院: 县医院；比例 门诊: 六成；比例 住院: 八成",
    ]


def test_a_heading_of_years_names_the_columns() -> None:
    assert texts(book(("指标", "2025年", "2030年"), ("接种率", "九成", "全部"))) == [
        "指标: 接种率；2025年: 九成；2030年: 全部"
    ]


def test_sheets_are_headed_by_their_names_if_there_are_several() -> None:
    def second(workbook: Any) -> None:
        workbook.active.title = "门诊"
        workbook.create_sheet("住院").append(("起付线", "五百元"))
        workbook.create_sheet("空表")

    blocks = load_bytes("a.xlsx", book(("起付线", "一百元"), change=second)).blocks
    assert [(block.kind, block.level, block.text) for block in blocks if block.kind is BlockKind.HEADING] == [
        (BlockKind.HEADING, 1, "门诊"),
        (BlockKind.HEADING, 1, "住院"),
    ]


def test_hidden_sheets_rows_and_columns_are_left_out_and_counted() -> None:
    def hide(workbook: Any) -> None:
        workbook.active.row_dimensions[3].hidden = True
        workbook.active.column_dimensions["C"].hidden = True
        secret = workbook.create_sheet("底稿")
        secret.append(("内部", "勿发"))
        secret.sheet_state = "hidden"

    loaded = load_bytes("a.xlsx", book(("项目", "价格", "成本"), ("甲", 1, 5), ("乙", 2, 6), ("丙", 3, 7), change=hide))
    assert [block.text for block in loaded.blocks] == ["项目: 甲；价格: 1", "项目: 丙；价格: 3"]
    assert loaded.repairs == {"hidden_text": 3}
    assert "底稿: 内部 勿发" in loaded.samples["hidden_text"]


def test_a_table_of_questions_becomes_headings_with_their_answers() -> None:
    data = book(
        ("热线常见问题", None, None, None),
        ("序号", "问题", "答案", "分类"),
        (1, "怎么报销？", "先备案。\n再结算。", "医保"),
        (2, "体检要钱吗？", "不要钱。", None),
    )
    assert list(load_bytes("a.xlsx", data).blocks) == [
        Block(BlockKind.PARAGRAPH, "热线常见问题"),
        Block(BlockKind.HEADING, "怎么报销？", 1),
        Block(BlockKind.PARAGRAPH, "先备案。"),
        Block(BlockKind.PARAGRAPH, "再结算。"),
        Block(BlockKind.PARAGRAPH, "分类: 医保"),
        Block(BlockKind.HEADING, "体检要钱吗？", 1),
        Block(BlockKind.PARAGRAPH, "不要钱。"),
    ]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("问", "答"),
        ("提问", "回答"),
        ("Question", "Answer"),
        ("常见问题", "标准答复"),
        ("咨询内容", "答复口径（2024）"),
    ],
)
def test_the_columns_of_questions_go_by_many_names(question: str, answer: str) -> None:
    blocks = load_bytes("a.xlsx", book((question, answer), ("怎么报销？", "先备案。"))).blocks
    assert [block.kind for block in blocks] == [BlockKind.HEADING, BlockKind.PARAGRAPH]


def test_a_column_about_problems_is_no_table_of_questions() -> None:
    data = book(("存在问题", "整改措施"), ("人手不足", "增加编制"))
    assert texts(data) == ["存在问题: 人手不足；整改措施: 增加编制"]


def test_a_question_over_several_rows_is_asked_once() -> None:
    def merge(workbook: Any) -> None:
        workbook.active.merge_cells("A2:A3")

    assert texts(book(("问题", "答案"), ("怎么报销？", "先备案。"), (None, "再结算。"), change=merge)) == [
        "怎么报销？",
        "先备案。",
        "再结算。",
    ]


def test_a_second_table_below_an_empty_row_has_its_own_heading() -> None:
    data = book(
        ("项目", "价格"), ("甲", "一元"), (None, None), ("附表：门诊时间", None), ("科室", "时间"), ("内科", "上午")
    )
    assert texts(data) == ["项目: 甲；价格: 一元", "附表：门诊时间", "科室: 内科；时间: 上午"]


def test_more_rows_than_the_limit_are_refused_by_name() -> None:
    with pytest.raises(SourceError, match=r"a\.xlsx: more than 20 rows"):
        load_bytes("a.xlsx", book(*[(at,) for at in range(21)]), Limits(max_rows=20))


def test_formatted_empty_rows_do_not_count() -> None:
    def formats(workbook: Any) -> None:
        for at in range(5, 200):
            workbook.active.cell(at, 1).number_format = "0%"

    assert texts(book(("项目", "价格"), ("甲", 1), change=formats), "a.xlsx") == ["项目: 甲；价格: 1"]


def test_two_cells_in_opposite_corners_are_refused_before_a_grid_is_made() -> None:
    def corner(workbook: Any) -> None:
        workbook.active["XFD1048576"] = "远"

    with pytest.raises(SourceError, match="too far apart"):
        load_bytes("a.xlsx", book(("近",), change=corner))


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused() -> None:
    data = book(*[("甲" * 30_000 + str(at),) for at in range(40)])
    with pytest.raises(SourceError, match=r"a\.xlsx: unpacks to more than 1 MB"):
        load_bytes("a.xlsx", data, Limits(max_unpacked_mb=1))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 broken", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods"])
def test_an_unreadable_workbook_is_refused_with_its_reason(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=rf"{name}: .*{reason}"):
        load_bytes(name, data)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_workbook_is_refused(share: float) -> None:
    data = book(("项目", "价格"), ("甲", 1))
    with pytest.raises(SourceError, match="damaged"):
        load_bytes("a.xlsx", data[: int(len(data) * share)])


def test_a_web_page_that_calls_itself_a_workbook_is_read_as_a_page() -> None:
    page = "<html><body><table><tr><th>项目</th><th>价格</th></tr><tr><td>甲</td><td>1</td></tr></table></body></html>"
    assert texts(page.encode(), "a.xls") == ["项目: 甲；价格: 1"]


def ods(rows: str) -> bytes:
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="表">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", "<manifest/>")
    return buffer.getvalue()


def ods_row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def ods_text(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


def test_an_open_document_keeps_percentages_and_leaves_hidden_rows_out() -> None:
    share = (
        '<table:table-cell office:value-type="percentage" office:value="0.7"><text:p>70%</text:p></table:table-cell>'
    )
    data = ods(
        ods_row(ods_text("级别"), ods_text("比例"))
        + ods_row(ods_text("一级"), share)
        + ods_row(ods_text("二级"), share, more='table:visibility="collapse"')
        + ods_row(ods_text("三级"), share)
        + ods_row("<table:table-cell/>", more='table:number-rows-repeated="1048570"')
    )
    loaded = load_bytes("a.ods", data)
    assert [block.text for block in loaded.blocks] == ["级别: 一级；比例: 70%", "级别: 三级；比例: 70%"]
    assert loaded.repairs == {"hidden_text": 1}


def test_rows_that_an_open_document_repeats_a_million_times_are_refused() -> None:
    with pytest.raises(SourceError, match="more than 50000 rows"):
        load_bytes("a.ods", ods(ods_row(ods_text("甲"), more='table:number-rows-repeated="1000000"')))


def test_cells_that_an_open_document_repeats_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_survey, "MAX_CELLS", 1000)
    with pytest.raises(SourceError, match="too far apart"):
        load_bytes("a.ods", ods(ods_row(ods_text("甲", 'table:number-columns-repeated="2000"'))))
