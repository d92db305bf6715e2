"""Read a question that compares years or versions of a rule, and find the passages of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rag.comparison import ComparedBy, Comparison, Side, without_comparing
from rag.domain import Document, Hit, Question, Validity
from rag.folding import fold
from rag.question import UnderstoodQuestion

_GAP = "\0"
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})年?度?(?![\d元号])|去年|今年|前年|明年")
_RELATIVE = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}
_BETWEEN = re.compile(r"\s*(?:的\S{0,12})?\s*(?:以及|和|与|跟|同|、|,|对比|比|较|相比)\s*(?:的)?")
_CUE = re.compile(
    r"不同|不一样|区别|差别|差异|变化|变动|调整|对比|比较|相比|一样|分别|各自|各(?:是|有|为)|比\S{0,8}(?:[高低多少涨降增减]|提高|增加)|"
    r"(?:涨|降|提高|增加|减少|多|少)了?(?:多少|吗|没有)|哪[个年]\S{0,8}[高低多少]"
)
_VERSIONS = re.compile(
    r"新[旧老](?:版|办法|标准|政策|规定|文件|方案)?|[旧老](?:版|办法|标准|政策|规定|文件)?(?:和|与|跟)新(?:版|办法|标准|政策|规定|文件)?|"
    r"(?:修订|修改|调整|改革)前后|(?:以前|原来|过去|之前)(?:的|\S{0,6})?(?:和|与|跟|相比|比)(?:现在|如今|今年|新)|现在(?:和|与|跟|比)(?:以前|原来|过去|之前)(?:相?比)?"
)
_SET_AGAINST = re.compile("(?:比|跟|和|与|同|较)(?:去年|前年|今年)")
"""去年 and 今年 also tell a story (去年看了门诊，今年…); only set against each other they are compared."""
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class VersionHits:
    """The hits of one version; ``label`` is the year of the document, or its title where that is unknown."""

    label: str
    hits: tuple[Hit, ...]


def years_compared(question: UnderstoodQuestion, today: date) -> Comparison | None:
    """Return the years, or the versions, that a question compares; None where it compares none.

    A side's question keeps its year: 2025年和2030年的目标 may stand in one document, and then the words decide.
    """
    text, folded = question.text, fold(question.text)
    found = [(match.start(), match.end(), _year_of(match, today)) for match in _YEAR.finditer(folded)]
    years = tuple(dict.fromkeys(year for *_, year in found))
    region = question.chosen.code if question.chosen else None
    if len(years) >= _FEWEST:
        joined = any(_BETWEEN.fullmatch(folded, one[1], other[0]) for one, other in pairwise(found))
        told = _SET_AGAINST if any(not folded[start].isdigit() for start, *_ in found) else _CUE
        if not (told.search(folded) or joined):
            return None
        for start, end, _ in reversed(found):
            text = f"{text[:start]}{_GAP}{text[end:]}"
        rest = without_comparing(text)
        sides = [Side(f"{year}年", Question(f"{year}年{rest}", region), year=year) for year in years]
        return Comparison(ComparedBy.YEARS, tuple(sides)) if rest else None
    versions = _VERSIONS.search(folded)
    if versions is None:
        return None
    rest = without_comparing(f"{text[: versions.start()]}{text[versions.end() :]}")
    return Comparison(ComparedBy.VERSIONS, (Side("", Question(rest, region)),)) if rest else None


def _year_of(match: re.Match[str], today: date) -> int:
    return int(match[1]) if match[1] else today.year + _RELATIVE[match[0]]


def hits_of_year(hits: Sequence[Hit], year: int) -> tuple[tuple[Hit, ...], ...]:
    """Return what to draft a year's side from, to be tried in order: the year's own documents, then passages naming it.

    The second is for a figure of several years in one document (2025年基数 and 2030年目标 in a table).
    """
    own = tuple(hit for hit in hits if is_of_year(hit.document, year))
    named = tuple(hit for hit in hits if f"{year}年" in f"{' '.join(hit.chunk.section)} {hit.chunk.text}")
    return tuple(found for found in (own, named) if found)


def is_of_year(document: Document, year: int) -> bool:
    """Tell whether a document is a rule of a year: its title names it, or it holds from then, or was published then.

    A title that names other years (2026—2030年规划) or a day from which the rule holds tells more than the day it was
    published on: what holds in 2026 is often published at the end of 2025.
    """
    titled = {int(found[1]) for found in _YEAR.finditer(fold(document.title)) if found[1]}
    if titled:
        return year in titled
    if document.effective is not None:
        return document.effective.year == year
    return document.published is not None and document.published.year == year


def versions_among(hits: Sequence[Hit]) -> tuple[VersionHits, ...]:
    """Return the hits of each version of a rule among hits, oldest first; empty where no rule has two versions here.

    Two documents are versions of one rule where one says that it replaces the other.
    """
    documents = {hit.document.source: hit.document for hit in hits}
    by_title = {document.title: document for document in documents.values()}
    for old in documents.values():
        name = old.superseded_by or ""
        new = documents.get(name) or by_title.get(name)
        if old.validity is not Validity.SUPERSEDED or new is None or new is old:
            continue
        chain = [
            VersionHits(_label(document), tuple(hit for hit in hits if hit.document is document))
            for document in (old, new)
        ]
        return tuple(chain) if chain[0].label != chain[1].label else ()
    return ()


def _label(document: Document) -> str:
    day = document.effective or document.published
    return f"{day.year}年" if day else document.title
