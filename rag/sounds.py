"""How Chinese characters are read and what they look like: the ground on which slips of the pen and pinyin are read.

Readings are syllables without tones, ``ü`` written ``v``. Data: ``data/sounds.txt`` and ``data/lookalikes.txt``; their
provenance is in the README beside them.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cache
from itertools import islice, product

from rag.word_tables import table_lines

_MOST_READINGS = 8
"""Ways to read a word that are considered; a long name of many-voiced characters would have hundreds."""

_MOST_UNUSUAL = 2

_BLURRED = ((re.compile("^([zcs])h"), r"\1"), (re.compile("(?<=[aei])ng$"), "n"))
"""Sounds that much of the south speaks alike: zh/z, ch/c, sh/s, ang/an, eng/en, ing/in."""


@cache
def _by_syllable() -> dict[str, str]:
    lines = (line.partition(" ") for line in table_lines("sounds.txt"))
    return {syllable: characters.replace("|", "") for syllable, _, characters in lines}


@cache
def _by_character() -> dict[str, tuple[str, ...]]:
    """The readings of every character, the usual one first."""
    ordered: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for line in table_lines("sounds.txt"):
        syllable, _, groups = line.partition(" ")
        for place, characters in enumerate(groups.split("|")):
            for character in characters:
                ordered[character].append((place, syllable))
    return {character: tuple(syllable for _, syllable in sorted(found)) for character, found in ordered.items()}


def blurred(syllable: str) -> str:
    """Return what a syllable sounds like to somebody who does not part zh from z, or ing from in."""
    for pattern, plain in _BLURRED:
        syllable = pattern.sub(plain, syllable)
    return syllable


@cache
def _by_blurred() -> dict[str, str]:
    found: dict[str, str] = defaultdict(str)
    for syllable, characters in _by_syllable().items():
        found[blurred(syllable)] += characters
    return found


@cache
def _by_shape() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for line in table_lines("lookalikes.txt"):
        for other in line[1:]:
            found[line[0]].add(other)
            found[other].add(line[0])
    return {character: frozenset(others) for character, others in found.items()}


def syllables_of(character: str) -> tuple[str, ...]:
    """Return the readings of a simplified character, empty for one outside the table."""
    return _by_character().get(character, ())


def characters_read(syllable: str) -> str:
    """Return the characters that are read so."""
    return _by_syllable().get(syllable, "")


@cache
def same_sound(character: str) -> frozenset[str]:
    """Return the characters that share a reading with a character."""
    return frozenset("".join(map(characters_read, syllables_of(character)))) - {character}


@cache
def similar_sound(character: str) -> frozenset[str]:
    """Return the characters that are read much like a character, the ones of the same sound left out."""
    near = (_by_blurred()[blurred(syllable)] for syllable in syllables_of(character))
    return frozenset("".join(near)) - same_sound(character) - {character}


def same_shape(character: str) -> frozenset[str]:
    """Return the characters that look much like a character."""
    return _by_shape().get(character, frozenset())


def readings(word: str) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Return the ways to read a simplified word, each with how unusual it is; empty if a character is unknown.

    A way is a syllable for every character; it is as unusual as the sum of the places that its syllables have among the
    readings of their characters.
    """
    ways = product(*(tuple(enumerate(syllables_of(character))) for character in word))
    found = ((tuple(syllable for _, syllable in way), sum(place for place, _ in way)) for way in ways)
    return tuple(islice((way for way in found if way[1] <= _MOST_UNUSUAL), _MOST_READINGS)) if word else ()


_VOWEL_U = re.compile("v(?=e?$)")
_TYPED_V = re.compile("(?<=[jqxy])v")


def typed_forms(syllables: tuple[str, ...]) -> set[str]:
    """Return how a word's reading is typed: ``lv`` is typed ``lu`` as well, since keyboards have no ``ü``."""
    form = "".join(syllables)
    return {form, "".join(_VOWEL_U.sub("u", syllable) for syllable in syllables)} if "v" in form else {form}


_SPOKEN_ALIKE = re.compile("(?<=[zcs])h|(?<=n)g")


def blurred_letters(letters: str) -> str:
    """Return the letters of whole words so that readings of similar sound become equal."""
    return _SPOKEN_ALIKE.sub("", letters)


def plain_letters(typed: str) -> str:
    """Return typed pinyin without tones, in small letters, ``ü`` as ``v``; the length stays for precomposed letters."""
    plain: list[str] = []
    for character in unicodedata.normalize("NFD", typed.lower()):
        if character == "\u0308" and plain:
            plain[-1] = "v"
        elif not unicodedata.combining(character):
            plain.append(character)
    return _TYPED_V.sub("u", "".join(plain))


@cache
def _syllable_forms() -> frozenset[str]:
    return frozenset(form for syllable in _by_syllable() for form in typed_forms((syllable,)))


_LONGEST_SYLLABLE = 6


def syllable_count(letters: str) -> int:
    """Return into how few syllables letters can be cut without a rest, 0 if they cannot."""
    fewest = {0: 0}
    for end in range(1, len(letters) + 1):
        before = [
            fewest[start]
            for start in range(max(0, end - _LONGEST_SYLLABLE), end)
            if start in fewest and letters[start:end] in _syllable_forms()
        ]
        if before:
            fewest[end] = 1 + min(before)
    return fewest.get(len(letters), 0)
