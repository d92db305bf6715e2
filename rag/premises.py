"""Find what a question takes for granted: 村卫生室为什么取消了 says that it was, before it asks anything.

Only claims that can be checked are taken: that something was ended, charged, forced, forbidden, raised …
(``rag.premise_words``), or that a figure holds. Hypotheses (如果取消了), hearsay to be confirmed (听说取消了，是真的吗) and
plain yes-or-no questions take nothing for granted. ``rag.premise_checking`` holds the claims to the sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.folding import fold
from rag.numerals import FigureKind, find_figures
from rag.premise_words import CLASSES, NEGATED, OWN_ACTION, ClaimClass


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure with its unit, so that 50元 and 50% are two things."""

    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Premise:
    """A claim that a question takes for granted.

    ``text`` is in the asker's words; ``folded`` is its search form, in which ``verb`` spans the word that makes the
    claim (empty where only a figure does).
    """

    text: str
    folded: str
    claim: ClaimClass | None
    verb: tuple[int, int]
    negated: bool
    amounts: tuple[Amount, ...]


_CLAUSE = re.compile(r"[^,，。;；?？!！\n]+")
_WHY = re.compile(
    r"(?:这?(?:是|又|究竟|到底)*)?(?:(?<![称因作成名视定])为什么(?!样|东西)|为何|为啥|凭什么|凭啥|缘何|干嘛|"
    r"(?:怎么|咋)(?=就|会|又|还|不|没|突然|忽然|都|被|(?:涨|降|停|取消|变|收费|关|减)[^,，]{0,12}了$))(?:呢|啊)?"
)
"""怎么 asks why only before what surprises (怎么又涨了); elsewhere it asks how."""
_LINK = re.compile(
    r"^(?:就|会|又|还|突然|忽然|一下子|非?要(?=把|将|对|求|提|降|减|取|停|收|强|禁|限|关|撤|合)|能(?=把|不))+"
)
_REASON = re.compile(
    r"(?:的|其)?(?:原因|理由|依据|根据|目的|道理|用意)(?:是|在|有)?(?:什么|啥|哪些?里?|何在|于什么).*$"
)
_DECIDED = re.compile(
    r"(?:是|由)?(?:谁|哪个?(?:部门|单位|领导|人))(?:来)?(?:决定|批准|同意|规定|要求|下令|定)的?(?:呢)?"
)
_SINCE_WHEN = re.compile(
    r"(?<![到至])(?:是|从|自)*(?:什么时候|何时|哪一?[年天月]|几时|啥时候)(?:就|才)?(?:起|开始)?的?"
)
_LASTED = re.compile(r"的(?:呢)?$|^\S{2,6}的(?=\S)")
"""什么时候取消的 takes for granted that it was; 什么时候提高 may ask about what is to come."""
_AFTER = re.compile(r"^(?P<claim>.{3,}?了?)(?:之后|以后|后)(?=.|$)")
_GOES_ON = re.compile(r"^(?P<claim>.{3,}?了)(?=还能|还可|还要|又|再|那|怎么|该|去哪|现在|以前)")
_POLICY = re.compile("取消|停发|停止发放|关闭|关停|停办|撤并|撤掉|合并|废止|废除|涨|上调|降|减半|收费|不发|没了")
"""What an office does to all; a contract that ends, or a licence that is revoked, happens to one."""
_GIVEN = re.compile(r"^(?:那么?)?既然(?:都|已经|已)?")
_DONE = re.compile("了|已经?|被|都|不再|全部|一律")
_HYPOTHESIS = re.compile("如果|要是|假如|假设|假使|万一|一旦|倘若|若(?!干)|的话")
_TO_CONFIRM = re.compile(r"真的吗|真的假的|是真的|属实|有这回事|有没有这回事|是这样吗|对吗|是吗|对不对|是不是真")
_ASKS = re.compile(
    r"吗|是不是|是否|有没有|会不会|能不能|要不要|可不可以|能否|多少|哪|几[个元天年岁次]|谁|什么|怎么|如何|咋|呢$"
)
_UNIT = re.compile(r"(?:元|块|岁|周岁|%|次|天|日|年|个月|个|所|家|人|倍|周|月|小时|分钟)")
_SAME_UNIT = {"块": "元", "周岁": "岁", "日": "天"}
_ORDINAL = "第"
_LONGEST_BARE = 4
"""Characters of a clause that only asks why; what it asks about stands in the clause before."""
_LASTING = frozenset({"ended", "stopped_paying", "merged", "raised", "lowered", "charged", "suspended"})
"""Classes of which 以后 and 了还 tell something that has happened to all, not something that one does."""


def premises_of(text: str) -> tuple[Premise, ...]:
    """Return the claims that a question takes for granted and that can be checked, in its order."""
    folded = fold(text)
    if _TO_CONFIRM.search(folded):
        return ()
    found: dict[tuple[int, int], Premise] = {}
    for start, end in _claims(folded):
        premise = _premise(text, folded, start, end)
        if premise is not None:
            found.setdefault((start, end), premise)
    return tuple(found.values())


def _claims(folded: str) -> Iterator[tuple[int, int]]:
    clauses = [match.span() for match in _CLAUSE.finditer(folded)]
    for n, (start, end) in enumerate(clauses):
        clause = folded[start:end]
        if _HYPOTHESIS.search(clause):
            return
        if clause.startswith("为了"):
            continue
        if given := _GIVEN.match(clause):
            yield start + given.end(), end
            continue
        why = _WHY.search(clause) or _REASON.search(clause)
        if why is not None:
            rest = clause[: why.start()] + clause[why.end() :]
            if len(rest) < _LONGEST_BARE and class_of(rest) is None:
                if n and not _ASKS.search(folded[slice(*clauses[n - 1])]):
                    yield clauses[n - 1]
                continue
            # What stands on both sides of 为什么 is one claim: 村卫生室为什么取消了.
            yield from _around(folded, (start, end), why)
            continue
        after = _AFTER.match(clause) or _GOES_ON.match(clause)
        if (
            after is not None
            and _POLICY.search(after["claim"])
            and _is_lasting(after["claim"])
            and not _ASKS.search(after["claim"])
        ):
            yield start, start + after.end("claim")
            continue
        asking = _DECIDED.search(clause) or _since_when(clause)
        if asking is not None and _is_lasting(clause):
            yield from _around(folded, (start, end), asking)
            continue
        follows = n + 1 < len(clauses) and _ASKS.search(folded[slice(*clauses[n + 1])])
        told = _DONE.search(clause) and _POLICY.search(clause) and not _ASKS.search(clause)
        if follows and told and _is_lasting(clause):
            yield start, end


def _around(folded: str, clause: tuple[int, int], asking: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Yield a clause from before the words that ask, or from behind them where nothing stands before."""
    start, end = clause
    before = folded[start : start + asking.start()].strip()
    behind = start + asking.end()
    if not before:
        link = _LINK.match(folded[behind:end])
        yield behind + (link.end() if link else 0), end
    elif not folded[behind:end].strip("呢啊吗的"):
        yield start, start + asking.start()
    else:
        yield start, end


def _since_when(clause: str) -> re.Match[str] | None:
    asking = _SINCE_WHEN.search(clause)
    return asking if asking and (asking.group().endswith("的") or _LASTED.search(clause[asking.end() :])) else None


def _is_lasting(clause: str) -> bool:
    found = class_of(clause)
    return found is not None and found[0].name in _LASTING


def _premise(text: str, folded: str, start: int, end: int) -> Premise | None:
    said = folded[start:end]
    if OWN_ACTION.search(said):
        return None
    found = class_of(said)
    amounts = amounts_in(said)
    if found is None and not amounts:
        return None
    claim, verb = found or (None, (0, 0))
    negated = claim is not None and bool(NEGATED.search(said[: verb[0]]))
    return Premise(_without_asking(text[start:end]), said, claim, verb, negated, amounts)


def _without_asking(words: str) -> str:
    folded = fold(words)
    for pattern in (_WHY, _DECIDED, _SINCE_WHEN):
        match = pattern.search(folded)
        if match is not None:
            words, folded = (
                words[: match.start()] + words[match.end() :],
                folded[: match.start()] + folded[match.end() :],
            )
    return words.strip(" ,，的呢")


def class_of(said: str) -> tuple[ClaimClass, tuple[int, int]] | None:
    """Return the class whose word stands first in a claim, and where; the longer of two words that begin together."""
    best: tuple[int, int, ClaimClass] | None = None
    for claim in CLASSES:
        match = claim.asked.search(said)
        if match is not None and (best is None or (match.start(), -match.end()) < best[:2]):
            best = (match.start(), -match.end(), claim)
    return (best[2], (best[0], -best[1])) if best else None


def amounts_in(folded: str) -> tuple[Amount, ...]:
    """Return the figures of a folded text that count something, with their units; dates and ordinals are left out."""
    found = []
    for figure in find_figures(folded):
        if figure.kind is FigureKind.PERCENT:
            found.append(Amount(figure.value, "%"))
        elif figure.kind is FigureKind.NUMBER and folded[figure.start - 1 : figure.start] != _ORDINAL:
            unit = _UNIT.match(folded, figure.end)
            if unit is not None:
                found.append(Amount(figure.value, _SAME_UNIT.get(unit.group(), unit.group())))
    return tuple(dict.fromkeys(found))
