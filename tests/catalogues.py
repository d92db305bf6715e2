"""An empty catalogue without the wait: its schema is made once and copied, as thirteen revisions take a tenth of a second."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from rag.catalogue import open_catalogue
from rag.settings import PathSettings, Settings


def lay_catalogue(settings: Settings) -> None:
    """Lay an empty catalogue of today into a data folder that has none; a server's database is left alone."""
    if settings.catalogue.url is None:
        settings.paths.data.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_made(), settings.paths.data / "catalogue.sqlite")


@cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="policychat-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with open_catalogue(Settings(paths=PathSettings(data=folder))):
        return folder / "catalogue.sqlite"
