"""Make examples of answerable and unanswerable questions: each is asked where its document is, and where it is not.

The same documents lie in several generations, none of which has them all. So a question's document is truly absent
from one of them: its words are rarer there, too, as those of an unanswerable question are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rag.answerability_features import Features, features_of
from rag.answerability_form import states
from rag.bootstrap import gazetteer_of
from rag.composing import PLACES, RANKED, widened
from rag.copies import without_copies
from rag.domain import Hit, Question
from rag.embedding import open_embedding
from rag.errors import NoGenerationError, SourceError
from rag.evaluation.beir import read_beir
from rag.evaluation.judged import JudgedQuestion, JudgedSet, judged_beir, judged_passages
from rag.evaluation.question_file import read_questions
from rag.extractive import Extractor
from rag.focus import FocusMatcher
from rag.folding import simplify
from rag.generations import DataLayout, Generation, list_generations
from rag.place_drafts import drafts_by_place, reach_of
from rag.retrieval import HybridRetriever
from rag.same_words import bare
from rag.settings import EmbeddingSettings, Settings
from rag.synonyms import load_synonyms

_RUN = 5
_COPIED = 0.4
"""Share of the character runs of an answering passage from which a document is taken for a copy of it."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question as it was asked of one generation. ``group`` is the same for questions that share a document."""

    corpus: str
    question_id: str
    group: str
    answerable: bool
    features: Features | None
    """None where no hit was left: nothing needs to be judged then."""
    states: bool = True
    """False where a figure was asked for and no draft has one (``rag.answerability_form``)."""


def examples_of(questions: Path, folders: Sequence[Path], say: Callable[[str], None]) -> list[Example]:
    """Ask every question of a set in one generation that has its document and in one that has not.

    ``questions`` is a folder in BEIR form or a YAML file of ours, ``folders`` are data folders that together hold the
    set's documents. Every second question is asked in simplified script. An unanswerable example is left out where a
    hit repeats the passage that is missing.

    Raises:
        SourceError: the questions cannot be read.
        NoGenerationError: a folder has no generation.
    """
    passages: dict[str, list[str]] = {}
    groups: dict[str, str] = {}
    there: dict[str, list[int]] = {}
    everything: dict[str, JudgedQuestion] = {}
    for number, folder in enumerate(folders):
        with closing(_opened(folder)) as generation:
            for asked, texts in _with_passages(_judged(questions, generation), generation):
                everything.setdefault(asked.question_id, asked)
                if texts:
                    passages.setdefault(asked.question_id, []).extend(texts)
                    groups.setdefault(asked.question_id, min(asked.documents))
                    there.setdefault(asked.question_id, []).append(number)
    for asked in _never_answered(questions):
        everything[asked.question_id] = asked
    found: list[Example] = []
    for number, folder in enumerate(folders):
        chosen = [
            (asked, number in there.get(question_id, ()))
            for question_id, asked in everything.items()
            if number in _places(question_id, there.get(question_id, []), len(folders))
        ]
        with closing(_opened(folder)) as generation:
            asking = _Asking(generation)
            for asked, answerable in chosen:
                question = asked.question
                if _digest(asked.question_id) % 2:
                    question = replace(question, text=simplify(question.text))
                measured = asking.measure(question)
                texts = passages.get(asked.question_id, [])
                if answerable or not _repeated(texts, measured.hits):
                    group = groups.get(asked.question_id, asked.question_id)
                    found.append(
                        Example(
                            questions.stem,
                            asked.question_id,
                            group,
                            answerable,
                            measured.features,
                            measured.states,
                        )
                    )
        say(f"{questions.name}: {folder} asked, {len(found)} examples")
    return found


def write_examples(path: Path, examples: Sequence[Example]) -> None:
    """Write examples, a line of JSON each."""
    lines = [json.dumps(asdict(example), ensure_ascii=False) for example in examples]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def read_examples(path: Path) -> list[Example]:
    """Return what ``write_examples`` wrote.

    Raises:
        SourceError: the file is missing, or its features are not those of this version.
    """
    try:
        values = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [
            Example(**{**own, "features": Features(**own["features"]) if own["features"] else None}) for own in values
        ]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SourceError(f"{path} cannot be read as examples of answerability: {error!r}") from error


@dataclass(frozen=True, slots=True)
class _Measured:
    features: Features | None
    hits: list[Hit]
    states: bool


class _Asking:
    """Asks questions of one generation as the answering does."""

    def __init__(self, generation: Generation) -> None:
        settings = Settings()
        self._counts = generation.chunk_terms
        self._gazetteer = gazetteer_of(generation)
        embedding = open_embedding(EmbeddingSettings(model=generation.manifest.embedding_model))
        self._retriever = HybridRetriever(generation, embedding, self._gazetteer, settings.retrieval)
        self._synonyms = load_synonyms()
        self._extractor = Extractor(settings.answering)
        self._top = settings.answering.top_hits

    def measure(self, question: Question) -> _Measured:
        understood = widened(self._retriever.understand(question), self._retriever.idf, self._synonyms)
        hits = without_copies(self._retriever.rank(understood, RANKED).hits)
        hits = [hit for hit in hits if reach_of(hit.document, understood, self._gazetteer) is not None]
        if not hits:
            return _Measured(None, hits, False)
        matcher = FocusMatcher(understood, self._retriever.idf, self._synonyms)
        drafts = [
            placed.draft
            for placed in drafts_by_place(self._extractor, matcher, hits, self._gazetteer, self._top, PLACES)
        ]
        return _Measured(
            features_of(matcher, hits, self._counts),
            hits,
            states(matcher, drafts),
        )


def _opened(folder: Path) -> Generation:
    """Return the newest generation of a data folder, published or not: one that is only measured never is."""
    layout = DataLayout(folder)
    known = list_generations(layout)
    if not known:
        raise NoGenerationError(f"{folder} holds no generation")
    return Generation(layout.generation(known[0].generation))


def _judged(questions: Path, generation: Generation) -> JudgedSet:
    if questions.is_dir():
        return judged_beir(read_beir(questions))
    asked = [question for question in read_questions(questions) if not question.history]
    return judged_passages(questions.stem, asked, generation.library.documents())


def _never_answered(questions: Path) -> Iterator[JudgedQuestion]:
    """Yield the questions of a file of ours that no document answers."""
    for asked in () if questions.is_dir() else read_questions(questions):
        if not asked.answers and not asked.history:
            yield JudgedQuestion(asked.question_id, Question(asked.text, asked.region), {})


def _with_passages(judged: JudgedSet, generation: Generation) -> Iterator[tuple[JudgedQuestion, list[str]]]:
    """Yield each question with the texts in this generation that answer it; there may be none."""
    texts: Mapping[str, str] = {document.source: document.text for document in generation.library.documents()}
    for asked in judged.questions:
        if judged.by_passage:
            yield asked, [texts[span.source][span.start : span.end] for span in asked.passages]
        else:
            yield asked, [texts[source] for source in asked.documents if source in texts]


def _places(question_id: str, there: Sequence[int], folders: int) -> tuple[int, ...]:
    """Return the generations to ask: the first that can answer, and one of those that cannot."""
    silent = [number for number in range(folders) if number not in there]
    one = (silent[_digest(question_id) % len(silent)],) if silent else ()
    return (*there[:1], *one)


def _repeated(passages: Sequence[str], hits: Sequence[Hit]) -> bool:
    held = [bare(text) for text in {hit.document.document_id: hit.document.text for hit in hits}.values()]
    for passage in map(bare, passages):
        runs = {passage[start : start + _RUN] for start in range(len(passage) - _RUN + 1)}
        if runs and any(sum(run in text for run in runs) >= _COPIED * len(runs) for text in held):
            return True
    return False


def _digest(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
