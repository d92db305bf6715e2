"""An open catalogue in an empty data folder, or in an empty PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.catalogue import Catalogue, open_catalogue
from rag.settings import CatalogueSettings, PathSettings, Settings
from tests.catalogues import lay_catalogue
from tests.postgresql import Cluster, missing, postgresql

ROOT = Path(__file__).resolve().parents[3]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test of a catalogue on both databases, but those that look into the file itself on SQLite alone."""
    if "catalogue_url" in metafunc.fixturenames:
        both = ["sqlite"] if "file" in metafunc.fixturenames else ["sqlite", "postgresql"]
        metafunc.parametrize("catalogue_url", both, indirect=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start PostgreSQL for the whole session, or skip where it is not installed."""
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with postgresql() as started:
        yield started


@pytest.fixture
def catalogue_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Return the setting ``catalogue.url``: None for SQLite in the data folder, else a database without rows."""
    if request.param == "sqlite":
        yield None
    else:
        with request.getfixturevalue("cluster").migrated() as url:
            yield url


@pytest.fixture
def settings(tmp_path: Path, catalogue_url: str | None) -> Settings:
    """Return settings over a data folder that is not there yet; a catalogue needs no ingest."""
    return Settings(paths=PathSettings(data=tmp_path / "data"), catalogue=CatalogueSettings(url=catalogue_url))


@pytest.fixture
def catalogue(settings: Settings) -> Iterator[Catalogue]:
    """Open a fresh catalogue."""
    lay_catalogue(settings)
    with open_catalogue(settings) as opened:
        yield opened


@pytest.fixture
def file(settings: Settings) -> Path:
    """Return where the catalogue of ``settings`` lies; a test that asks for it runs on SQLite alone."""
    return settings.paths.data / "catalogue.sqlite"


Child = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_child(settings: Settings) -> Iterator[Child]:
    """Start Python programs that find their catalogue's ``settings`` made; they do not outlive the test."""
    head = "from pathlib import Path\nfrom rag.catalogue import RunOutcome, open_catalogue\n"
    head += "from rag.settings import CatalogueSettings, PathSettings, Settings\n"
    head += f"settings = Settings(paths=PathSettings(data=Path({str(settings.paths.data)!r})),"
    head += f" catalogue=CatalogueSettings(url={settings.catalogue.url!r}))\n"
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
