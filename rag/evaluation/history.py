"""Keep an evaluation in the history, beside the one before of the same questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rag.catalogue import Catalogue, EvaluationRecord


class AskedSet(Protocol):
    """A question set; ``digest`` changes with its questions and with what counts as right."""

    @property
    def name(self) -> str:
        """Return what the set is called."""
        ...

    def digest(self) -> str:
        """Return the digest of the set."""
        ...


class Recorded(Protocol):
    """What was measured, question by question."""

    def question_record(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what the history keeps of each question, by its id."""
        ...


class Measured(Protocol):
    """A measurement with what it was made with."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return the settings that count."""
        ...

    @property
    def model(self) -> str:
        """Return the fingerprint of the embedding model."""
        ...

    @property
    def figures(self) -> Mapping[str, Any]:
        """Return the figures of the whole."""
        ...

    @property
    def evaluation(self) -> Recorded:
        """Return the outcomes."""
        ...


def remember(
    catalogue: Catalogue, asked: AskedSet, run: Measured, label: str | None, *, generation: str | None = None
) -> tuple[EvaluationRecord | None, EvaluationRecord]:
    """Keep an evaluation; return the one before of the same questions, if there is one, and the new one.

    ``generation`` is what answered, where that is one of the data folder and not an index of the set's own.
    """
    evaluations, digest = catalogue.evaluations, asked.digest()
    earlier = evaluations.latest(1, set_digest=digest)
    previous = evaluations.get(earlier[0].evaluation_id) if earlier else None
    made = evaluations.add(
        set_name=asked.name,
        set_digest=digest,
        settings=run.settings,
        model=run.model,
        figures=run.figures,
        questions=run.evaluation.question_record(),
        label=label,
        generation=generation,
    )
    return previous, evaluations.get(made)
