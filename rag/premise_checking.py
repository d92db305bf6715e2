"""Hold what a question takes for granted to the sources, so that a wrong premise is not confirmed by an answer.

A source states a claim where the claim's word, or one of its class, stands in a clause about the same things; it denies
it where the contrary stands there, the same word is negated, or another figure is given. A claim that is neither is
unstated: then the sources say nothing that could be explained.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum

from rag.domain import Document, Hit
from rag.focus import FocusMatcher
from rag.folding import fold
from rag.numerals import find_figures
from rag.outline import sentences
from rag.premise_words import NEGATED, ClaimClass
from rag.premises import Amount, Premise, amounts_in, class_of, premises_of
from rag.synonyms import Synonyms
from rag.tokenizing import focus_words

_ABOUT = 0.6
"""Share of a claim's words that a sentence and its headings must have to be about the same thing."""
_SAYS_ITSELF = 0.5
"""Of two sentences on the matter, the one that names it tells more than one below its heading."""
_MOSTLY = 0.6
"""Share of what a sentence has of a claim's words that must stand in the clause with the verb, or right before it."""
_NEAR_CLAUSES = 2
_OF_ONE_THING = frozenset({"ended", "stopped_paying", "suspended", "merged"})
"""Classes whose verb is said of the thing next to it."""
_LINKING_CHARS = 3
_PER = re.compile("每[人年月日天次季孩户所]|一次性")
_SAME_PER = 0.1
"""每年3600元 denies 每年5000元 better than 一次性2000元 does."""
_COUNTED = re.compile(r"[\d.]+(?:元|%|年|月|日|岁|个月?|次|所)?|每[人年月日孩户季所]")
_LOOKED_AT = 30
"""Hits read for a premise; it is about what the question is about, so the best hits have it if any has."""
_CLAUSE = re.compile(r"[^,，;；。!！?？\n]+")


class Standing(StrEnum):
    """What the sources make of a claim."""

    STATED = "stated"
    DENIED = "denied"
    UNSTATED = "unstated"


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and what the sources make of it; ``document`` and the span are of the sentence that denies it."""

    premise: Premise
    standing: Standing
    document: Document | None = None
    start: int = 0
    end: int = 0


def doubtful_premise(matcher: FocusMatcher, hits: Sequence[Hit], synonyms: Synonyms) -> Checked | None:
    """Return the first thing that a question takes for granted and the hits do not state; None where there is none."""
    for premise in premises_of(matcher.question.text):
        checked = check(premise, matcher, hits, synonyms)
        if checked.standing is not Standing.STATED:
            return checked
    return None


def check(premise: Premise, matcher: FocusMatcher, hits: Sequence[Hit], synonyms: Synonyms) -> Checked:
    """Return what the hits' passages make of a claim.

    Of a sentence that states and one that denies it, the one that is more about the same thing decides, in the clause
    itself where the sentences are alike, and the one that states it where that is alike too.
    """
    objects = _objects(premise, matcher)
    best: tuple[float, float, int, Checked] | None = None
    for hit in hits[:_LOOKED_AT]:
        for start, end, about in _sentences_about(objects, matcher, hit):
            sentence = fold(hit.document.text[start:end])
            for standing, closely in _standings(premise, objects, matcher, synonyms, sentence):
                order = (about, closely, 1 if standing is Standing.STATED else 0)
                if best is None or order > best[:3]:
                    best = (*order, Checked(premise, standing, hit.document, start, end))
    return best[3] if best else Checked(premise, Standing.UNSTATED)


def _objects(premise: Premise, matcher: FocusMatcher) -> frozenset[str]:
    """Return the focus words of a claim: what it is about, without the word that makes the claim."""
    verb = premise.folded[premise.verb[0] : premise.verb[1]]
    rest = f"{premise.folded[: premise.verb[0]]} {premise.folded[premise.verb[1] :]}"
    words = [
        word
        for word in matcher.question.focus
        if not find_figures(word) and not (verb and (word in verb or verb in word))
    ]
    own = frozenset(word for word in words if word in rest)
    # 为什么还收钱 leaves out what for; the rest of the question tells.
    return own or frozenset(word for word in words if class_of(word) is None)


def _sentences_about(objects: frozenset[str], matcher: FocusMatcher, hit: Hit) -> Iterator[tuple[int, int, float]]:
    """Yield the sentences of a hit's passage that are about a claim's things, with the share of them that they have."""
    total = _weight(matcher, objects)
    document = hit.document
    for start, end in sentences(document.text, hit.chunk.start, hit.chunk.end):
        above = fold(f"{document.title} {' '.join(document.section_path_at(start))}")
        own = matcher.matched(fold(document.text[start:end])) & objects
        found = own | (matcher.matched(above) & objects)
        about = _weight(matcher, found) / total if total else 0.0
        if own and about >= _ABOUT:
            yield start, end, about + _SAYS_ITSELF * _weight(matcher, own) / total


def _standings(
    premise: Premise, objects: frozenset[str], matcher: FocusMatcher, synonyms: Synonyms, sentence: str
) -> Iterator[tuple[Standing, float]]:
    """Yield what the clauses of a sentence about the same things say of a claim, with the weight of them in the clause."""
    clauses = [match.group() for match in _CLAUSE.finditer(sentence)]
    needed = _MOSTLY * _weight(matcher, matcher.matched(sentence) & objects)
    for n, clause in enumerate(clauses):
        # A Chinese clause drops the subject of the one before it.
        near = ",".join(clauses[max(0, n - _NEAR_CLAUSES) : n + 1])
        there = matcher.matched(near) & objects
        if _weight(matcher, there) >= needed:
            things = [form for word in there for form in (word, *synonyms.of(word))]
            for standing in _of_clause(premise, near, clause, things):
                same = len(set(_PER.findall(clause)) & set(_PER.findall(premise.folded)))
                yield standing, _weight(matcher, matcher.matched(clause) & objects) + _SAME_PER * same


def _weight(matcher: FocusMatcher, words: frozenset[str]) -> float:
    return fsum(matcher.weights[word] for word in words)


def _of_clause(premise: Premise, near: str, clause: str, things: Collection[str]) -> Iterator[Standing]:
    """Yield what a clause says of a claim; ``near`` is the clause with those before it, ``things`` what it is about."""
    figures = _figures(premise.amounts, clause)
    if premise.claim is None:
        if figures is not None:
            yield Standing.STATED if figures else Standing.DENIED
        return
    said = _says(premise, premise.claim, near, len(near) - len(clause), things)
    if said is False or figures is False:
        yield Standing.DENIED
    elif said and (figures or not premise.amounts):
        yield Standing.STATED


def _says(premise: Premise, claim: ClaimClass, near: str, begin: int, things: Collection[str]) -> bool | None:
    """Tell whether ``near[begin:]`` says what the claim says (True), the contrary (False), or neither (None)."""
    for pattern, agrees in ((claim.told, True), (claim.contrary, False)):
        for match in pattern.finditer(near, begin):
            if agrees and claim.name in _OF_ONE_THING and not _is_said_of(near, match.span(), things):
                continue
            denied = bool(NEGATED.search(near[: match.start()]))
            return (agrees is not denied) is not premise.negated
    return None


def _is_said_of(near: str, verb: tuple[int, int], things: Collection[str]) -> bool:
    """Tell whether a verb is said of one of some things themselves, and not of what is theirs.

    村卫生室夜间急诊停办 ends the service and no 村卫生室, 取消村卫生室药品加成 neither: other words stand between, or behind.
    """
    ends = [near.rfind(thing, 0, verb[0]) + len(thing) for thing in things if near.rfind(thing, 0, verb[0]) >= 0]
    if ends and _content(near[max(ends) : verb[0]]) <= _LINKING_CHARS:
        return True
    starts = [at + len(thing) for thing in things if (at := near.find(thing, verb[1])) >= 0]
    return bool(starts) and _content(near[max(starts) :].partition(",")[0]) <= _LINKING_CHARS


def _content(folded: str) -> int:
    """Count the characters of words that mean something of their own, figures and dates left out."""
    return sum(len(word) for word in focus_words(_COUNTED.sub(" ", folded)))


def _figures(amounts: Sequence[Amount], clause: str) -> bool | None:
    """Tell whether a clause has the claim's figures (True), others of the same units (False), or none of these (None)."""
    if not amounts:
        return None
    there = amounts_in(clause)
    if all(amount in there for amount in amounts):
        return True
    units = {amount.unit for amount in amounts}
    return False if any(amount.unit in units for amount in there) else None
