"""Look through an old binary workbook ([MS-XLS]) before it is opened, as ``sheet_survey`` does for zipped ones."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ingest.loaders.limits import Limits
from ingest.loaders.ole_stream import ole_stream
from ingest.loaders.sheet_survey import PERCENT_FORMATS, Extent, SheetFacts
from rag.errors import SourceError

_BOF, _EOF, _FILEPASS, _BOUNDSHEET, _XF, _FORMAT = 0x0809, 0x000A, 0x002F, 0x0085, 0x00E0, 0x041E
_DIMENSIONS, _ROW, _COLINFO, _MULRK = 0x0200, 0x0208, 0x007D, 0x00BD
_CELLS = frozenset({0x0006, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})
"""FORMULA, RSTRING, LABELSST, NUMBER, LABEL, BOOLERR, RK: all begin with row, column, cell format."""
_MAX_ROWS, _MAX_COLUMNS = 65_536, 256
_BIFF8_DIMENSIONS_BYTES = 14
_HIDDEN_ROW = 0x20


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one substream, those of charts inside it left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1:
            yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _unicode(content: bytes, length: int, flags: int) -> str:
    return content[: length * 2].decode("utf-16-le", "replace") if flags & 1 else content[:length].decode("latin-1")


def survey_xls(name: str, data: bytes, limits: Limits) -> dict[str, SheetFacts]:
    """Return facts about each sheet of an XLS file, by the sheet's name.

    Raises:
        SourceError: encrypted, damaged, more rows than ``limits.max_rows``, or cells that lie too far apart.
    """
    try:
        stream = ole_stream(data, "Workbook", "Book")
        if stream is None:
            raise SourceError(f"{name}: the file is damaged or no workbook")
        return _survey(name, stream, Extent(name, limits))
    except (ValueError, struct.error) as error:
        raise SourceError(f"{name}: the spreadsheet is damaged and cannot be read ({error})") from error


def _survey(name: str, stream: bytes, extent: Extent) -> dict[str, SheetFacts]:
    sheets: list[tuple[str, int]] = []
    formats: set[str] = set(PERCENT_FORMATS)
    styles: list[str] = []
    for kind, content in _records(stream, 0):
        if kind == _FILEPASS:
            raise SourceError(f"{name}: encrypted; save it without a password")
        if kind == _BOUNDSHEET:
            start, _, length, flags = struct.unpack_from("<IHBB", content)
            sheets.append((_unicode(content[8:], length, flags), start))
        elif kind == _XF:
            styles.append(str(struct.unpack_from("<H", content, 2)[0]))
        elif kind == _FORMAT and len(content) > 5:
            number, length, flags = struct.unpack_from("<HHB", content)
            if "%" in _unicode(content[5:], length, flags):
                formats.add(str(number))
    percents = {at for at, style in enumerate(styles) if style in formats}
    facts: dict[str, SheetFacts] = {}
    for title, start in sheets:
        extent.next_sheet()
        facts[title] = _survey_sheet(name, stream, start, percents, extent)
    return facts


def _check_dimensions(name: str, top: int, bottom: int, left: int, right: int) -> None:
    # The library reserves memory for what this record says, also for the difference of an end before its start.
    if not (top <= bottom <= _MAX_ROWS and left <= right <= _MAX_COLUMNS):
        stated = f"rows {top} to {bottom}, columns {left} to {right}"
        raise SourceError(f"{name}: the spreadsheet is damaged and cannot be read ({stated})")


def _survey_sheet(name: str, stream: bytes, start: int, percents: set[int], extent: Extent) -> SheetFacts:
    facts = SheetFacts()
    rows: set[int] = set()
    for kind, content in _records(stream, start):
        if kind == _DIMENSIONS and len(content) >= _BIFF8_DIMENSIONS_BYTES:
            _check_dimensions(name, *struct.unpack_from("<IIHH", content))
        elif kind == _ROW and struct.unpack_from("<H", content, 12)[0] & _HIDDEN_ROW:
            facts.hidden_rows.add(struct.unpack_from("<H", content)[0])
        elif kind == _COLINFO and struct.unpack_from("<H", content, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", content)
            facts.hidden_columns.update(range(first, min(last, _MAX_COLUMNS - 1) + 1))
        elif kind in _CELLS or kind == _MULRK:
            row, column = struct.unpack_from("<HH", content)
            several = kind == _MULRK
            columns = [(column + at, 6 * at + 4) for at in range((len(content) - 6) // 6)] if several else [(column, 4)]
            for column_at, offset in columns:
                if struct.unpack_from("<H", content, offset)[0] in percents:
                    facts.percents.add((row, column_at))
            extent.add(row, column + max(len(columns), 1), 0 if row in rows else 1)
            rows.add(row)
    return facts
