from __future__ import annotations

import io
import zipfile

import docx
import pytest

from ingest.blocks import BlockKind
from ingest.loaders import load_bytes
from ingest.loaders.limits import Limits
from rag.errors import SourceError
from tests.ingest.loaders.word_files import (
    NAMESPACES,
    of_body,
    paragraph,
    rewritten,
    saved,
    with_parts,
)


def test_headings_paragraphs_and_tables_stand_in_document_order() -> None:
    document = docx.Document()
    document.add_heading("体检方案", 1)
    document.add_paragraph("总体要求")
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(table.rows, [("部门", "任务"), ("卫健局", "体检"), ("财政局", "经费")], strict=True):
        row.cells[0].text, row.cells[1].text = cells
    document.add_paragraph("尾声")
    loaded = load_bytes("a.docx", saved(document))
    assert [(b.kind, b.level, b.text) for b in loaded.blocks] == [
        (BlockKind.HEADING, 1, "体检方案"),
        (BlockKind.PARAGRAPH, 0, "总体要求"),
        (BlockKind.TABLE_ROW, 0, "部门: 卫健局；任务: 体检"),
        (BlockKind.TABLE_ROW, 0, "部门: 财政局；任务: 经费"),
        (BlockKind.PARAGRAPH, 0, "尾声"),
    ]


def test_cells_merged_downwards_lead_every_row() -> None:
    document = docx.Document()
    table = document.add_table(rows=3, cols=2)
    for row, cells in zip(table.rows, [("部门", "任务"), ("卫健局", "体检"), ("", "宣传")], strict=True):
        row.cells[0].text, row.cells[1].text = cells
    table.cell(1, 0).merge(table.cell(2, 0))
    loaded = load_bytes("a.docx", saved(document))
    assert [block.text for block in loaded.blocks] == ["部门: 卫健局；任务: 体检", "部门: 卫健局；任务: 宣传"]


def test_a_line_break_in_a_paragraph_starts_a_new_block() -> None:
    document = docx.Document()
    document.add_paragraph("甲\n乙")
    assert [block.text for block in load_bytes("a.docx", saved(document)).blocks] == ["甲", "乙"]


def test_hidden_runs_are_dropped_and_counted() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("明")
    paragraph.add_run("暗").font.hidden = True
    loaded = load_bytes("a.docx", saved(document))
    assert [block.text for block in loaded.blocks] == ["明"]
    assert loaded.repairs == {"hidden_text": 1}


def test_a_title_in_the_properties_counts_only_if_the_text_repeats_it() -> None:
    document = docx.Document()
    document.core_properties.title = "旧模板的标题"
    document.core_properties.keywords = "体检 老人"
    document.add_paragraph("免费体检方案")
    loaded = load_bytes("a.docx", saved(document))
    assert loaded.title is None
    assert loaded.metadata["keywords"] == "体检 老人"
    document.core_properties.title = "免费体检方案"
    assert load_bytes("a.docx", saved(document)).title == "免费体检方案"


def test_a_relationship_to_null_does_not_keep_a_file_from_being_read() -> None:
    document = docx.Document()
    document.add_paragraph("正文")
    broken = rewritten(
        saved(document),
        "word/_rels/document.xml.rels",
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        b'Target="../NULL"/></Relationships>',
    )
    with pytest.raises(KeyError):
        docx.Document(io.BytesIO(broken))
    loaded = load_bytes("a.docx", broken)
    assert [block.text for block in loaded.blocks] == ["正文"]
    assert loaded.repairs == {"broken_links": 1}


def test_a_package_that_unpacks_beyond_the_limit_is_refused() -> None:
    document = docx.Document()
    document.add_paragraph("甲" * 500_000)
    with pytest.raises(SourceError, match=r"a\.docx: unpacks to more than 1 MB"):
        load_bytes("a.docx", saved(document), Limits(max_unpacked_mb=1))


def test_a_part_that_is_larger_than_its_header_says_is_not_inflated_beyond_it() -> None:
    document = docx.Document()
    document.add_paragraph("甲" * 100_000)
    data = bytearray(saved(document))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        size = package.getinfo("word/document.xml").file_size
    stated = size.to_bytes(4, "little")
    while (at := data.find(stated)) >= 0:
        data[at : at + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(SourceError, match="damaged"):
        load_bytes("a.docx", bytes(data))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 broken", "damaged"),
        (b"no zip at all", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
def test_an_unreadable_file_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=rf"a\.docx: .*{reason}"):
        load_bytes("a.docx", data)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_file_is_refused(share: float) -> None:
    data = of_body(paragraph("正文"))
    with pytest.raises(SourceError, match=r"a\.docx: the file is damaged"):
        load_bytes("a.docx", data[: int(len(data) * share)])


def test_a_zip_that_is_no_word_file_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("a.txt", "x")
    with pytest.raises(SourceError, match="damaged"):
        load_bytes("a.docx", buffer.getvalue())


def texts(data: bytes) -> list[str]:
    return [block.text for block in load_bytes("a.docx", data).blocks]


def test_a_file_with_macros_is_read_like_any_other() -> None:
    assert [block.text for block in load_bytes("A.DOCM", of_body(paragraph("正文"))).blocks] == ["正文"]


def test_the_strict_form_of_the_format_is_read() -> None:
    usual, strict = (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    data = rewritten(of_body(paragraph("正文")), "word/document.xml", usual, strict)
    assert texts(data) == ["正文"]


def test_insertions_are_kept_and_deletions_are_dropped_and_counted() -> None:
    data = of_body(
        "<w:p><w:r><w:t>每人</w:t></w:r><w:del><w:r><w:delText>100</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>200</w:t></w:r></w:ins><w:r><w:t>元</w:t></w:r></w:p>"
    )
    loaded = load_bytes("a.docx", data)
    assert [block.text for block in loaded.blocks] == ["每人200元"]
    assert loaded.repairs == {"deleted_text": 1}
    assert loaded.samples["deleted_text"] == ("100",)


def test_a_paragraph_whose_end_is_deleted_runs_on() -> None:
    mark = "<w:rPr><w:del/></w:rPr>"
    assert texts(of_body(paragraph("每人", mark), paragraph("二百元"), paragraph("尾", mark))) == ["每人二百元", "尾"]


def test_a_deleted_table_row_is_dropped() -> None:
    def row(first: str, second: str, mark: str = "") -> str:
        return f"<w:tr>{mark}<w:tc>{paragraph(first)}</w:tc><w:tc>{paragraph(second)}</w:tc></w:tr>"

    table = row("部门", "任务") + row("卫健局", "体检") + row("旧局", "旧事", "<w:trPr><w:del/></w:trPr>")
    assert texts(of_body(f"<w:tbl>{table}</w:tbl>")) == ["部门: 卫健局；任务: 体检"]


def test_content_controls_give_their_text_but_not_their_prompt() -> None:
    def control(content: str, more: str = "") -> str:
        return f"<w:sdt><w:sdtPr>{more}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    run = "<w:r><w:t>{}</w:t></w:r>"
    data = of_body(
        control(paragraph("整段")),
        f"<w:p>{run.format('姓名：')}{control(run.format('张三'))}{control(run.format('单击此处'), '<w:showingPlcHdr/>')}</w:p>",
        control(paragraph("请输入"), "<w:showingPlcHdr/>"),
    )
    assert texts(data) == ["整段", "姓名：张三"]


def test_a_table_of_contents_is_not_read() -> None:
    contents = (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr>'
        f"<w:sdtContent>{paragraph('一、总则 3')}</w:sdtContent></w:sdt>"
    )
    loaded = load_bytes("a.docx", of_body(contents, paragraph("正文")))
    assert [block.text for block in loaded.blocks] == ["正文"]
    assert loaded.repairs == {"boilerplate": 1}


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{paragraph('框内')}</w:txbxContent>"
    data = of_body(
        '<w:p><w:r><w:t>正文</w:t><mc:AlternateContent><mc:Choice Requires="wps">'
        f"{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    assert texts(data) == ["正文", "框内"]


def test_symbols_and_formulas_become_characters() -> None:
    data = of_body(
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t>是</w:t><w:sym w:font="Wingdings" w:char="F0A8"/>'
        '<w:t>否</w:t><w:sym w:font="仿宋_GB2312" w:char="3007"/><w:sym w:font="Webdings" w:char="F0FF"/></w:r></w:p>',
        "<w:p><w:r><w:t>比例=</w:t></w:r><m:oMath><m:f><m:num><m:r><m:t>甲</m:t></m:r></m:num>"
        "<m:den><m:r><m:t>乙</m:t></m:r></m:den></m:f></m:oMath></w:p>",
    )
    assert texts(data) == ["☑是□否〇", "比例=甲/乙"]


def test_a_heading_over_two_rows_names_its_columns_in_full() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<w:tc><w:tcPr>{more}</w:tcPr>{paragraph(text)}</w:tc>"

    start, on, two = '<w:vMerge w:val="restart"/>', "<w:vMerge/>", '<w:gridSpan w:val="2"/>'
    rows = (
        cell("指标", start) + cell("目标", two),
        cell("", on) + cell("2025年") + cell("2030年"),
        cell("接种率") + cell("90%") + cell("95%"),
    )
    table = "".join(f"<w:tr>{row}</w:tr>" for row in rows)
    assert texts(of_body(f"<w:tbl>{table}</w:tbl>")) == ["指标: 接种率；目标 2025年: 90%；目标 2030年: 95%"]


def test_a_marked_heading_row_names_the_columns_even_if_it_looks_like_figures() -> None:
    def row(mark: str, *cells: str) -> str:
        return f"<w:tr><w:trPr>{mark}</w:trPr>{''.join(f'<w:tc>{paragraph(text)}</w:tc>' for text in cells)}</w:tr>"

    table = row("<w:tblHeader/>", "项目", "100元") + row("", "体检", "免费")
    assert texts(of_body(f"<w:tbl>{table}</w:tbl>")) == ["项目: 体检；100元: 免费"]


def test_a_table_inside_a_cell_stays_in_its_row() -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('初筛')}</w:tc><w:tc>{paragraph('复查')}</w:tc></w:tr></w:tbl>"
    rows = "".join(
        f"<w:tr><w:tc>{paragraph(first)}</w:tc><w:tc>{second}</w:tc></w:tr>"
        for first, second in (("部门", paragraph("任务")), ("卫健局", inner + "<w:p/>"))
    )
    assert texts(of_body(f"<w:tbl>{rows}</w:tbl>")) == ["部门: 卫健局；任务: 初筛；复查"]


FOOTNOTE = '<w:r><w:footnoteReference w:id="{}"/></w:r>'


def notes(kind: str, *entries: str) -> dict[str, tuple[str, str]]:
    content = "".join(f'<w:{kind} w:id="{at}">{paragraph(text)}</w:{kind}>' for at, text in enumerate(entries, start=2))
    separator = f'<w:{kind} w:id="0" w:type="separator">{paragraph("----")}</w:{kind}>'
    return {f"{kind}s.xml": (f"{kind}s", f"<w:{kind}s {NAMESPACES}>{separator}{content}</w:{kind}s>")}


def test_a_footnote_follows_the_paragraph_that_refers_to_it() -> None:
    data = of_body(
        f"<w:p><w:r><w:t>补助</w:t></w:r>{FOOTNOTE.format(3)}<w:r><w:t>每人一百元。</w:t></w:r></w:p>",
        paragraph("下段"),
    )
    assert texts(with_parts(data, notes("footnote", "无人提到。", "指县级补助。"))) == [
        "补助[注1]每人一百元。",
        "注1：指县级补助。",
        "下段",
    ]


def test_endnotes_stand_last_and_a_typed_mark_stays_as_it_is() -> None:
    mark = '<w:r><w:endnoteReference w:id="2"/></w:r>'
    typed = '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>①</w:t></w:r>'
    data = of_body(f"<w:p><w:r><w:t>甲</w:t></w:r>{mark}</w:p>", f"<w:p><w:r><w:t>乙</w:t></w:r>{typed}</w:p>")
    parts = notes("endnote", "尾。") | notes("footnote", "①脚。")
    assert texts(with_parts(data, parts)) == ["甲[尾注1]", "乙①", "①脚。", "尾注1：尾。"]


def margins(body: str, header: str = "", footer: str = "") -> bytes:
    document = docx.Document()
    document.add_paragraph(body)
    section = document.sections[0]
    if header:
        section.header.paragraphs[0].text = header
    if footer:
        section.footer.paragraphs[0].text = footer
    return saved(document)


def test_headers_and_footers_are_facts_and_not_running_text() -> None:
    loaded = load_bytes("a.docx", margins("正文", "云溪县卫生健康局", "内部资料"))
    assert [block.text for block in loaded.blocks] == ["正文"]
    assert (loaded.metadata["header"], loaded.metadata["footer"]) == ("云溪县卫生健康局", "内部资料")


@pytest.mark.parametrize("number", ["— 4 —", "第 3 页 共 9 页", "- 12 -", "Page 1 of 3", "第一页"])
def test_page_numbers_and_what_the_body_repeats_are_no_facts(number: str) -> None:
    loaded = load_bytes("a.docx", margins("体检方案", "体检 方案", number))
    assert not {"header", "footer"} & loaded.metadata.keys()


def test_a_document_number_in_the_header_leads_the_text() -> None:
    loaded = load_bytes("a.docx", margins("正文", "云卫发〔2024〕3号"))
    assert [block.text for block in loaded.blocks] == ["云卫发〔2024〕3号", "正文"]


def test_a_first_page_header_that_is_switched_off_is_not_read() -> None:
    document = docx.Document()
    document.add_paragraph("正文")
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "首页"
    assert load_bytes("a.docx", saved(document)).metadata["header"] == "首页"
    section.different_first_page_header_footer = False
    assert "header" not in load_bytes("a.docx", saved(document)).metadata
