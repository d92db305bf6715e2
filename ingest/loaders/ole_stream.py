"""Read one stream out of an OLE compound file ([MS-CFB]), the container of old binary office files."""

from __future__ import annotations

import struct

_HEADER_BYTES = 512
_ENTRY_BYTES = 128
_ROOT = 5
_STREAM = 2
_DIFAT_IN_HEADER = 109


class _Container:
    def __init__(self, data: bytes) -> None:
        self._data = data
        shift = struct.unpack_from("<H", data, 30)[0]
        if shift not in (9, 12):
            raise ValueError("unknown sector size")
        self._sector_bytes = 1 << shift
        self._table = self._read_table()

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._sector_bytes
        return self._data[start : start + self._sector_bytes]

    def _read_table(self) -> tuple[int, ...]:
        """Return for each sector the one that follows it."""
        places = list(struct.unpack_from(f"<{_DIFAT_IN_HEADER}I", self._data, 76))
        following = struct.unpack_from("<I", self._data, 68)[0]
        most = len(self._data) // self._sector_bytes
        for _ in range(most):
            sector = self._sector(following) if following < most else b""
            if len(sector) < self._sector_bytes:
                break
            *more, following = struct.unpack(f"<{self._sector_bytes // 4}I", sector)
            places += more
        joined = b"".join(self._sector(place) for place in places[: most + 1] if place < most)
        return struct.unpack(f"<{len(joined) // 4}I", joined[: len(joined) // 4 * 4])

    def chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        # A chain that bites its own tail ends when it has named every sector once.
        while number < len(self._table) and len(parts) <= len(self._table):
            parts.append(self._sector(number))
            number = self._table[number]
        return b"".join(parts)

    def stream(self, names: tuple[str, ...]) -> bytes | None:
        directory = self.chain(struct.unpack_from("<I", self._data, 48)[0])
        root = b""
        for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            entry = directory[at : at + _ENTRY_BYTES]
            length, kind = struct.unpack_from("<HB", entry, 64)
            start, size = struct.unpack_from("<II", entry, 116)
            if kind == _ROOT:
                root = self.chain(start)
            elif kind == _STREAM and entry[: max(length - 2, 0)].decode("utf-16-le", "replace") in names:
                if size >= struct.unpack_from("<I", self._data, 56)[0]:
                    return self.chain(start)[:size]
                return self._small(root, start)[:size]
        return None

    def _small(self, root: bytes, number: int) -> bytes:
        """Return a stream below the cut-off, which lies in 64-byte sectors inside the root's stream."""
        joined = self.chain(struct.unpack_from("<I", self._data, 60)[0])
        table = struct.unpack(f"<{len(joined) // 4}I", joined[: len(joined) // 4 * 4])
        parts: list[bytes] = []
        while number < len(table) and len(parts) <= len(table):
            parts.append(root[number * 64 : number * 64 + 64])
            number = table[number]
        return b"".join(parts)


def ole_stream(data: bytes, *names: str) -> bytes | None:
    """Return the first stream that has one of these names, None if there is none.

    Raises:
        ValueError: the container is damaged.
    """
    if len(data) < _HEADER_BYTES:
        raise ValueError("shorter than its own header")
    try:
        return _Container(data).stream(names)
    except struct.error as error:
        raise ValueError(str(error)) from error
