"""Words of the domain that ask for the same thing: what residents say beside what policies write.

The table is data (``rag/data/synonyms.txt``): one group a line, folded, members separated by spaces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_PHRASE = 3
"""Characters from which on a member counts as a phrase; the dictionary knows the shorter ones as words."""


class Synonyms:
    """Groups of words with the same meaning."""

    def __init__(self, groups: Mapping[str, tuple[str, ...]]) -> None:
        self._groups = groups
        phrases = sorted((word for word in groups if len(word) >= _PHRASE), key=lambda word: (-len(word), word))
        self._phrase = re.compile("|".join(map(re.escape, phrases))) if phrases else None

    @property
    def members(self) -> frozenset[str]:
        """Every word of the table, on either side."""
        return frozenset(self._groups).union(*self._groups.values())

    def phrases_in(self, folded: str) -> tuple[str, ...]:
        """Return the members of three or more characters that stand in a folded text, the longest at each place."""
        return tuple(dict.fromkeys(self._phrase.findall(folded))) if self._phrase else ()

    def of(self, word: str) -> tuple[str, ...]:
        """Return the other words of a word's groups; empty for most words."""
        return self._groups.get(word, ())


def parse_synonyms(text: str) -> Synonyms:
    """Read the table; lines that begin with ``#`` are comments. A word may stand in several groups.

    In ``a b > c d`` the words on the left have the ones on the right for synonyms and not the other way round: an
    official word is looked for as it stands.
    """
    groups: dict[str, dict[str, None]] = {}
    for line in text.splitlines():
        left, one_way, right = ("", "", "") if line.startswith("#") else line.partition(">")
        members, others = left.split(), right.split() if one_way else left.split()
        for member in members:
            groups.setdefault(member, {}).update(dict.fromkeys(other for other in others if other != member))
    return Synonyms({word: tuple(others) for word, others in groups.items()})


@cache
def load_synonyms() -> Synonyms:
    """Return the packaged table."""
    return parse_synonyms(files("rag").joinpath("data", "synonyms.txt").read_text(encoding="utf-8"))
