"""Read one page or file from the web for an ingest, without letting its address reach anything private.

Connections are made by :mod:`ingest.web_connection`. Proxies of the environment are not used: behind one, nobody could
tell where a connection ends.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urljoin

import httpcore

from ingest.web_addresses import WebAddress, parse_address, source_for
from ingest.web_connection import PUBLIC, CheckedBackend, Deadline, NotAllowedError, Policy, Resolve, resolve
from rag.errors import SourceError

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = [("User-Agent", "policychat-ingest"), ("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate")]
_CHUNK_BYTES = 65_536

_EXTENSIONS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/csv": ".csv",
    "application/csv": ".csv",
    "application/pdf": ".pdf",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/tiff": ".tiff",
}
_UNTYPED = frozenset(
    {"", "application/octet-stream", "binary/octet-stream", "application/download", "application/force-download"}
)
"""Types that say nothing: the name of the file decides."""
_BY_NAME = {extension: media_type for media_type, extension in reversed(_EXTENSIONS.items())} | {
    ".htm": "text/html",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
}
_FILE_NAME = re.compile(r"filename\*\s*=\s*[\w-]*'[^']*'([^;]+)|filename\s*=\s*\"?([^\";]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page that lies in a file now. ``url`` is where it was found after redirects; ``source`` names it for ingest."""

    source: str
    path: Path
    url: str
    media_type: str


def _header(response: httpcore.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), "").strip()


def _redirected(address: WebAddress, location: str, policy: Policy) -> WebAddress:
    if not location:
        raise SourceError(f"{address.url}: the redirect names no address")
    target = parse_address(urljoin(address.url, location), any_port=policy.any_port)
    if address.scheme == "https" and target.scheme == "http":
        raise SourceError(f"{address.url}: a redirect from https to http is not followed")
    return target


def _extension(address: WebAddress, media_type: str, disposition: str) -> tuple[str, str]:
    """Return the extension and media type of a file, by its declared type or, if that says nothing, by its name."""
    if media_type in _EXTENSIONS:
        return _EXTENSIONS[media_type], media_type
    if media_type not in _UNTYPED:
        raise SourceError(f"{address.url}: files of type {media_type[:60]} are not read")
    named = _FILE_NAME.search(disposition)
    names = [unquote((named[1] or named[2]).strip()) if named else "", unquote(address.target.partition("?")[0])]
    for name in names:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix in _BY_NAME:
            extension = _EXTENSIONS[_BY_NAME[suffix]]
            return extension, _BY_NAME[suffix]
    raise SourceError(f"{address.url}: neither a type nor an extension tells what this file is")


def _inflated(address: WebAddress, response: httpcore.Response) -> Iterator[bytes]:
    """Yield the body as it was before compression, never more than a chunk at a time: a small body may unpack to gigabytes."""
    encoding = _header(response, b"content-encoding").lower()
    if encoding in ("", "identity"):
        yield from response.iter_stream()
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise SourceError(f"{address.url}: the server compresses with {encoding[:40]}, which was not asked for")
    unpacker = zlib.decompressobj(wbits=47 if "gzip" in encoding else 15)
    for packed in response.iter_stream():
        rest = packed
        while rest and not unpacker.eof:
            yield unpacker.decompress(rest, _CHUNK_BYTES)
            rest = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise SourceError(f"{address.url}: the compressed body is cut short")


def _save(address: WebAddress, response: httpcore.Response, path: Path, max_bytes: int) -> None:
    """Write the body to ``path``, which appears only when it is complete."""
    declared = _header(response, b"content-length")
    if declared.isascii() and declared.isdigit() and int(declared) > max_bytes:
        raise SourceError(f"{address.url}: larger than {max_bytes // 1_000_000} MB")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    size = 0
    try:
        with partial.open("wb") as file:
            for chunk in _inflated(address, response):
                size += len(chunk)
                if size > max_bytes:
                    raise SourceError(f"{address.url}: larger than {max_bytes // 1_000_000} MB")
                file.write(chunk)
        if not size:
            raise SourceError(f"{address.url}: the page is empty")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def fetch(
    address: str,
    target: Path,
    *,
    timeout_s: float,
    max_mb: int,
    policy: Policy = PUBLIC,
    lookup: Resolve = resolve,
) -> FetchedPage:
    """Download one page or file into the folder ``target``, under its ``source``.

    Up to five redirects are followed, each checked like the first address, none from https to http. ``timeout_s`` ends
    everything, also a body that comes drop by drop; ``max_mb`` counts the body as it unpacks.

    Raises:
        SourceError: the address may not or cannot be read; the message names it and says why.
    """
    here = first = parse_address(address, any_port=policy.any_port)
    backend = CheckedBackend(policy, Deadline(timeout_s), lookup)
    try:
        with httpcore.ConnectionPool(network_backend=backend, retries=0) as pool:
            for _ in range(MAX_REDIRECTS + 1):
                with pool.stream("GET", here.url.encode(), headers=_HEADERS) as response:
                    if response.status in _REDIRECTS:
                        here = _redirected(here, _header(response, b"location"), policy)
                        continue
                    if response.status != 200:
                        raise SourceError(f"{here.url}: the server answered {response.status}")
                    declared = _header(response, b"content-type").partition(";")[0].strip().lower()
                    extension, media_type = _extension(here, declared, _header(response, b"content-disposition"))
                    source = source_for(first, extension)
                    path = target / source
                    _save(here, response, path, max_mb * 1_000_000)
                    return FetchedPage(source, path, here.url, media_type)
    except NotAllowedError as error:
        raise SourceError(f"{here.url}: {error}") from error
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise SourceError(f"{here.url}: not complete after {timeout_s:g} s") from error
    except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as error:
        raise SourceError(f"{here.url}: cannot be read ({str(error) or type(error).__name__})") from error
    except OSError as error:
        raise SourceError(f"{here.url}: cannot be written ({error.strerror or error})") from error
    raise SourceError(f"{first.url}: more than {MAX_REDIRECTS} redirects")
