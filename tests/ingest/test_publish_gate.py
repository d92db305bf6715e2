"""The gate before a publication: what it lets through, what it holds back, and how that is published all the same."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ingest import publication
from ingest.gate_report import GateReport, HeldBecause
from ingest.generation import publish, remove_old_generations, sweep
from ingest.held import publish_held
from ingest.pipeline import delete_documents, ingest
from ingest.publish_gate import CHECK_LABEL, RegressionGate
from ingest.report import IngestReport
from ingest.rolling_back import roll_back
from ingest.run import no_progress
from rag.catalogue import RunOutcome, open_catalogue
from rag.errors import UnknownIdError, UsageError
from rag.evaluation.answer_changes import ChangeKind, changes_between
from rag.generations import DataLayout, list_generations, published_id
from rag.settings import PublishingSettings, Settings
from tests.conftest import settings_for
from tests.embeddings import HashEmbedding

SUBSIDY = "notices/subsidy-2025.html"
ASKED = {
    "id": "subsidy-1",
    "question": "青棠县村医岗位补贴每月多少钱？",
    "expect": {"status": ["answered"], "contains": ["五百元"], "source": [SUBSIDY]},
}
SILENT = {
    "id": "silent-1",
    "question": "青棠县的航天员训练补贴是多少？",
    "expect": {"status": ["no_evidence", "out_of_scope"]},
}


def keep(settings: Settings, *entries: Mapping[str, Any], regression: bool = True, **more: Any) -> None:
    with open_catalogue(settings) as catalogue:
        catalogue.question_sets.add("必过", entries, regression=regression, by="test", **more)


def without(settings: Settings, source: str) -> IngestReport:
    return delete_documents([source], settings, HashEmbedding)


def limited(settings: Settings, **limits: Any) -> Settings:
    return settings.model_copy(update={"publishing": PublishingSettings(**limits)})


def current(settings: Settings) -> str:
    return str(published_id(DataLayout(settings.paths.data)))


def held_ids(settings: Settings) -> list[str]:
    return [info.generation for info in list_generations(DataLayout(settings.paths.data)) if info.held]


@pytest.fixture(scope="module")
def _held(_built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, IngestReport]:
    settings = settings_for(tmp_path_factory.mktemp("held") / "data")
    shutil.copytree(_built, settings.paths.data)
    keep(settings, ASKED, SILENT)
    before = current(settings)
    return settings.paths.data, before, without(settings, SUBSIDY)


@pytest.fixture
def held(_held: tuple[Path, str, IngestReport], settings: Settings) -> tuple[Settings, str, IngestReport]:
    """Return settings over a corpus whose newest state lost the answer to a regression question, and what serves."""
    data, before, report = _held
    shutil.copytree(data, settings.paths.data)
    return settings, before, report


def checked(settings: Settings, candidate: str, published: str | None) -> GateReport:
    with open_catalogue(settings) as catalogue:
        return RegressionGate(settings, catalogue, HashEmbedding(), no_progress).check(candidate, published)


def test_a_state_that_loses_an_answer_is_kept_and_not_published(held: tuple[Settings, str, IngestReport]) -> None:
    settings, before, report = held
    gate = report.gate
    assert gate is not None
    assert (report.published, report.held, gate.checked) == (False, True, True)
    assert gate.reasons == (HeldBecause.SHARE, HeldBecause.NEWLY_FAILING)
    assert (gate.questions, gate.passing, gate.newly_failing, gate.changed) == (2, 1, 1, 1)
    (failed,) = gate.failures
    assert (failed.question_id, failed.newly, failed.wrong) == ("subsidy-1", True, ("contains", "source"))
    assert report.to_json()["gate"]["failures"][0]["expect"]["contains"] == ["五百元"]
    assert current(settings) == before
    assert held_ids(settings) == [report.generation]
    with open_catalogue(settings) as catalogue:
        run = catalogue.runs.get(str(report.run))
        assert (run.info.outcome, run.info.generation) == (RunOutcome.HELD, report.generation)
        assert run.report is not None
        assert run.report["gate"]["reasons"] == ["share", "newly_failing"]
        assert catalogue.evaluations.latest(1, generation=before)[0].label == CHECK_LABEL
        (change,) = changes_between(catalogue, before, str(report.generation)) or ()
    assert (change.kind, change.question_id) == (ChangeKind.WORSE, "subsidy-1")
    assert "五百元" in str(change.before.shown)
    assert "五百元" not in str(change.after.shown)


def test_the_next_run_starts_from_what_serves_and_asks_it_nothing_twice(
    held: tuple[Settings, str, IngestReport],
) -> None:
    settings, before, _ = held
    passed = without(settings, "clinics.docx")
    assert passed.gate is not None
    assert (passed.published, passed.gate.passing, passed.gate.changed) == (True, 2, 0)
    assert passed.gate.against == before
    assert SUBSIDY in {change.source for change in ingest_sources(settings)}
    with open_catalogue(settings) as catalogue:
        assert len(catalogue.evaluations.latest(9, generation=before)) == 1


def ingest_sources(settings: Settings) -> tuple[Any, ...]:
    from ingest.previous import read_previous

    entries = read_previous(DataLayout(settings.paths.data)).entries
    return tuple(entry.document for entry in entries.values())


def test_an_admin_publishes_it_with_a_reason_that_is_kept(held: tuple[Settings, str, IngestReport]) -> None:
    settings, before, report = held
    generation = str(report.generation)
    with pytest.raises(UsageError, match="reason"):
        publish_held(settings, generation, "  ")
    with pytest.raises(UnknownIdError):
        publish_held(settings, "nonsense", "because")
    assert current(settings) == before
    publish_held(settings, generation, "新文件已经废止了旧标准")
    assert (current(settings), held_ids(settings)) == (generation, [])
    with open_catalogue(settings) as catalogue:
        (run,) = catalogue.runs.latest(1)
    assert (run.kind, run.outcome, run.arguments["reason"]) == (
        "publish",
        RunOutcome.PUBLISHED,
        "新文件已经废止了旧标准",
    )
    with pytest.raises(UsageError, match="is not held"):
        publish_held(settings, generation, "again")
    assert roll_back(settings) == before
    assert roll_back(settings, generation) == generation  # it was published once: no reason is needed any more


def test_going_back_never_leads_past_the_gate(held: tuple[Settings, str, IngestReport]) -> None:
    settings, before, report = held
    with pytest.raises(UsageError, match="generations publish"):
        roll_back(settings, str(report.generation))
    assert current(settings) == before


def test_without_a_regression_set_everything_is_published_and_said_to_be_unchecked(published: Settings) -> None:
    keep(published, ASKED, regression=False)
    with open_catalogue(published) as catalogue:
        catalogue.question_sets.add("空的", regression=True, by="test")
    report = without(published, SUBSIDY)
    assert report.gate is not None
    assert (report.published, report.gate.passed, report.gate.checked) == (True, True, False)
    assert current(published) == report.generation


def test_the_settings_say_how_much_may_fail(held: tuple[Settings, str, IngestReport]) -> None:
    settings, before, report = held
    for share, newly, reasons in (
        (0.5, 1, ()),
        (0.51, 1, (HeldBecause.SHARE,)),
        (0.5, 0, (HeldBecause.NEWLY_FAILING,)),
    ):
        limits = limited(settings, min_passing_share=share, max_newly_failing=newly)
        gate = checked(limits, str(report.generation), before)
        assert (gate.reasons, gate.passed) == (reasons, not reasons)


def test_what_failed_before_is_not_newly_failing(held: tuple[Settings, str, IngestReport]) -> None:
    settings, _, report = held
    same = str(report.generation)
    gate = checked(limited(settings, min_passing_share=0.5), same, same)
    assert (gate.newly_failing, gate.passed) == (0, True)
    assert [(one.question_id, one.newly) for one in gate.failures] == [("subsidy-1", False)]


def test_what_a_set_itself_asks_for_must_hold(held: tuple[Settings, str, IngestReport]) -> None:
    settings, before, report = held
    with open_catalogue(settings) as catalogue:
        bounds = {"at_least": {"citation_recall": 1.0}}
        catalogue.question_sets.replace("必过", [ASKED, SILENT], bounds, by="test")
    gate = checked(limited(settings, min_passing_share=0, max_newly_failing=9), str(report.generation), before)
    assert gate.reasons == (HeldBecause.THRESHOLD,)
    assert "citation_recall is 0" in gate.missed[0]


def test_a_check_that_takes_too_long_or_breaks_does_not_pass(
    held: tuple[Settings, str, IngestReport], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, before, report = held
    late = PublishingSettings.model_construct(**{**dict(settings.publishing), "check_deadline_s": 0})
    gate = checked(settings.model_copy(update={"publishing": late}), str(report.generation), before)
    assert (gate.passed, gate.reasons, gate.detail) == (False, (HeldBecause.LATE,), "1 of 2")

    def broken(*_: object, **__: object) -> None:
        raise UnknownIdError("gone")

    monkeypatch.setattr("rag.evaluation.kept_sets.run_kept_set", broken)
    gate = checked(settings, str(report.generation), before)
    assert (gate.passed, gate.reasons, gate.detail) == (False, (HeldBecause.NOT_ASKED,), "gone")


def test_a_kill_between_check_and_publication_leaves_the_old_one_and_a_marked_new_one(
    published: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(published, ASKED)
    before = current(published)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publication, "publish", killed)
        with pytest.raises(KeyboardInterrupt):
            without(published, "clinics.docx")
    assert current(published) == before
    (unfinished,) = held_ids(published)
    layout = DataLayout(published.paths.data)
    publish(layout, unfinished)
    layout.held(unfinished).touch()  # a kill right after the pointer was replaced
    assert held_ids(published) == []
    layout.held("gone").touch()
    sweep(layout)
    assert list(layout.generations.glob("*.held")) == []


def test_what_waits_is_cleaned_away_by_newer_ones_that_wait_only(published: Settings) -> None:
    layout = DataLayout(published.paths.data)
    keep(published, {**ASKED, "expect": {"status": ["answered"], "contains": ["九百元"]}})
    first = without(published, "clinics.docx").generation
    second = without(published, "bailing-elderly.md").generation
    open_gate = limited(published, min_passing_share=0)
    without(open_gate, "notices/subsidy-2022.txt")
    assert held_ids(published) == [second, first]
    assert remove_old_generations(layout, 1)[-1] == first
    assert held_ids(published) == [second]
    assert not layout.held(str(first)).exists()


def test_the_very_first_state_is_checked_too(settings: Settings, corpus_folder: Path) -> None:
    keep(settings, {**ASKED, "expect": {"status": ["answered"], "contains": ["九百元"]}})
    report = ingest([corpus_folder], settings, HashEmbedding)
    assert (report.held, published_id(DataLayout(settings.paths.data))) == (True, None)
    publish_held(settings, str(report.generation), "第一次发布")
    assert current(settings) == report.generation
