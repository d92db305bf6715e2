from __future__ import annotations

from pathlib import Path

import pytest

from ingest.files import find_files
from rag.errors import SourceError


def write(path: Path, text: str = "文字") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_folder_is_read_with_its_subfolders_and_sources_are_relative_to_it(tmp_path: Path) -> None:
    write(tmp_path / "b" / "two.md")
    write(tmp_path / "one.txt")
    write(tmp_path / "a" / "deep" / "three.HTML")
    found = find_files([tmp_path])
    assert [file.source for file in found.known] == ["a/deep/three.HTML", "b/two.md", "one.txt"]
    assert {file.root for file in found.known} == {str(tmp_path.resolve())}
    assert found.roots == (str(tmp_path.resolve()),)


def test_a_named_file_is_called_by_its_name_and_opens_no_root_for_pruning(tmp_path: Path) -> None:
    file = write(tmp_path / "one.txt")
    write(tmp_path / "neighbour.txt")
    found = find_files([file])
    assert [entry.source for entry in found.known] == ["one.txt"]
    assert found.roots == ()


def test_hidden_files_office_locks_and_programs_are_passed_over_in_silence(tmp_path: Path) -> None:
    for name in ("one.txt", ".hidden.md", ".git/config.md", "~$one.docx", "build.py", "data.json"):
        write(tmp_path / name)
    found = find_files([tmp_path])
    assert [file.source for file in found.known] == ["one.txt"]
    assert found.unknown == ()


def test_an_unknown_format_in_a_folder_is_reported_and_not_read(tmp_path: Path) -> None:
    write(tmp_path / "one.txt")
    write(tmp_path / "slides.pptx")
    assert [file.source for file in find_files([tmp_path]).unknown] == ["slides.pptx"]


def test_a_named_file_of_unknown_format_is_an_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"slides\.pptx.*\.docx.*\.pdf"):
        find_files([write(tmp_path / "slides.pptx")])


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        find_files([tmp_path / "nowhere"])


@pytest.mark.parametrize("beside", [None, "slides.pptx", "tool.py"])
def test_a_folder_without_documents_is_an_error(tmp_path: Path, beside: str | None) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    if beside:
        write(folder / beside)
    with pytest.raises(SourceError, match=r"no document in folder .*empty"):
        find_files([folder])


def test_two_files_of_one_source_name_are_an_error_that_names_both(tmp_path: Path) -> None:
    first, second = write(tmp_path / "a" / "rules.md"), write(tmp_path / "b" / "rules.md")
    with pytest.raises(SourceError) as caught:
        find_files([first.parent, second.parent])
    assert str(first) in str(caught.value)
    assert str(second) in str(caught.value)


def test_a_folder_named_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / "one.txt")
    assert len(find_files([tmp_path, tmp_path]).known) == 1


def test_a_folder_inside_a_named_folder_is_not_read_again_under_another_name(tmp_path: Path) -> None:
    write(tmp_path / "one.txt")
    write(tmp_path / "a" / "two.txt")
    assert [file.source for file in find_files([tmp_path, tmp_path / "a"]).known] == ["a/two.txt", "one.txt"]
