from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.errors import ConfigError
from rag.settings import Settings, load_settings


def loaded(folder: Path, text: str, data: Path | None = None) -> Settings:
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return load_settings(folder / "config.yaml", data)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    return str(caught.value)


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "{}\n"])
def test_every_key_may_be_left_out(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, text).server == Settings().server


def test_a_value_replaces_its_default_and_no_other(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "server:\n  port: 9000\n")
    assert settings.server.port == 9000
    assert settings.server.host == Settings().server.host


def test_relative_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert loaded(tmp_path, "paths:\n  data: state\n").paths.data == tmp_path / "state"
    assert loaded(tmp_path, "paths:\n  data: /srv/state\n").paths.data == Path("/srv/state")


def test_the_data_folder_of_the_command_line_wins_and_is_relative_to_where_it_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert loaded(tmp_path, "paths:\n  data: state\n", Path("typed")).paths.data == tmp_path / "typed"


def test_without_a_file_paths_are_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(None).paths.data == tmp_path / "data"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("server:\n  prot: 80\n", ("server.prot", "80", "host", "port")),
        ("sever:\n  port: 80\n", ("sever", "server", "retrieval")),
        ("server:\n  port: eighty\n", ("server.port", "eighty", "integer")),
        ("server:\n  port: 0\n", ("server.port", "0", "greater than or equal to 1")),
        ("server:\n  port: 70000\n", ("server.port", "70000", "less than or equal to 65535")),
        ("server:\n  port: 80.5\n", ("server.port", "80.5")),
        ("server: 80\n", ("server", "80")),
        ("retrieval:\n  k1: .nan\n", ("retrieval.k1", "nan")),
        ("retrieval:\n  b: 1.5\n", ("retrieval.b", "1.5", "less than or equal to 1")),
        ("embedding:\n  device: tpu\n", ("embedding.device", "tpu", "'cpu', 'cuda' or 'mps'")),
        ("embedding:\n  model: ''\n", ("embedding.model", "''", "at least 1 character")),
        ("embedding:\n  allow_download: perhaps\n", ("embedding.allow_download", "perhaps", "boolean")),
        ("regions:\n  extra: 青棠县\n", ("regions.extra", "青棠县")),
    ],
)
def test_a_wrong_key_or_value_is_named_with_what_is_allowed(tmp_path: Path, text: str, parts: tuple[str, ...]) -> None:
    said = refusal(tmp_path, text)
    assert "config.yaml" in said
    for part in parts:
        assert part in said


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    said = refusal(tmp_path, "server:\n  port: 0\n  prot: 1\nchunking:\n  max_chars: 1\n")
    for key in ("server.port", "server.prot", "chunking.max_chars"):
        assert key in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- server\n- port\n", "found list"),
        ("just words\n", "found str"),
        ("server: [1, 2\n", "cannot be read as YAML"),
        ("a: b: c\n", "cannot be read as YAML"),
        ("!!python/object/apply:os.system ['true']\n", "cannot be read as YAML"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert said in refusal(tmp_path, text)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_bytes(b"\xff\xfe\x00\x01\x80")
    with pytest.raises(ConfigError, match=r"config\.yaml"):
        load_settings(tmp_path / "config.yaml")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"not found: .*nowhere\.yaml"):
        load_settings(tmp_path / "nowhere.yaml")
    with pytest.raises(ConfigError, match=str(tmp_path)):
        load_settings(tmp_path)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().server.port = 1
