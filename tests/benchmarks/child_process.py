"""Run a step of a benchmark in a process of its own and watch the memory of it and of its children."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]

ROOT = Path(__file__).resolve().parents[2]
_SAMPLE_S = 0.05


def measured_child(name: str, module: str, *arguments: str) -> tuple[dict[str, Any], float, float]:
    """Run ``python -m module arguments``; return what its last line says as JSON, its seconds and peak memory in MiB.

    Raises:
        SystemExit: it failed; ``name`` says what it was.
    """
    command = [sys.executable, "-m", module, *arguments]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as child:
        peak = [0]
        watcher = threading.Thread(target=_watch, args=(psutil.Process(child.pid), peak))
        watcher.start()
        output, _ = child.communicate()
        watcher.join()
    if child.returncode:
        raise SystemExit(f"{name} ended with {child.returncode}")
    figures: dict[str, Any] = json.loads(output.splitlines()[-1])
    return figures, time.perf_counter() - began, peak[0] / 2**20


def _watch(process: psutil.Process, peak: list[int]) -> None:
    with suppress(psutil.Error):
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            total = 0
            for member in (process, *process.children(recursive=True)):
                with suppress(psutil.Error):
                    total += member.memory_info().rss
            peak[0] = max(peak[0], total)
            time.sleep(_SAMPLE_S)
