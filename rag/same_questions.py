"""Know a question again that was asked in other words: politeness, word order, spelling and numerals do not count.

What somebody wants to know does: 医保怎么报销 and 医保报销多少 are two questions, and so is the same question about
another place. Two questions taken for one are worse than one counted twice, so words of similar meaning stay apart.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from rag.asked_before import bare
from rag.chinese_numbers import numeral_value
from rag.folding import fold
from rag.regions import Gazetteer, Region, Relation
from rag.tokenizing import FUNCTION_WORDS, QUESTION_PHRASES, dictionary_words

_WANTED = (
    ("amount", re.compile(r"多少|多钱|几(?![乎何])")),
    ("when", re.compile(r"时候|何时|多久|哪天|几点|哪年")),
    ("where", re.compile(r"哪里|哪儿|何地|地方|在哪")),
    ("who", re.compile(r"谁|哪个部门|什么部门|哪个单位")),
    ("why", re.compile(r"为什么|为啥|为何|凭什么")),
    ("how", re.compile(r"怎么|如何|怎样|咋")),
)
_PHRASES = re.compile("|".join(sorted(map(re.escape, QUESTION_PHRASES), key=len, reverse=True)))
_NUMERAL = re.compile(r"[零一二两三四五六七八九十百千万]{2,}|[一二两三四五六七八九十](?=周?岁)")
_SAYS_NOTHING = FUNCTION_WORDS | frozenset("呢吧啊呀嘛哈啦哦呗哎了么吗") | frozenset(("规定", "政策", "情况", "问题"))


@dataclass(frozen=True, slots=True)
class QuestionKey:
    """What makes a question the same as another one."""

    place: str | None
    """Full name of the place that is asked about, as far as it is known."""
    digest: str
    """SHA-256 in hexadecimal digits of the place and of what is wanted to be known."""


class SameQuestions:
    """Tells which questions are the same. Immutable; safe to use from several threads."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def key(self, text: str, region: str | None = None) -> QuestionKey:
        """Return the key of a question; ``region`` is the place that was chosen beside it.

        A place that the question names goes before the chosen one only where it lies in it: the other end of a journey
        (转诊到武汉) is a part of the question.
        """
        chosen = self._gazetteer.get(region) if region else None
        mentions = [one for one in self._gazetteer.mentions(text) if chosen is None or self._near(one.region, chosen)]
        within = [one.region for one in mentions if chosen is None or self._gazetteer.is_within(one.region, chosen)]
        # 湖北省丹江口市 names one place; max keeps the first of equals.
        named = max(within, key=lambda one: one.level.rank, default=None)
        place = named.name if named else chosen.name if chosen else region or None
        rest = list(text)
        for mention in mentions:
            rest[mention.start : mention.end] = " " * (mention.end - mention.start)
        told = "\0".join((place or "", *_words("".join(rest))))
        return QuestionKey(place, hashlib.sha256(told.encode("utf-8", "replace")).hexdigest())

    def _near(self, one: Region, other: Region) -> bool:
        """Tell whether one of two places holds the other."""
        return self._gazetteer.related(one, other) is not Relation.ELSEWHERE


def _words(text: str) -> list[str]:
    folded = _NUMERAL.sub(_figure, fold(bare(text)))
    wanted = next((kind for kind, words in _WANTED if words.search(folded)), "")
    said = {
        word
        for word in dictionary_words(_PHRASES.sub(" ", folded))
        if word not in _SAYS_NOTHING and any(map(str.isalnum, word))
    }
    # Of a question that is nothing but such words the words themselves must decide.
    return [wanted, *sorted(said)] if said else [folded]


def _figure(found: re.Match[str]) -> str:
    value = numeral_value(found[0])
    return str(value) if value is not None else found[0]
