"""Lead whoever signed in at the provider to their account here, by issuer and subject and by nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rag.catalogue import Catalogue
from rag.catalogue.account_records import Account, Role
from rag.catalogue.links import NO_PASSWORD
from rag.catalogue.schema import MAX_NAME_CHARS
from rag.errors import UsageError
from rag.settings import OidcSettings
from ui.accounts.sign_on_flow import Identity, SignOnError

BY = "single sign-on"
"""Who changes accounts by the provider's word, for the audit log."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How somebody may sign in to an account."""

    password: bool
    single: bool
    """By the single sign-on that is set up."""
    offered: bool
    """Whether one is set up."""


class People:
    """Those whom one provider knows. Blocks, so it is called in a thread."""

    def __init__(self, settings: OidcSettings, open_catalogue: Callable[[], Catalogue]) -> None:
        self._settings = settings
        self._open = open_catalogue

    def sign_in(self, identity: Identity, *, instead_of: str | None = None) -> str:
        """Return the token of a new session; that of ``instead_of``, which the browser had before, ends.

        Where ``oidc.roles`` gives roles, the account gets the one of today first.

        Raises:
            SignOnError: ``unknown``, ``closed`` or ``role``, noted in the audit log; ``stale`` where the account was
                changed at the same moment.
            NotAvailableError: the catalogue cannot be reached.
        """
        with self._open() as catalogue:
            try:
                account, kept = self._account(catalogue, identity)
            except SignOnError as error:
                told = {"issuer": identity.issuer, "reason": error.reason, "name": identity.name[:MAX_NAME_CHARS]}
                catalogue.audit.add(BY, "account.sign_on_refuse", identity.subject, None, told)
                raise
            token = catalogue.sessions.begin(account, kept, instead_of=instead_of)
            if token is None:
                raise SignOnError("stale", "the account was changed meanwhile")
            catalogue.audit.add(account.name, "account.sign_in", account.name, None, {"by": identity.issuer})
        return token

    def link(self, name: str, identity: Identity) -> None:
        """Let a person sign in to the account ``name`` from now on.

        Raises:
            SignOnError: ``taken`` where the person signs in to another account already.
            NotAvailableError: the catalogue cannot be reached.
        """
        with self._open() as catalogue:
            try:
                catalogue.links.add(name, identity.issuer, identity.subject, by=name)
            except UsageError as error:
                raise SignOnError("taken", str(error)) from error

    def ways(self, name: str) -> Ways:
        """Return how the account ``name`` is signed in to. Raises UnknownIdError where nobody is called so."""
        issuer = self._settings.issuer
        with self._open() as catalogue:
            found = catalogue.accounts.find(name)
            linked = any(link.issuer == issuer for link in catalogue.links.of(name))
        return Ways(found is not None and found[1] != NO_PASSWORD, linked, issuer is not None)

    def _account(self, catalogue: Catalogue, identity: Identity) -> tuple[Account, str]:
        found = catalogue.links.find(identity.issuer, identity.subject)
        role = self._role(identity)
        if found is None:
            self._add(catalogue, identity, role)
        elif found[0].disabled:
            raise SignOnError("closed", "the account is disabled")
        elif self._settings.roles:
            self._set_role(catalogue, found[0], role)
        found = catalogue.links.find(identity.issuer, identity.subject)
        if found is None:
            raise SignOnError("stale", "the account was changed meanwhile")
        return found

    def _role(self, identity: Identity) -> Role | None:
        """Return the highest role that the provider's word gives, None where it gives none."""
        given = [Role(role) for told, role in self._settings.roles.items() if told in identity.roles]
        if self._settings.newcomers in ("staff", "supervisor"):
            given.append(Role(self._settings.newcomers))
        return max(given, key=tuple(Role).index, default=None)

    def _add(self, catalogue: Catalogue, identity: Identity, role: Role | None) -> None:
        if self._settings.newcomers == "refuse":
            raise SignOnError("unknown", "nobody here is linked to this person")
        if role is None:
            raise SignOnError("role", "the provider gives this person no role")
        try:
            catalogue.links.add_account(identity.name, role, identity.issuer, identity.subject, by=BY)
        except UsageError as error:
            # Somebody signed in twice at the same moment, or the name can be nobody's.
            if catalogue.links.find(identity.issuer, identity.subject) is None:
                raise SignOnError("unknown", str(error)) from error

    def _set_role(self, catalogue: Catalogue, account: Account, role: Role | None) -> None:
        if role is None:
            raise SignOnError("role", "the provider gives this person no role any more")
        if role is not account.role:
            try:
                catalogue.accounts.set_role(account.name, role, by=BY)
            except UsageError as error:  # the last admin
                raise SignOnError("role", str(error)) from error
