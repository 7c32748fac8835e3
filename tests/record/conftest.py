from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import server as test_mode
import trustme
from suites import RECORDING, Suite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server() -> Iterator[test_mode.Server]:
    server = test_mode.Server()
    yield server
    server.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(tmp_path: Path, authority: trustme.CA) -> Iterator[test_mode.Server]:
    certificate = authority.issue_cert("localhost")
    chain, key = tmp_path / "server.pem", tmp_path / "server.key"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    key.write_bytes(certificate.private_key_pem.bytes())
    server = test_mode.Server((chain, key))
    yield server
    server.close()


@pytest.fixture
def trust(tmp_path: Path, authority: trustme.CA) -> Path:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A cassette of each type, recorded once for all tests that need one to lose."""
    server = test_mode.Server()
    path = tmp_path_factory.mktemp("recordings")
    (path / "test_it.py").write_text("def test_it(stripe_token): ...\n", encoding="utf-8")
    environ = {**os.environ, "STRIPE_SECRET_KEY": test_mode.SECRET_KEY, "STRIPE_API_BASE": server.url}
    command = [sys.executable, "-m", "pytest", "-q", *RECORDING, "--record", f"--rootdir={path}", str(path)]
    subprocess.run(command, cwd=path, env={**environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, check=True)
    server.close()
    return {cassette.name: cassette.read_bytes() for cassette in (path / "cassettes").iterdir()}


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, server: test_mode.Server) -> Suite:
    monkeypatch.setenv("STRIPE_SECRET_KEY", test_mode.SECRET_KEY)
    monkeypatch.setenv("STRIPE_API_BASE", server.url)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    return Suite(pytester, RECORDING, monkeypatch)
