"""Find what a language model brings along that its sources do not have, beyond figures and names.

``rag.verification`` lets a statement bring half of its wording along, which a rewritten sentence needs. A model that was
misled by a text could hide an invitation in that half. So for what a model wrote three more things must hold: it has
no address that the quotes lack, no numeral of a rare kind, and no long stretch of words that is all its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from rag.domain import Document
from rag.folding import fold

MAX_OWN_LETTERS = 8
"""Longest stretch of letters without one pair from the sources. Joining words (按照规定，符合条件的人员可以) have pairs
that policy texts share, or are shorter; 请把身份证照片发给我们的工作人员 has none for fourteen letters."""

_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}:[!-~]+|//[!-~]+|www\.[!-~]+|[!-~]+@[!-~]+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/[!-~]*)?"
)
"""Web and mail addresses as they are written after folding."""

_CLOSING = "./,;:!?)]}>\"'"
"""Marks that belong to the sentence around an address."""


def foreign_to(text: str, quotes: Sequence[str], documents: Iterable[Document]) -> str | None:
    """Return the first thing in a model's statement that its sources do not have, or None.

    ``documents`` are the cited ones: their titles, issuers, places and numbers may be said besides the quotes.
    """
    folded = fold(text)
    quoted = [fold(quote) for quote in quotes]
    return _address(folded, quoted) or _numeral(text, quotes) or _stretch(folded, [*quoted, *_facts(documents)])


def _address(text: str, quotes: Sequence[str]) -> str | None:
    known = {found[0].rstrip(_CLOSING) for quote in quotes for found in _ADDRESS.finditer(quote)}
    return next((found[0] for found in _ADDRESS.finditer(text) if found[0].rstrip(_CLOSING) not in known), None)


def _numeral(text: str, quotes: Sequence[str]) -> str | None:
    """Circled, Roman and superscript numerals pass for list numbers elsewhere; here they must be the quote's."""
    odd = (character for character in text if unicodedata.category(character) in ("No", "Nl") and character != "〇")
    return next((character for character in odd if not any(character in quote for quote in quotes)), None)


def _stretch(text: str, known: Sequence[str]) -> str | None:
    letters = re.sub(r"[\W_]", "", text)
    dense = [re.sub(r"[\W_]", "", source) for source in known]
    pairs = {source[i : i + 2] for source in dense for i in range(len(source) - 1)}
    begin = 0
    for i in range(len(letters) - 1):
        if letters[i : i + 2] in pairs:
            begin = i + 2
        elif i + 2 - begin > MAX_OWN_LETTERS:
            return letters[begin : i + 2]
    return None


def _facts(documents: Iterable[Document]) -> list[str]:
    return [
        fold(fact)
        for document in documents
        for fact in (document.title, document.issuer, document.region, document.document_number)
        if fact
    ]
