"""What a generation knows of words: which it holds, in how many chunks, and which are words of the language."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache, cached_property
from typing import Protocol

from rag.regions import Gazetteer, RegionLevel
from rag.synonyms import load_synonyms
from rag.tokenizing import dictionary_words
from rag.word_tables import table_words

_CHINESE = re.compile("[\u3400-\u9fff]{1,8}")
_MOST_WORDS, _LARGE = 200_000, 5_000
"""A million chunks hold ten times as many, nearly all of them guessed by the segmenter or in one chunk only."""
_LEAST_NAME = 3
"""Characters from which on a place that no document names is still sure enough to be meant."""
_LOCAL_SHARE, _LARGE_SHARE = 1 / 50, 1 / 2000
"""Share of the chunks that count as naming a place with documents, a province or a city, where fewer do."""


class TermCounts(Protocol):
    """In how many chunks the terms of a generation stand; the lexical index of its chunks is one."""

    size: int
    """The number of chunks."""

    def spreads(self, terms: Sequence[str], field: str) -> Mapping[str, int]:
        """Return for each term that the ``field`` (``words`` or ``bigrams``) has the number of chunks with it."""
        ...

    def terms(self, field: str) -> Collection[str]:
        """Return every term of a field; read from the files, so asked for only once it is needed."""
        ...


class Lexicon:
    """The words of one generation and the names of places. Immutable; safe to use from several threads."""

    def __init__(self, counts: TermCounts, gazetteer: Gazetteer, with_documents: Collection[str]) -> None:
        """Begin with a generation's folded terms and the places; ``with_documents`` holds codes of places."""
        self._counts = counts
        self._gazetteer = gazetteer
        self._with_documents = with_documents
        self.size = max(counts.size, 1)
        """The number of chunks, at least 1."""

    @cached_property
    def places(self) -> Mapping[str, float]:
        """The folded names of places that may be meant, each with the chunks that it counts as naming it."""
        least: dict[str, float] = {}
        for name, region in self._gazetteer.names():
            near = region.code in self._with_documents
            large = region.level in (RegionLevel.PROVINCE, RegionLevel.CITY)
            if region.level is not RegionLevel.COUNTRY and (near or large or len(name) >= _LEAST_NAME):
                share = _LOCAL_SHARE if near else _LARGE_SHARE if large else 0.0
                least[name] = max(least.get(name, 1.0), share * self.size)
        held = self.held(list(least))
        return {name: max(count, held.get(name, 0)) for name, count in least.items()}

    def held(self, words: Sequence[str]) -> Mapping[str, int]:
        """Return of some words the ones that documents hold, each with its number of chunks."""
        return self._counts.spreads(words, "words")

    def held_pairs(self, pairs: Sequence[str]) -> Mapping[str, int]:
        """Return of some pairs of characters the ones that stand side by side in documents, with their chunks."""
        return self._counts.spreads(pairs, "bigrams")

    def is_place(self, name: str) -> bool:
        """Tell whether a place is known by a folded name."""
        return bool(self._gazetteer.bearers(name))

    @cached_property
    def common(self) -> Mapping[str, int]:
        """The Chinese words that most chunks hold, at most 200,000, each with the number of its chunks.

        In a large collection a word of a single chunk is hardly ever one: the segmenter guessed it.
        """
        held = self.held([word for word in self._counts.terms("words") if _CHINESE.fullmatch(word)])
        least = 2 if self.size > _LARGE else 1
        if len(held) > _MOST_WORDS:
            least = max(least, sorted(held.values(), reverse=True)[_MOST_WORDS] + 1)
        return {word: count for word, count in held.items() if count >= least}


def is_dictionary_word(word: str) -> bool:
    """Tell whether the segmenter's dictionary, not its guess, makes one word of two characters or more."""
    return len(word) > 1 and len(dictionary_words(word)) == 1


@cache
def own_words() -> frozenset[str]:
    """Return the words of the domain that our own tables hold, whatever the segmenter's dictionary knows of them."""
    ours = {*table_words("domain_words.txt"), *load_synonyms().members}
    return frozenset(word for word in ours if len(word) > 1)


@cache
def _parts_of_own_words() -> frozenset[str]:
    return frozenset(
        word[start:end] for word in own_words() for start in range(len(word)) for end in range(start + 2, len(word) + 1)
    )


def stands_in_own_word(text: str) -> bool:
    """Tell whether a text is one of our own words or a part of one."""
    return text in _parts_of_own_words()
