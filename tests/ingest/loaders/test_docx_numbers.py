from __future__ import annotations

import io
import zipfile

import pytest

from ingest.blocks import LoadedFile
from ingest.loaders import load_bytes
from ingest.loaders.docx_numerals import written
from tests.ingest.loaders.word_files import level, numbered, of_body, paragraph, rewritten, with_numbering

CHINESE = (
    level(0, "chineseCountingThousand", "%1、"),
    level(1, "chineseCounting", "（%2）"),
    level(2, "decimal", "%3."),
)


def with_number_in_style(data: bytes, style: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        styles = package.read("word/styles.xml").decode()
    at = styles.index("<w:pPr>", styles.index(f'w:styleId="{style}"')) + len("<w:pPr>")
    changed = f'{styles[:at]}<w:numPr><w:numId w:val="1"/></w:numPr>{styles[at:]}'
    return rewritten(data, "word/styles.xml", styles.encode(), changed.encode())


def texts(loaded: LoadedFile) -> list[str]:
    return [block.text for block in loaded.blocks]


@pytest.mark.parametrize(
    ("number", "number_format", "expected"),
    [
        (1, "chineseCounting", "一"),
        (10, "chineseCountingThousand", "十"),
        (12, "chineseCountingThousand", "十二"),
        (20, "japaneseCounting", "二十"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (1005, "chineseCountingThousand", "一千零五"),
        (12, "ideographDigital", "一二"),
        (3, "decimalFullWidth", "３"),
        (3, "decimalEnclosedCircleChinese", "③"),
        (21, "decimalEnclosedCircleChinese", "21"),
        (4, "upperRoman", "IV"),
        (9, "lowerRoman", "ix"),
        (2, "lowerLetter", "b"),
        (27, "lowerLetter", "aa"),
        (3, "upperLetter", "C"),
        (3, "ideographTraditional", "丙"),
        (13, "ideographZodiac", "子"),
        (12, "chineseLegalSimplified", "壹拾贰"),
        (7, "decimalZero", "07"),
        (22, "ordinal", "22nd"),
        (5, "no-such-format", "5"),
    ],
)
def test_a_number_is_written_in_its_format(number: int, number_format: str, expected: str) -> None:
    assert written(number, number_format) == expected


def test_the_numbers_that_word_computes_lead_their_paragraphs() -> None:
    data = of_body(
        numbered("总体要求"), numbered("目标", 1), numbered("原则", 1), numbered("任务"), numbered("体检", 1)
    )
    loaded = load_bytes("a.docx", with_numbering(data, CHINESE))
    assert texts(loaded) == ["一、总体要求", "（一）目标", "（二）原则", "二、任务", "（一）体检"]
    assert loaded.repairs["automatic_numbers"] == 5
    assert loaded.samples["automatic_numbers"][0] == "一、总体要求"


def test_a_level_that_never_restarts_goes_on_counting() -> None:
    levels = (level(0, "chineseCounting", "第%1章"), level(1, "chineseCounting", "第%2条", '<w:lvlRestart w:val="0"/>'))
    data = of_body(numbered("总则"), numbered("为了", 1), numbered("服务"), numbered("凡是", 1))
    assert texts(load_bytes("a.docx", with_numbering(data, levels))) == [
        "第一章 总则",
        "第一条 为了",
        "第二章 服务",
        "第二条 凡是",
    ]


def test_a_label_names_the_levels_above_it() -> None:
    levels = (level(0, "upperRoman", "%1"), level(1, "decimal", "%1.%2"), level(2, "decimal", "%1.%2.%3", "<w:isLgl/>"))
    data = of_body(numbered("甲"), numbered("乙", 1), numbered("丙", 2))
    assert texts(load_bytes("a.docx", with_numbering(data, levels))) == ["I 甲", "I.1 乙", "1.1.1 丙"]


def test_lists_that_share_their_levels_go_on_counting_unless_told_to_start_again() -> None:
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    data = of_body(numbered("甲"), numbered("乙", 0, 2), numbered("丙", 0, 3), numbered("丁", 0, 3))
    loaded = load_bytes("a.docx", with_numbering(data, CHINESE, ("", "", override)))
    assert texts(loaded) == ["一、甲", "二、乙", "五、丙", "六、丁"]


def test_an_empty_numbered_paragraph_counts_but_shows_nothing() -> None:
    data = of_body(numbered("甲"), numbered(""), numbered("乙"))
    assert texts(load_bytes("a.docx", with_numbering(data, CHINESE))) == ["一、甲", "三、乙"]


def test_list_zero_takes_the_number_away_and_an_unknown_list_gives_none() -> None:
    data = of_body(numbered("甲", 0, 0), numbered("乙", 0, 77))
    assert texts(load_bytes("a.docx", with_numbering(data, CHINESE))) == ["甲", "乙"]


def test_a_bullet_is_no_number() -> None:
    data = of_body(numbered("甲"))
    assert texts(load_bytes("a.docx", with_numbering(data, (level(0, "bullet", "\uf0b7"),)))) == ["甲"]


def test_a_style_gives_the_number_of_its_level() -> None:
    levels = (
        level(0, "chineseCounting", "第%1章", '<w:pStyle w:val="Heading1"/>'),
        level(1, "chineseCounting", "第%2节", '<w:pStyle w:val="Heading2"/>'),
    )
    style = '<w:pStyle w:val="{}"/>'
    body = of_body(paragraph("总则", style.format("Heading1")), paragraph("目的", style.format("Heading2")))
    for name in ("Heading1", "Heading2"):
        body = with_number_in_style(body, name)
    loaded = load_bytes("a.docx", with_numbering(body, levels))
    assert [(block.level, block.text) for block in loaded.blocks] == [(1, "第一章 总则"), (2, "第一节 目的")]


def test_a_hidden_number_is_not_written() -> None:
    data = of_body(numbered("甲"))
    hidden = level(0, "decimal", "%1.", "<w:rPr><w:vanish/></w:rPr>")
    assert texts(load_bytes("a.docx", with_numbering(data, (hidden,)))) == ["甲"]
