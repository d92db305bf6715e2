"""Tell whether a question is about health or public policy at all.

Only asked when nothing answers a question: "the documents do not say" and "that is not what I am for" are
different messages. The words are data (``rag/data/domain_words.txt``).
"""

from __future__ import annotations

import re
from functools import cache

from rag.folding import fold
from rag.word_tables import table_words


def in_scope(text: str) -> bool:
    """True if a text has a word of the domain."""
    return bool(_pattern().search(fold(text)))


@cache
def _pattern() -> re.Pattern[str]:
    found = sorted(table_words("domain_words.txt"), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)))
