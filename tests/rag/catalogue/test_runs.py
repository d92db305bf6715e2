"""Runs: what is kept of them, in which order, and how much of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from rag.catalogue import Catalogue, RunOutcome
from rag.catalogue.engine import Database, database_url
from rag.catalogue.runs import Runs
from rag.errors import UnknownIdError
from rag.settings import Settings

REPORT = {
    "generation": "g1",
    "files": [{"source": "通知.txt", "status": "added", "doubts": ["no_date"]}],
    "seconds": 1.5,
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=20,
)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the SQL that is run in the block."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_a_finished_run_is_found_again_with_everything_that_was_said(catalogue: Catalogue) -> None:
    run_id = catalogue.runs.begin("ingest", {"paths": ["政策", "b"], "prune": True})
    catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, generation="g1", report=REPORT, counts={"added": 1})

    found = catalogue.runs.get(run_id)
    assert found.report == REPORT
    info = found.info
    assert (info.run_id, info.kind, info.outcome, info.generation) == (run_id, "ingest", RunOutcome.PUBLISHED, "g1")
    assert info.arguments == {"paths": ["政策", "b"], "prune": True}
    assert info.counts == {"added": 1}
    assert info.finished is not None and info.started <= info.finished
    assert catalogue.runs.latest(5) == (info,)


def test_a_run_that_is_still_going_has_no_outcome(catalogue: Catalogue) -> None:
    run_id = catalogue.runs.begin("ingest", {})
    found = catalogue.runs.get(run_id)
    assert (found.info.outcome, found.info.finished, found.report) == (None, None, None)


def test_the_newest_runs_come_first_and_their_ids_sort_by_time(catalogue: Catalogue) -> None:
    ids = []
    for _ in range(4):
        ids.append(catalogue.runs.begin("ingest", {}))
        catalogue.runs.finish(ids[-1], RunOutcome.UNCHANGED)
    assert ids == sorted(ids)
    assert [info.run_id for info in catalogue.runs.latest(3)] == ids[:0:-1]


def test_a_run_found_unfinished_by_the_next_one_was_interrupted(catalogue: Catalogue) -> None:
    done = catalogue.runs.begin("ingest", {})
    catalogue.runs.finish(done, RunOutcome.FAILED, report={"error": "disk"})
    lost = catalogue.runs.begin("delete", {})
    going = catalogue.runs.begin("ingest", {})
    outcomes = {info.run_id: (info.outcome, info.finished is None) for info in catalogue.runs.latest(5)}
    assert outcomes == {
        done: (RunOutcome.FAILED, False),
        lost: (RunOutcome.INTERRUPTED, True),
        going: (None, True),
    }


@pytest.mark.parametrize("outcome", RunOutcome)
def test_a_run_ends_once(catalogue: Catalogue, outcome: RunOutcome) -> None:
    run_id = catalogue.runs.begin("ingest", {})
    catalogue.runs.finish(run_id, outcome, report=REPORT)
    with pytest.raises(UnknownIdError, match=run_id):
        catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, report={"other": 1})
    assert catalogue.runs.get(run_id).info.outcome is outcome
    assert catalogue.runs.get(run_id).report == REPORT


def test_an_unknown_run_is_refused_by_name(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownIdError, match="'nowhere'"):
        catalogue.runs.get("nowhere")
    with pytest.raises(UnknownIdError, match="'nowhere'"):
        catalogue.runs.finish("nowhere", RunOutcome.PUBLISHED)


def test_a_list_does_not_read_reports(catalogue: Catalogue) -> None:
    run_id = catalogue.runs.begin("ingest", {})
    catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, report=REPORT)
    with statements() as seen:
        assert len(catalogue.runs.latest(10)) == 1
    assert any("runs" in statement for statement in seen)
    assert not any("run_reports" in statement for statement in seen)


def test_what_published_a_generation_is_found_among_all_others(catalogue: Catalogue) -> None:
    ended = [("ingest", "g1", True), ("ingest", "g1", False), ("delete", "g2", True), ("rollback", "g1", True)]
    for kind, generation, published in ended:
        outcome = RunOutcome.PUBLISHED if published else RunOutcome.UNCHANGED
        catalogue.runs.finish(catalogue.runs.begin(kind, {}), outcome, generation=generation)
    found = catalogue.runs.that_made(["g1", "unknown"])
    assert [(run.kind, run.generation) for run in found] == [("rollback", "g1"), ("ingest", "g1")]
    assert catalogue.runs.that_made([]) == ()


def test_a_list_of_runs_goes_on_after_those_already_shown(catalogue: Catalogue) -> None:
    ids = [catalogue.runs.begin("ingest", {}) for _ in range(3)]
    assert [run.run_id for run in catalogue.runs.latest(5, after=1)] == ids[1::-1]
    assert catalogue.runs.count() == 3


def test_of_old_runs_the_row_stays_and_the_report_goes(catalogue: Catalogue, settings: Settings) -> None:
    database = Database(database_url(settings.catalogue.url, settings.paths.data))
    runs = Runs(database, kept_reports=2)
    ids = []
    for n in range(5):
        ids.append(runs.begin("ingest", {}))
        # A run without a report takes no place from those that have one.
        runs.finish(ids[-1], RunOutcome.PUBLISHED, report=None if n == 3 else {"n": n})
    database.close()
    assert [catalogue.runs.get(run_id).report for run_id in ids] == [None, None, {"n": 2}, None, {"n": 4}]
    assert [info.run_id for info in catalogue.runs.latest(9)] == ids[::-1]


def test_a_large_report_is_kept_small(catalogue: Catalogue, file: Path) -> None:
    files = [{"source": f"乡镇/{n}.docx", "status": "added", "repairs": {"boilerplate": n}} for n in range(10_000)]
    run_id = catalogue.runs.begin("ingest", {})
    catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, report={"files": files})
    assert catalogue.runs.get(run_id).report == {"files": files}
    with sqlite3.connect(file) as connection:
        (stored,) = connection.execute("SELECT length(report) FROM run_reports").fetchone()
    connection.close()
    assert stored < 200_000


def test_a_report_that_is_no_json_leaves_the_run_unfinished(catalogue: Catalogue) -> None:
    run_id = catalogue.runs.begin("ingest", {})
    for report in ({"share": float("nan")}, {"path": Path("a")}):
        with pytest.raises((ValueError, TypeError)):
            catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, report=report)
    assert catalogue.runs.get(run_id).info.outcome is None


def test_names_that_no_encoding_takes_are_kept(catalogue: Catalogue) -> None:
    odd = {"files": [{"source": "\udce5\udcae\x00.txt"}]}
    run_id = catalogue.runs.begin("ingest", {"paths": ["\udcff\x00"]})
    catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, report=odd)
    assert catalogue.runs.get(run_id).report == odd
    assert catalogue.runs.get(run_id).info.arguments == {"paths": ["\udcff\x00"]}


@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(report=st.dictionaries(st.text(), json_values, max_size=4))
def test_any_json_report_comes_back_as_it_was(catalogue: Catalogue, report: dict[str, object]) -> None:
    run_id = catalogue.runs.begin("ingest", {})
    catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, report=report)
    assert catalogue.runs.get(run_id).report == report
