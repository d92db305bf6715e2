"""An open catalogue in an empty data folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.catalogue import Catalogue, open_catalogue
from rag.settings import PathSettings, Settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings over a data folder that is not there yet; a catalogue needs no ingest."""
    return Settings(paths=PathSettings(data=tmp_path / "data"))


@pytest.fixture
def catalogue(settings: Settings) -> Iterator[Catalogue]:
    """Open a fresh catalogue."""
    with open_catalogue(settings) as opened:
        yield opened


@pytest.fixture
def file(settings: Settings) -> Path:
    """Return where the catalogue of ``settings`` lies."""
    return settings.paths.data / "catalogue.sqlite"


Child = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_child(settings: Settings) -> Iterator[Child]:
    """Start Python programs that find their catalogue's ``settings`` made; they do not outlive the test."""
    head = "from pathlib import Path\nfrom rag.catalogue import RunOutcome, open_catalogue\n"
    head += "from rag.settings import PathSettings, Settings\n"
    head += f"settings = Settings(paths=PathSettings(data=Path({str(settings.paths.data)!r})))\n"
    children: list[subprocess.Popen[str]] = []

    def start(program: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", head + program],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()
