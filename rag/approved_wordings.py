"""Bring a question into a form in which two ways to ask the same thing are equal, and two different questions are not.

Nothing that could tell two questions apart is dropped: what asks (怎么, 多少, 什么时候) stays, so do negations, numbers, years
and every word that names a thing. What is dropped is politeness, words for "here" and "now", and the place, which is compared
by itself. Made for a comparison that had rather find nothing than the wrong thing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from rag.asked_before import bare
from rag.asked_places import named_places
from rag.folding import fold
from rag.frames import in_standard_words
from rag.question import QuestionKind, kind_of
from rag.regions import Gazetteer, Region
from rag.tokenizing import dictionary_words

_HERE = re.compile(
    "(?:我们|你们|咱们|咱)?(?:这里|这边|这儿|这块儿?)|你们(?:那里|那边|那儿)|"
    "(?:我们|咱们|咱|我|(?<![基根日资成版文样])本)(?:县|市|区|镇|乡|省|地|街道|村)(?!级|委|政府)"
)
_POLITE = re.compile(
    "请问(?:一下)?|麻烦(?:您|你)?(?:问一下|帮忙)?|(?:帮我|帮忙|给我)?(?:查|看|问|说|讲|介绍|咨询|了解|打听)(?:一下|下)|我?想(?:问|知道|了解|咨询)(?:一下|下)?|"
    "请?告诉我|谢谢(?:您|你|了|啦)?|多谢|感谢|您好|你好|(?:有没有人|谁|有人)知道|不知道(?=.)|到底|究竟"
)
_ASKED_ALIKE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile("(?:什么|啥|何)时候?|何时|哪(?:一)?天|几时"), "何时"),
    (re.compile("(?:需要|要)?(?:多少|几多)(?:钱|元|块钱)|(?:需要|要)?几(?:块|元)钱?"), "多少钱"),
    (re.compile("几多"), "多少"),
    (re.compile("(?:怎么|如何|怎样|咋)(?:样)?(?:才能|去|来)?(?=[\u4e00-\u9fff])"), "怎么"),
    (re.compile("(?:去|到|在|上)?(?:哪里|哪儿|什么地方|啥地方|何处)|(?:去|到|在|上)哪(?=[\u4e00-\u9fff])"), "哪里"),
    (re.compile("(?:都)?有?(?:哪些|哪几(?:个|种|项|类|样|条)|些?什么|些?啥)(?!时|样|地方|用|关系|意思|人)"), "什么"),
    (re.compile("(?:需要|需|(?<!不)要)(?=什么|多少)"), ""),
    (re.compile("(?:能不能|可不可以|能否|可否|可以不可以)(.+?)[吗么]?$"), r"可以\1吗"),
    (re.compile("(?:是不是|是否)(.+?)[吗么]?$"), r"\1吗"),
    (re.compile("有没有(.+?)[吗么]?$"), r"有\1吗"),
    (re.compile("(?:要不要|需不需要|用不用)(.+?)[吗么]?$"), r"需要\1吗"),
    (re.compile("么$"), "吗"),
    (re.compile("(?:是)?什么$"), "什么"),
)
"""Ways to ask that mean the same, on folded text; the order counts."""
_DROPPED = frozenset(
    "的 了 呢 啊 呀 吧 哦 嘛 啦 哈 呗 哎 诶 哟 咯 请 您 我 你 我们 你们 咱 咱们 是 一下 现在 目前 具体 一般 应该 应当 该 得 要".split()
)
"""Words without which a question asks the same. 要 beside 不 is no such word; see :func:`_kept`."""
_TURNING = re.compile("[到至转从由向给比换改往对和与及跟同而前后内外上下大小先]")
"""Where one of these stands, the order of the words makes the meaning: 从城镇转到农村 and 从农村转到城镇."""
_NOT_COUNTED = re.compile(r"[^\w%.]|_")


@dataclass(frozen=True, slots=True)
class AskedForm:
    """A question in the form in which it is compared."""

    words: tuple[str, ...]
    kind: QuestionKind
    places: frozenset[str]
    """Codes of the places it names."""

    @property
    def text(self) -> str:
        """The words without gaps: how a dictionary cuts them does not count."""
        return "".join(self.words)

    @property
    def turns(self) -> bool:
        """True where the order of the words makes the meaning."""
        return _TURNING.search(self.text) is not None


def asked_form(text: str, gazetteer: Gazetteer, prefer: Collection[str] = ()) -> AskedForm:
    """Return the form in which a question is compared; ``prefer`` are places that documents are about."""
    mentions = gazetteer.mentions(text, prefer=prefer)
    folded = fold(text)
    places = named_places(folded, mentions, gazetteer)
    for mention in reversed(mentions):
        folded = f"{folded[: mention.start]} {folded[mention.end :]}"
    return AskedForm(_words(folded), kind_of(in_standard_words(fold(text).strip())), _codes(places))


def _codes(places: Collection[Region]) -> frozenset[str]:
    return frozenset(place.code for place in places)


def _words(folded: str) -> tuple[str, ...]:
    text = in_standard_words(bare(_HERE.sub(" ", _POLITE.sub(" ", folded))))
    text = _NOT_COUNTED.sub("", text)
    for pattern, meant in _ASKED_ALIKE:
        text = pattern.sub(meant, text)
    return tuple(_kept(dictionary_words(text)))


def _kept(cut: list[str]) -> list[str]:
    return [
        word
        for n, word in enumerate(cut)
        if word not in _DROPPED or (word in ("要", "是", "得") and n > 0 and cut[n - 1] in ("不", "没", "只", "非"))
    ]
