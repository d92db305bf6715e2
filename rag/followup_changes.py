"""Ask the question before again with one thing changed: 那谢家集区呢, 门诊呢, 不是，我问的是老人."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.asked_before import Asked, parallel
from rag.folding import fold
from rag.followup import FollowUp, concerning, without_end
from rag.followup_pointing import points
from rag.followup_words import ASKS, KINDS, PEOPLE, YEAR, cut, facets, is_empty, matters

_WHAT_ABOUT_EN = re.compile(
    r"^(?:so |and |then )?(?:what about|how about|what of|and (?:what about|for|in)?)\s*(?:for |in |the )?", re.I
)
_CORRECTION = re.compile(
    r"^(?:(?:不是|不对|错了|不|非也|说错了|问错了)(?:的|啊|呀|了)?[,，。、!！\s]+)?(?:我(?:不是|没)[问说].{1,12}?[,，\s]+)?"
    r"(?:我(?:想|要|是)?(?:问|说|指|想问|要问|想知道|想了解)的?(?:其实|应该)?(?:是|的是)?|应该是|其实是|改成|是问|是说)"
    r"|^(?:不是|不对|错了|不|说错了|问错了)(?:的|啊|呀|了)?[,，。、!！\s]+是?"
)
_NOT_BUT = re.compile(r"^(?:我(?:问|说|指)的)?(?:不是|并非)(.{1,20}?)[,，\s]*(?:而是|[,，\s]是|是)(.+)$")
_ABOUT = re.compile(
    r"^(?:如果是?在?|要是在?|假如是?在?|换成|换到|换做|改成|对于|关于|至于|比如说?|在|对|我们|我在|放在)+"
)
_ABOUT_END = re.compile(
    r"(?:(?:那边|那里|这边|这里|那儿|里面|里头|里)?(?:也(?:是|一样|有|行|可以|能)?(?:这样|一样|吗|么)*(?:吗|么)?|一样吗|有吗|怎么样|的话|的)?呢?)$"
)
_PLACE_LIKE = re.compile(r"[\u4e00-\u9fff]{1,5}(?:省|市|县|区|州|旗|镇|乡|村|街道)")
_TOWN = re.compile(r"(?:镇|乡|村|街道)$")
_FILLER = re.compile(r"(?:的|是|也|一样|这样|如此|情况|那边|这边|那里|呢|吗|么|有|有没有|在|县城|地方)+")
_HAS_CHINESE = re.compile(r"[\u3400-\u9fff]")
_MARKS = " ，,。?？、"


def with_one_thing_changed(said: FollowUp, before: Asked) -> str | None:
    """Return the question before with what the follow-up names instead; None where it asks by itself."""
    english = _WHAT_ABOUT_EN.match(said.folded)
    said = _what_is_meant(said, english)
    if english and not _HAS_CHINESE.search(said.text):
        return f"About {before.whole}: what about {without_end(said.text)}?" if before.whole else None
    said = _without_frame(said)
    if not said.text or ASKS.search(said.folded) or points(said.folded):
        return None
    rest = said.rest.strip(" 的，,") if said.place else said.text
    if not said.place and (len(rest) == 1 or (not said.cued and matters(said.folded))):
        return None
    if not said.place and said.cued and _PLACE_LIKE.fullmatch(fold(rest)):
        return before.about(_beside(before.place, rest))[0]
    whole, matter = before.about(said.place)
    if not rest or _FILLER.fullmatch(fold(rest)):
        return whole if said.place else None
    return _with_changed(rest, whole, matter, before) or (
        _with_named(rest, whole, matter, before) if said.cued else None
    )


def _beside(place: str, fresh: str) -> str:
    """Return a place that the gazetteer does not know, a town behind the county that was asked about."""
    is_town = _TOWN.search(fold(fresh)) and place and not _TOWN.search(fold(place))
    return place + fresh if is_town else fresh


def _what_is_meant(said: FollowUp, english: re.Match[str] | None) -> FollowUp:
    """Return 澧县 for 不是天门，是澧县 and 老人 for 不对，我问的是老人."""
    either = _NOT_BUT.match(said.folded)
    if either:
        return said.part(either.start(2), len(said.text))
    found = _CORRECTION.match(said.folded) or english
    return said.part(found.end(), len(said.text)) if found and found.end() < len(said.text) else said


def _without_frame(said: FollowUp) -> FollowUp:
    """Return 澧县 for 如果是澧县的话呢."""
    about = _ABOUT.match(said.folded)
    start = about.end() if about else 0
    ending = _ABOUT_END.search(said.folded)
    end = ending.start() if ending else len(said.text)
    text = said.text[start:end]
    start += len(text) - len(text.lstrip(_MARKS))
    end = max(start, end - (len(text) - len(text.rstrip(_MARKS))))
    framed = said.part(start, end)
    return replace(framed, cued=said.cued)


def _with_changed(fresh: str, whole: str, matter: str, before: Asked) -> str | None:
    """Return the question with another year, another thing of a class that it names, or another side of the matter."""
    folded = fold(fresh)
    if YEAR.fullmatch(folded):
        return _with_year(whole, fresh, before)
    other = parallel(whole, fresh)
    side = _side(folded)
    if other is not None or side is None or not matter:
        return other
    return f"{matter.removesuffix('的')}{'' if '的' in fresh else '的'}{fresh}{side}"


def _with_named(fresh: str, whole: str, matter: str, before: Asked) -> str:
    """Return the question about other people, or about another matter altogether."""
    folded = fold(fresh)
    if folded in fold(matter or whole):
        # A part of what was asked (那罚款呢 after 吸烟罚款多少) is no other matter.
        return whole
    people = PEOPLE.match(folded)
    if people and all(character in fold(whole) for character in folded[people.end() :].rstrip("的")):
        return _behind_place(whole, fresh[: people.end()], before, "")
    if any(pattern.fullmatch(folded) for pattern in KINDS):
        return _behind_place(whole, fresh, before, "")
    if len(matters(folded)) > 1 and len(fresh) > _SHORT_NAME:
        return concerning(matter, fresh + "呢")
    place = _place_in(whole, before)
    asked = whole[len(whole) - (len(before.text) - before.asking[0]) :] if before.asking else ""
    side = before.side if before.side and fold(before.side) not in fold(asked) else ""
    return f"{place}{fresh}{side}{asked}" if asked or side else f"{whole}，{fresh}呢"


def _side(folded: str) -> str | None:
    """Return the words that ask for a side of a matter (报销比例 → 是多少), or None where it is none."""
    parts = [word.text for word in cut(folded) if word.text.strip()]
    for n in range(len(parts)):
        name = "".join(parts[n:])
        if name in facets() and all(is_empty(part) for part in parts[:n]):
            return facets()[name]
    return None


def _with_year(whole: str, fresh: str, before: Asked) -> str:
    found = YEAR.search(fold(whole))
    if found:
        return whole[: found.start()] + fresh + whole[found.end() :]
    return _behind_place(whole, fresh, before)


_SHORT_NAME = 6
"""Characters; a longer thing of several words is a story of its own (他家里没人管的), not a name."""


def _behind_place(whole: str, fresh: str, before: Asked, joint: str = "的") -> str:
    place = _place_in(whole, before)
    at = whole.find(place) + len(place) if place else 0
    rest = whole[at:].removeprefix("的")
    return f"{whole[:at]}{fresh.removesuffix('的')}{joint}{rest}"


def _place_in(whole: str, before: Asked) -> str:
    if before.places is None:
        grown = len(whole) - len(before.text)
        return whole[:grown] if grown > 0 and whole.endswith(before.text) else ""
    start = before.places[0]
    return whole[start : len(whole) - (len(before.text) - before.places[1])]
