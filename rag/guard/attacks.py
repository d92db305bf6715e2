"""Tell whether a question tries to change what the assistant does, openly or in disguise."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.folding import fold
from rag.guard.hidden_text import hidden_texts
from rag.guard.phrases import lists, literal, pattern
from rag.guard.reading import Reading, read

_LONGEST_HIDDEN = 1000
_LATIN = re.compile("[a-z]")
_TITLE_MARKS = str.maketrans("", "", "《》")
"""What stands in a title is no order, but an order may be about one."""


def is_attack(question: str, reading: Reading) -> bool:
    """Tell whether a question, or what it hides, gives the assistant orders about itself.

    A hidden text that is no order is none: a pasted web address with escapes is looked up like any other.
    """
    if (
        literal("attack_marks").search(fold(question))
        or _orders(reading)
        or _orders(read(question.translate(_TITLE_MARKS)))
    ):
        return True
    if pattern("decode_asked").search(reading.text) and pattern("obey_asked").search(reading.text):
        return True
    for hidden in hidden_texts(question):
        shown = hidden[:_LONGEST_HIDDEN]
        if literal("attack_marks").search(fold(shown)) or _orders(read(shown)):
            return True
    return False


def is_order(text: str) -> bool:
    """Tell whether a sentence gives orders to a machine, openly or in disguise: no policy does."""
    return _is_order(text)


@lru_cache(maxsize=4096)
def _is_order(text: str) -> bool:
    """Remembered, because a quotation is both a statement and its own evidence."""
    plain = fold(text)
    if literal("attack_marks").search(plain):
        return True
    if (pattern("order_hint").search(plain) or 3 * len(_LATIN.findall(plain)) > len(plain)) and _orders(read(text)):
        return True
    return any(_orders(read(hidden[:_LONGEST_HIDDEN])) for hidden in hidden_texts(text))


def _orders(reading: Reading) -> bool:
    if pattern("attack").search(reading.text):
        return True
    letters = reading.letters
    return len(letters) >= 12 and any(phrase in letters for phrase in lists()["attack_dense"])
