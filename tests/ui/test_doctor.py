from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from rag.settings import (
    AnsweringSettings,
    EmbeddingSettings,
    IngestSettings,
    LanguageModelSettings,
    RerankerSettings,
    ServerSettings,
    Settings,
)
from tests.conftest import settings_for
from tests.model_server import model_server
from ui.doctor import Check, run_checks

NAMES = [
    "settings",
    "python",
    "data folder",
    "disk",
    "embedding model",
    "reranker",
    "published generation",
    "a question",
    "language model",
    "port",
]


def checks(settings: Settings, **sections: object) -> dict[str, Check]:
    return {check.name: check for check in run_checks(settings.model_copy(update=sections))}


def failed(found: dict[str, Check]) -> set[str]:
    return {name for name, check in found.items() if not check.passed}


def test_where_everything_is_there_every_check_passes(served: Settings) -> None:
    found = checks(served)
    assert list(found) == NAMES
    assert failed(found) == set()
    assert "tiny@" in found["embedding model"].finding
    assert "5 documents, 9 chunks" in found["published generation"].finding
    assert found["language model"].finding.startswith("none configured")


def test_every_finding_is_json_of_the_same_shape(served: Settings) -> None:
    for check in run_checks(served):
        assert set(check.to_json()) == {"name", "passed", "finding"}
        assert check.to_json()["finding"]


def test_before_the_first_ingest_it_says_what_to_run(tmp_path: Path, served: Settings) -> None:
    found = checks(settings_for(tmp_path / "fresh", embedding=served.embedding))
    assert failed(found) == {"published generation", "a question"}
    assert "policychat ingest PATH" in found["published generation"].finding
    assert (tmp_path / "fresh").is_dir()


def test_a_missing_model_is_named_and_the_other_checks_go_on(served: Settings) -> None:
    found = checks(served, embedding=EmbeddingSettings(model="/no/such/model"))
    assert failed(found) == {"embedding model"}
    assert "/no/such/model" in found["embedding model"].finding


def test_a_missing_reranker_is_named_and_a_question_still_finds(served: Settings) -> None:
    found = checks(served, reranker=RerankerSettings(model="/no/such/reranker"))
    assert failed(found) == {"reranker"}
    assert "/no/such/reranker" in found["reranker"].finding


def test_a_damaged_generation_is_named(served: Settings) -> None:
    for library in served.paths.data.glob("generations/*/library.sqlite"):
        library.unlink()
    found = checks(served)
    assert failed(found) == {"published generation", "a question"}
    assert "library" in found["published generation"].finding


def test_a_full_disk_names_the_setting(served: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(served.paths.data)._replace(free=5 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    found = checks(served, ingest=IngestSettings(min_free_mb=10))
    assert failed(found) == {"disk"}
    assert "5 MB free" in found["disk"].finding
    assert "ingest.min_free_mb" in found["disk"].finding


def test_a_data_folder_that_is_a_file_fails_and_the_other_checks_go_on(tmp_path: Path, served: Settings) -> None:
    (tmp_path / "file").touch()
    found = checks(settings_for(tmp_path / "file", embedding=served.embedding))
    assert list(found) == NAMES
    assert {"data folder", "published generation"} <= failed(found)


def test_a_title_longer_than_a_question_may_be_is_no_failure(served: Settings) -> None:
    assert failed(checks(served, answering=AnsweringSettings(max_question_chars=10))) == set()


def test_a_language_model_that_is_not_reachable_is_named(served: Settings) -> None:
    model = LanguageModelSettings(model="none", base_url="http://127.0.0.1:9/v1", deadline_s=2.0)
    assert failed(checks(served, llm=model)) == {"language model"}


def test_a_language_model_that_answers_is_counted_and_one_that_is_off_is_left_alone(served: Settings) -> None:
    with model_server("OK") as server:
        model = LanguageModelSettings(model="m", base_url=server.url, daily_tokens=5_000)
        assert checks(served, llm=model)["language model"].finding == "m answers; its tokens are estimated"
        server.usage = (20, 1)
        assert checks(served, llm=model)["language model"].finding == "m answers; tells how many tokens it took"
        spent = model.model_copy(update={"daily_tokens": 820})
        found = checks(served, llm=spent)
        assert failed(found) == {"language model"}
        assert "the daily cap" in found["language model"].finding
        off = checks(served, llm=model.model_copy(update={"enabled": False}))
        assert "switched off" in off["language model"].finding
        assert len(server.requests) == 2


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_port_in_use_is_said_and_is_no_failure(served: Settings, family: socket.AddressFamily, host: str) -> None:
    with socket.socket(family) as taken:
        try:
            taken.bind((host, 0))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        taken.listen()
        port = taken.getsockname()[1]
        found = checks(served, server=ServerSettings(host=host, port=port))
    assert failed(found) == set()
    assert f"{port} is in use" in found["port"].finding
    assert "is free" in checks(served, server=ServerSettings(host=host, port=port))["port"].finding
