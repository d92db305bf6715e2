"""Read a question that sets places or years side by side, and put together what is said of each.

A joint search for two places mixes them, and a sentence of one is soon taken for the other's. So the question is asked
again of each side alone, in words of its own, and each side's answer names its side; a side that the sources say nothing
of is named as silent and never filled from the other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from rag.domain import Citation, Question, Statement
from rag.folding import fold
from rag.question import QuestionKind, UnderstoodQuestion, kind_of
from rag.regions import Gazetteer, Mention, Region


class ComparedBy(StrEnum):
    """What the sides of a comparison are."""

    PLACES = "places"
    YEARS = "years"
    VERSIONS = "versions"
    """A text and the one it replaced; the sides are known only when documents are (``rag.comparison_years``)."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison. ``label`` names it (a place, or 2026年); ``question`` is what is asked of it alone."""

    label: str
    question: Question
    place: Region | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sides that a question compares, in its order; of versions, the one question that is asked of each."""

    by: ComparedBy
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What the sources say of one side: verified statements with citations numbered on their own; nothing if silent."""

    label: str
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The sides put together: each statement names its side, and citations are numbered through."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    places: tuple[str, ...]
    silent_places: tuple[str, ...]


_GAP = "\0"
"""Stands for a place that was taken out."""
_AND = r"(?:以及|还有|和|与|跟|同|及|、|,|/|\bvs\.?|对比)"
_JOINED = re.compile(rf"(?:的[^,，。、和与跟]{{0,12}})?\s*(?:{_AND}|比|较|相比)\s*")
_DIFFERENCE = (
    r"有?(?:些|什么|哪些|何|啥|没有|多大)?(?:的)?(?:不同|不一样|区别|差别|差异|差距|异同|相同|变化|变动|调整)"
    r"(?:之处|点|的地方|的|了)?(?:是什么|有哪些|在哪里?|吗|呢|没有)?"
)
_COMPARING = re.compile(
    rf"{_DIFFERENCE}|(?:是否|是不是)?(?:一样|相同|一致)(?:吗|么|不)?|差(?:多少|在哪里?|几)|(?:比较|对比|比)(?:一下|一比)|"
    r"做个?(?:比较|对比)|相比(?:较|之下|起来)?|对比|比起来|相较"
)
_CUE = re.compile(
    rf"{_DIFFERENCE}|一样|一致|对比|比较|相比|比起来|相较|差多少|分别|各自|各(?:是|有|为)|"
    r"哪(?:个|边|里|儿)?(?:地方|县|市|区|省)?\S{0,10}(?:[高低多少早晚长短快大小好严]|便宜|贵)|[两三四五六几]个?(?:地|县|市|省|区|地方)(?![级里方])"
)
_WHICH = re.compile(r"(?:哪(?:一?个|边|里|儿|家)?(?:地方|县|市|区|省)?|谁)(?:的)?")
_DEGREE = re.compile(
    r"(?:更|最|要|比较|还)?(?P<word>[高低多少早晚长短快慢大小好严宽]|便宜|贵|划算|优惠)(?:一些|一点儿?|些|点|了)?(?:[呢吗啊]|多少|几[元天年])?$"
)
_PREFERRED = re.compile(r"(?:哪(?:一?个|边|里|儿|家)?(?:地方|县|市|区|省)?|谁)(?:更|最|比较)(?=[重强注积关支完])")
"""哪个更重视… asks each side how it treats the matter."""
_MORE = re.compile(r"(?:更|要)?[多少早晚](?=[补发报给收付交领])|[高低多少](?=多少|几)")
_SEVERAL = re.compile(
    r"分别|各自|各(?=是|有|为)|[两三四五六几]个?(?:地方|地|县|市|省|区)(?:之间)?(?:的|各)?|(?:之间|两边|双方)的?|都(?=是|有)"
)
_TOGETHER = re.compile("合作|协议|交界|结对|帮扶|对口|共建|联合|协同|互认|一起")
"""What two places do together is no comparison of them."""
_ASKERS = {
    "早晚快慢": "是什么时候",
    "长短": "是多长时间",
    "高低多少贵大小": "是多少",
}
_AMOUNTS = re.compile("标准|金额|费用|补贴|补助|津贴|奖励|待遇|比例|额度|限额|价格|收费|人数|数量|率$")
_PLANS = re.compile("(?:规划|计划|方案|纲要|行动|项目)$")
_TIMES = re.compile("时间|日期|期限|截止")
_OPENINGS = re.compile(r"^(?:[,，、。:：\s?？的是在]|请问|请|帮我|那么?|想(?:问|知道)一?下?)+")
_CLOSINGS = re.compile(r"[,，、。:：\s?？的]+$")
_FEWEST = 2


def comparison_of(
    question: UnderstoodQuestion, gazetteer: Gazetteer, prefer: Collection[str] = ()
) -> Comparison | None:
    """Return the places that a question compares and what it asks of each, or None where it compares none.

    ``prefer`` holds the codes of places with documents, as in :meth:`Gazetteer.mentions`. Questions that compare years or
    versions are read by :func:`rag.comparison_years.years_compared`.
    """
    if len(question.named) < _FEWEST:
        return None
    folded = fold(question.text)
    named = {region.code for region in question.named}
    mentions = gazetteer.mentions(question.text, prefer)
    wanted = [mention for mention in mentions if mention.region.code in named]
    if not _compares(folded, wanted):
        return None
    rest = _asked_of_one(question.text, folded, mentions)
    if not rest:
        return None
    return Comparison(
        ComparedBy.PLACES,
        tuple(Side(place.name, Question(f"{place.name}{rest}", place.code), place=place) for place in question.named),
    )


def _compares(folded: str, wanted: Sequence[Mention]) -> bool:
    if _CUE.search(folded):
        return True
    pairs = pairwise(wanted)
    joined = any(one.region != other.region and _JOINED.fullmatch(folded, one.end, other.start) for one, other in pairs)
    # 北京、天津等地的部门 did it together.
    listed = bool(wanted) and folded.startswith("等", wanted[-1].end)
    return joined and not listed and not _TOGETHER.search(folded)


def _asked_of_one(text: str, folded: str, mentions: Sequence[Mention]) -> str:
    """Return the question without the places and without the words that compare them, "" if nothing is left."""
    spans = [(mention.start, mention.end) for mention in mentions]
    for one, other in pairwise(mentions):
        between = folded[one.end : other.start]
        # 甲的规划和乙的规划: what both have is asked once.
        owned = re.match("的[^,，。、和与跟比]+", between)
        if owned and folded.startswith(owned.group(), other.end):
            spans.append((one.end, one.end + owned.end()))
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{_GAP}{text[end:]}"
    return without_comparing(text)


def without_comparing(text: str) -> str:
    """Return what a question asks of one side, from a text in which NUL characters stand for the sides.

    A question for the difference becomes one for what is compared: 补贴哪个高 is asked of each as 补贴是多少.
    """
    text = _cut(text, re.compile(rf"(?:{_AND}|比|较)?\s*{_GAP}(?:(?:{_AND}|相)?比(?:较|起来)?(?![例重])|之间)?"))
    before, compared = text, bool(_COMPARING.search(fold(text)))
    text = _cut(_cut(text, _COMPARING), _PREFERRED)
    compared = compared or bool(_PREFERRED.search(fold(before)))
    text = _CLOSINGS.sub("", _OPENINGS.sub("", text))
    degree = _DEGREE.search(fold(text)) if compared or _WHICH.search(fold(text)) else None
    if degree is not None:
        text = text[: degree.start()]
        compared = True
        text = _cut(text, _WHICH)
    text = _cut(_cut(text, _MORE), _SEVERAL)
    text = _CLOSINGS.sub("", _OPENINGS.sub("", text))
    if not text or not compared or kind_of(fold(text)) not in (QuestionKind.OTHER, QuestionKind.DATE):
        return text
    folded = fold(text)
    return text + (asker(degree.group("word") if degree else "", folded) or _asker_for_all(folded))


def asker(degree: str, folded: str) -> str:
    """Return how to ask for what was to be compared by a degree (高, 早), "" where neither it nor the matter tells."""
    for words, asking in _ASKERS.items():
        if degree and degree in words:
            return asking
    if degree in ("便宜", "划算", "优惠") or _AMOUNTS.search(folded):
        return "是多少"
    return "是什么时候" if _TIMES.search(folded) else ""


def _asker_for_all(folded: str) -> str:
    # A plan as a whole cannot be set beside another; what the two want to reach can.
    return "有哪些目标" if _PLANS.search(folded) else "有哪些内容"


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    """Return a text without what matches in its search form; the rest keeps its script."""
    for match in reversed(list(pattern.finditer(fold(text)))):
        text = text[: match.start()] + text[match.end() :]
    return text


def side_by_side(said: Sequence[Said]) -> SideBySide:
    """Put together what is said of each side, in order; a side without statements is silent."""
    statements: list[Statement] = []
    citations: list[Citation] = []
    for side in said:
        shift = len(citations)
        renumbered = {citation.number: shift + n for n, citation in enumerate(side.citations, start=1)}
        citations += [replace(citation, number=renumbered[citation.number]) for citation in side.citations]
        statements += [
            replace(statement, place=side.label, citations=tuple(renumbered[number] for number in statement.citations))
            for statement in side.statements
        ]
    return SideBySide(
        tuple(statements),
        tuple(citations),
        tuple(side.label for side in said),
        tuple(side.label for side in said if not side.statements),
    )
