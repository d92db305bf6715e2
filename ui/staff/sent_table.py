"""Send a table as a file for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from fastapi.responses import StreamingResponse

from ui.accounts.doors import NO_STORE
from ui.spreadsheet import csv_line

_LINES_AT_ONCE = 200


def sent_table(name: str, headings: Iterable[str], rows: Iterable[Iterable[str]]) -> StreamingResponse:
    """Return a table as a file to be saved under ``name``; ``rows`` are read while it is sent."""

    def lines() -> Iterator[str]:
        # The mark without which a spreadsheet takes Chinese for Western European.
        yield "\ufeff" + csv_line(headings)
        written = (csv_line(row) for row in rows)
        while some := "".join(islice(written, _LINES_AT_ONCE)):
            yield some

    headers = {**NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)
