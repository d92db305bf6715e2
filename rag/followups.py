"""Turn a follow-up and the question before it into one question: the ways in which people leave things out.

Each way is a function that returns the whole question, or None where it does not apply; they are tried in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from rag.asked_before import Asked, parallel
from rag.folding import fold
from rag.followup import FollowUp, concerning, without_end
from rag.followup_changes import with_one_thing_changed
from rag.followup_pointing import pointed_at
from rag.followup_words import ASKS, CLASSES, PEOPLE, YEAR, matters, ordinals

_ENGLISH = re.compile(r"[a-z' ,.?!]+")
_ENGLISH_GOING_ON = frozenset(
    "who what where when how why which is are was do does did can could should will would i we they it this that there "
    "he she one ones the a an to of for in on at by from with much many long often soon old more else another other apply "
    "pay cost get need bring take free charge lead leads responsible office phone number address documents materials time "
    "start end begin open money amount my me please and about them these those any have has be eligible".split()
)
_MORE = re.compile(
    r"^(?:那)?(?:还有|还|其他|其它|别的|另外|除此之外|除了这些)(?:有)?(?:还有)?(?:别的|其他的?|其它的?|什么|哪些|更多|没有?|了|的|吗|呢|么|啥|不)*$"
)
_DETAILS = re.compile(
    r"^(?:能不能|能否|可以|能|请|麻烦)?(?:再)?(?:具体|详细|展开|仔细|细)(?:地|的)?(?:一?些|一?点儿?|一下|来)?(?:说说|说|讲讲|讲|介绍|解释|内容|情况)?(?:一下|一点|些|是什么|有哪些|呢|吗|么)*$"
    r"|^(?:说|讲)(?:得)?(?:具体|详细)(?:一?点儿?|一?些)(?:吗|呢)?$"
)
_COMPARED = re.compile(
    r"^(?:和|与|跟|同|比)(?P<other>.+?)(?:相比|比较|比起来|比|对比)?(?:起来|一下)?[,，]?(?P<asks>有(?:什么|啥|哪些)(?:不同|不一样|区别|差别|差异)|(?:哪里|哪儿)不(?:同|一样)|一样吗|呢|怎么样)$"
)
_WHY = frozenset("为什么 为啥 为何 凭什么".split())
_BY_WHOM = re.compile(r"(?:由|归|被|受)(?:谁|哪)")

Way = Callable[[FollowUp, Asked], str | None]


def resolved(follow_up: FollowUp, before: Asked) -> str | None:
    """Return one question that says all of it, or None where the follow-up says all by itself."""
    for way in _WAYS:
        found = way(follow_up, before)
        if found is not None:
            return _closed(found)
    return None


def _closed(text: str) -> str:
    return text if text.startswith("About ") else without_end(text) + "？"


def _more(said: FollowUp, before: Asked) -> str | None:
    if not _MORE.fullmatch(said.folded):
        return None
    asks = before.folded[slice(*before.asking)] if before.asking else ""
    listed = re.match("还?(有|包括|包含|含)(?:哪|什么|啥)", asks)
    if listed is None or before.asking is None:
        return concerning(before.whole, said.text if "还" in said.folded else "还有" + said.text)
    start = before.asking[0]
    return f"{before.text[:start]}还{before.text[start + listed.start(1) :]}"


def _details(said: FollowUp, before: Asked) -> str | None:
    if not _DETAILS.fullmatch(said.folded):
        return None
    start = before.asking[0] if before.asking else len(before.text)
    if "具体" in before.folded:
        return before.text
    return f"{before.text[:start]}具体{before.text[start:] or '是怎么规定的'}"


def _compared(said: FollowUp, before: Asked) -> str | None:
    found = _COMPARED.fullmatch(said.folded)
    if found is None or said.places is None or before.places is None or matters(said.blank):
        return None
    rest = before.whole.removeprefix(before.place) if before.whole.startswith(before.place) else f"的{before.whole}"
    return f"{before.place}和{said.place}{rest}有什么不同"


def _item(said: FollowUp, before: Asked) -> str | None:
    """第二条具体怎么做: an item of the list that was asked for."""
    first = next(ordinals(said.folded), None)
    if first is None or first.start() > 2 or matters(said.blank) or not before.whole:
        return None
    text = said.text if ASKS.search(said.folded) else f"{said.text.removesuffix('呢')}是什么"
    return f"{before.whole}的{text}"


def _left_out(said: FollowUp, before: Asked) -> str | None:
    """由谁牵头, 要什么材料: what it is about is left out altogether."""
    if not before.matter or not (ASKS.search(said.folded) or said.cued) or _says_enough(said, before):
        return None
    whole, matter = before.about(said.place)
    rest = re.sub(r"^[的在,，\s]+", "", said.rest) if said.places else said.text
    if not any(character.isalnum() for character in rest):
        return whole
    if fold(without_end(rest)) in _WHY:
        return concerning(before.whole, rest)
    year = YEAR.search(fold(rest))
    if year and YEAR.search(fold(matter)):
        matter = YEAR.sub("", matter)
    changed = _class_change(rest, matter)
    if changed is not None:
        matter, rest = changed
    if re.search("[,，]", matter):
        return concerning(matter, rest or said.text)
    return f"{matter}{rest}" if rest else whole


def _added(said: FollowUp, before: Asked) -> str | None:
    """那一次最多抽我多少: goes on by its own words, and they say too little to stand alone."""
    if not said.cued or said.places is not None or not before.matter or not ASKS.search(said.folded):
        return None
    own = matters(said.folded)
    return concerning(before.matter, said.text) if sum(len(word.text) for word in own) <= _LITTLE else None


_LITTLE = 4


def _says_enough(said: FollowUp, before: Asked) -> bool:
    """True for a question that has a matter of its own, or a place and much about it."""
    blank = said.blank
    people = PEOPLE.match(blank.lstrip())
    if people and len(blank) <= _FEW and (said.cued or PEOPLE.search(before.folded)):
        blank = blank.replace(people[0], " ", 1)
    own = matters(blank)
    if own and not (_BY_WHOM.match(said.folded) and sum(len(word.text) for word in own) <= _LITTLE):
        return True
    return said.places is not None and not said.cued and len(said.rest) > _NEXT_TO_A_PLACE


_FEW = 12
_NEXT_TO_A_PLACE = 6
"""Characters: 澧县由谁牵头 goes on, 澧县今后有什么样的打算 can be asked by itself."""


def _class_change(rest: str, matter: str) -> tuple[str, str] | None:
    """Return 老人免费体检 and 有哪些项目 for 老人有哪些项目 after 儿童免费体检."""
    for pattern in CLASSES:
        found = pattern.match(fold(rest))
        if found and pattern.search(fold(matter)):
            changed = parallel(matter, rest[: found.end()])
            return (changed, rest[found.end() :]) if changed is not None else None
    return None


def _english(said: FollowUp, before: Asked) -> str | None:
    if not _ENGLISH.fullmatch(said.folded) or not before.whole:
        return None
    told = re.findall(r"[a-z']+", said.folded)
    going_on = bool(told) and all(word in _ENGLISH_GOING_ON for word in told)
    return f"About {before.whole}: {without_end(said.text)}?" if going_on else None


def _same_place(said: FollowUp, before: Asked) -> str | None:
    """A question with a matter of its own goes on at the same place if it is the same matter, or is said to go on."""
    if (
        said.places is not None
        or not before.place
        or re.search("全国|国家|中国|各地|哪个?(?:省|市|县|地方)", said.folded)
    ):
        return None
    own = {word.text for word in matters(said.folded)} - _WIDE
    if sum(map(len, own)) < _A_WORD or not (said.cued or _shares(own, before)):
        return None
    return before.place + said.text


def _shares(own: Collection[str], before: Asked) -> bool:
    there = fold(before.text)
    told = [word for word in own if len(word) > 1 and word in there]
    return sum(map(len, told)) > _SAME_MATTER * sum(map(len, own))


_WIDE = frozenset(
    "疫情 防控 医院 医疗 服务 保障 卫生 健康 管理 建设 发展 企业 重点 单位 机构 地区 居民 群众 公共 社会 国家 防疫 肺炎".split()
)
"""Words that stand in texts on many matters."""
_A_WORD = 2
_SAME_MATTER = 0.5
"""A question is about the same matter if more than this share of what it says stands in the one before."""

_WAYS: tuple[Way, ...] = (
    _more,
    _details,
    _compared,
    _item,
    with_one_thing_changed,
    _english,
    pointed_at,
    _left_out,
    _added,
    _same_place,
)
