"""Who of a single sign-on signs in to which account: one account for one person, and never by a name."""

from __future__ import annotations

import threading

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.account_records import Role
from rag.errors import UnknownIdError, UsageError

ISSUER = "https://login.example/realms/x"


def test_a_person_is_found_by_issuer_and_subject_together(catalogue: Catalogue) -> None:
    account = catalogue.accounts.add("li", Role.ADMIN, "hash", by="test")
    catalogue.links.add("LI", ISSUER, "s-1", by="li")
    catalogue.links.add("li", ISSUER, "s-1", by="li")  # twice is fine, and noted once
    assert catalogue.links.find(ISSUER, "s-1") == (account, "hash")
    for issuer, subject in ((ISSUER, "s-2"), (ISSUER, "S-1"), (f"{ISSUER}/", "s-1"), (ISSUER, "li"), ("", "")):
        assert catalogue.links.find(issuer, subject) is None
    assert [entry.action for entry in catalogue.audit.entries()].count("account.link") == 1


def test_a_person_has_one_account_and_an_account_may_have_several_people(catalogue: Catalogue) -> None:
    for name in ("a", "b"):
        catalogue.accounts.add(name, Role.STAFF, "hash", by="test")
    catalogue.links.add("a", ISSUER, "s-1", by="test")
    catalogue.links.add("a", ISSUER, "s-2", by="test")
    with pytest.raises(UsageError, match="another account"):
        catalogue.links.add("b", ISSUER, "s-1", by="test")
    with pytest.raises(UsageError, match="another account"):
        catalogue.links.add_account("c", Role.STAFF, ISSUER, "s-2", by="test")
    assert [link.subject for link in catalogue.links.of("a")] == ["s-1", "s-2"]
    assert [account.name for account in catalogue.accounts.list()] == ["a", "b"]


def test_a_new_account_gets_a_name_that_nobody_has_and_no_password(catalogue: Catalogue) -> None:
    wanted = ("Wang Wei", "ＷＡＮＧ wei", "wang wei", "王" * 300, "王" * 300, "\u202e\0 ", "x\u200by")
    made = [
        catalogue.links.add_account(name, Role.STAFF, ISSUER, f"s-{number}", by="test").name
        for number, name in enumerate(wanted)
    ]
    assert made == ["Wang Wei", "ＷＡＮＧ wei 2", "wang wei 3", "王" * 70, "王" * 70 + " 2", "person", "xy"]
    found = catalogue.links.find(ISSUER, "s-0")
    assert found is not None
    assert found[1] == ""


def test_who_is_unlinked_is_out_at_once(catalogue: Catalogue) -> None:
    account = catalogue.links.add_account("li", Role.STAFF, ISSUER, "s-1", by="test")
    token = catalogue.sessions.begin(account, "")
    assert token is not None
    assert catalogue.links.remove("li", by="root") == 1
    assert catalogue.sessions.find(token) is None
    assert catalogue.links.find(ISSUER, "s-1") is None
    assert catalogue.links.remove("li", by="root") == 0
    noted = [(entry.who, entry.action, entry.before) for entry in catalogue.audit.entries(limit=1)]
    assert noted == [("root", "account.unlink", {"issuer": ISSUER, "subject": "s-1"})]
    with pytest.raises(UnknownIdError):
        catalogue.links.remove("nobody", by="root")


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [("", "s"), (ISSUER, ""), (ISSUER, "s" * 256), (ISSUER, "王"), (ISSUER, "a\nb"), ("x" * 301, "s")],
)
def test_what_cannot_be_a_person_is_refused(catalogue: Catalogue, issuer: str, subject: str) -> None:
    catalogue.accounts.add("li", Role.STAFF, "hash", by="test")
    with pytest.raises(UsageError, match="printable"):
        catalogue.links.add("li", issuer, subject, by="test")


def test_somebody_who_comes_twice_at_the_same_moment_gets_one_account(catalogue: Catalogue) -> None:
    refused: list[str] = []

    def come() -> None:
        try:
            catalogue.links.add_account("li", Role.STAFF, ISSUER, "s-1", by="test")
        except UsageError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(refused) == 3
    assert [account.name for account in catalogue.accounts.list()] == ["li"]
