"""Sign in and change the own password: the same time and the same answer whether a name exists or not."""

from __future__ import annotations

from collections.abc import Callable

from rag.catalogue import Catalogue
from rag.catalogue.accounts import folded
from rag.errors import UsageError
from ui.accounts.passwords import Passwords, check_new_password
from ui.flood import household

_MAX_NAME_CHARS = 200
"""More than any account's name has; what lies behind is not looked at."""


class WrongSignInError(UsageError):
    """Name and password are not those of an open account; which of them is wrong is nobody's to know."""


class MustWaitError(UsageError):
    """Too many failures; the next try is looked at in ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many failures to sign in; wait {seconds} s")
        self.seconds = seconds


class SignIns:
    """Begins and ends sessions. Blocks while a password is hashed, so it is called in a thread."""

    def __init__(self, open_catalogue: Callable[[], Catalogue], passwords: Passwords | None = None) -> None:
        self._open = open_catalogue
        self._passwords = passwords or Passwords()

    def sign_in(self, name: str, password: str, address: str, *, instead_of: str | None = None) -> str:
        """Return the token of a new session; that of ``instead_of``, which the browser had before, ends.

        Raises:
            WrongSignInError: nobody may sign in so.
            MustWaitError: there were too many failures; the password was not looked at.
            BusyError: too many sign in at the same time; the try was not counted.
            NotAvailableError: the catalogue cannot be reached.
        """
        name = name[:_MAX_NAME_CHARS]
        with self._passwords.place(), self._open() as catalogue:
            kept = self._checked(catalogue, name, password, address)
            token = self._begin(catalogue, name, kept, instead_of)
            catalogue.attempts.succeeded(folded(name), household(address))
        return token

    def change_password(self, token: str, old: str, new: str, address: str) -> str:
        """Replace the password of whoever has the session ``token``; every session of theirs ends.

        Returns the token of a new one.

        Raises:
            WeakPasswordError: the new password would be guessed first.
            WrongSignInError: the session ended, or the old password is wrong. The rest as for :meth:`sign_in`.
        """
        with self._passwords.place(), self._open() as catalogue:
            session = catalogue.sessions.find(token)
            if session is None:
                raise WrongSignInError("the session has ended")
            name = session.account.name
            self._checked(catalogue, name, old, address)
            catalogue.attempts.succeeded(folded(name), household(address))
            check_new_password(new, name)
            made = self._passwords.hash(new)
            catalogue.accounts.set_password(name, made, by=name)
            return self._begin(catalogue, name, made, None)

    def sign_out(self, token: str) -> None:
        """End a session; ending it twice is fine."""
        with self._open() as catalogue:
            catalogue.sessions.end(token)

    def _checked(self, catalogue: Catalogue, name: str, password: str, address: str) -> str:
        """Return the hash that the password fits, renewed where it was made with less work than today's."""
        wait = catalogue.attempts.take(folded(name), household(address))
        if wait:
            raise MustWaitError(wait)
        found = catalogue.accounts.find(name)
        right = self._passwords.check(password, found[1] if found else None)
        if found is None or not right or found[0].disabled:
            raise WrongSignInError("name or password is wrong")
        account, kept = found
        if self._passwords.is_old(kept):
            made = self._passwords.hash(password)
            catalogue.accounts.renew_hash(account.number, kept, made)
            return made
        return kept

    def _begin(self, catalogue: Catalogue, name: str, kept: str, instead_of: str | None) -> str:
        found = catalogue.accounts.find(name)
        token = catalogue.sessions.begin(found[0], kept, instead_of=instead_of) if found else None
        if token is None or found is None:
            raise WrongSignInError("the account was changed meanwhile")
        catalogue.audit.add(found[0].name, "account.sign_in", found[0].name)
        return token
