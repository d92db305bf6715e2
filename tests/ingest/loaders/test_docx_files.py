from __future__ import annotations

import io
import zipfile
from typing import Any

import docx
import pytest

from ingest.blocks import BlockKind
from ingest.loaders import docx_package, load_bytes
from rag.errors import SourceError


def saved(document: Any) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def rewritten(data: bytes, member: str, old: bytes, new: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == member:
                assert old in content
                content = content.replace(old, new)
            target.writestr(name, content)
    return buffer.getvalue()


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


def test_a_package_that_unpacks_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    document = docx.Document()
    document.add_paragraph("甲" * 5000)
    monkeypatch.setattr(docx_package, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(SourceError, match="unpacks to more than"):
        load_bytes("a.docx", saved(document))


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"PK\x03\x04 broken", "damaged"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "encrypted or old")],
)
def test_an_unreadable_file_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=rf"a\.docx: .*{reason}"):
        load_bytes("a.docx", data)


def test_a_zip_that_is_no_word_file_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("a.txt", "x")
    with pytest.raises(SourceError, match="damaged"):
        load_bytes("a.docx", buffer.getvalue())
