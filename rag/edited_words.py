"""Say what of words that a person wrote does not stand in the sources they are shown with.

Words of the assistant that fail :func:`rag.verification.verify` are dropped. A person may know more than the sources say, so
theirs stay, and whoever reads them before they are sent on is told what nothing bears out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.domain import Citation, Document
from rag.names import blank_known_titles, unsupported_names
from rag.numerals import Figure
from rag.verification import MIN_SUPPORT, negation_differs, support, unsupported_figures


class WordDoubtKind(StrEnum):
    """What is wrong with edited words, the gravest first."""

    FIGURE = "figure"
    """A number, date, share or telephone number stands in no quote."""
    NEGATION = "negation"
    """Something is negated on one side only."""
    NAME = "name"
    """A place, an office or a title stands in no quote."""
    WORDING = "wording"
    """Most of the words stand in no quote."""


@dataclass(frozen=True, slots=True)
class WordDoubt:
    """One doubt; ``words`` are those of the text that it is about, empty where it is about all of it."""

    kind: WordDoubtKind
    words: tuple[str, ...] = ()


def word_doubts(text: str, citations: Sequence[Citation], documents: Mapping[str, Document]) -> tuple[WordDoubt, ...]:
    """Return what of ``text`` its quotes do not bear out; a quotation has no doubts.

    ``documents`` maps document ids to the stored documents; what is known of them (title, issuer, place, number) counts for
    names as it does for answers.
    """
    quotes = [citation.quote for citation in citations]
    cited = [documents[one] for one in dict.fromkeys(c.document_id for c in citations) if one in documents]
    facts = (fact for one in cited for fact in (one.title, one.issuer, one.region, one.document_number))
    known = [*quotes, *(fact for fact in facts if fact)]
    plain = blank_known_titles(text, known)
    doubts = []
    figures = tuple(dict.fromkeys(_with_measure(plain, one) for one in unsupported_figures(plain, quotes)))
    if figures:
        doubts.append(WordDoubt(WordDoubtKind.FIGURE, figures))
    if negation_differs(plain, quotes):
        doubts.append(WordDoubt(WordDoubtKind.NEGATION))
    names = unsupported_names(plain, known)
    if names:
        doubts.append(WordDoubt(WordDoubtKind.NAME, tuple(dict.fromkeys(names))))
    if support(plain, quotes) < MIN_SUPPORT:
        doubts.append(WordDoubt(WordDoubtKind.WORDING))
    return tuple(doubts)


def _with_measure(text: str, figure: Figure) -> str:
    """Return a figure with the character behind it, which mostly says of what it is: 两 alone tells nobody anything."""
    behind = text[figure.end : figure.end + 1]
    return text[figure.start : figure.end] + (behind if behind.isalpha() else "")
