"""What everybody says when asking, whether documents say it or not: characters that are words, and phrases."""

from __future__ import annotations

from functools import cache

from rag.tokenizing import FUNCTION_WORDS, LIGHT_WORDS, QUESTION_PHRASES
from rag.word_tables import table_words

GENERAL_WORDS = FUNCTION_WORDS | LIGHT_WORDS
"""Words that say nothing of the subject."""
ASKING = frozenset(QUESTION_PHRASES) | GENERAL_WORDS
"""Words that ask, or say nothing of the subject."""


@cache
def single_words() -> frozenset[str]:
    """Return the folded characters that are words of their own in what people ask."""
    return frozenset(table_words("single_words.txt")) | {word for word in ASKING if len(word) == 1}


@cache
def everyday_phrases() -> frozenset[str]:
    """Return folded words and short phrases that questions hold far more often than documents do."""
    return frozenset(table_words("everyday_phrases.txt"))
