"""Kill an ingest at random moments, again and again, and look at what each kill left. Run as a program.

Every round rewrites every file so that it names the round. Whatever is published afterwards must name one single
round, the last complete one or the one that was killed, and pass its own verification. Each ingest and each look runs
in a forked child: the driver imports once and never opens an index itself.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

FILES = 4
LATE = ("ingest.pipeline", "chromadb", "bm25s", "rag.catalogue.runs", "rag.catalogue.migrating", "datasketch", "rjieba")
"""What an ingest imports late: imported once here, so that a round takes a second and not three."""
LONGEST_DELAY_S = 0.03
EVENTS = 24
"""Progress calls of one ingest of this corpus, about; a moment beyond the last one means that the ingest survives."""


def write_round(corpus: Path, number: int) -> None:
    """Write a corpus in which every file says which round it belongs to."""
    corpus.mkdir(parents=True, exist_ok=True)
    for n in range(FILES):
        body = f"第{number}轮第{n}份文件规定，每人每年补贴{number}元，由乡镇卫生院按季度发放到个人账户。\n"
        (corpus / f"notice-{n}.txt").write_text(f"青棠县关于补贴的通知之{n}\n" + body * 3, encoding="utf-8")
    # A file that comes and goes, so that documents are added and removed as well.
    passing = corpus / "passing.txt"
    if number % 2:
        passing.write_text(f"白岭县控烟通知\n第{number}轮起室内公共场所全面禁止吸烟，违者罚款。\n", encoding="utf-8")
    else:
        passing.unlink(missing_ok=True)


def ingest_killed(corpus: Path, data: Path, event: int, delay_s: float) -> None:
    """Ingest; at the given progress call set a timer that kills this process."""
    from ingest.pipeline import ingest
    from rag.settings import IngestSettings
    from tests.conftest import settings_for
    from tests.embeddings import HashEmbedding

    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == event:
            threading.Timer(delay_s, os.kill, (os.getpid(), signal.SIGKILL)).start()

    settings = settings_for(data, ingest=IngestSettings(min_free_mb=0, processes=1))
    ingest([corpus], settings, HashEmbedding, prune=True, progress=count)


def look(data: Path, number: int) -> None:
    """Check everything that must hold whatever happened; an assertion ends this process with code 1."""
    from ingest.generation import verify_generation
    from rag.generations import DataLayout, Generation, published_id

    layout = DataLayout(data)
    current = published_id(layout)
    assert current is not None, "what was published is gone"
    verify_generation(layout.generation(current), lambda *_: None)
    generation = Generation(layout.generation(current))
    try:
        documents = generation.library.documents()
        rounds = {int(document.text.split("第")[1].split("轮")[0]) for document in documents}
        assert len(rounds) == 1, f"documents of several rounds: {rounds}"
        (shown,) = rounds
        assert shown <= number
        expected = {f"notice-{n}.txt" for n in range(FILES)} | ({"passing.txt"} if shown % 2 else set())
        assert {document.source for document in documents} == expected
        ids = generation.library.chunk_ids
        assert len(ids) == len(set(ids)) == generation.vectors.count() == generation.chunk_terms.size
        for document in documents:
            assert (layout.sources / document.sha256).is_file(), f"the original of {document.source} is gone"
    finally:
        generation.close()
    with sqlite3.connect(data / "catalogue.sqlite") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def in_child(function: Callable[..., None], *arguments: object) -> int:
    """Run a function in a forked child; return its exit code, negative for a signal."""
    pid = os.fork()
    if pid == 0:
        code = 0
        try:
            function(*arguments)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            code = 1
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main(folder: Path, kills: int, seed: int) -> int:
    """Go through rounds until so many ingests were killed; print a summary as JSON."""
    chance = random.Random(seed)
    for name in LATE:
        importlib.import_module(name)
    corpus, data = folder / "corpus", folder / "data"
    write_round(corpus, 0)
    assert in_child(ingest_killed, corpus, data, 0, 0.0) == 0
    killed = survived = number = 0
    began = time.monotonic()
    while killed < kills:
        number += 1
        write_round(corpus, number)
        code = in_child(ingest_killed, corpus, data, chance.randint(1, EVENTS), chance.random() * LONGEST_DELAY_S)
        if code == -signal.SIGKILL:
            killed += 1
        elif code == 0:
            survived += 1
        else:
            return 1
        if in_child(look, data, number):
            sys.stderr.write(f"round {number}, seed {seed}\n")
            return 1
    number += 1
    write_round(corpus, number)
    if in_child(ingest_killed, corpus, data, 0, 0.0) or in_child(look, data, number):
        return 1
    left = [path.name for path in (data / "generations").glob(".building-*")] + [
        path.name for path in data.glob(".unpacked-*")
    ]
    summary = {"killed": killed, "survived": survived, "left": left, "seconds": time.monotonic() - began}
    sys.stdout.write(json.dumps(summary))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
