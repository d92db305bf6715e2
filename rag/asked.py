"""What of a question the choice of words looks at: the character pairs it shares with a text, and how it asks.

A pair counts by how rare it is among the sentences that are being read, so the measure needs no statistics of the
library: what all of them say tells nothing of which one answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import log

import numpy as np
from numpy.typing import NDArray

from rag.focus import FocusMatcher
from rag.question import QuestionKind
from rag.tokenizing import bigrams

_KINDS = {kind: float(number) for number, kind in enumerate(QuestionKind)}
_ASKS = tuple(
    re.compile(pattern)
    for pattern in (
        r"哪些|哪几|有什么|包括什么",
        r"如何|怎么|怎样|咋",
        r"什么(?!时候|地方)|啥",
        r"多少|几[^乎]|多大|多高",
        r"什么时候|何时|哪[天年月日]|时间|多久|多长|期限",
        r"谁|哪个|哪家|什么部门|哪些部门",
        r"吗|是否|能不能|可不可以|能否",
        r"措施|做法|举措|办法|手段|方式|形式|途径|渠道",
        r"要求|规定|政策|标准|原则|条件|内容",
        r"为什么|原因|目的|意义|作用",
    )
)
"""Wordings that go with longer and shorter answers, apart from the kind."""
_HEAD = re.compile(r"(?:哪些|什么|哪种|哪几种|怎样的|什么样的)([\u4e00-\u9fff]{2,4})")
_CLEAREST, _FAINTEST = 6.0, 0.1


class Asked:
    """One question, with its character pairs weighed over the sentences that are read for it."""

    def __init__(self, matcher: FocusMatcher, texts: Sequence[str]) -> None:
        question = matcher.question
        self.matcher = matcher
        grams = list(dict.fromkeys(bigrams(question.subject)))
        count = len(texts) + 1
        self.weights = {
            gram: min(_CLEAREST, max(_FAINTEST, log(count / (0.5 + sum(gram in text for text in texts)))))
            for gram in grams
        }
        self.total = sum(self.weights.values()) or 1.0
        asks = [float(bool(pattern.search(question.folded))) for pattern in _ASKS]
        head = _HEAD.search(question.folded)
        self.head = head.group(1)[:2] if head else ""
        self.manner = [_KINDS[question.kind], float(len(question.folded)), float(len(grams)), *asks]
        """Numbers that say how the question asks."""

    def share(self, folded: str) -> float:
        """Return the weight of the question's pairs that stand in a folded text as a share of all, in 0..1."""
        return sum(weight for gram, weight in self.weights.items() if gram in folded) / self.total

    def traces(self, folded: str) -> tuple[NDArray[np.float64], list[tuple[int, float]]]:
        """Return where a folded text repeats the question.

        First, (len(folded),), the weight of the heaviest pair that a character is part of; second, every place where a
        pair begins, with its weight, in no order.
        """
        heat = np.zeros(len(folded))
        places: list[tuple[int, float]] = []
        for gram, weight in self.weights.items():
            at = folded.find(gram)
            while at >= 0:
                np.maximum(heat[at : at + len(gram)], weight, out=heat[at : at + len(gram)])
                places.append((at, weight))
                at = folded.find(gram, at + 1)
        return heat, places
