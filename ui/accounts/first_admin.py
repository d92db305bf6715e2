"""Say at the start that nobody administers a site that others can reach."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from rag.catalogue import open_catalogue
from rag.settings import Settings


def warn_without_admin(settings: Settings, say: Callable[[str], object]) -> None:
    """Say so where the address is not this machine's own and no admin may sign in; ``/admin`` is closed until then.

    Raises:
        NotAvailableError: the catalogue cannot be opened.
    """
    if is_loopback(settings.server.host):
        return
    with open_catalogue(settings) as catalogue:
        if catalogue.accounts.has_admin():
            return
    say(
        f"policychat: serving on {settings.server.host} without an admin; /admin stays closed until "
        "'policychat users add NAME --role admin' made one\n"
    )


def is_loopback(host: str) -> bool:
    """Return whether an address to listen on is reached from this machine only; a name is none but ``localhost``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
