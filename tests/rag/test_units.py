from __future__ import annotations

from rag.domain import Chunk, Mark, MarkKind
from rag.table_rows import is_table_line
from rag.units import Unit, UnitReader
from tests.rag.small_library import document, whole_hit

TEXT = """补贴办法
各乡镇人民政府：
补贴时间
每年三月受理。当年没有申领的可以补领。
补贴材料
下列材料：
1.户口簿；
2.身份证。
其他情况另行通知。
某县卫生健康局
2026年1月2日"""
HEADINGS = {"补贴办法": 1, "补贴时间": 2, "补贴材料": 2}


def units(text: str, headings: dict[str, int] | None = None, **facts: object) -> tuple[Unit, ...]:
    source = document(text, headings, **facts)
    return UnitReader().window(source, whole_hit(source).chunk).units


def shown(text: str, found: tuple[Unit, ...]) -> list[str]:
    return [text[unit.start : unit.end] for unit in found]


def test_sentences_and_items_are_units_but_headings_salutations_and_signatures_are_not() -> None:
    assert shown(TEXT, units(TEXT, HEADINGS)) == [
        "每年三月受理。",
        "当年没有申领的可以补领。",
        "下列材料：",
        "1.户口簿；",
        "2.身份证。",
        "其他情况另行通知。",
    ]


def test_a_unit_knows_the_headings_above_it() -> None:
    assert units(TEXT, HEADINGS)[0].path == ("补贴办法", "补贴时间")


def test_a_lead_in_line_stands_above_its_items_and_nothing_else() -> None:
    found = units(TEXT, HEADINGS)
    assert [unit.lead for unit in found] == ["", "", "", "下列材料:", "下列材料:", ""]
    assert [unit.is_lead for unit in found] == [False, False, True, False, False, False]


def test_the_line_of_a_table_without_rules_has_the_header_above_it() -> None:
    text = "主要指标\n指标 2025年 2030年 属性\n婴儿死亡率（‰） 3.4 3.0 预期性"
    found = units(text, {"主要指标": 1, "婴儿死亡率（‰） 3.4 3.0 预期性": 1})
    assert shown(text, found) == ["婴儿死亡率（‰） 3.4 3.0 预期性"]
    assert found[0].is_row


def test_a_row_of_cells_is_one_unit() -> None:
    text = "门诊: 甲镇卫生院；接种日: 周三；电话: 0000-5550100"
    assert shown(text, units(text)) == [text]


def test_a_question_on_a_line_of_its_own_is_the_heading_of_its_answer() -> None:
    found = units("几点开门？\n上午八点开门。\n")
    assert [unit.path for unit in found] == [("几点开门?",)]


def test_garbled_text_is_no_unit() -> None:
    text = "好的一句。\n浼氳鎸囧嚭锛屽。"
    assert shown(text, units(text, marks=(Mark(MarkKind.GARBLED, 6, 12),))) == ["好的一句。"]


def test_a_sentence_about_the_text_itself_is_a_preamble() -> None:
    found = units("为做好补贴工作，现将有关事项通知如下。\n每人每年三百元。")
    assert [unit.preamble for unit in found] == [True, False]


def test_of_a_long_document_only_the_neighbourhood_of_a_hit_is_read() -> None:
    source = document("\n".join(f"第{n}段说的是第{n}件事情。" for n in range(20_000)))
    middle = len(source.text) // 2
    chunk = Chunk("c9", source.document_id, 9, (), middle, middle + 200, source.text[middle : middle + 200])
    window = UnitReader().window(source, chunk)
    assert window.start < middle < middle + 200 < window.end
    assert window.end - window.start < 10_000
    assert all(source.text[unit.end - 1] == "。" for unit in window.units)


def test_what_was_read_is_kept() -> None:
    source = document(TEXT, HEADINGS)
    reader = UnitReader()
    assert reader.window(source, whole_hit(source).chunk) is reader.window(source, whole_hit(source).chunk)


def test_a_sentence_is_no_table_line() -> None:
    assert not is_table_line("到2030年，人均预期寿命 达到 80岁。")


def test_a_sentence_that_names_several_headings_only_tells_what_follows() -> None:
    text = "报告\n下面介绍背景、措施和成效。\n背景\n人口老了。\n措施\n建了医院。\n成效\n病人少了。"
    found = units(text, {"报告": 1, "背景": 2, "措施": 2, "成效": 2})
    assert [unit.preamble for unit in found] == [True, False, False, False]
