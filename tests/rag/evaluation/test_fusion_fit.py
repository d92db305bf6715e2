"""Weights are fitted on one half, confirmed on the other, and recommended only where both agree."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.question_set import build_from_question_set
from rag.errors import UsageError
from rag.evaluation.beir import read_beir
from rag.evaluation.fusion_fit import GRID, fit_fusion
from rag.evaluation.fusion_outcome import FusionFit, Half, Tried, Verdict, Weights
from rag.evaluation.judged import judged_beir
from rag.ports import Embedding
from rag.regions import Gazetteer
from rag.settings import Settings
from tests.rag.evaluation.sets import write_set
from tests.rag.evaluation.topics import TOPICS, Guessing, Knowing, write_topics

LIGHT, HEAVY = Weights(0.0, 0.0), Weights(0.8, 0.0)


def fitted(folder: Path, model: Embedding, current: Weights) -> tuple[FusionFit, list[tuple[str, int, int]]]:
    told: list[tuple[str, int, int]] = []
    settings = Settings()
    beir = read_beir(folder)
    generation = build_from_question_set(beir, settings, model, folder / "data", lambda *_: None)
    try:
        retrieval = settings.retrieval.model_copy(update=current.settings)
        judged = judged_beir(beir)
        fit = fit_fusion(generation, judged, Gazetteer.load(), model, retrieval, lambda *each: told.append(each))
        return fit, told
    finally:
        generation.close()


@pytest.mark.thorough
def test_a_model_that_guesses_loses_its_weight_and_each_query_is_embedded_once(tmp_path: Path) -> None:
    model = Guessing()
    fit, told = fitted(write_topics(tmp_path / "set", lay_words=False), model, Weights(1.6, 0.0))
    assert fit.best is not None
    assert fit.best.dense <= 0.4
    assert fit.verdict is Verdict.GAINS
    assert not fit.chosen_on.tried[GRID[-1]].holds
    assert len(model.queries) == len(set(model.queries)) == TOPICS
    done = [at for _, at, _ in told]
    assert done == sorted(done)
    assert told[-1][1] == told[-1][2], "the last report is of all that there was to do"


@pytest.mark.thorough
def test_a_model_that_alone_finds_the_answers_gains_weight(tmp_path: Path) -> None:
    fit, _ = fitted(write_topics(tmp_path / "set", lay_words=True), Knowing(), LIGHT)
    assert fit.best is not None
    assert fit.best > LIGHT
    assert fit.verdict is Verdict.GAINS
    assert not fit.chosen_on.tried[LIGHT].holds, "words alone are worse than the vectors"
    assert fit.confirmed_on.ndcg(fit.best) > fit.confirmed_on.ndcg(LIGHT) + 0.3
    assert fit.p_value is not None
    assert fit.p_value < 0.01


def test_too_few_questions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"24 questions.*40"):
        fitted(write_set(tmp_path / "set"), Guessing(), LIGHT)


def half(light: float, heavy: float, *, holds: bool = True) -> Half:
    """Return a half of twenty questions that all have the same gain."""
    tried = {
        LIGHT: Tried((light,) * 20, (light,) * 20, True),
        HEAVY: Tried((heavy,) * 20, (heavy,) * 20, holds),
    }
    return Half((light,) * 20, (0.0,) * 20, tried)


def test_weights_that_only_keep_fusion_up_and_gain_nothing_are_not_recommended() -> None:
    fit = FusionFit(LIGHT, HEAVY, half(0.6, 0.5), half(0.5, 0.6))
    assert fit.verdict is Verdict.NOT_CONFIRMED


@pytest.mark.parametrize(
    ("best", "other", "verdict"),
    [
        (HEAVY, half(0.5, 0.6), Verdict.GAINS),
        (HEAVY, half(0.5, 0.5), Verdict.NOT_CONFIRMED),
        (HEAVY, half(0.5, 0.4), Verdict.NOT_CONFIRMED),
        (HEAVY, half(0.5, 0.6, holds=False), Verdict.FUSION_FALLS),
        (LIGHT, half(0.5, 0.6), Verdict.CURRENT_IS_BEST),
        (None, half(0.5, 0.6), Verdict.FUSION_ALWAYS_FALLS),
    ],
)
def test_only_a_gain_on_both_halves_is_recommended(best: Weights | None, other: Half, verdict: Verdict) -> None:
    fit = FusionFit(LIGHT, best, half(0.5, 0.6), other)
    assert fit.verdict is verdict
    assert fit.to_json()["recommended"] is (verdict is Verdict.GAINS)
