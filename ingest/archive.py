"""Unpack ZIP files of documents: names made safe, bombs refused while they are inflated, one archive inside another read."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ingest.archive_names import UnsafeNameError, clean_name, is_litter, member_name
from ingest.loaders.limits import Limits
from rag.errors import SourceError

_CHUNK = 1 << 18
_MAX_RATIO = 500
"""Text of repeated lines deflates to 1 : 200 at most in practice; DEFLATE's own bound is 1 : 1032."""
_RATIO_FROM_BYTES = 10 << 20
_MAX_DEPTH = 1
"""Archives inside the archive that are opened; deeper ones are named as problems."""
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, NotImplementedError, OSError)


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """One file out of an archive: its name inside, with forward slashes, and where it lies now."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of an archive, and why the rest did not: pairs of a member's name and the reason."""

    files: tuple[UnpackedFile, ...]
    problems: tuple[tuple[str, str], ...]


class _RefusedError(Exception):
    """A member that is left out, with the reason."""


class _FullError(Exception):
    """The whole archive has given as much as it may."""


class _Unpacker:
    """Keeps the bounds over an archive and those inside it; files are called by number, so no name reaches the disk."""

    def __init__(self, target: Path, limits: Limits) -> None:
        self._target = target
        self._limits = limits
        self._left = limits.max_unpacked_mb << 20
        self._members = 0
        self._taken: set[str] = set()
        self.files: list[UnpackedFile] = []
        self.problems: list[tuple[str, str]] = []

    def archive(self, path: Path, prefix: str, depth: int) -> None:
        """Take every member of the archive at ``path``; those inside another archive get its name in front."""
        with _opened(path) as package:
            members = [member for member in package.infolist() if not member.is_dir()]
            self._members += len(members)
            if self._members > self._limits.max_members:
                raise _FullError(f"holds more than {self._limits.max_members} files")
            overlapping = _overlapping(members)
            for member in members:
                shown = prefix + member_name(member)
                try:
                    if member in overlapping:
                        raise _RefusedError("shares its bytes with another member")
                    self._member(package, member, prefix, depth)
                except (_RefusedError, UnsafeNameError) as error:
                    self.problems.append((_printable(shown), str(error)))

    def _member(self, package: zipfile.ZipFile, member: zipfile.ZipInfo, prefix: str, depth: int) -> None:
        inner = member_name(member)
        if is_litter(inner):
            return
        name = prefix + clean_name(inner)
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise _RefusedError("is a link or a special file")
        if member.flag_bits & 1:
            raise _RefusedError("encrypted")
        if name in self._taken:
            raise _RefusedError("stands in the archive twice")
        is_archive = name.lower().endswith(".zip")
        if is_archive and depth >= _MAX_DEPTH:
            raise _RefusedError("an archive inside an archive inside an archive")
        self._taken.add(name)
        path = self._target / f"{len(self._taken):05d}{PurePosixPath(name).suffix.lower()[:10]}"
        try:
            self._write(package, member, path)
        except _READ_ERRORS as error:
            path.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno is not None:
                raise  # the disk, not the archive
            raise _RefusedError(f"damaged ({type(error).__name__})") from error
        except (_RefusedError, _FullError):
            path.unlink(missing_ok=True)
            raise
        if is_archive:
            self._inner(path, name, depth)
        else:
            self.files.append(UnpackedFile(name, path))

    def _inner(self, path: Path, name: str, depth: int) -> None:
        try:
            self.archive(path, f"{name}/", depth + 1)
        except zipfile.BadZipFile as error:
            raise _RefusedError("a damaged archive") from error
        finally:
            path.unlink(missing_ok=True)

    def _write(self, package: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
        """Inflate a member to ``path``, counting what really comes; the sizes in the header are not believed."""
        size = 0
        with package.open(member) as stream, path.open("xb") as copy:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                self._left -= len(chunk)
                if self._left < 0:
                    raise _FullError(f"unpacks to more than {self._limits.max_unpacked_mb} MB")
                if size > _RATIO_FROM_BYTES and size > member.compress_size * _MAX_RATIO:
                    raise _RefusedError(f"inflates to over {_MAX_RATIO} times its size")
                copy.write(chunk)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except _READ_ERRORS as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise zipfile.BadZipFile(str(error)) from error


def _overlapping(members: list[zipfile.ZipInfo]) -> set[zipfile.ZipInfo]:
    """Return the members whose bytes overlap: one small block of data read as many files is a bomb (Fifield, 2019)."""
    stretches = sorted(members, key=lambda member: member.header_offset)
    found: set[zipfile.ZipInfo] = set()
    end = -1
    for member in stretches:
        if member.header_offset < end:
            found.add(member)
        # 30 bytes of local header, the name, the data; the name there is as long as in the directory or the file is odd.
        end = max(end, member.header_offset + 30 + member.compress_size)
    return found


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in name)[:200]


def unpack(path: Path, target: Path, limits: Limits) -> Unpacked:
    """Write the files of a ZIP archive into ``target``, an existing empty folder, and return them in their order.

    Chinese names without the UTF-8 flag are read as GB18030. Archives inside are opened one level deep, their members
    are called ``inner.zip/…``. Unknown formats come out too; ``__MACOSX``, ``.DS_Store`` and ``~$`` files do not.
    A member that is encrypted, damaged, a link, called unsafely or a bomb is a problem, the others are still read.

    Raises:
        SourceError: no ZIP archive, more files than ``limits.max_members``, or more content than
            ``limits.max_unpacked_mb``; what was written until then is removed.
        OSError: the disk is full or cannot be written.
    """
    unpacker = _Unpacker(target, limits)
    try:
        unpacker.archive(path, "", 0)
    except _FullError as error:
        _clear(target)
        raise SourceError(f"{path.name}: {error}, refused") from error
    except zipfile.BadZipFile as error:
        _clear(target)
        raise SourceError(f"{path.name}: no ZIP archive, or a damaged one") from error
    return Unpacked(tuple(unpacker.files), tuple(unpacker.problems))


def _clear(target: Path) -> None:
    for entry in list(target.iterdir()):
        with suppress(OSError):
            entry.unlink()
