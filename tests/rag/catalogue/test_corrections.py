"""Corrections: the newest word holds, and nothing that was said is lost."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rag.catalogue import Catalogue, CorrectionChange, open_catalogue
from rag.errors import UsageError
from rag.settings import PathSettings, Settings

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_a_correction_holds_until_it_is_withdrawn(catalogue: Catalogue) -> None:
    catalogue.corrections.change("a.txt", {"region": "青棠县", "issuer": "青棠县卫生健康局"}, by="li")
    catalogue.corrections.change("b.txt", {"region": "白岭县"}, by="li")
    catalogue.corrections.change("a.txt", {"region": "白岭县", "issuer": None}, by="wang")
    assert catalogue.corrections.current() == {"a.txt": {"region": "白岭县"}, "b.txt": {"region": "白岭县"}}


def test_the_history_says_who_changed_what_and_when(catalogue: Catalogue) -> None:
    corrections = catalogue.corrections
    corrections.change("a.txt", {"region": "青棠县"}, by="li", at=NOON)
    corrections.change("b.txt", {"region": "别处"}, by="li", at=NOON)
    corrections.change("a.txt", {"region": "白岭县"}, by="wang", at=NOON + timedelta(hours=1))
    corrections.change("a.txt", {"region": None}, by="li", at=NOON.astimezone(timezone(timedelta(hours=8))))
    assert corrections.history("a.txt") == (
        CorrectionChange("a.txt", "region", None, "青棠县", "li", "2026-03-01T12:00:00Z"),
        CorrectionChange("a.txt", "region", "青棠县", "白岭县", "wang", "2026-03-01T13:00:00Z"),
        CorrectionChange("a.txt", "region", "白岭县", None, "li", "2026-03-01T12:00:00Z"),
    )
    assert corrections.history("c.txt") == ()


def test_the_answer_names_what_really_changed(catalogue: Catalogue) -> None:
    corrections = catalogue.corrections
    corrections.change("a.txt", {"region": "青棠县", "type": "notice"}, by="li", at=NOON)
    again = corrections.change("a.txt", {"region": "青棠县", "type": "plan", "issuer": None}, by="li", at=NOON)
    assert again == (CorrectionChange("a.txt", "type", "notice", "plan", "li", "2026-03-01T12:00:00Z"),)
    assert len(corrections.history("a.txt")) == 3


def test_a_later_word_holds_even_with_an_earlier_clock(catalogue: Catalogue) -> None:
    catalogue.corrections.change("a.txt", {"region": "青棠县"}, by="li", at=NOON)
    catalogue.corrections.change("a.txt", {"region": "白岭县"}, by="li", at=NOON - timedelta(days=1))
    assert catalogue.corrections.current() == {"a.txt": {"region": "白岭县"}}


@pytest.mark.parametrize(
    ("source", "field", "value", "by"),
    [
        ("", "region", "青棠县", "li"),
        ("a.txt", " ", "青棠县", "li"),
        ("a.txt", "region", "  ", "li"),
        ("a.txt", "region", "青棠县", ""),
        ("a\0.txt", "region", "青棠县", "li"),
        ("a.txt", "region", "\ud800", "li"),
        ("a" * 801, "region", "青棠县", "li"),
        ("a.txt", "f" * 61, "青棠县", "li"),
        ("a.txt", "region", "长" * 4001, "li"),
        ("a.txt", "region", "青棠县", "l" * 201),
    ],
)
def test_what_cannot_be_stored_is_refused_and_nothing_is_written(
    catalogue: Catalogue, source: str, field: str, value: str, by: str
) -> None:
    with pytest.raises(UsageError):
        catalogue.corrections.change(source, {"type": "plan", field: value}, by=by)
    assert catalogue.corrections.current() == {}


def test_a_time_without_a_zone_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="time zone"):
        catalogue.corrections.change("a.txt", {"region": "青棠县"}, by="li", at=NOON.replace(tzinfo=None))
    assert catalogue.corrections.history("a.txt") == ()


def test_the_digest_sees_values_and_nothing_else(catalogue: Catalogue) -> None:
    corrections = catalogue.corrections
    empty = corrections.digest()
    corrections.change("a.txt", {"region": "青棠县"}, by="li")
    one = corrections.digest()
    corrections.change("a.txt", {"region": "白岭县"}, by="li")
    corrections.change("a.txt", {"region": "青棠县"}, by="wang")
    assert corrections.digest() == one != empty
    corrections.change("a.txt", {"region": None}, by="li")
    assert corrections.digest() == empty


def test_the_digest_does_not_depend_on_the_order_of_the_corrections(catalogue: Catalogue) -> None:
    digests = set()
    for order in (["b", "a"], ["a", "b"]):
        for name in order:
            catalogue.corrections.change(name, dict.fromkeys(order, "1"), by="li")
        digests.add(catalogue.corrections.digest())
        for name in order:
            catalogue.corrections.change(name, dict.fromkeys(order), by="li")
    assert len(digests) == 1


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("template") / "data"
    open_catalogue(Settings(paths=PathSettings(data=data))).close()
    return data


# Names that sort differently by bytes, by code point and by a database's collation.
names = st.sampled_from(["a.txt", "B.txt", "_c", "乡/甲", "𠮷"])
words = st.none() | st.sampled_from(["青棠县", "白岭县", "A", "a"])


@hypothesis_settings(max_examples=40, deadline=None)
@given(steps=st.lists(st.tuples(names, st.dictionaries(names, words, max_size=3)), max_size=8))
def test_what_holds_is_what_the_history_ends_with(
    template: Path, steps: list[tuple[str, dict[str, str | None]]]
) -> None:
    expected: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(template, data)
        with open_catalogue(Settings(paths=PathSettings(data=data))) as catalogue:
            for source, values in steps:
                catalogue.corrections.change(source, values, by="li")
                for field, value in values.items():
                    held = expected.setdefault(source, {})
                    held.pop(field, None)
                    if value is not None:
                        held[field] = value
            expected = {source: held for source, held in expected.items() if held}
            current = catalogue.corrections.current()
            assert current == expected
            assert list(current) == sorted(current)
            assert all(list(held) == sorted(held) for held in current.values())
            for source, _ in steps:
                last: dict[str, str | None] = {}
                for change in catalogue.corrections.history(source):
                    assert change.old == last.get(change.field)
                    assert change.old != change.new
                    last[change.field] = change.new
                assert {field: new for field, new in last.items() if new is not None} == expected.get(source, {})
