"""Which model is opened, that it is the same with and without torch, and how it fails."""

from __future__ import annotations

import gzip
import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rag
from rag.embedding import open_embedding
from rag.errors import ModelError
from rag.hub import cached_names
from rag.model_registry import KNOWN_MODELS
from rag.models.bigram_tokenizer import build_tokenizer, choose_vocabulary
from rag.models.saving import save_static_model
from rag.ports import Embedding
from rag.settings import EmbeddingSettings
from tests.rag.through_torch import report_of

SAMPLE = "家庭医生签约服务每年一次，参保居民凭身份证办理。covid 19"

ODD_TEXTS = (
    "家庭医生",
    "家庭醫生簽約，參保居民！",
    "ＣＯＶＩＤ　１９ covid",
    "",
    "   \n\t",
    "\ud800 家庭 \udfff",
    "😀👨‍👩‍👧 e\u0301 \u0000 \uffff 𠀀龘",
    "家庭" * 100,
    "xyz 未知",
    "办理\u202e身份证\u200b",
)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing leave the machine: whoever tries to connect fails at once."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a connection was attempted")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def static_folder(tmp_path: Path) -> Path:
    return make_static(tmp_path / "tiny-static")


def make_static(folder: Path, seed: int = 1) -> Path:
    vocabulary = choose_vocabulary([SAMPLE, SAMPLE], 200)
    weights = np.random.default_rng(seed).standard_normal((len(vocabulary) + 1, 12)).astype(np.float32)
    weights[0] = 0.0
    save_static_model(folder, build_tokenizer(vocabulary), weights)
    return folder


def opened(model: object, **more: Any) -> Embedding:
    return open_embedding(EmbeddingSettings.model_validate({"model": str(model), **more}))


def refusal(model: object, **more: Any) -> str:
    with pytest.raises(ModelError) as caught:
        opened(model, **more)
    return str(caught.value)


KNOWN = {model.name: model for model in KNOWN_MODELS}


def lay_pairs(folder: Path) -> list[tuple[str, str]]:
    """Return the questions of a set, each with its first article."""
    questions = {}
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        questions[record["_id"]] = record["text"]
    rows = [line.split("\t") for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    wanted = {question: article for question, article, _ in reversed(rows)}
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as stream:
        articles = {record["_id"]: record["text"] for record in map(json.loads, stream)}
    return [(questions[question], articles[article]) for question, article in wanted.items()]


class TestStaticModels:
    def test_vectors_are_float32_rows_of_length_one(self, static_folder: Path) -> None:
        model = opened(static_folder)
        vectors = model.embed_passages([SAMPLE, "家庭医生", "办理"])
        assert vectors.dtype == np.float32
        assert vectors.shape == (3, model.dimension)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)

    def test_odd_text_never_raises_and_never_gives_a_nan(self, static_folder: Path) -> None:
        vectors = opened(static_folder).embed_passages([*ODD_TEXTS, "办理" * 20000])
        assert np.isfinite(vectors).all()

    def test_empty_and_unknown_text_gives_a_zero_vector(self, static_folder: Path) -> None:
        model = opened(static_folder)
        assert not model.embed_passages(["", "  ", "鼹鼠", "!?"]).any()
        assert not model.embed_query("").any()

    def test_no_texts_give_no_rows(self, static_folder: Path) -> None:
        model = opened(static_folder)
        assert model.embed_passages([]).shape == (0, model.dimension)

    def test_traditional_script_gives_the_vector_of_simplified_script(self, static_folder: Path) -> None:
        model = opened(static_folder)
        np.testing.assert_allclose(model.embed_query("參保居民憑身份證辦理"), model.embed_query("参保居民凭身份证办理"))

    def test_a_texts_vector_does_not_depend_on_the_texts_beside_it(self, static_folder: Path) -> None:
        model = opened(static_folder)
        together = model.embed_passages(["家庭医生", "", "办理身份证"])
        np.testing.assert_allclose(together[2], model.embed_passages(["办理身份证"])[0])

    def test_the_query_instruction_goes_before_the_question_only(self, static_folder: Path) -> None:
        plain, instructed = opened(static_folder), opened(static_folder, query_instruction="参保居民")
        np.testing.assert_allclose(instructed.embed_query("办理"), plain.embed_query("参保居民办理"))
        np.testing.assert_allclose(instructed.embed_passages(["办理"]), plain.embed_passages(["办理"]))

    @pytest.mark.parametrize("form", ["float32", "float16", "mapping"])
    def test_other_forms_of_the_weights_are_read(self, static_folder: Path, form: str) -> None:
        from safetensors.numpy import load_file, save_file

        path = static_folder / "model.safetensors"
        before = opened(static_folder).embed_passages([SAMPLE])
        stored = load_file(path)
        rows = stored["embeddings"] * stored["weights"][:, None]
        if form == "mapping":
            order = np.random.default_rng(3).permutation(len(rows))
            save_file({"embeddings": np.ascontiguousarray(rows[order]), "mapping": np.argsort(order)}, path)
        else:
            save_file({"embedding.weight": rows.astype(form)}, path)
        np.testing.assert_allclose(opened(static_folder).embed_passages([SAMPLE]), before, atol=2e-3)

    def test_torch_is_not_imported(self, static_folder: Path) -> None:
        program = (
            "import sys; from rag.embedding import open_embedding; from rag.settings import EmbeddingSettings;"
            f"open_embedding(EmbeddingSettings(model={str(static_folder)!r})).embed_query('家庭');"
            "print(*{'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == ""


class TestTheModelThatShips:
    def test_it_is_the_default_and_small_enough_to_ship(self) -> None:
        folder = Path(rag.__file__).parent / "models" / "static-zh"
        assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) <= 25_000_000
        assert open_embedding(EmbeddingSettings()).fingerprint.startswith("static-zh@")

    @pytest.mark.parametrize(
        ("question", "near", "far"),
        [
            ("离婚以后孩子归谁养", "父母对未成年子女有抚养的义务。", "运输危险货物的车辆应当悬挂标志。"),
            ("孩子打疫苗要錢嗎", "居住在本地的儿童免费接种国家免疫规划疫苗。", "当事人可以提起行政诉讼。"),
        ],
    )
    def test_a_lay_question_lies_nearer_to_its_rule_than_to_another(self, question: str, near: str, far: str) -> None:
        model = open_embedding(EmbeddingSettings())
        cosines = model.embed_passages([near, far]) @ model.embed_query(question)
        assert cosines[0] > cosines[1] + 0.1

    @pytest.mark.shared
    def test_nine_lay_questions_in_ten_lie_nearer_to_their_article_than_to_another(self) -> None:
        folder = Path(rag.__file__).parents[2] / "shared" / "eval" / "stard-dev"
        if not folder.is_dir():
            pytest.skip("the question sets are not here")
        pairs = lay_pairs(folder)
        model = open_embedding(EmbeddingSettings())
        questions, articles = (model.embed_passages(side) for side in zip(*pairs, strict=True))
        right = (questions * articles).sum(axis=1)
        wrong = (questions * np.roll(articles, len(pairs) // 2, axis=0)).sum(axis=1)
        assert len(pairs) > 100
        assert (right > wrong).mean() > 0.9


class TestFingerprint:
    def test_it_names_the_model_and_stays_the_same(self, static_folder: Path) -> None:
        fingerprint = opened(static_folder).fingerprint
        assert fingerprint.startswith("tiny-static@")
        assert opened(static_folder).fingerprint == fingerprint

    def test_other_weights_in_a_folder_of_the_same_name_change_it(self, tmp_path: Path) -> None:
        first = opened(make_static(tmp_path / "a" / "model", seed=1)).fingerprint
        assert opened(make_static(tmp_path / "b" / "model", seed=1)).fingerprint == first
        assert opened(make_static(tmp_path / "c" / "model", seed=2)).fingerprint != first

    def test_another_tokenizer_changes_it(self, static_folder: Path) -> None:
        before = opened(static_folder).fingerprint
        build_tokenizer(["家庭"]).save(str(static_folder / "tokenizer.json"))
        assert opened(static_folder).fingerprint != before

    def test_another_query_instruction_changes_it(self, static_folder: Path) -> None:
        assert opened(static_folder, query_instruction="问").fingerprint != opened(static_folder).fingerprint

    def test_a_model_card_does_not_change_it(self, static_folder: Path) -> None:
        before = opened(static_folder).fingerprint
        (static_folder / "README.md").write_text("card", encoding="utf-8")
        assert opened(static_folder).fingerprint == before


class TestRefusals:
    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        assert str(tmp_path / "nowhere") in refusal(tmp_path / "nowhere")

    def test_a_file_is_not_a_model(self, tmp_path: Path) -> None:
        (tmp_path / "model.bin").write_bytes(b"x")
        assert "a model is a folder" in refusal(tmp_path / "model.bin")

    def test_a_folder_of_something_else_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
        assert str(tmp_path) in refusal(tmp_path)

    def test_an_unknown_builtin_names_those_there_are(self) -> None:
        assert "builtin:static-zh" in refusal("builtin:nothing")

    def test_a_builtin_name_does_not_leave_the_package(self) -> None:
        assert "builtin:static-zh" in refusal("builtin:../../tests")

    @pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors", "modules.json"])
    @pytest.mark.parametrize("content", [None, b"", b"\xff\x00garbage", b"{}", b"[]", b"[1]"])
    def test_a_damaged_static_folder_is_named(self, static_folder: Path, name: str, content: bytes | None) -> None:
        path = static_folder / name
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        assert str(static_folder) in refusal(static_folder)

    def test_weights_cut_short_are_refused(self, static_folder: Path) -> None:
        path = static_folder / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-20])
        assert str(static_folder) in refusal(static_folder)

    def test_a_tokenizer_that_knows_more_than_the_weights_is_refused(self, static_folder: Path) -> None:
        build_tokenizer([chr(0x4E00 + number) for number in range(500)]).save(str(static_folder / "tokenizer.json"))
        assert "do not fit" in refusal(static_folder)

    def test_weights_that_are_not_numbers_are_refused(self, static_folder: Path) -> None:
        from safetensors.numpy import load_file, save_file

        path = static_folder / "model.safetensors"
        stored = load_file(path)
        stored["weights"] = np.full_like(stored["weights"], np.nan)
        save_file(stored, path)
        assert "not numbers" in refusal(static_folder)


class TestHub:
    def test_a_name_that_is_not_in_the_cache_fails_at_once_and_says_what_to_do(self) -> None:
        message = refusal("nobody/no-such-model")
        assert "nobody/no-such-model" in message
        assert "policychat models pull" in message
        assert "allow_download" in message

    def test_a_cached_model_is_opened_without_network(self, static_folder: Path, hub_cache: Path) -> None:
        cache_model(hub_cache, static_folder, commit="a" * 40)
        model = opened("owner/tiny")
        assert model.fingerprint.startswith("owner/tiny@")
        assert model.embed_query("家庭").any()

    def test_another_commit_changes_the_fingerprint(self, static_folder: Path, hub_cache: Path) -> None:
        cache_model(hub_cache, static_folder, commit="a" * 40)
        before = opened("owner/tiny").fingerprint
        cache_model(hub_cache, static_folder, commit="b" * 40)
        assert opened("owner/tiny").fingerprint != before

    def test_a_half_downloaded_model_is_refused(self, static_folder: Path, hub_cache: Path) -> None:
        (static_folder / "model.safetensors").unlink()
        cache_model(hub_cache, static_folder, commit="a" * 40)
        assert "model.safetensors" in refusal("owner/tiny")

    @pytest.mark.usefixtures("hub_cache")
    def test_a_hub_that_never_answers_is_given_up_at_the_deadline(
        self, monkeypatch: pytest.MonkeyPatch, silent_server: str
    ) -> None:
        monkeypatch.setenv("HF_ENDPOINT", silent_server)
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        message = refusal("owner/slow", allow_download=True, download_timeout_s=3)
        assert "owner/slow" in message
        assert "given up after 3 s" in message

    @pytest.mark.usefixtures("hub_cache")
    def test_a_hub_that_refuses_is_named_with_the_cause(
        self, monkeypatch: pytest.MonkeyPatch, not_found_server: str
    ) -> None:
        monkeypatch.setenv("HF_ENDPOINT", not_found_server)
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        message = refusal("owner/gone", allow_download=True, download_timeout_s=60)
        assert "owner/gone" in message
        assert "404" in message

    @pytest.mark.usefixtures("hub_cache")
    def test_a_hub_that_cannot_be_reached_is_named_with_the_way_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("HF_ENDPOINT", address)  # nobody listens there any more
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        message = refusal("owner/away", allow_download=True, download_timeout_s=60)
        assert f"{address} cannot be reached" in message
        assert "copy its folder" in message

    def test_the_models_in_the_cache_are_listed(self, static_folder: Path, hub_cache: Path) -> None:
        assert cached_names() == ()
        cache_model(hub_cache, static_folder, commit="a" * 40)
        assert cached_names() == ("owner/tiny",)


class TestInstructions:
    def test_a_folder_called_like_a_known_model_gets_that_models_instruction(self, tmp_path: Path) -> None:
        known = opened(make_static(tmp_path / "bge-small-zh-v1.5"))
        plain = opened(make_static(tmp_path / "another"))
        asked = KNOWN["BAAI/bge-small-zh-v1.5"].query_instruction + "家庭医生"
        np.testing.assert_allclose(known.embed_query("家庭医生"), plain.embed_query(asked), atol=1e-6)
        np.testing.assert_allclose(known.embed_passages(["家庭医生"]), plain.embed_passages(["家庭医生"]), atol=1e-6)

    @pytest.mark.parametrize("instruction", ["", "问题"])
    def test_a_configured_instruction_counts_even_if_it_is_empty(self, tmp_path: Path, instruction: str) -> None:
        folder = make_static(tmp_path / "bge-small-zh-v1.5")
        plain = opened(make_static(tmp_path / "another"))
        asked = opened(folder, query_instruction=instruction).embed_query("家庭医生")
        np.testing.assert_allclose(asked, plain.embed_query(instruction + "家庭医生"), atol=1e-6)


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from huggingface_hub import constants

    cache = tmp_path / "hub"
    cache.mkdir()
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    return cache


def cache_model(cache: Path, folder: Path, commit: str) -> None:
    repository = cache / "models--owner--tiny"
    shutil.copytree(folder, repository / "snapshots" / commit)
    (repository / "refs").mkdir(exist_ok=True)
    (repository / "refs" / "main").write_text(commit, encoding="utf-8")


@pytest.fixture
def silent_server() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def not_found_server() -> Iterator[str]:
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class NotFound(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def do_HEAD(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), NotFound)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.thorough
class TestThroughSentenceTransformers:
    """One process that imports torch once; the tests read what it wrote."""

    def test_our_reader_gives_the_vectors_of_sentence_transformers(self, torch_report: dict[str, Any]) -> None:
        assert torch_report["static_largest_difference"] < 1e-5
        assert torch_report["builtin_largest_difference"] < 1e-5

    def test_a_transformer_folder_gives_rows_of_length_one(self, torch_report: dict[str, Any]) -> None:
        assert torch_report["bert_dtype"] == "float32"
        np.testing.assert_allclose(torch_report["bert_norms"], [1.0, 0.0, 1.0, 1.0], atol=1e-5)

    def test_the_instruction_reaches_a_transformers_questions_only(self, torch_report: dict[str, Any]) -> None:
        assert torch_report["instructed_query_is_prefixed"] < 1e-5
        assert torch_report["instructed_passage_changed"] == 0.0

    def test_threads_that_embed_at_the_same_time_get_their_own_vectors(self, torch_report: dict[str, Any]) -> None:
        assert torch_report["threads_largest_difference"] < 1e-5

    def test_a_damaged_transformer_folder_is_named(self, torch_report: dict[str, Any]) -> None:
        assert "damaged-bert" in torch_report["damaged"]
        assert "other-kind" in torch_report["other_kind"]

    def test_an_absent_device_is_a_model_error(self, torch_report: dict[str, Any]) -> None:
        assert "cannot be loaded" in torch_report["device"]


@pytest.fixture(scope="module")
def torch_report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("torch")
    make_static(folder / "static")
    (folder / "texts.json").write_text(json.dumps([*ODD_TEXTS, SAMPLE]), encoding="utf-8")
    return report_of("embedding_through_torch.py", folder)
