"""An ingest that is killed at any moment harms nothing: real processes, SIGKILL, and the state they leave."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.generation import verify_generation
from ingest.pipeline import ingest
from rag.domain import Chunk
from rag.generations import DataLayout, Generation, published_id
from rag.settings import Settings
from tests.conftest import settings_for
from tests.embeddings import HashEmbedding

pytestmark = pytest.mark.server

CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[5])
import ingest.pipeline, ingest.publication
from rag.generations import DataLayout
from tests.conftest import settings_for
from tests.embeddings import HashEmbedding

corpus, data, wanted, at = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
calls = 0

def die(stage, done=0, total=0):
    global calls
    if stage == wanted:
        calls += 1
        if calls == at:
            os.kill(os.getpid(), signal.SIGKILL)

if wanted == "publish":
    ingest.publication.publish = lambda *_: die("publish")
if wanted == "tidy":
    ingest.publication.remove_old_generations = lambda *_: die("tidy")
ingest.pipeline.ingest([corpus], settings_for(data), HashEmbedding, prune=True, progress=die)
"""

ROOT = Path(__file__).resolve().parents[1]


def content(settings: Settings) -> dict[str, tuple[str, tuple[Chunk, ...]]]:
    """Return the text and the chunks of every published document by source."""
    layout = DataLayout(settings.paths.data)
    generation = Generation(layout.generation(str(published_id(layout))))
    try:
        library = generation.library
        return {
            document.source: (document.text, tuple(library.chunks_of(document.document_id)))
            for document in library.documents()
        }
    finally:
        generation.close()


def change(corpus: Path) -> None:
    file = corpus / "bailing-elderly.md"
    file.write_text(file.read_text(encoding="utf-8").replace("十个工作日", "五个工作日"), encoding="utf-8")
    (corpus / "smoking.txt").write_text("青棠县关于控烟的通知\n室内公共场所全面禁止吸烟。\n", encoding="utf-8")
    (corpus / "clinics.docx").unlink()


def killed(corpus: Path, data: Path, stage: str, call: int) -> None:
    command = [sys.executable, "-c", CHILD, str(corpus), str(data), stage, str(call), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize(
    ("stage", "call"),
    [
        pytest.param("read", 2, marks=pytest.mark.thorough),
        pytest.param("embed", 1, marks=pytest.mark.thorough),
        pytest.param("index", 3, marks=pytest.mark.thorough),
        pytest.param("store", 2, marks=pytest.mark.thorough),
        pytest.param("verify", 1, marks=pytest.mark.thorough),
        ("publish", 1),
    ],
)
def test_a_kill_leaves_the_old_generation_and_the_next_ingest_converges(
    corpus_folder: Path, tmp_path: Path, settings: Settings, stage: str, call: int
) -> None:
    ingest([corpus_folder], settings, HashEmbedding)
    layout = DataLayout(settings.paths.data)
    before, old = published_id(layout), content(settings)
    change(corpus_folder)

    killed(corpus_folder, settings.paths.data, stage, call)

    assert published_id(layout) == before
    verify_generation(layout.generation(str(before)), lambda *_: None)
    assert content(settings) == old
    ingest([corpus_folder], settings, HashEmbedding, prune=True)
    assert not list(layout.generations.glob(".building-*"))
    clean = settings_for(tmp_path / "clean")
    ingest([corpus_folder], clean, HashEmbedding)
    assert content(settings) == content(clean)


@pytest.mark.thorough
def test_a_kill_after_the_publication_leaves_the_new_generation(
    corpus_folder: Path, tmp_path: Path, settings: Settings
) -> None:
    ingest([corpus_folder], settings, HashEmbedding)
    layout = DataLayout(settings.paths.data)
    before = published_id(layout)
    change(corpus_folder)

    killed(corpus_folder, settings.paths.data, "tidy", 1)

    assert published_id(layout) != before
    verify_generation(layout.generation(str(published_id(layout))), lambda *_: None)
    clean = settings_for(tmp_path / "clean")
    ingest([corpus_folder], clean, HashEmbedding)
    assert content(settings) == content(clean)


def test_a_kill_of_the_very_first_ingest_leaves_nothing_published(corpus_folder: Path, settings: Settings) -> None:
    killed(corpus_folder, settings.paths.data, "verify", 1)
    layout = DataLayout(settings.paths.data)
    assert published_id(layout) is None
    assert ingest([corpus_folder], settings, HashEmbedding).generation == published_id(layout)
    assert not list(layout.generations.glob(".building-*"))


LANES = 2
KILLS = int(os.environ.get("POLICYCHAT_KILLS", "18"))
"""Kills in all; `make crash` asks for 200. Lanes run side by side."""


@pytest.mark.timeout(60 + 10 * KILLS)
@pytest.mark.thorough
def test_kills_at_random_moments_never_leave_half_a_generation(tmp_path: Path) -> None:
    lanes = [
        subprocess.Popen(
            [
                sys.executable,
                str(ROOT / "tests" / "crash_driver.py"),
                str(tmp_path / f"lane-{n}"),
                str(KILLS // LANES),
                str(n),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(LANES)
    ]
    for lane in lanes:
        out, err = lane.communicate(timeout=50 + 10 * KILLS)
        assert lane.returncode == 0, err
        summary = json.loads(out)
        assert summary["killed"] == KILLS // LANES
        assert summary["left"] == []


def in_own_mounts() -> list[str]:
    """Return how to start a program that may mount a file system nobody else sees; nothing where that is not allowed."""
    for prefix in (["unshare", "--mount"], ["unshare", "--map-root-user", "--mount"]):
        trial = [*prefix, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
        if shutil.which("unshare") and subprocess.run(trial, capture_output=True, check=False).returncode == 0:
            return prefix
    return []


@pytest.mark.thorough
def test_a_disk_that_fills_up_at_any_point_leaves_what_was_published(tmp_path: Path) -> None:
    prefix = in_own_mounts()
    if not prefix:
        pytest.skip("this machine lets no test mount a file system of its own")
    command = [*prefix, sys.executable, str(ROOT / "tests" / "full_disk_driver.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["full"] >= 5, "the disk never filled up"
    assert summary["fitted"] >= 1, "the disk was never large enough"
    assert len(summary["stages"]) >= 2, "it always filled up at the same stage"
    assert summary["left"] == []
