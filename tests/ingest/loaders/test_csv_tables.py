from __future__ import annotations

import pytest

from ingest.blocks import BlockKind
from ingest.loaders import load_bytes
from ingest.loaders.csv_table import separator_of
from ingest.loaders.limits import Limits
from rag.errors import SourceError

ROWS = "项目,价格,说明\n血常规,20,空腹，不要喝水；早上来\n尿常规,10,随时，可以喝水；早晚都行\n"


def texts(text: str, charset: str = "utf-8", name: str = "a.csv") -> list[str]:
    return [block.text for block in load_bytes(name, text.encode(charset)).blocks]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_is_read_in_every_usual_encoding(charset: str) -> None:
    assert texts(ROWS, charset)[0] == "项目: 血常规；价格: 20；说明: 空腹，不要喝水；早上来"


def test_an_encoding_that_is_not_utf8_is_reported() -> None:
    loaded = load_bytes("a.csv", ROWS.encode("gb18030"))
    assert (loaded.repairs, loaded.samples) == ({"encoding": 1}, {"encoding": ("gb18030",)})


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "，"])
def test_the_separator_is_found(separator: str) -> None:
    text = "项目,价格,单位\n血常规,20,元\n尿常规,10,元\n".replace(",", separator)
    assert separator_of(text) == separator
    assert texts(text)[0] == "项目: 血常规；价格: 20；单位: 元"


def test_punctuation_inside_cells_is_no_separator() -> None:
    assert separator_of(ROWS) == ","
    assert separator_of("问题\t答案\n怎么办, 多少钱, 在哪里\t先备案, 再结算\n要带什么, 谁去\t身份证, 本人\n") == "\t"


def test_a_separator_that_the_file_states_is_believed() -> None:
    assert texts("sep=;\n项目;价格\n甲,乙;1\n") == ["项目: 甲,乙；价格: 1"]


def test_a_quoted_answer_keeps_its_lines_and_commas() -> None:
    blocks = load_bytes("a.csv", '问题,答案\r\n怎么报销？,"先备案,\r\n再结算。他说""好"""\r\n'.encode()).blocks
    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.HEADING, "怎么报销？"),
        (BlockKind.PARAGRAPH, "先备案,"),
        (BlockKind.PARAGRAPH, '再结算。他说"好"'),
    ]


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_file() -> None:
    text = '项目,说明\n甲,"没有结束\n' + "乙,很长的说明文字\n" * 20_000
    assert len(texts(text)) == 20_001


def test_a_number_kept_as_text_loses_its_wrapping() -> None:
    assert texts('单位,电话\n卫健局,"=""0710123"""\n') == ["单位: 卫健局；电话: 0710123"]


def test_more_rows_than_the_limit_are_refused_by_name() -> None:
    with pytest.raises(SourceError, match=r"a\.csv: more than 3 rows"):
        load_bytes("a.csv", "甲,乙\n".encode() * 4, Limits(max_rows=3))


def test_lines_without_any_separator_are_rows_of_one_cell() -> None:
    assert texts("血常规\n尿常规\n") == ["血常规", "尿常规"]
