"""Old binary workbooks, written record by record: no writer of the format is among the dependencies."""

from __future__ import annotations

import struct

import pytest

from ingest.loaders import load_bytes
from ingest.loaders.limits import Limits
from ingest.loaders.ole_stream import ole_stream
from rag.errors import SourceError

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def label(row: int, column: int, text: str) -> bytes:
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def number(row: int, column: int, value: float, style: int = 0) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, style, value))


def sheet_stream(cells: bytes, dimensions: tuple[int, int, int, int] = (0, 10, 0, 5)) -> bytes:
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    return start + record(0x0200, struct.pack("<IIHHH", *dimensions, 0)) + cells + record(0x000A)


def workbook(sheets: dict[str, bytes], before: bytes = b"") -> bytes:
    """Return an OLE file whose stream ``Workbook`` holds these sheets; cell format 1 shows percentages."""
    styles = record(0x00E0, struct.pack("<HH16x", 0, 0)) + record(0x00E0, struct.pack("<HH16x", 0, 9))
    opening = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x05, 0, 0, 0, 0)) + before + styles
    bounds = sum(12 + 2 * len(name) for name in sheets)
    at = len(opening) + bounds + 4
    listed = b""
    for name, stream in sheets.items():
        listed += record(0x0085, struct.pack("<IHBB", at, 0, len(name), 1) + name.encode("utf-16-le"))
        at += len(stream)
    return contained(opening + listed + record(0x000A) + b"".join(sheets.values()))


def contained(stream: bytes, name: str = "Workbook") -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    sectors = len(stream) // SECTOR
    table = [FAT, END, *range(3, sectors + 2), END]
    table += [FREE] * (SECTOR // 4 - len(table))

    def entry(called: str, kind: int, start: int, size: int, child: int = FREE) -> bytes:
        raw = called.encode("utf-16-le").ljust(64, b"\0")
        head = struct.pack("<HBBIII", 2 * len(called) + 2, kind, 1, FREE, FREE, child)
        return raw + head + bytes(36) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, END, 0, 1) + entry(name, 2, 2, len(stream)) + bytes(256)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    return header + struct.pack(f"<{SECTOR // 4}I", *table) + directory + stream


ROWS = label(0, 0, "项目") + label(0, 1, "比例") + label(1, 0, "门诊") + number(1, 1, 0.7, 1)


def test_rows_are_read_with_percentages_as_they_are_shown() -> None:
    loaded = load_bytes("A.XLS", workbook({"表": sheet_stream(ROWS)}))
    assert [block.text for block in loaded.blocks] == ["项目: 门诊；比例: 70%"]
    assert loaded.media_type == "application/vnd.ms-excel"


def test_hidden_rows_and_columns_are_left_out_and_counted() -> None:
    row = record(0x0208, struct.pack("<HHHHHHHH", 2, 0, 3, 255, 0, 0, 0x20, 0))
    column = record(0x007D, struct.pack("<HHHHHH", 2, 2, 0, 0, 1, 0))
    cells = ROWS + label(0, 2, "成本") + label(1, 2, "密") + label(2, 0, "住院") + number(2, 1, 0.8, 1)
    loaded = load_bytes("a.xls", workbook({"表": sheet_stream(column + row + cells)}))
    assert [block.text for block in loaded.blocks] == ["项目: 门诊；比例: 70%"]
    assert loaded.repairs == {"hidden_text": 2}
    assert "住院 80%" in loaded.samples["hidden_text"]


def test_an_encrypted_workbook_is_refused() -> None:
    with pytest.raises(SourceError, match=r"a\.xls: encrypted"):
        load_bytes("a.xls", workbook({"表": sheet_stream(ROWS)}, before=record(0x002F, bytes(54))))


def test_more_rows_than_the_limit_are_refused() -> None:
    cells = b"".join(number(row, 0, 1.0) for row in range(5))
    with pytest.raises(SourceError, match=r"a\.xls: more than 4 rows"):
        load_bytes("a.xls", workbook({"表": sheet_stream(cells)}), Limits(max_rows=4))


def test_two_cells_in_opposite_corners_are_refused_before_a_grid_is_made() -> None:
    cells = number(0, 0, 1.0) + number(65_535, 255, 1.0)
    with pytest.raises(SourceError, match="too far apart"):
        load_bytes("a.xls", workbook({"表": sheet_stream(cells, (0, 65_536, 0, 256))}))


@pytest.mark.parametrize("dimensions", [(206, 5, 0, 3), (0, 4_000_000_000, 0, 3), (0, 5, 9, 3), (0, 5, 0, 60_000)])
def test_dimensions_that_would_reserve_all_memory_are_refused(dimensions: tuple[int, int, int, int]) -> None:
    with pytest.raises(SourceError, match="damaged"):
        load_bytes("a.xls", workbook({"表": sheet_stream(ROWS, dimensions)}))


def test_a_container_without_a_workbook_is_refused() -> None:
    with pytest.raises(SourceError, match="no workbook"):
        load_bytes("a.xls", contained(b"text", "WordDocument"))


def test_a_chain_of_sectors_that_bites_its_tail_ends() -> None:
    data = bytearray(workbook({"表": sheet_stream(ROWS)}))
    data[SECTOR + 8 : SECTOR + 12] = struct.pack("<I", 2)  # the stream's first sector follows itself
    stream = ole_stream(bytes(data), "Workbook")
    assert stream is not None
    assert len(stream) <= 4096


@pytest.mark.parametrize("length", [8, 100, 600, 1100])
def test_a_truncated_container_is_refused(length: int) -> None:
    with pytest.raises(SourceError, match=r"a\.xls: "):
        load_bytes("a.xls", workbook({"表": sheet_stream(ROWS)})[:length])
