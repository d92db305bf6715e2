"""Put questions about the same thing together, so that an admin reads ten topics and not a thousand questions.

Sequential leader clustering (Hartigan, *Clustering Algorithms*, 1975, chapter 3) over the cosine of the words that carry
the subject, with a second pass in which every question goes to the nearest of the topics found. Words of one group of the
domain's synonyms count as the same. No random numbers: the same questions always give the same topics.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rag.catalogue.question_records import RepeatedQuestion
from rag.folding import fold
from rag.region_table import short_name
from rag.synonyms import Synonyms
from rag.tokenizing import focus_words, subject

NEAR = 0.4
"""Cosine from which on a question belongs to a topic. At 0.35 a lost card and the money on it (医保卡丢失, 医保卡余额) become one
topic; above 0.4 one matter falls into many (tried on fifty invented questions about twenty matters)."""
_ASPECTS = frozenset(
    "政策 标准 条件 材料 流程 手续 程序 时间 日期 电话 地址 地点 费用 价格 比例 金额 对象 范围 申请 办理 查询 预约 登记 咨询 免费 名单 内容 要求 情况".split()
)
"""What is asked of any matter: it tells one question from another, but not one topic from another."""
_ASPECT_SHARE = 0.4
_OTHERS = 20
"""As if so many questions about other things had been asked, too: of three questions about dogs, dogs are the topic."""
_LABEL_WORDS = 3
_IN_LABEL = 0.5
"""Share of a topic's questions that have a word, from which on it names the topic."""

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions about the same thing."""

    words: tuple[str, ...]
    """What most of them share, the most telling word first; of a single question what it is about. May be empty."""
    questions: tuple[RepeatedQuestion, ...]
    """The most frequent first."""

    @property
    def count(self) -> int:
        """How often all of them were asked."""
        return sum(one.count for one in self.questions)

    @property
    def newest(self) -> str:
        """When one of them was asked last; UTC, ISO 8601."""
        return max(one.newest for one in self.questions)


def topics_of(asked: Iterable[RepeatedQuestion], places: Collection[str], synonyms: Synonyms) -> tuple[Topic, ...]:
    """Return the topics, the most asked first. ``places`` are names that say where, and not what, a question is about."""
    ordered = sorted(asked, key=lambda one: (-one.count, one.question))
    forms = sorted({form for place in places for form in (fold(place), fold(short_name(place)))}, key=_longest)
    read = [_read(one.question, forms, synonyms) for one in ordered]
    vectors = _weighed([one.weights for one in read])
    found = _Topics()
    for vector, one in zip(vectors, ordered, strict=True):
        found.take(vector, one.count)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for place, vector in enumerate(vectors):
        nearest, cosine = found.nearest(vector)
        # What has no words in common with anything, not even with itself, stands alone.
        members[nearest if cosine > 0 else -1 - place].append(place)
    topics = [
        Topic(_label([vectors[n] for n in held], [read[n].said for n in held]), tuple(ordered[n] for n in held))
        for held in members.values()
    ]
    return tuple(sorted(topics, key=lambda one: (-one.count, -len(one.questions), one.questions[0].question)))


@dataclass(frozen=True, slots=True)
class _Read:
    """The words of one question: what each weighs, and how it is said there. Synonyms are one word."""

    weights: Mapping[str, float]
    said: Mapping[str, str]


def _read(question: str, places: Sequence[str], synonyms: Synonyms) -> _Read:
    about = subject(question)
    for name in places:
        about = about.replace(name, " ")
    weights: dict[str, float] = {}
    said: dict[str, str] = {}
    for word, weight in focus_words(about).items():
        one = min((word, *synonyms.of(word)))
        share = _ASPECT_SHARE if word in _ASPECTS else 1.0
        weights[one] = max(share * weight, weights.get(one, 0.0))
        said.setdefault(one, word)
    return _Read(weights, said)


def _longest(name: str) -> tuple[int, str]:
    return -len(name), name


def _weighed(questions: Sequence[Mapping[str, float]]) -> list[Vector]:
    """Return unit vectors: the rarer a word among these questions, the more it counts."""
    spread = Counter(word for words in questions for word in words)
    vectors: list[Vector] = []
    for words in questions:
        raw = {word: weight * math.log(1 + (len(questions) + _OTHERS) / spread[word]) for word, weight in words.items()}
        length = math.sqrt(math.fsum(value * value for value in raw.values()))
        vectors.append({word: value / length for word, value in raw.items()} if length else {})
    return vectors


@dataclass
class _Topics:
    """The sums of the vectors of each topic, and which topics have a word: only those can be near."""

    sums: list[dict[str, float]] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    having: defaultdict[str, dict[int, None]] = field(default_factory=lambda: defaultdict(dict))

    def take(self, vector: Vector, count: int) -> None:
        """Add a question to the nearest topic, or begin one with it."""
        nearest, cosine = self.nearest(vector)
        if cosine < NEAR:
            nearest = len(self.sums)
            self.sums.append({})
            self.lengths.append(0.0)
        total = self.sums[nearest]
        # A question that was asked a hundred times is no hundred votes on what the topic is.
        share = 1 + math.log(count)
        for word, value in vector.items():
            total[word] = total.get(word, 0.0) + share * value
            self.having[word][nearest] = None
        self.lengths[nearest] = math.sqrt(math.fsum(value * value for value in total.values()))

    def nearest(self, vector: Vector) -> tuple[int, float]:
        """Return the nearest topic, the older of two that are as near, and its cosine in 0..1; -1 and 0 without any."""
        dots: dict[int, float] = {}
        for word, value in vector.items():
            for topic in self.having.get(word, ()):
                dots[topic] = dots.get(topic, 0.0) + value * self.sums[topic][word]
        best = min(dots, key=lambda topic: (-dots[topic] / self.lengths[topic], topic), default=-1)
        return (best, dots[best] / self.lengths[best]) if best >= 0 else (-1, 0.0)


def _label(vectors: Sequence[Vector], said: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Return the words that name a topic, as they were said most: in at least half of its questions, none part of another."""
    spread = Counter(word for vector in vectors for word in vector)
    weight = {word: math.fsum(vector.get(word, 0.0) for vector in vectors) for word in spread}
    shared = [word for word in spread if spread[word] >= _IN_LABEL * len(vectors)]
    named: list[str] = []
    for word in sorted(shared, key=lambda word: (-weight[word], word)):
        forms = Counter(own[word] for own in said if word in own)
        shown = min(forms, key=lambda form: (-forms[form], form))
        if len(shown) > 1 and not any(shown in other for other in named):
            named = [*(other for other in named if other not in shown), shown]
    # Folded words are lower case; what is written in letters here is the short name of something (HPV).
    return tuple(word.upper() if word.isascii() else word for word in named[:_LABEL_WORDS])
