"""Take an earlier question apart: which place, what matter, which side of it, and the words that ask."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.folding import fold
from rag.followup_words import ASKS, CLASSES, Word, cut, facets, is_empty, matters
from rag.regions import Gazetteer

LONGEST_MATTER = 60
"""Characters of an earlier question that may stand in a new one: what is longer is a story, not a subject."""
_POLITE = re.compile(
    r"^(?:(?:请问|您好|你好|麻烦)[一下您你]*|(?:我|我们)?(?:就是)?(?:想|要)(?:请?问|咨询|了解|知道|打听|查)(?:一?下)?(?:的是)?|问一?下|咨询一?下|"
    r"那么?(?=[,，、\s])|另外|还有(?=[,，、])|对了|嗯+|哦+|好的?(?=[,，、\s])|[\s,，、。:：!！?？])+"
)
_CLOSING = re.compile(r"(?:[\s,，。.!！?？~～;；]|谢谢(?:您|你|啦|了)?|多谢|[呢啊呀哦]+(?=$|[\s,，。.!！?？]))+$")
_JOINED = re.compile(r"[省市州县区]?[的·,，、和与及跟同\s]?(?:下面|下属)?的?")
_ACTING = re.compile(r"(?:怎么|如何|怎样|能|可以|可|要|想|需要|应该|必须|去|来|能够|得)+")
_EITHER_OR = re.compile("(.)[不没]\\1|有没有|是否|[能可]否|可不可以|需不需要")
_COUNTING = re.compile(
    r"[\d零一二两三四五六七八九十]+[年月日天个次项条点种类岁步]*|[了的呢吧啊呀些]|一下|最?[快好多少]|\W+"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An earlier question as it stands on its own. ``places`` is the stretch of ``text`` that names the place or places.

    ``matter`` is what it is about, its place included (丹江口的卫生规划); ``side`` what it asks of that (目标), empty where
    the words do not name it; ``asking`` where its asking words begin and end.
    """

    text: str
    folded: str
    places: tuple[int, int] | None
    regions: tuple[str, ...]
    """Codes of the places."""
    matter: str
    side: str
    asking: tuple[int, int] | None

    @property
    def whole(self) -> str:
        """The matter with the side asked for: 丹江口的卫生规划目标."""
        return self.matter + self.side if self.side and not self.matter.endswith(self.side) else self.matter

    @property
    def place(self) -> str:
        """The words that name the place; empty where there is none."""
        return self.text[slice(*self.places)] if self.places else ""

    def about(self, place: str) -> tuple[str, str]:
        """Return the question and its matter, about another place if one is given."""
        if not place:
            return self.text, self.matter
        if self.places is None:
            return place + self.text, place + self.matter
        start, end = self.places
        return self.text[:start] + place + self.text[end:], self.matter.replace(self.place, place, 1)


def bare(text: str) -> str:
    """Return a question without polite words before and behind it, white space made single."""
    text = " ".join(text.split())
    folded = fold(text)
    head = _POLITE.match(folded)
    start = head.end() if head else 0
    tail = _CLOSING.search(folded, start)
    end = tail.start() if tail else len(text)
    return text[start:end] if any(c.isalnum() for c in text[start:end]) else text


def place_run(folded: str, mentions: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the stretch that names the first place of a text, with places above it and places joined to it.

    ``mentions`` are the stretches that name a place each, in order.
    """
    if not mentions:
        return None
    start, end = mentions[0]
    for begin, stop in mentions[1:]:
        if not _JOINED.fullmatch(folded, end, begin):
            break
        end = stop
    return start, end


def taken_apart(text: str, gazetteer: Gazetteer, prefer: Collection[str] = ()) -> Asked:
    """Return what a question that stands on its own is about."""
    text = _asking_sentence(bare(text))
    folded = fold(text)
    mentions = gazetteer.mentions(text, prefer=prefer)
    places = place_run(folded, [(mention.start, mention.end) for mention in mentions])
    words = cut(folded)
    found = ASKS.search(folded)
    asking = _asking(words, found) if found else None
    before = text[: asking[0]] if asking else text
    after = text[asking[1] :] if asking else ""
    behind = after if found and _EITHER_OR.match(found[0]) else _object(after)
    matter, side = _matter(before, behind, len(text) if places is None else places[1])
    in_run = [m for m in mentions if places and places[0] <= m.start and m.end <= places[1]]
    regions = tuple(dict.fromkeys(mention.region.code for mention in in_run))
    return Asked(text, folded, places, regions, matter, side, asking)


def _asking_sentence(text: str) -> str:
    """Return a text, or of a long one the last sentence that asks something, no longer than a subject may be."""
    if len(text) <= LONGEST_MATTER:
        return text
    parts = [part for part in re.split(r"(?<=[?？。!！;；])|[,，]", text) if part and matters(fold(part))]
    asking = [part for part in parts if ASKS.search(fold(part))] or parts
    return bare(asking[-1])[:LONGEST_MATTER] if asking else text[:LONGEST_MATTER]


def _asking(words: Sequence[Word], found: re.Match[str]) -> tuple[int, int]:
    """Return where the asking words begin, light words before them included, and end."""
    start, end = found.span()
    n = next((n for n, word in enumerate(words) if word.end > start), len(words))
    start = words[n].start if n < len(words) else start
    while n > 0 and _is_light(words[n - 1].text):
        n -= 1
        start = words[n].start
    return start, end


def _is_light(word: str) -> bool:
    return word in _LIGHT


_LIGHT = frozenset(
    "有 是 由 在 从 到 去 找 给 让 用 需要 要 能 可以 会 该 应该 应当 分别 都 一般 具体 主要 包括 包含 含 还 到底 究竟 大概 现在 目前 一共 总共 , ， 了 被 把 、 为 对 又 就 也 才 得 想 "
    "靠 凭 于 设在 位于 写 说 讲 提到 规定 提出 里 里面 中 每 一年 一个 一次 一 第 上 打算 计划 做".split()
)


def _matter(before: str, behind: str, place_end: int) -> tuple[str, str]:
    """Return the matter and the side of it, from what stands before and behind the asking words."""
    head, side = _without_side(before)
    named = head[place_end:] if place_end <= len(head) else head if place_end > len(before) else ""
    if matters(fold(named)):
        if behind and not side:
            if fold(behind) in facets():
                return _tidy(head), behind
            if 1 < len(behind) <= _LONGEST_OBJECT and matters(fold(behind)):
                return _tidy(head + behind), ""
        return _tidy(head), side
    if behind and fold(behind) not in facets():
        return _tidy(head + behind), ""
    return _tidy(head), side or behind


_LONGEST_OBJECT = 12


def _object(after: str) -> str:
    """Return what stands behind the asking words, without the words of doing before it and counting behind it."""
    folded = fold(after)
    words = cut(folded)
    first, last = 0, len(words)
    while first < last and is_empty(words[first].text) and words[first].text not in facets():
        first += 1
    while last > first and _COUNTING.fullmatch(words[last - 1].text):
        last -= 1
    return after[words[first].start : words[last - 1].end] if first < last else ""


def _without_side(text: str) -> tuple[str, str]:
    """Split 卫生规划的目标 into the matter and the side; the side is empty where the text ends in none."""
    folded = fold(text)
    words = cut(folded)
    n = len(words)
    while n and (words[n - 1].text in _LIGHT or not words[n - 1].text.strip()):
        n -= 1
    end = words[n - 1].end if n else 0
    first = n
    while (
        first
        and words[first - 1].text in facets()
        and (words[first - 1].text not in _THINGS or _is_of(words, first - 1))
    ):
        first -= 1
    if first == n:
        return _without_acting(text[:end]), ""
    while first and words[first - 1].text in _SIDE_WORDS:
        first -= 1
    start = words[first].start
    if first and not matters(folded[:start]):
        return text[:end], ""
    return text[:start], text[start:end]


def _is_of(words: Sequence[Word], n: int) -> bool:
    return n > 0 and words[n - 1].text == "的"


_THINGS = frozenset(
    "服务 项目 权利 义务 政策 奖励 处罚 安排 资金 经费 待遇 规定 机构 医院 成果 投入 变化 影响 成绩 进展".split()
)
"""Sides that are as often things of their own (公共卫生服务); behind 的 they are sides."""
_SIDE_WORDS = frozenset(
    "主要 总体 具体 基本 申请 报销 缴费 办理 接种 检查 收费 缴纳 领取 发放 审批 工作 重点 近期 长期 阶段性 各项 有关 相关 详细 最新 享受 参加".split()
)


def _without_acting(text: str) -> str:
    """Return 居民医保住院能报销 without what is done about it (能报销), where something is left."""
    words = cut(fold(text))
    n = len(words)
    while n and is_empty(words[n - 1].text) and words[n - 1].text not in facets():
        n -= 1
    rest = text[words[n].start :] if n < len(words) else ""
    if n and _ACTING.match(fold(rest)):
        return text[: words[n - 1].end]
    return text


def _tidy(text: str) -> str:
    """Return text without the joining words at its end."""
    return re.sub(r"(?:[的地,，、:：\s]|对于|对)+$", "", text.strip())


def parallel(text: str, fresh: str) -> str | None:
    """Return text with ``fresh`` in the place of the first thing of its class; None where there is none."""
    folded, wanted = fold(text), fold(fresh)
    for pattern in CLASSES:
        if not pattern.fullmatch(wanted):
            continue
        found = pattern.search(folded)
        if found:
            return text[: found.start()] + fresh + text[found.end() :]
    return None
