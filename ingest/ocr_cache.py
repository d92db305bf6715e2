"""Pages that text recognition read before, so that an update does not repeat minutes of it.

The key is the digest of the file, the page and the fingerprint of engine and settings, so nothing stale can be read.
The cache may be deleted at any time.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from ingest.cache_file import CacheFile
from ingest.loaders.ocr import RecognisedPage
from ingest.loaders.page_text import Line


def _written(page: RecognisedPage) -> str:
    return json.dumps(asdict(page), ensure_ascii=False)


def _read(text: str) -> RecognisedPage:
    values = json.loads(text)
    return RecognisedPage(
        lines=tuple(Line(**line) for line in values["lines"]),
        confidence=float(values["confidence"]),
        low_confidence_lines=tuple(values["low_confidence_lines"]),
    )


class OcrCache(CacheFile):
    """Recognised pages by engine, file and page."""

    name = "OCR cache"
    schema = (
        "CREATE TABLE IF NOT EXISTS pages (engine TEXT, sha256 TEXT, page INTEGER, recognised TEXT NOT NULL,"
        " PRIMARY KEY (engine, sha256, page)) WITHOUT ROWID",
    )

    def pages(self, sha256: str, engine: str) -> dict[int, RecognisedPage]:
        """Return the pages of a file that ``engine`` (:func:`ingest.loaders.ocr.fingerprint`) read before.

        A page whose record cannot be understood is left out, and so read again.

        Raises:
            NotAvailableError: the cache cannot be read.
        """
        with self._translated():
            rows = self._connection.execute(
                "SELECT page, recognised FROM pages WHERE engine = ? AND sha256 = ?", (engine, sha256)
            ).fetchall()
        found = {}
        for page, recognised in rows:
            try:
                found[int(page)] = _read(recognised)
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def keep(self, sha256: str, engine: str, page: int, recognised: RecognisedPage) -> None:
        """Keep one page; it is on the disk when this returns, so a killed ingest goes on where it was.

        Raises:
            NotAvailableError: the cache cannot be written.
        """
        with self._translated():
            self._connection.execute(
                "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?)", (engine, sha256, page, _written(recognised))
            )
            self._connection.commit()
