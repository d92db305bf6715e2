"""Measure how fast facts are read and documents linked: ``python tests/benchmarks/metadata.py FOLDER``.

Prints, for the files below FOLDER, the characters a second of `extract_metadata` and `split_compilation` on one core
(all files, and those of 10,000 characters and more), and the seconds that `link_successors` takes for 10,000 documents.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from ingest.blocks import LoadedFile
from ingest.cleaning import CleanedFile, clean
from ingest.compilations import split_compilation
from ingest.loaders import SUPPORTED, load_bytes
from ingest.metadata import extract_metadata
from ingest.metadata_successors import link_successors
from rag.domain import Document, DocumentType
from rag.errors import SourceError
from rag.regions import Gazetteer

_LONG_CHARS = 10_000
_RUNS = 5
_LINKED = 10_000


def _read(folder: Path) -> dict[str, CleanedFile]:
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUPPORTED:
            try:
                files[path.name] = clean(load_bytes(path.name, path.read_bytes()))
            except SourceError as error:
                sys.stderr.write(f"not read: {error}\n")
    return files


def _chars(file: CleanedFile) -> int:
    return sum(len(block.text) for block in file.blocks)


def _rate(files: dict[str, CleanedFile], stage: Callable[[str, CleanedFile], object]) -> float:
    """Return millions of characters a second of processor time, the best of some runs."""
    seconds = []
    for _ in range(_RUNS):
        began = time.process_time()
        for name, file in files.items():
            stage(name, file)
        seconds.append(time.process_time() - began)
    return sum(map(_chars, files.values())) / min(seconds) / 1e6


def _states(count: int) -> Sequence[Document]:
    """Return invented notices, each title in three states and every other one naming the notice it replaces."""
    return [
        Document(
            document_id=str(n),
            source=f"{n}.md",
            root="/",
            sha256="0",
            media_type="text/markdown",
            title=f"云溪县第{n // 3}项老年人免费体检工作实施办法（{2010 + n % 3}年修订）",
            text="正文",
            region="云溪县",
            issuer="云溪县卫生健康局",
            published=date(2010 + n % 3, 1, 1),
            type=DocumentType.NOTICE,
            document_number=f"云卫发〔2010〕{n}号",
            replaces=(f"云卫发〔2010〕{n - 1}号",) if n % 2 else (),
        )
        for n in range(count)
    ]


def main(folder: Path) -> None:
    """Print the table."""
    files = _read(folder)
    gazetteer = Gazetteer.load()

    def facts(name: str, file: CleanedFile) -> object:
        loaded = LoadedFile(file.media_type, file.blocks, file.title, file.metadata)
        return extract_metadata(loaded, file.blocks, file.removed_lines, name, gazetteer)

    def parts(_: str, file: CleanedFile) -> object:
        return split_compilation(file, gazetteer)

    long = {name: file for name, file in files.items() if _chars(file) >= _LONG_CHARS}
    for label, chosen in (("all", files), (f">= {_LONG_CHARS:,} characters", long)):
        if chosen:
            sys.stdout.write(
                f"extract_metadata   {label:>22} {len(chosen):6} files {_rate(chosen, facts):8.2f} Mchar/s\n"
            )
            sys.stdout.write(
                f"split_compilation  {label:>22} {len(chosen):6} files {_rate(chosen, parts):8.2f} Mchar/s\n"
            )
    documents = _states(_LINKED)
    began = time.process_time()
    linked = sum(document.superseded_by is not None for document in link_successors(documents))
    sys.stdout.write(
        f"link_successors {len(documents):,} documents {time.process_time() - began:.2f} s, {linked:,} superseded\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
