"""Let an ingest run into a full disk at many different points. Run as a program in a mount namespace of its own.

A small tmpfs holds the data folder. Before each round a filler leaves a little more room than in the round before, so
the disk fills up while originals are kept, vectors cached, the library, the lexical index or the vector store written.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from ingest.pipeline import ingest
from rag.errors import NotAvailableError
from rag.generations import DataLayout, Generation, published_id
from tests.conftest import settings_for
from tests.crash_driver import look, write_round
from tests.embeddings import HashEmbedding

DISK_MB = 24
STEP_KB = 30
ROUNDS = 24


def fill(disk: Path, leave_kb: int) -> None:
    """Leave so much room on the disk, and no more."""
    free = shutil.disk_usage(disk).free // 1024
    with (disk / "filler").open("wb") as file:
        file.write(b"\0" * 1024 * max(free - leave_kb, 0))


def note(seen: list[str], stage: str, *_: object) -> None:
    """Remember the stage."""
    seen.append(stage)


def still_serves(reader: Generation) -> None:
    """Search and read in a generation that was opened before, on whatever room is left, and close it."""
    (first, *_) = reader.library.chunk_ids
    vector = reader.vectors.vectors([first])[first]
    assert reader.vectors.nearest(vector, 1)
    assert reader.library.chunk(first).text
    reader.close()


def main(folder: Path) -> int:
    """Print as JSON how many rounds failed on the full disk and how many fitted."""
    disk, corpus = folder / "disk", folder / "corpus"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(disk)], check=True)
    settings = settings_for(disk / "data")
    layout = DataLayout(settings.paths.data)
    write_round(corpus, 0)
    ingest([corpus], settings, HashEmbedding, prune=True)
    # The check before the first byte is tested elsewhere; here the disk is to fill up under way.
    roomy = shutil.disk_usage(folder)._replace(free=2**40)
    real = shutil.disk_usage
    full, fitted, stages = 0, 0, []
    for number in range(1, ROUNDS + 1):
        write_round(corpus, number)
        fill(disk, number * STEP_KB)
        reader = Generation(layout.generation(str(published_id(layout))))
        shutil.disk_usage = lambda _: roomy  # type: ignore[assignment,misc]
        seen: list[str] = []
        try:
            ingest([corpus], settings, HashEmbedding, prune=True, progress=partial(note, seen))
            fitted += 1
        except NotAvailableError:
            full += 1
            stages.append(seen[-1] if seen else "")
        finally:
            shutil.disk_usage = real
        still_serves(reader)
        (disk / "filler").unlink()
        look(settings.paths.data, number)
    write_round(corpus, ROUNDS + 1)
    ingest([corpus], settings, HashEmbedding, prune=True)
    look(settings.paths.data, ROUNDS + 1)
    left = [path.name for path in (settings.paths.data / "generations").glob(".building-*")]
    sys.stdout.write(json.dumps({"full": full, "fitted": fitted, "stages": sorted(set(stages)), "left": left}))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
