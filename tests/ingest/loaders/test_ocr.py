from __future__ import annotations

from collections.abc import Sequence

import pytest
from PIL import Image

from ingest.blocks import Block, BlockKind, LoadedFile
from ingest.loaders.ocr import RecognisedPage, fingerprint, recognise_page, with_recognised
from ingest.loaders.page_text import Line
from ingest.loaders.pdf import load_pdf
from rag.errors import SourceError
from tests.ingest.loaders.scans import image_bytes, printed, scanned_pdf

TITLE = "青山县老年人健康体检办法"
SENTENCES = (
    "为了保障老年人的身体健康，县人民政府决定每年",
    "为六十五岁以上的居民免费体检一次，时间为每年",
    "四月至六月，地点为各乡镇卫生院。",
    "咨询电话：0700-1234567，周一至周五上午8:30起。",
)


def notice() -> Image.Image:
    lines = [(290, 60, TITLE), (148, 150, SENTENCES[0]), (80, 210, SENTENCES[1]), (80, 270, SENTENCES[2])]
    return printed([*lines, (148, 330, SENTENCES[3])], (1000, 420))


def errors(expected: str, read: str) -> float:
    """Return the edit distance over the length of the expected text, spaces and width of punctuation aside."""
    table = str.maketrans({"，": ",", "：": ":", "（": "(", "）": ")", "；": ";", " ": None, "\n": None})
    one, two = expected.translate(table), read.translate(table)
    row = list(range(len(two) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for other, found in enumerate(two, 1):
            before, row[other] = row[other], min(row[other] + 1, row[other - 1] + 1, before + (letter != found))
    return row[-1] / len(one)


def text(page: RecognisedPage) -> str:
    return "\n".join(line.text for line in page.lines)


def recognised(number: int, *lines: str, confidence: float = 0.99, unsure: Sequence[str] = ()) -> RecognisedPage:
    return RecognisedPage(tuple(Line(line, number) for line in lines), confidence, tuple(unsure))


def test_a_scanned_pdf_is_read_page_by_page_and_its_lines_are_joined() -> None:
    data = scanned_pdf([notice(), "第二页有文字层，不需要识别，可以直接读取。"])
    loaded = load_pdf("扫描.PDF", data)
    assert loaded.unread_pages == (1,)
    page = recognise_page("扫描.PDF", data, 1)
    assert errors(TITLE + "".join(SENTENCES), text(page)) < 0.05
    assert page.confidence > 0.9
    whole = with_recognised(loaded, {1: page})
    assert [
        (block.page, errors(wanted, block.text) < 0.1)
        for block, wanted in zip(
            whole.blocks,
            (TITLE, "".join(SENTENCES[:3]), SENTENCES[3], "第二页有文字层，不需要识别，可以直接读取。"),
            strict=True,
        )
    ] == [(1, True), (1, True), (1, True), (2, True)]
    assert (whole.unread_pages, whole.doubts, whole.repairs["ocr"]) == ((), ("ocr",), 1)


@pytest.mark.parametrize(
    "turn", [90, pytest.param(180, marks=pytest.mark.thorough), pytest.param(270, marks=pytest.mark.thorough)]
)
def test_a_page_that_lay_turned_in_the_scanner_is_read_upright(turn: int) -> None:
    page = recognise_page("a.png", image_bytes(notice().rotate(turn, expand=True)), 1)
    assert errors(TITLE + "".join(SENTENCES), text(page)) < 0.05


def test_english_is_read_with_its_spaces() -> None:
    lines = ["Residents over 65 years of age may see a", "doctor free of charge on weekdays."]
    page = recognise_page("a.png", image_bytes(printed([(60, 60, lines[0]), (60, 120, lines[1])], (900, 220))), 1)
    assert [line.text for line in page.lines] == lines


def test_two_columns_are_read_one_after_the_other() -> None:
    left = ["家庭医生每年上门", "两次，为签约居民", "测量血压和血糖，", "并且记入档案内。"]
    right = ["预防接种每周三下", "午进行，请带好接", "种本和身份证件，", "提前一天作预约。"]
    placed = [
        (60 + 480 * side, 160 + 60 * row, line)
        for side, lines in enumerate((left, right))
        for row, line in enumerate(lines)
    ]
    image = printed([(200, 60, "青山县卫生院服务简报第三期"), *placed], (960, 440))
    page = recognise_page("a.png", image_bytes(image), 1)
    assert errors("青山县卫生院服务简报第三期" + "".join(left + right), text(page)) < 0.05


def test_a_page_without_text_gives_no_lines_and_no_confidence() -> None:
    assert recognise_page("a.png", image_bytes(Image.new("L", (300, 200), 255)), 1) == RecognisedPage((), 0.0)


def test_a_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(SourceError, match=r"a\.pdf: no page 2"):
        recognise_page("a.pdf", scanned_pdf(["甲"]), 2)


def test_the_fingerprint_names_the_engine_and_the_resolution() -> None:
    assert fingerprint().startswith("rapidocr-")
    assert ":dpi=200:" in fingerprint()


def test_recognised_pages_stand_in_page_order_among_the_others() -> None:
    loaded = LoadedFile(
        "application/pdf",
        (Block(BlockKind.PARAGRAPH, "第一页。", page=1), Block(BlockKind.PARAGRAPH, "第三页。", page=3)),
        doubts=("pages_without_text",),
        unread_pages=(2, 4),
    )
    whole = with_recognised(loaded, {2: recognised(2, "第二页。"), 4: recognised(4, "第四页。")})
    assert [(block.page, block.text) for block in whole.blocks] == [
        (1, "第一页。"), (2, "第二页。"), (3, "第三页。"), (4, "第四页。"),
    ]  # fmt: skip
    assert (whole.unread_pages, whole.doubts) == ((), ("ocr",))
    assert whole.samples["ocr"] == ("第二页。", "第四页。")


def test_a_page_that_was_not_read_stays_unread_and_a_doubt() -> None:
    loaded = LoadedFile("image/tiff", (), doubts=("pages_without_text",), unread_pages=(1, 2, 3))
    whole = with_recognised(loaded, {1: recognised(1, "第一页。"), 2: RecognisedPage((), 0.0)})
    assert (whole.unread_pages, whole.doubts) == ((2, 3), ("pages_without_text", "ocr"))
    assert with_recognised(loaded, {}) == loaded


def test_a_page_that_was_hard_to_read_is_a_doubt_and_shows_what_was_left_out() -> None:
    loaded = LoadedFile("image/png", (), unread_pages=(1,))
    poor = with_recognised(loaded, {1: recognised(1, "模糊的文字", confidence=0.7)})
    assert poor.doubts == ("ocr", "ocr_low_confidence")
    lossy = with_recognised(loaded, {1: recognised(1, "清楚的文字", unsure=["某？县"])})
    assert lossy.doubts == ("ocr", "ocr_low_confidence")
    assert (lossy.repairs["ocr_low_confidence"], lossy.samples["ocr_low_confidence"]) == (1, ("某？县",))


def test_running_lines_of_recognised_pages_are_dropped_and_counted() -> None:
    loaded = LoadedFile("image/tiff", (), repairs={"running_lines": 1}, unread_pages=(1, 2, 3))
    bodies = ("甲项工作。", "乙项工作。", "丙项工作。")
    pages = {at: recognised(at, "青山县卫生院文件", body, f"- {at} -") for at, body in enumerate(bodies, 1)}
    whole = with_recognised(loaded, pages)
    assert [block.text for block in whole.blocks] == list(bodies)
    assert whole.repairs["running_lines"] == 1 + 6


def test_a_sentence_goes_on_over_neighbouring_pages_only() -> None:
    full = "为了保障公众健康提高居民健康水平县人民政府决定在全县范围内开展老年人免"
    loaded = LoadedFile("image/tiff", (), unread_pages=(1, 2))
    whole = with_recognised(loaded, {1: recognised(1, full), 2: recognised(2, "费体检。")})
    assert [(block.page, block.text) for block in whole.blocks] == [(1, f"{full}费体检。")]
    apart = LoadedFile("image/tiff", (), unread_pages=(1, 2, 3))
    parted = with_recognised(apart, {1: recognised(1, full), 3: recognised(3, "费体检。")})
    assert [block.text for block in parted.blocks] == [full, "费体检。"]
