"""How an answer differs from what its question's author expects, and what must hold for every answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from rag.domain import Answer, AnswerStatus
from rag.errors import UnknownIdError
from rag.evaluation.answer_file import Expectation
from rag.folding import fold
from rag.verification import unsupported_figures

_WHOLE_LIST_OR_PART = (AnswerStatus.ANSWERED, AnswerStatus.PARTIAL)


class ProblemKind(StrEnum):
    """In which respect an answer is not as expected."""

    STATUS = "status"
    CONTAINS = "contains"
    ABSENT = "absent"
    SOURCE = "source"
    PLACE = "place"
    ITEMS = "items"
    NOTICES = "notices"
    PREMISE = "premise"
    REWRITTEN = "rewritten"
    OPTIONS = "options"
    PLACES = "places"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an answer, as a kind and as a short English text."""

    kind: ProblemKind
    told: str


def problems_of(expected: Expectation, answer: Answer) -> tuple[str, ...]:
    """Return what is wrong with an answer, a short text each; none for a right one.

    Texts are compared without script, width, case and white space; a number is met by that number only, so ``20`` is
    not in ``120``.
    """
    return tuple(problem.told for problem in _problems(expected, answer))


def problem_kinds(expected: Expectation, answer: Answer) -> tuple[ProblemKind, ...]:
    """Return in which respects an answer is not as expected, each once; judged as :func:`problems_of` does."""
    return tuple(dict.fromkeys(problem.kind for problem in _problems(expected, answer)))


def quotes_that_differ(answer: Answer, text_of: Callable[[str], str]) -> int:
    """Return how many quotes are not, word for word, what the document of that id holds at their place."""
    differing = 0
    for citation in (*answer.citations, *answer.related):
        try:
            differing += text_of(citation.document_id)[citation.start : citation.end] != citation.quote
        except UnknownIdError:
            differing += 1
    return differing


def figures_outside(answer: Answer) -> int:
    """Return how many figures of the statements stand in none of the quotes that their statement cites."""
    quotes = {citation.number: citation.quote for citation in answer.citations}
    return sum(
        len(unsupported_figures(statement.text, [quotes[number] for number in statement.citations]))
        for statement in answer.statements
    )


def cited_sources(answer: Answer) -> tuple[str, ...]:
    """Return the sources that an answer cites, each once, in order."""
    return tuple(dict.fromkeys(citation.source for citation in answer.citations))


def shown_of(answer: Answer) -> str:
    """Return in one line what a reader sees: the statements, or the places to choose from."""
    if answer.clarification is not None:
        return " / ".join(answer.clarification.options)
    said = [
        f"{statement.place}: {statement.text}" if statement.place else statement.text for statement in answer.statements
    ]
    return " ".join(" ".join(text.split()) for text in said)


def is_source(found: str, expected: str) -> bool:
    """Return whether a document's source is the one that is meant: by its whole path, by its end, or as a part of it."""
    file = found.partition("#")[0]
    return any(name == expected or name.endswith(f"/{expected}") for name in (found, file))


def _problems(expected: Expectation, answer: Answer) -> Iterator[Problem]:
    status, places = answer.status, answer.places
    if status not in expected.status and not (
        status in _WHOLE_LIST_OR_PART and AnswerStatus.ANSWERED in expected.status
    ):
        yield Problem(ProblemKind.STATUS, f"status {status}, expected {' or '.join(expected.status)}")
    if status.carries_evidence or expected.answerable:
        yield from _evidence_problems(expected, answer)
    if (
        expected.premise is not None
        and status.carries_evidence
        and fold(expected.premise) not in fold(answer.premise or "")
    ):
        yield Problem(ProblemKind.PREMISE, f"does not say that {expected.premise} is not confirmed")
    if expected.rewritten is not None and fold(expected.rewritten) not in fold(answer.rewritten or ""):
        told = f"completed as {answer.rewritten}, expected {expected.rewritten} in it"
        yield Problem(ProblemKind.REWRITTEN, told)
    options = answer.clarification.options if answer.clarification else ()
    beside = (*places, *(s.place for s in answer.statements if s.place))
    for kind, name, wanted, there in (
        (ProblemKind.OPTIONS, "offers", expected.options, options),
        (ProblemKind.PLACES, "sets side by side", expected.places, beside),
        (ProblemKind.SILENT, "says to have nothing", expected.silent, answer.silent_places),
    ):
        lacking = [place for place in wanted if place not in there]
        if lacking:
            yield Problem(kind, f"{name} {'、'.join(dict.fromkeys(there)) or 'no place'}, not {'、'.join(lacking)}")


def _evidence_problems(expected: Expectation, answer: Answer) -> Iterator[Problem]:
    shown = _plain("\n".join([*(each.quote for each in answer.citations), *(each.text for each in answer.statements)]))
    for group in expected.contains:
        if not any(_stands_in(shown, part) for part in group):
            yield Problem(ProblemKind.CONTAINS, f"lacks {' / '.join(group)}")
    for part in expected.absent:
        if _stands_in(shown, part):
            yield Problem(ProblemKind.ABSENT, f"has {part}")
    cited = cited_sources(answer)
    lacking = [source for source in expected.source if not any(is_source(found, source) for found in cited)]
    if lacking:
        yield Problem(ProblemKind.SOURCE, f"cites {', '.join(cited) or 'nothing'}, not {', '.join(lacking)}")
    strange = {citation.region or "no place" for citation in answer.citations} - {expected.place}
    if expected.place is not None and strange:
        yield Problem(ProblemKind.PLACE, f"cites {'、'.join(sorted(strange))}, not only {expected.place}")
    if expected.items is not None and answer.total_items != expected.items:
        yield Problem(ProblemKind.ITEMS, f"counts {answer.total_items} items, expected {expected.items}")
    kinds = {notice.kind for notice in answer.notices}
    for kind in expected.notices:
        if kind not in kinds:
            yield Problem(ProblemKind.NOTICES, f"no notice {kind}")


def _plain(text: str) -> str:
    return "".join(fold(text).split())


def _stands_in(shown: str, wanted: str) -> bool:
    part = _plain(wanted)
    at = shown.find(part)
    while at >= 0:
        end = at + len(part)
        begins_inside = part[:1].isdigit() and _continues(shown[max(0, at - 2) : at][::-1])
        ends_inside = part[-1:].isdigit() and _continues(shown[end : end + 2])
        if not begins_inside and not ends_inside:
            return True
        at = shown.find(part, at + 1)
    return False


def _continues(beside: str) -> bool:
    """Tell whether a number goes on: with a digit, or with one behind a point or a comma."""
    return beside[:1].isdigit() or (beside[:1] in {".", ","} and beside[1:2].isdigit())
