"""Measure ingesting side by side: this pipeline, and a plain LangChain one on the same files.

    python -m tests.benchmarks.ingest [--documents N] [--from FOLDER]

The files are invented, or a BEIR corpus written out as text files, or the files of a folder. Each pipeline runs in a
process of its own; memory is that of the process and its children, taken while it runs. The plain one reads text files,
splits them with RecursiveCharacterTextSplitter at our chunk size, embeds with the same model through
sentence-transformers and stores with langchain_chroma; it keeps no original, no metadata, no lexical index, no earlier
state, and verifies nothing. Read the ratios: seconds belong to one machine on one day. This is no test.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ingest.pipeline import ingest
from rag.embedding import open_embedding
from rag.evaluation.beir import BeirSet
from rag.settings import PathSettings, Settings
from tests.benchmarks.child_process import measured_child

ROOT = Path(__file__).resolve().parents[2]
_STORED_AT_ONCE = 5000
_STAGES = {"embed": "embed", "index": "index", "store": "index", "verify": "verify"}

PLACES = "青棠县 白岭市 云溪区 长汀镇 松原乡 临江州 石门街道 沙河镇".split()
OFFICES = "卫生健康局 医疗保障局 疾病预防控制中心 民政局 社区卫生服务中心".split()
SUBJECTS = "家庭医生签约服务 老年人健康体检 适龄儿童预防接种 门诊慢特病报销 孕产妇保健管理 医疗救助 长期护理保险 乡镇卫生院建设 高血压随访 药品集中采购".split()
VERBS = "完善 推进 规范 落实 加强 调整 公布 核定 简化 延长".split()
OBJECTS = "办理流程 服务内容 补助标准 经费来源 工作台账 考核办法 人员配备 申请材料 受理时限 监督渠道".split()
PEOPLE = "参保居民 六十五周岁以上老年人 签约家庭 低保对象 村医 接种人员 定点医疗机构 街道办事处".split()


def invented(seed: int) -> str:
    """Return a policy text of 1,000 to 2,000 characters that no other seed gives."""
    chance = random.Random(seed)
    pick = chance.choice
    place, subject = pick(PLACES), pick(SUBJECTS)
    lines = [f"{place}关于{pick(VERBS)}{subject}的通知（第{seed}号）", ""]
    length, part = chance.randrange(1000, 2000), 0
    while sum(map(len, lines)) < length:
        part += 1
        lines.append(f"{'一二三四五六七八九十'[(part - 1) % 10]}、{pick(VERBS)}{pick(SUBJECTS)}{pick(OBJECTS)}")
        for _ in range(chance.randrange(2, 5)):
            lines.append(
                "".join(
                    f"{place}{pick(OFFICES)}负责{pick(VERBS)}{pick(PEOPLE)}的{pick(OBJECTS)}，"
                    f"每年安排{chance.randrange(10, 9999)}万元，自{chance.randrange(2015, 2027)}年"
                    f"{chance.randrange(1, 13)}月{chance.randrange(1, 29)}日起{pick(VERBS)}{pick(SUBJECTS)}。"
                    for _ in range(chance.randrange(1, 4))
                )
            )
    return "\n".join(lines) + "\n"


def write_files(folder: Path, documents: int, source: Path | None) -> None:
    """Write the text files that both pipelines read."""
    folder.mkdir()
    if source is None:
        texts: Iterator[str] = (invented(n) for n in range(documents))
    elif any(source.glob("corpus.jsonl*")):
        texts = (f"{found.title}\n{found.text}\n" for found in BeirSet(source, {}, {}).documents())
    else:
        for path in sorted(source.rglob("*.txt"))[:documents]:
            shutil.copy(path, folder / path.name)
        return
    for n, text in zip(range(documents), texts, strict=False):
        (folder / f"{n:06}.txt").write_text(text, encoding="utf-8")


def change_one(folder: Path) -> None:
    """Add a sentence to one file in the middle."""
    files = sorted(folder.iterdir())
    file = files[len(files) // 2]
    file.write_text(
        file.read_text(encoding="utf-8") + "\n本通知的解释权属于发文机关，咨询电话另行公布。\n", encoding="utf-8"
    )


class Clock:
    """Times between the first and the last report of each stage; what lies outside is reading and understanding."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._stage, self._since = "read", time.perf_counter()

    def progress(self, stage: str, *_: int) -> None:
        """Take a report of the pipeline."""
        now, stage = time.perf_counter(), _STAGES.get(stage, "read")
        self.stages[self._stage] = self.stages.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now

    def end(self) -> dict[str, float]:
        """Close the last stage and return seconds by stage."""
        self.progress("read")
        return {name: round(seconds, 2) for name, seconds in self.stages.items()}


def ours(files: Path, data: Path, _again: bool) -> dict[str, Any]:
    """Ingest the folder with this pipeline; a second call finds what changed by itself."""
    settings = Settings().model_copy(update={"paths": PathSettings(data=data)})
    clock = Clock()
    report = ingest([files], settings, lambda: open_embedding(settings.embedding), progress=clock.progress)
    return {"chunks": report.chunks.total, "stages": clock.end()}


def plain(files: Path, data: Path, again: bool) -> dict[str, Any]:
    """Index the folder as LangChain tutorials do; of a changed folder only the changed file, by deleting and adding."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from sentence_transformers import SentenceTransformer

    settings = Settings()
    model = SentenceTransformer(str(_model_folder(settings)), device="cpu")

    class SameModel(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            vectors: list[list[float]] = model.encode(texts, normalize_embeddings=True).tolist()
            return vectors

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    store = Chroma("plain", SameModel(), persist_directory=str(data))
    paths = sorted(files.iterdir())
    if again:
        # It is told which file changed; to find out, it would have to keep digests.
        paths = [paths[len(paths) // 2]]
        old = store.get(where={"source": str(paths[0])}, include=[])["ids"]
        store.delete(ids=old)
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=settings.chunking.target_chars,
        chunk_overlap=0,
        separators=["\n\n", "\n", "。", "！", "？", "；", "，", ""],
        keep_separator="end",
        add_start_index=True,
    )
    documents = [Document(path.read_text(encoding="utf-8"), metadata={"source": str(path)}) for path in paths]
    chunks = splitter.split_documents(documents)
    for start in range(0, len(chunks), _STORED_AT_ONCE):
        store.add_documents(chunks[start : start + _STORED_AT_ONCE])
    return {"chunks": len(chunks), "stages": {}}


def _model_folder(settings: Settings) -> Path:
    name = settings.embedding.model
    return ROOT / "rag" / "models" / name.removeprefix("builtin:") if name.startswith("builtin:") else Path(name)


PIPELINES: dict[str, Callable[[Path, Path, bool], dict[str, Any]]] = {"policychat": ours, "plain LangChain": plain}


def measured(name: str, files: Path, data: Path, again: bool) -> dict[str, Any]:
    """Run one pipeline in a process of its own and return what it says, its seconds and its peak memory in MiB."""
    asked = ("--run", name, str(files), str(data), str(int(again)))
    figures, seconds, memory = measured_child(name, "tests.benchmarks.ingest", *asked)
    return {**figures, "seconds": seconds, "memory": memory}


def disk_mb(folder: Path) -> float:
    """Return the size of a folder's files in MiB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


def compare(place: Path, documents: int, source: Path | None) -> None:
    """Write files, run both pipelines, change a file, run both again, and print a table."""
    files = place / "files"
    write_files(files, documents, source)
    count = len(list(files.iterdir()))
    characters = sum(len(path.read_text(encoding="utf-8")) for path in files.iterdir())
    sys.stdout.write(f"{count} documents, {characters / 1e6:.2f} million characters\n\n")
    sys.stdout.write(
        "| pipeline | run | seconds | documents/s | characters/s | memory MB | disk MB | chunks | × ours |\n"
    )
    sys.stdout.write("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
    stages: dict[str, dict[str, float]] = {}
    for run, again in (("first", False), ("one file changed", True)):
        if again:
            change_one(files)
        base = 0.0
        for name in PIPELINES:
            data = place / name.replace(" ", "-")
            figures = measured(name, files, data, again)
            base = base or figures["seconds"]
            rates = (
                f"{count / figures['seconds']:.0f} | {characters / figures['seconds']:,.0f}" if not again else "– | –"
            )
            sys.stdout.write(
                f"| {name} | {run} | {figures['seconds']:.1f} | {rates} | {figures['memory']:.0f} | "
                f"{disk_mb(data):.0f} | {figures['chunks']} | {figures['seconds'] / base:.2f} |\n"
            )
            sys.stdout.flush()
            stages[run] = figures["stages"] or stages.get(run, {})
    for run, seconds in stages.items():
        sys.stdout.write(f"\nours, {run}: " + ", ".join(f"{name} {value} s" for name, value in seconds.items()))
    sys.stdout.write("\n")


def main() -> None:
    """Run the comparison, or, as a child process, one pipeline."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--from", dest="source", type=Path)
    parser.add_argument("--run", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.run:
        name, files, data, again = chosen.run
        figures = PIPELINES[name](Path(files), Path(data), again == "1")
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    with tempfile.TemporaryDirectory(prefix="policychat-") as place:
        compare(Path(place), chosen.documents, chosen.source)


if __name__ == "__main__":
    main()
