"""Let a question look for its rare words under other names as well: what residents call what policies write otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import log

from rag.question import UnderstoodQuestion
from rag.synonyms import Synonyms

SHARE = 0.3
"""What a synonym counts for beside the word that was asked for; measured in ``tests/benchmarks/synonyms.py``."""
RARE = log(20.0)
"""A word with a greater idf stands in fewer than one of twenty chunks. Commoner ones find enough by themselves, and their
synonyms would only blur the ranking."""


def widened(question: UnderstoodQuestion, idf: Callable[[str], float], synonyms: Synonyms) -> UnderstoodQuestion:
    """Return a question whose rare words are searched for by their synonyms as well, at a share of their weight."""
    forms = forms_for(question, idf, synonyms)
    return replace(question, terms=question.terms.and_lightly(forms, SHARE)) if forms else question


def forms_for(question: UnderstoodQuestion, idf: Callable[[str], float], synonyms: Synonyms) -> dict[str, str]:
    """Return the words that a question is to be searched for besides, each with the word of the question it stands for."""
    rare = [word for word in question.focus if synonyms.of(word) and idf(word) > RARE]
    unknown = idf("\0") if rare else 0.0
    return {form: word for word in rare for form in synonyms.of(word) if idf(form) < unknown}
