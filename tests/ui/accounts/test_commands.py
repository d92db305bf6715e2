"""``users``, ``tokens`` and ``audit``, run through ``main`` as the console script does."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.catalogue import open_catalogue
from rag.settings import PathSettings, Settings
from tests.ui.commands import Outcome, runner
from ui.accounts.passwords import Passwords

PASSWORD = "korrekt pferd batterie"
Run = Callable[..., Outcome]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a command over the data folder, with a standard input."""
    command = runner(capsys, monkeypatch)

    def run(*arguments: object, typed: str = "") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return command(*arguments, "--data", data)

    return run


def test_an_account_is_made_with_the_password_from_standard_input(run: Run, data: Path) -> None:
    made = run("users", "add", "Li Wei", "--role", "admin", typed=f"{PASSWORD}\nsecond line\n")
    assert made.code == 0, made.err
    with open_catalogue(Settings(paths=PathSettings(data=data))) as catalogue:
        found = catalogue.accounts.find("li wei")
        assert found is not None
        assert Passwords().check(PASSWORD, found[1])
    assert run("users", "list", "--json").json["users"] == [
        {"name": "Li Wei", "role": "admin", "disabled": False, "created": found[0].created}
    ]
    assert PASSWORD not in made.out + made.err + run("audit").out


@pytest.mark.parametrize("typed", ["", "kurz\n", "password1234\n", "x" * 1001 + "\n", "x" * 5000])
def test_an_account_is_not_made_with_a_password_that_will_not_do(run: Run, typed: str) -> None:
    refused = run("users", "add", "li", "--role", "admin", typed=typed)
    assert refused.code == 2
    assert "password" in refused.err
    assert run("users", "list", "--json").json["users"] == []


def test_somebody_of_the_single_sign_on_is_let_in_and_out_again(run: Run, data: Path, tmp_path: Path) -> None:
    run("users", "add", "li", "--role", "admin", typed=f"{PASSWORD}\n")
    refused = run("users", "link", "li", "subject-1")
    assert (refused.code, "oidc.issuer" in refused.err) == (2, True)
    config = tmp_path / "config.yaml"
    config.write_text("oidc: {issuer: 'https://login.example/realms/x'}", encoding="utf-8")
    assert run("users", "link", "li", "subject-1", "--config", config).code == 0
    with open_catalogue(Settings(paths=PathSettings(data=data))) as catalogue:
        assert [(link.issuer, link.subject) for link in catalogue.links.of("li")] == [
            ("https://login.example/realms/x", "subject-1")
        ]
    assert "1 unlinked" in run("users", "unlink", "li").out
    assert run("users", "link", "nobody", "subject-1", "--config", config).code == 2


def test_no_command_takes_a_password_as_an_argument(run: Run) -> None:
    for arguments in (("add", "li", "--role", "admin"), ("password", "li")):
        assert run("users", *arguments, "--password", PASSWORD, typed=f"{PASSWORD}\n").code == 2
        assert run("users", *arguments, PASSWORD, typed=f"{PASSWORD}\n").code == 2
    assert run("users", "list", "--json").json["users"] == []


def test_a_person_types_the_password_twice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = iter([PASSWORD, "something else", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda _: next(answers))
    monkeypatch.setattr("io.StringIO", Terminal)
    assert "differ" in run("users", "add", "li", "--role", "admin").err
    assert run("users", "add", "li", "--role", "admin").code == 0


def test_accounts_are_changed_and_the_last_admin_is_kept(run: Run) -> None:
    run("users", "add", "root", "--role", "admin", typed=PASSWORD)
    run("users", "add", "li", "--role", "staff", typed=PASSWORD)
    assert run("users", "disable", "root").code == 2
    assert run("users", "role", "root", "staff").code == 2
    assert run("users", "role", "li", "owner").code == 2
    assert run("users", "disable", "nobody").code == 2
    for command in (("role", "li", "supervisor"), ("disable", "li"), ("enable", "li"), ("unlock",)):
        assert run("users", *command).code == 0, command
    assert run("users", "password", "li", typed="sieben wilde schwäne").code == 0
    assert run("users", "disable", "li").code == 0
    shown = [(one["name"], one["role"], one["disabled"]) for one in run("users", "list", "--json").json["users"]]
    assert shown == [("root", "admin", False), ("li", "supervisor", True)]
    assert "li  supervisor  disabled" in run("users", "list").out
    actions = [entry["action"] for entry in run("audit", "--json").json["entries"]]
    assert actions == [
        "account.disable",
        "account.password",
        "account.unlock",
        "account.enable",
        "account.disable",
        "account.role",
        "account.add",
        "account.add",
    ]


def test_a_token_is_shown_once(run: Run, data: Path) -> None:
    run("users", "add", "root", "--role", "admin", typed=PASSWORD)
    made = run(
        "tokens", "add", "root", "--scope", "ask", "--scope", "search", "--for", "p", "--days", "5", "--json"
    ).json
    assert made["scopes"] == ["ask", "search"]
    with open_catalogue(Settings(paths=PathSettings(data=data))) as catalogue:
        assert catalogue.tokens.find(made["token"]) is not None
        listed = run("tokens", "list", "--json")
        assert made["token"] not in listed.out + run("tokens", "list").out
        assert [one["revoked"] for one in listed.json["tokens"]] == [False]
        assert run("tokens", "revoke", made["number"]).code == 0
        assert catalogue.tokens.find(made["token"]) is None
    assert run("tokens", "revoke", made["number"]).code == 2
    assert run("tokens", "add", "root", "--for", "p").code == 2
    assert run("tokens", "add", "root", "--scope", "everything", "--for", "p").code == 2
    plain = run("tokens", "add", "root", "--scope", "admin", "--for", "p").out.splitlines()
    assert plain[0].startswith("pct_")
    assert "scopes admin" in plain[1]


def test_the_audit_log_is_shown_filtered_and_as_a_table(run: Run, data: Path) -> None:
    with open_catalogue(Settings(paths=PathSettings(data=data))) as catalogue:
        catalogue.audit.add("li", "document.delete", "=1+1\x1b[2J", {"title": "值"})
        catalogue.audit.add("wang", "generation.rollback", "g1")
    assert [one["object"] for one in run("audit", "--json").json["entries"]] == ["g1", "=1+1\x1b[2J"]
    assert [one["who"] for one in run("audit", "--json", "--limit", 1).json["entries"]] == ["wang"]
    assert [one["who"] for one in run("audit", "--json", "--who", "li").json["entries"]] == ["li"]
    assert [one["who"] for one in run("audit", "--json", "--action", "document.").json["entries"]] == ["li"]
    assert run("audit", "--json", "--since", "2200-01-01").json["entries"] == []
    table = list(csv.reader(io.StringIO(run("audit", "--csv").out)))
    assert table[2][4] == "'=1+1\x1b[2J"
    plain = run("audit").out
    assert "\x1b" not in plain
    assert '=1+1�[2J  before {"title": "值"}' in plain
    assert run("audit", "--since", "yesterday").code == 2
    assert run("audit", "--csv", "--json").code == 2
