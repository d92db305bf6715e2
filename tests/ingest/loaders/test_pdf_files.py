from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from ingest.loaders import load_bytes
from rag.errors import SourceError


def pdf(pages: Sequence[Sequence[str]], *, password: str | None = None) -> bytes:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, encrypt=password)
    for lines in pages:
        canvas.setFont("STSong-Light", 12)
        for row, line in enumerate(lines):
            canvas.drawString(40, 800 - 20 * row, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


FULL = "为了保障公众健康提高居民健康水平县人民政府决定在全县范围内开展老年人免"


def test_lines_broken_in_a_sentence_are_joined_and_keep_their_page() -> None:
    loaded = load_bytes(
        "a.pdf", pdf([["体检办法", FULL, "费体检。", "一、对象", "六十五岁以上老年人。"], ["二、时间", "每年五月。"]])
    )
    assert [(block.page, block.text) for block in loaded.blocks] == [
        (1, "体检办法"),
        (1, f"{FULL}费体检。"),
        (1, "一、对象"),
        (1, "六十五岁以上老年人。"),
        (2, "二、时间"),
        (2, "每年五月。"),
    ]


def test_a_sentence_is_joined_over_the_page_break_and_its_footer() -> None:
    loaded = load_bytes("a.pdf", pdf([[FULL, "- 1 -"], ["费体检。", "- 2 -"]]))
    assert [(block.page, block.text) for block in loaded.blocks] == [(1, f"{FULL}费体检。")]
    assert loaded.repairs == {"running_lines": 2}


def test_running_headers_are_removed_and_counted() -> None:
    bodies = ["甲项工作", "乙项工作", "丙项工作", "丁项工作"]
    pages = [["某县政府文件", f"一、{body}", str(number)] for number, body in enumerate(bodies, 1)]
    loaded = load_bytes("a.pdf", pdf(pages))
    assert [block.text for block in loaded.blocks] == [f"一、{body}" for body in bodies]
    assert loaded.repairs == {"running_lines": 8}


def test_gaps_around_figures_of_a_date_are_layout() -> None:
    assert load_bytes("a.pdf", pdf([["自 2024 年 6 月 24 日起施行。"]])).blocks[0].text == "自2024年6月24日起施行。"


def test_an_encrypted_file_is_refused() -> None:
    with pytest.raises(SourceError, match=r"a\.pdf: the PDF is encrypted"):
        load_bytes("a.pdf", pdf([["甲"]], password="x"))


def test_a_truncated_file_is_refused() -> None:
    data = pdf([["甲" * 30] * 30] * 5)
    with pytest.raises(SourceError, match="truncated"):
        load_bytes("a.pdf", data[: len(data) // 2])


def test_a_damaged_file_is_refused() -> None:
    with pytest.raises(SourceError, match="damaged"):
        load_bytes("a.pdf", b"not a pdf at all %%EOF")


def test_pages_without_a_text_layer_are_refused() -> None:
    with pytest.raises(SourceError, match="no text layer"):
        load_bytes("a.pdf", pdf([[], []]))


def test_some_pages_without_text_are_a_doubt() -> None:
    assert load_bytes("a.pdf", pdf([["甲项工作"], []])).doubts == ("pages_without_text",)
