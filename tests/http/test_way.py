"""Requests go through the proxy that is named, and only to servers whose certificate is trusted."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from crmsync.errors import BackendError, ConfigError, Unreachable
from crmsync.http import Client, _transport
from tests.http.server import Seen, Told, serving, told


class Proxy:
    """Takes CONNECT and requests with whole addresses, and passes them on."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuses = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._door.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._pass, args=(near,), daemon=True).start()

    def _pass(self, near: socket.socket) -> None:
        with near:
            head = near.recv(65536)
            self.asked.append(head.decode("latin-1"))
            method, target, _ = head.split(b"\r\n")[0].split(b" ")
            if self.refuses:
                near.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            place = target if method == b"CONNECT" else target.split(b"/")[2]
            host, _, port = place.decode().partition(":")
            with socket.create_connection((host, int(port))) as far:
                if method == b"CONNECT":
                    near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    far.sendall(head.replace(b"Connection: keep-alive", b"Connection: close"))
                back = threading.Thread(target=_pump, args=(near, far), daemon=True)
                back.start()
                _pump(far, near)
                near.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        return


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key."""
    folder = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=Prüfstand", "-addext", "subjectAltName=IP:127.0.0.1", "-utf8"]
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    files = ["-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(
        ["openssl", "req", *kind, *names, *files], cwd=folder, check=True, capture_output=True
    )
    return folder


@pytest.fixture
def tls(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with serving(_hello, context=context) as url:
        yield url


def _hello(seen: Seen) -> Told:
    return told("hello")


def ask(url: str, **more: object) -> object:
    web = Client(url, sleep=lambda seconds: None, **more)  # type: ignore[arg-type]
    try:
        return web.get("/").data
    finally:
        web.close()


def test_a_certificate_that_nobody_vouches_for_is_refused_at_once(tls: str) -> None:
    with pytest.raises(BackendError, match="certificate that is not trusted") as caught:
        ask(tls)
    assert not caught.value.retryable
    assert "CA" in caught.value.hint


def test_the_ca_that_is_named_is_trusted(tls: str, certificate: Path) -> None:
    assert ask(tls, ca_file=certificate / "cert.pem") == "hello"


def test_a_certificate_for_another_name_is_refused_whoever_vouches(
    tls: str, certificate: Path
) -> None:
    with pytest.raises(BackendError, match="not trusted"):
        ask(tls.replace("127.0.0.1", "localhost"), ca_file=certificate / "cert.pem")


def test_who_speaks_plain_http_reads_no_list_of_authorities(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []
    make = httpx.create_ssl_context

    def listed() -> ssl.SSLContext:
        read.append("list")
        return make()

    _transport._everywhere.cache_clear()
    monkeypatch.setattr(httpx, "create_ssl_context", listed)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    Client("http://127.0.0.1:1").close()
    assert read == []
    Client("https://127.0.0.1:1").close()
    assert read == ["list"]


def test_a_client_of_plain_http_trusts_no_other_host_that_it_is_sent_to(tls: str) -> None:
    plain = "http://127.0.0.1:1"
    with closing(Client(plain)) as client, pytest.raises(BackendError, match="not trusted"):
        client.get(tls)
    with (
        closing(_transport.open_http(plain, proxy=None, ca_file=None)) as bare,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        bare.get(tls)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_ca_file_that_is_none_is_said(tmp_path: Path, content: str | None) -> None:
    if content:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(ConfigError, match=r"ca\.pem cannot be used"):
        ask("https://127.0.0.1:1", ca_file=tmp_path / "ca.pem")


def test_the_proxy_that_is_named_is_used(proxy: Proxy) -> None:
    with serving(_hello) as url:
        assert ask(url, proxy=f"http://kasse:geheim@127.0.0.1:{proxy.port}") == "hello"
    assert proxy.asked[0].startswith(f"GET {url}/ ")
    assert "Proxy-Authorization: Basic" in proxy.asked[0]


def test_tls_goes_through_the_proxy_to_its_end(proxy: Proxy, tls: str, certificate: Path) -> None:
    address = f"http://127.0.0.1:{proxy.port}"
    assert ask(tls, proxy=address, ca_file=certificate / "cert.pem") == "hello"
    assert proxy.asked[0].startswith("CONNECT 127.0.0.1:")
    with pytest.raises(BackendError, match="not trusted"):
        ask(tls, proxy=address)


def test_the_environment_names_a_proxy(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with serving(_hello) as url:
        assert ask(url) == "hello"
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        assert ask(url) == "hello"
    assert len(proxy.asked) == 1


def test_a_proxy_that_refuses_has_sent_nothing_on(
    proxy: Proxy, tls: str, certificate: Path
) -> None:
    proxy.refuses = True
    with pytest.raises(Unreachable) as caught:
        ask(tls, proxy=f"http://127.0.0.1:{proxy.port}", ca_file=certificate / "cert.pem")
    assert not caught.value.maybe_done


def test_a_proxy_that_is_no_url_is_the_configurations_fault() -> None:
    with pytest.raises(ConfigError):
        ask("https://shop.example", proxy="gopher://alt")
