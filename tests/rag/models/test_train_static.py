"""Training is repeatable, its two stages do what they say, and it refuses what it cannot learn from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelError, SourceError
from rag.models.first_weights import first_weights
from rag.models.learning import learn
from rag.models.pairs import Pairs
from rag.models.saving import load_static_model, quantize
from rag.models.token_lists import gathered, vectors
from rag.models.train_static import main
from tests.rag.models.sets import PASSAGES, QUESTIONS, beir_folder

TINY = ["--steps", "4", "--batch", "4", "--dimension", "8", "--finetune-steps", "3", "--finetune-batch", "4"]


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return beir_folder(tmp_path / "texts", PASSAGES, QUESTIONS)


def trained(texts: Path, out: Path, *more: str) -> bytes:
    assert main(["--texts", str(texts), "--out", str(out), *TINY, *more]) == 0
    return (out / "model.safetensors").read_bytes()


def test_two_runs_with_one_seed_give_the_same_bytes_and_another_seed_gives_others(texts: Path, tmp_path: Path) -> None:
    first = trained(texts, tmp_path / "first")
    assert trained(texts, tmp_path / "second") == first
    tokenizers = [(tmp_path / name / "tokenizer.json").read_bytes() for name in ("first", "second")]
    assert tokenizers[0] == tokenizers[1]
    assert trained(texts, tmp_path / "third", "--seed", "8") != first


def test_the_first_stage_reads_no_question(tmp_path: Path) -> None:
    other = {key: ("完全不同的另一个问题", passages) for key, (_, passages) in QUESTIONS.items()}
    made = [
        trained(beir_folder(tmp_path / f"in{n}", PASSAGES, asked), tmp_path / f"out{n}", "--finetune-steps", "0")
        for n, asked in enumerate((QUESTIONS, other, {}))
    ]
    assert made[0] == made[1] == made[2]
    assert (tmp_path / "out0" / "tokenizer.json").read_bytes() == (tmp_path / "out1" / "tokenizer.json").read_bytes()


def test_the_second_stage_begins_where_a_given_model_stands(texts: Path, tmp_path: Path) -> None:
    start = tmp_path / "start"
    kept = trained(texts, start, "--finetune-steps", "0")
    assert trained(texts, tmp_path / "same", "--start", str(start), "--finetune-steps", "0") == kept
    assert trained(texts, tmp_path / "tuned", "--start", str(start)) != kept


def test_fine_tuning_brings_questions_nearer_to_their_answers(texts: Path, tmp_path: Path) -> None:
    start, tuned = tmp_path / "start", tmp_path / "tuned"
    trained(texts, start, "--finetune-steps", "0", "--dimension", "32")
    trained(texts, tuned, "--start", str(start), "--finetune-steps", "40", "--finetune-learning-rate", "0.01")
    assert lead_of_the_answers(tuned) > lead_of_the_answers(start)


def lead_of_the_answers(folder: Path) -> float:
    """Return by how much the answers' cosine is above the mean over all passages."""
    from rag.models.token_lists import tokenize

    tokenizer, weights = load_static_model(folder)
    passages = vectors(weights, tokenize(tokenizer, list(PASSAGES.values())))
    keys = list(PASSAGES)
    leads = []
    for text, answers in QUESTIONS.values():
        cosines = passages @ vectors(weights, tokenize(tokenizer, [text]))[0]
        leads.append(cosines[[keys.index(answer) for answer in answers]].mean() - cosines.mean())
    return float(np.mean(leads))


def test_a_model_to_start_from_that_is_not_there_is_named(
    texts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "missing"
    code = main(["--texts", str(texts), "--out", str(tmp_path / "out"), "--start", str(missing)])
    assert code == ModelError.exit_code
    assert str(missing) in capsys.readouterr().err


def test_another_users_server_may_read_the_weights(texts: Path, tmp_path: Path) -> None:
    trained(texts, tmp_path / "out")
    assert (tmp_path / "out" / "model.safetensors").stat().st_mode & 0o044 == 0o044


def test_a_folder_without_texts_ends_with_its_exit_code_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main(["--texts", str(empty), "--out", str(tmp_path / "out")]) == SourceError.exit_code
    assert str(empty) in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_texts_that_are_too_few_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    (folder / "a.txt").write_text("很短", encoding="utf-8")
    assert main(["--texts", str(folder), "--out", str(tmp_path / "out")]) == SourceError.exit_code
    assert "found 0" in capsys.readouterr().err


def test_only_rows_of_tokens_that_a_step_has_seen_move() -> None:
    weights = np.random.default_rng(3).standard_normal((6, 4)).astype(np.float32)
    weights[0] = 0.0
    one, two = np.array([1, 2]), np.array([3])
    pairs = Pairs([one, two], [two, one], np.eye(2, dtype=np.bool_))
    learned = learn(weights, [lambda: pairs], 5, 0.01, 0.1, lambda _: None)
    moved = np.flatnonzero((learned != weights).any(axis=1))
    assert moved.tolist() == [1, 2, 3]


def test_every_passage_that_answers_a_question_comes_nearer() -> None:
    weights = np.random.default_rng(3).standard_normal((8, 16)).astype(np.float32)
    weights[0] = 0.0
    question, answers, wrong = np.array([1]), [np.array([2]), np.array([3])], np.array([4])
    pairs = Pairs([question], [*answers, wrong], np.array([[True, True, False]]))
    learned = learn(weights, [lambda: pairs], 60, 0.02, 0.2, lambda _: None)
    before, after = (vectors(rows, gathered([question, *answers, wrong])) for rows in (weights, learned))
    assert (after[1:3] @ after[0] > before[1:3] @ before[0]).all()
    assert after[3] @ after[0] < before[3] @ before[0]


def test_first_weights_place_tokens_of_the_same_passages_nearer_than_chance() -> None:
    random = np.random.default_rng(5)
    subjects = (np.arange(1, 101), np.arange(101, 201))
    passages = gathered([random.choice(subjects[n % 2], 60, replace=False) for n in range(60)])
    leads = []
    for seed in range(10):
        weights = first_weights(passages, 201, 2, seed)
        assert not weights[0].any()
        unit = weights[1:] / np.linalg.norm(weights[1:], axis=1, keepdims=True)
        first, second = unit[:100].sum(axis=0), unit[100:].sum(axis=0)
        within = (first @ first + second @ second - 200) / (2 * 100 * 99)
        leads.append(within - first @ second / 100**2)
    assert np.mean(leads) > 0.02


def test_quantised_rows_stay_within_half_a_step_and_zero_stays_zero() -> None:
    weights = np.random.default_rng(1).standard_normal((50, 16)).astype(np.float32)
    weights[0] = 0.0
    rows, factors = quantize(weights)
    restored = rows * factors[:, None]
    assert not restored[0].any()
    assert np.abs(restored - weights).max() <= factors.max() * 0.501
