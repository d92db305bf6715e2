"""The command line as people and programs meet it: exit codes, one JSON document, plain messages."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.generation import writing
from rag.generations import DataLayout
from rag.settings import Settings
from tests.conftest import SOURCES
from tests.ui.commands import Command, Outcome, runner

ROOT = Path(__file__).parents[2]
QUESTION = "青棠县老年人免费体检的服务对象是什么"


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Run a command in this process, from an empty folder, through ``main`` as the console script does."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return runner(capsys, monkeypatch)


def write_config(folder: Path, model: Path | str, **sections: Any) -> Path:
    values = {"embedding": {"model": str(model)}, "ingest": {"min_free_mb": 0}, **sections}
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(values), encoding="utf-8")
    return path


@pytest.fixture
def config(tmp_path: Path, model_folder: Path) -> Path:
    """Write a configuration with the tiny model; its data folder is empty."""
    return write_config(tmp_path, model_folder)


@pytest.fixture
def options(config: Path, served: Settings) -> tuple[object, ...]:
    """Return the options that point a command at the published corpus."""
    return "--config", config, "--data", served.paths.data


def ended_as_planned(outcome: Outcome, code: int, *said: str) -> None:
    assert outcome.code == code, outcome.err
    for words in said:
        assert words in outcome.err
    assert "Traceback" not in outcome.err


class TestIngest:
    def test_the_report_has_the_keys_of_the_interface(
        self, command: Command, config: Path, corpus_folder: Path
    ) -> None:
        done = command("ingest", corpus_folder, "--config", config, "--json")
        assert done.code == 0, done.err
        assert {"generation", "published", "files", "chunks", "seconds", "peak_rss_mb"} <= set(done.json)
        assert [file["source"] for file in done.json["files"]] == list(SOURCES)
        for file in done.json["files"]:
            assert {"source", "status", "document_id", "reason", "repairs", "doubts"} <= set(file)
        assert {"added", "changed", "removed", "unchanged", "total"} <= set(done.json["chunks"])
        assert (config.parent / "data" / "published.json").is_file()

    def test_a_refused_file_ends_with_1_and_the_rest_is_published(
        self, command: Command, config: Path, corpus_folder: Path
    ) -> None:
        (corpus_folder / "empty.txt").touch()
        done = command("ingest", corpus_folder, "--config", config, "--json")
        assert done.code == 1
        assert done.json["published"] is True
        statuses = {file["source"]: file["status"] for file in done.json["files"]}
        assert statuses == {**dict.fromkeys(SOURCES, "added"), "empty.txt": "refused"}

    def test_people_get_a_list_and_the_reasons_on_standard_error(
        self, command: Command, config: Path, corpus_folder: Path
    ) -> None:
        (corpus_folder / "empty[bold].txt").touch()
        done = command("ingest", corpus_folder, "--config", config)
        assert "qingtang-elderly.md" in done.out
        assert "chunks" in done.out
        assert "refused: empty[bold].txt" in done.err

    def test_prune_drops_what_vanished(self, command: Command, config: Path, corpus_folder: Path) -> None:
        command("ingest", corpus_folder, "--config", config)
        (corpus_folder / "clinics.docx").unlink()
        done = command("ingest", corpus_folder, "--config", config, "--prune", "--json")
        assert {"clinics.docx": "removed"}.items() <= {f["source"]: f["status"] for f in done.json["files"]}.items()

    def test_a_path_that_is_not_there_ends_with_2(self, command: Command, config: Path, tmp_path: Path) -> None:
        ended_as_planned(command("ingest", tmp_path / "nowhere", "--config", config), 2, "nowhere")

    def test_no_path_ends_with_2(self, command: Command, config: Path) -> None:
        assert command("ingest", "--config", config).code == 2

    def test_a_missing_model_folder_ends_with_3(self, command: Command, tmp_path: Path, corpus_folder: Path) -> None:
        config = write_config(tmp_path, tmp_path / "no-model")
        done = command("ingest", corpus_folder, "--config", config, "--json")
        ended_as_planned(done, 3, "no-model")
        assert done.out == ""

    def test_while_another_one_runs_it_ends_with_3(
        self, command: Command, options: tuple[object, ...], served: Settings, corpus_folder: Path
    ) -> None:
        with writing(DataLayout(served.paths.data)):
            ended_as_planned(command("ingest", corpus_folder, *options), 3, "another ingest is running")
            ended_as_planned(command("rollback", *options), 3, "another ingest is running")
            ended_as_planned(command("delete", "clinics.docx", *options), 3, "another ingest is running")


class TestCatalogue:
    def test_documents_have_the_keys_of_the_interface(self, command: Command, options: tuple[object, ...]) -> None:
        done = command("documents", *options, "--json")
        assert done.code == 0, done.err
        assert [row["source"] for row in done.json["documents"]] == list(SOURCES)
        promised = "document_id title source region issuer published type authority validity version chunks"
        assert all(set(promised.split()) <= set(row) for row in done.json["documents"])
        assert [row["chunks"] for row in done.json["documents"]] == [3, 1, 1, 1, 3]

    def test_people_get_a_table(self, command: Command, options: tuple[object, ...]) -> None:
        assert "青棠县老年人免费体检实施办法" in command("documents", *options).out

    def test_show_takes_an_id_or_a_source(self, command: Command, options: tuple[object, ...]) -> None:
        by_source = command("show", "clinics.docx", *options, "--json")
        identifier = by_source.json["document_id"]
        assert command("show", identifier, *options, "--json").json == by_source.json
        assert {"text", "sections", "repairs", "versions"} <= set(by_source.json)
        assert "0710-5550101" in command("show", "clinics.docx", *options).out

    @pytest.mark.parametrize("name", ["show", "delete"])
    def test_an_unknown_document_ends_with_2(self, command: Command, options: tuple[object, ...], name: str) -> None:
        ended_as_planned(command(name, "nonsense", *options), 2, "nonsense")

    def test_delete_reports_what_went(self, command: Command, options: tuple[object, ...]) -> None:
        done = command("delete", "clinics.docx", *options, "--json")
        assert [(file["source"], file["status"]) for file in done.json["files"]] == [("clinics.docx", "removed")]
        assert "clinics.docx" not in command("documents", *options).out


class TestHistory:
    FILE = "qingtang-elderly.md"

    @pytest.fixture
    def twice(self, command: Command, options: tuple[object, ...], corpus_folder: Path) -> Path:
        """Ingest the corpus again after a change of one file; return that file."""
        command("ingest", corpus_folder, *options)
        file = corpus_folder / self.FILE
        file.write_text(file.read_text(encoding="utf-8").replace("十个工作日", "五个工作日"), encoding="utf-8")
        assert command("ingest", corpus_folder, *options).code == 0
        return file

    @pytest.mark.usefixtures("twice")
    def test_versions_are_listed_with_what_changed_by_section(
        self, command: Command, options: tuple[object, ...]
    ) -> None:
        values = command("versions", self.FILE, *options, "--json").json
        assert [version["version"] for version in values["versions"]] == [1, 2]
        assert (values["current"], values["since"], values["removed"]) == (2, 1, False)
        (section,) = values["sections"]
        assert section["section"] == ["体检项目"]
        assert section["status"] == "changed"
        shown = command("versions", self.FILE, *options).out
        assert "结果在[-十-][+五+]个工作日内" in shown

    @pytest.mark.usefixtures("twice")
    def test_a_version_that_never_was_ends_with_2(self, command: Command, options: tuple[object, ...]) -> None:
        ended_as_planned(command("versions", self.FILE, "--since", 9, *options), 2, "no version 9; there are: 1, 2")

    @pytest.mark.usefixtures("twice")
    def test_an_earlier_version_comes_back_and_so_does_a_deleted_document(
        self, command: Command, options: tuple[object, ...]
    ) -> None:
        done = command("restore-document", self.FILE, *options, "--json")
        assert [(file["source"], file["version"]) for file in done.json["files"]] == [(self.FILE, 1)]
        assert "十个工作日" in command("show", self.FILE, *options).out
        command("delete", self.FILE, *options)
        assert command("versions", self.FILE, *options, "--json").json["removed"] is True
        assert command("restore-document", self.FILE, "--version", 2, *options).code == 0
        assert "五个工作日" in command("show", self.FILE, *options).out

    def test_the_original_comes_out_byte_for_byte_and_overwrites_nothing(
        self, command: Command, options: tuple[object, ...], twice: Path, tmp_path: Path
    ) -> None:
        target = tmp_path / "out.md"
        assert command("original", self.FILE, "-o", target, *options).code == 0
        assert target.read_bytes() == twice.read_bytes()
        ended_as_planned(command("original", self.FILE, "-o", target, *options), 2, "out.md")
        older = tmp_path / "older.md"
        command("original", self.FILE, "--version", 1, "-o", older, *options)
        assert older.read_text(encoding="utf-8") == twice.read_text(encoding="utf-8").replace("五个", "十个")

    def test_what_an_admin_says_is_shown_with_who_said_it_and_can_be_taken_back(
        self, command: Command, options: tuple[object, ...]
    ) -> None:
        done = command("correct", "clinics.docx", "published=2025年3月4日", "--by", "王", *options, "--json")
        assert done.code == 0, done.err
        assert command("show", "clinics.docx", *options, "--json").json["published"] == "2025-03-04"
        listed = command("correct", "clinics.docx", *options, "--json").json
        assert listed["corrections"] == {"published": "2025-03-04"}
        assert "王" in command("correct", "clinics.docx", *options).out
        command("correct", "clinics.docx", "--withdraw", "published", *options)
        assert command("show", "clinics.docx", *options, "--json").json["published"] is None

    @pytest.mark.parametrize("value", ["published", "published=soon", "colour=red"])
    def test_a_correction_that_cannot_be_ends_with_2(
        self, command: Command, options: tuple[object, ...], value: str
    ) -> None:
        ended_as_planned(command("correct", "clinics.docx", value, *options), 2, value.split("=", maxsplit=1)[0])

    @pytest.mark.usefixtures("twice")
    def test_runs_are_listed_and_their_reports_kept(self, command: Command, options: tuple[object, ...]) -> None:
        listed = command("runs", *options, "--json").json["runs"]
        assert [run["kind"] for run in listed[:2]] == ["ingest", "ingest"]
        assert listed[0]["counts"]["changed"] == 1
        kept = command("runs", listed[0]["run_id"], *options, "--json").json
        assert [file["status"] for file in kept["report"]["files"]].count("changed") == 1
        assert self.FILE in command("runs", listed[0]["run_id"], *options).out
        assert listed[0]["run_id"] in command("runs", *options).out
        ended_as_planned(command("runs", "nonsense", *options), 2, "nonsense")

    def test_an_address_that_must_not_be_fetched_is_refused_by_name(
        self, command: Command, options: tuple[object, ...]
    ) -> None:
        ended_as_planned(command("ingest", "http://127.0.0.1/page.html", *options), 2, "http://127.0.0.1/page.html")


class TestGenerations:
    def test_the_list_names_the_published_one(self, command: Command, options: tuple[object, ...]) -> None:
        second = command("delete", "clinics.docx", *options, "--json").json["generation"]
        listed = command("generations", *options, "--json").json["generations"]
        assert [row["generation"] for row in listed if row["published"]] == [second]
        assert len(listed) == 2
        keys = {"generation", "created", "parent", "documents", "chunks", "model", "published"}
        assert all(keys <= set(row) for row in listed)
        assert second in command("generations", *options).out

    def test_before_the_first_ingest_the_list_is_empty(self, command: Command, config: Path) -> None:
        assert command("generations", "--config", config, "--json").json == {"generations": []}

    def test_rollback_goes_back_and_forward(self, command: Command, options: tuple[object, ...]) -> None:
        second = command("delete", "clinics.docx", *options, "--json").json["generation"]
        first = command("rollback", *options, "--json").json
        assert first["published"] is True
        assert first["generation"] != second
        assert "clinics.docx" in [row["source"] for row in command("documents", *options, "--json").json["documents"]]
        assert second in command("rollback", second, *options).out

    @pytest.mark.parametrize("arguments", [("nonsense",), ()])
    def test_a_rollback_to_nothing_ends_with_2(
        self, command: Command, options: tuple[object, ...], arguments: tuple[str, ...]
    ) -> None:
        ended_as_planned(command("rollback", *arguments, *options), 2, "generation")

    def test_verify_passes_on_what_is_whole_and_ends_with_3_on_damage(
        self, command: Command, options: tuple[object, ...], served: Settings
    ) -> None:
        assert command("verify", *options, "--json").json["verified"] is True
        for library in served.paths.data.glob("generations/*/library.sqlite"):
            library.unlink()
        ended_as_planned(command("verify", *options), 3, "library")


class TestQuestions:
    def test_an_answer_has_the_keys_of_the_interface(self, command: Command, options: tuple[object, ...]) -> None:
        done = command("ask", QUESTION, *options, "--json")
        assert done.code == 0, done.err
        promised = (
            "status answer statements citations notices clarification routes confidence mode generation timings_ms"
        )
        assert set(promised.split()) <= set(done.json)
        cited = "number document_id title source url region issuer published authority validity section quote start end"
        assert all(set(cited.split()) <= set(citation) for citation in done.json["citations"])
        stated = {"text", "citations", "support"}
        assert all(stated <= set(statement) for statement in done.json["statements"])

    def test_people_get_the_same_words(self, command: Command, options: tuple[object, ...]) -> None:
        told = command("ask", QUESTION, *options, "--json").json["answer"]
        assert told.splitlines()[0] in command("ask", QUESTION, *options).out

    @pytest.mark.parametrize("question", ["", "？！", "问" * 2000])
    def test_a_question_that_cannot_be_taken_ends_with_2_and_is_told_in_json(
        self, command: Command, options: tuple[object, ...], question: str
    ) -> None:
        done = command("ask", question, *options, "--json")
        ended_as_planned(done, 2)
        assert done.json["status"] == "invalid"
        assert done.json["answer"] in done.err

    def test_an_unknown_region_ends_with_2(self, command: Command, options: tuple[object, ...]) -> None:
        done = command("ask", QUESTION, "--region", "乌有县", *options, "--json")
        assert (done.code, done.json["status"]) == (2, "invalid")
        ended_as_planned(command("search", QUESTION, "--region", "乌有县", *options), 2, "乌有县")

    def test_search_hits_have_the_keys_of_the_interface_and_come_best_first(
        self, command: Command, options: tuple[object, ...]
    ) -> None:
        done = command("search", QUESTION, "--top", 4, *options, "--json")
        assert set(done.json) == {"hits", "read_as", "timings_ms"}
        promised = {"document_id", "title", "source", "section", "text", "score", "parts", "region", "published"}
        assert all(promised <= set(hit) for hit in done.json["hits"])
        scores = [hit["score"] for hit in done.json["hits"]]
        assert len(scores) == 4
        assert scores == sorted(scores, reverse=True)
        assert {"bm25_word", "dense"} <= set(done.json["hits"][0]["parts"])
        assert done.json["hits"][0]["source"] == "qingtang-elderly.md"

    def test_a_region_decides_between_two_places(self, command: Command, options: tuple[object, ...]) -> None:
        for region, source in (("青棠县", "qingtang-elderly.md"), ("白岭县", "bailing-elderly.md")):
            done = command("search", "老年人体检项目", "--region", region, *options, "--json")
            assert done.json["hits"][0]["source"] == source

    def test_earlier_questions_come_from_a_file(
        self, command: Command, options: tuple[object, ...], tmp_path: Path
    ) -> None:
        history = tmp_path / "history.json"
        history.write_text(json.dumps([QUESTION], ensure_ascii=False), encoding="utf-8")
        assert command("ask", "体检项目有哪些", "--history", history, *options, "--json").code == 0

    @pytest.mark.parametrize("content", [None, "no json", '"one"', "[1, 2]", "{}"])
    def test_a_history_of_another_form_ends_with_2(
        self, command: Command, options: tuple[object, ...], tmp_path: Path, content: str | None
    ) -> None:
        history = tmp_path / "history.json"
        if content is not None:
            history.write_text(content, encoding="utf-8")
        ended_as_planned(command("ask", QUESTION, "--history", history, *options), 2, "history.json")

    @pytest.mark.parametrize("top", ["0", "201", "many"])
    def test_a_number_of_hits_out_of_bounds_ends_with_2(
        self, command: Command, options: tuple[object, ...], top: str
    ) -> None:
        assert command("search", QUESTION, "--top", top, *options).code == 2


@pytest.mark.parametrize(
    "arguments", [("documents",), ("show", "x"), ("ask", QUESTION), ("search", QUESTION), ("verify",)]
)
def test_without_a_generation_a_command_ends_with_3_and_says_what_to_run(
    command: Command, config: Path, arguments: tuple[str, ...]
) -> None:
    done = command(*arguments, "--config", config, "--json")
    ended_as_planned(done, 3, "policychat ingest PATH")
    assert done.out == ""


def test_a_damaged_pointer_ends_with_3(command: Command, options: tuple[object, ...], served: Settings) -> None:
    (served.paths.data / "published.json").write_text("nonsense", encoding="utf-8")
    for arguments in (("documents",), ("ask", QUESTION), ("generations",), ("verify",)):
        ended_as_planned(command(*arguments, *options), 3, "published.json")


class TestConfiguration:
    def test_an_unknown_key_ends_with_2_and_names_it(self, command: Command, tmp_path: Path) -> None:
        config = write_config(tmp_path, "m", server={"prot": 80})
        ended_as_planned(command("documents", "--config", config), 2, "server.prot", "port")

    def test_a_missing_file_ends_with_2(self, command: Command, tmp_path: Path) -> None:
        ended_as_planned(command("documents", "--config", tmp_path / "none.yaml"), 2, "none.yaml")

    def test_the_file_of_the_current_folder_is_read_without_being_named(self, command: Command) -> None:
        Path("config.yaml").write_text("nonsense: 1\n", encoding="utf-8")
        ended_as_planned(command("documents"), 2, "nonsense")


def test_serve_on_a_port_in_use_ends_with_3_and_names_it(command: Command, config: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended_as_planned(command("serve", "--port", port, "--config", config), 3, str(port))


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=120,
        env={**os.environ, **environment},
    )


@pytest.mark.server
class TestAsAProcess:
    def test_standard_output_is_one_json_document_and_the_rest_goes_to_standard_error(
        self, config: Path, corpus_folder: Path
    ) -> None:
        (corpus_folder / "empty.txt").touch()
        done = process("ingest", corpus_folder, "--config", config, "--json")
        assert done.returncode == 1
        assert json.loads(done.stdout)["published"] is True
        assert "Reading files" in done.stderr
        asked = process("ask", QUESTION, "--config", config, "--json")
        assert asked.returncode == 0
        assert json.loads(asked.stdout)["generation"] == json.loads(done.stdout)["generation"]

    def test_exit_codes_2_and_3_come_with_one_line_and_no_traceback(self, config: Path) -> None:
        for code, arguments in ((2, ("ingest", "nowhere")), (3, ("documents",))):
            done = process(*arguments, "--config", config)
            assert done.returncode == code
            assert done.stdout == ""
            assert len(done.stderr.strip().splitlines()) == 1
            assert done.stderr.startswith("policychat: ")

    def test_output_needs_no_chinese_locale(self, options: tuple[object, ...]) -> None:
        done = process("documents", *options, "--json", LC_ALL="C", LANG="C")
        assert done.returncode == 0, done.stderr
        assert "青棠县" in json.loads(done.stdout)["documents"][1]["title"]


HEAVY = ("torch", "chromadb", "gradio", "langchain", "langchain_core", "sentence_transformers", "transformers", "bm25s")

HELP = f"""
import json, sys
from typer.testing import CliRunner
from typer.main import get_command
from ui.cli import app

def walk(command, path):
    yield path, command
    for name, inner in getattr(command, "commands", {{}}).items():
        yield from walk(inner, [*path, name])

pages = {{}}
for path, command in walk(get_command(app), []):
    done = CliRunner().invoke(app, [*path, "--help"], env={{"COLUMNS": "400"}})
    pages[" ".join(path)] = [done.exit_code, done.output, command.help]
heavy = [name for name in {HEAVY!r} if name in sys.modules]
print(json.dumps([pages, heavy]))
"""


def test_every_help_page_says_its_purpose_and_loads_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELP], capture_output=True, text=True, check=True, cwd=ROOT, timeout=120
    )
    pages, heavy = json.loads(done.stdout)
    assert heavy == []
    assert {
        "ingest",
        "documents",
        "show",
        "delete",
        "generations",
        "rollback",
        "verify",
        "ask",
        "search",
        "serve",
    } <= set(pages)
    for name, (code, output, purpose) in pages.items():
        assert code == 0, name
        assert purpose, f"{name} has no purpose"
        assert purpose.splitlines()[0][:60] in output


def test_without_a_command_the_help_is_shown(command: Command) -> None:
    done = command()
    assert "ingest" in done.out + done.err
