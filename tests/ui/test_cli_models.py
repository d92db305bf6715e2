"""The commands for models: what is listed, what fails at once, what a change of model leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.bootstrap import open_assistant
from rag.domain import Question
from rag.generations import DataLayout, published_id, read_manifest
from rag.models.bigram_tokenizer import build_tokenizer, choose_vocabulary
from rag.models.saving import save_static_model
from rag.settings import load_settings
from tests.ui.commands import Command, Outcome, runner

TEXT = (
    "# 老年人体检办法\n\n六十五岁以上老年人每年免费体检一次，地点在乡镇卫生院。\n\n凭身份证办理，当场领取体检报告。\n"
)


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return runner(capsys, monkeypatch)


def make_model(folder: Path, dimension: int) -> Path:
    vocabulary = choose_vocabulary([TEXT, TEXT], 200)
    weights = np.random.default_rng(dimension).standard_normal((len(vocabulary) + 1, dimension)).astype(np.float32)
    save_static_model(folder, build_tokenizer(vocabulary), weights)
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    first = make_model(tmp_path / "first", 8)
    path = tmp_path / "config.yaml"
    path.write_text(f"# ours\nembedding:\n  model: {first}  # measured\ningest:\n  min_free_mb: 0\n", encoding="utf-8")
    return path


def listed(outcome: Outcome) -> dict[str, Any]:
    assert outcome.code == 0, outcome.err
    return {model["name"]: model for model in outcome.json["models"]}


@pytest.mark.usefixtures("config")
def test_the_list_tells_what_is_here_what_is_configured_and_what_serves(command: Command, tmp_path: Path) -> None:
    models = listed(command("models", "list", "--json"))
    first = models[str(tmp_path / "first")]
    assert (first["here"], first["configured"], first["served"]) == (True, True, False)
    assert models["builtin:static-zh"]["here"]
    assert (models["BAAI/bge-m3"]["here"], models["BAAI/bge-m3"]["role"]) == (False, "embedding")
    assert models["BAAI/bge-reranker-v2-m3"]["role"] == "reranker"
    ingest(command, tmp_path)
    assert listed(command("models", "list", "--json"))[str(tmp_path / "first")]["served"]


def ingest(command: Command, folder: Path) -> None:
    (folder / "texts").mkdir()
    (folder / "texts" / "checkup.md").write_text(TEXT, encoding="utf-8")
    done = command("ingest", folder / "texts")
    assert done.code == 0, done.err


@pytest.mark.usefixtures("config")
def test_a_model_that_cannot_be_had_changes_nothing_and_what_serves_goes_on(command: Command, tmp_path: Path) -> None:
    ingest(command, tmp_path)
    settings = (tmp_path / "config.yaml").read_text(encoding="utf-8")
    published = published_id(DataLayout(tmp_path / "data"))
    for name, role in (("nobody/no-such-model", "embedding"), ("nobody/no-such-reranker", "reranker")):
        done = command("models", "use", name, "--role", role)
        assert done.code == 3
        assert name in done.err
        assert "policychat models pull" in done.err
    assert (tmp_path / "config.yaml").read_text(encoding="utf-8") == settings
    assert published_id(DataLayout(tmp_path / "data")) == published
    assert command("search", "老年人体检").code == 0


def test_a_settings_file_that_cannot_take_the_name_is_refused_before_anything_is_built(
    command: Command, config: Path, tmp_path: Path
) -> None:
    ingest(command, tmp_path)
    published = published_id(DataLayout(tmp_path / "data"))
    laid_out = f"embedding: {{batch_size: 32}}\ningest: {{min_free_mb: 0}}\npaths: {{data: '{tmp_path / 'data'}'}}\n"
    config.write_text(laid_out, encoding="utf-8")
    done = command("models", "use", make_model(tmp_path / "second", 12))
    assert done.code == 2
    assert "embedding.model" in done.err
    assert config.read_text(encoding="utf-8") == laid_out
    assert published_id(DataLayout(tmp_path / "data")) == published


@pytest.mark.usefixtures("config")
def test_another_model_rebuilds_everything_in_its_own_dimension_and_a_server_follows(
    command: Command, tmp_path: Path
) -> None:
    ingest(command, tmp_path)
    settings = load_settings(tmp_path / "config.yaml")
    serving = open_assistant(settings)  # as a server that started before the change
    layout = DataLayout(tmp_path / "data")
    before = read_manifest(layout.generation(str(published_id(layout))))
    second = make_model(tmp_path / "second", 12)
    done = command("models", "use", second, "--json")
    assert done.code == 0, done.err
    after = read_manifest(layout.generation(str(published_id(layout))))
    assert (before.dimension, after.dimension) == (8, 12)
    assert done.json["embedded"] == after.chunks == before.chunks
    assert after.embedding_model == str(second)
    written = (tmp_path / "config.yaml").read_text(encoding="utf-8")
    assert written == f"# ours\nembedding:\n  model: {second}  # measured\ningest:\n  min_free_mb: 0\n"
    assert serving.search(Question("老年人体检"), 3).hits
    serving.close()


@pytest.mark.usefixtures("config")
def test_a_reranker_is_taken_out_with_an_empty_name(command: Command, tmp_path: Path) -> None:
    done = command("models", "use", "", "--role", "reranker")
    assert done.code == 0, done.err
    assert load_settings(tmp_path / "config.yaml").reranker.model is None


@pytest.mark.parametrize("name", ["../etc/passwd", "a/b/c", "https://example.org/model", "名字"])
def test_what_is_no_hub_name_is_not_fetched(command: Command, name: str) -> None:
    done = command("models", "pull", name)
    assert done.code == 2
    assert "no hub name" in done.err


def test_a_hub_that_cannot_be_reached_ends_with_3_and_the_way_out(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.delenv("HF_HUB_OFFLINE")
    done = command("models", "pull", "owner/model")
    assert done.code == 3
    assert "http://127.0.0.1:9 cannot be reached" in done.err
