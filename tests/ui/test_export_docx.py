from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn

from rag.domain import Answer
from tests.fakes import MEASURES
from tests.ui.exports import ORIGIN, asked, export_of, hostile_answer
from ui.export import Export
from ui.export_docx import docx_bytes
from ui.wording import Language


def opened(export: Export) -> docx.document.Document:
    return docx.Document(io.BytesIO(docx_bytes(export)))


def words_of(answer: Answer, language: Language = Language.ZH_HANS) -> str:
    file = opened(export_of(answer, language))
    # iter() goes into hyperlinks too, which a paragraph's own text of older versions leaves out.
    return "\n".join("".join(t.text or "" for t in p._p.iter(qn("w:t"))) for p in file.paragraphs)


def part(content: bytes, name: str) -> str | None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read(name).decode() if name in packed.namelist() else None


def test_a_word_file_says_what_was_asked_answered_and_quoted_and_where() -> None:
    words = words_of(asked("青石县有哪些保障措施"))
    for part_of_it in (
        "卫生健康政策查询结果",
        "问题：青石县有哪些保障措施",
        "地区：青石县",
        "回答日期：2026年3月7日",
        "引文核对日期：2026年3月9日",
        "资料版本：20260301T080000-abc",
        f"{MEASURES[0]} [1]",
        "以上文字由程序从原文中摘出，没有改写。",
        "这里只介绍政策，不能代替医生的意见。",
        "[1][2][3][4][5] 《青石县卫生健康发展规划》",
        "发布单位：青石县卫生健康局",
        "发布日期：2025年3月18日",
        "来源：官方发布",
        "效力：现行有效",
        f"在线查看：{ORIGIN}/documents/d1?start=82&end=101&lang=zh-Hans#char=82,101",
        "网页地址：https://www.example.gov.cn/plan.html",
        "12345  政务服务热线",
    ):
        assert part_of_it in words


def test_headings_are_headings_and_the_page_is_numbered() -> None:
    file = opened(export_of(asked("发展目标是什么")))
    styles = [paragraph.style.name for paragraph in file.paragraphs if paragraph.style]
    assert styles[0] == "Title"
    assert styles.count("Heading 1") == 3
    assert styles.count("Heading 2") == 1
    field = file.sections[0].footer._element.find(f".//{qn('w:fldSimple')}")
    assert field is not None
    assert field.get(qn("w:instr")) == "PAGE"


def test_addresses_are_links_and_nothing_else_is() -> None:
    file = opened(export_of(asked("发展目标是什么")))
    links = [relation.target_ref for relation in file.part.rels.values() if relation.is_external]
    assert links == [
        f"{ORIGIN}/documents/d1?start=36&end=57&lang=zh-Hans#char=36,57",
        "https://www.example.gov.cn/plan.html",
    ]


def test_a_models_words_carry_the_label_in_the_text_and_in_the_metadata() -> None:
    content = docx_bytes(export_of(asked("发展目标是什么")))
    assert "以上文字由人工智能生成" in words_of(asked("发展目标是什么"))
    custom = part(content, "docProps/custom.xml")
    assert custom is not None
    label = json.loads(custom.split("<vt:lpwstr>")[1].split("</vt:lpwstr>")[0])
    assert label == {
        "Label": "1",
        "ContentProducer": "卫生健康政策问答",
        "ProduceID": "0123456789abcdef",
        "ReservedCode1": "",
        "ContentPropagator": "卫生健康政策问答",
        "PropagateID": "0123456789abcdef",
        "ReservedCode2": "",
    }
    assert "custom-properties" in str(part(content, "_rels/.rels"))
    assert "/docProps/custom.xml" in str(part(content, "[Content_Types].xml"))


def test_words_taken_from_the_source_are_not_labelled_as_a_models() -> None:
    export = export_of(asked("青石县有哪些保障措施"))
    assert part(docx_bytes(export), "docProps/custom.xml") is None
    assert opened(export).core_properties.comments == "以上文字由程序从原文中摘出，没有改写。"


def test_the_file_names_its_maker_and_subject() -> None:
    core = opened(export_of(asked("发展目标是什么"))).core_properties
    assert (core.title, core.author) == ("卫生健康政策查询结果", "卫生健康政策问答")
    assert (core.subject, core.identifier) == ("发展目标是什么", "0123456789abcdef")


def test_hostile_words_stay_text_and_the_file_opens() -> None:
    content = docx_bytes(export_of(hostile_answer()))
    words = words_of(hostile_answer())
    assert "<b>粗</b><img src=x>&amp;𠮷<link" in words
    assert not {"\x00", "\x0b", "\u202e", "\ufffe"} & set(words)
    assert "<b>" not in str(part(content, "word/document.xml"))


def test_a_very_long_question_does_not_break_the_properties() -> None:
    answer = replace(asked("发展目标是什么"), question="长" * 500)
    assert opened(export_of(answer)).core_properties.subject == "长" * 255
    assert "长" * 500 in words_of(answer)


def test_what_fell_away_since_is_counted() -> None:
    file = opened(export_of(asked("发展目标是什么"), dropped=2))
    assert any("有 2 条内容" in paragraph.text for paragraph in file.paragraphs)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("words", ["青石县有哪些保障措施", "报销比例", "胸口痛", "天气"])
def test_every_answer_has_a_file_in_every_language(words: str, language: Language) -> None:
    assert words in words_of(asked(words), language)
