from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.chinese_numbers import numeral_value
from rag.numerals import FigureKind, blank_enumerators, find_figures


def values(text: str) -> list[str]:
    return [figure.value for figure in find_figures(text)]


@pytest.mark.parametrize(
    ("spellings", "value"),
    [
        ("65岁|六十五岁|６５岁|六十五歲|65 岁", "65"),
        ("120000|12万|十二万|120,000|12萬|十二万元|12 万元", "120000"),
        ("1.5亿|一点五亿|150000000|一亿五千万", "150000000"),
        ("25000|2万5千|两万五|二万五千|2.5万|贰万伍仟元", "25000"),
        ("105|一百零五|１０５", "105"),
        ("120个|一百二十个|一百二", "120"),
        ("10人|十人|10余人|十余人", "10"),
        ("1000张|一千张", "1000"),
        ("2/3|三分之二", "2/3"),
        ("8:30|8：30|八点半|8点30分|八点三十分|08:30|8时30分", "8:30"),
        ("14:00|14时|十四点", "14:00"),
    ],
)
def test_spellings_of_one_number_have_one_value(spellings: str, value: str) -> None:
    for spelling in spellings.split("|"):
        assert [(f.kind, f.value) for f in find_figures(spelling)] == [(FigureKind.NUMBER, value)], spelling


@pytest.mark.parametrize(
    ("spellings", "value"),
    [
        ("35%|３５％|百分之三十五|百分之35|35 %|35.0%", "35%"),
        ("3.5%|百分之三点五", "3.5%"),
        ("0.3%|3‰|千分之三", "0.3%"),
        ("50%|五成|5成", "50%"),
        ("100%|百分之百|百分百|百分之一百", "100%"),
    ],
)
def test_spellings_of_one_percentage_have_one_value(spellings: str, value: str) -> None:
    for spelling in spellings.split("|"):
        assert [(f.kind, f.value) for f in find_figures(spelling)] == [(FigureKind.PERCENT, value)], spelling


@pytest.mark.parametrize(
    ("spellings", "value"),
    [
        ("2024年3月11日|2024年03月11日|二〇二四年三月十一日|二○二四年三月十一日|2024-03-11|2024/3/11|2024.3.11|2024年3月11号", "2024-03-11"),
        ("2024年3月|二零二四年三月|2024-03|2024年3月份", "2024-03"),
        ("2024年|2024年度|二〇二四年", "2024"),
        ("3月11日|三月十一日|3月11号", "--03-11"),
        ("12月|十二月|12月份", "--12"),
        ("星期五|周五|礼拜五", "W5"),
        ("星期天|周日", "W7"),
    ],
)  # fmt: skip
def test_spellings_of_one_date_have_one_value(spellings: str, value: str) -> None:
    for spelling in spellings.split("|"):
        assert [(f.kind, f.value) for f in find_figures(spelling)] == [(FigureKind.DATE, value)], spelling


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("电话：0719-5223456", "07195223456"),
        ("电话（0719）5223456。", "07195223456"),
        ("拨打12345热线", "12345"),
        ("手机13800001234，", "13800001234"),
        ("客服400-123-4567", "4001234567"),
    ],
)
def test_a_telephone_number_is_its_digits(text: str, digits: str) -> None:
    assert [(f.kind, f.value) for f in find_figures(text)] == [(FigureKind.PHONE, digits)]


def test_a_count_that_looks_like_a_hotline_is_a_number() -> None:
    assert [f.kind for f in find_figures("补助12000元，覆盖12345人")] == [FigureKind.NUMBER, FigureKind.NUMBER]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5-10万元", ["50000", "100000"]),
        ("五至十万元", ["50000", "100000"]),
        ("500元至1万元", ["500", "10000"]),
        ("30—50%", ["30%", "50%"]),
        ("2021—2025年", ["2021", "2025"]),
        ("2024年3月1日至5月31日", ["2024-03-01", "2024-05-31"]),
        ("3月1日至7日", ["--03-01", "--03-07"]),
        ("3至5月", ["--03", "--05"]),
        ("三至五年", ["3", "5"]),
        ("三四个", ["3", "4"]),
        ("七八十岁", ["70", "80"]),
        ("8:30-12:00", ["8:30", "12:00"]),
        ("周一至周五", ["W1", "W5"]),
        ("二、三级医院", ["2", "3"]),
    ],
)
def test_a_range_gives_both_ends_with_what_it_states_once(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "一些 一定 统一 一体化 万一 三甲医院 十分重要 进一步 一般 同一天 一一对应 一次性 千万不要",
        "四川省 五官科 一起 百姓 第一时间 唯一一个 一方面 一个家庭 一项工作 数十名 队伍 大陆 红十字会 四处奔走",
        "统一级别 单一来源 逐一落实 三农 两会 一线人员 一站式服务 一网通办 大病一样 万众一心 一二线",
    ],
)
def test_numeral_characters_inside_words_are_no_figures(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一年", ["1"]),
        ("一级医院", ["1"]),
        ("每月一次", ["1"]),
        ("两名医生", ["2"]),
        ("三级甲等", ["3"]),
        ("十分钟", ["10"]),
        ("第十五条", ["15"]),
        ("每千人口", ["1000"]),
        ("8月龄", ["8"]),
        ("国办发〔2024〕12号", ["2024", "12"]),
        ("满1，234人", ["1", "234"]),
    ],
)
def test_numerals_that_count_or_measure_are_figures(text: str, expected: list[str]) -> None:
    assert values(text) == expected


def test_the_article_counts_only_where_text_is_looked_up_in() -> None:
    assert values("建立一个平台") == []
    assert [f.value for f in find_figures("建立一个平台", indefinite=True)] == ["1"]


@pytest.mark.parametrize(
    "text",
    ["1、免费体检", "（一）免费体检", "(1)免费体检", "1. 免费体检", "一是免费体检", "三、免费体检", "①免费体检", "㈠免费体检", "第一，免费体检", "1.2.3免费体检"],
)  # fmt: skip
def test_markers_that_number_items_are_blanked_in_place(text: str) -> None:
    blanked = blank_enumerators(text)
    assert blanked.strip() == "免费体检"
    assert len(blanked) == len(text)
    assert blank_enumerators("说明：" + text).endswith("免费体检")


@pytest.mark.parametrize("text", ["第二条规定", "3.5万元", "65岁以上", "2024年", "12345热线", "三级医院"])
def test_facts_at_the_start_of_a_line_are_not_blanked(text: str) -> None:
    assert blank_enumerators(text) == text


def _spell(number: int) -> str:
    """Spell 1..9999 the long way, independently of the code under test."""
    digits, units = "零一二三四五六七八九", ["", "十", "百", "千"]
    text = ""
    for place, digit in enumerate(reversed(str(number))):
        text = (digits[int(digit)] + (units[place] if digit != "0" else "")) + text
    while "零零" in text:
        text = text.replace("零零", "零")
    return text.rstrip("零")


@given(st.integers(1, 9999), st.integers(0, 9999))
def test_every_number_that_is_spelled_out_is_read_back(large: int, small: int) -> None:
    assert numeral_value(_spell(large)) == large
    middle = "零" if 0 < small < 1000 else ""
    assert numeral_value(_spell(large) + "万" + middle + (_spell(small) if small else "")) == large * 10_000 + small


@given(
    st.text(
        alphabet="零一二两三四五六七八九十百千万亿点年月日号个岁0123456789.,，-至%第周每分之成:/()（）、 \n①",
        max_size=60,
    )
)
def test_any_text_gives_ordered_spans_inside_it(text: str) -> None:
    last = 0
    for figure in find_figures(text):
        assert last <= figure.start < figure.end <= len(text)
        assert figure.value
        last = figure.end
