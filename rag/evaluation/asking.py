"""Ask a set's questions of the documents of a data folder: of what is published, or of another generation there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from rag.bootstrap import open_assistant
from rag.errors import NoGenerationError
from rag.evaluation.answer_outcomes import AnswerEvaluation
from rag.evaluation.answer_set import AnswerSet
from rag.evaluation.answers import evaluate_answers
from rag.ports import Embedding
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class MeasuredAnswers:
    """An evaluation of answers with what made it."""

    evaluation: AnswerEvaluation
    figures: dict[str, Any]
    """What ``--json`` prints."""
    settings: dict[str, Any]
    """The settings that can change an answer."""
    model: str
    """Fingerprint of the embedding model."""


def measure_generation(
    answers: AnswerSet,
    settings: Settings,
    progress: Callable[[str, int, int], None],
    *,
    generation: str | None = None,
    embedding: Embedding | None = None,
) -> MeasuredAnswers:
    """Ask a set's questions as residents would, of what is published or of ``generation``, and judge the answers.

    ``embedding`` is the configured model, where it is open already.

    Raises:
        NoGenerationError: nothing is published, or the generation cannot be opened.
        NotAvailableError: the assistant does not answer.
    """
    surely = settings.answering.model_copy(update={"min_confidence": 0.0})
    drafted = settings.model_copy(update={"answering": surely})
    with (
        closing(open_assistant(settings, generation=generation, embedding=embedding)) as served,
        closing(open_assistant(drafted, generation=generation, embedding=embedding)) as drafting,
    ):
        info = served.published()
        if info is None:
            where = settings.paths.data
            reason = served.problem() or f"nothing is published in {where}; run 'policychat ingest PATH' first"
            raise NoGenerationError(reason)
        evaluation = evaluate_answers(served, drafting, answers, progress)
    made_of = {"documents": info.documents, "chunks": info.chunks, "generation": info.generation}
    return MeasuredAnswers(evaluation, {**evaluation.to_json(), **made_of}, answering_settings(settings), info.model)


def answering_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that can change an answer, as the history keeps them."""
    sections = {"chunking", "retrieval", "reranker", "embedding", "answering"}
    return {
        **settings.model_dump(mode="json", include=sections),
        "llm": {"model": settings.llm.model},
        "program": version("policychat"),
    }
