from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.domain import Hit, Question, Validity
from rag.errors import ModelError
from rag.generations import Generation
from rag.ports import FloatArray
from rag.regions import Gazetteer
from rag.reranking import PART, open_reranker
from rag.retrieval import HybridRetriever
from rag.settings import RerankerSettings, RetrievalSettings
from tests.embeddings import HashEmbedding
from tests.rag.small_generation import generation_of, policy
from tests.rag.through_torch import report_of

TEXTS = ("甲的规定：门诊挂号", "乙的规定：门诊挂号", "丙的规定：门诊挂号", "丁的规定：门诊挂号")


class Reads:
    """Gives the scores it was told, by the first character of a passage."""

    fingerprint = "reads@1"

    def __init__(self, scores: dict[str, float] | None) -> None:
        self.scores_of = scores
        self.seen: list[str] = []

    def scores(self, question: str, passages: Sequence[str]) -> FloatArray:
        assert question == "门诊挂号的规定"
        if self.scores_of is None:
            raise ModelError("late")
        self.seen += passages
        return np.array([self.scores_of[passage[0]] for passage in passages], dtype=np.float32)


@pytest.fixture(scope="module")
def generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generation]:
    documents = [policy(text[0], text, "其他事项另行通知") for text in TEXTS]
    opened = generation_of(tmp_path_factory.mktemp("reranked"), *documents)
    yield opened
    opened.close()


def ranked(generation: Generation, model: Reads, top: int = 4, **settings: float) -> list[Hit]:
    chosen = RerankerSettings.model_validate(settings)
    retriever = HybridRetriever(generation, HashEmbedding(), Gazetteer.load(), RetrievalSettings(), model, chosen)
    return list(retriever.rank(retriever.understand(Question("门诊挂号的规定")), top).hits)


def order(found: Sequence[Hit]) -> str:
    return "".join(hit.chunk.text[0] for hit in found)


ALL = {"甲": 0.0, "乙": 0.1, "丙": 0.2, "丁": 0.9, "其": 0.0}


def test_the_models_score_is_one_more_visible_part(generation: Generation) -> None:
    read = ranked(generation, Reads(ALL), weight=0.5)
    assert order(read) == "丁丙乙甲"
    assert read[0].parts[PART] == pytest.approx(0.45)
    for hit in read:
        assert hit.score == pytest.approx(sum(hit.parts.values()))


def test_only_the_first_candidates_are_read(generation: Generation) -> None:
    model = Reads(ALL)
    read = ranked(generation, model, candidates=2)
    assert model.seen == list(TEXTS[:2])
    assert order(read) == "乙甲丙丁"
    assert read[2].parts[PART] == 0.0


def test_a_model_that_fails_leaves_the_order_as_it_was(
    generation: Generation, caplog: pytest.LogCaptureFixture
) -> None:
    assert order(ranked(generation, Reads(None))) == "甲乙丙丁"
    assert "late" in caplog.text


def test_no_score_puts_a_superseded_text_above_its_successor(tmp_path: Path) -> None:
    old = policy("甲", TEXTS[0], validity=Validity.SUPERSEDED, superseded_by="乙")
    opened = generation_of(tmp_path, old, policy("乙", TEXTS[1]))
    assert order(ranked(opened, Reads({"甲": 1.0, "乙": 0.0}), weight=10.0)) == "乙甲"
    opened.close()


def test_without_a_configured_model_there_is_none() -> None:
    assert open_reranker(RerankerSettings()) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody/no-such-reranker", "policychat models pull nobody/no-such-reranker"),
        ("/no/such/folder", "no such folder"),
    ],
)
def test_a_model_that_is_not_here_says_what_to_do(name: str, said: str) -> None:
    with pytest.raises(ModelError, match=said) as caught:
        open_reranker(RerankerSettings(model=name))
    assert name in str(caught.value)


@pytest.mark.thorough
def test_a_folder_of_something_else_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model lies here"):
        open_reranker(RerankerSettings(model=str(tmp_path)))


@pytest.mark.thorough
class TestThroughSentenceTransformers:
    """One process that imports torch once; the tests read what it wrote."""

    def test_every_passage_gets_a_score_between_0_and_1_odd_text_included(self, report: dict[str, Any]) -> None:
        assert report["dtype"] == "float32"
        assert len(report["scores"]) == 4
        assert all(0.0 <= score <= 1.0 for score in report["scores"])
        assert len({round(score, 4) for score in report["scores"]}) > 1
        assert report["none"] == [0]

    def test_a_score_does_not_depend_on_the_passages_beside_it_or_on_other_threads(
        self, report: dict[str, Any]
    ) -> None:
        np.testing.assert_allclose(report["scores"], report["alone"], atol=1e-5)
        assert report["largest_thread_difference"] < 1e-5

    def test_what_cannot_rank_is_refused_by_name(self, report: dict[str, Any]) -> None:
        assert "3 numbers a pair" in report["three_outputs"]
        assert "damaged" in report["damaged"]
        assert "cannot be loaded" in report["damaged"]
        assert "cannot be loaded" in report["device"]

    def test_other_readings_have_another_fingerprint(self, report: dict[str, Any]) -> None:
        assert report["fingerprints_differ"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return report_of("reranking_through_torch.py", tmp_path_factory.mktemp("cross-encoder"))
