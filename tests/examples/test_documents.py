"""The examples of the documents run against a running server, and print what the documents say they print."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from rag.bootstrap import open_assistant
from rag.settings import load_settings
from tests.applications import built
from tests.servers import running

ROOT = Path(__file__).parents[2]
DOCUMENTED = "http://127.0.0.1:7860"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

pytestmark = pytest.mark.server


@dataclass(frozen=True)
class Example:
    """A block of code in a document, and the lines that must occur in what it prints."""

    name: str
    code: str
    printed: tuple[str, ...]


def examples(language: str) -> list[Example]:
    found = []
    for document in ("http.md", "integrations.md"):
        blocks = BLOCK.findall((ROOT / "docs" / document).read_text(encoding="utf-8"))
        for position, (written_in, code) in enumerate(blocks):
            follows = blocks[position + 1] if position + 1 < len(blocks) else ("", "")
            printed = tuple(follows[1].splitlines()) if follows[0] == "text" else ()
            if written_in == language:
                found.append(Example(f"{document}-{position}", code, printed))
    return found


@pytest.fixture(scope="module")
def folder(_built_with_model: Path, model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as an admin's would be: a configuration, published documents, the command on the path."""
    place = tmp_path_factory.mktemp("examples")
    shutil.copytree(_built_with_model, place / "data")
    values = {"embedding": {"model": str(model_folder)}, "paths": {"data": "data"}}
    (place / "config.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    command = place / "bin" / "policychat"
    command.parent.mkdir()
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m ui.cli "$@"\n',
        encoding="utf-8",
    )
    command.chmod(0o755)
    return place


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:

    settings = load_settings(folder / "config.yaml")
    assistant = open_assistant(settings)
    try:
        with running(built(assistant, settings)) as address:
            yield address
    finally:
        assistant.close()


def output_of(arguments: list[str], folder: Path) -> str:
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("example", examples("python"), ids=lambda example: example.name)
def test_an_example_in_python_prints_what_its_document_says(example: Example, folder: Path, address: str) -> None:
    assert example.printed, "say below the example what it prints, in a block of text"
    printed = output_of([sys.executable, "-c", example.code.replace(DOCUMENTED, address)], folder)
    assert [line for line in example.printed if line not in printed] == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
@pytest.mark.parametrize("example", examples("sh"), ids=lambda example: example.name)
def test_an_example_in_the_shell_gets_an_answer(example: Example, folder: Path, address: str) -> None:
    printed = json.loads(output_of(["sh", "-c", example.code.replace(DOCUMENTED, address)], folder))
    assert printed.get("hits") or printed.get("citations") or printed.get("stored")


def test_the_documents_have_examples_of_every_kind() -> None:
    code = "\n".join(example.code for example in [*examples("python"), *examples("sh")])
    for client in ("curl", "httpx", "openai", "ChatOpenAI", "mcp", "PolicyRetriever"):
        assert client in code
    assert [json.loads(example.code) for example in examples("json")] != []
