"""Read a question that asks for places (哪些地方有…, 哪个县最早…, 各地的…标准), and collect what each place says."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rag.comparison import asker, without_comparing
from rag.domain import Question
from rag.extractive import Draft
from rag.folding import fold
from rag.place_drafts import PlacedDraft, Reach
from rag.question import QuestionKind, UnderstoodQuestion, kind_of
from rag.regions import Gazetteer, Region, RegionLevel

_UNIT = r"(?:省份?|城市|地级市|市县|县市区?|区县|县城|市|县|区县?|地区|州)"
_ABOUT_ALL = r"(?:的|都?有|都|发|给|补|出台|规定|怎么|如何|是|对\S{1,8}的|\S{1,10}(?:标准|补贴|补助|津贴|奖励|政策|规定|待遇|比例))"
_BODIES = r"\S{0,6}(?:部门|机关|机构|政府|主管|单位)"
_PLACES = re.compile(
    rf"(?:有|都?是)?(?:哪些|哪几个|哪(?:一)?个|多少个?)(?:别的|其他)?{_UNIT}(?![级里域内医民别])(?=[^\s?？。]{{2}})|"
    rf"(?:^|(?<=^请问))(?:全国|全省|全市)?各(?:个)?(?:{_UNIT}|地(?!方))(?:之间)?(?![(（、,，]|{_BODIES})(?={_ABOUT_ALL})|"
    r"(?:全国|全省)?(?:所有地方|每个地方|别的地方|其他地方|其它地方)|"
    r"(?P<anywhere>(?:有)?(?:哪些|哪几个|哪个|什么)(?:别的|其他)?地方)(?=的\S{1,12}最[高低多少早晚大长]|"
    r"(?:已经|都|也|在|最先|率先|最早|先|就)?(?:有|发(?!烧|热|病)|出台|实行|实施|规定|推行|推出|开始|建立|建成|设立|成立|开展|启动|免费|"
    r"给|补(?:贴|助)|涨|取消|要求|提出|提到|明确|最))"
)
"""Every place is meant by 各地的… at the beginning; 各地交通运输部门 in a sentence only says who did it."""
_SITES = re.compile(
    r"可以|能(?!力)|去|做|接种|挂号|门诊|买|办理|打(?:疫苗|针)|看病|就诊|体检点|筛查点|窗口|医院|机构|卫生院|诊所|药店|网点|床位|电话"
)
"""Where 地方 means a place to go to and not a place of the gazetteer."""
_SUPERLATIVE = re.compile(
    r"(?:最先|率先|最早|最晚|最高|最低|最多|最少|最大|最小|最长|最短|最好|第一个|首先|先(?=出台|实行|开始|发))(?:的|开始)?"
)
_DEGREE = re.compile("[早晚先高低多少大小长短]")
_LEADING = re.compile(
    r"^(?:[,，、。:：\s?？的是在都]|已经|请问|想问|有(?![什没哪多何])|(?:出台|推出|提到|提出|发放|发(?![热烧病展])|实行)[了过]?)+"
)
_TRAILING = re.compile(r"[,，、。:：\s?？的呢]+$")
_WORTH = 0.7
"""A place's evidence is collected from this share of the surest place's confidence on."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """The question that is asked of every place; ``within`` restricts the places, None where none is named."""

    question: Question
    within: Region | None


@dataclass(frozen=True, slots=True)
class Collected:
    """Drafts of the places that have evidence, best first, each cut short; and the places that have none."""

    drafts: tuple[PlacedDraft, ...]
    silent: tuple[str, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """Every place that was looked at: those with evidence by fit, then the silent ones."""
        return (*(placed.place for placed in self.drafts if placed.place is not None), *self.silent)


def collection_of(
    question: UnderstoodQuestion, gazetteer: Gazetteer, prefer: Collection[str] = ()
) -> Collecting | None:
    """Return what a question for places asks of each of them, or None where it asks for none.

    哪些地方 is such a question where something is there (有育儿补贴), and none where one goes there (可以打疫苗). A place
    named beside it restricts the places if it is a city or stands higher; a county's 哪些地方 are not of the gazetteer.
    """
    folded = fold(question.text)
    match = _PLACES.search(folded)
    if match is None or len(question.named) > 1:
        return None
    within = question.named[0] if question.named else None
    if within is not None and within.level.rank > RegionLevel.CITY.rank:
        return None
    if match["anywhere"] and _SITES.search(folded):
        return None
    spans = [(mention.start, mention.end) for mention in gazetteer.mentions(question.text, prefer)]
    rest = question.text
    apart = [span for span in spans if span[1] <= match.start() or match.end() <= span[0]]
    for start, end in sorted([*apart, match.span()], reverse=True):
        rest = rest[:start] + rest[end:]
    best = _SUPERLATIVE.search(fold(rest))
    if best is not None:
        rest = rest[: best.start()] + rest[best.end() :]
    rest = without_comparing(_TRAILING.sub("", _LEADING.sub("", rest)))
    rest = _TRAILING.sub("", _LEADING.sub("", rest))
    if not rest:
        return None
    if kind_of(fold(rest)) is QuestionKind.OTHER:
        degree = _DEGREE.search(best.group()) if best else None
        rest += asker(degree.group() if degree else "", fold(rest))
    return Collecting(Question(rest), within)


def collect(drafts: Sequence[PlacedDraft], collecting: Collecting, gazetteer: Gazetteer, minimum: float) -> Collected:
    """Return the drafts that answer, one piece of each, best first; the country's rules are of no place."""
    placed = [one for one in drafts if one.place is not None and one.reach is Reach.OWN]
    if collecting.within is not None:
        placed = [one for one in placed if _lies_in(one.place, collecting.within, gazetteer)]
    surest = max((one.draft.confidence for one in placed), default=0.0)
    good = [one for one in placed if one.draft.confidence >= max(minimum, _WORTH * surest)]
    good.sort(key=lambda one: (-one.draft.confidence, -one.draft.rank))
    silent = [one.place for one in placed if one not in good and one.place is not None]
    return Collected(tuple(replace(one, draft=cut_short(one.draft)) for one in good), tuple(silent))


def cut_short(draft: Draft) -> Draft:
    """Return a draft with the one piece that answers best: the sentence itself, or the line above a list, or its first item."""
    piece = draft.best if draft.best in draft.pieces else draft.pieces[0]
    return replace(draft, pieces=(piece,), levels=(0,), total_items=None, leads=0)


def _lies_in(place: str | None, within: Region, gazetteer: Gazetteer) -> bool:
    region = gazetteer.get(place) if place else None
    return region is not None and gazetteer.is_within(region, within)
