"""Hand out the file that a document was read from, as it came.

Originals lie under the digest of their bytes, so what is handed out can be held to that digest.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path, PurePosixPath

from rag.domain import Document, OriginalFile
from rag.errors import NotAvailableError, UnknownIdError

_DIGEST = re.compile(r"[0-9a-f]{64}")
_FILES_REMEMBERED = 1024


def original_of(document: Document, version: int | None, sources: Path) -> OriginalFile:
    """Return the original of a version of a document, the current one where none is named.

    One part of a compilation comes as the whole compilation.

    Raises:
        UnknownIdError: the document has no such version.
        NotAvailableError: the original is not kept any more, or its bytes are not those that were read.
    """
    wanted = document.version if version is None else version
    digests = {kept.version: kept.sha256 for kept in document.versions} | {document.version: document.sha256}
    if wanted not in digests:
        raise UnknownIdError(f"{document.source} has no version {wanted}")
    digest = digests[wanted]
    path = sources / digest
    if not _DIGEST.fullmatch(digest) or not _is_intact(path):
        raise NotAvailableError(f"the original of version {wanted} of {document.source} is not kept")
    name = PurePosixPath(document.container or document.source)
    file_name = name.name if wanted == document.version else f"{name.stem}-v{wanted}{name.suffix}"
    return OriginalFile(path, document.media_type, file_name)


def _is_intact(path: Path) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return _has_its_digest(path, found.st_mtime_ns, found.st_size)


# A browser asks for a large file part by part; the whole of it is digested for the first part only.
@lru_cache(maxsize=_FILES_REMEMBERED)
def _has_its_digest(path: Path, _mtime_ns: int, _size: int) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == path.name
    except OSError:
        return False
