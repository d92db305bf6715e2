"""Sign answers, so that the browser can keep them and the server can know its own again without keeping anything.

A receipt is ``base64url(zlib(JSON)) + "." + base64url(HMAC-SHA256)`` (RFC 4648, section 5, without padding; RFC 2104): the
whole answer, the language and place it was asked in, and the time. Nothing in it is secret, as its holder has read it all; the
signature keeps others from putting words into our mouth.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.answer_record import from_record, to_record
from rag.catalogue.records import utc_text
from rag.domain import Answer
from rag.errors import NotAvailableError, UsageError
from ui.wording import Language

_LOG = logging.getLogger(__name__)

VERSION = 1
MAX_RECEIPT_CHARS = 60 * 1024
"""A list of forty long items fits, and a body that holds a receipt fits into what is read of any body (``ui.shell``)."""
MAX_RECORD_BYTES = 1024 * 1024
KEY_FILE = "secret.key"
KEY_BYTES = 32

_PURPOSE = b"policychat receipt\0"
"""Goes into every signature, so that the key can sign other things one day and none is taken for the other."""
_FORM = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})")
_ID_CHARS = 16


class ReceiptError(UsageError):
    """A receipt that this server did not sign, not with its present key, or in another version."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a receipt holds."""

    answer: Answer
    language: Language
    region: str | None
    """The place that was chosen on the page."""
    at: str
    """When it was answered: UTC, ISO 8601, to the second."""
    receipt_id: str
    """Names the answer: 16 hexadecimal digits."""
    record: Mapping[str, Any]
    """All of this as JSON values, to be kept; :meth:`Receipts.reissue` signs it again."""


class Receipts:
    """Signs answers and knows them again. Safe to use from several threads."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        """``key`` gives the 32 secret bytes; it is called once, when the first receipt is signed or read."""
        self._make_key = key
        self._made: bytes | None = None
        self._lock = threading.Lock()

    @property
    def _key(self) -> bytes:
        with self._lock:
            if self._made is None:
                self._made = self._make_key()
            return self._made

    def issue(self, answer: Answer, language: Language, region: str | None, at: datetime | None = None) -> str:
        """Return the receipt of an answer given at ``at`` (now, if none is given); ``""`` where it would be too long."""
        return self.reissue(
            {
                "version": VERSION,
                "answer": to_record(answer),
                "language": language.value,
                "region": region,
                "at": utc_text(at),
                # The same question twice in one second is two answers on the page, each with an id of its own.
                "mark": secrets.token_hex(4),
            }
        )

    def reissue(self, record: Mapping[str, Any]) -> str:
        """Sign a record of ours that was kept; the same record always gives the same receipt."""
        written = json.dumps(dict(record), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        # A question may hold half a pair of surrogates, which plain UTF-8 refuses.
        plain = written.encode("utf-8", "surrogatepass")
        if len(plain) > MAX_RECORD_BYTES:
            return ""
        packed = _to_text(zlib.compress(plain, 9))
        receipt = f"{packed}.{_to_text(self._signature(packed))}"
        return receipt if len(receipt) <= MAX_RECEIPT_CHARS else ""

    def open(self, receipt: str) -> Opened:
        """Return what a receipt holds.

        Raises:
            ReceiptError: it is too long, damaged, foreign, or of another version.
        """
        form = _FORM.fullmatch(receipt) if len(receipt) <= MAX_RECEIPT_CHARS else None
        if form is None:
            raise ReceiptError("this is no receipt")
        packed, signature = form.groups()
        expected = self._signature(packed)
        # Compared as text and in constant time: of some signatures there are several spellings.
        if not hmac.compare_digest(_to_text(expected), signature):
            raise ReceiptError("the receipt was not signed here")
        record = _unpacked(packed)
        return self._opened(record, expected.hex()[:_ID_CHARS])

    def _signature(self, packed: str) -> bytes:
        return hmac.new(self._key, _PURPOSE + packed.encode("ascii"), hashlib.sha256).digest()

    @staticmethod
    def _opened(record: Any, receipt_id: str) -> Opened:
        if not isinstance(record, dict) or record.get("version") != VERSION:
            raise ReceiptError("the receipt is of another version")
        try:
            return Opened(
                answer=from_record(record["answer"]),
                language=Language(record["language"]),
                region=record["region"],
                at=record["at"],
                receipt_id=receipt_id,
                record=record,
            )
        except (KeyError, ValueError) as error:
            raise ReceiptError("the receipt holds no answer of this version") from error


def receipt_id(receipt: str) -> str:
    """Return the id that a receipt claims, without looking whether it is ours; ``""`` where it is no receipt."""
    form = _FORM.fullmatch(receipt) if len(receipt) <= MAX_RECEIPT_CHARS else None
    return _to_bytes(form[2]).hex()[:_ID_CHARS] if form else ""


def receipts_in(data: Path) -> Receipts:
    """Return receipts whose key lies in a data folder; it is made when the first one is signed or read.

    Where the folder cannot be written, the key lasts as long as the process, and the log says so.
    """
    return Receipts(lambda: _kept_key(data))


def passing_receipts() -> Receipts:
    """Return receipts that are good as long as the process lives."""
    return Receipts(lambda: secrets.token_bytes(KEY_BYTES))


def _kept_key(data: Path) -> bytes:
    try:
        return key_in(data)
    except NotAvailableError as error:
        _LOG.warning("receipts are only good until the next start: %s", error)
        return secrets.token_bytes(KEY_BYTES)


def key_in(data: Path) -> bytes:
    """Return the key of a data folder. The first process to need it makes it, readable for its own user only.

    Raises:
        NotAvailableError: it cannot be read or made, or the file holds something else.
    """
    path = data / KEY_FILE
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise NotAvailableError(f"the key {path} cannot be read or made: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise NotAvailableError(
            f"{path} holds {len(key)} bytes, not the {KEY_BYTES} of a key; remove it to get a new one"
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new key beside its place and link it there, which fails where another process was first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            return
    finally:
        fresh.unlink(missing_ok=True)


def _unpacked(packed: str) -> Any:
    """Return the JSON of a signed record; inflated up to :data:`MAX_RECORD_BYTES` and no further."""
    try:
        inflating = zlib.decompressobj()
        plain = inflating.decompress(_to_bytes(packed), MAX_RECORD_BYTES)
        if not inflating.eof or inflating.unused_data:
            raise ReceiptError("the receipt is damaged or too large")
        return json.loads(plain.decode("utf-8", "surrogatepass"))
    except (zlib.error, binascii.Error, ValueError, RecursionError) as error:
        raise ReceiptError("the receipt cannot be read") from error


def _to_text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode("ascii").rstrip("=")


def _to_bytes(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
