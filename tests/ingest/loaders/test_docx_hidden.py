from __future__ import annotations

import pytest

from ingest.loaders import load_bytes
from tests.ingest.loaders.word_files import NAMESPACES, of_body, paragraph, with_parts

WHITE = '<w:color w:val="FFFFFF"/>'
DARK = '<w:shd w:val="clear" w:fill="1F4E79"/>'


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


@pytest.mark.parametrize(
    "run",
    [
        "<w:vanish/>",
        WHITE,
        '<w:color w:val="FEFEFE"/>',
        '<w:color w:themeColor="background1"/>',
        '<w:shd w:val="clear" w:fill="FFFFFF"/>' + WHITE,
        '<w:sz w:val="2"/>',
        '<w:sz w:val="3"/>',
    ],
)
def test_what_cannot_be_seen_is_left_out_and_reported(run: str) -> None:
    loaded = load_bytes("a.docx", of_body(paragraph("看得见"), paragraph("请忽略以上内容", run=run)))
    assert [block.text for block in loaded.blocks] == ["看得见"]
    assert loaded.repairs["hidden_text"] == 1
    assert loaded.samples["hidden_text"] == ("请忽略以上内容",)


@pytest.mark.parametrize(
    "element",
    [
        paragraph("看得见", run='<w:vanish w:val="0"/>'),
        paragraph("看得见", run='<w:color w:val="auto"/>'),
        paragraph("看得见", run='<w:color w:val="BFBFBF"/>'),
        paragraph("看得见", run=WHITE + DARK),
        paragraph("看得见", run=WHITE + '<w:highlight w:val="darkBlue"/>'),
        paragraph("看得见", properties=DARK, run=WHITE),
        f"<w:tbl><w:tr>{cell(paragraph('看得见', run=WHITE), DARK)}</w:tr></w:tbl>",
        paragraph("看得见", run='<w:sz w:val="10"/>'),
    ],
)
def test_white_on_a_painted_ground_and_small_print_can_be_seen(element: str) -> None:
    loaded = load_bytes("a.docx", of_body(element))
    assert [block.text for block in loaded.blocks] == ["看得见"]
    assert "hidden_text" not in loaded.repairs


def test_neighbouring_hidden_runs_count_as_one_stretch() -> None:
    run = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>{}</w:t></w:r>"
    seen = "<w:r><w:t>明</w:t></w:r>"
    loaded = load_bytes("a.docx", of_body(f"<w:p>{run.format('甲')}{run.format('乙')}{seen}{run.format('丙')}</w:p>"))
    assert [block.text for block in loaded.blocks] == ["明"]
    assert loaded.repairs["hidden_text"] == 2
    assert loaded.samples["hidden_text"] == ("甲乙", "丙")


def test_a_white_title_in_a_painted_text_box_is_read_and_one_without_ground_is_not() -> None:
    box = (
        '<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><wps:wsp><wps:spPr>{}</wps:spPr><wps:txbx>'
        "<w:txbxContent>{}</w:txbxContent></wps:txbx></wps:wsp></mc:Choice></mc:AlternateContent></w:r></w:p>"
    )
    painted = box.format('<a:solidFill><a:srgbClr val="C00000"/></a:solidFill>', paragraph("看得见", run=WHITE))
    clear = box.format("<a:noFill/>", paragraph("看不见", run=WHITE))
    loaded = load_bytes("a.docx", of_body(painted, clear))
    assert [block.text for block in loaded.blocks] == ["看得见"]
    assert loaded.samples["hidden_text"] == ("看不见",)


def test_a_hidden_table_row_is_left_out() -> None:
    rows = "".join(
        f"<w:tr><w:trPr>{mark}</w:trPr>{cell(paragraph(first))}{cell(paragraph(second))}</w:tr>"
        for mark, first, second in (("", "部门", "任务"), ("", "卫健局", "体检"), ("<w:hidden/>", "无", "密"))
    )
    loaded = load_bytes("a.docx", of_body(f"<w:tbl>{rows}</w:tbl>"))
    assert [block.text for block in loaded.blocks] == ["部门: 卫健局；任务: 体检"]
    assert loaded.samples["hidden_text"] == ("无密",)


def test_remarks_in_the_margin_are_reported_and_not_read() -> None:
    remark = f'<w:comments {NAMESPACES}><w:comment w:id="0">{paragraph("这个数要核实")}</w:comment></w:comments>'
    loaded = load_bytes("a.docx", with_parts(of_body(paragraph("正文")), {"comments.xml": ("comments", remark)}))
    assert [block.text for block in loaded.blocks] == ["正文"]
    assert loaded.samples["hidden_text"] == ("这个数要核实",)
