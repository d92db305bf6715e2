from __future__ import annotations

from itertools import pairwise

import pytest

from ingest.cleaning import find_marks
from rag.domain import MarkKind

BEFORE, AFTER = "全县应当加强公共卫生服务，", "。各单位应当认真执行本办法。"


def marked(text: str, kind: MarkKind) -> list[str]:
    return [text[mark.start : mark.end] for mark in find_marks(text) if mark.kind is kind]


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        ("全省建成xxx个中心", "xxx"),
        ("占比达到xx%以上", "xx%"),
        ("20XX年全市", "XX"),
        ("某地××县", "××"),
        ("健康ＸＸ行动", "ＸＸ"),
        ("补助____元", "____"),
        ("自第x批起", "x"),
        ("支持某某市建设", "某某"),
        ("奖励**万元", "**"),
        ("从○○市出发", "○○"),
    ],
)
def test_a_placeholder_is_marked_redacted(text: str, placeholder: str) -> None:
    assert marked(text, MarkKind.REDACTED) == [placeholder]


def test_month_and_day_are_marked_separately() -> None:
    assert marked("x月x日，全市动员", MarkKind.REDACTED) == ["x", "x"]


def test_a_lone_cross_counts_only_beside_certain_ones() -> None:
    assert marked("入x人员应当报备", MarkKind.REDACTED) == []
    assert marked("入x人员应当报备，共xx人", MarkKind.REDACTED) == ["x", "xx"]


@pytest.mark.parametrize(
    "text",
    [
        "拍摄X光片，每次x-ray检查", "Excel和Linux系统", "XXL号口罩", "体重×身高", "二〇〇五年", "二○○五年",
        "1.5×2米", "6xl_a", "http://xx.example/xx", "被告陈某某", "________________", "0xFF", "做X线检查和x射线治疗",
    ],
)  # fmt: skip
def test_other_crosses_and_lines_are_no_placeholders(text: str) -> None:
    assert marked(text, MarkKind.REDACTED) == []


SAMPLE = "为了保障公众健康制定办法"


@pytest.mark.parametrize(
    "garbled",
    [
        SAMPLE.encode().decode("gb18030", "replace"),
        SAMPLE.encode().decode("latin-1"),
        SAMPLE.encode().decode("cp1252", "replace"),
        SAMPLE.encode("gb18030").decode("latin-1"),
        SAMPLE.encode("gb18030").decode("utf-8", "replace"),
        "锟斤拷锟斤拷",
        "\ue50f",
        "\ufffd",
        "(cid:12)(cid:345)",
    ],
    ids=[
        "utf8 as gbk",
        "utf8 as latin1",
        "utf8 as cp1252",
        "gbk as latin1",
        "gbk as utf8",
        "kun jin kao",
        "private",
        "lost",
        "cid",
    ],
)
def test_text_from_a_wrong_conversion_is_marked_garbled(garbled: str) -> None:
    found = "".join(marked(BEFORE + garbled + AFTER, MarkKind.GARBLED))
    assert len(found) >= 0.6 * len(garbled)
    assert "公共卫生" not in found
    assert "认真执行" not in found


def test_the_letters_around_a_broken_character_belong_to_the_mark() -> None:
    assert marked("加强儿科??平ㄔO(shè)工作", MarkKind.GARBLED) == ["??平ㄔO(shè)"]
    assert marked("提高服务水平?！ ^健康行动", MarkKind.GARBLED) == ["?！ ^"]


@pytest.mark.parametrize(
    "clean",
    [
        "接种新冠mRNA疫苗（BNT162b2）后，IgG≥1:64，α-干扰素、β受体阻滞剂、γ-GT、μg/m³、25℃±2℃。",
        "公式：BMI=体重(kg)÷身高²(m²)；a+b≤c，x²+y²=1，P<0.05，95%CI：1.2~3.4，√n。",
        "网址 https://www.example.invalid/a?b=c&d=%E5%81%A5#top，电话：0731-8888×××，邮箱 a_b@example.invalid。",
        "茯苓、黄芪、枸杞、䗪虫、蒺藜、薏苡仁、砂仁、桔梗、鳖甲；澧县、醴陵、亳州、儋州、崾岘镇。",
        "患者李喆、王堃、陈珺、朱镕基、丁玥因Sjögren综合征、Guillain-Barré综合征就诊于café旁。",
        "為了保障公眾健康，衛生主管部門應當會同財政、醫療保障等部門加強監督檢查。",
        "怎么办？？请拨打12320!!!……——《办法》“一老一小”〔2024〕5号①②③ⅠⅡⅢ㎡※★■□◆→",
        "Who is eligible? All residents aged 65+ (see Table 1), i.e. those born before 1960; fees: $5-$10.",
        "├──┤│表1│名称│数量│ ........ 12 ------ ====== ****** ",
        "能报销吗?可以。多少?按比例。",
    ],
)
def test_clean_text_is_not_marked_garbled(clean: str) -> None:
    assert marked(clean, MarkKind.GARBLED) == []


def test_marks_are_in_order_and_do_not_overlap() -> None:
    marks = find_marks(f"共xx人{BEFORE}锟斤拷xx锟斤拷{AFTER}第x批")
    assert all(first.end <= second.start for first, second in pairwise(marks))
    assert marks[0].kind is MarkKind.REDACTED
