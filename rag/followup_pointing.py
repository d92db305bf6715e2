"""Put what a follow-up points at into its place: 它, 这笔钱, 该政策, 那里."""

from __future__ import annotations

import re

from rag.asked_before import Asked
from rag.folding import fold
from rag.followup import FollowUp, concerning
from rag.followup_words import ASKS, cut, facets, is_empty, matters
from rag.tokenizing import words

_PRONOUN = re.compile(
    r"(?P<place>那里|那儿|那边|当地|该地)|其(?!他|它|余|中|实|次)|(?P<it>它们?|(?<!其)[他她](?!人)们?)|"
    r"(?P<this>(?:上面|上述|(?<![岁级年月天日次元\d])以上(?=[这那说提几])|刚才|前面)(?:说的|提到的|讲的|的)?(?:这|那)?(?:些|个|项|笔|种)?|[这那](?:些|个|项|笔|种|类|份|条|件|部)(?!月|星期|周|礼拜|年|季|学期|时候|世纪)(?:的)?|该|此(?!外|前|后|时|次)|这(?=[是要能有在由可]))"
)
_BEFORE_A_PRONOUN = 3
"""Characters (查这个, 对该政策); what stands further behind is pointed at by the question itself."""
_INSTITUTION = re.compile(r"(?:医院|中心|卫生院|卫生室|诊所|机构|窗口|大厅|门诊部?|站|局|委|科)$")


def points(folded: str) -> bool:
    """True if folded text begins with a word that points at something."""
    return _PRONOUN.match(folded) is not None


def pointed_at(said: FollowUp, before: Asked) -> str | None:
    """Return the follow-up with what it points at said; None where it points at nothing said before."""
    found = _PRONOUN.search(said.folded)
    if found is None or not before.matter or _is_own(found, said):
        return None
    if found["place"]:
        return _at(found, said, before)
    if found["this"]:
        return _this(found, said, before)
    if matters(said.blank) and found[0] != "它":
        return concerning(before.matter, said.text if ASKS.search(said.folded) else f"{said.text}呢")
    joint = "的" if found[0] == "其" else ""
    return said.text[: found.start()] + before.matter + joint + said.text[found.end() :]


def _is_own(found: re.Match[str], said: FollowUp) -> bool:
    """True where the question itself says what is pointed at: before the pronoun, or by the place beside it."""
    if matters(said.blank[: found.start()]) or (said.places is not None and said.places[1] >= found.start() - 1):
        return True
    return found.start() > _BEFORE_A_PRONOUN and not found["it"]


def _at(found: re.Match[str], said: FollowUp, before: Asked) -> str:
    start, end = found.span()
    own = matters(said.blank[:start] + said.blank[end:])
    is_house = _INSTITUTION.search(fold(before.matter))
    stands_for = before.place if own and before.place and not is_house else before.matter
    return said.text[:start] + stands_for + said.text[end:]


def _this(found: re.Match[str], said: FollowUp, before: Asked) -> str | None:
    start, end = found.span()
    named = _named(said.folded, end)
    noun = said.folded[end:named]
    if noun and not _is_said(noun, before):
        return None
    side = noun if noun in facets() and noun not in _GENERAL else ""
    stands_for = before.matter + side if side and not fold(before.matter).endswith(side) else before.matter
    rest = said.text[named:]
    return said.text[:start] + stands_for + (rest if noun else rest.removeprefix("的"))


_GENERAL = frozenset(
    "钱 政策 规定 事 事情 办法 文件 工作 项目 服务 东西 情况 通知 规划 计划 方案 制度 活动 行动 待遇 费用 款 资金 补贴 补助 奖励金 奖金 证 卡 条例 名单 地方 部门 机构 医院 药 针 病 措施 条件 材料 时间 期限 标准 比例".split()
)


def _named(folded: str, start: int) -> int:
    """Return the end of the thing that is pointed at from ``start`` on (这笔|钱|什么时候发)."""
    end = start
    for word in cut(folded[start:]):
        begin = start + word.start
        if begin != end or (word.text not in _GENERAL and is_empty(word.text) and word.text not in facets()):
            break
        if ASKS.match(folded, begin):
            break
        end = start + word.end
        if word.text in _GENERAL or word.text in facets():
            break
    return end


def _is_said(noun: str, before: Asked) -> bool:
    """True if a thing pointed at is what the question before was about, or says no more than 'thing'."""
    if noun in _GENERAL or is_empty(noun):
        return True
    own = fold(before.text)
    return any(len(word) > 1 and word in own for word in words(noun))
