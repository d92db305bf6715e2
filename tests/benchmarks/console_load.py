"""Twenty uploads while fifty residents ask: ``python -m tests.benchmarks.console_load``.

A real server process over a data folder of its own. Fifty residents ask through ``/page/ask``, each the next question as soon
as the last is answered; first alone, then while an admin uploads twenty versions of one document through the console, each as
soon as the one before is published. Prints a Markdown table and ends with 1 if anything was wrong. Definitions:

- **answer**: the seconds from the question to its last event, as a browser sees them; the median and the 95th percentile.
- **error**: a status other than 200, a stream that ends early or with a fault, an answer without a receipt.
- **wrong**: an answer whose receipt cites a quote that does not stand, to the character, in the generation it names; or that
  cites the document that changes with another figure than that generation's; or whose generation was replaced more than
  ten seconds before the question, or was not published yet when the answer ended.

On a busy machine ``--patience`` is how long an answer may take before the server itself gives it up.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from rag.catalogue import open_catalogue
from rag.catalogue.account_records import Role
from rag.generations import DataLayout, Generation, published_id
from rag.settings import load_settings
from ui.accounts.cookies import NAME

ROOT = Path(__file__).resolve().parents[2]
CHANGING = "figure.md"
PLACE = "石桥县"
TEXT = """---
region: 石桥县
published: 2026-01-05
---
# 石桥县村医岗位补贴发放办法

## 一、补贴标准

在石桥县行政村卫生室执业的村医，岗位补贴每人每月{figure}元。

## 二、发放方式

岗位补贴按季度发放到个人账户，由乡镇卫生院负责考核。
"""
FIRST = 1000
QUESTIONS = (
    "石桥县村医岗位补贴每人每月多少钱？",
    "石桥县村医岗位补贴怎么发放？",
    "老年人免费体检的对象是谁？",
    "家庭医生签约服务包有哪些？",
    "儿童补贴发多少钱？",
    "公共场所可以吸烟吗？",
    "医保报销比例是多少？",
    "疫苗接种门诊在哪里？",
)
LAG_S = 10.0
"""How long a server may go on answering from what was just replaced: it looks every second, and a busy one is late."""
_START_S = 300.0
_PUBLISH_S = 300.0


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as it came back; times are of this process's clock."""

    phase: str
    began: float
    ended: float
    problem: str | None
    answer: dict[str, Any] = field(default_factory=dict)


@dataclass
class Load:
    """What all residents got so far."""

    address: str
    phase: str = "before"
    over: bool = False
    told: list[Told] = field(default_factory=list)
    published: list[tuple[str, int, float]] = field(default_factory=list)
    """Each generation with the figure it holds and when it was seen published."""


async def resident(load: Load, number: int) -> None:
    """Ask without a pause until it is over."""
    async with httpx.AsyncClient(timeout=_START_S, trust_env=False) as client:
        asked = number
        while not load.over:
            question = QUESTIONS[asked % len(QUESTIONS)]
            asked += 1
            phase, began = load.phase, time.monotonic()
            problem, answer = await ask(client, load.address, question)
            load.told.append(Told(phase, began, time.monotonic(), problem, answer))


async def ask(client: httpx.AsyncClient, address: str, question: str) -> tuple[str | None, dict[str, Any]]:
    """Return what was wrong with an answer, if anything, and the answer that its receipt holds."""
    body = {"question": question, "lang": "zh-Hans"}
    try:
        response = await client.post(f"{address}/page/ask", json=body)
    except httpx.HTTPError as error:
        return f"{type(error).__name__}", {}
    if response.status_code != 200:
        return f"status {response.status_code}", {}
    events = [part for part in response.text.split("\n\n") if part.startswith("event:")]
    name, _, data = events[-1].partition("\n") if events else ("", "", "")
    told = json.loads(data.removeprefix("data:")) if data else {}
    if name.removeprefix("event:").strip() != "done":
        return f"ended with {name!r} {str(told)[:80]}", {}
    if not told.get("receipt"):
        return f"no receipt ({told.get('status')})", {}
    return None, opened(told["receipt"])


def opened(receipt: str) -> dict[str, Any]:
    """Return the answer that a receipt holds."""
    packed = receipt.partition(".")[0]
    record = json.loads(zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))))
    answer: dict[str, Any] = record["answer"]
    return answer


async def admin(load: Load, layout: DataLayout, session: str, uploads: int) -> None:
    """Upload one version after the other, each once the one before is published."""
    headers = {"Cookie": f"{NAME}={session}", "Origin": load.address}
    async with httpx.AsyncClient(timeout=_START_S, trust_env=False, headers=headers) as client:
        page = await client.get(f"{load.address}/admin/uploads")
        page.raise_for_status()
        found = re.search(r'name="csrf" value="([^"]+)"', page.text)
        assert found is not None, "the page of uploads has no form"
        for number in range(1, uploads + 1):
            figure, before = FIRST + number, published_id(layout)
            files = {"files": (CHANGING, TEXT.format(figure=figure).encode(), "text/markdown")}
            sent = await client.post(f"{load.address}/admin/uploads", data={"csrf": found[1]}, files=files)
            if sent.status_code != 303:
                raise SystemExit(f"upload {number} was answered with {sent.status_code}")
            now = await until_published(layout, before)
            load.published.append((now, figure, time.monotonic()))
            sys.stderr.write(f"{number}. upload is published\n")
            await until_idle(client, load.address)


async def until_published(layout: DataLayout, before: str | None) -> str:
    """Wait for another generation than ``before``, and return it."""
    deadline = time.monotonic() + _PUBLISH_S
    while True:
        now = published_id(layout)
        if now is not None and now != before:
            return now
        if time.monotonic() > deadline:
            raise SystemExit("an upload was not published in time")
        await asyncio.sleep(0.05)


async def until_idle(client: httpx.AsyncClient, address: str) -> None:
    """Wait until the console takes the next piece of work."""
    while 'data-state="running"' in (await client.get(f"{address}/admin/work/state")).text:
        await asyncio.sleep(0.2)


async def story(load: Load, layout: DataLayout, session: str, residents: int, uploads: int, alone_s: float) -> None:
    """Let the residents ask, first alone, then during the uploads."""
    asking = [asyncio.create_task(resident(load, number)) for number in range(residents)]
    try:
        await asyncio.sleep(alone_s)
        load.phase = "during"
        await admin(load, layout, session, uploads)
        await asyncio.sleep(LAG_S / 2)
    finally:
        load.over = True
        await asyncio.gather(*asking)


def wrong(load: Load, layout: DataLayout) -> tuple[list[str], Counter[str]]:
    """Return what is wrong with the answers, each quote read again in the generation that its answer names.

    Also counts the quotes, and those among them that tell which version they are from.
    """
    problems: list[str] = []
    read: Counter[str] = Counter()
    figures = {generation: figure for generation, figure, _ in load.published}
    since = {generation: at for generation, _, at in load.published}
    order = [generation for generation, _, _ in load.published]
    with opened_generations(layout, order) as libraries:
        for told in load.told:
            if told.problem is not None:
                continue
            named = str(told.answer.get("generation"))
            if named not in figures:
                problems.append(f"an answer names the generation {named}, which was never published")
                continue
            if since[named] > told.ended:
                problems.append(f"an answer names {named} before it was published")
            after = order.index(named) + 1
            if after < len(order) and since[order[after]] + LAG_S < told.began:
                problems.append(
                    f"an answer names {named}, {told.began - since[order[after]]:.0f} s after it was replaced"
                )
            for citation in [*told.answer.get("citations", []), *told.answer.get("related", [])]:
                text = libraries[named].library.document(citation["document_id"]).text
                if text[citation["start"] : citation["end"]] != citation["quote"]:
                    problems.append(f"a quote does not stand in {named}: {citation['quote'][:40]}")
                read["quotes"] += 1
                stated = re.search(r"补贴每人每月(\d+)元", citation["quote"])
                if not citation["source"].endswith(CHANGING) or stated is None:
                    continue
                read["figures"] += 1
                if int(stated[1]) != figures[named]:
                    problems.append(f"{named} holds {figures[named]}, but was quoted with {stated[1]}")
    return problems, read


@contextmanager
def opened_generations(layout: DataLayout, names: list[str]) -> Iterator[dict[str, Generation]]:
    """Open generations as they lie on the disk, not through the server that is looked at."""
    there = {name: Generation(layout.generation(name)) for name in names}
    try:
        yield there
    finally:
        for generation in there.values():
            generation.close()


@contextmanager
def server(config: Path, port: int) -> Iterator[str]:
    """Start ``policychat serve`` and wait until it is ready."""
    address = f"http://127.0.0.1:{port}"
    log = config.with_name("server.log")
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "ui.cli", "serve", "--config", str(config)], cwd=ROOT, stdout=written, stderr=written
        )
    try:
        deadline = time.monotonic() + _START_S
        while True:
            with suppress(httpx.HTTPError):
                if httpx.get(f"{address}/readyz", timeout=5, trust_env=False).status_code == 200:
                    break
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the server did not start:\n{log.read_text()[-3000:]}")
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def prepared(folder: Path, patience_s: float, uploads: int) -> tuple[Path, int]:
    """Write configuration and documents, publish them, and return the configuration's path and the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    config = folder / "config.yaml"
    config.write_text(
        f"paths: {{data: data}}\nserver: {{port: {port}, answer_timeout_s: {patience_s}}}\n"
        f"ingest: {{keep_generations: {min(100, uploads + 5)}, min_free_mb: 0, processes: 1}}\n",
        encoding="utf-8",
    )
    first = folder / "documents" / CHANGING
    first.parent.mkdir()
    first.write_text(TEXT.format(figure=FIRST), encoding="utf-8")
    command = [sys.executable, "-m", "ui.cli", "ingest", str(first.parent), str(ROOT / "corpus" / "yunxi")]
    subprocess.run([*command, "--config", str(config)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return config, port


def rows(load: Load, problems: list[str], read: Counter[str]) -> list[str]:
    """Return the table."""
    lines = ["| | answers | p50 s | p95 s | slowest s | errors |", "| --- | --- | --- | --- | --- | --- |"]
    for phase in ("before", "during"):
        those = [told for told in load.told if told.phase == phase]
        took = sorted(told.ended - told.began for told in those)
        if not took:
            continue
        p95 = took[min(len(took) - 1, int(len(took) * 0.95))]
        errors = sum(told.problem is not None for told in those)
        figures = f"{statistics.median(took):.2f} | {p95:.2f} | {took[-1]:.2f}"
        lines.append(f"| {phase} the uploads | {len(took)} | {figures} | {errors} |")
    checked = f"Quotes read again: {read['quotes']}, of the document that changed: {read['figures']}."
    named = len({told.answer.get("generation") for told in load.told if told.problem is None})
    states = f"Published while asked: {len(load.published) - 1}; answered from: {named}."
    return [*lines, "", f"{states} {checked} Wrong: {len(problems)}."]


def main() -> int:
    """Run the story; return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--residents", type=int, default=50)
    parser.add_argument("--uploads", type=int, default=20)
    parser.add_argument(
        "--alone-s", type=float, default=30.0, help="seconds that the residents ask before the first upload"
    )
    parser.add_argument(
        "--patience", type=float, default=60.0, help="seconds after which the server gives an answer up"
    )
    chosen = parser.parse_args()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="policychat-load-") as made:
        config, port = prepared(Path(made), chosen.patience, chosen.uploads)
        settings = load_settings(config)
        layout = DataLayout(settings.paths.data)
        with open_catalogue(settings) as catalogue:
            account = catalogue.accounts.add("load", Role.ADMIN, "no password", by="benchmark")
            session = catalogue.sessions.begin(account, "no password")
        with server(config, port) as address:
            load = Load(address)
            load.published.append((str(published_id(layout)), FIRST, time.monotonic()))
            running = story(load, layout, str(session), chosen.residents, chosen.uploads, chosen.alone_s)
            asyncio.run(running)
        problems, read = wrong(load, layout)
    sys.stdout.write("\n".join(rows(load, problems, read)) + "\n")
    errors = Counter(told.problem for told in load.told if told.problem is not None)
    for problem, times in [*errors.most_common(10), *Counter(problems).most_common(10)]:
        sys.stdout.write(f"- {times} × {problem}\n")
    # A check that met no figure has checked nothing.
    whole = len(load.published) == chosen.uploads + 1 and read["figures"] > 0
    return 0 if whole and not errors and not problems else 1


if __name__ == "__main__":
    sys.exit(main())
