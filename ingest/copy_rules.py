"""Tell copies of a text from other texts that merely read alike.

Counties fill in one another's templates and offices reissue last year's notice with new figures. What is known of two
documents, and the figures that stand in the same words, tell such texts apart.
"""

from __future__ import annotations

import re
from datetime import date

from ingest.metadata_successors import normal_number
from rag.domain import Authority, Document, DocumentType, Validity
from rag.folding import fold
from rag.numerals import Figure, FigureKind, find_figures

_PREFERRED = (Authority.OFFICIAL, Authority.UNKNOWN, Authority.MEDIA, Authority.REPOST)
_REISSUED_DAYS = 90
"""A repost follows within days or weeks; a text published later than this with other figures is a new one."""
_CONTEXT = 6
"""Characters on either side of a figure that must be the same for the figures to stand for the same thing."""
_MOST_CHARS = 200_000
"""Characters of a text that are read for figures: a reissued text differs near its beginning."""
_PLAIN = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")


def title_key(title: str) -> str:
    """Return what of a title must agree: its letters, characters and digits, folded."""
    return _PLAIN.sub("", fold(title))


def named_alike(one: Document, other: Document) -> bool:
    """True if two documents have the same title or the same number."""
    numbers = _numbers(one, other)
    return title_key(one.title) == title_key(other.title) or (numbers is not None and numbers[0] == numbers[1])


def preference(document: Document) -> tuple[int, bool, int, int, str]:
    """Return what orders copies, the one to answer from first."""
    newest_first = -(document.published or date.min).toordinal()
    return (
        _PREFERRED.index(document.authority),
        document.validity is Validity.SUPERSEDED,
        -len(_PLAIN.sub("", document.text)),
        newest_first,
        document.source,
    )


def are_other_texts(one: Document, other: Document) -> bool:
    """True if what is known of two documents of the same words says that they are two texts, not two copies.

    They are if they are about different places, have different numbers, if one replaces the other, if they are states
    of one statute, if their titles name different years or issues, or if one says other figures in the same words and
    was published at another time.
    """
    numbers = _numbers(one, other)
    return (
        (one.region is not None and other.region is not None and one.region != other.region)
        or (numbers is not None and numbers[0] != numbers[1])
        or one.superseded_by == other.source
        or other.superseded_by == one.source
        or _are_states_of_a_statute(one, other)
        or _disagree(_issue(one.title), _issue(other.title))
        or _is_reissued(one, other)
    )


def _numbers(one: Document, other: Document) -> tuple[str, str] | None:
    if one.document_number is None or other.document_number is None:
        return None
    return fold(normal_number(one.document_number)), fold(normal_number(other.document_number))


def _are_states_of_a_statute(one: Document, other: Document) -> bool:
    if DocumentType.STATUTE not in (one.type, other.type):
        return False
    return _differ(one.published, other.published) or _differ(one.effective, other.effective)


def _differ(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and one != other


def _issue(title: str) -> frozenset[str]:
    """Return the years and ordinals that a title names: what tells this year's notice, or the second, from another."""
    figures = find_figures(title)
    years = {year for figure in figures if (year := _year(figure)) is not None}
    return frozenset(years | {f"第{figure.value}" for figure in figures if title[figure.start] == "第"})


def _disagree(one: frozenset[str], other: frozenset[str]) -> bool:
    """True if each of two sets has something that the other lacks."""
    return bool(one - other and other - one)


def _is_reissued(one: Document, other: Document) -> bool:
    """True if figures in the same words differ: another year, or another figure in a text of another time."""
    first, second = _figures_by_context(one.text), _figures_by_context(other.text)
    another_time = (
        one.published is not None
        and other.published is not None
        and abs((one.published - other.published).days) > _REISSUED_DAYS
    )
    for context in first.keys() & second.keys():
        a, b = first[context], second[context]
        if a.value == b.value:
            continue
        if another_time or _year(a) != _year(b):
            return True
    return False


def _year(figure: Figure) -> str | None:
    """Return the year of a date that names one."""
    return figure.value[:4] if figure.kind is FigureKind.DATE and figure.value[:1].isdigit() else None


def _figures_by_context(text: str) -> dict[tuple[str, str], Figure]:
    """Return the figures of a text by the words around them, other figures in these left open; unique ones only."""
    text = text[:_MOST_CHARS]
    found: dict[tuple[str, str], Figure] = {}
    repeated: set[tuple[str, str]] = set()
    for figure in find_figures(text):
        before = _words(text[max(0, figure.start - 4 * _CONTEXT) : figure.start])[-_CONTEXT:]
        after = _words(text[figure.end : figure.end + 4 * _CONTEXT])[:_CONTEXT]
        if len(before) + len(after) < _CONTEXT:
            continue
        if (before, after) in found:
            repeated.add((before, after))
        found[before, after] = figure
    return {context: figure for context, figure in found.items() if context not in repeated}


def _words(text: str) -> str:
    return _PLAIN.sub("", _DIGITS.sub("0", fold(text)))
