"""Folds share no passage, hard negatives are never right, and a fold's model has not seen the fold's questions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from rag.errors import SourceError
from rag.evaluation.metrics import measured
from rag.models.bm25_scores import Bm25Scores
from rag.models.cross_validate import METHODS, main
from rag.models.folds import folds_by_passage
from rag.models.hard_negatives import hard_negatives
from rag.models.options import FinetuningOptions
from rag.models.pairs import QuestionSampler
from rag.models.ranking_figures import figures
from rag.models.token_lists import gathered
from rag.models.training_questions import CorpusTraining
from rag.models.training_texts import read_training_texts
from tests.rag.models.sets import PASSAGES, QUESTIONS, beir_folder

TINY = ["--steps", "3", "--batch", "4", "--dimension", "8", "--finetune-steps", "3", "--finetune-batch", "4"]


def random_answers(seed: int) -> list[list[int]]:
    random = np.random.default_rng(seed)
    return [sorted({int(passage) for passage in random.integers(0, 150, random.integers(1, 4))}) for _ in range(120)]


@pytest.mark.parametrize("seed", range(5))
def test_no_passage_answers_questions_of_two_folds(seed: int) -> None:
    answers = random_answers(seed)
    fold_of: dict[int, int] = {}
    for passages, fold in zip(answers, folds_by_passage(answers), strict=True):
        for passage in passages:
            assert fold_of.setdefault(passage, fold) == fold


def test_questions_that_share_nothing_are_spread_evenly() -> None:
    sizes = np.bincount(folds_by_passage([[passage] for passage in range(53)]))
    assert sorted(sizes) == [10, 10, 11, 11, 11]


def test_a_chain_of_shared_passages_stays_in_one_fold() -> None:
    folds = folds_by_passage([[0, 1], [7], [1, 2], [8], [2, 3]])
    assert len({folds[0], folds[2], folds[4]}) == 1
    assert len({folds[0], folds[1], folds[3]}) == 3


def test_bm25_ranks_as_the_index_of_the_program_does(tmp_path: Path) -> None:
    from rag.lexical import LexicalIndex, LexicalWriter
    from rag.tokenizing import terms

    writer = LexicalWriter()
    for passage in PASSAGES.values():
        writer.add([terms(passage)])
    for field in ("words", "bigrams"):
        (tmp_path / field).mkdir()
    writer.save(tmp_path, 0.6, 0.6)
    index = LexicalIndex(tmp_path)
    bm25 = Bm25Scores(list(PASSAGES.values()))
    for question, _ in QUESTIONS.values():
        expected = sum(index.field_scores(terms(question)))
        np.testing.assert_allclose(bm25.scores(question), expected, atol=1e-4)


def test_a_hard_negative_is_never_an_answer_nor_a_copy_of_one() -> None:
    passages = [*PASSAGES.values(), PASSAGES["doctor"]]
    copy = len(passages) - 1
    numbers = {key: number for number, key in enumerate(PASSAGES)}
    answers = [[numbers[key] for key in keys] for _, keys in QUESTIONS.values()]
    random = np.random.default_rng(1)
    tokens = gathered([random.integers(1, 50, 12) for _ in PASSAGES] + [np.arange(50, 60)])
    tokens = gathered([*(tokens[n] for n in range(len(PASSAGES))), tokens[numbers["doctor"]]])
    weights = random.standard_normal((60, 8)).astype(np.float32)
    asked = gathered([random.integers(1, 50, 5) for _ in QUESTIONS])
    texts = [text for text, _ in QUESTIONS.values()]
    mined = hard_negatives(texts, asked, answers, Bm25Scores(passages), tokens, weights, 4)
    for pool, right in zip(mined, answers, strict=True):
        assert len(pool) >= 4
        assert not set(pool.tolist()) & set(right)
        assert copy not in pool.tolist() or numbers["doctor"] not in right
    assert any(copy in pool.tolist() or numbers["doctor"] in pool.tolist() for pool in mined)


def test_every_question_is_drawn_once_before_one_is_drawn_again_with_all_its_answers() -> None:
    questions = {number: (np.array([number + 1]), [number, number + 1]) for number in range(6)}
    passages = gathered([np.array([100 + number]) for number in range(20)])
    pools = {number: np.array([10 + number, 11 + number]) for number in range(6)}
    sampler = QuestionSampler(questions, passages, pools, 3, 1, 0.0, seed=2)
    drawn = []
    for _ in range(2):
        pairs = sampler.batch()
        for row, left in enumerate(pairs.left):
            number = int(left[0]) - 1
            drawn.append(number)
            belonging = {int(pairs.right[int(column)][0]) - 100 for column in np.flatnonzero(pairs.belongs[row])}
            assert belonging == {number, number + 1}
        assert len(pairs.right) > pairs.belongs.any(axis=0).sum()
    assert sorted(drawn) == list(range(6))


def test_a_folds_sampler_knows_none_of_the_folds_questions(tmp_path: Path) -> None:
    from rag.models.bigram_tokenizer import build_tokenizer, choose_vocabulary

    texts = read_training_texts([beir_folder(tmp_path / "set", PASSAGES, QUESTIONS)])
    tokenizer = build_tokenizer(choose_vocabulary([*texts.whole(), *texts.whole()], 500))
    weights = np.random.default_rng(1).standard_normal((501, 8)).astype(np.float32)
    corpus = CorpusTraining(texts, texts.asked[0], tokenizer, weights, 3)
    options = FinetuningOptions(batch=8, token_dropout=0.0)
    for fold in range(5):
        held = {tuple(corpus.question_tokens[int(n)]) for n in np.flatnonzero(corpus.folds == fold)}
        sampler = corpus.sampler(fold, options, seed=1)
        drawn = {tuple(left) for _ in range(4) for left in sampler.batch().left}
        assert drawn and not drawn & held
        assert len(drawn) == len(QUESTIONS) - len(held)


def test_figures_are_those_of_the_evaluation() -> None:
    random = np.random.default_rng(4)
    for _ in range(20):
        scores = random.integers(0, 40, 300).astype(np.float32)
        answers = random.choice(300, 3, replace=False).tolist()
        ranked = [str(number) for number in np.argsort(-scores, kind="stable")]
        relevant = {str(answer): 1 for answer in answers}
        (expected,) = measured([(ranked[:100], relevant)], ["ndcg@10", "hit@1", "recall@100"])
        assert figures(scores, answers) == pytest.approx(tuple(expected.values()))


def test_cross_validation_keeps_models_folds_and_figures_and_repeats(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = beir_folder(tmp_path / "set", PASSAGES, QUESTIONS)
    outs = [tmp_path / "a", tmp_path / "b"]
    for out in outs:
        assert main(["--texts", str(folder), "--out", str(out), *TINY]) == 0
    for part in ("pretrained", *(f"fold-{fold}" for fold in range(5))):
        weights = [(out / part / "model.safetensors").read_bytes() for out in outs]
        assert weights[0] == weights[1]
    rows = (outs[0] / "folds.tsv").read_text(encoding="utf-8").splitlines()
    assert {row.split("\t")[1] for row in rows[1:]} == set(QUESTIONS)
    written = json.loads((outs[0] / "figures.json").read_text(encoding="utf-8"))
    assert list(written["set"]) == list(METHODS)
    assert written["set"]["bm25"]["ndcg_at_10"] > 0.5
    assert "| set | bm25 + cosine |" in capsys.readouterr().out


def test_texts_without_questions_cannot_be_cross_validated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = beir_folder(tmp_path / "set", PASSAGES, {})
    assert main(["--texts", str(folder), "--out", str(tmp_path / "out"), *TINY]) == SourceError.exit_code
    assert "questions" in capsys.readouterr().err
