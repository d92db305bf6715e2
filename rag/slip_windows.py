"""Cut a question into the stretches in which a slip may be: whole words with a single character among them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rag.everyday import GENERAL_WORDS
from rag.lexicon import is_dictionary_word, own_words
from rag.tokenizing import dictionary_words

HAN = re.compile(r"(?<!\d)[\u3400-\u9fff]+|(?<=\d[\u3400-\u9fff])[\u3400-\u9fff]+")
"""A run of characters; the one right behind a digit is a unit (10时起)."""
_CHARACTER = re.compile(r"[\u3400-\u9fff]")
SHORTEST, LONGEST = 2, 5
SHORT = 3
_NEVER_SLIPPED = frozenset("谁啥咋哪几每不没未仍的了吗呢是")
"""Characters that ask, deny or only join: beside them in a short stretch stands another word, not the rest of one."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch in which a slip may be: ``singles`` are the places in it of characters that make no word."""

    start: int
    typed: str
    singles: tuple[int, ...]
    before: str
    after: str
    explained: frozenset[int] = frozenset()
    """Places of characters that make a word with what stands beside the window (咨询师 in 心理咨询|师|能)."""

    @property
    def end(self) -> int:
        """The place behind the stretch."""
        return self.start + len(self.typed)

    def changed_pairs(self, meant: str) -> list[tuple[str, str]]:
        """Return the pairs of characters, neighbours included, as typed and as meant, that differ."""
        typed, corrected = (f"{self.before}{word}{self.after}" for word in (self.typed, meant))
        pairs = zip(pairs_of(typed), pairs_of(corrected), strict=True)
        return [(one, other) for one, other in pairs if one != other]

    def joints(self, meant: str) -> list[str]:
        """Return the pairs at which what was meant would meet its neighbours, those that say nothing left out."""
        return joints_of(self.before, meant, self.after)


def windows_of(run: re.Match[str], certain: Sequence[tuple[int, int]]) -> Iterator[Window]:
    """Yield the stretches of whole words with a single character among them."""
    text, begin = run.group(), run.start()
    tokens = _with_own_words(dictionary_words(text))
    edges = list(accumulate(map(len, tokens), initial=0))
    loose = {edge for edge, token in zip(edges, tokens, strict=False) if len(token) == 1}
    content = {edge for edge in loose if text[edge] not in GENERAL_WORDS}
    for at, start in enumerate(edges[:-1]):
        for end in edges[at + 1 :]:
            if end - start > LONGEST or any(begin + start < stop and first < begin + end for first, stop in certain):
                break
            singles = tuple(n - start for n in range(start, end) if n in loose)
            # Two characters among other single ones may be two halves of two words.
            crowded = end - start == SHORTEST and (start - 1 in content or end in content)
            asks = end - start <= SHORT and not _NEVER_SLIPPED.isdisjoint(text[start:end])
            if end - start >= SHORTEST and singles and not crowded and not asks:
                before, after = text[max(start - 1, 0) : start], text[end : end + 1]
                yield Window(begin + start, text[start:end], singles, before, after, _explained(text, start, end))


def _with_own_words(tokens: Sequence[str]) -> list[str]:
    """Join the characters that make a word of ours which the dictionary does not know (两癌)."""
    joined: list[str] = []
    for token in tokens:
        one = len(token) == 1 and bool(joined) and len(joined[-1]) == 1 and joined[-1] + token in own_words()
        joined[-1:] = [joined[-1] + token] if one else [*joined[-1:], token]
    return joined


def joints_of(before: str, meant: str, after: str) -> list[str]:
    """Return the pairs at which a word meets its neighbours, those that say nothing left out."""
    beside = ((before, before + meant[0]), (after, meant[-1] + after))
    return [pair for neighbour, pair in beside if _CHARACTER.fullmatch(neighbour) and neighbour not in GENERAL_WORDS]


def _explained(text: str, start: int, end: int) -> frozenset[int]:
    """Return the places in ``text[start:end]`` whose character ends a word begun before or begins one that ends behind."""
    ends = any(is_dictionary_word(text[at : start + 1]) for at in range(max(0, start - LONGEST + 1), start))
    begins = any(is_dictionary_word(text[end - 1 : at]) for at in range(end + 1, min(len(text), end + LONGEST) + 1))
    return frozenset(([0] if ends else []) + ([end - start - 1] if begins else []))


def pairs_of(text: str) -> list[str]:
    """Return the pairs of neighbours in a text."""
    return [text[n : n + 2] for n in range(len(text) - 1)]
