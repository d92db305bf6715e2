"""Find words of the dictionary that were typed for others of the same sound or look: 建康 for 健康, 三伏帖 for 三伏贴.

Such a slip breaks no word, so the documents alone can tell: not one holds what was typed, and very many hold the one word
of the language that it could have been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from rag.everyday import ASKING, everyday_phrases, single_words
from rag.lexicon import Lexicon, is_dictionary_word, own_words, stands_in_own_word
from rag.slip_windows import pairs_of
from rag.sounds import same_shape, same_sound
from rag.tokenizing import dictionary_words

_LONGEST = 5
_COMPOUND = 3
"""Characters from which on several words typed may be one that was meant."""
_MANY, _MANY_SHARE = 20, 1 / 100
"""Chunks that must hold the word that was meant; in a small collection the share is enough."""
_CLEARLY = 4.0
"""How many times more chunks must hold it than hold the second best."""


class WordSlips:
    """Finds such words in questions put to one generation."""

    def __init__(self, lexicon: Lexicon, least: float) -> None:
        """Begin with the generation's words; a word in fewer than ``least`` chunks is never meant."""
        self._lexicon = lexicon
        self._least = max(least, min(_MANY, _MANY_SHARE * lexicon.size))

    def unheld(self, text: str) -> list[tuple[int, str]]:
        """Return the stretches ``(start, typed)`` of a run of characters that are words, and that no chunk holds."""
        found = [(start, typed) for start, typed in _stretches(text) if not self._known(typed, text)]
        words = self._lexicon.held([typed for _, typed in found])
        pairs = self._lexicon.held_pairs([pair for _, typed in found for pair in pairs_of(typed)])
        return [
            (start, typed)
            for start, typed in found
            if typed not in words and any(pair not in pairs for pair in pairs_of(typed))
        ]

    def meant(
        self, typed: str, words: Callable[[str, int], Sequence[str]], counts: Mapping[str, int]
    ) -> tuple[str, int] | None:
        """Return what was meant and how many chunks hold it.

        ``words`` gives the words that have all characters of a text but the one at a place; ``counts`` has the chunks.
        """
        pairs = self._lexicon.held_pairs(pairs_of(typed))
        fits: dict[str, int] = {}
        for n, character in enumerate(typed):
            # The character that slipped stands beside none of its neighbours in any chunk.
            if any(typed[at : at + 2] in pairs for at in (n - 1, n) if 0 <= at < len(typed) - 1):
                continue
            for word in words(typed, n):
                alike = word[n] in same_sound(character) or word[n] in same_shape(character)
                if alike and counts.get(word, 0):
                    fits[word] = counts[word]
        ordered = sorted(fits, key=lambda word: (-fits[word], word))
        if not ordered or (fits[ordered[0]] < self._least and not _is_long_own(ordered[0])):
            return None
        if len(ordered) > 1 and fits[ordered[0]] < _CLEARLY * fits[ordered[1]]:
            return None
        return ordered[0], fits[ordered[0]]

    def _known(self, typed: str, text: str) -> bool:
        return (
            typed in everyday_phrases()
            or typed in ASKING
            or stands_in_own_word(typed)
            or self._lexicon.is_place(typed)
            or text.count(typed) > 1
        )


def _stretches(text: str) -> Iterator[tuple[int, str]]:
    tokens = dictionary_words(text)
    edges = list(accumulate(map(len, tokens), initial=0))
    for first, start in enumerate(edges[:-1]):
        for last in range(first, len(tokens)):
            typed = text[start : edges[last + 1]]
            if len(typed) > _LONGEST:
                break
            parts = tokens[first : last + 1]
            alone = len(parts) == 1 and is_dictionary_word(typed)
            if alone or (len(typed) >= _COMPOUND and max(map(len, parts)) > 1 and not _holds_own(parts)):
                yield start, typed


def _holds_own(parts: Sequence[str]) -> bool:
    """Tell whether one of some words is known for itself, so that it is no part of another that slipped."""
    return any(
        part in ASKING or (len(part) > 1 and part in own_words()) for part in parts if part not in single_words()
    )


def _is_long_own(word: str) -> bool:
    """Tell whether a word is one of the domain, and too long to be hit by chance."""
    return len(word) >= _COMPOUND and word in own_words()
