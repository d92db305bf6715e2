"""Names of files that the site hands out."""

from __future__ import annotations

import pytest

from ui.attachments import disposition, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("规划 2026.pdf", "规划 2026.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a"; filename="b.exe', "a_ filename=_b.exe"),
        ("甲\r\nSet-Cookie: x=1.txt", "甲 Set-Cookie_ x=1.txt"),
        ("fdp.\u202egpj.exe", "fdp.gpj.exe"),
        ("\ud800.pdf", "_.pdf"),
        ("...", "original"),
        ("", "original"),
        ("CON:<>|?*.docx", "CON_.docx"),
        ("长" * 300 + ".docx", "长" * 58 + ".docx"),
    ],
)
def test_a_hostile_name_becomes_one_that_every_system_can_save(name: str, safe: str) -> None:
    assert safe_name(name) == safe
    header = disposition(name, "original")
    assert header.isascii()
    assert header.count("filename=") == 1 + header.partition("filename=")[2].partition('"; ')[0].count("filename=")
    assert not set("\r\n") & set(header)
    assert header.count('"') == 2


def test_the_header_of_a_name_is_plain_ascii() -> None:
    header = disposition("政策问答 老年人's.pdf", "answer")
    assert header.isascii()
    assert header.startswith("attachment; filename=\"answer.pdf\"; filename*=UTF-8''%E6%94%BF")
    assert "'s" not in header
