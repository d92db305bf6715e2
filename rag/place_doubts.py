"""Notice a place in a question that no document is about, so that no other place answers in its stead.

The gazetteer reads the names that it knows. What is left are invented or mistyped names (瑶池县) and short forms that are a
part of another place's name (江口 in 丹江口): a search by characters would take the one for the other without a word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from rag.domain import Hit
from rag.folding import fold
from rag.regions import Gazetteer, Mention, Region

_SUFFIX = re.compile(r"(?:自治县|自治州|省|市|县|区|旗|镇|乡(?!村)|街道)(?![民场级域内别间长委容政貌镇里外中])")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_BEFORE = re.compile(
    r"(?:^|[\s,，。、;；:：?？!！“\"「《(（]|请问|那么?|和|与|跟|同|在|是|问|我是|住|我们|咱们|我家|老家|关于|比|到|去|查|看|找|给)$"
)
"""What may stand before a name; elsewhere the characters before the suffix are the end of a word."""
_GENERAL = re.compile(
    r"^[全本我咱贵该各每哪这那某几多一二两三四五六七八九十大小中上下老新外内同对将为在向有从可去由被整跨]|^(?:城|乡|镇|农|郊|山|牧|社|小|校|园|景|辖|地|库|学|村|县|市|区|省)|"
    r"[个些的是在有为到要给不了么吗市县区省镇乡村城社小地辖景山全外跨本超]$|什么|多少|怎么|如何|贫困|示范|试点|发达|落后|偏远|沿海|开发|高新|经济|工业|商业|住宅|居民|农村|"
    r"旅游|保护|疫|风险|管控|封控|隔离|候诊|就诊|办事|服务|医疗|卫生|健康|重点|特别|行政|直辖|地级|县级|省会|革命|民族|少数|自治|边境|附近|周边|邻近|其他|别的|所有|任何"
)
_SHORTEST_PART = 2
_NAME_CHARS = (2, 3)
"""Length of a name without its suffix, the shorter first: 在海蓝市 is 海蓝市."""


@dataclass(frozen=True, slots=True)
class PlaceDoubt:
    """A place as it was asked for, and the places with documents that may have been meant; there may be none."""

    asked: str
    near: tuple[Region, ...]


def doubted_place(
    text: str, gazetteer: Gazetteer, with_documents: Collection[str], hits: Sequence[Hit]
) -> PlaceDoubt | None:
    """Return the first place of a question that neither the gazetteer nor any hit knows, or None.

    ``with_documents`` are the codes of places that have documents; ``hits`` what was found for the question: a township
    or a region that they name is known well enough, for then its own words were found.
    """
    folded = fold(text)
    mentions = gazetteer.mentions(text, with_documents)
    regions = [region for code in sorted(with_documents) if (region := gazetteer.get(code)) is not None]
    told: str | None = None
    for name, asked in _unknown_names(folded, mentions):
        told = told if told is not None else "\n".join(fold(f"{hit.document.title}\n{hit.chunk.text}") for hit in hits)
        known = asked in told or _is_below(mentions, gazetteer.bearers(asked), gazetteer)
        near = _near(name, asked, gazetteer, regions)
        # 天门县 is no name, but 天门 is, and the hits speak of it.
        if not known and (near or not (gazetteer.bearers(name) and name in told)):
            return PlaceDoubt(asked, near)
    if mentions:
        return None
    return next((PlaceDoubt(asked, (region,)) for asked, region in _parts_of_names(folded, gazetteer, regions)), None)


def _unknown_names(folded: str, mentions: Sequence[Mention]) -> Iterator[tuple[str, str]]:
    """Yield what is written as a place's name and read as none: without its suffix, and with it."""
    for suffix in _SUFFIX.finditer(folded):
        for size in _NAME_CHARS:
            start = suffix.start() - size
            name = folded[max(start, 0) : suffix.start()]
            if start < 0 or not _HAN.fullmatch(name) or not _BEFORE.search(folded[:start]):
                continue
            taken = any(mention.start < suffix.end() and start < mention.end for mention in mentions)
            if not taken and not _GENERAL.search(name):
                yield name, folded[start : suffix.end()]
            break


def _is_below(mentions: Sequence[Mention], bearers: Sequence[Region], gazetteer: Gazetteer) -> bool:
    """True where a place of this name lies in one that the question names (朝阳区 where it speaks of 北京)."""
    return any(gazetteer.is_within(region, mention.region) for region in bearers for mention in mentions)


def _near(name: str, asked: str, gazetteer: Gazetteer, regions: Sequence[Region]) -> tuple[Region, ...]:
    """Return the places with documents that a name may have been meant for."""
    bearers = gazetteer.bearers(name)
    if bearers:
        return tuple(region for region in regions if region in bearers)
    return tuple(region for region in regions if _is_alike(name, asked, region))


def _is_alike(name: str, asked: str, region: Region) -> bool:
    """True where one of two names holds the other, suffix apart, or all but one character and the suffix are the same."""
    whole, short = fold(region.name), fold(region.short)
    if name in short or short in name:
        return True
    differing = sum(a != b for a, b in zip(asked, whole, strict=False))
    return len(asked) == len(whole) and differing == 1 and asked[-1] == whole[-1]


def _parts_of_names(folded: str, gazetteer: Gazetteer, regions: Sequence[Region]) -> Iterator[tuple[str, Region]]:
    """Yield parts of a place's name that stand where a place's name would and are other places' names, with the place."""
    for region in regions:
        short = fold(region.short)
        if short in folded:
            continue
        for size in range(len(short) - 1, _SHORTEST_PART - 1, -1):
            for start in range(len(short) - size + 1):
                part = short[start : start + size]
                at = folded.find(part)
                if at >= 0 and gazetteer.bearers(part) and _BEFORE.search(folded[:at]):
                    yield part, region
