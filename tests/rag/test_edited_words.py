"""Words that a person wrote are told apart by what the source bears out."""

from __future__ import annotations

import pytest

from rag.citations import cite
from rag.domain import Document
from rag.edited_words import WordDoubt, WordDoubtKind, word_doubts

TEXT = "年满六十五周岁的居民每年免费体检一次，不收取任何费用。"
DOCUMENT = Document(
    document_id="d1",
    source="a.txt",
    root="/r",
    sha256="0" * 64,
    media_type="text/plain",
    title="青棠县老年人体检办法",
    text=TEXT,
    issuer="青棠县卫生健康局",
)
CITATIONS = (cite(DOCUMENT, 0, len(TEXT), 1),)


def doubts(text: str) -> tuple[WordDoubt, ...]:
    return word_doubts(text, CITATIONS, {"d1": DOCUMENT})


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "65周岁以上的居民每年免费体检1次。",
        "按《青棠县老年人体检办法》，年满65周岁的居民每年免费体检一次。",
        "青棠县卫生健康局：年满六十五周岁的居民每年体检一次，不收取费用。",
    ],
)
def test_the_same_in_other_words_is_not_doubted(text: str) -> None:
    assert doubts(text) == ()


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("年满六十五周岁的居民每年免费体检两次。", WordDoubtKind.FIGURE, ("两次",)),
        ("年满60周岁、65周岁的居民每年免费体检一次。", WordDoubtKind.FIGURE, ("60周",)),
        ("年满六十五周岁的居民每年免费体检一次，收取任何费用。", WordDoubtKind.NEGATION, ()),
        ("年满六十五周岁的居民每年在白河市人民医院免费体检一次。", WordDoubtKind.NAME, None),
        ("拿身份证去窗口登记，工作人员会告诉您怎么走。", WordDoubtKind.WORDING, ()),
    ],
)
def test_what_the_source_does_not_bear_out_is_named(
    text: str, kind: WordDoubtKind, words: tuple[str, ...] | None
) -> None:
    found = {doubt.kind: doubt.words for doubt in doubts(text)}
    assert kind in found
    if words is not None:
        assert found[kind] == words
    else:
        assert any("白河市" in word for word in found[kind])


def test_without_a_source_every_figure_is_doubted() -> None:
    assert word_doubts("每年两次", (), {})[0] == WordDoubt(WordDoubtKind.FIGURE, ("两次",))
