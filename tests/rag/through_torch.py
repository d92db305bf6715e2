"""Run a program that needs torch in a process of its own: its import takes seconds and half a gigabyte."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import rag


def report_of(program: str, folder: Path) -> dict[str, Any]:
    """Run a program of this folder, without network, and return the ``report.json`` that it writes into ``folder``."""
    root = str(Path(rag.__file__).parents[1])
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": root}
    command = [sys.executable, str(Path(__file__).with_name(program)), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report
