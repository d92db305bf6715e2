from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
import yaml

from rag.config_file import Value, change_settings, check_change, with_setting
from rag.errors import ConfigError

LAID_OUT = """\
# what we changed
server:
  port: 7000   # behind the proxy

embedding:
    # measured in June
    model: "builtin:static-zh"  # ships
    batch_size: 32
"""


def test_only_the_value_changes() -> None:
    changed = with_setting(LAID_OUT, "embedding", "model", "BAAI/bge-m3")
    assert changed == LAID_OUT.replace('"builtin:static-zh"', "BAAI/bge-m3")


@pytest.mark.parametrize(
    ("text", "section", "key"),
    [
        ("", "embedding", "model"),
        ("# only a remark", "embedding", "model"),
        (LAID_OUT, "reranker", "model"),
        (LAID_OUT, "server", "host"),
        ("embedding:\n  model:\n", "embedding", "model"),
        ("embedding:\n  model: >-\n    builtin:static-zh\nserver:\n  port: 1\n", "embedding", "model"),
    ],
)
@pytest.mark.parametrize("value", ["模型/一号", "a: b # c", "no", "~/models/x", None, 0.05, 16.0, 3, 0.00001])
def test_what_is_put_in_reads_back_and_the_rest_stays(text: str, section: str, key: str, value: Value) -> None:
    changed = yaml.safe_load(with_setting(text, section, key, value))
    expected = yaml.safe_load(text) or {}
    expected.setdefault(section, {})[key] = value
    assert changed == expected
    assert type(changed[section][key]) is type(value)


def test_a_remark_on_the_first_key_stays_with_it() -> None:
    changed = with_setting(LAID_OUT, "embedding", "device", "cpu")
    assert changed == LAID_OUT.replace("embedding:\n", "embedding:\n    device: cpu\n")


def test_several_values_are_written_together_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(LAID_OUT, encoding="utf-8")
    change_settings(path, "retrieval", {"dense_weight": 0.2, "uncovered_weight": 4.0})
    written = path.read_text(encoding="utf-8")
    assert written == LAID_OUT + "\nretrieval:\n  dense_weight: 0.2\n  uncovered_weight: 4.0\n"
    change_settings(path, "retrieval", {"dense_weight": 0.4, "uncovered_weight": 0.0})
    assert path.read_text(encoding="utf-8") == written.replace("0.2", "0.4").replace("4.0", "0.0")


def test_of_several_values_none_is_written_where_one_is_not_allowed(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(LAID_OUT, encoding="utf-8")
    with pytest.raises(ConfigError, match="uncovered_weight"):
        change_settings(path, "retrieval", {"dense_weight": 0.2, "uncovered_weight": -1.0})
    assert path.read_text(encoding="utf-8") == LAID_OUT


@pytest.mark.parametrize("text", ["embedding: {batch_size: 3}", "- a\n- b\n", "embedding: later\n"])
def test_a_file_laid_out_otherwise_is_left_to_its_owner(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"embedding\.model"):
        change_settings(path, "embedding", {"model": "x"})
    assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]


def test_a_value_that_is_not_allowed_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(LAID_OUT, encoding="utf-8")
    with pytest.raises(ConfigError, match="device"):
        change_settings(path, "embedding", {"device": "abacus"})
    assert path.read_text(encoding="utf-8") == LAID_OUT
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_file_is_made(tmp_path: Path) -> None:
    change_settings(tmp_path / "config.yaml", "reranker", {"model": "BAAI/bge-reranker-base"})
    made = yaml.safe_load((tmp_path / "config.yaml").read_text(encoding="utf-8"))
    assert made == {"reranker": {"model": "BAAI/bge-reranker-base"}}


@pytest.mark.parametrize(
    ("text", "refused"), [(LAID_OUT, None), ("embedding: {batch_size: 3}", "embedding"), ("- a\n", "embedding")]
)
def test_a_check_says_what_the_change_would_and_leaves_the_file(tmp_path: Path, text: str, refused: str | None) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=refused) if refused else nullcontext():
        check_change(path, "embedding", {"model": "BAAI/bge-m3"})
    assert path.read_text(encoding="utf-8") == text
    assert list(tmp_path.iterdir()) == [path]
