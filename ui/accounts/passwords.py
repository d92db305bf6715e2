"""The edge to Argon2: hash passwords, check them, and refuse those that are guessed first.

Argon2id with the second choice of RFC 9106 (64 MiB, three passes, four lanes), which is what ``argon2-cffi`` takes by
itself: some 50 ms of work and 64 MiB for each try. Few run at once, and few may wait for their turn: many sign-ins
must fill neither the memory nor the threads that answer residents.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import BusyError, UsageError

MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 1000
_AT_ONCE = 2
_WAITING = 8
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$PX+ee1EoejdyGg1M6+ujGw$dFg/6ayYitmM4ME3Q/8pol5jr9Hh5BFFhhWuGOfFIRI"
"""The hash of random bytes that nobody knows: checked for names that nobody has, so that they take as long."""


class WeakPasswordError(UsageError):
    """A password that would be guessed first; ``reason`` is ``short``, ``long`` or ``common``."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Passwords:
    """Hashes and checks passwords. Safe to use from several threads, which wait for one another."""

    def __init__(self, at_once: int = _AT_ONCE, waiting: int = _WAITING) -> None:
        from argon2 import PasswordHasher

        self._hasher = PasswordHasher()
        self._working = threading.BoundedSemaphore(at_once)
        self._places = threading.BoundedSemaphore(at_once + waiting)

    def hash(self, password: str) -> str:
        """Return the hash to keep of a password that :func:`check_new_password` let pass."""
        with self._working:
            return self._hasher.hash(_bytes(password))

    def check(self, password: str, kept: str | None) -> bool:
        """Return whether a password is the one whose hash was kept; None takes as long and is never right."""
        from argon2.exceptions import InvalidHashError, VerificationError

        if len(password) > MAX_PASSWORD_CHARS:
            return False  # nobody has one; known from the length alone, so it says nothing about a name
        with self._working:
            try:
                return self._hasher.verify(kept or _NOBODY, _bytes(password)) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_old(self, kept: str) -> bool:
        """Return whether a hash was made with less work than today's are."""
        return self._hasher.check_needs_rehash(kept)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place among those who work or wait; to be taken before a try is counted against anybody.

        Raises:
            BusyError: there is no place left.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError("too many passwords are being checked")
        try:
            yield
        finally:
            self._places.release()


def check_new_password(password: str, name: str) -> None:
    """Refuse a new password that is too short or too long, or that is made of what is guessed first.

    That is: words of the lists of leaked passwords, runs of the keyboard or the digits, years and the account's own
    name, with or without digits in place of letters. No kind of character is demanded (NIST SP 800-63B, 3.1.1.2).

    Raises:
        WeakPasswordError: says which of the three.
    """
    if len(password) > MAX_PASSWORD_CHARS:
        raise WeakPasswordError("long", f"a password has at most {MAX_PASSWORD_CHARS} characters")
    if len(password.strip()) < MIN_PASSWORD_CHARS:
        raise WeakPasswordError("short", f"a password has at least {MIN_PASSWORD_CHARS} characters")
    if _is_common(password, name):
        raise WeakPasswordError("common", "this password is one of those that are guessed first; take another")


_GUESSED_FIRST = tuple(
    "password passwort passwd welcome admin administrator root master secret letmein login user guest test changeme "
    "iloveyou woaini woaizuguo zhongguo china beijing mima guanliyuan superman dragon monkey football sunshine princess "
    "qwertyuiop asdfghjkl zxcvbnm qwerty asdfgh zxcvbn qazwsxedc qazwsx qweasdzxc 1qaz2wsx3edc 1qaz2wsx 1q2w3e4r5t "
    "1q2w3e4r q1w2e3r4 abcdefghijklmnopqrstuvwxyz abcdef abcabc abc aaa policychat policy chat 密码 管理员 我爱你 "
    "01234567890 12345678910 123456789 1234567 12345 1234 123123 123321 123 9876543210 987654321 87654321 654321 4321 "
    "321 5201314 520 1314 147258369 159357".split()
)
_LEET = str.maketrans("013457@$!", "oleastasi")
_LEFT_OVER = 5
"""What is left of a good password once the words above are taken out has more different characters than this."""


def _is_common(password: str, name: str) -> bool:
    plain = unicodedata.normalize("NFKC", password).casefold()
    words = sorted({*_GUESSED_FIRST, *_parts(name)}, key=len, reverse=True)
    for written in (plain, plain.translate(_LEET)):
        left = written
        for word in words:
            left = left.replace(word, "")
        left = re.sub(r"(?:19|20)\d\d", "", left)
        if len(set(left)) < _LEFT_OVER:
            return True
    return False


def _parts(name: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return (part for part in (folded, *re.split(r"[^\w]+", folded)) if len(part) > 2)


def _bytes(password: str) -> bytes:
    # One password can be typed as different characters, depending on keyboard and system (RFC 8265).
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
