"""Weigh the words of a question and find them, or their synonyms, in texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import fsum

from rag.forms import announces, specific_form
from rag.question import UnderstoodQuestion
from rag.synonyms import Synonyms
from rag.tokenizing import bigrams, words

_RAREST = 4.0
"""An idf above this counts as this: in a small library every missing word would otherwise decide alone."""
_LONG_WORD = 3
_SHORTEST_WHOLE = 2
_PIECE = 0.2
_SEVERAL = re.compile(r"哪些|哪几|列出|列举|[几都](?:条|项|个方面|有什么|有啥|查|要|包括)|些什么|些啥")

_NUMERALS = "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五".split()
_COUNTED = re.compile(
    r"(?<![\d第一二三四五六七八九十])([二三四五六七八九]|十[一二三四五]?|\d{1,2})(?:大?(?:项|条|个方面|方面|件事|件实事|点(?!钟)|大类|招|块|大任务|大工程|大行动|大举措))"
)


class FocusMatcher:
    """Weighs the focus words of one question and finds them, or their synonyms, in texts."""

    def __init__(self, question: UnderstoodQuestion, idf: Callable[[str], float], synonyms: Synonyms) -> None:
        self.question = question
        self.specific = specific_form(question.folded, question.kind)
        self.compact = question.subject.replace(" ", "")
        self.wants_several = bool(_SEVERAL.search(question.folded))
        self.asked_count = _count_in(question.folded)
        """How many things the question itself says there are (八项工作 → 8), 0 where it does not say."""
        self._forms = {word: (word, *synonyms.of(word)) for word in question.focus}
        self.weights: Mapping[str, float] = {
            word: weight * self._idf(word, idf) * self._trust(word, idf) for word, weight in question.focus.items()
        }
        self.total = fsum(self.weights.values())
        # 中医院 is said of 中医医院: a long word is there if all its pairs of characters are.
        self._parts = {word: bigrams(word) for word in question.focus if len(word) == _LONG_WORD}
        # One question meets the same headings and the same sets of words many times.
        self._shares: dict[frozenset[str], float] = {}
        self._announced: dict[str, bool] = {}
        self._seen: dict[str, frozenset[str]] = {}

    def _idf(self, word: str, idf: Callable[[str], float]) -> float:
        """A word that no document has is as rare as its commonest synonym, for that is what will be found."""
        own = phrase_idf(word, idf)
        if own < idf(""):
            return min(_RAREST, own)
        return min(_RAREST, *(phrase_idf(form, idf) for form in self._forms[word]))

    def _trust(self, word: str, idf: Callable[[str], float]) -> float:
        """An unknown piece of a compound counts little beside a known piece (低保户: 低保 is known, 保户 is chance)."""
        if idf(word) < idf("") or len(self._forms[word]) > 1:
            return 1.0
        wholes = [other for other in self._forms if word in other and len(other) > _SHORTEST_WHOLE]
        known = any(idf(part) < idf("") for whole in wholes for part in self._forms if part in whole and part != word)
        return _PIECE if known else 1.0

    def matched(self, folded: str) -> frozenset[str]:
        """Return the focus words that a folded text has."""
        found = self._seen.get(folded)
        if found is None:
            found = frozenset(
                word
                for word, forms in self._forms.items()
                if any(form in folded for form in forms)
                or (word in self._parts and all(part in folded for part in self._parts[word]))
            )
            self._seen[folded] = found
        return found

    def share(self, found: frozenset[str]) -> float:
        """Return the weight of some focus words as a share of all, in 0..1."""
        share = self._shares.get(found)
        if share is None:
            # Exact in any order: the order of a set of words differs from process to process.
            share = fsum(self.weights[word] for word in found) / self.total if self.total else 0.0
            self._shares[found] = share
        return share

    def announced(self, folded_heading: str) -> bool:
        """Tell whether a heading or lead-in says that what was asked for stands below it."""
        known = self._announced.get(folded_heading)
        if known is None:
            known = announces(self.question.kind, folded_heading)
            self._announced[folded_heading] = known
        return known


def _count_in(folded_question: str) -> int:
    match = _COUNTED.search(folded_question)
    if match is None:
        return 0
    return int(match[1]) if match[1].isdigit() else _NUMERALS.index(match[1]) + 1


def phrase_idf(phrase: str, idf: Callable[[str], float]) -> float:
    """Return how rare a word or a phrase is: as rare as the rarest word in it."""
    return max((idf(word) for word in words(phrase)), default=_RAREST)


def told_share(found: frozenset[str], heading: str) -> float:
    """Return how much of a heading is words of the question, in 0..1."""
    return min(1.0, sum(map(len, found)) / len(heading)) if heading else 0.0
