from __future__ import annotations

import pytest

from rag.catalogue import Catalogue, open_catalogue
from rag.catalogue.account_records import Role
from rag.settings import Settings
from tests.ui.accounts.conftest import with_server
from ui.accounts.first_admin import is_loopback, warn_without_admin


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("10.0.0.1", False),
        ("site.example", False),
    ],
)
def test_only_addresses_of_this_machine_alone_are_not_public(host: str, own: bool) -> None:
    assert is_loopback(host) is own


def test_a_public_site_without_an_admin_says_so(settings: Settings) -> None:
    said: list[str] = []
    warn_without_admin(with_server(settings, host="127.0.0.1"), said.append)
    assert said == []
    assert not settings.paths.data.exists()
    with open_catalogue(settings) as catalogue:
        catalogue.accounts.add("staff", Role.STAFF, "hash", by="test")
    warn_without_admin(with_server(settings, host="0.0.0.0"), said.append)  # noqa: S104
    assert len(said) == 1
    assert "without an admin" in said[0]
    assert "policychat users add NAME --role admin" in said[0]


def test_a_public_site_with_an_admin_says_nothing(settings: Settings, catalogue: Catalogue) -> None:
    assert catalogue.accounts.has_admin()
    said: list[str] = []
    warn_without_admin(with_server(settings, host="0.0.0.0"), said.append)  # noqa: S104
    assert said == []
