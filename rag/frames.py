"""Take out of a question the words that only ask (有哪几条, 归谁管, 能报几成): the answer's form shows them, its words need not.

The patterns are data (``rag/data/question_frames.txt``), and so are words of regions (``rag/data/asking_dialects.txt``).
"""

from __future__ import annotations

import re
from functools import cache

from rag.word_tables import table_lines

_NUMBER = "(?:几多|多少|几)"
_WHICH = "(?:什么|啥|哪些|些什么|些啥)"
_MEASURE = "(?:条(?!件|例)|点(?!击|位)|项(?!目)|样(?!本)|招(?!聘)|桩|件|个|种(?!类)|类(?!别|型)|块|步(?!骤)|方面|板块|大类|大项)"
_FOR = {"{N}": _NUMBER, "{W}": _WHICH, "{M}": _MEASURE}
_DOUBLED = re.compile(r"(?<![\u4e00-\u9fff]着)([\u4e00-\u9fff])[不没]\1(?![\u4e00-\u9fff]?不)")
"""A verb asked for by itself and its denial (报不报, 给不给, 去没去): what is left of it is the verb."""


def in_standard_words(folded: str) -> str:
    """Return a folded question that asks in the standard language's words (好多 → 多少, 么子 → 什么); all else stays."""
    for pattern, standard in _dialects():
        folded = pattern.sub(standard, folded)
    return folded


def without_frames(folded: str) -> str:
    """Return a folded question with a space for each frame, and each doubled verb once."""
    return _DOUBLED.sub(r"\1", _frames().sub(" ", folded))


@cache
def _dialects() -> tuple[tuple[re.Pattern[str], str], ...]:
    pairs = [line.split(" > ") for line in table_lines("asking_dialects.txt")]
    return tuple((re.compile(pattern), standard) for pattern, standard in pairs)


@cache
def _frames() -> re.Pattern[str]:
    lines = table_lines("question_frames.txt")
    for mark, words in _FOR.items():
        lines = [line.replace(mark, words) for line in lines]
    return re.compile("|".join(f"(?:{line})" for line in lines))
