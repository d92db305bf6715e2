"""Hold an answer to its sources: what is not in the cited text is dropped.

A statement survives when each of these holds against the quotes it cites:

- the quote is still the document's text, character for character;
- every figure of the statement stands in a quote, compared as a value;
- every name of the statement (a 《title》, an organisation, a place, a word in Latin letters) stands in a quote
  or in what is known of the cited document;
- nothing is negated on one side only: "可以报销" is not supported by "不可以报销";
- enough of its wording comes from the quotes (:data:`MIN_SUPPORT`);
- it gives no orders to a machine: what was planted in a document is no policy, though it stands there word for word, and carries nothing else.

A quotation passes all of them. None is a proof that a rewritten sentence means the same; they catch what is
dangerous in a policy answer: invented numbers, names, places and permissions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.domain import Citation, Document, Statement
from rag.folding import fold
from rag.guard.attacks import is_order
from rag.names import blank_known_titles, unsupported_names
from rag.numerals import Figure, FigureKind, blank_enumerators, find_figures

MIN_SUPPORT = 0.5
"""Share of a statement's character pairs that its quotes must hold. A sentence that keeps the source's terms and
changes the words around them stays above 0.6; two sentences on different matters of one policy stay below 0.4."""

_NEGATIONS = (
    "不", "未", "无", "非", "勿", "没", "禁", "没有", "不得", "不能", "不可", "不予", "不再", "不会", "不应", "不宜", "不准", "不许", "不是",
    "不允许", "禁止", "严禁", "无需", "无须", "不用", "不必", "不需", "不需要", "未经", "并非", "除外", "免于", "拒绝", "取消", "停止", "暂停",
)  # fmt: skip


_MEASURES = re.compile(
    r"[多余来几]? ?(?:(?P<money>元|块钱)|(?P<age>周?岁)|(?P<months>个月|月龄)|(?P<years>年)|(?P<days>天|个?工作日|日)|"
    r"(?P<hours>个?小时)|(?P<minutes>分钟)|(?P<times>次)|(?P<people>人(?!次)|名|位))"
)
"""Measures that cannot stand for each other: 80元 is not supported by 80岁. Other words are not compared, because
one count has many classifiers."""


@dataclass(frozen=True, slots=True)
class VerificationResult:
    """What was kept, with citations numbered from 1 in order of first use, and how many statements were not."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    dropped: int


def verify(
    answer_parts: Sequence[Statement],
    citations: Sequence[Citation],
    documents: Mapping[str, Document],
    min_support: float = MIN_SUPPORT,
) -> VerificationResult:
    """Keep the statements that their quotes carry, and the quotes that they use.

    ``documents`` maps document ids to the stored documents, which are believed; the citations are not. Where
    two citations have the same number, the first is meant. ``support`` of a kept statement is measured here.
    """
    sound: dict[int, Citation] = {}
    for citation in citations:
        document = documents.get(citation.document_id)
        if document is not None and verify_citation(citation, document):
            sound.setdefault(citation.number, citation)
    kept: list[Statement] = []
    numbers: dict[int, int] = {}
    for part in answer_parts:
        used = [number for number in dict.fromkeys(part.citations) if number in sound]
        measured = _measure(part.text, [sound[number] for number in used], documents)
        if measured is None or measured < min_support:
            continue
        for number in used:
            numbers.setdefault(number, len(numbers) + 1)
        kept.append(replace(part, citations=tuple(numbers[number] for number in used), support=measured))
    renumbered = tuple(replace(sound[old], number=new) for old, new in numbers.items())
    return VerificationResult(tuple(kept), renumbered, len(answer_parts) - len(kept))


def _measure(text: str, cited: Sequence[Citation], documents: Mapping[str, Document]) -> float | None:
    """Return the support of a statement, or None where its sources do not carry it at all."""
    if not cited:
        return None
    if is_order(text):
        return None
    quotes = [_without_orders(citation.quote) for citation in cited]
    known = [*quotes, *_known_of(documents[citation.document_id] for citation in cited)]
    text = blank_known_titles(text, known)
    if unsupported_figures(text, quotes) or negation_differs(text, quotes):
        return None
    if unsupported_names(text, known):
        return None
    return support(text, quotes)


def _without_orders(quote: str) -> str:
    """Take out the sentences that give orders to a machine: what they say in passing is no evidence either."""
    return "".join(sentence for sentence in _SENTENCE.findall(quote) if not is_order(sentence))


_SENTENCE = re.compile(r"[^。！？!?\n]*(?:[。！？!?\n]+|$)")


def _known_of(documents: Iterable[Document]) -> list[str]:
    return [
        known for item in documents for known in (item.title, item.issuer, item.region, item.document_number) if known
    ]


def verify_citation(citation: Citation, document: Document) -> bool:
    """Tell whether the quote is, word for word, what stands at its place in this document now."""
    return (
        citation.document_id == document.document_id
        and 0 <= citation.start < citation.end <= len(document.text)
        and document.text[citation.start : citation.end] == citation.quote
    )


def unsupported_figures(statement_text: str, quotes: Sequence[str]) -> tuple[Figure, ...]:
    """Return the figures of a statement that stand in none of the quotes, however they are written.

    Numbers that only count items ("1、") are no figures. A date that leaves out what the quote says, such as
    the year, is supported; one that adds something is not. Where both sides name a measure, such as 元 or 岁, it
    must be the same.
    """
    supported: dict[tuple[bool, str], set[str | None]] = {}
    dates: list[str] = []
    for quote in quotes:
        for figure in find_figures(blank_enumerators(quote), indefinite=True):
            supported.setdefault(_comparable(figure), set()).add(_measured_in(quote, figure))
            if figure.kind is FigureKind.DATE:
                dates.append(figure.value)
    missing = []
    for figure in find_figures(blank_enumerators(statement_text)):
        measures = supported.get(_comparable(figure), set())
        measure = _measured_in(statement_text, figure)
        if measures and (measure is None or None in measures or measure in measures):
            continue
        if any(_says_no_more_than(figure, known) for known in dates):
            continue
        missing.append(figure)
    return tuple(missing)


def _comparable(figure: Figure) -> tuple[bool, str]:
    # A bare year and a number, or a hotline and a number, differ only in the word behind them. A month or a
    # percentage cannot collide with a number: its value is spelled differently.
    return figure.kind is FigureKind.PERCENT, figure.value


def _measured_in(text: str, figure: Figure) -> str | None:
    """Name what a number measures, where the word behind it says so."""
    match = _MEASURES.match(fold(text[figure.end : figure.end + 6])) if figure.kind is FigureKind.NUMBER else None
    return match.lastgroup if match else None


def _says_no_more_than(figure: Figure, known: str) -> bool:
    """Tell whether each part of a date, or a number that is a year, is the same part of a known date."""
    wanted, given = _date_parts(figure.value), _date_parts(known)
    if wanted is None or given is None or figure.kind is FigureKind.PERCENT:
        return False
    return all(part is None or part == other for part, other in zip(wanted, given, strict=True))


def _date_parts(value: str) -> tuple[str | None, str | None, str | None] | None:
    match = re.fullmatch(r"(?:([12]\d{3})|-)(?:-(\d\d)(?:-(\d\d))?)?", value)
    return (match[1], match[2], match[3]) if match else None


def negation_differs(statement_text: str, quotes: Sequence[str]) -> bool:
    """Tell whether a word is negated in the statement and nowhere in the quotes, or the other way round.

    Each pair of characters that both sides share is looked at together with what stands right before it. Where
    the quotes hold a pair more than once, the places whose following text agrees the longest are compared.
    """
    statement = _letters(statement_text, keep_breaks=True)
    text = "\n".join(_letters(quote, keep_breaks=True) for quote in quotes)
    # Sets of short stretches instead of a comparison of places: repetitive text stays linear.
    stretches: dict[bool, set[str]] = {True: set(), False: set()}
    for k in range(len(text) - 1):
        stretches[_is_negated(text, k)].update(text[k : k + length] for length in _AGREEMENT)
    for i in range(len(statement) - 1):
        if "\n" in statement[i : i + 2]:
            continue
        negated = _is_negated(statement, i)
        same, other = _agreement(statement, i, stretches[negated]), _agreement(statement, i, stretches[not negated])
        if other > same or (not other and not same and statement[i] in "不未无没勿禁"):
            return True
    return False


_AGREEMENT = range(2, 9)
"""Lengths of text, in characters, that decide which place of a quote a word was taken from."""


def _agreement(statement: str, i: int, stretches: set[str]) -> int:
    return max((length for length in _AGREEMENT if statement[i : i + length] in stretches), default=0)


def _is_negated(text: str, place: int) -> bool:
    return text[max(0, place - 3) : place].endswith(_NEGATIONS)


def support(statement_text: str, quotes: Sequence[str]) -> float:
    """Return the share, in 0..1, of the statement's character pairs that stand in the quotes.

    Script, width, case, white space and punctuation do not count. A statement without letters has 0.0.
    """
    statement = _letters(statement_text)
    texts = [_letters(quote) for quote in quotes]
    if len(statement) < 2:
        return float(bool(statement) and any(statement in text for text in texts))
    known = {text[i : i + 2] for text in texts for i in range(len(text) - 1)}
    pairs = [statement[i : i + 2] for i in range(len(statement) - 1)]
    return sum(pair in known for pair in pairs) / len(pairs)


def _letters(text: str, keep_breaks: bool = False) -> str:
    """Letters and digits of the folded text; breaks between clauses become newlines where they matter."""
    breaks = re.sub(r"[^\w\s]|_", "\n" if keep_breaks else "", fold(text))
    return re.sub(r"[^\S\n]+" if keep_breaks else r"\s+", "", breaks)
