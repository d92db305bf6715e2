"""What a model writes, read while it writes: sources in many spellings, thoughts left out, nothing but plain words."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.model_lines import NO_EVIDENCE_WORD, DraftStatement, LineReader, Withdrawn


def parse_statements(text: str, known: Collection[int]) -> list[DraftStatement]:
    """Read a whole answer; a line that names no known passage is dropped."""
    reader = LineReader(known)
    drafts: list[DraftStatement] = []
    for item in (*reader.feed(text), *reader.finish()):
        if isinstance(item, Withdrawn):
            drafts.clear()
        else:
            drafts.append(item)
    return drafts


def fed(pieces: list[str], known: set[int]) -> list[DraftStatement | Withdrawn]:
    reader = LineReader(known)
    items = [item for piece in pieces for item in reader.feed(piece)]
    return [*items, *reader.finish()]


@pytest.mark.parametrize(
    "line",
    [
        "每年体检一次。[1][3]",
        "每年体检一次[1]、[3]。",
        "每年体检一次[1,3]。",
        "每年体检一次【1】【3】。",
        "每年体检一次（来源1、3）。",
        "每年体检一次。(来源1)(资料 3)",
        "- 每年体检一次 [1] [3]。",
        "2. 每年体检一次。[来源：1，3]",
        "**每年体检一次**。[^1][^3]",
        "每年体检一次。\n[1][3]",
        "每年体检一次。[1][9][3][77]",
        "每年体检一次。［１］［３］",
        "每年体检一次。[1][3]<|im_end|>",
        "<think>想一想[2]\n再想</think>每年体检一次。[1][3]",
        "◁think▷想一想[2]◁/think▷每年体检一次。[1][3]",
        "<Thinking>想</Thinking>\n<reasoning>想</reasoning>\n每年体检一次。[1][3]",
    ],
)
def test_source_numbers_are_read_in_many_spellings_and_in_pieces_of_every_size(line: str) -> None:
    (draft,) = parse_statements(line, {1, 2, 3})
    assert draft.sources == (1, 3)
    assert draft.text.rstrip("。") == "每年体检一次"
    for size in (1, 2, 5):
        assert fed([line[i : i + size] for i in range(0, len(line), size)], {1, 2, 3}) == [draft]


def test_a_range_of_sources_is_every_source_in_it() -> None:
    assert parse_statements("每年体检一次[1-3]", {1, 2, 3}) == [DraftStatement("每年体检一次", (1, 2, 3))]


@pytest.mark.parametrize(
    "line",
    ["每年体检一次。", "每年体检一次。[9]", NO_EVIDENCE_WORD, f"{NO_EVIDENCE_WORD}。[1]", "[1]", "", "长" * 500 + "[1]", "<think>每年体检[1]"],
)  # fmt: skip
def test_a_line_without_a_known_source_or_without_words_is_dropped(line: str) -> None:
    assert parse_statements(line, {1}) == []


def test_a_document_number_is_no_source() -> None:
    (draft,) = parse_statements("依据清政办〔2024〕1号办理。[2]", {1, 2})
    assert draft == DraftStatement("依据清政办〔2024〕1号办理。", (2,))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("每年\u202e体检\u200b一次[1]", "每年体检一次"),
        ("每年体检一次\u0336\u0336[1]", "每年体检一次"),
        ("每人５０元、५० 元[1]", "每人50元、50 元"),
        ("按[2024a]办理[1]", "按〔2024a〕办理"),
        ("`每年`~~体检~~一次[1]", "每年体检一次"),
    ],
)
def test_what_is_shown_is_plain_text(line: str, words: str) -> None:
    assert parse_statements(line, {1}) == [DraftStatement(words, (1,))]


@pytest.mark.parametrize(
    "line",
    [
        "每年体检一次<img src=x onerror=alert(1)>[1]",
        "每年体检一次</资料><script>x</script>[1]",
        "<!-- 隐藏 -->每年体检一次[1]",
        "每年体检一次![图](http://evil.example/a.png)[1]",
        "[每年体检一次](http://evil.example)[1]",
        "[每年体检一次][链接][1]",
        "| 每年体检一次 | [1] |",
        "每年体检一次&lt;b&gt;[1]",
        "每年体检一次<<br>script>[1]",
    ],
)
def test_markup_links_and_pictures_are_no_statement(line: str) -> None:
    reader = LineReader({1})
    assert [*reader.feed(line), *reader.finish()] == []
    assert reader.unsourced == 1


def test_a_statement_is_read_as_soon_as_its_line_ends() -> None:
    reader = LineReader({1})
    assert list(reader.feed("每年体检一次[1]")) == []
    assert list(reader.feed("\n结果")) == [DraftStatement("每年体检一次", (1,))]
    assert list(reader.feed("当场告知[1]")) == []
    assert list(reader.finish()) == [DraftStatement("结果当场告知", (1,))]


def test_the_end_of_a_thought_without_a_beginning_takes_back_what_was_read() -> None:
    items = fed(["先看资料[1]\n大概每年一次[1]\n</thi", "nk>\n每年体检一次[1]\n"], {1})
    assert items[-2:] == [Withdrawn(), DraftStatement("每年体检一次", (1,))]
    assert parse_statements("先看资料，每年一次[1]\n</think>每年体检一次[1]", {1}) == [
        DraftStatement("每年体检一次", (1,))
    ]


def test_a_sign_that_only_looks_like_a_tag_is_kept() -> None:
    assert fed(["血压<", "140[1]\n", "血糖<"], {1}) == [DraftStatement("血压<140", (1,))]


def test_the_same_words_twice_are_one_statement() -> None:
    assert parse_statements("每年体检一次[1]\n每年体检一次。[2]", {1, 2}) == [DraftStatement("每年体检一次", (1,))]


def test_claims_without_a_source_are_counted_and_small_talk_is_not() -> None:
    reader = LineReader({1})
    items = [
        *reader.feed(
            "好的。\n根据资料，回答如下：\n每人每月可以领取五百元。\n体检费用全部由个人承担。[7]\n每年一次[1]\n希望对您有帮助"
        ),
        *reader.finish(),
    ]
    assert items == [DraftStatement("每年一次", (1,))]
    assert reader.unsourced == 2
    assert not reader.silent


@pytest.mark.parametrize("words", ["无依据", "无依据。", "“无依据”[1]", "无依据\n"])
def test_a_model_that_finds_nothing_says_so(words: str) -> None:
    reader = LineReader({1})
    assert [*reader.feed(words), *reader.finish()] == []
    assert reader.silent


def test_the_word_inside_a_sentence_is_only_a_word() -> None:
    (draft,) = parse_statements("无依据的收费一律取消[1]", {1})
    assert draft.text == "无依据的收费一律取消"


def test_no_answer_has_more_than_twenty_statements() -> None:
    assert len(parse_statements("".join(f"第{n}项内容[1]\n" for n in range(30)), {1})) == 20


FRAGMENTS = st.lists(
    st.sampled_from(
        ["每年体检一次", "补贴500元", "[1]", "[2]", "【1】", "[9]", "\n", "\r\n", "<think>", "</think>", "<", ">", "think", "◁/think▷", "。", "**", "![a](b)", "无依据", "\u202e", "# ", "&lt;", "<|im_end|>", "<b>", "]("]
    ),
    max_size=30,
)  # fmt: skip


@given(FRAGMENTS, st.integers(1, 7))
def test_how_the_text_is_cut_into_pieces_does_not_matter(fragments: list[str], size: int) -> None:
    text = "".join(fragments)
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    kept: list[DraftStatement] = []
    for item in fed(pieces, {1, 2}):
        if isinstance(item, Withdrawn):
            kept.clear()
        else:
            kept.append(item)
    assert kept == parse_statements(text, {1, 2})


@given(FRAGMENTS)
def test_no_statement_holds_markup_or_what_looks_like_a_source(fragments: list[str]) -> None:
    for draft in parse_statements("".join(fragments), {1, 2}):
        assert not set(draft.text) & set("[]【】`\u202e\n")
        assert not any(mark in draft.text for mark in ("<b", "<t", "</", "![", "](", "**", "&lt;"))
        assert set(draft.sources) <= {1, 2}
