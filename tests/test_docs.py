"""What the documents promise is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from rag.settings import Settings
from ui.reference import PAGES

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "corpus").glob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)[^)]*\)|!\[[^\]]*\]\(([^)\s]+)[^)]*\)")


def without_code(text: str) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_says_now(name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run `make docs`"


def test_every_setting_and_every_command_stands_in_its_page() -> None:
    page = PAGES["configuration.md"]()
    for section, field in Settings.model_fields.items():
        assert field.annotation is not None
        for key in field.annotation.model_fields:
            assert f"| `{section}.{key}` |" in page or f"| `{section}.{key}." in page
    commands = PAGES["commands.md"]()
    for name in ("ingest [PATHS…]", "ask QUESTION", "rollback [GENERATION]", "evaluate retrieval QUESTIONS", "doctor"):
        assert f"## `policychat {name}`" in commands


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    text = without_code(path.read_text(encoding="utf-8"))
    targets = [first or second for first, second in LINK.findall(text)]
    relative = [target for target in targets if not urlsplit(target).scheme and not target.startswith("#")]
    missing = [target for target in relative if not (path.parent / unquote(target.split("#")[0])).exists()]
    assert missing == []


@pytest.mark.skipif(not README.is_file(), reason="there is no README yet")
def test_every_make_target_that_the_readme_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, re.MULTILINE))
    code = re.findall(r"```.*?```|`[^`\n]*`", README.read_text(encoding="utf-8"), re.DOTALL)
    named = {name for part in code for name in re.findall(r"\bmake ([a-z][\w-]*)", part)}
    assert named <= targets
    assert {"run", "test"} <= named


def test_the_make_targets_of_the_interface_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("install", "run", "test", "check", "bench"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def pins() -> dict[str, Version]:
    found = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        match = re.fullmatch(r"([A-Za-z0-9][\w.-]*)==(\d[\w.+!]*)", line)
        assert match, f"constraints.txt: {line!r} is not name==version"
        name = canonicalize_name(match[1])
        assert name not in found, f"constraints.txt names {name} twice"
        found[name] = Version(match[2])
    return found


def test_every_package_is_pinned_once_and_torch_at_its_version() -> None:
    assert pins()["torch"] == Version("2.13.0")


def requirements() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = [*project["dependencies"], *(text for group in project["optional-dependencies"].values() for text in group)]
    return [Requirement(text) for text in named]


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_every_dependency_is_pinned_within_its_own_bounds(requirement: Requirement) -> None:
    name = canonicalize_name(requirement.name)
    assert name in pins(), f"constraints.txt does not pin {name}"
    assert pins()[name] in requirement.specifier
