from __future__ import annotations

import inspect
import threading

import pytest

from rag.errors import BusyError
from ui.accounts import passwords
from ui.accounts.passwords import MAX_PASSWORD_CHARS, Passwords, WeakPasswordError, check_new_password


def test_a_hash_fits_its_password_only_and_is_salted() -> None:
    hashing = Passwords()
    kept = hashing.hash("drei kleine worte")
    assert kept.startswith("$argon2id$")
    assert "worte" not in kept
    assert kept != hashing.hash("drei kleine worte")
    assert hashing.check("drei kleine worte", kept)
    assert not hashing.check("drei kleine wort", kept)
    assert not hashing.check("drei kleine worte", "no hash at all")


def test_the_same_password_typed_as_other_characters_fits() -> None:
    hashing = Passwords()
    assert hashing.check("Caf\u00e9 \uff11\uff12\uff13 lang genug", hashing.hash("Cafe\u0301 123 lang genug"))


def test_a_name_that_nobody_has_costs_the_same_work() -> None:
    hashing = Passwords()
    checked: list[str] = []

    class Watched:
        def verify(self, kept: str, password: bytes) -> bool:
            checked.append(kept)
            return password == b"whatever it is"

    hashing._hasher, real = Watched(), hashing._hasher  # type: ignore[assignment]
    # Right even if the hasher said so: nobody is nobody.
    assert not hashing.check("whatever it is", None)
    assert len(checked) == 1
    # The stand-in asks for exactly the work that a real hash of today asks for.
    assert not real.check_needs_rehash(checked[0])


def test_a_password_over_the_limit_is_never_hashed(monkeypatch: pytest.MonkeyPatch) -> None:
    hashing = Passwords()
    monkeypatch.setattr(hashing, "_hasher", None)
    assert not hashing.check("x" * (MAX_PASSWORD_CHARS + 1), "kept")
    assert not hashing.check("x" * (MAX_PASSWORD_CHARS + 1), None)


def test_a_hash_of_less_work_is_old() -> None:
    from argon2 import PasswordHasher

    assert Passwords().is_old(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("x"))


def test_few_wait_for_their_turn_and_the_next_is_sent_away() -> None:
    hashing = Passwords(at_once=1, waiting=1)
    with hashing.place(), hashing.place(), pytest.raises(BusyError), hashing.place():
        raise AssertionError("there was a third place")
    with hashing.place():
        pass


def test_no_more_than_agreed_are_hashed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hashing = Passwords(at_once=2, waiting=8)
    lock, running, most = threading.Lock(), 0, 0
    both = threading.Barrier(2, timeout=20)

    class Slow:
        def hash(self, _: bytes) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            both.wait()
            with lock:
                running -= 1
            return "hash"

    monkeypatch.setattr(hashing, "_hasher", Slow())
    threads = [threading.Thread(target=hashing.hash, args=("x",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == 2


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "short"),
        ("kurz", "short"),
        ("elf zeichen", "short"),
        (" " * 30, "short"),
        ("   abcdefgh   ", "short"),
        ("x" * 1001, "long"),
        ("password1234", "common"),
        ("P@ssw0rd2024!", "common"),
        ("123456789012", "common"),
        ("aaaaaaaaaaaaaaaa", "common"),
        ("abababababababab", "common"),
        ("qwertyuiop123", "common"),
        ("1qaz2wsx3edc", "common"),
        ("Admin@123456", "common"),
        ("woaini5201314", "common"),
        ("管理员密码12345678", "common"),
        ("policychat2026", "common"),
        ("zhangsan-1990", "common"),
        ("Zhangsan12345", "common"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused_with_the_reason(password: str, reason: str) -> None:
    with pytest.raises(WeakPasswordError) as caught:
        check_new_password(password, "zhangsan")
    assert caught.value.reason == reason
    assert password == "" or password not in str(caught.value)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "青山绿水长流不息千里万里",
        "k7#Vq9!xLm2z",
        "my password is a duck on ice",
        "x7Kpü" * 200,
    ],
)
def test_a_password_of_several_words_is_taken(password: str) -> None:
    check_new_password(password, "zhangsan")


def test_nothing_is_hashed_when_the_module_is_imported() -> None:
    assert "PasswordHasher()" not in inspect.getsource(passwords).split("class Passwords")[0]
