"""Run the reading of files in child processes, each under a time and a memory cap.

A parser that crashes, hangs or eats memory then costs its own file and nothing else. The pool is ``pebble``'s: it
kills what is late and starts a fresh child in its place. Small tasks travel together, since a message between two
processes costs as much as reading a short notice; where such a group fails, each of its tasks is run again alone.
"""

from __future__ import annotations

import copyreg
import multiprocessing
import os
import resource
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from rag.errors import NotAvailableError, SourceError

if TYPE_CHECKING:
    import pebble

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_GROUP_BYTES = 200_000
_GROUP_TASKS = 32
UNGROUPED = 2**30
"""Size of a job that never shares its time with others."""
_WAITING_PER_CHILD = 3
"""Groups handed out ahead, so that no child waits for the parent and little is lost when one dies."""
_PRELOADED = ("ingest.reading", "datasketch", "lxml.html")
"""What the server of children imports once, so that each child begins with it."""


def _read_only(values: dict[object, object]) -> MappingProxyType[object, object]:
    return MappingProxyType(values)


# Frozen facts hold read-only mappings, which the standard library's pickle does not know how to send.
copyreg.pickle(MappingProxyType, lambda proxy: (_read_only, (dict(proxy),)))


@dataclass(frozen=True, slots=True)
class Caps:
    """What one task may take."""

    timeout_s: float
    memory_mb: int


@dataclass(frozen=True, slots=True)
class Job(Generic[_Task]):
    """A task with a name for messages and its size in bytes, by which small ones are grouped."""

    name: str
    size: int
    task: _Task


def _run_group(function: Callable[[_Task], _Result], tasks: Sequence[_Task]) -> tuple[list[_Result | SourceError], int]:
    results: list[_Result | SourceError] = []
    for task in tasks:
        try:
            results.append(function(task))
        except SourceError as error:
            results.append(error)
    return results, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _confine(memory_mb: int) -> None:
    """Cap this child's memory and let it end with the process it reads for, should that die without a word."""
    # Data and not address space: libraries reserve far more addresses than they ever touch.
    cap = memory_mb * 2**20
    with_hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if with_hard == resource.RLIM_INFINITY or with_hard > cap:
        resource.setrlimit(resource.RLIMIT_DATA, (cap, with_hard))
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


class ParsingPool:
    """Child processes that read files; a context manager. Children start when the first task comes."""

    def __init__(self, processes: int, caps: Caps) -> None:
        self._processes = processes or os.cpu_count() or 1
        self._caps = caps
        self._pool: pebble.ProcessPool | None = None
        self.peak_rss = 0
        """Largest resident size of a child so far, in the unit of the system's ``getrusage``."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is not None:
            if kind is None:
                self._pool.close()  # type: ignore[no-untyped-call]
            else:
                self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def map(
        self,
        function: Callable[[_Task], _Result],
        jobs: Sequence[Job[_Task]],
        timeout_s: float | None = None,
        began: Callable[[str], None] = lambda _: None,
    ) -> Iterator[tuple[Job[_Task], _Result | SourceError]]:
        """Yield each job with its result, or with the error that says why there is none, as they are done.

        ``began`` is told the name of each job when it is handed to a child.

        ``function`` must be importable by name, tasks and results picklable. A ``SourceError`` that it raises is
        the job's result; so are a time or memory cap that was reached and a child that died.

        Raises:
            NotAvailableError: no child can be started.
        """
        groups = deque(_grouped(jobs))
        waiting: dict[Future[tuple[list[_Result | SourceError], int]], list[Job[_Task]]] = {}
        while groups or waiting:
            while groups and len(waiting) < self._processes * _WAITING_PER_CHILD:
                group = groups.popleft()
                for job in group:
                    began(job.name)
                waiting[self._schedule(function, group, timeout_s)] = group
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                group = waiting.pop(future)
                results = self._results(future, group)
                if results is None:
                    groups.extend([job] for job in group)
                else:
                    yield from zip(group, results, strict=True)

    def _schedule(
        self, function: Callable[[_Task], _Result], group: list[Job[_Task]], timeout_s: float | None
    ) -> Future[tuple[list[_Result | SourceError], int]]:
        import pebble

        if self._pool is None:
            context = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")
            if sys.platform != "win32":
                context.set_forkserver_preload([*_PRELOADED])
            self._pool = pebble.ProcessPool(
                max_workers=self._processes,
                context=context,
                initializer=_confine,
                initargs=(self._caps.memory_mb,),
            )
        limit = timeout_s or self._caps.timeout_s
        try:
            future: Future[tuple[list[_Result | SourceError], int]] = self._pool.schedule(
                _run_group, args=(function, [job.task for job in group]), timeout=limit
            )
        except RuntimeError as error:  # pebble's word for a child that cannot start
            raise NotAvailableError(f"the processes that read files cannot be started: {error}") from error
        return future

    def _results(
        self, future: Future[tuple[list[_Result | SourceError], int]], group: Sequence[Job[_Task]]
    ) -> list[_Result | SourceError] | None:
        """Return the group's results; None where it must be run again one by one to see who is to blame."""
        import pebble

        try:
            results, peak = future.result()
            self.peak_rss = max(self.peak_rss, peak)
            return results
        except TimeoutError:
            reason = "took longer than the time allowed for one file (ingest.parse_timeout_s)"
        except MemoryError:
            reason = f"needs more than {self._caps.memory_mb} MB to be read (ingest.parse_memory_mb)"
        except pebble.ProcessExpired as error:
            reason = f"crashed the program that reads it (exit code {error.exitcode})"
        except Exception as error:  # whatever a parser raises must cost its own file only
            reason = f"cannot be read: {type(error).__name__}: {error}"
        if len(group) > 1:
            return None
        return [SourceError(f"{group[0].name} {reason}")]


def _grouped(jobs: Sequence[Job[_Task]]) -> Iterator[list[Job[_Task]]]:
    group: list[Job[_Task]] = []
    size = 0
    for job in jobs:
        if group and (size + job.size > _GROUP_BYTES or len(group) == _GROUP_TASKS):
            yield group
            group, size = [], 0
        group.append(job)
        size += job.size
    if group:
        yield group
