"""Tell whether a question is about health or public policy at all.

Only asked when nothing answers a question: "the documents do not say" and "that is not what I am for" are
different messages. The words are data (``rag/data/domain_words.txt``).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from rag.folding import fold


def in_scope(text: str) -> bool:
    """True if a text has a word of the domain."""
    return bool(_pattern().search(fold(text)))


@cache
def _pattern() -> re.Pattern[str]:
    table = files("rag").joinpath("data", "domain_words.txt").read_text(encoding="utf-8")
    found = [word for line in table.splitlines() if not line.startswith("#") for word in line.split()]
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))))
