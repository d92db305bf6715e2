"""Write the figures of the scale benchmark as a table and as a plot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_HEAD = (
    "chunks",
    "documents",
    "build s",
    "chunks/s",
    "build memory MB",
    "disk MB",
    "open s",
    "memory MB, own + mapped",
    "p50 / p95 / p99 ms",
    "found in 10: rare, common, place",
    "HNSW recall@10",
)


def write_report(rows: Mapping[str, Mapping[str, Any]], output: Path) -> None:
    """Write ``scale.md`` and ``scale.svg`` into ``output``; ``rows`` are the figures by size."""
    whole = [row for _, row in sorted(rows.items(), key=lambda item: int(item[0])) if {"build", "ask"} <= row.keys()]
    (output / "scale.md").write_text(_table(whole), encoding="utf-8")
    _plot(whole, output / "scale.svg")


def _table(rows: list[Mapping[str, Any]]) -> str:
    lines = [_line(_HEAD), _line(["---"] * len(_HEAD))]
    for row in rows:
        build, ask = row["build"], row["ask"]
        memory, latency = ask["resident_mb"]["asked"], ask["latency_ms"]["all"]
        cells = (
            f"{build['chunks']:,}",
            f"{build['documents']:,}",
            f"{build['build_s']:,.0f}",
            f"{build['chunks'] / build['build_s']:,.0f}",
            f"{build['peak_mb']:,}",
            f"{sum(build['disk_mb'].values()):,.0f}",
            f"{ask['open_s']:.1f}",
            f"{memory['own']:,.0f} + {memory['mapped']:,.0f}",
            " / ".join(f"{latency[name]:.1f}" for name in ("p50", "p95", "p99")),
            ", ".join(f"{share:.2f}" for share in ask["found"].values()),
            f"{row['recall']['recall@10']:.3f}" if "recall" in row else "–",
        )
        lines.append(_line(cells))
    stages = sorted({stage for row in rows for stage in row["build"]["stages_s"]})
    lines += ["", _line(["chunks", *(f"{stage} s" for stage in stages)]), _line(["---"] * (len(stages) + 1))]
    for row in rows:
        spent = row["build"]["stages_s"]
        lines.append(_line([f"{row['build']['chunks']:,}", *(f"{spent.get(stage, 0.0):,.1f}" for stage in stages)]))
    parts = sorted({part for row in rows for part in row["build"]["disk_mb"]})
    lines += ["", _line(["chunks", *(f"{part} MB" for part in parts)]), _line(["---"] * (len(parts) + 1))]
    for row in rows:
        sizes = row["build"]["disk_mb"]
        lines.append(_line([f"{row['build']['chunks']:,}", *(f"{sizes.get(part, 0.0):,.0f}" for part in parts)]))
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plot(rows: list[Mapping[str, Any]], path: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "policychat"  # the same figures give the same file
    from matplotlib import pyplot

    chunks = [row["build"]["chunks"] for row in rows]
    figure, (time, memory, latency) = pyplot.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
    series = {
        time: ("seconds", {"build": [row["build"]["build_s"] for row in rows], "open": [_opened(row) for row in rows]}),
        memory: (
            "MB",
            {
                "build, peak": [row["build"]["peak_mb"] for row in rows],
                "serving, own": [row["ask"]["resident_mb"]["asked"]["own"] for row in rows],
                "on disk": [sum(row["build"]["disk_mb"].values()) for row in rows],
            },
        ),
        latency: (
            "milliseconds a question",
            {name: [row["ask"]["latency_ms"]["all"][name] for row in rows] for name in ("p50", "p95", "p99")},
        ),
    }
    for axes, (unit, lines) in series.items():
        for name, values in lines.items():
            axes.loglog(chunks, values, marker="o", label=name)
        axes.set_xlabel("chunks")
        axes.set_ylabel(unit)
        axes.grid(visible=True, which="major", alpha=0.3)
        axes.legend()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _opened(row: Mapping[str, Any]) -> float:
    return max(float(row["ask"]["open_s"]), 0.01)
