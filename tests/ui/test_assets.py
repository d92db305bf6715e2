from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from rag.settings import ServerSettings, Settings
from tests.small_site import small_site
from ui.addresses import served_under
from ui.assets import FOR_EVER, read_theme, theme, themed


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(small_site(Settings())) as client:
        yield client


def folder(path: Path, **files: str) -> Path:
    for name, content in files.items():
        (path / name.replace("_", ".")).write_text(content, encoding="utf-8")
    return path


def test_a_style_sheet_is_sent_with_what_it_imports_in_it(tmp_path: Path) -> None:
    held = read_theme(
        folder(
            tmp_path,
            page_css='@import url("base.css");\n@import "./paper.css" print;\np { color: red; }\n',
            base_css='@import url("/theme/deep.css");\nb { color: blue; }\n',
            deep_css="i { color: green; }\n",
            paper_css="p { color: black; }\n",
        )
    )
    assert held.files["page.css"].body.decode() == (
        "i { color: green; }\nb { color: blue; }\n@media print {\np { color: black; }\n}\np { color: red; }\n"
    )


def test_style_sheets_that_import_each_other_end(tmp_path: Path) -> None:
    held = read_theme(folder(tmp_path, a_css='@import "b.css";\na {}\n', b_css='@import "a.css";\nb {}\n'))
    assert held.files["a.css"].body.decode() == "b {}\na {}\n"


def test_an_import_of_something_else_is_left_alone(tmp_path: Path) -> None:
    held = read_theme(folder(tmp_path, a_css='@import "missing.css";\na {}\n'))
    assert held.files["a.css"].body.decode() == '@import "missing.css";\na {}\n'


def test_a_change_of_one_file_is_a_new_address_of_all(tmp_path: Path) -> None:
    before = read_theme(folder(tmp_path, a_js="1", b_js="2")).version
    assert read_theme(folder(tmp_path)).version == before
    assert read_theme(folder(tmp_path, b_js="3")).version != before


def test_a_module_names_what_it_needs_the_nearest_first(tmp_path: Path) -> None:
    page = 'import { a } from "./a.js";\nimport "./b.js";\nconst late = () => import("./late.js");\n'
    held = read_theme(
        folder(
            tmp_path,
            page_js=page,
            a_js='import {\n  c,\n} from "./c.js";\nexport const a = c;',
            b_js='export { c } from "./c.js";\nimport "./page.js";',
            c_js="export const c = 1;",
            late_js="",
        )
    )
    assert held.imported_by("page.js") == ("a.js", "b.js", "c.js")


def test_under_the_address_with_the_digest_a_file_is_kept_for_ever(client: TestClient) -> None:
    response = client.get(themed("page.css"))
    assert response.headers["cache-control"] == FOR_EVER
    assert "--ink:" in response.text
    assert "@import" not in response.text


@pytest.mark.parametrize("address", ["/theme/page.css", "/theme/0123456789ab/page.css"])
def test_under_another_address_it_is_asked_for_again_and_not_sent_again(client: TestClient, address: str) -> None:
    response = client.get(address)
    assert response.headers["cache-control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_text_is_sent_packed_and_a_picture_as_it_is(client: TestClient) -> None:
    text = client.get(themed("page.css"), headers={"Accept-Encoding": "gzip"})
    assert text.headers["content-encoding"] == "gzip"
    assert int(text.headers["content-length"]) < len(text.content) / 2
    plain = client.get(themed("page.css"), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == text.content
    picture = client.get(themed("icon-512.png"), headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in picture.headers
    assert picture.headers["content-type"] == "image/png"


def test_the_packed_form_is_the_same_after_a_restart(tmp_path: Path) -> None:
    folder(tmp_path, a_css="a { color: red; }\n" * 50)
    one, other = (read_theme(tmp_path).files["a.css"].packed for _ in range(2))
    assert one is not None
    assert one == other
    assert gzip.decompress(one) == (tmp_path / "a.css").read_bytes()


@pytest.mark.parametrize("name", ["missing.css", "..%2fapp.py", "%2e%2e/app.py", "page.css.bak"])
def test_nothing_but_the_theme_is_sent(client: TestClient, name: str) -> None:
    assert client.get(f"/theme/{name}").status_code == 404
    assert client.get(f"/theme/{theme().version}/{name}").status_code == 404


def test_the_address_of_a_file_has_the_prefix_and_a_wrong_name_is_an_error() -> None:
    with served_under("/policy"):
        assert re.fullmatch(r"/policy/theme/[0-9a-f]{12}/page\.css", themed("page.css"))
    with pytest.raises(KeyError, match=r"pgae\.css"):
        themed("pgae.css")


def test_every_module_of_the_theme_imports_files_that_are_there() -> None:
    held = theme()
    for name, file in held.files.items():
        if name.endswith(".js"):
            named = re.findall(r"""(?<!["'\w])(?:from|import)\s*\(?["']([^"']+)["']""", file.body.decode())
            assert {one for one in named if one.removeprefix("./") not in held.files} == set(), name


def test_no_style_sheet_asks_for_anything_by_an_address_of_its_own() -> None:
    for name, file in theme().files.items():
        if name.endswith(".css"):
            assert re.findall(r"@import|url\((?!\"?data:)", file.body.decode()) == [], name


@pytest.mark.parametrize("path", ["/assets/index-DphvyggB.js", "/policy/assets/Index-Ak0_7EZk-2.js"])
def test_files_of_gradio_with_a_digest_in_their_name_are_kept_for_ever(path: str) -> None:
    with TestClient(small_site(Settings(server=ServerSettings(path_prefix="/policy")))) as client:
        assert client.get(path).headers["cache-control"] == FOR_EVER


@pytest.mark.parametrize("path", ["/assets/plain.js", "/assets/index-gone1234.js", "/where"])
def test_what_may_change_or_is_missing_is_not_kept(client: TestClient, path: str) -> None:
    assert "immutable" not in client.get(path).headers.get("cache-control", "")
