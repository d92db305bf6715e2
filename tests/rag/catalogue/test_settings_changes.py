"""The record of changed settings: only added to, the newest word of a key holds, nothing without its entry of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

from rag.catalogue import Catalogue
from rag.catalogue.settings_changes import WITHDRAWN
from rag.errors import NotAvailableError, UsageError


def change(
    catalogue: Catalogue, key: str, after: Any, before: Any = None, by: str = "王主任", reason: str = "试"
) -> None:
    catalogue.settings.change(lambda _: {key: (after, before)}, by=by, reason=reason)


def test_the_newest_word_of_a_key_holds_and_one_taken_back_does_not(catalogue: Catalogue) -> None:
    assert catalogue.settings.newest() == 0
    change(catalogue, "help.health", "1", "12320")
    change(catalogue, "help.health", "2", "1")
    change(catalogue, "llm.model", None, "qwen")
    change(catalogue, "banner.en", "x", "")
    change(catalogue, "banner.en", WITHDRAWN, "x")
    held = catalogue.settings.held()
    assert dict(held.values) == {"help.health": "2", "llm.model": None}
    assert held.number == catalogue.settings.newest() == 5


def test_the_history_says_who_when_why_and_from_what_to_what(catalogue: Catalogue) -> None:
    change(catalogue, "help.health", "1", "12320", reason=" 换了\n号码 ")
    change(catalogue, "help.health", WITHDRAWN, "1", by="李主任")
    last, first = catalogue.settings.history("help.health")
    assert (first.who, first.before, first.after, first.reason) == ("王主任", "12320", "1", "换了 号码")
    assert (last.who, last.before, last.after) == ("李主任", "1", WITHDRAWN)
    assert catalogue.settings.history(below=last.number) == (first,)
    noted = catalogue.audit.entries()
    assert [(one.who, one.action, one.object_) for one in noted] == [
        ("李主任", "settings.change", "help.health"),
        ("王主任", "settings.change", "help.health"),
    ]
    assert noted[1].before == {"value": "12320"}
    assert noted[1].after == {"value": "1", "reason": "换了 号码"}


def test_what_is_refused_leaves_nothing_behind(catalogue: Catalogue) -> None:
    def refuse(_: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        catalogue.settings.change(refuse, by="王主任", reason="试")
    for reason in ("", "  ", "长" * 301):
        with pytest.raises(UsageError, match="reason"):
            change(catalogue, "help.health", "1", reason=reason)
    with pytest.raises(UsageError, match="allowed are 15000"):
        catalogue.settings.change(
            lambda _: {"help.health": ("1", "2"), "regions.extra": (["村" * 3000], [])}, by="王主任", reason="试"
        )
    assert catalogue.settings.newest() == 0
    assert catalogue.audit.count() == 0


@pytest.mark.parametrize("statement", ["UPDATE setting_changes SET who = 'x'", "DELETE FROM setting_changes"])
def test_the_database_itself_lets_nobody_rewrite_a_change(catalogue: Catalogue, statement: str) -> None:
    change(catalogue, "help.health", "1", "12320")
    with (
        pytest.raises(NotAvailableError, match="only added to"),
        catalogue._database.writing() as connection,
    ):
        connection.execute(text(statement))
