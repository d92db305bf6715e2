from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.blocks import Block, BlockKind
from ingest.chunking import chunk_digest, chunk_document, embedding_text
from ingest.sections import LaidOut, lay_out
from rag.domain import Chunk
from rag.settings import ChunkingSettings

SMALL = ChunkingSettings(target_chars=50, max_chars=100)


def paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)


def heading(text: str, level: int) -> Block:
    return Block(BlockKind.HEADING, text, level)


def chunks_of(laid_out: LaidOut, sizes: ChunkingSettings = SMALL) -> list[Chunk]:
    return chunk_document("d", laid_out.text, laid_out.sections, sizes)


def test_a_heading_travels_with_what_stands_below_it() -> None:
    found = chunks_of(lay_out([heading("总则", 1), heading("目的", 2), paragraph("为了保障居民健康，制定本办法。")]))
    assert [chunk.text for chunk in found] == ["总则\n目的\n为了保障居民健康，制定本办法。"]
    assert found[0].section == ("总则", "目的")


def test_no_chunk_has_lines_of_two_sections() -> None:
    found = chunks_of(
        lay_out(
            [
                heading("对象", 1),
                paragraph("年满六十五周岁的居民。"),
                heading("内容", 1),
                paragraph("每年体检一次。"),
            ]
        )
    )
    assert [(chunk.section, chunk.text) for chunk in found] == [
        (("对象",), "对象\n年满六十五周岁的居民。"),
        (("内容",), "内容\n每年体检一次。"),
    ]


def test_list_items_stay_whole() -> None:
    items = [f"{n}、第{n}项工作由乡镇卫生院按季度组织实施并上报。" for n in range(1, 9)]
    found = chunks_of(lay_out([heading("任务", 1), *map(paragraph, items)]))
    assert len(found) > 1
    assert [line for chunk in found for line in chunk.text.split("\n")] == ["任务", *items]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    sentences = [f"第{n}条措施由各单位按照职责分工负责落实到位。" for n in range(12)]
    found = chunks_of(lay_out([paragraph("".join(sentences))]))
    assert len(found) > 1
    assert all(chunk.text.endswith("。") for chunk in found)
    assert "".join(chunk.text for chunk in found) == "".join(sentences)


def test_a_sentence_above_the_maximum_is_cut_inside() -> None:
    found = chunks_of(lay_out([paragraph("健" * 250)]))
    assert [len(chunk.text) for chunk in found] == [100, 100, 50]


def test_a_short_beginning_does_not_push_a_chunk_above_the_maximum() -> None:
    found = chunks_of(lay_out([paragraph("前言如下。"), paragraph("健" * 99 + "。")]))
    assert max(len(chunk.text) for chunk in found) <= 100


def test_a_document_that_is_only_headings_is_one_chunk() -> None:
    found = chunks_of(lay_out([heading("目录", 1), heading("第一章", 2), heading("第二章", 2)]))
    assert [(chunk.text, chunk.section) for chunk in found] == [("目录\n第一章\n第二章", ("目录", "第二章"))]


def test_a_digest_covers_the_title_the_headings_and_the_words() -> None:
    chunk = Chunk("d:0", "d", 0, ("总则",), 0, 2, "文字")
    moved = Chunk("d:7", "d", 7, ("总则",), 5, 7, "文字")
    renamed = Chunk("d:0", "d", 0, ("附则",), 0, 2, "文字")
    rewritten = Chunk("d:0", "d", 0, ("总则",), 0, 2, "文章")
    assert chunk_digest("办法", chunk) == chunk_digest("办法", moved)
    others = {chunk_digest("通知", chunk), chunk_digest("办法", renamed), chunk_digest("办法", rewritten)}
    assert len(others | {chunk_digest("办法", chunk)}) == 4


@pytest.mark.parametrize(("title", "expected"), [("办法", "办法 总则 文字"), ("", "总则 文字")])
def test_what_is_embedded_says_where_a_chunk_stands(title: str, expected: str) -> None:
    assert embedding_text(title, Chunk("d:0", "d", 0, ("总则",), 0, 2, "文字")) == expected


_LINES = st.lists(
    st.one_of(
        st.builds(heading, st.text("甲乙丙丁", min_size=1, max_size=60), st.integers(1, 4)),
        st.builds(paragraph, st.text("卫生健康，。；", min_size=1, max_size=260)),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(_LINES)
def test_chunks_are_ordered_bounded_within_their_section_and_cover_every_word(blocks: list[Block]) -> None:
    laid_out = lay_out(blocks)
    found = chunks_of(laid_out)
    assert [chunk.ordinal for chunk in found] == list(range(len(found)))
    assert all(chunk.text == laid_out.text[chunk.start : chunk.end] for chunk in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    covered = "".join(chunk.text for chunk in found)
    assert covered.replace("\n", "") == laid_out.text.replace("\n", "")
    lone_headings = sum(len(block.text) + 1 for block in blocks if block.kind is BlockKind.HEADING)
    assert max(len(chunk.text) for chunk in found) <= max(SMALL.max_chars, lone_headings)
    for chunk in found:
        ends = [section for section in laid_out.sections if section.start <= chunk.end - 1 < section.end]
        innermost = max(ends, key=lambda section: len(section.path)).path if ends else ()
        assert chunk.section == innermost
