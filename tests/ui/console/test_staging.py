"""What a browser sends stays in the folder that it is put into."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import NotAvailableError
from ui.console.staging import FOLDER, Staging


def staged(data: Path, *names: str) -> Staging:
    """Return a folder into which files with these names were put; each holds its name."""
    staging = Staging(data)
    for name in names:
        target = staging.create(name)
        if target is not None:
            with target:
                target.write(name.encode())
    return staging


def test_names_keep_their_folders_and_nothing_else(tmp_path: Path) -> None:
    staging = staged(tmp_path, "a/b.md", "c\\d.md", "./e.md")
    assert staging.names == ["a/b.md", "c/d.md", "e.md"]
    assert (staging.folder / "a" / "b.md").read_bytes() == b"a/b.md"
    assert staging.readable


@pytest.mark.parametrize(
    "name", ["../x.md", "/x.md", "C:x.md", "a/../../x.md", ".x.md", "~$x.docx", "a\x00.md", "", "."]
)
def test_a_name_that_leads_elsewhere_or_hides_is_refused(tmp_path: Path, name: str) -> None:
    staging = staged(tmp_path, name, "good.md")
    assert (staging.names, staging.refused) == (["good.md"], [name])
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"good.md"}


def test_a_second_file_of_the_same_name_is_refused(tmp_path: Path) -> None:
    assert staged(tmp_path, "a.md", "./a.md").refused == ["./a.md"]


def test_a_file_where_a_folder_is_needed_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(NotAvailableError):
        staged(tmp_path, "a.md", "a.md/b.md")


def test_what_is_discarded_leaves_nothing_behind(tmp_path: Path) -> None:
    staged(tmp_path, "a/b.md").discard()
    assert [*(tmp_path / FOLDER).iterdir()] == []


@pytest.mark.parametrize("source", ["x/y.md", "final.md/y.md", "final.md"])
def test_the_only_file_takes_the_name_of_a_document(tmp_path: Path, source: str) -> None:
    staging = staged(tmp_path, "final.md")
    staging.call(source)
    assert staging.names == [source]
    assert (staging.folder / source).read_bytes() == b"final.md"
    assert [path for path in staging.folder.rglob("*") if path.is_file()] == [staging.folder / source]


def test_only_programs_and_pictures_of_nothing_are_no_documents(tmp_path: Path) -> None:
    assert not staged(tmp_path, "run.exe", "data.json").readable


def test_the_inbox_takes_the_place_of_what_an_earlier_one_left(tmp_path: Path) -> None:
    first = staged(tmp_path, "old.md").into_inbox()
    second = staged(tmp_path, "new.md").into_inbox()
    assert first == second
    assert [path.name for path in second.iterdir()] == ["new.md"]
