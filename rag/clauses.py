"""Cut sentences into segments, the finest pieces that the words of an answer are chosen from.

A segment ends where a clause ends (at punctuation), or inside a clause behind a word that introduces what is said
(应当, 由, 为, 通过 …) and around figures and quotations: 设立 | 12个 | 接种点.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.outline import enumerator
from rag.tokenizing import dictionary_words

HARD = "，,。；;：:！？!?\n"
_NUMBER = r"(?:\d[\d.,:：~\-/]*|[一二三四五六七八九十百千万亿两]{2,}|[一二三四五六七八九十两](?=[个项家种名人次年月日天元倍类]))"
_MEASURE = r"(?:[余多]?[百千万亿]*个?(?:周岁|小时|分钟|工作日|公里|平方米|毫升|月龄|年|月|日|号|天|元|倍|米|人|次|名|家|项|种|张|件|批|吨|岁|%|‰|％)+|个)"
_FIGURE = re.compile(
    rf"(?:约|近|共|第|不少于|不低于|不超过|超过)?(?:{_NUMBER}{_MEASURE}?)+(?:以上|以下|以内|左右|之前|[前后内起])?"
)
CUES = frozenset(
    "应当 应 可以 可 不得 必须 须 要 将 为 是 在 由 向 至 到 于 按 按照 给予 通过 采取 采用 实行 包括 达 达到 对 从 以 有 的 并 与 和 及 等 了 依照 依法 予以 开展 做好 负责 经 即 指 自 令 处 处以".split()
)
_FOLLOWS = frozenset("负责 牵头 等 组织 承担 支付 公布 制定".split())
"""Words behind the one who does it (由民政局负责)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a text, ``text[start:end]``, its closing punctuation included; ``clause`` counts the clauses of its unit."""

    start: int
    end: int
    unit: int
    clause: int
    opens: bool
    """True at the beginning of a clause."""
    closes: bool
    """True at the end of a clause."""
    cue: str
    """The word in front of it that introduces it; empty at the beginning of a clause."""
    first: str
    """Its first word."""


def segments(folded: str, start: int, unit: int) -> Iterator[Segment]:
    """Yield the segments of a folded sentence that begins at ``start`` of its text; together they are all of it."""
    number = enumerator(folded)
    heads = {number.length} if number else set[int]()
    figures = {edge for match in _FIGURE.finditer(folded) for edge in match.span() if match.group()}
    words, position, clause = dictionary_words(folded), 0, 0
    begin, opens, cue, first, before = 0, True, "", "", ""
    for word in words:
        if word in _FOLLOWS and begin < position:
            yield Segment(start + begin, start + position, unit, clause, opens, False, cue, first)
            begin, opens, cue, first = position, False, before, ""
        if not first:
            first = word
        position += len(word)
        hard = word[-1] in HARD and not _within_figure(folded, position)
        if (begin == 0 and position in heads) or hard:
            yield Segment(start + begin, start + position, unit, clause, opens, True, cue, first)
            clause += hard
            begin, opens, cue, first = position, True, "", ""
        elif position < len(folded) and _cuts(word, position, figures, folded):
            yield Segment(start + begin, start + position, unit, clause, opens, False, cue, first)
            begin, opens, cue, first = position, False, word, ""
        before = word
    if begin < len(folded):
        yield Segment(start + begin, start + len(folded), unit, clause, opens, True, cue or "", first or before)


def _cuts(word: str, position: int, figures: set[int], folded: str) -> bool:
    return word in CUES or word[-1] in "、”》" or position in figures or folded[position] in "“《"


def _within_figure(folded: str, position: int) -> bool:
    """True for the comma of 1,000 and the colon of 8:30."""
    return (
        1 < position < len(folded)
        and folded[position - 1] in ",:："
        and folded[position - 2].isdigit()
        and folded[position].isdigit()
    )
