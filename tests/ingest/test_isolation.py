"""What one file may take from the machine, and what its death costs the others: nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.isolation import Caps, Job, ParsingPool
from rag.errors import SourceError

ROOT = Path(__file__).parents[2]
CAPS = Caps(timeout_s=30.0, memory_mb=512)
LARGE = 10**9
"""Jobs of this size are never grouped."""


def length(text: str) -> int:
    return len(text)


def refuse(text: str) -> int:
    raise SourceError(f"{text} is no text")


def hang(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def take_memory(megabytes: int) -> int:
    return len(bytearray(megabytes * 2**20))


def die(code: int) -> int:
    if code:
        os.kill(os.getpid(), signal.SIGSEGV)
    return code


def fail(text: str) -> int:
    raise ValueError(text)


def jobs_of(*tasks: object, size: int = 100) -> list[Job[object]]:
    return [Job(f"file-{n}", size, task) for n, task in enumerate(tasks)]


def run(
    function: Callable[..., object], jobs: list[Job[object]], caps: Caps = CAPS, timeout_s: float | None = None
) -> dict[str, object]:
    with ParsingPool(2, caps) as pool:
        return {job.name: outcome for job, outcome in pool.map(function, jobs, timeout_s)}


def message(outcome: object) -> str:
    assert isinstance(outcome, SourceError)
    return str(outcome)


def test_every_job_comes_back_with_its_own_result() -> None:
    jobs = jobs_of(*("字" * n for n in range(100)))
    assert run(length, jobs) == {f"file-{n}": n for n in range(100)}


def test_a_refusal_is_the_result_of_its_own_job() -> None:
    outcomes = run(refuse, jobs_of("a", "b"))
    assert {name: message(outcome) for name, outcome in outcomes.items()} == {
        "file-0": "a is no text",
        "file-1": "b is no text",
    }


@pytest.mark.parametrize("size", [100, LARGE], ids=["grouped", "alone"])
def test_a_file_that_takes_too_long_is_given_up_and_its_neighbours_are_read(size: int) -> None:
    outcomes = run(hang, jobs_of(60.0, 0.0, 0.01, size=size), timeout_s=1.0)
    assert "file-0 took longer" in message(outcomes.pop("file-0"))
    assert outcomes == {"file-1": 0.0, "file-2": 0.01}


@pytest.mark.skipif(sys.platform == "darwin", reason="this system does not enforce RLIMIT_DATA")
def test_a_file_that_takes_too_much_memory_is_refused_and_its_neighbours_are_read() -> None:
    outcomes = run(take_memory, jobs_of(4096, 1, 2))
    assert "needs more than 512 MB" in message(outcomes.pop("file-0"))
    assert outcomes == {"file-1": 2**20, "file-2": 2 * 2**20}


def test_a_file_that_crashes_its_reader_is_refused_and_its_neighbours_are_read() -> None:
    outcomes = run(die, jobs_of(1, 0, 0))
    assert "crashed the program" in message(outcomes.pop("file-0"))
    assert outcomes == {"file-1": 0, "file-2": 0}


def test_an_error_that_nobody_foresaw_costs_its_own_file_only() -> None:
    assert message(run(fail, jobs_of("bang"))["file-0"]) == "file-0 cannot be read: ValueError: bang"


def test_no_job_starts_no_process() -> None:
    assert run(length, []) == {}


PARENT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from ingest.isolation import Caps, Job, ParsingPool
from tests.ingest.test_isolation import note_and_hang
with ParsingPool(1, Caps(60.0, 512)) as pool:
    list(pool.map(note_and_hang, [Job("file", 1, sys.argv[2])]))
"""


def note_and_hang(path: str) -> None:
    Path(path).write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(60)


@pytest.mark.server
def test_a_reading_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(ROOT), str(note)])
    child = 0
    deadline = time.monotonic() + 30
    while not child and time.monotonic() < deadline:
        time.sleep(0.05)
        child = int(note.read_text(encoding="utf-8") or 0) if note.exists() else 0
    parent.kill()
    parent.wait()
    assert child
    while time.monotonic() < deadline and _alive(child):
        time.sleep(0.05)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
