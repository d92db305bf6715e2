from __future__ import annotations

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.account_records import Role, Scope
from rag.errors import UnknownIdError, UsageError


def test_an_account_is_found_by_its_name_in_any_case_and_width(catalogue: Catalogue) -> None:
    added = catalogue.accounts.add("  Li  Wei ", Role.ADMIN, "hash", by="command line")
    assert (added.name, added.role, added.disabled) == ("Li Wei", Role.ADMIN, False)
    for written in ("li wei", "LI WEI", "Ｌｉ　Ｗｅｉ", "Li Wei"):
        assert catalogue.accounts.find(written) == (added, "hash")
    assert catalogue.accounts.find("li") is None
    with pytest.raises(UsageError, match="already"):
        catalogue.accounts.add("LI wei", Role.STAFF, "other", by="x")
    assert catalogue.accounts.list() == (added,)


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\u202eb", "a\u200bb", "\ud800", "长" * 81])
def test_a_name_that_cannot_be_told_from_another_is_refused(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(UsageError):
        catalogue.accounts.add(name, Role.STAFF, "hash", by="x")
    assert catalogue.accounts.list() == ()
    assert catalogue.accounts.find(name) is None


def test_a_name_that_grows_when_its_case_is_folded_is_refused_and_not_cut(catalogue: Catalogue) -> None:
    with pytest.raises(UsageError, match="80 characters"):
        catalogue.accounts.add("\ufdfa" * 80, Role.STAFF, "hash", by="x")


def test_the_last_admin_keeps_role_and_account(catalogue: Catalogue) -> None:
    assert not catalogue.accounts.has_admin()
    catalogue.accounts.add("a", Role.ADMIN, "hash", by="x")
    assert catalogue.accounts.has_admin()
    with pytest.raises(UsageError, match="last admin"):
        catalogue.accounts.set_role("a", Role.SUPERVISOR, by="a")
    with pytest.raises(UsageError, match="last admin"):
        catalogue.accounts.set_disabled("a", True, by="a")
    catalogue.accounts.add("b", Role.ADMIN, "hash", by="x")
    catalogue.accounts.set_disabled("a", True, by="b")
    with pytest.raises(UsageError, match="last admin"):
        catalogue.accounts.set_role("b", Role.STAFF, by="b")
    assert [(one.role, one.disabled) for one in catalogue.accounts.list()] == [(Role.ADMIN, True), (Role.ADMIN, False)]


def test_a_change_that_is_refused_leaves_no_word_in_the_audit_log(catalogue: Catalogue) -> None:
    catalogue.accounts.add("a", Role.ADMIN, "hash", by="x")
    before = catalogue.audit.entries()
    with pytest.raises(UsageError):
        catalogue.accounts.set_disabled("a", True, by="a")
    with pytest.raises(UnknownIdError):
        catalogue.accounts.set_password("nobody", "hash", by="a")
    assert catalogue.audit.entries() == before


def test_every_change_of_an_account_is_noted_without_its_password(catalogue: Catalogue) -> None:
    catalogue.accounts.add("root", Role.ADMIN, "hash-1", by="command line")
    catalogue.accounts.add("li", Role.STAFF, "hash-2", by="root")
    catalogue.accounts.set_role("li", Role.SUPERVISOR, by="root")
    catalogue.accounts.set_role("li", Role.SUPERVISOR, by="root")
    catalogue.accounts.set_password("LI", "hash-3", by="li")
    catalogue.accounts.set_disabled("li", True, by="root")
    catalogue.accounts.set_disabled("li", False, by="root")
    noted = [(one.who, one.action, one.object_, one.before, one.after) for one in catalogue.audit.entries()]
    assert noted[::-1] == [
        ("command line", "account.add", "root", None, {"role": "admin"}),
        ("root", "account.add", "li", None, {"role": "staff"}),
        ("root", "account.role", "li", {"role": "staff"}, {"role": "supervisor"}),
        ("li", "account.password", "li", None, None),
        ("root", "account.disable", "li", {"disabled": False}, {"disabled": True}),
        ("root", "account.enable", "li", {"disabled": True}, {"disabled": False}),
    ]
    found = catalogue.accounts.find("li")
    assert found is not None
    assert found[1] == "hash-3"


def test_a_hash_is_renewed_only_while_it_is_still_the_one_that_was_checked(catalogue: Catalogue) -> None:
    account = catalogue.accounts.add("a", Role.ADMIN, "old", by="x")
    catalogue.accounts.renew_hash(account.number, "another", "stronger")
    assert catalogue.accounts.find("a") == (account, "old")
    catalogue.accounts.renew_hash(account.number, "old", "stronger")
    assert catalogue.accounts.find("a") == (account, "stronger")


def test_a_role_covers_those_below_it() -> None:
    covered = {role: [needed for needed in Role if role.covers(needed)] for role in Role}
    assert covered == {
        Role.STAFF: [Role.STAFF],
        Role.SUPERVISOR: [Role.STAFF, Role.SUPERVISOR],
        Role.ADMIN: [Role.STAFF, Role.SUPERVISOR, Role.ADMIN],
    }
    assert {scope.value for scope in Scope} == {"ask", "search", "documents", "admin"}
