from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.blocks import Block, BlockKind
from ingest.sections import lay_out

BODY = "各乡镇卫生院要按照要求组织实施，并按季度报送进展情况。"


def blocks_of(*lines: str) -> list[Block]:
    """Return paragraphs; a line with leading ``#`` is a marked heading, one with leading ``|`` a table row."""
    made = []
    for line in lines:
        if line.startswith("#"):
            made.append(Block(BlockKind.HEADING, line.lstrip("# "), line.index(" ")))
        elif line.startswith("|"):
            made.append(Block(BlockKind.TABLE_ROW, line[1:]))
        else:
            made.append(Block(BlockKind.PARAGRAPH, line))
    return made


def paths(*lines: str) -> list[tuple[str, ...]]:
    return [section.path for section in lay_out(blocks_of(*lines)).sections]


def test_marked_headings_nest_by_their_level() -> None:
    assert paths("# 办法", BODY, "## 对象", BODY, "### 老人", BODY, "## 内容", BODY) == [
        ("办法",),
        ("办法", "对象"),
        ("办法", "对象", "老人"),
        ("办法", "内容"),
    ]


def test_numbered_lines_above_text_are_headings_in_the_order_of_their_forms() -> None:
    assert paths("一、工作目标", BODY, "二、主要任务", "（一）健全体系", BODY, "（二）保障经费", BODY) == [
        ("工作目标",),
        ("主要任务",),
        ("主要任务", "健全体系"),
        ("主要任务", "保障经费"),
    ]


def test_chapters_of_a_statute_are_headings_and_its_articles_are_not() -> None:
    assert paths(
        "第一章 总则", "第一条 为了保障公民健康，制定本条例。", "第二章 附则", "第二条 本条例自公布之日起施行。"
    ) == [
        ("总则",),
        ("附则",),
    ]


def test_items_of_a_list_are_no_headings() -> None:
    assert paths(BODY, "1、血常规", "2、尿常规", "3、心电图") == []


def test_a_short_label_with_a_colon_heads_the_list_below_it() -> None:
    assert paths("服务内容：", "1、血常规", "2、尿常规") == [("服务内容",)]


def test_a_short_line_above_a_paragraph_is_a_heading_and_a_sentence_is_not() -> None:
    assert paths("申请条件", BODY) == [("申请条件",)]
    assert paths("请带好证件。", BODY) == []


def test_dates_and_addresses_are_no_headings() -> None:
    assert paths("2025年3月15日", BODY) == []
    assert paths("www.example.gov.cn", BODY) == []


def test_a_line_above_a_table_is_its_heading_and_a_row_never_is() -> None:
    assert paths("门诊一览", "|机构: 中心卫生院；电话: 5550101", "|机构: 石桥卫生院；电话: 5550102") == [("门诊一览",)]


def test_a_section_includes_its_heading_line_and_its_deeper_sections() -> None:
    laid_out = lay_out(blocks_of("# 办法", "## 对象", "老人。", "## 内容", "体检。"))
    spans = [laid_out.text[section.start : section.end].strip() for section in laid_out.sections]
    assert spans == ["办法\n对象\n老人。\n内容\n体检。", "对象\n老人。", "内容\n体检。"]


def test_the_text_is_one_block_a_line() -> None:
    assert lay_out(blocks_of("# 办法", "甲。", "乙。")).text == "办法\n甲。\n乙。"
    assert lay_out([]).text == ""


_LINE = st.one_of(
    st.sampled_from(
        [
            "一、目标",
            "二、任务",
            "（一）体系",
            "（二）经费",
            "第一章 总则",
            "1、血常规",
            "2、尿常规",
            "# 标题",
            "### 小节",
            "|甲: 乙",
        ]
    ),
    st.text("卫生健康。：；", min_size=1, max_size=40),
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(_LINE, min_size=1, max_size=14))
def test_sections_are_sorted_nested_and_stand_in_the_text(lines: list[str]) -> None:
    laid_out = lay_out(blocks_of(*lines))
    for section in laid_out.sections:
        assert laid_out.text[section.start : section.end].split("\n")[0].rstrip("：").endswith(section.heading)
        assert section.level == len(section.path)
    for one, other in pairwise(laid_out.sections):
        assert one.start < other.start
        assert one.end <= other.start or other.end <= one.end


def test_a_row_of_figures_is_no_heading() -> None:
    rows = [
        "指标 2025年基数 2030年目标",
        "婴儿死亡率（‰） 3.4 3以下",
        "孕产妇系统管理率（%） 91 93以上，逐年提高不回落",
    ]
    laid_out = lay_out([Block(BlockKind.PARAGRAPH, row) for row in rows])
    assert [section.heading for section in laid_out.sections] == ["指标 2025年基数 2030年目标"]
