"""Tell an answer in the script of the question: traditional to who writes traditional, simplified to who writes simplified.

For display only. Citations stay as they are, letter by letter: quotes, titles and headings are the source's own.
Conversion is OpenCC's, by phrases (``s2tw`` and back ``tw2s``, Apache-2.0), with its known mistakes put right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from rag.domain import Answer, Statement
from rag.folding import simplify
from ui.wording import Language

_PUT_RIGHT = {
    "范县": "范縣", "苏仙": "蘇仙", "凌河": "凌河", "浮梁": "浮梁", "徐汇": "徐匯", "云城": "雲城", "云溪": "雲溪",
    "面积": "面積", "面向": "面向", "面对": "面對", "面临": "面臨", "面部": "面部", "面试": "面試", "紫云": "紫雲", "包干": "包幹", "暗弱": "暗弱", "销毁": "銷毀", "分布": "分布", "公布": "公布", "发布": "發布", "布局": "布局",
}  # fmt: skip
"""Simplified words that OpenCC's phrases take for others (包干 is not 包乾, 和面积 has no 和麵 in it; 范县 is a place), and those that
official writing in Taiwan spells otherwise (公布)."""
_WRITTEN = re.compile("|".join(map(re.escape, _PUT_RIGHT)))
_SURNAME = re.compile(
    r"[范于](?=某|[xX×*]{1,2}|(?:医生|主任|先生|女士|同志|大夫|护士|院长|局长|书记|科长|老师|医师)(?:[^们]|$))|(?<=姓)[范于]"
)
"""A surname that is also the simplified form of another character: 范某 is not 範某."""
_LASTING = re.compile(r"(?<=[接随沿跟朝向为带拿看有随])著")
"""Taiwan writes 著 for both 显著 and 接着; ``tw2s`` leaves the second as it is."""

_FORMS = (
    "裡裏",
    "臺台",
    "衛衞",
    "群羣",
    "麵麪",
    "峰峯",
    "為爲",
    "啟啓",
    "汙污",
    "床牀",
    "眾衆",
    "線綫",
    "痴癡",
    "痺痹",
)
"""Forms of one traditional character that are all in use: Taiwan's, as ``s2tw`` writes it, and another."""

_USUAL = {ord(pair[1]): pair[0] for pair in _FORMS}

_IN_BOTH = frozenset("著乾抬吒捱薹甯榘")
"""Characters that have a simplified one for some of their senses and are written in simplified script too: 显著, 乾隆."""

Telling = Callable[[str], str]


def language_for(question: str, chosen: Language) -> Language:
    """Return the language of the words around an answer: traditional to who asks so and reads Chinese anyway."""
    return Language.ZH_HANT if chosen is Language.ZH_HANS and written_in(question) is Language.ZH_HANT else chosen


def written_in(text: str) -> Language | None:
    """Return the script of Chinese words; None where it does not show, or both show equally often."""
    traditional = _traditional_only(text)
    simplified = sum(character in _only_simplified() for character in text)
    if traditional == simplified:
        return None
    return Language.ZH_HANT if traditional > simplified else Language.ZH_HANS


def to_traditional(text: str) -> str:
    """Return words in traditional script as Taiwan writes it; those that are traditional already stay."""
    converted: str = _converter("s2tw").convert(text)
    if len(converted) != len(text):
        return converted
    letters = list(converted)
    for word in _WRITTEN.finditer(text):
        letters[word.start() : word.end()] = _PUT_RIGHT[word.group()]
    for surname in _SURNAME.finditer(text):
        letters[surname.start()] = surname.group()
    return "".join(letters)


def to_simplified(text: str) -> str:
    """Return words in simplified script; those that are simplified already stay."""
    if not _traditional_only(text):
        return text
    plain: str = _converter("tw2s").convert(text.translate(_USUAL))
    return _LASTING.sub("着", plain)


def telling_for(question: str, chosen: Language | None = None) -> Telling:
    """Return what writes words in the script of a question, or of ``chosen`` where the question shows none.

    Where a traditional character has several forms (裡, 裏), it takes the one that the question uses.
    """
    script = written_in(question) or chosen
    if script is Language.ZH_HANS:
        return to_simplified
    if script is not Language.ZH_HANT:
        return lambda text: text
    own = {
        ord(usual): other
        for pair in _FORMS
        for usual, other in ((pair[0], pair[1]), (pair[1], pair[0]))
        if other in question and usual not in question
    }
    return lambda text: to_traditional(text).translate(own)


def told_in_script(answer: Answer, question: str, chosen: Language | None = None) -> Answer:
    """Return an answer with what it says in the script of the question; the same object where nothing changes.

    Only for display: a converted statement is no quotation any more. Its citations still hold the source's own words.
    """
    tell = telling_for(question, chosen)

    def perhaps(text: str | None) -> str | None:
        return None if text is None else tell(text)

    told = replace(
        answer,
        statements=tuple(_told(statement, tell) for statement in answer.statements),
        places=tuple(map(tell, answer.places)),
        silent_places=tuple(map(tell, answer.silent_places)),
        read_as=perhaps(answer.read_as),
        rewritten=perhaps(answer.rewritten),
        premise=perhaps(answer.premise),
    )
    return answer if told == answer else told


def _traditional_only(text: str) -> int:
    """Return how many characters of a text simplified script does not have."""
    return sum(old != new and old not in _IN_BOTH for old, new in zip(text, simplify(text), strict=True))


def _told(statement: Statement, tell: Telling) -> Statement:
    """Convert one statement; the stretch that answers stays the same words where their number changes."""
    place = None if statement.place is None else tell(statement.place)
    told = tell(statement.text)
    if statement.span is None or len(told) == len(statement.text):
        return replace(statement, text=told, place=place)
    start, end = statement.span
    before, key, after = (
        tell(part) for part in (statement.text[:start], statement.text[start:end], statement.text[end:])
    )
    return replace(statement, text=before + key + after, span=(len(before), len(before) + len(key)), place=place)


@cache
def _only_simplified() -> frozenset[str]:
    """Return the characters that traditional script does not have; 后, 里 and 台 are in both."""
    table = files("opencc").joinpath("dictionary", "STCharacters.txt").read_text(encoding="utf-8")
    rows = (row.partition("\t") for row in table.splitlines())
    return frozenset(simple for simple, _, others in rows if simple not in others.split(" "))


@cache
def _converter(name: str) -> Any:
    from opencc import OpenCC

    return OpenCC(name)
