"""Commands for the models that rank: what is there, fetch one, use one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.model_registry import ModelRole
from ui.cli_fit import fit
from ui.cli_shared import (
    DEFAULT_CONFIG,
    ConfigOption,
    DataOption,
    JsonOption,
    check_unchanged,
    embedding_opener,
    print_json,
    settings_from,
)

if TYPE_CHECKING:
    from rag.settings import Settings

models_app = typer.Typer(help="The embedding model and the reranker: list, fetch, use.", no_args_is_help=True)

RoleOption = Annotated[
    ModelRole | None,
    typer.Option("--role", help="What the model is for; default: what it is known for, else embedding."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(models_app, name="models")


@models_app.command("list")
def list_models(config: ConfigOption = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the models that can be used, which of them are on this machine, and which are in use; no network is touched."""
    from rag.model_registry import KNOWN_MODELS, known_model
    from ui.cli_output import show_models

    settings = settings_from(config, data)
    served = _served_model(settings)
    here = _models_here(settings)
    names = dict.fromkeys([*here, *(model.name for model in KNOWN_MODELS)])
    rows = []
    for name in names:
        known = known_model(name)
        role = here.get(name) or (known.role if known else ModelRole.EMBEDDING)
        rows.append(
            {
                "name": name,
                "role": role.value,
                "here": name in here,
                "configured": name in (settings.embedding.model, settings.reranker.model),
                "served": name == served,
                "dimension": known.dimension if known and known.dimension else None,
                "size_mb": known.size_mb if known else None,
                "licence": known.licence if known else None,
            }
        )
    values = {"models": rows}
    if as_json:
        print_json(values)
    else:
        show_models(values)


def _models_here(settings: Settings) -> dict[str, ModelRole]:
    from rag.embedding import builtin_names
    from rag.hub import cached_names
    from rag.model_registry import known_model

    here = dict.fromkeys(builtin_names(), ModelRole.EMBEDDING)
    for name in cached_names():
        known = known_model(name)
        here[name] = known.role if known else ModelRole.EMBEDDING
    configured = ((settings.embedding.model, ModelRole.EMBEDDING), (settings.reranker.model, ModelRole.RERANKER))
    here.update({name: role for name, role in configured if name and Path(name).expanduser().is_dir()})
    return here


def _served_model(settings: Settings) -> str | None:
    from rag.errors import IndexDamagedError
    from rag.generations import DataLayout, published_id, read_manifest

    layout = DataLayout(settings.paths.data)
    try:
        published = published_id(layout)
        return read_manifest(layout.generation(published)).embedding_model if published else None
    except IndexDamagedError:
        return None


@models_app.command()
def pull(
    name: Annotated[str, typer.Argument(help="Hub name, for example BAAI/bge-small-zh-v1.5.")],
    timeout: Annotated[
        int | None,
        typer.Option(
            "--timeout", min=1, max=86_400, help="Seconds after which it is given up; default from the settings."
        ),
    ] = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch a model of a hub into the local cache; where the hub cannot be reached this fails at once."""
    from rag.errors import UsageError
    from rag.hub import download_model, is_hub_name

    settings = settings_from(config, data)
    if not is_hub_name(name):
        raise UsageError(f"{name!r} is no hub name; expected owner/model, for example BAAI/bge-small-zh-v1.5")
    folder = download_model(name, timeout or settings.embedding.download_timeout_s)
    if as_json:
        print_json({"name": name, "folder": str(folder)})
    else:
        typer.echo(f"{name} is in {folder}")


@models_app.command()
def use(
    name: Annotated[
        str, typer.Argument(help="builtin:static-zh, the path of a folder, or a hub name; '' for no reranker.")
    ],
    role: RoleOption = None,
    config: ConfigOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Use a model from now on: open it, build and publish a generation with it, then write it into the settings file.

    The settings file is tried first; if opening or building fails, what serves and the settings stay as they were.
    """
    from rag.config_file import change_settings, check_change
    from rag.model_registry import known_model

    settings = settings_from(config, data)
    known = known_model(name)
    role = role or (known.role if known else ModelRole.EMBEDDING if name else ModelRole.RERANKER)
    values: dict[str, Any] = {"name": name, "role": role.value, "generation": None, "embedded": 0}
    path, change = config or DEFAULT_CONFIG, {"model": name or None}
    check_change(path, role.value, change)
    check_unchanged(config, data, role.value, change)
    if role is ModelRole.RERANKER:
        _open_reranker(settings, name)
    else:
        values.update(_rebuilt(settings, name))
    change_settings(path, role.value, change)
    values["config"] = str(path)
    if as_json:
        print_json(values)
    else:
        then = (
            f"Generation {values['generation']} was built with it, and a running server goes over to it."
            if values["generation"]
            else "It counts from the next start of the server on, and for what is ingested from now on."
        )
        if values.get("held"):
            then = (
                f"Generation {values['generation']} was built with it and held back: regression questions fail. "
                f"'policychat generations publish {values['generation']} --reason WHY' publishes it."
            )
        typer.echo(f"{path}: {role.value}.model is {name or 'empty'} now. {then}")
    if values.get("held"):
        raise typer.Exit(1)


def _open_reranker(settings: Settings, name: str) -> None:
    from rag.reranking import open_reranker

    if name:
        open_reranker(settings.reranker.model_copy(update={"model": name}))


def _rebuilt(settings: Settings, name: str) -> dict[str, Any]:
    from ingest.pipeline import rebuild
    from rag.generations import DataLayout, published_id
    from ui.cli_output import progress_bars

    changed = settings.model_copy(update={"embedding": settings.embedding.model_copy(update={"model": name})})
    embedding = embedding_opener(changed)()
    if published_id(DataLayout(settings.paths.data)) is None:
        return {}
    with progress_bars() as progress:
        report = rebuild(changed, lambda: embedding, progress=progress)
    return {"generation": report.generation, "embedded": report.chunks.embedded, "held": report.held}


models_app.command()(fit)
