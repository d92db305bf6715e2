"""Ask the regression questions of a new generation before it is published.

The thresholds are those of the settings (``publishing``), and those that a set brings itself. A generation that does not
reach them is kept beside the others, marked as held; ``ingest.held`` publishes it all the same, with a reason. The mark
is made before the questions are asked, so a process that is killed in between leaves the old generation serving and
the new one held.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from ingest.gate_report import FailedQuestion, GateReport, HeldBecause
from ingest.generation import Progress
from rag.catalogue import Catalogue, EvaluationRecord
from rag.catalogue.question_set_records import QuestionSet
from rag.errors import PolicychatError
from rag.generations import DataLayout, read_manifest
from rag.ports import Embedding
from rag.settings import Settings

CHECK_LABEL = "publish check"
"""What the history calls an evaluation that was made here."""
_MOST_FAILURES = 500


class Gate(Protocol):
    """Says whether a generation may be published."""

    @property
    def wanted(self) -> bool:
        """Whether there is anything to check; without, the gate stands open."""
        ...

    def check(self, candidate: str, published: str | None) -> GateReport:
        """Check a finished generation against the published one, if there is one."""
        ...


class RegressionGate:
    """Asks the sets of the catalogue that are marked as regression sets."""

    def __init__(self, settings: Settings, catalogue: Catalogue, embedding: Embedding, progress: Progress) -> None:
        """Read the sets as they are now; ``embedding`` is the configured model."""
        self._settings = settings
        self._catalogue = catalogue
        self._embedding = embedding
        self._progress = progress
        named = catalogue.question_sets.list(regression=True)
        self._sets = tuple(catalogue.question_sets.get(info.number) for info in named if info.questions)

    @property
    def wanted(self) -> bool:
        """Whether a regression set has a question."""
        return bool(self._sets)

    def check(self, candidate: str, published: str | None) -> GateReport:
        """Ask every question; an error of the assistant holds the generation back, and is told."""
        if not self.wanted:
            return GateReport(passed=True)
        began = time.monotonic()
        limits = self._settings.publishing
        thresholds = MappingProxyType(
            {"min_passing_share": limits.min_passing_share, "max_newly_failing": float(limits.max_newly_failing)}
        )
        clock = _Clock(self._progress, began + limits.check_deadline_s, sum(len(one.entries) for one in self._sets))
        try:
            results = [self._result(kept, candidate, published, clock) for kept in self._sets]
        except _LateError:
            return self._not_checked(HeldBecause.LATE, f"{clock.asked} of {clock.total}", thresholds, published, began)
        except PolicychatError as error:
            return self._not_checked(HeldBecause.NOT_ASKED, str(error), thresholds, published, began)
        return self._judged(results, thresholds, published, began)

    def _not_checked(
        self,
        reason: HeldBecause,
        detail: str,
        thresholds: Mapping[str, float],
        published: str | None,
        began: float,
    ) -> GateReport:
        questions = sum(len(one.entries) for one in self._sets)
        return GateReport(
            passed=False,
            reasons=(reason,),
            questions=questions,
            thresholds=thresholds,
            against=published,
            detail=detail,
            seconds=time.monotonic() - began,
        )

    def _judged(
        self, results: list[_Result], thresholds: Mapping[str, float], published: str | None, began: float
    ) -> GateReport:
        from rag.evaluation.answer_changes import ChangeKind, answer_changes

        limits = self._settings.publishing
        changes = [c for r in results if r.before is not None for c in answer_changes(r.before, r.after)]
        kinds = [change.kind for change in changes]
        questions = sum(len(result.after.questions) for result in results)
        passing = sum(bool(kept["right"]) for result in results for kept in result.after.questions.values())
        newly = kinds.count(ChangeKind.WORSE)
        missed = tuple(f"{r.set_name}: {sentence}" for r in results for sentence in r.missed)
        failed = [
            # A quotient is the double nearest to the share; a product could lie just above a whole number.
            *([HeldBecause.SHARE] if questions and passing / questions < limits.min_passing_share else []),
            *([HeldBecause.NEWLY_FAILING] if newly > limits.max_newly_failing else []),
            *([HeldBecause.THRESHOLD] if missed else []),
        ]
        failures = sorted((one for result in results for one in result.failures()), key=lambda one: not one.newly)
        return GateReport(
            passed=not failed,
            reasons=tuple(failed),
            questions=questions,
            passing=passing,
            newly_failing=newly,
            better=kinds.count(ChangeKind.BETTER),
            changed=len(changes),
            thresholds=thresholds,
            missed=missed,
            failures=tuple(failures[:_MOST_FAILURES]),
            evaluations=MappingProxyType({r.set_name: r.after.info.evaluation_id for r in results}),
            against=published,
            seconds=time.monotonic() - began,
        )

    def _result(self, kept: QuestionSet, candidate: str, published: str | None, clock: _Clock) -> _Result:
        from rag.evaluation.kept_sets import answers_of_set

        answers = answers_of_set(kept)
        before = self._answers_of_published(kept, answers.digest(), published, clock)
        after = self._asked(kept, candidate, clock)
        clock.next_set(len(kept.entries))
        return _Result(kept.info.name, before, after, answers.thresholds.missed(after.info.figures))

    def _answers_of_published(
        self, kept: QuestionSet, digest: str, published: str | None, clock: _Clock
    ) -> EvaluationRecord | None:
        """Return what the published generation answers with today's settings, from the history or asked now.

        None where nothing is published, or it cannot be asked any more: nothing then counts as newly failing.
        """
        from rag.evaluation.asking import answering_settings

        if published is None:
            return None
        today = json.loads(json.dumps(answering_settings(self._settings)))
        evaluations = self._catalogue.evaluations
        for info in evaluations.latest(_LOOKED_AT, set_digest=digest, generation=published):
            if dict(info.settings) == today:
                return evaluations.get(info.evaluation_id)
        try:
            return self._asked(kept, published, clock)
        except PolicychatError:
            return None

    def _asked(self, kept: QuestionSet, generation: str, clock: _Clock) -> EvaluationRecord:
        from rag.evaluation.kept_sets import run_kept_set

        settings = self._settings
        made_with = read_manifest(DataLayout(settings.paths.data).generation(generation)).model
        return run_kept_set(
            self._catalogue,
            kept,
            settings,
            clock.tell,
            label=CHECK_LABEL,
            generation=generation,
            embedding=self._embedding if self._embedding.fingerprint == made_with else None,
        )


_LOOKED_AT = 5
"""So many evaluations of the published generation are looked at for one that was made with today's settings."""


class _LateError(Exception):
    """The deadline has passed."""


class _Clock:
    """Tells how far the check is, and ends it at the deadline, between two questions."""

    def __init__(self, progress: Progress, until: float, total: int) -> None:
        self._progress = progress
        self._until = until
        self._done = 0
        self.asked = 0
        self.total = total

    def next_set(self, questions: int) -> None:
        """Count a set as asked."""
        self._done += questions

    def tell(self, _stage: str, done: int, _total: int) -> None:
        """Take how far one set is."""
        self.asked = self._done + done
        self._progress("check", self.asked, self.total)
        if time.monotonic() > self._until:
            raise _LateError


class _Result:
    """What one set was answered, by the published generation and by the new one."""

    def __init__(
        self, set_name: str, before: EvaluationRecord | None, after: EvaluationRecord, missed: tuple[str, ...]
    ) -> None:
        self.set_name = set_name
        self.before = before
        self.after = after
        self.missed = missed

    def failures(self) -> list[FailedQuestion]:
        """Return the questions that the new generation does not answer as expected."""
        then = self.before.questions if self.before is not None else {}
        return [
            FailedQuestion(
                set_name=self.set_name,
                question_id=name,
                question=kept["question"],
                region=kept["region"],
                newly=bool(name in then and then[name]["right"]),
                status=kept["status"],
                shown=kept["shown"],
                expect=kept["expect"],
                problems=tuple(kept["problems"]),
                wrong=tuple(kept["wrong"]),
            )
            for name, kept in self.after.questions.items()
            if not kept["right"]
        ]
