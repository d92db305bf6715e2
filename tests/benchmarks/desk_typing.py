"""Let fifty operators type at the desk of a real server, letter by letter, and report how long each list took.

    python -m tests.benchmarks.desk_typing --data DIR [--operators N] [--seconds S] [--output FILE]

The server is a process of its own (``policychat serve``) over the published generation of a copy of ``DIR``, so that no
account is made in it. Every operator is signed in with a session of their own and behaves as ``ui/theme/staff_search.js``
does: a letter about every quarter of a second, a list asked for when the letters pause or the query is whole, the list
under way given up at the next letter, and a few seconds of reading between two queries; some queries have a letter taken
back and typed again. Queries are everyday questions put together of parts. Seconds belong to one machine on one day.
This is no test.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from rag.catalogue import open_catalogue
from rag.catalogue.account_records import Role
from rag.settings import PathSettings, Settings
from ui.accounts.cookies import NAME

PAUSE_S, LONGEST_PAUSE_S = 0.12, 0.6
"""As ``PAUSE_MS`` and ``LONGEST_PAUSE_MS`` of the page."""
_LETTER_S = (0.12, 0.45)
"""Between two letters: Chinese is typed at one to three characters a second, a word's at once."""
_READING_S = (1.5, 4.0)
_CYCLE_S = 5.0
"""About a query with its reading: people do not pick up their telephones in the same second."""
_TAKEN_BACK = 0.15
"""Share of the queries in which a letter is taken back."""
_WHO = ("老人", "新生儿", "孕妇", "残疾人", "独生子女家庭", "六十五岁以上的人", "慢性病人", "低保户", "学生", "村医")
_WHAT = (
    "体检",
    "疫苗接种",
    "医保报销",
    "生育津贴",
    "家庭医生签约",
    "异地就医备案",
    "护理补贴",
    "药品目录",
    "托育服务",
    "住院押金",
)
_ASKED = (
    "要带什么材料",
    "怎么办理",
    "有多少钱",
    "什么时候开始",
    "去哪里办",
    "的条件",
    "每年几次",
    "要交费吗",
    "电话是多少",
    "",
)
_START_S = 120
_IDLE_TICKS = 40
"""Of two seconds."""


@dataclass
class Seen:
    """What one operator's lists took, in milliseconds, and what went wrong."""

    took: list[float] = field(default_factory=list)
    last_s: float = 0.0
    given_up: int = 0
    overtaken: int = 0
    errors: list[str] = field(default_factory=list)


def query(chance: random.Random) -> str:
    """Return a query as somebody might put it."""
    parts = [chance.choice(_WHO), chance.choice(_WHAT), chance.choice(_ASKED)]
    return "".join(parts[chance.choice((0, 0, 1)) :])


def states(text: str, chance: random.Random) -> list[str]:
    """Return what stands in the box after each key."""
    found = [text[: n + 1] for n in range(len(text))]
    if len(text) > 3 and chance.random() < _TAKEN_BACK:
        at = chance.randrange(2, len(text))
        found[at:at] = [text[:at] + "的", text[:at]]
    return found


async def operate(client: httpx.AsyncClient, cookie: str, until: float, chance: random.Random) -> Seen:
    """Type queries until the time is over."""
    seen = Seen()
    await asyncio.sleep(chance.random() * _CYCLE_S)
    while time.perf_counter() < until:
        under_way: asyncio.Task[None] | None = None
        for typed in states(query(chance), chance):
            pause = chance.uniform(*_LETTER_S)
            if under_way is not None and not under_way.done():
                under_way.cancel()
                seen.given_up += 1
            under_way = asyncio.create_task(_look(client, cookie, typed, seen))
            await asyncio.sleep(pause)
        if under_way is not None:
            await asyncio.wait([under_way])
        await asyncio.sleep(chance.uniform(*_READING_S))
    return seen


async def _look(client: httpx.AsyncClient, cookie: str, typed: str, seen: Seen) -> None:
    await asyncio.sleep(min(LONGEST_PAUSE_S, max(PAUSE_S, seen.last_s)))
    began = time.perf_counter()
    reply = None
    for once_more in (True, False):
        try:
            reply = await client.get("/staff/found", params={"q": typed}, headers={"Cookie": f"{NAME}={cookie}"})
            break
        except (httpx.ReadError, httpx.RemoteProtocolError) as error:
            # The server closed an idle connection as it was used again; a browser asks once more without a word.
            if not once_more:
                seen.errors.append(type(error).__name__)
        except httpx.HTTPError as error:
            seen.errors.append(type(error).__name__)
            break
    if reply is None:
        return
    if reply.status_code == 204:
        seen.overtaken += 1
    elif reply.status_code != 200 or 'class="problem"' in reply.text:
        seen.errors.append(f"status {reply.status_code}")
    else:
        seen.last_s = time.perf_counter() - began
        seen.took.append(1000 * seen.last_s)


def _sessions(settings: Settings, operators: int) -> list[str]:
    tokens = []
    with open_catalogue(settings) as catalogue:
        catalogue.accounts.add("admin", Role.ADMIN, "no password has this hash", by="benchmark")
        for number in range(operators):
            name = f"operator {number + 1}"
            account = catalogue.accounts.add(name, Role.STAFF, "no password has this hash", by="benchmark")
            token = catalogue.sessions.begin(account, "no password has this hash")
            tokens.append(str(token))
    return tokens


async def measure(address: str, tokens: list[str], seconds: float) -> list[Seen]:
    """Let everybody type at once."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=len(tokens))
    async with httpx.AsyncClient(base_url=address, limits=limits, timeout=30, trust_env=False) as client:
        for warm_up in _WHAT:
            await client.get("/staff/found", params={"q": warm_up}, headers={"Cookie": f"{NAME}={tokens[0]}"})
        until = time.perf_counter() + seconds
        return await asyncio.gather(
            *(operate(client, token, until, random.Random(number)) for number, token in enumerate(tokens))
        )


def _copied(data: Path, place: Path) -> Settings:
    """Return settings over a copy of what is published, with a catalogue of its own."""
    place.mkdir()
    for name in ("generations", "published.json", "sources"):
        if (data / name).exists():
            (place / name).symlink_to((data / name).resolve())
    return Settings(paths=PathSettings(data=place))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--operators", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--output", type=Path)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="policychat-desk-"))
    settings = _copied(chosen.data, folder / "data")
    tokens = _sessions(settings, chosen.operators)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    config = folder / "config.yaml"
    config.write_text(f"paths:\n  data: {settings.paths.data}\n", encoding="utf-8")
    command = [sys.executable, "-m", "ui.cli", "serve", "--config", str(config), "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL) as server:
        try:
            _wait(address)
            _settle(server.pid)
            ticks = _cpu_ticks(server.pid)
            seen = asyncio.run(measure(address, tokens, chosen.seconds))
            ticks = _cpu_ticks(server.pid) - ticks
        finally:
            server.terminate()
    shutil.rmtree(folder)
    report = _report(seen, chosen.operators, chosen.seconds, ticks)
    if chosen.output is not None:
        chosen.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def _wait(address: str) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/readyz", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise SystemExit("the server did not start")


def _settle(pid: int) -> None:
    """Wait until the server has done what it does after its start: reading tables, trying out its examples."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        before = _cpu_ticks(pid)
        time.sleep(2)
        if _cpu_ticks(pid) - before < _IDLE_TICKS:
            return


def _cpu_ticks(pid: int) -> int:
    """Return what a process has used of the processors, in hundredths of a second (Linux)."""
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return int(user) + int(system)


def _report(seen: list[Seen], operators: int, seconds: float, ticks: int) -> dict[str, object]:
    took = np.array([one for operator in seen for one in operator.took])
    errors = [error for operator in seen for error in operator.errors]
    return {
        "operators": operators,
        "seconds": seconds,
        "lists": len(took),
        "lists_per_second": round(len(took) / seconds, 1),
        "p50_ms": round(float(np.percentile(took, 50)), 1),
        "p95_ms": round(float(np.percentile(took, 95)), 1),
        "p99_ms": round(float(np.percentile(took, 99)), 1),
        "server_cpu_ms_per_list": round(10 * ticks / max(len(took), 1), 1),
        "processors": os.cpu_count(),
        "load_average_1_min": round(os.getloadavg()[0], 1),
        "given_up": sum(operator.given_up for operator in seen),
        "overtaken": sum(operator.overtaken for operator in seen),
        "errors": {error: errors.count(error) for error in sorted(set(errors))},
    }


if __name__ == "__main__":
    main()
