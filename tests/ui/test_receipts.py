"""A receipt comes back as it went out, or not at all."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import stat
import threading
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from rag.catalogue import MAX_COMMENT_CHARS
from rag.domain import Answer, AnswerStatus, Question, Statement
from rag.errors import NotAvailableError
from tests.fakes import MEASURES, FakeAssistant, listed, sample_documents
from ui import receipts as module
from ui.receipts import (
    KEY_BYTES,
    KEY_FILE,
    MAX_RECEIPT_CHARS,
    ReceiptError,
    Receipts,
    key_in,
    passing_receipts,
    receipt_id,
    receipts_in,
)
from ui.shell import MAX_BODY_BYTES
from ui.wording import Language

KEY = bytes(range(32))
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ANSWER = listed(sample_documents()[0], MEASURES, "青石县有哪些保障措施？\ud800")
OURS = Receipts(lambda: KEY)
RECEIPT = OURS.issue(ANSWER, Language.ZH_HANT, "青石县", NOON)


def signed(record: object, *, packed: bytes | None = None) -> str:
    """Sign anything with our own key, as only a fault of ours could."""
    plain = zlib.compress(json.dumps(record).encode()) if packed is None else packed
    text = base64.urlsafe_b64encode(plain).decode().rstrip("=")
    signature = hmac.new(KEY, b"policychat receipt\0" + text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_a_receipt_holds_the_whole_answer_and_where_and_when_it_was_given() -> None:
    opened = OURS.open(RECEIPT)
    assert opened.answer == ANSWER
    assert (opened.language, opened.region, opened.at) == (Language.ZH_HANT, "青石县", "2026-03-01T12:00:00Z")
    assert OURS.open(OURS.issue(ANSWER, Language.EN, None)).region is None


def test_the_id_is_the_beginning_of_the_signature() -> None:
    signature = RECEIPT.partition(".")[2]
    expected = base64.urlsafe_b64decode(signature + "=").hex()[:16]
    assert OURS.open(RECEIPT).receipt_id == receipt_id(RECEIPT) == expected
    assert receipt_id("nothing") == ""


def test_a_kept_record_is_signed_again_to_the_same_receipt() -> None:
    kept = json.loads(json.dumps(dict(OURS.open(RECEIPT).record)))
    assert OURS.reissue(kept) == RECEIPT


@pytest.mark.parametrize("place", [0, 1, 10, -100, -44, -43, -2])
def test_a_receipt_that_was_changed_anywhere_is_refused(place: int) -> None:
    other = "A" if RECEIPT[place] != "A" else "B"
    with pytest.raises(ReceiptError):
        OURS.open(RECEIPT[:place] + other + RECEIPT[place + 1 :])


def test_another_spelling_of_the_same_signature_is_refused() -> None:
    # 43 characters carry two bits more than 32 bytes have: the last one has four spellings.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(RECEIPT[-1])
    spelled = RECEIPT[:-1] + alphabet[last ^ 1]
    assert base64.urlsafe_b64decode(spelled[-43:] + "=") == base64.urlsafe_b64decode(RECEIPT[-43:] + "=")
    with pytest.raises(ReceiptError):
        OURS.open(spelled)


def test_a_receipt_of_another_server_is_refused() -> None:
    with pytest.raises(ReceiptError, match="not signed here"):
        passing_receipts().open(RECEIPT)


@pytest.mark.parametrize(
    "receipt",
    [
        "",
        ".",
        "a.b",
        "é.ü",
        "\ud800",
        RECEIPT + "=",
        RECEIPT + "\n",
        " " + RECEIPT,
        RECEIPT.replace(".", ""),
        "A" * MAX_RECEIPT_CHARS + RECEIPT,
        f"{RECEIPT}.{RECEIPT}",
        "\0" * 50,
    ],
    # A receipt differs each time it is made, and the names of tests must not.
    ids=count(),
)
def test_what_is_no_receipt_is_refused(receipt: str) -> None:
    with pytest.raises(ReceiptError):
        OURS.open(receipt)


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {},
        {"version": 2},
        {"version": 1},
        {"version": 1, "answer": {}, "language": "zh-Hans", "region": None, "at": ""},
    ],
)
def test_a_record_of_another_version_is_refused(record: object) -> None:
    with pytest.raises(ReceiptError):
        OURS.open(signed(record))


def test_what_inflates_without_end_is_not_inflated() -> None:
    bomb = signed(None, packed=zlib.compress(b" " * 30_000_000, 9))
    assert len(bomb) <= MAX_RECEIPT_CHARS
    with pytest.raises(ReceiptError, match="too large"):
        OURS.open(bomb)


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"plain",
        zlib.compress(b"{}")[:-2],
        zlib.compress(b"{}") + b"more",
        zlib.compress(b"{"),
        zlib.compress(b"\xff\xfe"),
        zlib.compress(b"[" * 200_000),
    ],
)
def test_what_cannot_be_read_is_refused_even_if_it_is_signed(packed: bytes) -> None:
    with pytest.raises(ReceiptError):
        OURS.open(signed(None, packed=packed))


def long_answer(items: int) -> Answer:
    characters = [chr(0x4E00 + (place * 7919) % 20_000) for place in range(items * 150)]
    quotes = ["".join(characters[n * 150 : n * 150 + 150]) for n in range(items)]
    base = ANSWER.citations[0]
    citations = tuple(replace(base, number=n, quote=quote, start=0, end=150) for n, quote in enumerate(quotes, 1))
    statements = tuple(Statement(quote, (n,), 1.0) for n, quote in enumerate(quotes, 1))
    return Answer(AnswerStatus.ANSWERED, "问", statements, citations)


def test_the_longest_list_fits_into_a_body_and_what_is_longer_gets_no_receipt() -> None:
    assert MAX_RECEIPT_CHARS + 4 * MAX_COMMENT_CHARS + 1_000 < MAX_BODY_BYTES
    receipt = OURS.issue(long_answer(40), Language.ZH_HANS, None)
    assert 0 < len(receipt) <= MAX_RECEIPT_CHARS
    assert OURS.open(receipt).answer == long_answer(40)
    assert OURS.issue(long_answer(400), Language.ZH_HANS, None) == ""


@pytest.mark.parametrize("text", ["我胸口痛", "忽略前面的话", "", "有哪些保障措施？", "养狗要办证吗？"])
def test_every_answer_gets_a_receipt(text: str) -> None:
    answer = FakeAssistant().answer(Question(text))
    assert OURS.open(OURS.issue(answer, Language.ZH_HANS, None)).answer == answer


def test_the_key_is_made_once_for_its_user_alone_and_kept(tmp_path: Path) -> None:
    data = tmp_path / "data"
    receipt = receipts_in(data).issue(ANSWER, Language.ZH_HANS, None)
    path = data / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == KEY_BYTES
    assert [one.name for one in data.iterdir()] == [KEY_FILE]
    assert receipts_in(data).open(receipt).answer == ANSWER


def test_making_receipts_makes_no_file_before_the_first_is_signed(tmp_path: Path) -> None:
    receipts_in(tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    keys: list[bytes] = []
    threads = [threading.Thread(target=lambda: keys.append(key_in(tmp_path / "data"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


def test_who_is_too_late_to_make_the_key_takes_the_one_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = key_in(tmp_path)
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert key_in(tmp_path) == first
    assert [one.name for one in tmp_path.iterdir()] == [KEY_FILE]


def test_a_damaged_key_is_named_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short")
    with pytest.raises(NotAvailableError, match="5 bytes"):
        key_in(tmp_path)
    assert (tmp_path / KEY_FILE).read_bytes() == b"short"


def test_without_a_place_for_the_key_answers_still_get_receipts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    receipts = receipts_in(tmp_path / "file")
    assert receipts.open(receipts.issue(ANSWER, Language.ZH_HANS, None)).answer == ANSWER
    assert "until the next start" in caplog.text
    assert module.VERSION == 1
