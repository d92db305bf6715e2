from __future__ import annotations

from collections.abc import Sequence

import pytest

import ingest.loaders.pdf_pages
from ingest.loaders import load_bytes
from ingest.loaders.limits import Limits
from ingest.loaders.pdf import load_pdf
from rag.errors import SourceError
from tests.ingest.loaders.pdf_files import VERA, drawn, lines, picture, together, written


def pdf(pages: Sequence[Sequence[str]], *, password: str | None = None) -> bytes:
    return drawn(*(lines(page) for page in pages), password=password)


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
    assert loaded.samples == {"running_lines": ("- 1 -", "- 2 -")}


def test_running_headers_are_removed_and_counted() -> None:
    bodies = ["甲项工作", "乙项工作", "丙项工作", "丁项工作"]
    pages = [["某县政府文件", f"一、{body}", str(number)] for number, body in enumerate(bodies, 1)]
    loaded = load_bytes("a.pdf", pdf(pages))
    assert [block.text for block in loaded.blocks] == [f"一、{body}" for body in bodies]
    assert loaded.repairs == {"running_lines": 8}


def test_gaps_around_figures_of_a_date_are_layout() -> None:
    assert load_bytes("a.pdf", pdf([["自 2024 年 6 月 24 日起施行。"]])).blocks[0].text == "自2024年6月24日起施行。"


def test_english_words_broken_at_the_end_of_a_line_are_made_whole() -> None:
    page = [
        "The county gives free infor-",
        "mation on check-ups, a well-",
        "known COVID-",
        "19 plan for 2020-",
        "2030.",
    ]
    loaded = load_pdf(
        "a.pdf",
        drawn(
            together(
                *(written(line, y=700 - 20 * row, font=VERA) for row, line in enumerate(page)),
                written("The well-known plan.", y=500, font=VERA),
            )
        ),
    )
    text = " ".join(block.text for block in loaded.blocks)
    assert "free information on check-ups, a well-known COVID-19 plan for 2020-2030." in text
    assert loaded.repairs == {"hyphenation": 1}
    assert loaded.samples["hyphenation"] == ("infor- mation → information",)


def test_characters_come_out_as_characters_and_not_as_radicals() -> None:
    assert (
        load_bytes("a.pdf", pdf([["手长门车页风龙，老人可用手机挂号。"]])).blocks[0].text
        == "手长门车页风龙，老人可用手机挂号。"
    )


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


def test_a_file_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.loaders.pdf_pages, "MAX_PAGES", 2)
    assert len(load_pdf("a.pdf", pdf([["甲项工作。"], ["乙项工作。"]])).blocks) == 2
    with pytest.raises(SourceError, match=r"a\.pdf: the PDF has 3 pages; at most 2"):
        load_pdf("a.pdf", pdf([["甲"], ["乙"], ["丙"]]))


def test_too_much_text_is_refused_by_name() -> None:
    with pytest.raises(SourceError, match=r"a\.pdf: .* more than 50 characters"):
        load_pdf("a.pdf", pdf([["甲" * 30], ["乙" * 30]]), Limits(max_text_chars=50))


def test_a_file_of_blank_pages_is_refused() -> None:
    with pytest.raises(SourceError, match="nothing that could be read"):
        load_bytes("a.pdf", pdf([[], []]))


def test_a_blank_page_among_others_is_nothing_to_read() -> None:
    loaded = load_pdf("a.pdf", pdf([["甲项工作"], []]))
    assert (loaded.unread_pages, loaded.doubts) == ((), ())


def test_a_file_of_pictures_has_unread_pages_and_no_blocks() -> None:
    loaded = load_pdf("a.pdf", drawn(picture(), picture()))
    assert (loaded.blocks, loaded.unread_pages, loaded.doubts) == ((), (1, 2), ("pages_without_text",))


def test_a_stamped_number_does_not_make_a_scan_a_page_of_text() -> None:
    loaded = load_pdf("a.pdf", drawn(together(picture(), written("第3号")), lines(["甲项工作"])))
    assert loaded.unread_pages == (1,)


def test_a_page_with_text_and_a_picture_is_read() -> None:
    loaded = load_pdf("a.pdf", drawn(together(picture(0.6), lines(["下图是卫生院的位置，供居民参考。"], 300))))
    assert (loaded.unread_pages, len(loaded.blocks)) == ((), 1)
