"""Open what answers a set's questions, the published documents or an index of the set's own, and ask them there."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from ui.evaluation_run import is_own_set, open_own_documents

if TYPE_CHECKING:
    from ingest.generation import Progress
    from rag.evaluation.answer_set import AnswerSet
    from rag.evaluation.asking import MeasuredAnswers
    from rag.evaluation.beir import BeirSet
    from rag.settings import Settings

_BUILT_FROM = "built-from.json"
"""Says in a kept folder which documents and settings its index was built from."""


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """Which questions of a set are asked, and in which script; everything not chosen asks them all as they are."""

    count: int | None = None
    seed: int = 0
    ids: frozenset[str] | None = None
    simplified: bool = False

    def of(self, answers: AnswerSet) -> AnswerSet:
        """Return the chosen questions. Raises UsageError where an id is unknown."""
        if self.ids is not None:
            answers = answers.only(self.ids)
        if self.count is not None:
            answers = answers.sampled(self.count, self.seed)
        return answers.simplified() if self.simplified else answers


def measure_answers(
    questions: Path,
    documents: Sequence[Path],
    settings: Settings,
    choice: AnswerChoice,
    place: Path,
    progress: Progress,
) -> MeasuredAnswers:
    """Ask a set's questions through the assistant that serves and judge the answers.

    A folder in BEIR form, and questions of our own with ``documents``, are asked of an index that is built below
    ``place``, or lies there since an earlier time; questions without documents are asked of what is published.

    Raises:
        SourceError: the set or the documents cannot be read.
        UsageError: documents are named where the set brings its own, or ``place`` holds something else.
        NoGenerationError: nothing is published that could answer.
        NotAvailableError: the assistant does not answer.
    """
    from rag.evaluation.asking import measure_generation

    began = time.monotonic()
    answers, settings = _opened(questions, documents, settings, choice, place, progress)
    build_s = round(time.monotonic() - began, 1)
    run = measure_generation(answers, settings, progress)
    return replace(run, figures={**run.figures, "build_s": build_s})


def _opened(
    questions: Path,
    documents: Sequence[Path],
    settings: Settings,
    choice: AnswerChoice,
    place: Path,
    progress: Progress,
) -> tuple[AnswerSet, Settings]:
    """Return the chosen questions, and the settings with the data folder that answers them."""
    from rag.evaluation.answer_set import answers_of_beir, answers_of_files
    from rag.evaluation.beir import read_beir

    if is_own_set(questions):
        answers = choice.of(answers_of_files(questions))
        if documents:
            _ingested(documents, settings, place, progress)
            settings = _apart(settings, place)
        return answers, settings
    if documents:
        raise UsageError(f"--documents: {questions} is a set in BEIR form, which brings its own documents")
    beir = read_beir(questions)
    answers = choice.of(answers_of_beir(beir))
    _built(beir, settings, place, progress)
    return answers, _apart(settings, place)


def _apart(settings: Settings, place: Path) -> Settings:
    """Return the settings with everything that is written below ``place``, whatever servers are configured."""
    from rag.settings import CatalogueSettings, PathSettings, VectorStoreSettings

    own = {"paths": PathSettings(data=place), "catalogue": CatalogueSettings(), "vectors": VectorStoreSettings()}
    return settings.model_copy(update=own)


def _ingested(documents: Sequence[Path], settings: Settings, place: Path, progress: Progress) -> None:
    """Ingest folders; in a kept folder only what changed is read again."""
    from ui.cli_shared import embedding_opener

    _claim(place, {"documents": sorted(str(path.resolve()) for path in documents)})
    open_own_documents(documents, settings, embedding_opener(settings)(), place, progress).close()


def _built(beir: BeirSet, settings: Settings, place: Path, progress: Progress) -> None:
    """Build a set's documents and publish them below ``place``, unless the same are there already."""
    from ingest.generation import publish
    from ingest.question_set import build_from_question_set
    from rag.generations import DataLayout, published_id
    from ui.cli_shared import embedding_opener

    corpus = next(path for name in ("corpus.jsonl.gz", "corpus.jsonl") if (path := beir.folder / name).is_file())
    facts = corpus.stat()
    made_of = settings.model_dump(mode="json", include={"chunking", "embedding"})
    _claim(place, {"corpus": str(corpus.resolve()), "bytes": facts.st_size, "changed": facts.st_mtime_ns, **made_of})
    layout = DataLayout(place)
    if published_id(layout) is not None:
        return
    generation = build_from_question_set(beir, settings, embedding_opener(settings)(), place, progress)
    name = generation.manifest.generation
    generation.close()
    publish(layout, name)


def _claim(place: Path, built_from: dict[str, Any]) -> None:
    """Note what a folder is built from. Raises UsageError where it holds something else, a serving index above all."""
    note = place / _BUILT_FROM
    try:
        place.mkdir(parents=True, exist_ok=True)
        if note.is_file():
            if json.loads(note.read_text(encoding="utf-8")) != built_from:
                raise UsageError(f"{place} holds an index of other documents or settings; name another folder")
            return
        if any(place.iterdir()):
            raise UsageError(f"{place} is not empty and holds no index of an earlier evaluation; name another folder")
        note.write_text(json.dumps(built_from), encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"{place} cannot be used for the index: {error}") from error
