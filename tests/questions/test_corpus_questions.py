"""Our own questions over the packaged corpus, end to end: floors for each kind, and what holds for every answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.pipeline import ingest
from rag.answering import Answering
from rag.domain import Answer, AnswerStatus, Question
from rag.embedding import open_embedding
from rag.generations import DataLayout, Generation, published_id
from rag.regions import Gazetteer
from rag.retrieval import HybridRetriever
from rag.settings import EmbeddingSettings, PathSettings, Settings
from rag.synonyms import load_synonyms
from rag.verification import unsupported_figures

ROOT = Path(__file__).parents[2]
FLOORS = {
    "list": 0.9, "amount": 0.8, "table": 0.85, "date": 0.85, "phone": 0.85, "hours": 0.8, "conditions": 0.8, "howto": 0.9,
    "yesno": 0.8, "version": 0.85, "place": 0.75, "traditional": 0.8, "damaged": 1.0, "hidden": 0.85, "clarify": 0.75,
    "wrongplace": 1.0, "absent": 0.9, "routed": 1.0, "scope": 1.0,
}  # fmt: skip
OVERALL = 0.93


@dataclass(frozen=True)
class Asked:
    """A question of the set, its answer, and what is wrong with it."""

    entry: dict[str, Any]
    answer: Answer
    problems: list[str]

    @property
    def kind(self) -> str:
        return str(self.entry["id"]).split("-")[0]


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Answering:
    data = tmp_path_factory.mktemp("corpus-questions")
    settings = Settings(paths=PathSettings(data=data, corpus=ROOT / "corpus"))
    embedding = open_embedding(EmbeddingSettings())
    ingest([ROOT / "corpus"], settings, lambda: embedding)
    layout = DataLayout(data)
    name = published_id(layout)
    assert name is not None
    generation = Generation(layout.generation(name))
    gazetteer = Gazetteer.load(extra=generation.manifest.places)
    retriever = HybridRetriever(generation, embedding, gazetteer, settings.retrieval)
    return Answering(generation, retriever, gazetteer, load_synonyms(), settings, None)


@pytest.fixture(scope="module")
def asked(answering: Answering) -> list[Asked]:
    entries = yaml.safe_load((ROOT / "tests/questions/corpus.yaml").read_text(encoding="utf-8"))
    found = []
    for entry in entries:
        question = Question(entry["question"], entry.get("region"), tuple(entry.get("history", ())))
        answer = answering.answer(question)
        found.append(Asked(entry, answer, problems_of(entry["expect"], answer)))
    return found


def problems_of(expect: dict[str, Any], answer: Answer) -> list[str]:
    """Return how an answer differs from what is expected; white space in quotes does not count."""
    problems = []
    status = answer.status.value
    if status != expect["status"] and (expect["status"], status) != ("answered", "partial"):
        problems.append(f"status {status}, expected {expect['status']}")
    quotes = "\n".join(citation.quote for citation in answer.citations)
    compact = "".join(quotes.split())
    problems += [f"missing {part}" for part in expect.get("contains", ()) if "".join(part.split()) not in compact]
    problems += [f"has {part}" for part in expect.get("absent", ()) if part in quotes]
    if answer.citations and expect.get("source", "") not in ("", *(c.source for c in answer.citations)):
        problems.append(f"cites {answer.citations[0].source}")
    return problems


def failures(asked: list[Asked]) -> str:
    return "\n".join(f"{one.entry['id']} {one.entry['question']}: {one.problems}" for one in asked if one.problems)


def test_each_kind_of_question_reaches_its_floor(asked: list[Asked]) -> None:
    total = Counter(one.kind for one in asked)
    right = Counter(one.kind for one in asked if not one.problems)
    below = {kind: f"{right[kind]}/{total[kind]}" for kind in total if right[kind] < FLOORS[kind] * total[kind]}
    assert not below, f"{below}\n{failures(asked)}"


def test_all_questions_together_reach_their_floor(asked: list[Asked]) -> None:
    assert sum(not one.problems for one in asked) >= OVERALL * len(asked), failures(asked)


def test_a_quote_is_the_stored_text_at_its_offsets(answering: Answering, asked: list[Asked]) -> None:
    library = answering._generation.library
    cited = [citation for one in asked for citation in one.answer.citations]
    assert len(cited) > len(asked)
    for citation in cited:
        assert library.document(citation.document_id).text[citation.start : citation.end] == citation.quote


def test_every_figure_of_a_statement_stands_in_its_quotes(asked: list[Asked]) -> None:
    for one in asked:
        quotes = {citation.number: citation.quote for citation in one.answer.citations}
        for statement in one.answer.statements:
            cited = [quotes[number] for number in statement.citations]
            assert not unsupported_figures(statement.text, cited), (one.entry["id"], statement.text)


def test_only_answers_carry_evidence(asked: list[Asked]) -> None:
    for one in asked:
        assert bool(one.answer.citations) is one.answer.status.carries_evidence, one.entry["id"]


def test_no_document_of_another_place_is_cited_for_a_place_that_was_asked_about(asked: list[Asked]) -> None:
    for one in asked:
        if one.kind == "wrongplace":
            assert one.answer.status is AnswerStatus.NO_EVIDENCE, (one.entry["id"], one.answer.statements)
