from __future__ import annotations

import re
from importlib.resources import files

import pytest

from rag.settings import HelpSettings
from ui.wording import Language, Wording

SCRIPTS = sorted(
    (script for script in (files("ui") / "theme").iterdir() if script.name.endswith(".js")),
    key=lambda script: script.name,
)
ASKED_FOR = re.compile(r"""\bword\(\s*"([a-z0-9_.]+)\"""")
FILLED_IN = re.compile(r"\{(\w+)\}")
WORDS = Wording(Language.ZH_HANS, HelpSettings()).for_browser()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_every_word_that_a_script_asks_for_exists(script: object) -> None:
    keys = ASKED_FOR.findall(script.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    assert [key for key in keys if key not in WORDS] == []


def test_the_faults_of_a_request_all_have_words() -> None:
    source = (files("ui") / "theme" / "request.js").read_text(encoding="utf-8")
    codes = re.findall(r'(?:Fault|connectionLost)\("(\w+)"', source)
    assert len(set(codes)) >= 5
    assert [code for code in codes if f"ask.{code}" not in WORDS] == []


def test_no_word_for_scripts_of_the_conversation_is_left_unused() -> None:
    sources = "\n".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    quoted = set(re.findall(r'"([a-z0-9_.]+)"', sources)) | {
        f"ask.{code}" for code in re.findall(r'(?:Fault|connectionLost)\("(\w+)"', sources)
    }
    ours = [key for key in WORDS if key.startswith(("ask.", "kept.", "history."))]
    assert [key for key in ours if key not in quoted] == []
