from __future__ import annotations

import json
import re
from dataclasses import replace

import pypdfium2
import pytest

from rag.domain import Answer
from tests.fakes import MEASURES
from tests.ui.exports import HOSTILE, ORIGIN, asked, export_of, hostile_answer
from ui.export import Export
from ui.export_pdf import pdf_bytes
from ui.wording import Language


def pages_of(content: bytes) -> list[str]:
    file = pypdfium2.PdfDocument(content)
    try:
        return [page.get_textpage().get_text_range() for page in file]
    finally:
        file.close()


def words_of(answer: Answer, language: Language = Language.ZH_HANS) -> str:
    """Return the words of a file without the breaks of its lines and the gaps between them."""
    return re.sub(r"\s+", "", "".join(pages_of(pdf_bytes(export_of(answer, language)))))


def label_in(content: bytes) -> str | None:
    """Return what stands under ``AIGC`` in the information dictionary: a string of UTF-16 with PDF's escapes."""
    found = re.search(rb"/AIGC \((.*?)(?<!\\)\) ", content, re.DOTALL)
    if found is None:
        return None
    escapes = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def plain(match: re.Match[bytes]) -> bytes:
        code = match.group(1)
        return bytes([int(code, 8)]) if code.isdigit() else escapes.get(code, code)

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, found.group(1), flags=re.DOTALL).decode("utf-16")


def ink_of(export: Export) -> int:
    """Return how many pixels of the first page are not paper."""
    file = pypdfium2.PdfDocument(pdf_bytes(export))
    try:
        grey = file[0].render(scale=1).to_pil().convert("L")
    finally:
        file.close()
    return sum(count for shade, count in enumerate(grey.histogram()) if shade < 128)


def test_a_pdf_says_what_was_asked_answered_and_quoted_and_where() -> None:
    words = words_of(asked("青石县有哪些保障措施"))
    for part_of_it in (
        "卫生健康政策查询结果",
        "问题：青石县有哪些保障措施",
        "地区：青石县",
        "回答日期：2026年3月7日",
        "引文核对日期：2026年3月9日",
        "资料版本：20260301T080000-abc",
        f"{MEASURES[0]}[1]",
        "以上文字由程序从原文中摘出，没有改写。",
        "-这里只介绍政策，不能代替医生的意见。",
        "[1][2][3][4][5]《青石县卫生健康发展规划》",
        "发布单位：青石县卫生健康局",
        "发布日期：2025年3月18日",
        "来源：官方发布",
        "效力：现行有效",
        f"在线查看：{ORIGIN}/documents/d1?start=82&end=101&lang=zh-Hans#char=82,101",
        "网页地址：https://www.example.gov.cn/plan.html",
        "12345政务服务热线",
    ):
        assert part_of_it in words


def test_every_page_has_its_number_and_the_label() -> None:
    answer = asked("青石县有哪些保障措施")
    lines = answer.statements * 12
    pages = pages_of(pdf_bytes(export_of(replace(answer, statements=lines))))
    assert len(pages) > 2
    for number, words in enumerate(pages, start=1):
        assert f"第 {number} 页" in words
        assert "以上文字由程序从原文中摘出，没有改写。" in words


def test_chinese_is_drawn_and_not_only_there_to_be_searched() -> None:
    export = export_of(asked("发展目标是什么"))
    shorter = export_of(asked("报销比例"), place="县")
    assert ink_of(export) > 3000
    assert ink_of(export) != ink_of(shorter)


def test_no_font_is_shipped_in_the_file() -> None:
    content = pdf_bytes(export_of(asked("青石县有哪些保障措施")))
    assert b"/STSong-Light" in content
    assert b"/FontFile" not in content


def test_a_models_words_carry_the_label_in_the_text_and_in_the_metadata() -> None:
    content = pdf_bytes(export_of(asked("发展目标是什么")))
    assert "以上文字由人工智能生成" in "".join(pages_of(content))
    written = label_in(content)
    assert written is not None
    label = json.loads(written)
    assert label["Label"] == "1"
    assert label["ContentProducer"] == "卫生健康政策问答"
    assert label["ProduceID"] == "0123456789abcdef"
    assert len(label) == 7


def test_words_taken_from_the_source_are_not_labelled_as_a_models() -> None:
    content = pdf_bytes(export_of(asked("青石县有哪些保障措施")))
    assert label_in(content) is None
    file = pypdfium2.PdfDocument(content)
    assert file.get_metadata_dict()["Subject"] == "以上文字由程序从原文中摘出，没有改写。"
    file.close()


def test_a_character_that_the_font_lacks_is_written_as_its_number_and_explained() -> None:
    words = words_of(replace(asked("发展目标是什么"), question="𠮷野家😀的Ω目标"))
    assert "问题：[U+20BB7]野家[U+1F600]的Ω目标" in words
    assert "这份文件的字体显示不了的字" in words


def test_no_explanation_stands_where_every_character_is_there() -> None:
    assert "字体显示不了" not in words_of(asked("发展目标是什么"))


@pytest.mark.parametrize(
    ("typed", "set_as"),
    [
        ("⼴州⼈", "广州人"),
        ("葛\U000e0100城", "葛城"),
        ("ñ•café", "ñ•café"),
        ("㐂䶵", "㐂䶵"),
        ("m²／㎡①", "m²／㎡①"),
        ("x⁵", "x[U+2075]"),
    ],
)
def test_a_character_is_only_replaced_by_one_that_looks_the_same(typed: str, set_as: str) -> None:
    assert f"问题：{set_as}" in words_of(replace(asked("发展目标是什么"), question=typed))


def test_hostile_words_stay_text_and_nothing_is_fetched() -> None:
    words = words_of(hostile_answer())
    assert "<b>粗</b><imgsrc=x>&amp;[U+20BB7]<linkhref='javascript:alert(1)'>]]>{{1+1}}" in words
    assert "\u202e" in HOSTILE
    assert "\u202e" not in words
    assert b"/URI (javascript" not in pdf_bytes(export_of(hostile_answer()))


def test_a_long_address_is_wrapped_and_stays_whole() -> None:
    answer = asked("发展目标是什么")
    address = "https://www.example.gov.cn/" + "wenjian/" * 80 + "t2025_1.html?a=1&b=2"
    long_one = replace(answer, citations=(replace(answer.citations[0], url=address),))
    assert address in words_of(long_one)
    content = pdf_bytes(export_of(long_one))
    file = pypdfium2.PdfDocument(content)
    text = file[0].get_textpage()
    right = max(text.get_charbox(at)[2] for at in range(text.count_chars()))
    file.close()
    assert right < 595 - 40


def test_the_taiwan_shapes_are_used_where_they_have_every_character() -> None:
    content = pdf_bytes(export_of(asked("青石县有哪些保障措施"), Language.ZH_HANT))
    assert b"/MSung-Light" in content
    assert b"/STSong-Light" in content
    assert "加强组织领导" in words_of(asked("青石县有哪些保障措施"), Language.ZH_HANT)


def test_what_fell_away_since_is_counted() -> None:
    assert "有 2 条内容" in "".join(pages_of(pdf_bytes(export_of(asked("发展目标是什么"), dropped=2))))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("words", ["青石县有哪些保障措施", "报销比例", "胸口痛", "天气"])
def test_every_answer_has_a_file_in_every_language(words: str, language: Language) -> None:
    assert words in words_of(asked(words), language)
