from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from ingest.archive import Unpacked, unpack
from ingest.archive_names import member_name
from ingest.loaders.limits import DEFAULT_LIMITS, Limits
from rag.errors import SourceError


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as package:
        for name, content in members.items():
            package.writestr(name, content)
    return buffer.getvalue()


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """Write other name bytes of the same length into both headers."""
    assert len(old) == len(new)
    assert data.count(old) == 2
    return data.replace(old, new)


class Place:
    def __init__(self, folder: Path) -> None:
        self.outside = folder
        self.target = folder / "target"
        self.target.mkdir()

    def unpack(self, data: bytes, limits: Limits = DEFAULT_LIMITS) -> Unpacked:
        path = self.outside / "a.zip"
        path.write_bytes(data)
        return unpack(path, self.target, limits)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def contents(unpacked: Unpacked) -> dict[str, bytes]:
    return {file.name: file.path.read_bytes() for file in unpacked.files}


def test_files_keep_their_folders_and_lie_inside_the_target(place: Place) -> None:
    unpacked = place.unpack(packed({"通知/体检.txt": "甲".encode(), "b.XYZ": b"2"}))
    assert contents(unpacked) == {"通知/体检.txt": "甲".encode(), "b.XYZ": b"2"}
    assert all(file.path.parent == place.target for file in unpacked.files)
    assert [file.path.suffix for file in unpacked.files] == [".txt", ".xyz"]
    assert unpacked.problems == ()


@pytest.mark.parametrize(
    ("name", "charset"),
    [("医保报销.txt", "gb18030"), ("健康中国行动方案", "gb18030"), ("醫療保險條例.txt", "big5"), ("体检.txt", "utf-8")],
)
def test_a_name_without_the_flag_is_read_in_the_charset_it_was_written_in(
    place: Place, name: str, charset: str
) -> None:
    raw = name.encode(charset)
    data = renamed(packed({"x" * len(raw): b"1"}), b"x" * len(raw), raw)
    assert list(contents(place.unpack(data))) == [name]


def test_a_name_in_the_unicode_field_wins_over_the_bytes() -> None:
    member = zipfile.ZipInfo("÷")
    stated = b"\x01" + b"\0\0\0\0" + "体检.txt".encode()
    member.extra = struct.pack("<HH", 0x7075, len(stated)) + stated
    assert member_name(member) == "体检.txt"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x.txt", "leads out"),
        ("a/../../x.txt", "leads out"),
        ("..\\x.txt", "leads out"),
        ("/etc/x.txt", "absolute"),
        ("\\\\host\\x.txt", "absolute"),
        ("C:\\x.txt", "absolute"),
        ("a\nb.txt", "control characters"),
        ("a\x1b[2Jb.txt", "control characters"),
        ("長" * 100 + ".txt", "too long"),
        ("a/" * 40 + "x.txt", "too long"),
    ],
)
def test_an_unsafe_name_is_a_problem_and_the_others_are_read(place: Place, name: str, reason: str) -> None:
    unpacked = place.unpack(packed({name: b"1", "good.txt": b"2"}))
    assert contents(unpacked) == {"good.txt": b"2"}
    ((shown, why),) = unpacked.problems
    assert reason in why
    assert shown.isprintable()
    assert {path.name for path in place.outside.iterdir()} == {"a.zip", "target"}


def test_invisible_signs_leave_the_name(place: Place) -> None:
    assert list(contents(place.unpack(packed({"\u202a体\u200b检.txt": b"1"})))) == ["体检.txt"]


def test_links_and_special_files_are_refused(place: Place) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, kind in (("link.txt", stat.S_IFLNK), ("pipe.txt", stat.S_IFIFO), ("file.txt", stat.S_IFREG)):
            member = zipfile.ZipInfo(name)
            member.external_attr = (kind | 0o777) << 16
            package.writestr(member, "/etc/passwd")
    unpacked = place.unpack(buffer.getvalue())
    assert list(contents(unpacked)) == ["file.txt"]
    assert [name for name, _ in unpacked.problems] == ["link.txt", "pipe.txt"]


def test_an_archive_inside_is_opened_and_one_inside_that_is_not(place: Place) -> None:
    deepest = packed({"c.txt": b"3"})
    inner = packed({"b.txt": b"2", "deep.zip": deepest})
    unpacked = place.unpack(packed({"a.txt": b"1", "附件/inner.ZIP": inner}))
    assert contents(unpacked) == {"a.txt": b"1", "附件/inner.ZIP/b.txt": b"2"}
    assert unpacked.problems == (("附件/inner.ZIP/deep.zip", "an archive inside an archive inside an archive"),)
    assert len(list(place.target.iterdir())) == 2


def test_a_damaged_archive_inside_is_a_problem_of_its_own(place: Place) -> None:
    unpacked = place.unpack(packed({"inner.zip": b"no archive", "a.txt": b"1"}))
    assert contents(unpacked) == {"a.txt": b"1"}
    assert unpacked.problems == (("inner.zip", "a damaged archive"),)


def test_an_encrypted_member_is_a_problem_and_the_others_are_read(place: Place) -> None:
    data = bytearray(packed({"a.txt": b"1", "b.txt": b"2"}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    unpacked = place.unpack(bytes(data))
    assert contents(unpacked) == {"b.txt": b"2"}
    assert unpacked.problems == (("a.txt", "encrypted"),)


def test_a_damaged_member_is_a_problem_and_leaves_nothing_behind(place: Place) -> None:
    data = packed({"a.txt": b"first content", "b.txt": b"2"}, zipfile.ZIP_STORED)
    unpacked = place.unpack(data.replace(b"first content", b"other content"))
    assert contents(unpacked) == {"b.txt": b"2"}
    assert unpacked.problems == (("a.txt", "damaged (BadZipFile)"),)
    assert len(list(place.target.iterdir())) == 1


def test_a_bomb_is_refused_by_its_ratio(place: Place) -> None:
    unpacked = place.unpack(packed({"bomb.txt": b"0" * (30 << 20), "a.txt": b"1"}))
    assert contents(unpacked) == {"a.txt": b"1"}
    assert unpacked.problems == (("bomb.txt", "inflates to over 500 times its size"),)
    assert len(list(place.target.iterdir())) == 1


def test_the_sum_of_all_content_is_bounded_and_nothing_stays(place: Place) -> None:
    part = bytes(range(256)) * 2048
    data = packed({"a.txt": part, "inner.zip": packed({"b.txt": part}, zipfile.ZIP_STORED)}, zipfile.ZIP_STORED)
    with pytest.raises(SourceError, match=r"a\.zip: unpacks to more than 1 MB, refused"):
        place.unpack(data, Limits(max_unpacked_mb=1))
    assert list(place.target.iterdir()) == []


def test_a_size_that_the_header_understates_does_not_help_a_bomb(place: Place) -> None:
    data = bytearray(packed({"a.txt": b"0" * 5_000_000, "b.txt": b"2"}))
    true, stated = (5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert data.count(true) == 2
    unpacked = place.unpack(bytes(data).replace(true, stated), Limits(max_unpacked_mb=1))
    assert contents(unpacked) == {"b.txt": b"2"}
    assert [name for name, _ in unpacked.problems] == ["a.txt"]


def test_more_files_than_the_limit_are_refused_those_inside_counted(place: Place) -> None:
    data = packed({"a.txt": b"1", "inner.zip": packed({"b.txt": b"1", "c.txt": b"1"})})
    with pytest.raises(SourceError, match="holds more than 3 files"):
        place.unpack(data, Limits(max_members=3))
    assert len(place.unpack(data, Limits(max_members=4)).files) == 3


def test_members_that_share_their_bytes_are_refused(place: Place) -> None:
    data = packed({"a.txt": b"1" * 50, "b.txt": b"2" * 50}, zipfile.ZIP_STORED)
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    overlapping = data[: second + 42] + (5).to_bytes(4, "little") + data[second + 46 :]
    unpacked = place.unpack(overlapping)
    assert [name for name, _ in unpacked.problems] == ["b.txt"]
    assert list(contents(unpacked)) == ["a.txt"]


def test_a_name_that_stands_twice_is_read_once(place: Place) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("a.txt", b"1")
        package.writestr("./a.txt", b"2")
    unpacked = place.unpack(buffer.getvalue())
    assert contents(unpacked) == {"a.txt": b"1"}
    assert unpacked.problems == (("./a.txt", "stands in the archive twice"),)


def test_what_programs_leave_behind_is_skipped_in_silence(place: Place) -> None:
    litter = ["__MACOSX/._a.txt", "a/.DS_Store", "~$a.docx", "a/Thumbs.db", "leer/"]
    unpacked = place.unpack(packed(dict.fromkeys([*litter, "a/a.txt"], b"1")))
    assert list(contents(unpacked)) == ["a/a.txt"]
    assert unpacked.problems == ()


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", packed({"a.txt": b"1"})[:40]],
    # Named, because bytes of an archive hold the time of its making, and every process that
    # runs the tests has to collect the same names.
    ids=["empty", "no-archive", "cut-archive"],
)
def test_what_is_no_archive_is_refused_by_name(place: Place, data: bytes) -> None:
    with pytest.raises(SourceError, match=r"a\.zip: no ZIP archive"):
        place.unpack(data)
