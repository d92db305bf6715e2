"""Write questions with what is expected of their answers: the other way of ``answer_file``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from rag.evaluation.answer_file import Expectation, ExpectedAnswer
from rag.evaluation.thresholds import Thresholds

_WIDTH = 4096
"""Characters before YAML folds a line; a question stays on one."""


def entry_of(asked: ExpectedAnswer) -> dict[str, Any]:
    """Return a question as an entry of a file, in plain types; what is not said is left out.

    Read again by ``answer_file.read_entry`` it is the same question. One without an expectation has none here either,
    and cannot be read from a file.
    """
    question, expectation = asked.question, asked.expectation
    values = {
        "id": asked.question_id,
        "question": question.text,
        "region": question.region,
        "history": list(question.history),
        "kind": asked.kind,
        "held_out": asked.held_out,
        "answer": asked.gold,
        "expect": None if expectation is None else _expectation(expectation),
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def file_text(entries: Sequence[Mapping[str, Any]], thresholds: Thresholds) -> str:
    """Return a file that ``answer_file.read_answer_file`` reads, of entries as :func:`entry_of` gives them."""
    bounds = {"at_least": dict(thresholds.at_least), "at_most": dict(thresholds.at_most)}
    kept = {name: values for name, values in bounds.items() if values}
    values = {**({"thresholds": kept} if kept else {}), "questions": [dict(entry) for entry in entries]}
    text: str = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=_WIDTH)
    return text


def _expectation(expected: Expectation) -> dict[str, Any]:
    values = {
        "status": [status.value for status in expected.status],
        "contains": [group[0] if len(group) == 1 else list(group) for group in expected.contains],
        "absent": list(expected.absent),
        "source": list(expected.source),
        "place": expected.place,
        "places": list(expected.places),
        "silent": list(expected.silent),
        "options": list(expected.options),
        "items": expected.items,
        "notices": [kind.value for kind in expected.notices],
        "premise": expected.premise,
        "rewritten": expected.rewritten,
    }
    return {name: value for name, value in values.items() if value not in (None, [])}
