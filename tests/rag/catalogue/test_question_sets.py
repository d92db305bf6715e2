"""Question sets: kept in order, changed with a trace, never half."""

from __future__ import annotations

from typing import Any

import pytest

from rag.catalogue import Catalogue
from rag.errors import UnknownIdError, UsageError


def entry(question_id: str, question: str = "补贴多少钱？") -> dict[str, Any]:
    return {"id": question_id, "question": question, "expect": {"status": ["answered"]}}


def traces(catalogue: Catalogue) -> list[tuple[str, Any, Any]]:
    return [(one.action, one.before, one.after) for one in reversed(catalogue.audit.entries())]


def test_questions_keep_their_order_through_changes_and_every_change_is_noted(catalogue: Catalogue) -> None:
    sets = catalogue.question_sets
    number = sets.add("必过", [entry("b"), entry("a")], {"at_least": {"right": 0.9}}, regression=True, by="王")
    sets.keep_question(number, entry("c"), by="王")
    sets.keep_question(number, entry("b2", "还是补贴？"), instead_of="b", by="李")
    sets.remove_question("必过", "a", by="李")
    kept = sets.get("必过")
    assert [one["id"] for one in kept.entries] == ["b2", "c"]
    assert (kept.info.questions, kept.info.regression, kept.info.changed_by) == (2, True, "李")
    assert kept.thresholds == {"at_least": {"right": 0.9}}
    assert traces(catalogue) == [
        ("questions.add", None, {"questions": 2, "regression": True}),
        ("questions.question", None, entry("c")),
        ("questions.question", entry("b"), entry("b2", "还是补贴？")),
        ("questions.question", entry("a"), None),
    ]


def test_a_file_takes_the_place_of_all_questions(catalogue: Catalogue) -> None:
    sets = catalogue.question_sets
    number = sets.add("必过", [entry("a"), entry("b")], regression=True, by="王")
    sets.replace(number, [entry("c")], {"at_most": {"false_answer_rate": 0}}, by="王")
    kept = sets.get(number)
    assert ([one["id"] for one in kept.entries], kept.info.regression) == (["c"], True)
    with pytest.raises(UsageError, match="used by two"):
        sets.replace(number, [entry("d"), entry("d")], by="王")
    assert sets.get(number).entries == kept.entries


def test_sets_are_renamed_marked_and_removed(catalogue: Catalogue) -> None:
    sets = catalogue.question_sets
    one, other = sets.add("一", [entry("a")], by="王"), sets.add("二", by="王")
    sets.change(one, new_name=" 三 ", regression=True, by="王")
    assert [(info.name, info.questions) for info in sets.list(regression=True)] == [("三", 1)]
    assert [info.name for info in sets.list(regression=False)] == ["二"]
    sets.change(one, new_name="三", regression=True, by="李")
    assert traces(catalogue)[-1][1:] == ({"name": "一", "regression": False}, {"name": "三", "regression": True})
    sets.remove(one, by="王")
    assert [info.number for info in sets.list()] == [other]
    with pytest.raises(UnknownIdError):
        sets.get("三")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\0b", "\ud800", "二"])
def test_a_name_that_cannot_be_kept_or_is_taken_is_refused(catalogue: Catalogue, name: str) -> None:
    catalogue.question_sets.add("二", by="王")
    with pytest.raises(UsageError):
        catalogue.question_sets.add(name, by="王")
    assert len(catalogue.question_sets.list()) == len(traces(catalogue)) == 1


def test_a_question_that_cannot_be_kept_changes_nothing(catalogue: Catalogue) -> None:
    sets = catalogue.question_sets
    sets.add("一", [entry("a"), entry("b")], by="王")
    for bad in (entry("b"), entry(""), entry("x" * 81), entry("c", "长" * 20_000)):
        with pytest.raises(UsageError):
            sets.keep_question("一", bad, instead_of="a", by="王")
    with pytest.raises(UnknownIdError):
        sets.keep_question("一", entry("c"), instead_of="z", by="王")
    assert [one["id"] for one in sets.get("一").entries] == ["a", "b"]
    assert len(traces(catalogue)) == 1


def test_evaluations_are_found_by_what_answered(catalogue: Catalogue) -> None:
    kept = {"set_digest": "d", "settings": {}, "model": "m", "figures": {}, "questions": {}}
    for generation in ("g1", None, "g2", "g1"):
        catalogue.evaluations.add(set_name="一", generation=generation, **kept)
    assert [info.generation for info in catalogue.evaluations.latest(9)] == ["g1", "g2", None, "g1"]
    assert [info.generation for info in catalogue.evaluations.latest(9, generation="g2")] == ["g2"]
    assert len(catalogue.evaluations.latest(9, generation="g1", after=1)) == 1
