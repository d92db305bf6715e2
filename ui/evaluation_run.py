"""Build a set's documents into an index in a temporary place and ask the set's questions there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import IndexDamagedError, SourceError, UsageError

if TYPE_CHECKING:
    from ingest.generation import Progress
    from rag.evaluation.beir import BeirSet
    from rag.evaluation.judged import JudgedSet
    from rag.evaluation.outcomes import RetrievalEvaluation
    from rag.evaluation.placed_question import PlacedQuestion
    from rag.generations import Generation
    from rag.ports import Embedding
    from rag.regions import Gazetteer
    from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Choice:
    """Which questions of a set are asked, and in which script; everything not chosen asks them all as they are."""

    count: int | None = None
    fold: tuple[int, int] | None = None
    ids: frozenset[str] | None = None
    simplified: bool = False

    def of(self, judged: JudgedSet) -> JudgedSet:
        """Return the chosen questions. Raises UsageError where none is left or an id is unknown."""
        if self.ids is not None:
            judged = judged.only(self.ids)
        if self.fold is not None:
            judged = judged.fold(*self.fold)
        if self.count is not None:
            judged = judged.sampled(self.count)
        return judged.simplified() if self.simplified else judged


@dataclass(frozen=True, slots=True)
class OpenedSet:
    """The chosen questions of a set with the generation of its documents, as a server would have it."""

    judged: JudgedSet
    generation: Generation
    gazetteer: Gazetteer
    build_s: float


@dataclass(frozen=True, slots=True)
class MeasuredRun:
    """An evaluation with what made it."""

    evaluation: RetrievalEvaluation
    figures: dict[str, Any]
    """What ``--json`` prints."""
    settings: dict[str, Any]
    """The settings that can change a ranking."""
    model: str


def measure(
    questions: Path,
    documents: Sequence[Path],
    settings: Settings,
    choice: Choice,
    embedding: Embedding,
    place: Path,
    progress: Progress,
) -> MeasuredRun:
    """Measure the ranking, with the cross-encoder where one is configured. Takes and raises what ``opened_set`` does.

    Raises:
        ModelError: the cross-encoder cannot be opened.
    """
    from rag.evaluation.retrieval import evaluate_retrieval
    from rag.reranking import open_reranker
    from rag.retrieval import HybridRetriever

    reranker = open_reranker(settings.reranker)
    with opened_set(questions, documents, settings, choice, embedding, place, progress) as opened:
        generation, gazetteer = opened.generation, opened.gazetteer
        retriever = HybridRetriever(generation, embedding, gazetteer, settings.retrieval, reranker, settings.reranker)
        evaluation = evaluate_retrieval(retriever, generation.library, opened.judged, gazetteer, progress)
        manifest = generation.manifest
        figures = {
            **evaluation.to_json(manifest.documents, manifest.chunks, opened.build_s),
            "generation": manifest.generation,
        }
        return MeasuredRun(evaluation, figures, _ranking_settings(settings, manifest.pipeline), manifest.model)


@contextmanager
def opened_set(
    questions: Path,
    documents: Sequence[Path],
    settings: Settings,
    choice: Choice,
    embedding: Embedding,
    place: Path,
    progress: Progress,
) -> Iterator[OpenedSet]:
    """Build a folder in BEIR form, or the ``documents`` that questions of our own are about, and close it afterwards.

    ``questions`` is the folder, a YAML file of questions, or a folder of such files. Everything is built below
    ``place``; what is served, and its catalogue, is not touched.

    Raises:
        SourceError: the set or the documents cannot be read, or the documents answer no question.
        UsageError: documents are named where the set brings its own, or are missing where it does not.
    """
    from rag.bootstrap import gazetteer_of

    began = time.monotonic()
    judge, generation = _prepared(questions, documents, settings, embedding, place, progress)
    build_s = time.monotonic() - began
    try:
        yield OpenedSet(choice.of(judge(generation)), generation, gazetteer_of(generation), build_s)
    finally:
        generation.close()


def open_own_documents(
    documents: Sequence[Path], settings: Settings, embedding: Embedding, place: Path, progress: Progress
) -> Generation:
    """Ingest folders into ``place`` as an admin would, and return the published generation. Raises as ``ingest``."""
    from ingest.pipeline import ingest
    from rag.generations import DataLayout, Generation, published_id
    from rag.settings import CatalogueSettings, PathSettings, VectorStoreSettings

    # A catalogue or a vector store on a server is not in the data folder: without this the run would be noted in the
    # catalogue that serves, and leave its vectors behind.
    own = {"paths": PathSettings(data=place), "catalogue": CatalogueSettings(), "vectors": VectorStoreSettings()}
    apart = settings.model_copy(update=own)
    ingest(documents, apart, lambda: embedding, progress=progress)
    layout = DataLayout(place)
    published = published_id(layout)
    if published is None:
        raise IndexDamagedError(f"the ingest of {', '.join(map(str, documents))} published nothing")
    return Generation(layout.generation(published))


def read_own_questions(path: Path) -> tuple[PlacedQuestion, ...]:
    """Return the questions of a YAML file, or of every one in a folder, in order of their names.

    Raises:
        SourceError: a file breaks the format, or two files use an id.
    """
    from rag.evaluation.question_file import read_questions

    files = sorted(path.glob("*.y*ml")) if path.is_dir() else [path]
    questions = [question for file in files for question in read_questions(file)]
    seen: set[str] = set()
    for question in questions:
        if question.question_id in seen:
            raise SourceError(f"{path}: the id {question.question_id} is used in two files")
        seen.add(question.question_id)
    return tuple(questions)


def is_own_set(path: Path) -> bool:
    """Return whether a path holds questions of our own rather than a set in BEIR form."""
    if path.is_dir():
        return not (path / "queries.jsonl").exists() and any(path.glob("*.y*ml"))
    return path.suffix.lower() in {".yaml", ".yml"}


def _prepared(
    questions: Path,
    documents: Sequence[Path],
    settings: Settings,
    embedding: Embedding,
    place: Path,
    progress: Progress,
) -> tuple[Callable[[Generation], JudgedSet], Generation]:
    """Return the generation and what says which of its documents or passages are right."""
    from rag.evaluation.judged import judged_passages

    if not is_own_set(questions):
        if documents:
            raise UsageError(f"--documents: {questions} is a set in BEIR form, which brings its own documents")
        return _prepared_beir(questions, settings, embedding, place, progress)
    if not documents:
        raise UsageError(f"{questions} holds questions only; name the folders that answer them with --documents")
    read = read_own_questions(questions)
    generation = open_own_documents(documents, settings, embedding, place, progress)
    name = questions.resolve().stem
    return lambda opened: judged_passages(name, read, opened.library.documents()), generation


def _prepared_beir(
    folder: Path, settings: Settings, embedding: Embedding, place: Path, progress: Progress
) -> tuple[Callable[[Generation], JudgedSet], Generation]:
    from ingest.question_set import build_from_question_set
    from rag.evaluation.beir import read_beir
    from rag.evaluation.judged import judged_beir

    beir: BeirSet = read_beir(folder)
    generation = build_from_question_set(beir, settings, embedding, place, progress)
    return lambda _: judged_beir(beir), generation


def _ranking_settings(settings: Settings, pipeline: str) -> dict[str, Any]:
    from importlib.metadata import version

    sections = {"chunking", "retrieval", "reranker"}
    return {
        **settings.model_dump(mode="json", include=sections | {"embedding"}),
        "program": version("policychat"),
        "pipeline": pipeline,
    }
