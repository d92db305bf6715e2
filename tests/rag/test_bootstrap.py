"""The assistant over a data folder, from the questions that arrive to the index that answers them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import delete_documents
from rag.bootstrap import PolicyAssistant, open_assistant
from rag.domain import AnswerStatus, InvalidReason, Question
from rag.embedding import open_embedding
from rag.errors import ModelError, NoGenerationError, NotAvailableError, QuestionError, UnknownIdError
from rag.settings import EmbeddingSettings, Settings
from tests.conftest import SOURCES, settings_for

QUESTION = Question("青棠县老年人免费体检的服务对象是什么")


@pytest.fixture
def assistant(served: Settings) -> Iterator[PolicyAssistant]:
    opened = open_assistant(served)
    yield opened
    opened.close()


def test_documents_come_by_source_with_their_number_of_chunks(assistant: PolicyAssistant) -> None:
    listed = assistant.documents()
    assert tuple(document.source for document in listed) == SOURCES
    assert set(assistant.chunk_counts()) == {document.document_id for document in listed}
    assert assistant.chunk_counts()[listed[0].document_id] == 3
    assert assistant.document(listed[0].document_id) == listed[0]
    with pytest.raises(UnknownIdError):
        assistant.document("nonsense")


def test_places_come_with_most_documents_first(assistant: PolicyAssistant) -> None:
    assert [(place.name, place.documents) for place in assistant.places()] == [("青棠县", 4), ("白岭县", 1)]


def test_a_search_ranks_the_document_of_the_place_first(assistant: PolicyAssistant) -> None:
    result = assistant.search(QUESTION, 5)
    assert result.hits[0].document.source == "qingtang-elderly.md"
    assert len(result.hits) == 5
    assert result.timings_ms["retrieval"] > 0


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question(""), "empty"),
        (Question(" ？！ "), "empty"),
        (Question("问" * 2000), "2000 characters, allowed are 500"),
        (Question("体检", region="乌有县"), "unknown region '乌有县'"),
    ],
)
def test_a_search_for_what_cannot_be_taken_says_why(assistant: PolicyAssistant, question: Question, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        assistant.search(question, 5)


def test_an_answer_names_the_generation_and_quotes_its_documents(assistant: PolicyAssistant) -> None:
    answer = assistant.answer(QUESTION)
    info = assistant.published()
    assert info is not None
    assert answer.generation == info.generation
    for citation in answer.citations:
        assert assistant.document(citation.document_id).text[citation.start : citation.end] == citation.quote


def test_a_new_generation_is_answered_from_without_a_restart(served: Settings) -> None:
    watchful = served.model_copy(update={"server": served.server.model_copy(update={"reload_check_s": 0.0})})
    assistant = open_assistant(watchful)
    assert assistant.search(QUESTION, 1).hits[0].document.source == "qingtang-elderly.md"
    report = delete_documents(["qingtang-elderly.md"], served, lambda: open_embedding(served.embedding))
    info = assistant.published()
    assert info is not None
    assert info.generation == report.generation
    found = {hit.document.source for hit in assistant.search(QUESTION, 50).hits}
    assert found
    assert "qingtang-elderly.md" not in found
    assert assistant.answer(QUESTION).generation == report.generation
    assistant.close()


class TestWithoutAnIndex:
    @pytest.fixture
    def empty(self, tmp_path: Path) -> PolicyAssistant:
        return open_assistant(settings_for(tmp_path / "data"))

    def test_an_answer_is_unavailable_and_gives_numbers_to_call(self, empty: PolicyAssistant) -> None:
        answer = empty.answer(QUESTION)
        assert answer.status is AnswerStatus.UNAVAILABLE
        assert [route.number for route in answer.routes] == ["12345", "12320"]

    def test_a_question_that_cannot_be_taken_is_told_so_all_the_same(self, empty: PolicyAssistant) -> None:
        answer = empty.answer(Question(""))
        assert (answer.status, answer.invalid_reason) == (AnswerStatus.INVALID, InvalidReason.EMPTY)

    def test_everything_else_says_that_nothing_is_published(self, empty: PolicyAssistant) -> None:
        assert empty.published() is None
        assert empty.problem() is None
        for call in (empty.documents, empty.places, empty.chunk_counts, lambda: empty.search(QUESTION, 1)):
            with pytest.raises(NoGenerationError):
                call()

    def test_a_first_generation_is_picked_up(self, served: Settings, tmp_path: Path) -> None:
        settings = settings_for(tmp_path / "later", embedding=served.embedding)
        assistant = open_assistant(settings)
        assert assistant.published() is None
        shutil.copytree(served.paths.data, settings.paths.data)
        assert len(assistant.documents()) == len(SOURCES)
        assistant.close()


class TestTheModel:
    @pytest.fixture
    def moved(self, served: Settings, tmp_path: Path) -> Settings:
        """Return settings whose generation was built with a model that this test may change."""
        folder = tmp_path / "own-model"
        shutil.copytree(served.embedding.model, folder)
        settings = settings_for(served.paths.data, embedding=EmbeddingSettings(model=str(folder)))
        delete_documents(["clinics.docx"], settings, lambda: open_embedding(settings.embedding))
        return settings

    def test_changed_weights_make_it_unavailable_until_the_next_ingest(self, moved: Settings) -> None:
        configuration = Path(moved.embedding.model) / "config_sentence_transformers.json"
        configuration.write_text(configuration.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assistant = open_assistant(moved)
        assert assistant.answer(QUESTION).status is AnswerStatus.UNAVAILABLE
        with pytest.raises(ModelError, match="ingest again"):
            assistant.search(QUESTION, 1)
        assistant.close()

    def test_a_model_that_is_gone_is_named(self, moved: Settings) -> None:
        shutil.rmtree(moved.embedding.model)
        assistant = open_assistant(moved)
        assert assistant.answer(QUESTION).status is AnswerStatus.UNAVAILABLE
        with pytest.raises(ModelError, match="own-model"):
            assistant.search(QUESTION, 1)
        assistant.close()

    def test_questions_are_embedded_by_the_generations_model_whatever_the_settings_say(self, served: Settings) -> None:
        other = served.model_copy(update={"embedding": EmbeddingSettings(model="builtin:no-such-model")})
        assistant = open_assistant(other)
        assert assistant.search(QUESTION, 1).hits[0].document.source == "qingtang-elderly.md"
        assistant.close()


def test_a_closed_assistant_answers_no_more(assistant: PolicyAssistant) -> None:
    assistant.search(QUESTION, 1)
    assistant.close()
    with pytest.raises(NotAvailableError):
        assistant.documents()
    assert assistant.answer(QUESTION).status is AnswerStatus.UNAVAILABLE


def test_a_damaged_first_generation_is_reported_as_the_problem(served: Settings) -> None:
    for library in served.paths.data.glob("generations/*/library.sqlite"):
        library.unlink()
    assistant = open_assistant(served)
    assert assistant.published() is None
    assert "library" in str(assistant.problem())
