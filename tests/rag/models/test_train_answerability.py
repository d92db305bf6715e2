from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.question_set import build_from_question_set
from rag.answerability import UNSTATED, Answerability
from rag.answerability_features import NAMES, Features
from rag.errors import NoGenerationError, SourceError
from rag.evaluation.beir import read_beir
from rag.models.answerability_examples import Example, examples_of, read_examples, write_examples
from rag.models.train_answerability import figures, train, weights_json
from rag.settings import EmbeddingSettings, Settings
from tests.rag.models.sets import PASSAGES, QUESTIONS, beir_folder

NOTHING = Features(**dict.fromkeys(NAMES, 0.0))


def example(number: int, answerable: bool, corpus: str = "a") -> Example:
    value = (0.8 if answerable else 0.2) + 0.01 * (number % 7)
    return Example(corpus, f"q{number}", f"d{number}", answerable, replace(NOTHING, passage=value))


EXAMPLES = [example(number, answerable) for number in range(20) for answerable in (True, False)]


def test_training_learns_what_tells_the_examples_apart(tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(weights_json(train(EXAMPLES))), encoding="utf-8")
    learned = Answerability.load(path)
    assert [reason.feature for reason in learned.reasons(NOTHING)] == ["passage"]
    assert learned.probability(replace(NOTHING, passage=0.8)) > 0.8
    assert learned.probability(replace(NOTHING, passage=0.2)) < 0.2


def test_the_figures_name_every_corpus_and_all() -> None:
    examples = [*EXAMPLES, *(example(number, bool(number % 2), "b") for number in range(20, 30))]
    table = figures(examples, train(examples))
    assert "| a | 20 | 20 | 1.000 |" in table
    assert "| b | 5 | 5 | 1.000 |" in table
    assert "| all | 25 | 25 |" in table


def test_examples_without_the_figure_asked_for_are_not_sure() -> None:
    silent = [replace(one, states=False) for one in EXAMPLES[:8]]
    trained = train([*silent, *EXAMPLES[8:]])
    assert max(trained.confidence[:8]) <= UNSTATED
    assert max(trained.confidence[8:]) > 0.8


def test_examples_are_read_as_they_were_written(tmp_path: Path) -> None:
    examples = [*EXAMPLES, Example("a", "q", "g", False, None, False)]
    write_examples(tmp_path / "kept.jsonl", examples)
    assert read_examples(tmp_path / "kept.jsonl") == examples


def test_kept_examples_of_other_features_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    write_examples(path, EXAMPLES[:1])
    path.write_text(path.read_text(encoding="utf-8").replace('"passage"', '"moon"'), encoding="utf-8")
    with pytest.raises(SourceError, match="kept"):
        read_examples(path)


def test_examples_of_one_kind_cannot_be_trained_on() -> None:
    with pytest.raises(SourceError):
        train([example(number, True) for number in range(20)])


@pytest.fixture
def halves(tmp_path: Path, model_folder: Path) -> tuple[Path, list[Path]]:
    """The question set, and two data folders with half of its passages each."""
    folder = beir_folder(tmp_path / "set", PASSAGES, QUESTIONS)
    settings = Settings(embedding=EmbeddingSettings(model=str(model_folder)))
    from rag.embedding import open_embedding

    data = []
    for part in (0, 1):
        half = {key: text for n, (key, text) in enumerate(PASSAGES.items()) if n % 2 == part}
        own = beir_folder(tmp_path / f"half-{part}", half, QUESTIONS)
        place = tmp_path / f"data-{part}"
        embedding = open_embedding(settings.embedding)
        build_from_question_set(read_beir(own), settings, embedding, place, lambda *_: None).close()
        data.append(place)
    return folder, data


def test_a_question_is_answerable_only_where_its_document_is(halves: tuple[Path, list[Path]]) -> None:
    folder, data = halves
    found = examples_of(folder, data, lambda _: None)
    kinds = {(one.question_id, one.answerable) for one in found}
    # The documents of the fourth question lie in both halves: nowhere is it without an answer.
    assert kinds == {(name, answerable) for name in QUESTIONS for answerable in (True, False)} - {("q4", False)}
    assert all(one.group in QUESTIONS[one.question_id][1] for one in found)


def test_a_folder_without_a_generation_is_named(halves: tuple[Path, list[Path]], tmp_path: Path) -> None:
    folder, data = halves
    with pytest.raises(NoGenerationError, match="nothing-here"):
        examples_of(folder, [data[0], tmp_path / "nothing-here"], lambda _: None)
