"""Who may import whom, read from the sources themselves."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("ingest", "rag", "ui")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
NAMES = [path.relative_to(ROOT).as_posix() for path in SOURCES]

EDGES = {
    "bm25s": {"rag/lexical.py"},
    "chromadb": {"rag/vector_store.py"},
    "sentence_transformers": {"rag/embedding.py", "rag/reranking.py", "rag/models/train_static.py"},
    "torch": {"rag/embedding.py", "rag/reranking.py", "rag/models/"},
    "transformers": {"rag/embedding.py", "rag/reranking.py", "rag/models/train_static.py"},
    "huggingface_hub": {"rag/hub.py", "rag/hub_download.py"},
    "tokenizers": {"rag/static_embedding.py", "rag/models/"},
    "safetensors": {"rag/static_embedding.py", "rag/models/"},
    "langchain": {"rag/llm.py"},
    "langchain_core": {"rag/llm.py", "rag/langchain_retriever.py"},
    "openai": {"rag/llm.py"},
    "rjieba": {"rag/tokenizing.py", "rag/regions.py", "rag/region_table.py", "ingest/cleaning/wordless.py"},
    "gradio": {"ui/app.py", "ui/pages/"},
    "fastapi": {"ui/"},
    "starlette": {"ui/"},
    "uvicorn": {"ui/app.py"},
    "typer": {
        "ui/cli.py",
        "ui/cli_shared.py",
        "ui/cli_ingest.py",
        "ui/cli_documents.py",
        "ui/cli_generations.py",
        "ui/cli_search.py",
        "ui/cli_models.py",
        "ui/cli_fit.py",
        "ui/cli_evaluate.py",
        "ui/cli_question_sets.py",
        "ui/cli_answers.py",
        "ui/cli_mcp.py",
        "ui/cli_usage.py",
        "ui/cli_use.py",
        "ui/cli_feedback.py",
        "ui/cli_users.py",
        "ui/cli_settings.py",
        "ui/cli_schedules.py",
        "ui/cli_tokens.py",
        "ui/cli_approved.py",
        "ui/cli_audit.py",
        "ui/cli_calls.py",
        "ui/reference.py",
    },
    "rich": {
        "ui/cli_output.py",
        "ui/cli_reports.py",
        "ui/cli_figures.py",
        "ui/cli_answer_figures.py",
        "ui/cli_dry_run.py",
    },
    "mcp": {"ui/mcp_server.py"},
    "lightgbm": {"rag/models/"},
    "ir_measures": {"rag/evaluation/metrics.py"},
    "matplotlib": {"ui/evaluation_plots.py"},
    "sqlalchemy": {"rag/catalogue/"},
    "alembic": {"rag/catalogue/migrating.py", "rag/catalogue/migrations/"},
    "pebble": {"ingest/isolation.py"},
    "datasketch": {"ingest/near_duplicates.py"},
    "python_calamine": {"ingest/loaders/spreadsheet.py"},
    "rapidocr": {"ingest/loaders/ocr.py"},
    "PIL": {"ingest/loaders/image.py"},
    "httpcore": {"ingest/web.py", "ingest/web_connection.py"},
    "pypdfium2": {"ingest/loaders/pdf_pages.py"},
    "lxml": {"ingest/loaders/"},
    "pypinyin": {"ingest/cleaning/pinyin.py"},
    "filelock": {"ingest/generation.py"},
    "argon2": {"ui/accounts/passwords.py"},
    "authlib": {"ui/accounts/sign_on.py"},
    "joserfc": {"ui/accounts/sign_on.py"},
    "httpx2": {"ui/accounts/sign_on.py"},
    "docx": {"ui/export_docx.py"},
    "reportlab": {"ui/export_pdf.py"},
    "python_multipart": {"ui/console/receiving.py"},
}
"""Where each foreign library may be imported: files, or folders with their slash."""

HEAVY = {
    "torch",
    "sentence_transformers",
    "transformers",
    "chromadb",
    "gradio",
    "bm25s",
    "huggingface_hub",
    "langchain",
    "langchain_core",
    "langchain_openai",
    "pypdfium2",
    "rapidocr",
    "cv2",
    "datasketch",
    "pebble",
    "python_calamine",
    "ir_measures",
    "matplotlib",
    "lightgbm",
    "docx",
    "reportlab",
}
"""What takes long to import and so stands inside functions; a page of the web application is itself imported late."""


def imports(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted names that a tree imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield str(node.module)


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


@cache
def tops(tree: ast.AST) -> set[str]:
    return {name.split(".")[0] for name in imports(tree)}


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def run_at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements that run when a module is imported, without functions and type-only blocks."""
    open_statements: list[ast.stmt] = list(tree.body)
    while open_statements:
        node = open_statements.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or is_type_checking(node):
            continue
        yield node
        for field in ("body", "orelse", "finalbody"):
            open_statements += getattr(node, field, [])


def imported_at_import(tree: ast.Module) -> set[str]:
    simple = (node for node in run_at_import(tree) if isinstance(node, (ast.Import, ast.ImportFrom)))
    return {name for node in simple for name in tops(node)}


def test_imports_point_inwards() -> None:
    forbidden = {"rag": {"ingest", "ui"}, "ingest": {"ui"}, "ui": set[str]()}
    wrong = {
        name: found
        for name in NAMES
        if (found := tops(parsed(name)) & (forbidden[name.split("/", maxsplit=1)[0]] | {"tests", "corpus"}))
    }
    assert wrong == {}


@pytest.mark.parametrize("library", EDGES)
def test_a_foreign_library_is_imported_in_its_edge_files_only(library: str) -> None:
    places = EDGES[library]
    importing = {name for name in NAMES if library in tops(parsed(name))}
    assert importing, f"nothing imports {library}; take it off the list"
    stray = {
        name for name in importing if not any(name == p or (p.endswith("/") and name.startswith(p)) for p in places)
    }
    assert not stray


def test_no_other_member_of_a_family_comes_in_unseen() -> None:
    families = ("langchain", "llama", "jieba", "openai", "anthropic")
    imported = {top for name in NAMES for top in tops(parsed(name))}
    assert {top for top in imported if top.startswith(families)} - EDGES.keys() == set()


@pytest.mark.parametrize("name", ["rag/domain.py", "rag/errors.py"])
def test_the_facts_rest_on_the_standard_library_alone(name: str) -> None:
    assert tops(parsed(name)) <= sys.stdlib_module_names


def test_no_module_is_called_after_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "tools"}
    assert [name for name in NAMES if Path(name).stem in nothing] == []


LATE = ("ui/pages/", "ui/app.py", "rag/langchain_retriever.py")
"""Imported only by what is about to use a heavy library: the application, or a program of somebody who uses LangChain."""


def test_nothing_heavy_is_imported_at_module_level() -> None:
    early = [name for name in NAMES if not name.startswith(LATE)]
    wrong = {name: heavy for name in early if (heavy := imported_at_import(parsed(name)) & HEAVY)}
    assert wrong == {}


LIGHT = (
    "ui.cli",
    "ui.cli_evaluate",
    "ui.cli_models",
    "ui.cli_output",
    "ui.doctor",
    "rag.bootstrap",
    "rag.retrieval",
    "ingest.pipeline",
    "ui.serialise",
)


@pytest.mark.parametrize("module", LIGHT)
def test_importing_a_module_loads_nothing_heavy(module: str) -> None:
    late = HEAVY | {"sqlalchemy", "alembic"}
    program = f"import sys, {module}; print(*sorted({late!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == ""


def test_nothing_reads_the_environment_or_opens_a_file_at_import() -> None:
    assert {name: found for name in NAMES if (found := read_at_import(parsed(name)))} == {}


def read_at_import(tree: ast.Module) -> set[str]:
    """Return what a module reads when it is imported: calls by name, and ``os.environ``."""
    simple = [node for node in run_at_import(tree) if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr))]
    calls = {ast.unparse(call.func) for node in simple for call in ast.walk(node) if isinstance(call, ast.Call)}
    read = {
        call for call in calls if call in {"open", "os.getenv", "print"} or call.endswith((".read_text", ".read_bytes"))
    }
    return read | ({"os.environ"} if any("os.environ" in ast.unparse(node) for node in simple) else set())


def test_reading_at_import_is_seen() -> None:
    read = read_at_import(
        ast.parse("import os\nA = open('a').read()\nB = os.environ['B']\ndef later(): return open('c')")
    )
    assert read == {"open", "os.environ"}


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.org", 443), ("::ffff:192.0.2.1", 80, 0, 0)])
def test_no_test_reaches_another_machine(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as probe, pytest.raises(AssertionError, match="tried to reach"):
        probe.connect(address)
