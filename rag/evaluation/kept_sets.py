"""The question sets of the catalogue: read from a file and written as one, asked, and kept in the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.catalogue import Catalogue, EvaluationRecord
from rag.catalogue.question_set_records import QuestionSet, QuestionSetInfo
from rag.errors import UsageError
from rag.evaluation.answer_file import read_answer_text, read_entry
from rag.evaluation.answer_set import AnswerSet
from rag.evaluation.answer_writing import entry_of, file_text
from rag.evaluation.asking import measure_generation
from rag.evaluation.history import remember
from rag.evaluation.thresholds import read_thresholds
from rag.ports import Embedding
from rag.settings import Settings


def answers_of_set(kept: QuestionSet) -> AnswerSet:
    """Return the questions of a set of the catalogue. Raises SourceError where an older program wrote it otherwise."""
    name = kept.info.name
    questions = tuple(read_entry(dict(entry), name) for entry in kept.entries)
    return AnswerSet(name, questions, read_thresholds(dict(kept.thresholds), name))


def keep_file(catalogue: Catalogue, name: str, text: str, *, regression: bool | None, by: str) -> QuestionSetInfo:
    """Keep the text of a file of questions as the set of this name; a set that is there gets the file's questions.

    ``regression`` None leaves a set what it is; a new one is then no regression set.

    Raises:
        SourceError: the text breaks the format; the message names question and key.
        UsageError: the name cannot be stored, or it is too much.
    """
    read = read_answer_text(text, name)
    entries = [entry_of(asked) for asked in read.questions]
    bounds = {"at_least": dict(read.thresholds.at_least), "at_most": dict(read.thresholds.at_most)}
    thresholds = {key: values for key, values in bounds.items() if values}
    sets = catalogue.question_sets
    there = next((info for info in sets.list() if info.name == name.strip()), None)
    if there is None:
        number = sets.add(name, entries, thresholds, regression=bool(regression), by=by)
    else:
        number = there.number
        sets.replace(number, entries, thresholds, by=by)
        if regression is not None:
            sets.change(number, new_name=there.name, regression=regression, by=by)
    return sets.get(number).info


def text_of_set(kept: QuestionSet) -> str:
    """Return a set as a file of questions."""
    return file_text(kept.entries, read_thresholds(dict(kept.thresholds), kept.info.name))


def run_kept_set(
    catalogue: Catalogue,
    kept: QuestionSet,
    settings: Settings,
    progress: Callable[[str, int, int], None],
    *,
    label: str | None = None,
    generation: str | None = None,
    embedding: Embedding | None = None,
) -> EvaluationRecord:
    """Ask a set's questions of what is published, or of ``generation``, keep the figures, and return them.

    Raises:
        NoGenerationError: nothing is published, or the generation cannot be opened.
        NotAvailableError: the assistant does not answer.
    """
    answers = answers_of_set(kept)
    run = measure_generation(answers, settings, progress, generation=generation, embedding=embedding)
    _, made = remember(catalogue, answers, run, label, generation=run.figures["generation"])
    return made


def ask_where_missing(
    catalogue: Catalogue, settings: Settings, generations: Sequence[str], progress: Callable[[str, int, int], None]
) -> None:
    """Ask the regression sets, or all sets where none is one, of each generation that was not asked them as they are.

    Raises:
        UsageError: there is no set with a question.
        NoGenerationError: a generation cannot be opened; NotAvailableError: the assistant does not answer.
    """
    named = catalogue.question_sets.list(regression=True) or catalogue.question_sets.list()
    sets = [catalogue.question_sets.get(info.number) for info in named if info.questions]
    if not sets:
        raise UsageError("no question set has a question; add some first")
    for kept in sets:
        digest = answers_of_set(kept).digest()
        for generation in generations:
            if not catalogue.evaluations.latest(1, set_digest=digest, generation=generation):
                run_kept_set(catalogue, kept, settings, progress, generation=generation)
