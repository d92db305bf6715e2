"""What every test stands on: no network, no outside settings, a small invented corpus, an index of it."""

from __future__ import annotations

import functools
import os
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest

from ingest.pipeline import ingest
from ingest.report import IngestReport
from rag.settings import EmbeddingSettings, IngestSettings, PathSettings, ServerSettings, Settings
from tests.embeddings import HashEmbedding

_OFFLINE = {
    # A closed port of this machine, and not HF_HUB_OFFLINE: the tests of the downloader bring their own hub.
    "HF_ENDPOINT": "http://127.0.0.1:9",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "NO_PROXY": "*",
}
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "FTP_PROXY")


def pytest_configure() -> None:
    """Set the environment before any library reads it, for this process and for those that tests start."""
    # The same examples in every run: a run that fails must fail again.
    hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
    hypothesis.settings.load_profile("repeatable")
    os.environ.update(_OFFLINE)
    for name in _PROXIES:
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)


@pytest.fixture(scope="session", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """Give every client the same context: each would read the certificates of the world anew, for plain addresses too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    """Let no test reach another machine: every other address is refused before a packet leaves."""

    def guarded(call: Callable[..., Any]) -> Callable[..., Any]:
        def checked(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]
            if self.family in (socket.AF_INET, socket.AF_INET6):
                host = str(address[0])
                if not (host in ("localhost", "::1") or host.startswith("127.")):
                    raise AssertionError(f"a test tried to reach {address}")
            return call(self, *arguments)

        return checked

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(getattr(socket.socket, name)))
        yield


ELDERLY = """# {place}老年人免费体检实施办法

## 一、服务对象

凡具有{place}户籍、年满六十五周岁的老年人，每年可以免费体检一次。

## 二、体检项目

体检包括血常规、尿常规、肝功能、肾功能和心电图，结果在十个工作日内告知本人。

## 三、保障措施

（一）加强组织领导，各乡镇卫生院明确一名负责人。

（二）落实经费保障，所需资金列入{place}本级财政预算。
"""

OLD_NOTICE = """青棠县卫生健康局关于发放村医岗位补贴的通知
青卫发〔2022〕3号
各乡镇卫生院：
村医岗位补贴每人每月三百元，按季度发放到个人账户，由乡镇卫生院负责考核。
本通知自印发之日起施行。
青棠县卫生健康局
2022年3月15日
"""

NEW_NOTICE = """<html><head><title>青棠县卫生健康局关于调整村医岗位补贴的通知</title></head><body><article>
<h1>青棠县卫生健康局关于调整村医岗位补贴的通知</h1>
<p>青卫发〔2025〕9号</p>
<p>各乡镇卫生院：</p>
<p>村医岗位补贴提高到每人每月五百元，按季度发放到个人账户，由乡镇卫生院负责考核。</p>
<p>《青棠县卫生健康局关于发放村医岗位补贴的通知》（青卫发〔2022〕3号）同时废止。</p>
<p>青棠县卫生健康局</p>
<p>2025年6月20日</p>
</article></body></html>
"""

CLINICS = (
    ("机构", "地址", "电话"),
    ("青棠县中心卫生院", "人民路8号", "0710-5550101"),
    ("石桥镇卫生院", "石桥街2号", "0710-5550102"),
)


def write_corpus(folder: Path) -> Path:
    """Write the invented corpus: two places with the same rules, a notice and its successor, a table."""
    from docx import Document

    folder.mkdir(parents=True)
    for name, place in (("qingtang", "青棠县"), ("bailing", "白岭县")):
        head = f"---\nregion: {place}\npublished: 2024-05-06\n---\n"
        (folder / f"{name}-elderly.md").write_text(head + ELDERLY.format(place=place), encoding="utf-8")
    (folder / "notices").mkdir()
    (folder / "notices" / "subsidy-2022.txt").write_text(OLD_NOTICE, encoding="utf-8")
    (folder / "notices" / "subsidy-2025.html").write_text(NEW_NOTICE, encoding="utf-8")
    office = Document()
    office.add_heading("青棠县预防接种门诊一览", level=1)
    table = office.add_table(rows=0, cols=3)
    for row in CLINICS:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    office.save(str(folder / "clinics.docx"))
    return folder


SOURCES = (
    "bailing-elderly.md",
    "clinics.docx",
    "notices/subsidy-2022.txt",
    "notices/subsidy-2025.html",
    "qingtang-elderly.md",
)
"""What the invented corpus holds, in the order of the catalogue."""


@pytest.fixture
def corpus_folder(tmp_path: Path) -> Path:
    """Return a fresh copy of the invented corpus, to be changed at will."""
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def embedding() -> HashEmbedding:
    """Return an embedding that counts what it embeds."""
    return HashEmbedding()


def settings_for(data: Path, **more: Any) -> Settings:
    """Return settings over a data folder; ``more`` replaces whole sections."""
    sections = {
        "paths": PathSettings(data=data),
        "ingest": IngestSettings(min_free_mb=0),
        "server": ServerSettings(reload_check_s=0.1),
    }
    return Settings(**{**sections, **more})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings over an empty data folder."""
    return settings_for(tmp_path / "data")


Run = Callable[..., IngestReport]


@pytest.fixture
def run_ingest(settings: Settings, embedding: HashEmbedding) -> Run:
    """Ingest paths into the data folder of ``settings`` with the counting embedding."""

    def run(*paths: Path, **options: Any) -> IngestReport:
        return ingest(paths, options.pop("settings", settings), lambda: embedding, **options)

    return run


@pytest.fixture(scope="session")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("built")
    corpus = write_corpus(place / "corpus")
    ingest([corpus], settings_for(place / "data"), HashEmbedding)
    return place / "data"


@pytest.fixture
def published(_built: Path, settings: Settings) -> Settings:
    """Return settings over a data folder in which the invented corpus is published, to be changed at will."""
    shutil.copytree(_built, settings.paths.data)
    return settings


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a tiny static embedding model that knows the words of the invented corpus; loads without torch."""
    from rag.models.bigram_tokenizer import build_tokenizer, choose_vocabulary
    from rag.models.saving import save_static_model

    folder = tmp_path_factory.mktemp("model") / "tiny"
    vocabulary = choose_vocabulary([ELDERLY, OLD_NOTICE, NEW_NOTICE] * 2, 500)
    weights = np.random.default_rng(7).standard_normal((len(vocabulary) + 1, 32)).astype(np.float32)
    weights[0] = 0.0
    save_static_model(folder, build_tokenizer(vocabulary), weights)
    return folder


@pytest.fixture(scope="session")
def _built_with_model(tmp_path_factory: pytest.TempPathFactory, model_folder: Path) -> Path:
    from rag.embedding import open_embedding

    place = tmp_path_factory.mktemp("built-with-model")
    corpus = write_corpus(place / "corpus")
    settings = settings_for(place / "data", embedding=EmbeddingSettings(model=str(model_folder)))
    ingest([corpus], settings, lambda: open_embedding(settings.embedding))
    return place / "data"


@pytest.fixture
def served(_built_with_model: Path, model_folder: Path, tmp_path: Path) -> Settings:
    """Return settings over a published corpus whose embedding model is a real folder, as a server would have it."""
    shutil.copytree(_built_with_model, tmp_path / "served")
    return settings_for(tmp_path / "served", embedding=EmbeddingSettings(model=str(model_folder)))
