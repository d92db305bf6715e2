"""A process that is killed while it writes harms nothing: real processes, SIGKILL, and the file they leave."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from rag.catalogue import RunOutcome, open_catalogue
from rag.settings import Settings
from tests.rag.catalogue.conftest import Child

KILLS = 8

WRITER = """
with open_catalogue(settings) as catalogue:
    n = 0
    while True:
        n += 1
        run_id = catalogue.runs.begin("ingest", {"n": n})
        catalogue.corrections.change("a.txt", {"region": f"{run_id}", "issuer": f"{run_id}"}, by="li")
        catalogue.runs.finish(run_id, RunOutcome.PUBLISHED, report={"run": run_id, "files": list(range(3000))})
        print(run_id, flush=True)
"""


@pytest.mark.thorough
def test_a_kill_at_any_moment_leaves_whole_runs_and_everything_acknowledged(
    settings: Settings, file: Path, start_child: Child
) -> None:
    moments = random.Random(3)
    acknowledged: list[str] = []
    for _ in range(KILLS):
        child = start_child(WRITER)
        assert child.stdout is not None
        acknowledged.append(child.stdout.readline().strip())
        time.sleep(moments.uniform(0, 0.1))
        child.send_signal(signal.SIGKILL)
        # What was printed before the kill is still in the pipe; a last half line was not acknowledged.
        rest, errors = child.communicate(timeout=60)
        assert (child.returncode, errors) == (-signal.SIGKILL, "")
        acknowledged += [line.strip() for line in rest.splitlines(keepends=True) if line.endswith("\n")]

    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with open_catalogue(settings) as catalogue:
        last = catalogue.runs.begin("ingest", {})
        infos = catalogue.runs.latest(100_000)
        assert len(acknowledged) > KILLS
        assert set(acknowledged) <= {info.run_id for info in infos if info.outcome is RunOutcome.PUBLISHED}
        for info in infos:
            report = catalogue.runs.get(info.run_id).report
            if info.outcome is RunOutcome.PUBLISHED:
                assert report == {"run": info.run_id, "files": list(range(3000))}
            else:
                assert info.outcome is (None if info.run_id == last else RunOutcome.INTERRUPTED)
                assert report is None
        held = catalogue.corrections.current()["a.txt"]
        assert held["region"] == held["issuer"]
        changes = catalogue.corrections.history("a.txt")
        assert {change.new for change in changes if change.field == "region"} >= set(acknowledged)
