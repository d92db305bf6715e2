from __future__ import annotations

from typing import Any

import pytest

from ingest.blocks import BlockKind
from ingest.loaders.pdf import load_pdf
from ingest.loaders.ruled_tables import Character, RuledTable, Ruling, with_tables
from tests.ingest.loaders.pdf_files import drawn, lines, table, together

FEES = [["项目", "标准", "对象"], ["血压测量", "免费", "全体居民"], ["胸片检查", "30元", "六十五岁\n以上老人"]]
ROWS = ["项目: 血压测量；标准: 免费；对象: 全体居民", "项目: 胸片检查；标准: 30元；对象: 六十五岁以上老人"]


def read(*pages: object, rotation: int = 0) -> list[tuple[int | None, str, str]]:
    loaded = load_pdf("a.pdf", drawn(*pages, rotation=rotation))  # type: ignore[arg-type]
    return [(block.page, block.kind.value, block.text) for block in loaded.blocks]


@pytest.mark.parametrize("as_areas", [False, True])
def test_rows_of_a_ruled_table_keep_their_headers_and_their_place(as_areas: bool) -> None:
    page = together(lines(["收费标准如下："]), table(FEES, as_areas=as_areas), lines(["以上自五月起执行。"], 600))
    assert read(page) == [
        (1, "paragraph", "收费标准如下："),
        (1, "table_row", ROWS[0]),
        (1, "table_row", ROWS[1]),
        (1, "paragraph", "以上自五月起执行。"),
    ]


def test_a_table_that_goes_on_keeps_the_headers_of_the_page_before() -> None:
    found = read(table(FEES[:2]), table(FEES[2:]), table([["血糖检测", "5元", "全体居民"]] * 2))
    assert found == [
        (1, "table_row", ROWS[0]),
        (2, "table_row", ROWS[1]),
        (3, "table_row", "项目: 血糖检测；标准: 5元；对象: 全体居民"),
        (3, "table_row", "项目: 血糖检测；标准: 5元；对象: 全体居民"),
    ]


def test_a_table_after_other_text_does_not_inherit_headers() -> None:
    rows = [["血糖检测", "5元", "全体居民"], ["尿液检测", "6元", "全体居民"]]
    found = read(table(FEES), together(lines(["另有下列项目："]), table(rows)))
    assert not any(text.startswith("项目: ") for page, _, text in found if page == 2)
    going_on = read(table(FEES), together(lines(["续表"]), table(rows)))
    assert [text for page, _, text in going_on if page == 2][1:] == [
        "项目: 血糖检测；标准: 5元；对象: 全体居民",
        "项目: 尿液检测；标准: 6元；对象: 全体居民",
    ]


def test_a_table_on_a_page_that_is_shown_turned_is_read_as_it_is_shown() -> None:
    def turned(canvas: Any) -> None:
        canvas.translate(595, 0)
        canvas.rotate(90)
        canvas.translate(0, -200)
        table(FEES)(canvas)

    assert [text for _, _, text in read(turned, rotation=90)] == ROWS


def test_a_table_of_other_columns_does_not_inherit_headers() -> None:
    found = read(table(FEES), table([["甲村", "2024年5月6日上午"], ["乙村", "2024年5月7日上午"]], widths=[200, 200]))
    assert [text for page, _, text in found if page == 2] == ["甲村: 乙村；2024年5月6日上午: 2024年5月7日上午"]


def test_a_frame_around_text_is_no_table() -> None:
    page = together(table([["提示：请带身份证，并提前一天预约。"]], widths=[400]), lines(["咨询电话见附件。"], 600))
    assert {kind for _, kind, _ in read(page)} == {BlockKind.PARAGRAPH.value}


def test_a_grid_with_little_in_it_is_no_table() -> None:
    page = table([["一", "二", "三", "四"], *[["", "", "", ""]] * 5])
    assert {kind for _, kind, _ in read(page)} == {"paragraph"}


def square(text: str, x: float, y: float) -> list[Character]:
    return [Character(letter, (x, y)) for letter in text]


def ruled(at: float, start: float, end: float, *, down: bool = False) -> Ruling:
    return Ruling(not down, at, start, end)


def grid() -> list[Ruling]:
    """Return three columns and three rows of 10 points."""
    edges = (0, 10, 20, 30)
    return [ruled(at, 0, 30) for at in edges] + [ruled(at, 0, 30, down=True) for at in edges]


def texts(found: list[str | RuledTable]) -> list[list[tuple[str, int, int]]]:
    (part,) = (part for part in found if isinstance(part, RuledTable))
    return [[(cell.text, cell.colspan, cell.rowspan) for cell in row] for row in part.rows]


FILLED = [
    character
    for row, letters in enumerate(("甲乙丙", "丁戊己", "庚辛壬"))
    for column, letter in enumerate(letters)
    for character in square(letter, 10 * column + 5, 25 - 10 * row)
]


def test_cells_are_read_from_the_top_and_the_left() -> None:
    assert texts(with_tables(FILLED, grid(), 1)) == [
        [(letter, 1, 1) for letter in row] for row in ("甲乙丙", "丁戊己", "庚辛壬")
    ]


def test_fields_without_a_line_between_them_are_one_cell() -> None:
    without_one = [ruling for ruling in grid() if not (not ruling.horizontal and ruling.at == 10)]
    shortened = [*without_one, ruled(10, 0, 20, down=True)]
    assert texts(with_tables(FILLED, shortened, 1))[0] == [("甲乙", 2, 1), ("丙", 1, 1)]
    without_row = [ruling for ruling in grid() if not (ruling.horizontal and ruling.at == 20)]
    assert texts(with_tables(FILLED, [*without_row, ruled(20, 10, 30)], 1))[0] == [
        ("甲丁", 1, 2), ("乙", 1, 1), ("丙", 1, 1),
    ]  # fmt: skip


def test_lines_that_leave_a_cell_that_is_no_rectangle_make_no_table() -> None:
    broken = [ruling for ruling in grid() if ruling.at not in {10, 20}]
    crooked = [
        *broken,
        ruled(10, 0, 30), ruled(20, 10, 30), ruled(10, 0, 20, down=True), ruled(20, 0, 30, down=True),
    ]  # fmt: skip
    assert with_tables(FILLED, crooked, 1) == ["".join(character.text for character in FILLED)]


def test_every_character_comes_out_once() -> None:
    around = [*square("前", 5, 90), Character("\n", None), *FILLED, Character("\n", None), *square("后", 5, -50)]
    first, found, last = with_tables(around, grid(), 1)
    assert (first, last) == ("前\n", "后")
    assert isinstance(found, RuledTable)
    assert "".join(cell.text for row in found.rows for cell in row) == "".join(letter.text for letter in FILLED)


def test_borders_drawn_in_pieces_are_one_border() -> None:
    pieces = [ruled(at, 10 * step, 10 * step + 9) for at in (0, 10, 20, 30) for step in range(3)]
    assert len(texts(with_tables(FILLED, [*pieces, *(line for line in grid() if not line.horizontal)], 1))) == 3
