from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore
import pytest

from ingest.web import FetchedPage, fetch
from ingest.web_connection import PUBLIC, CheckedBackend, Deadline, Policy
from rag.errors import SourceError

LOOPBACK = Policy(allowed=lambda address: address == "127.0.0.1", any_port=True)
PAGE = "<html><body><p>体检通知</p></body></html>".encode()

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer], str]]:
    """Answer every request on a port of this machine with a function; return the address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def page(body: bytes = PAGE, status: int = 200, **headers: str) -> Answer:
    named = {"Content-Type": "text/html; charset=utf-8"} | {
        key.replace("_", "-"): value for key, value in headers.items()
    }

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for key, value in named.items():
            request.send_header(key, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def read(
    address: str, target: Path, *, policy: Policy = LOOPBACK, timeout_s: float = 10, max_mb: int = 1
) -> FetchedPage:
    return fetch(address, target, timeout_s=timeout_s, max_mb=max_mb, policy=policy)


def test_a_page_is_kept_under_its_source(serve: Callable[[Answer], str], tmp_path: Path) -> None:
    base = serve(page())
    fetched = read(f"{base}/zwgk/t1.shtml", tmp_path)
    assert fetched == FetchedPage(
        "127.0.0.1/zwgk/t1.shtml.html", tmp_path / "127.0.0.1/zwgk/t1.shtml.html", f"{base}/zwgk/t1.shtml", "text/html"
    )
    assert fetched.path.read_bytes() == PAGE


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/"]
)
def test_a_private_target_is_refused_before_anything_is_sent(address: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not on the public internet"):
        read(address, tmp_path, policy=PUBLIC)


def test_a_redirect_is_followed_and_the_first_address_names_the_page(
    serve: Callable[[Answer], str], tmp_path: Path
) -> None:
    final = serve(page())
    first = serve(page(status=302, Location=f"{final}/new.html"))
    fetched = read(f"{first}/old.html", tmp_path)
    assert (fetched.source, fetched.url) == ("127.0.0.1/old.html", f"{final}/new.html")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("http://169.254.169.254/latest/meta-data", "not on the public internet"),
        ("http://10.0.0.1/", "not on the public internet"),
        ("file:///etc/passwd", "only http and https"),
        ("//localhost/", "the host is not a name"),
        ("", "names no address"),
    ],
)
def test_a_redirect_is_checked_like_the_first_address(
    serve: Callable[[Answer], str], tmp_path: Path, location: str, reason: str
) -> None:
    with pytest.raises(SourceError, match=reason):
        read(serve(page(status=301, Location=location)), tmp_path)


def test_a_sixth_redirect_is_not_followed(serve: Callable[[Answer], str], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="more than 5 redirects"):
        read(serve(page(status=302, Location="/again")), tmp_path)


class Recorder(httpcore.NetworkBackend):
    """A network that notes where a connection would go and for which name it would be secured."""

    def __init__(self) -> None:
        self.connected: list[str] = []
        self.secured: list[str | None] = []

    def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.NetworkStream:
        self.connected.append(host)
        recorder = self

        class Stream(httpcore.NetworkStream):
            def start_tls(self, _: Any, server_hostname: str | None = None, *__: Any) -> Any:
                recorder.secured.append(server_hostname)
                raise httpcore.ConnectError("far enough")

            def close(self) -> None:
                pass

        return Stream()


def test_a_name_is_resolved_once_and_its_checked_address_is_used() -> None:
    answers = iter([["1.1.1.1"], ["127.0.0.1"]])
    network = Recorder()
    backend = CheckedBackend(PUBLIC, Deadline(5), lambda *_: next(answers), network)
    with httpcore.ConnectionPool(network_backend=backend) as pool, pytest.raises(httpcore.ConnectError):
        pool.request("GET", "https://www.example.org/")
    assert (network.connected, network.secured) == (["1.1.1.1"], ["www.example.org"])
    assert next(answers) == ["127.0.0.1"]


def test_one_private_address_among_a_names_addresses_is_enough_to_refuse_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"www\.example\.org is not on the public internet \(192\.168\.0\.9\)"):
        fetch("https://www.example.org/", tmp_path, timeout_s=5, max_mb=1, lookup=lambda *_: ["1.1.1.1", "192.168.0.9"])


def test_an_unknown_host_and_one_that_is_never_found_are_reported(tmp_path: Path) -> None:
    def unknown(*_: object) -> list[str]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(SourceError, match="the host is not known"):
        fetch("https://www.example.org/", tmp_path, timeout_s=5, max_mb=1, lookup=unknown)
    asleep = threading.Event()
    with pytest.raises(SourceError, match="not complete after"):
        fetch("https://www.example.org/", tmp_path, timeout_s=0.2, max_mb=1, lookup=lambda *_: [str(asleep.wait(5))])
    asleep.set()


def test_proxies_of_the_environment_are_not_used(
    serve: Callable[[Answer], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert read(serve(page()), tmp_path).path.is_file()


def test_a_body_that_drips_ends_at_the_deadline(serve: Callable[[Answer], str], tmp_path: Path) -> None:
    over = threading.Event()

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        while not over.wait(0.05):
            try:
                request.wfile.write(b"a")
            except OSError:
                return

    base = serve(drip)
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"not complete after 0\.5 s"):
        read(base, tmp_path, timeout_s=0.5)
    assert time.monotonic() - started < 5
    over.set()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_large_body_is_refused_whether_declared_or_not(serve: Callable[[Answer], str], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="larger than 1 MB"):
        read(serve(page(b"a" * 1_000_001)), tmp_path)

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.end_headers()
        try:
            for _ in range(3000):
                request.wfile.write(b"a" * 1000)
        except OSError:
            return

    with pytest.raises(SourceError, match="larger than 1 MB"):
        read(serve(endless), tmp_path)


def test_the_size_counts_after_unpacking(serve: Callable[[Answer], str], tmp_path: Path) -> None:
    assert read(serve(page(gzip.compress(PAGE), Content_Encoding="gzip")), tmp_path).path.read_bytes() == PAGE
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(SourceError, match="larger than 1 MB"):
        read(serve(page(bomb, Content_Encoding="gzip")), tmp_path)
    with pytest.raises(SourceError, match="cut short"):
        read(serve(page(gzip.compress(PAGE)[:-9], Content_Encoding="gzip")), tmp_path)
    with pytest.raises(SourceError, match="compresses with br"):
        read(serve(page(PAGE, Content_Encoding="br")), tmp_path)


@pytest.mark.parametrize(
    ("path", "media_type", "disposition", "extension"),
    [
        ("/a", "application/pdf", "", ".pdf"),
        ("/a.docx", "application/octet-stream", "", ".docx"),
        ("/get?id=1", "application/octet-stream", 'attachment; filename="b.XLSX"', ".xlsx"),
        ("/get?id=1", "application/octet-stream", "attachment; filename*=UTF-8''%E9%80%9A%E7%9F%A5.doc", ".doc"),
        ("/a.txt", "TEXT/PLAIN; charset=gbk", "", ".txt"),
    ],
)
def test_the_type_or_else_the_name_decides_the_extension(
    serve: Callable[[Answer], str], tmp_path: Path, path: str, media_type: str, disposition: str, extension: str
) -> None:
    base = serve(page(b"x", Content_Type=media_type, Content_Disposition=disposition))
    assert read(base + path, tmp_path).path.suffix == extension


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page(Content_Type="video/mp4"), "files of type video/mp4 are not read"),
        (page(Content_Type="application/octet-stream"), "neither a type nor an extension"),
        (page(status=404), "answered 404"),
        (page(b""), "empty"),
    ],
)
def test_what_is_no_document_is_refused_by_name(
    serve: Callable[[Answer], str], tmp_path: Path, answer: Answer, reason: str
) -> None:
    base = serve(answer)
    with pytest.raises(SourceError, match=rf"{base}/a: .*{reason}"):
        read(f"{base}/a", tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
