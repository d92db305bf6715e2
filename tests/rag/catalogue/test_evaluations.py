"""The history of evaluations: what is kept, in which order, and how one is found again."""

from __future__ import annotations

from typing import Any

import pytest

from rag.catalogue import Catalogue, open_catalogue
from rag.errors import UnknownIdError, UsageError
from rag.settings import Settings

QUESTIONS = {"q1": {"question": "几点开门？\0\ud800", "rank": None, "ndcg@10": 0.0, "stages": {"bm25": 3}}}


def add(catalogue: Catalogue, **changed: Any) -> str:
    values: dict[str, Any] = {
        "set_name": "题目",
        "set_digest": "a" * 64,
        "settings": {"retrieval": {"k1": 0.6}, "program": "0.1.0"},
        "model": "static@1",
        "figures": {"ndcg@10": 0.5, "by_stage": {"reranked": {"ndcg@10": 0.5}, "bm25": {"ndcg@10": 0.4}}},
        "questions": QUESTIONS,
        "label": None,
    }
    return catalogue.evaluations.add(**values | changed)


def test_an_evaluation_is_found_again_with_everything_that_was_said(catalogue: Catalogue, settings: Settings) -> None:
    made = add(catalogue, label="before")
    with open_catalogue(settings) as other:
        found = other.evaluations.get(made)
    assert found.questions == QUESTIONS
    info = found.info
    assert (info.evaluation_id, info.label, info.set_name, info.model) == (made, "before", "题目", "static@1")
    assert info.settings == {"retrieval": {"k1": 0.6}, "program": "0.1.0"}
    assert list(info.figures["by_stage"]) == ["reranked", "bm25"], "the order of the stages is kept"
    assert catalogue.evaluations.latest(5) == (info,)


def test_the_newest_come_first_and_ids_sort_by_time(catalogue: Catalogue) -> None:
    made = [add(catalogue) for _ in range(4)]
    assert made == sorted(made)
    assert [info.evaluation_id for info in catalogue.evaluations.latest(3)] == made[:0:-1]


def test_those_of_one_set_are_listed_by_name_or_digest(catalogue: Catalogue) -> None:
    one, other = add(catalogue), add(catalogue, set_name="别的", set_digest="b" * 64)
    assert [info.evaluation_id for info in catalogue.evaluations.latest(9, set_name="题目")] == [one]
    assert [info.evaluation_id for info in catalogue.evaluations.latest(9, set_digest="b" * 64)] == [other]


def test_the_same_settings_have_one_digest_in_any_order(catalogue: Catalogue) -> None:
    for settings in ({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 3, "c": 2}, "a": 1}, {"a": 1, "b": {"c": 2, "d": 4}}):
        add(catalogue, settings=settings)
    last, second, first = (info.settings_digest for info in catalogue.evaluations.latest(3))
    assert first == second != last


def test_a_label_names_the_newest_and_the_beginning_of_an_id_the_only_one(catalogue: Catalogue) -> None:
    first, second = add(catalogue, label="trial"), add(catalogue, label="trial")
    assert catalogue.evaluations.get("trial").info.evaluation_id == second
    assert catalogue.evaluations.get(first[:-1]).info.evaluation_id == first


@pytest.mark.parametrize("name", ["", "nowhere", "2", "%", "_"])
def test_what_names_none_or_several_is_refused(catalogue: Catalogue, name: str) -> None:
    add(catalogue)
    add(catalogue)
    with pytest.raises(UnknownIdError):
        catalogue.evaluations.get(name)


@pytest.mark.parametrize("label", ["", " ", "x" * 201, "a\0b", "\ud800"])
def test_a_label_that_cannot_be_kept_is_refused_and_nothing_is_stored(catalogue: Catalogue, label: str) -> None:
    with pytest.raises(UsageError, match="label"):
        add(catalogue, label=label)
    assert catalogue.evaluations.latest(1) == ()


def test_what_is_no_json_is_refused_and_nothing_is_stored(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="JSON"):
        add(catalogue, figures={"ndcg@10": float("nan")})
    assert catalogue.evaluations.latest(1) == ()


def test_the_name_of_a_set_is_cut_to_what_can_be_stored(catalogue: Catalogue) -> None:
    add(catalogue, set_name="长" * 300 + "\0")
    assert catalogue.evaluations.latest(1)[0].set_name == "长" * 200
