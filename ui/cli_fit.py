"""The command that fits the weight of the cosine to the configured embedding model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui.cli_shared import (
    DEFAULT_CONFIG,
    ConfigOption,
    DataOption,
    DocumentsOption,
    JsonOption,
    QuestionsArgument,
    check_unchanged,
    embedding_opener,
    print_json,
    settings_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rag.settings import Settings

_VERDICTS = {
    "gains": "Recommended: the fitted weights are better on both halves.",
    "current_is_best": "Nothing to change: the current weights are the best of those that were tried.",
    "not_confirmed": "Not recommended: not both halves gain.",
    "fusion_falls": "Not recommended: on the other half words and vectors together fall below the better of the two.",
    "fusion_always_falls": (
        "Nothing is recommended: under none of the weights words and vectors together keep up with the better of the two."
    ),
}


def fit(
    questions: QuestionsArgument,
    *,
    documents: DocumentsOption = None,
    count: Annotated[
        int | None, typer.Option("--questions", min=40, help="Ask this many questions, always the same ones.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Write the weights into the settings file, if they are recommended.")
    ] = False,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit retrieval.dense_weight and retrieval.uncovered_weight to the configured embedding model.

    An index of the set is built in a temporary place. Half of the questions choose among a few weights, the other half
    confirms. Without --write nothing is changed.
    """
    from rag.config_file import change_settings

    settings = settings_from(config, data)
    if write:
        check_unchanged(config, data, "retrieval", ("dense_weight", "uncovered_weight"))
    values = _fitted(questions, documents or [], settings, count)
    path = config or DEFAULT_CONFIG
    written = write and values["recommended"]
    if written:
        change_settings(path, "retrieval", values["fitted"])
    values["config"] = str(path) if written else None
    if as_json:
        print_json(values)
        return
    for line in _lines(values):
        typer.echo(line)
    if write:
        typer.echo(f"{path}: both weights are written." if written else f"{path} is left as it is.")


def _fitted(questions: Path, documents: list[Path], settings: Settings, count: int | None) -> dict[str, Any]:
    """Return what is printed of a fit."""
    import tempfile

    from rag.evaluation.fusion_fit import fit_fusion
    from ui.cli_output import progress_bars
    from ui.evaluation_run import Choice, opened_set

    with tempfile.TemporaryDirectory(prefix="policychat-") as place, progress_bars() as progress:
        embedding = embedding_opener(settings)()
        below = Path(place) / "data"
        with opened_set(questions, documents, settings, Choice(count), embedding, below, progress) as opened:
            judged, generation = opened.judged, opened.generation
            fitted = fit_fusion(generation, judged, opened.gazetteer, embedding, settings.retrieval, progress)
            return {
                "set": judged.name,
                "model": generation.manifest.model,
                "questions": len(judged.questions),
                "judged_by": "passages" if judged.by_passage else "documents",
                **fitted.to_json(),
            }


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    """Say what was tried, what it gave on both halves, and what follows."""
    from rag.evaluation.fusion_fit import CHANCE

    halves = values["chosen_on"], values["confirmed_on"]
    yield f"{values['set']}: {values['questions']} questions, right {values['judged_by']}; {values['model']}"
    yield f"nDCG@10 on the first half, {halves[0]['questions']} questions:"
    tried = {(each["dense_weight"], each["uncovered_weight"]): each for each in halves[0]["tried"]}
    columns = sorted({uncovered for _, uncovered in tried})
    yield _row("dense_weight ↓ uncovered_weight →", [f"{column:g} " for column in columns])
    for dense in sorted({dense for dense, _ in tried}):
        yield _row(f"{dense:g}", [_cell(tried.get((dense, column))) for column in columns])
    yield "* words and vectors together are worse than the better of the two alone"
    yield ""
    yield _row("nDCG@10", ["first half", "other half"])
    for name, stage in (("words alone", "bm25"), ("vectors alone", "dense")):
        yield _row(name, [f"{half[stage]:.4f} " for half in halves])
    others = values["fitted"] not in (None, values["current"])
    for which in ("current", "fitted") if others else ("current",):
        weights = values[which]
        name = f"{which} {weights['dense_weight']:g} and {weights['uncovered_weight']:g}"
        figures = [half[which] for half in halves]
        yield _row(f"{name}: both together", [_cell(each, "fused") for each in figures])
        yield _row(f"{name}: all parts", [f"{each['ndcg@10']:.4f} " for each in figures])
    if others:
        chance = "may well be chance" if values["p_value"] >= CHANCE else "is hardly chance"
        yield f"p = {values['p_value']:.3f} on the other half, so the difference there {chance}."
    yield _VERDICTS[values["verdict"]]


def _cell(tried: Mapping[str, Any] | None, figure: str = "ndcg@10") -> str:
    return "– " if tried is None else f"{tried[figure]:.4f}{' ' if tried['holds'] else '*'}"


def _row(name: str, cells: list[str]) -> str:
    return f"{name:<36}" + "".join(f"{cell:>12}" for cell in cells)
