from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answerability import Answerability, Weight
from rag.answerability_features import NAMES, SIGNS, Features
from rag.domain import Question
from rag.errors import ModelError
from rag.extractive import Extractor
from rag.focus import FocusMatcher
from rag.settings import AnsweringSettings
from rag.synonyms import load_synonyms
from tests.rag.small_generation import generation_of, policy, retriever_over

NOTHING = Features(**dict.fromkeys(NAMES, 0.0))
SIMPLE = Answerability({"passage": Weight(0.5, 0.25, 2.0), "unknown": Weight(0.0, 1.0, -1.0)}, 0.0)


def test_the_mean_question_has_the_odds_of_the_bias() -> None:
    mean = replace(NOTHING, passage=0.5)
    assert SIMPLE.probability(mean) == pytest.approx(0.5)
    assert Answerability({}, 1.0).probability(mean) == pytest.approx(0.7311, abs=1e-4)


def test_a_reason_is_what_its_feature_adds_and_the_strongest_comes_first() -> None:
    reasons = SIMPLE.reasons(replace(NOTHING, passage=0.25, unknown=0.5))
    assert [(reason.feature, reason.value, reason.effect) for reason in reasons] == [
        ("passage", 0.25, -2.0),
        ("unknown", 0.5, -0.5),
    ]


def test_the_probability_stays_in_its_bounds_however_odd_the_features() -> None:
    for value in (-1e9, 1e9):
        assert 0.0 <= SIMPLE.probability(replace(NOTHING, passage=value)) <= 1.0


def test_without_a_hit_or_a_draft_nothing_is_sure(tmp_path: Path) -> None:
    generation = generation_of(tmp_path, policy("blood", "捐献全血的间隔不少于六个月。", title="献血须知"))
    retriever = retriever_over(generation)
    matcher = FocusMatcher(retriever.understand(Question("献血")), retriever.idf, load_synonyms())
    assert SIMPLE.sure(matcher, [], [], generation.chunk_terms) == 0.0


def test_an_answer_without_the_figure_asked_for_is_not_sure(tmp_path: Path) -> None:
    says, silent = "停车每小时收费3元。", "停车请听从工作人员安排，收费见公示牌。"
    sure = []
    for number, line in enumerate((says, silent)):
        generation = generation_of(tmp_path / str(number), policy("park", line, title="停车须知"))
        retriever = retriever_over(generation)
        question = retriever.understand(Question("停车收费多少钱"))
        matcher = FocusMatcher(question, retriever.idf, load_synonyms())
        hits = retriever.rank(question, 20).hits
        draft = Extractor(AnsweringSettings()).draft(matcher, hits)
        assert draft is not None
        sure.append(Answerability.load().sure(matcher, hits, [draft], generation.chunk_terms))
    assert sure[1] < 0.41 < sure[0]


def test_the_packaged_weights_have_the_signs_of_their_features() -> None:
    strange = Answerability.load().reasons(replace(NOTHING, **dict.fromkeys(NAMES, 1000000.0)))
    assert strange
    assert all(reason.effect * SIGNS[reason.feature] > 0 for reason in strange)


def test_a_question_that_is_covered_is_likelier_to_be_answered_than_one_that_is_not() -> None:
    packaged = Answerability.load()
    covered = Features(**{name: float(SIGNS[name] > 0) for name in NAMES})
    missed = Features(**{name: float(SIGNS[name] < 0) for name in NAMES})
    assert packaged.probability(covered) > 0.95
    assert packaged.probability(missed) < 0.05


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{",
        '{"bias": 0}',
        '{"bias": 0, "features": {"passage": {"mean": 0, "scale": 1}}}',
        '{"bias": 0, "features": {"passage": {"mean": 0, "scale": 0, "effect": 1}}}',
        '{"bias": NaN, "features": {}}',
        '{"bias": 0, "features": {"moon": {"mean": 0, "scale": 1, "effect": 1}}}',
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "weights.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelError):
        Answerability.load(path)


def test_a_missing_file_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        Answerability.load(tmp_path / "none.json")


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    features = {"passage": {"mean": 0.5, "scale": 0.25, "effect": 2.0}}
    path.write_text(json.dumps({"bias": 0.25, "features": features}), encoding="utf-8")
    assert Answerability.load(path).probability(replace(NOTHING, passage=0.5)) == pytest.approx(0.5622, abs=1e-4)
