"""Find the runs of Latin letters in a question, and which of them could be pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.sounds import plain_letters, syllable_count

_LETTERS = "A-Za-z\u00c0-\u024f\u1e00-\u1eff\u0300-\u036f"
_RUN = re.compile(rf"(?<![{_LETTERS}\d.@/_-])[{_LETTERS}]+(?![{_LETTERS}\d@/_-]|\.[{_LETTERS}\d])")
_UNITS = {
    "sui": "岁",
    "suiyishang": "岁以上",
    "suiyixia": "岁以下",
    "zhousui": "周岁",
    "geyue": "个月",
    "yue": "月",
    "tian": "天",
    "nian": "年",
    "ri": "日",
    "hao": "号",
    "dian": "点",
    "zhou": "周",
    "ge": "个",
    "ci": "次",
    "zhen": "针",
    "jia": "价",
    "kuai": "块",
    "yuan": "元",
    "wan": "万",
}
_COUNTED = re.compile(
    rf"(?<=\d) ?({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![{_LETTERS}\d@/_-]|\.[{_LETTERS}\d])", re.I
)
"""What is counted, typed in letters behind a figure (65sui)."""
_GAP = re.compile(r"[ \u3000'’]*")
MOST_LETTERS = 120
"""Longer texts in Latin letters are no question in pinyin."""


@dataclass(frozen=True, slots=True)
class LatinRun:
    """A run in ``text[start:end]``; ``letters`` are without tones and capitals."""

    start: int
    end: int
    letters: str
    syllables: int
    """0 where the letters are no pinyin."""


def latin_runs(text: str) -> list[LatinRun]:
    """Return the runs of a text that are no part of an address or a code (N95)."""
    found = []
    counted = {start for start, _, _ in counted_units(text)}
    for match in _RUN.finditer(text):
        if match.start() in counted:
            continue
        letters = plain_letters(match.group())
        syllables = syllable_count(letters) if len(letters) <= MOST_LETTERS else 0
        found.append(LatinRun(match.start(), match.end(), letters, syllables))
    return found


def counted_units(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a unit in pinyin stands behind a figure, and the unit."""
    for match in _COUNTED.finditer(text):
        yield match.start(1), match.end(1), _UNITS[match.group(1).lower()]


def chains(runs: Sequence[LatinRun], text: str) -> Iterator[list[LatinRun]]:
    """Yield the runs that only spaces part."""
    chain: list[LatinRun] = []
    for run in runs:
        if chain and _GAP.fullmatch(text, chain[-1].end, run.start) is None:
            yield chain
            chain = []
        chain.append(run)
    if chain:
        yield chain
