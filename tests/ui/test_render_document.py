from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag.domain import (
    Document,
    DocumentVersion,
    Mark,
    MarkKind,
    NamedDocument,
    PageStart,
    Relations,
    Section,
    Validity,
)
from rag.settings import HelpSettings
from tests.fakes import HOSTILE_TITLE, MEASURES, cite, sample_documents
from tests.outline import Outline, assert_harmless, outline
from ui.addresses import served_under
from ui.assets import themed
from ui.markup import document_address, line
from ui.render_document import HeldDocument, render_document, render_missing
from ui.wording import Language, Wording

WORDING = Wording(Language.ZH_HANS, HelpSettings())
OTHER = NamedDocument("d9", "青石县新规划")


def plain_text(words: str, **facts: object) -> Document:
    base: dict[str, object] = {"source": "a.txt", "root": "/r", "sha256": "0" * 64, "media_type": "text/plain"}
    return Document(document_id="x1", title="试验", text=words, **{**base, **facts})  # type: ignore[arg-type]


def shown(
    document: Document,
    quote: tuple[int, int] | None = None,
    relations: Relations = Relations(),  # noqa: B008 frozen
    original_bytes: int | None = None,
) -> str:
    return render_document(HeldDocument(document, relations, original_bytes), WORDING, quote)


def text_of(markup: str) -> Outline:
    return outline(markup[markup.index("<article") : markup.index("</article>") + 10])


def test_every_character_is_shown_at_its_place() -> None:
    for document in sample_documents():
        for quote in (None, (3, len(document.text) - 2)):
            inside = text_of(shown(document, quote))
            lines = [words for words in document.text.split("\n") if words.strip()]
            assert "".join(data for _, data in inside.texts) == "".join(lines)
            assert inside.tags.count("article") == 1


def test_every_line_tells_the_offset_it_begins_at() -> None:
    document = sample_documents()[0]
    inside = text_of(shown(document))
    starts = [int(value or "") for tag, name, value in inside.attributes if name == "data-start"]
    assert [document.text[start:].split("\n")[0] for start in starts] == document.text.split("\n")


def test_exactly_the_quote_is_marked() -> None:
    plan = sample_documents()[0]
    citation = cite(plan, MEASURES[2])
    parsed = outline(shown(plan, (citation.start, citation.end)))
    assert [data for at, data in parsed.texts if at == "mark"] == [MEASURES[2]]
    assert parsed.values("mark", "id") == ["quote"]


def test_a_quote_over_several_lines_has_one_beginning() -> None:
    plan = sample_documents()[0]
    start = plan.text.index(MEASURES[0]) - 1
    end = plan.text.index(MEASURES[2]) + len(MEASURES[2])
    parsed = outline(shown(plan, (start, end)))
    assert [data for at, data in parsed.texts if at == "mark"] == list(MEASURES[:3])
    assert parsed.values("mark", "id") == ["quote"]


def test_a_quote_over_a_redacted_stretch_keeps_its_words_together() -> None:
    repost = sample_documents()[1]
    citation = cite(repost, "比例为xx%，")
    markup = shown(repost, (citation.start, citation.end))
    assert 'tabindex="-1">比例为<span class="redacted">xx%</span>，</mark>' in markup


def test_a_doubtful_stretch_over_two_lines_is_marked_in_both() -> None:
    document = plain_text("甲乙丙\n丁戊己", marks=(Mark(MarkKind.GARBLED, 1, 5),))
    inside = text_of(shown(document))
    assert [data for at, data in inside.texts if at == "span"] == ["乙丙", "丁"]


def test_offsets_count_characters_beyond_the_basic_plane_once() -> None:
    hostile = sample_documents()[3]
    start = hostile.text.index("𠮷")
    parsed = outline(shown(hostile, (start, start + 3)))
    assert ("mark", "𠮷野家") in parsed.texts


@pytest.mark.parametrize("span", [(5, 5), (9, 3), (0, 10**9), (10**8, 10**9)])
def test_a_span_outside_the_text_is_told_not_marked(span: tuple[int, int]) -> None:
    markup = shown(sample_documents()[0], span)
    assert "<mark" not in markup
    assert "引用的位置不在这份文件里" in markup


def test_a_hostile_document_is_shown_as_text() -> None:
    parsed = assert_harmless(shown(sample_documents()[3]), (themed("viewer.js"),))
    assert ("h1", line(HOSTILE_TITLE)) in parsed.texts
    assert "\u202e" not in "".join(data for _, data in parsed.texts)
    assert ("dd", "javascript:alert(1)") in parsed.texts


def test_the_text_comes_before_what_is_known_about_it() -> None:
    markup = shown(sample_documents()[0])
    assert markup.index("<article") < markup.index('<dl class="facts"')


def test_a_row_of_a_table_is_cut_into_its_cells_and_keeps_every_character() -> None:
    words = "项目: 体检；地点: 镇卫生院；费用: 免费"
    inside = text_of(shown(plain_text(f"安排如下。\n{words}")))
    assert inside.values("p", "class") == ["row"]
    assert inside.values("span", "class") == ["cell", "column"] * 3
    assert [data for _, data in inside.texts][1:] == ["项目: ", "体检；", "地点: ", "镇卫生院；", "费用: ", "免费"]


def test_a_quote_over_cells_marks_each_and_crosses_none() -> None:
    words = "项目: 体检；地点: 镇卫生院；费用: 免费"
    start, end = words.index("体检"), words.index("卫生院")
    inside = text_of(shown(plain_text(words), (start, end)))
    assert "".join(data for at, data in inside.texts if at == "mark") == words[start:end]
    assert [value for value in inside.values("mark", "id") if value] == ["quote"]


def test_repairs_and_doubts_are_told_in_words_with_some_of_what_was_changed() -> None:
    plan, repost = sample_documents()[:2]
    assert "去掉夹在字里的拼音（3 处）" in shown(plan)
    assert "没有找到发布单位" in shown(repost)
    sampled = shown(replace(plan, samples={"boilerplate": ("首页 <b>登录</b>",)}))
    assert ("q", "首页 <b>登录</b>") in outline(sampled).texts


def test_a_doubt_about_the_words_is_told_before_them_and_one_about_facts_is_not() -> None:
    markup = shown(sample_documents()[1])
    before = markup[: markup.index("<article")]
    assert "部分文字是乱码" in before
    assert "没有找到发布单位" not in before


def test_the_headings_are_headings_and_there_is_a_way_to_each() -> None:
    plan = sample_documents()[0]
    parsed = outline(shown(plan))
    inside = text_of(shown(plan))
    assert [data for at, data in inside.texts if at == "h2"] == ["一、主要目标", "二、保障措施", "三、服务内容"]
    assert [data for at, data in inside.texts if at == "h3"] == ["（一）老年人体检", "（二）儿童接种"]
    ids = {f"#{value}" for _, name, value in parsed.attributes if name == "id"}
    assert {value for value in parsed.values("a", "href") if str(value).startswith("#")} <= ids
    assert len([value for value in parsed.values("a", "href") if str(value).startswith("#s-")]) == 5


def test_two_sections_that_begin_in_one_line_have_one_place_to_go_to() -> None:
    sections = (Section(("总则",), 1, 0, 9), Section(("总则", "目的"), 2, 4, 9))
    parsed = outline(shown(plain_text("总则 目的\n甲乙。", sections=sections)))
    ids = [value for _, name, value in parsed.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert [href for href in parsed.values("a", "href") if str(href).startswith("#s-")] == ["#s-0", "#s-0"]


def test_the_pages_of_the_original_are_told_and_leave_the_text_as_it_is() -> None:
    document = sample_documents()[0]
    second = document.text.index("\n") + 1
    paged = replace(document, pages=(PageStart(0, 1), PageStart(second, 2)))
    plain, marked = (text_of(shown(state)) for state in (document, paged))
    assert [text for tag, text in marked.texts if tag == "p" and text in ("第1页", "第2页")] == ["第1页", "第2页"]
    assert marked.values("p", "data-start") == plain.values("p", "data-start")


def test_where_the_quote_stands_is_told_above_the_text() -> None:
    plan = replace(sample_documents()[0], pages=(PageStart(0, 7),))
    start = plan.text.index("儿童按国家")
    assert "第7页 · 三、服务内容 › （二）儿童接种" in shown(plan, (start, start + 5))


@pytest.mark.parametrize(
    ("relations", "words"),
    [
        (Relations(successor=OTHER), "已经被取代"),
        (Relations(predecessors=(OTHER,)), "取代了哪份文件"),
        (Relations(twin=OTHER), "内容相同"),
        (Relations(copies=(OTHER,)), "内容相同的文件"),
    ],
)
def test_a_document_that_is_held_is_linked_whatever_it_is_to_this_one(relations: Relations, words: str) -> None:
    markup = shown(sample_documents()[0], relations=relations)
    assert words in markup
    assert document_address("d9") in outline(markup).values("a", "href")
    assert OTHER.title in markup


def test_a_successor_that_is_not_held_is_named_without_a_link() -> None:
    document = replace(sample_documents()[0], validity=Validity.SUPERSEDED, superseded_by="new.html")
    markup = shown(document)
    assert "新的文件还没有收进来" in markup
    assert ("dd", "new.html") in outline(markup).texts


def test_an_expired_document_says_since_when() -> None:
    document = replace(sample_documents()[0], validity=Validity.EXPIRED, valid_until=date(2024, 5, 1))
    assert "有效期到2024年5月1日" in shown(document)


def test_a_title_that_is_linked_as_replaced_is_not_told_a_second_time() -> None:
    document = replace(sample_documents()[0], replaces=("《青石县新规划》", "《没有收录的办法》"))
    parsed = outline(shown(document, relations=Relations(predecessors=(OTHER,))))
    listed = [data for at, data in parsed.texts if "规划" in data or "办法" in data]
    assert listed.count("青石县新规划") == 1
    assert "《青石县新规划》" not in listed
    assert "《没有收录的办法》" in listed


def test_the_original_is_offered_with_its_kind_and_size() -> None:
    document = replace(sample_documents()[0], media_type="application/pdf")
    markup = shown(document, original_bytes=1_600_000)
    assert "下载原件（PDF，1.5 MB）" in markup
    assert "/documents/d1/original" in outline(markup).values("a", "href")


def test_a_lost_original_is_told_and_not_offered() -> None:
    markup = shown(sample_documents()[0])
    assert "原件没有保存下来" in markup
    assert "/documents/d1/original" not in outline(markup).values("a", "href")


def test_a_part_of_a_collection_says_that_the_original_is_the_whole() -> None:
    document = replace(sample_documents()[0], container="汇编.docx")
    assert "原件是整本汇编" in shown(document, original_bytes=9)


def test_every_version_has_its_number_its_day_and_its_original() -> None:
    versions = (
        DocumentVersion(1, "a" * 64, "2025-01-05T08:00:00Z"),
        DocumentVersion(2, "b" * 64, "2026-03-07T08:00:00Z"),
    )
    parsed = outline(shown(replace(sample_documents()[0], version=2, versions=versions), original_bytes=9))
    told = [data for at, data in parsed.texts if at == "span" and "收录" in data]
    assert told == ["第 2 版，2026年3月7日收录，就是您正在看的这一版", "第 1 版，2025年1月5日收录"]
    assert [href for href in parsed.values("a", "href") if "version=" in str(href)] == [
        "/documents/d1/original?version=2",
        "/documents/d1/original?version=1",
    ]


def test_a_long_document_is_laid_out_in_parts_and_a_short_one_at_once() -> None:
    long = plain_text("\n".join(f"第{number}条　各镇每半年检查一次。" * 4 for number in range(1, 900)))
    inside = text_of(shown(long))
    assert inside.values("article", "class") == ["text long"]
    assert inside.tags.count("div") > 20
    assert text_of(shown(sample_documents()[0])).values("article", "class") == ["text"]


def test_below_a_path_every_link_has_the_prefix_once() -> None:
    versions = tuple(DocumentVersion(number, "a" * 64, "2025-01-05T08:00:00Z") for number in (1, 2))
    document = replace(sample_documents()[0], version=2, versions=versions)
    with served_under("/policy"):
        parsed = outline(shown(document, relations=Relations(successor=OTHER), original_bytes=9))
    links = [str(href) for href in parsed.values("a", "href") + parsed.values("link", "href")]
    own = [href for href in links if not href.startswith(("#", "http"))]
    assert own
    assert [href for href in own if not href.startswith("/policy/") or href.count("/policy") != 1] == []


@pytest.mark.parametrize("language", Language)
def test_the_switch_of_languages_keeps_the_passage(language: Language) -> None:
    markup = render_document(HeldDocument(sample_documents()[0]), Wording(language, HelpSettings()), (3, 9))
    links = [str(href) for href in outline(markup).values("a", "href") if "lang=en" in str(href)]
    assert any("start=3" in href and "end=9" in href and href.startswith("/documents/d1?") for href in links)


def test_a_missing_document_is_told_in_words() -> None:
    assert "没有找到这份文件" in render_missing(WORDING, WORDING.text("document.missing"))
