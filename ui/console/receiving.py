"""Read a form with files as it comes in: the files go straight to the disk, whatever their number and size.

The framework's own reading keeps every file below a megabyte in memory and every larger one open in the system's
folder for temporary files, which is memory, too, on many machines; a folder of a thousand files would fill either.
"""

from __future__ import annotations

import asyncio
from typing import BinaryIO

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from rag.errors import NotAvailableError
from ui.console.staging import Staging

_MOST_FIELD_BYTES = 64 * 1024
_MOST_FIELDS = 20
_MOST_HEADER_BYTES = 16 * 1024


class _Form:
    """Takes the parts of a form, called by the parser in their order."""

    def __init__(self, staging: Staging, most_files: int) -> None:
        self.fields: dict[str, str] = {}
        self._staging = staging
        self._most_files = most_files
        self._files = 0
        self._header = (bytearray(), bytearray())
        self._disposition = b""
        self._name = ""
        self._target: BinaryIO | None = None
        self._value: bytearray | None = None

    def parser(self, boundary: bytes) -> MultipartParser:
        """Return the parser that calls this."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._more(0, data[start:end]),
                "on_header_value": lambda data, start, end: self._more(1, data[start:end]),
                "on_header_end": self._header_end,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self.close,
            },
        )

    def _begin(self) -> None:
        self._disposition = b""

    def _more(self, side: int, data: bytes) -> None:
        self._header[side].extend(data)
        if len(self._header[side]) > _MOST_HEADER_BYTES:
            raise FormParserError("a header is too long")

    def _header_end(self) -> None:
        field, value = (bytes(side) for side in self._header)
        self._header = (bytearray(), bytearray())
        if field.lower() == b"content-disposition":
            self._disposition = value

    def _headers_end(self) -> None:
        options = parse_options_header(self._disposition)[1]
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._target, self._value = None, None
        if b"filename" not in options:
            self._value = bytearray()
            if len(self.fields) >= _MOST_FIELDS:
                raise FormParserError("too many fields")
            return
        # A field for files in which nothing was chosen comes as a file without a name.
        if options[b"filename"]:
            self._files += 1
            if self._files > self._most_files:
                raise FormParserError("too many files")
            self._target = self._staging.create(options[b"filename"].decode("utf-8", "replace"))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._target is not None:
            self._target.write(data[start:end])
        elif self._value is not None:
            self._value.extend(data[start:end])
            if len(self._value) > _MOST_FIELD_BYTES:
                raise FormParserError("a field is too long")

    def close(self) -> None:
        """End the part that is being read."""
        if self._target is not None:
            self._target.close()
        elif self._value is not None:
            self.fields.setdefault(self._name, self._value.decode("utf-8", "replace"))
        self._target, self._value = None, None


def boundary_of(request: Request) -> bytes | None:
    """Return what parts the fields of a form with files, None where a request brings no such form."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    return (options.get(b"boundary") or None) if kind == b"multipart/form-data" else None


async def receive(request: Request, boundary: bytes, staging: Staging, most_files: int) -> dict[str, str]:
    """Write the files of a form into ``staging`` and return its other fields, the first of each name.

    Raises:
        HTTPException: 400, what came is no form or has too many files.
        NotAvailableError: the disk cannot be written to.
    """
    form = _Form(staging, most_files)
    try:
        parser = form.parser(boundary)
        async for chunk in request.stream():
            # In a thread: a slow disk must not keep everybody else waiting.
            await asyncio.to_thread(parser.write, chunk)
        await asyncio.to_thread(parser.finalize)
    except (FormParserError, ClientDisconnect) as error:
        raise HTTPException(400, "not a whole form") from error
    except OSError as error:
        raise NotAvailableError(f"{staging.folder} cannot be written to: {error.strerror or error}") from error
    finally:
        form.close()
    return form.fields
