"""The learned layer beside the tables: what is said in words that no list holds is judged by its kinds of words.

A linear model over features that can be read: pieces of two to four characters, kinds of words (``guard_kinds.txt``:
*body*, *colour*, *swallowed*, *poison* …), two kinds that stand near each other, and what stands beside a kind. It adds
a reason where it is sure and takes none away. Trained by ``rag.models.train_guard``; its card is ``rag/models/guard.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations, pairwise
from math import exp, sqrt

from rag.domain import GuardReason
from rag.errors import ModelError
from rag.guard.phrases import pattern
from rag.guard.reading import Reading
from rag.word_tables import table_lines

WEIGHTS = "guard.json"
KINDS = "guard_kinds.txt"
CLASSES = (GuardReason.EMERGENCY, GuardReason.CRISIS, GuardReason.MEDICAL_ADVICE)
"""What the model can add; the weights of a feature stand in this order, an ordinary question weighs nothing."""
SURE = (0.6, 0.55, 0.6)
"""How probable each of ``CLASSES`` must be. Of the questions about rules that were not trained on next to none reach it."""
SURE_OF_MATTERS = (0.85, 0.8, 0.8)
"""The same in a question that speaks of rules, of somebody in care, of what was told or may come one day."""
_CRISIS_TOO = 0.2
"""From here on the line for a crisis is named beside the ambulance."""
_CALMER = ("rules", "cared", "told", "supposed", "only_asks")
LONGEST = 160
"""Characters that are judged: a long story holds so many pieces that some of them alarm by chance."""
FEWEST = 60
"""Features that a text counts as having at least, so that two characters of a greeting alarm nobody."""
_NEAR = 3
"""Clauses within which two kinds of words speak of one matter."""
_PIECES = (2, 3, 4)
_LATIN = re.compile(r"[a-z][a-z'’]*")
_HAN = re.compile("[\u3400-\u9fff0-9]+")


@dataclass(frozen=True, slots=True)
class Weights:
    """What the trained model consists of: for each class a bias, and of each feature the weights in thousandths."""

    bias: tuple[float, ...]
    of: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Sensed:
    """What the learned layer makes of a question: the reason it is sure of, and whether a crisis may be behind it."""

    reason: GuardReason | None
    crisis_too: bool


def learned(reading: Reading) -> Sensed:
    """Return what the learned layer is sure of.

    Raises:
        ModelError: the weights that ship with the program are missing or cannot be read.
    """
    chances = chances_of(features(reading), _weights())
    best = max(range(len(CLASSES)), key=chances.__getitem__)
    least = SURE[best]
    if chances[best] >= least and any(pattern(name).search(reading.text) for name in _CALMER):
        least = SURE_OF_MATTERS[best]
    return Sensed(CLASSES[best] if chances[best] >= least else None, chances[1] >= _CRISIS_TOO)


def chances_of(found: frozenset[str], weights: Weights) -> tuple[float, ...]:
    """Return how probable each of ``CLASSES`` is, 0 to 1; what is left is the chance of an ordinary question."""
    sums = [0] * len(CLASSES)
    for feature in found:
        if values := weights.of.get(feature):
            sums = [total + value for total, value in zip(sums, values, strict=True)]
    scale = 1000 * sqrt(max(len(found), FEWEST))
    odds = [exp(min(total / scale + bias, 50.0)) for total, bias in zip(sums, weights.bias, strict=True)]
    whole = 1 + sum(odds)
    return tuple(each / whole for each in odds)


def features(reading: Reading) -> frozenset[str]:
    """Return the features of a question; their number grows with its length alone."""
    found: set[str] = set()
    near: list[frozenset[str]] = []
    for clause in _judged(reading.clauses):
        tokens = tuple(_tokens(clause))
        found.update(_pieces(clause))
        found.update(_beside([token[0] for token in tokens]))
        near.append(frozenset(kind for token in tokens if token[0][0] == "<" for kind in token))
    for start in range(max(len(near) - _NEAR, 0) + 1):
        kinds = sorted(frozenset().union(*near[start : start + _NEAR]))
        found.update(kinds)
        found.update(f"{one}+{other}" for one, other in combinations(kinds, 2))
    return frozenset(found)


def _judged(clauses: tuple[str, ...]) -> Iterator[str]:
    left = LONGEST
    for clause in clauses:
        if left <= 0:
            return
        yield clause[:left]
        left -= len(clause)


def _pieces(clause: str) -> list[str]:
    found = []
    for run in _HAN.findall(clause):
        marked = f"^{run}$"
        found += [marked[start : start + size] for size in _PIECES for start in range(len(marked) - size + 1)]
    words = _LATIN.findall(clause)
    found += [f"w:{word}" for word in words]
    found += [f"w:{one} {other}" for one, other in pairwise(words)]
    return found


def _beside(tokens: Sequence[str]) -> list[str]:
    """Two and three tokens in a row of which one is a kind: <body>发<colour>."""
    last = len(tokens) - 1
    found = []
    for place, token in enumerate(tokens):
        if token[0] != "<":
            continue
        for start, end in ((-1, 0), (0, 1), (-2, 0), (-1, 1), (0, 2)):
            if place + start >= 0 and place + end <= last:
                found.append(" ".join(tokens[place + start : place + end + 1]))
    return found


def _tokens(clause: str) -> Iterator[tuple[str, ...]]:
    """Each word of a known kind as its kinds, everything else character by character, English word by word."""
    end = 0
    for match in _kind_words().finditer(clause):
        yield from _plain(clause[end : match.start()])
        word = match[0]
        yield _kinds_of().get(word) or _kinds_of()[_NUMBER.sub(_ANY_DIGIT, word)]
        end = match.end()
    yield from _plain(clause[end:])


_ANY_DIGIT = "＃"
"""How ``\\d`` in a word is held: a sign that folded text does not have."""
_NUMBER = re.compile(r"\d")
_OTHER = re.compile(r"[a-z]+|\d+|[^\s\d]")


def _plain(text: str) -> list[tuple[str, ...]]:
    return [("#",) if token[0].isdigit() else (token,) for token in _OTHER.findall(text)]


@cache
def _kinds_of() -> Mapping[str, tuple[str, ...]]:
    """The kinds of every word, in the order of the table."""
    kinds: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in table_lines(KINDS):
        if header := re.fullmatch(r"\[([a-z]+)\]", line.strip()):
            name = f"<{header[1]}>"
            continue
        for spelled in line.split():
            word = spelled.replace("_", " ").replace(r"\d", _ANY_DIGIT)
            if name not in kinds.get(word, ()):
                kinds[word] = (*kinds.get(word, ()), name)
    return kinds


@cache
def _kind_words() -> re.Pattern[str]:
    words = sorted(_kinds_of(), key=len, reverse=True)
    return re.compile("|".join(_word(word) for word in words))


def _word(word: str) -> str:
    escaped = re.escape(word).replace(_ANY_DIGIT, r"\d")
    return rf"(?<![a-z]){escaped}(?![a-z])" if "a" <= word[0] <= "z" else escaped


@cache
def _weights() -> Weights:
    try:
        held = json.loads(files("rag").joinpath("models", WEIGHTS).read_text(encoding="utf-8"))
        return Weights(tuple(held["bias"]), {name: tuple(values) for name, values in held["weights"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"the weights of the guard cannot be read: {error}") from error
