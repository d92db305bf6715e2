from __future__ import annotations

import pytest

from rag.catalogue import Catalogue
from rag.catalogue.account_records import Role
from rag.catalogue.saved_searches import MAX_SEARCH_NAME_CHARS, MOST_SAVED
from rag.errors import UnknownIdError, UsageError


@pytest.fixture(autouse=True)
def people(catalogue: Catalogue) -> None:
    for name in ("老板", "小周", "小吴"):
        catalogue.accounts.add(name, Role.ADMIN if name == "老板" else Role.STAFF, "no hash", by="test")


def test_nobody_sees_or_removes_the_searches_of_another(catalogue: Catalogue) -> None:
    own = catalogue.saved_searches.put("小周", "青石县的体检", "q=体检")
    assert catalogue.saved_searches.of("小吴") == ()
    with pytest.raises(UnknownIdError):
        catalogue.saved_searches.remove("小吴", own.number)
    assert catalogue.saved_searches.of("小周") == (own,)
    catalogue.saved_searches.remove("小周", own.number)
    assert catalogue.saved_searches.of("小周") == ()


def test_a_name_that_is_taken_holds_the_newer_search(catalogue: Catalogue) -> None:
    catalogue.saved_searches.put("小周", "体检", "q=体检")
    catalogue.saved_searches.put("小吴", "体检", "q=体检费")
    catalogue.saved_searches.put("小周", " 体检 ", "q=老人体检")
    assert [one.query for one in catalogue.saved_searches.of("小周")] == ["q=老人体检"]
    assert [one.query for one in catalogue.saved_searches.of("小吴")] == ["q=体检费"]


@pytest.mark.parametrize(
    ("name", "query"), [(" ", "q=a"), ("a" * (MAX_SEARCH_NAME_CHARS + 1), "q=a"), ("a\x00b", "q=a"), ("a", "")]
)
def test_what_no_list_could_show_is_refused(catalogue: Catalogue, name: str, query: str) -> None:
    with pytest.raises(UsageError):
        catalogue.saved_searches.put("小周", name, query)
    assert catalogue.saved_searches.of("小周") == ()


def test_a_full_list_takes_no_more_but_still_changes(catalogue: Catalogue) -> None:
    for number in range(MOST_SAVED):
        catalogue.saved_searches.put("小周", f"search {number}", "q=a")
    with pytest.raises(UsageError):
        catalogue.saved_searches.put("小周", "one more", "q=a")
    catalogue.saved_searches.put("小周", "search 0", "q=b")
    assert len(catalogue.saved_searches.of("小周")) == MOST_SAVED
