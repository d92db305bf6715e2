from __future__ import annotations

import inspect
import re

import pytest

from rag import errors
from rag.errors import NotAvailableError, PolicychatError, UsageError

TREE = [item for _, item in inspect.getmembers(errors, inspect.isclass) if item.__module__ == "rag.errors"]


@pytest.mark.parametrize("error", TREE)
def test_every_error_stands_in_the_drawn_tree_below_its_parent(error: type[Exception]) -> None:
    drawn = re.findall(r"^([ │├└─]*)(\w+Error)", str(errors.__doc__), re.MULTILINE)
    depths = {name: len(lead) // 4 for lead, name in drawn}
    assert error.__name__ in depths
    if error is not PolicychatError:
        names = [name for _, name in drawn]
        above = reversed(names[: names.index(error.__name__)])
        parent = next(name for name in above if depths[name] == depths[error.__name__] - 1)
        assert error.__mro__[1].__name__ == parent


def test_the_exit_codes_are_those_of_the_interface() -> None:
    assert PolicychatError.exit_code == 1
    for error in TREE:
        if issubclass(error, UsageError):
            assert error.exit_code == 2
        elif issubclass(error, NotAvailableError):
            assert error.exit_code == 3


def test_every_error_says_what_it_stands_for() -> None:
    assert all(str(error.__doc__).endswith((".", "with.")) for error in TREE)
    assert len(TREE) > 5
