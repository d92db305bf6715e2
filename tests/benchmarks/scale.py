"""Measure how building and asking grow with the number of chunks, from a thousand to a million.

    python -m tests.benchmarks.scale [--chunks N …] [--keep DIR] [--output DIR]
    python -m tests.benchmarks.scale --questions-only DIR

Documents are made up (``synthetic_corpus``) and go the way of any ingest from cleaned documents on: cut into chunks,
embedded, indexed, stored, verified, published. Each size is built in a process of its own and asked in another one.
Memory of a build is the sum over the process and its children, taken while it runs. Written are ``scale.json``,
``scale.svg`` and ``scale.md``. Seconds belong to one machine on one day. This is no test.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from ingest.assembly import assemble_generation
from ingest.generation import publish
from rag.bootstrap import open_assistant
from rag.domain import Question
from rag.embedding import open_embedding
from rag.generations import DataLayout, Generation, published_id
from rag.ports import FloatArray
from rag.settings import PathSettings, Settings
from tests.benchmarks.child_process import measured_child
from tests.benchmarks.scale_report import write_report
from tests.benchmarks.synthetic_corpus import KINDS, entry, questions

ROOT = Path(__file__).resolve().parents[2]
SIZES = (1_000, 10_000, 100_000, 1_000_000)
_CHUNKS_PER_DOCUMENT = 10
_QUESTIONS = 201
_WARM_UP = 20
_RECALL_QUESTIONS = 200
_READ_AT_ONCE = 4000
_PARTS = {"chroma": "vectors", "lexical": "lexical", "library.sqlite": "library"}


def _settings(data: Path) -> Settings:
    return Settings().model_copy(update={"paths": PathSettings(data=data)})


class Clock:
    """Seconds in each stage, told apart by what the builder reports; stages of another process run beside these."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._stage, self._since, self._said = "prepare", time.perf_counter(), 0.0

    def progress(self, stage: str, done: int, total: int) -> None:
        """Take a report, and pass one on every few seconds."""
        now = time.perf_counter()
        # A report follows the work that it is about, but for the first one of a stage.
        spent_in = stage if done else self._stage
        self.seconds[spent_in] = self.seconds.get(spent_in, 0.0) + now - self._since
        self._stage, self._since = stage, now
        if now - self._said > 10:
            self._said = now
            sys.stderr.write(f"{time.strftime('%H:%M:%S')} {stage} {done}/{total}\n")
            sys.stderr.flush()

    def end(self) -> dict[str, float]:
        """Close the last stage and return seconds by stage."""
        self.progress(self._stage, 1, 1)
        return {name: round(seconds, 2) for name, seconds in self.seconds.items()}


def build(documents: int, data: Path) -> dict[str, Any]:
    """Build and publish a generation of made-up documents."""
    settings = _settings(data)
    data.mkdir(parents=True, exist_ok=True)
    embedding = open_embedding(settings.embedding)
    began = time.perf_counter()
    entries = [entry(n, settings.chunking) for n in range(documents)]
    made = time.perf_counter()
    clock = Clock()
    layout = DataLayout(data)
    manifest, _ = assemble_generation(
        layout, entries, embedding, settings, parent=None, places=(), progress=clock.progress
    )
    publish(layout, manifest.generation)
    folder = layout.generation(manifest.generation)
    disk = {name: _disk_mb(folder / part) for part, name in _PARTS.items()}
    disk["other"] = _disk_mb(folder) - sum(disk.values())
    return {
        "documents": documents,
        "chunks": manifest.chunks,
        "characters": sum(len(item.document.text) for item in entries),
        "made_s": round(made - began, 2),
        "build_s": round(time.perf_counter() - made, 2),
        "stages_s": clock.end(),
        "disk_mb": {**disk, "embedding cache": _disk_mb(layout.embedding_cache)},
    }


def _disk_mb(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return round(sum(file.stat().st_size for file in files) / 2**20, 1)


def ask(data: Path) -> dict[str, Any]:
    """Open what is published in ``data`` and ask questions of each kind."""
    before = _resident_mb()
    began = time.perf_counter()
    assistant = open_assistant(_settings(data))
    info = assistant.published()
    if info is None:
        raise SystemExit(f"nothing is published in {data}: {assistant.problem()}")
    asked = questions(info.documents, _QUESTIONS + _WARM_UP, seed=11)
    assistant.search(Question(asked[0].text), 10)
    figures: dict[str, Any] = {"open_s": round(time.perf_counter() - began, 2), "resident_mb": {"before": before}}
    figures["resident_mb"]["opened"] = _resident_mb()
    for made in asked[:_WARM_UP]:
        assistant.search(Question(made.text), 10)
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    stages: dict[str, list[float]] = {}
    found: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for made in asked[_WARM_UP:]:
        at = time.perf_counter()
        result = assistant.search(Question(made.text), 10)
        seconds[made.kind].append(1000 * (time.perf_counter() - at))
        found[made.kind].append(any(hit.document.document_id == made.document_id for hit in result.hits))
        for stage, spent in result.timings_ms.items():
            stages.setdefault(stage, []).append(spent)
    figures["resident_mb"]["asked"] = _resident_mb()
    every = [value for values in seconds.values() for value in values]
    figures["latency_ms"] = {kind: _percentiles(values) for kind, values in {**seconds, "all": every}.items()}
    figures["stages_ms"] = {stage: _percentiles(values) for stage, values in stages.items()}
    figures["found"] = {kind: round(float(np.mean(values)), 3) for kind, values in found.items()}
    assistant.close()
    return figures


def _percentiles(values: list[float]) -> dict[str, float]:
    return {f"p{share}": round(float(np.percentile(values, share)), 2) for share in (50, 95, 99)}


def _resident_mb() -> dict[str, float]:
    """Return memory of this process: its own, and pages of mapped files, which the system may take back."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    values = dict(line.split(":", 1) for line in lines)
    return {
        name: round(int(values[key].split()[0]) / 1024, 1) for name, key in (("own", "RssAnon"), ("mapped", "RssFile"))
    }


def recall(data: Path) -> dict[str, Any]:
    """Compare the nearest chunks that the vector store finds with those of an exact search."""
    layout = DataLayout(data)
    generation = Generation(layout.generation(str(published_id(layout))))
    embedding = open_embedding(_settings(data).embedding)
    made = questions(generation.manifest.documents, _RECALL_QUESTIONS, seed=12)
    vectors = np.stack([embedding.embed_query(question.text) for question in made])
    exact = np.full((len(vectors), 10), -1.0, dtype=np.float32)
    ids = generation.library.chunk_ids
    for start in range(0, len(ids), _READ_AT_ONCE):
        stored = np.stack(list(generation.vectors.vectors(ids[start : start + _READ_AT_ONCE]).values()))
        exact = -np.sort(-np.concatenate([exact, vectors @ stored.T], axis=1), axis=1)[:, :10]
    seconds, shares = [], []
    for vector, best in zip(vectors, exact, strict=True):
        began = time.perf_counter()
        nearest = generation.vectors.nearest(vector, 10)
        seconds.append(1000 * (time.perf_counter() - began))
        # By cosine, not by id: of chunks that are equally near either one is right.
        shares.append(_at_least(np.array([cosine for _, cosine in nearest], dtype=np.float32), best[-1]))
    generation.close()
    return {"recall@10": round(float(np.mean(shares)), 4), "nearest_ms": _percentiles(seconds)}


def _at_least(cosines: FloatArray, lowest: float) -> float:
    return float((cosines >= lowest - 1e-5).sum()) / 10


def measured(step: str, *arguments: str) -> dict[str, Any]:
    """Run a step in a process of its own; return what it says and the peak of its memory in MiB."""
    figures, _, peak = measured_child(
        f"{step} {' '.join(arguments)}", "tests.benchmarks.scale", "--step", step, *arguments
    )
    return {**figures, "peak_mb": round(peak)}


def measure(place: Path, sizes: list[int], output: Path, *, fresh: bool, keep: bool) -> None:
    """Build (where ``fresh``) and ask each size below ``place``; write the report again after each."""
    output.mkdir(parents=True, exist_ok=True)
    results = output / "scale.json"
    rows: dict[str, Any] = json.loads(results.read_text(encoding="utf-8")) if results.is_file() else {}
    for size in sizes:
        data, row = place / str(size), rows.setdefault(str(size), {})
        if fresh:
            shutil.rmtree(data, ignore_errors=True)
            row["build"] = measured("build", str(size // _CHUNKS_PER_DOCUMENT), str(data))
        row["ask"] = measured("ask", str(data))
        row["recall"] = measured("recall", str(data))
        results.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        write_report(rows, output)
        if not keep:
            shutil.rmtree(data)


def main() -> None:
    """Run the benchmark, or, as a child process, one step of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--chunks", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--keep", type=Path, metavar="DIR", help="build in this folder and leave it there")
    parser.add_argument("--questions-only", type=Path, metavar="DIR", help="ask again what --keep left in this folder")
    parser.add_argument("--output", type=Path, default=Path("scale-report"))
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.step:
        step, *arguments = chosen.step
        steps = {"build": lambda n, data: build(int(n), Path(data)), "ask": lambda data: ask(Path(data))}
        done = recall(Path(arguments[0])) if step == "recall" else steps[step](*arguments)
        sys.stdout.write(json.dumps(done) + "\n")
        return
    place = chosen.questions_only or chosen.keep
    if place is not None:
        sizes = [n for n in chosen.chunks if chosen.questions_only is None or (place / str(n)).is_dir()]
        measure(place, sizes, chosen.output, fresh=chosen.questions_only is None, keep=True)
        return
    with tempfile.TemporaryDirectory(prefix="policychat-") as temporary:
        measure(Path(temporary), chosen.chunks, chosen.output, fresh=True, keep=False)


if __name__ == "__main__":
    main()
