"""Python programs that a test starts reach no Stripe, and are otherwise as they would be."""

from __future__ import annotations

import asyncio
import importlib
import os
import shlex
import socket
import ssl
import subprocess
import sys
import threading
from importlib.util import find_spec

import pytest
import trustme

from pytest_stripe_tokens import stripe_sandbox
from pytest_stripe_tokens.interception import programs

# With the other ways out, in a step of CI's own.
pytestmark = pytest.mark.slow

WORDS = "pytest-stripe-tokens lets nothing reach api.stripe.com from this program"
FOLDER = programs.__file__.removesuffix("programs.py") + "at_start"


def asking(call):
    """A program that asks Stripe in one of its own ways, and says what it was refused with."""
    return [
        sys.executable,
        "-c",
        f"""
import asyncio, socket, subprocess, sys, urllib.request
try:
    {call}
except Exception as error:
    print(error, error.__context__)
""",
    ]


BY_URLLIB = asking("urllib.request.urlopen('https://api.stripe.com/v1/tokens')")


def printed(*args, **kwargs):
    with subprocess.Popen(*args, **kwargs, text=True) as program:
        return program.communicate(timeout=60)[0]


def run(program, **kwargs):
    return printed(program, stdout=subprocess.PIPE, **kwargs)


def run_async(program, new_loop=asyncio.new_event_loop):
    async def start():
        made = await asyncio.create_subprocess_exec(*program, stdout=subprocess.PIPE)
        return (await made.communicate())[0].decode()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(start())


# What comes before `env` among Popen's arguments.
PLACES = (-1, None, None, subprocess.PIPE, None, None, True, False, None)
WAYS = {
    "urllib.request": lambda: run(BY_URLLIB),
    "an environment of its own": lambda: run(BY_URLLIB, env={"PYTHONPATH": "mine"}),
    "an environment in its place": lambda: printed(BY_URLLIB, *PLACES, {}),
    "an environment of bytes": lambda: run(BY_URLLIB, env={b"PYTHONPATH": b"mine"}),
    "bytes": lambda: run(asking("socket.getaddrinfo(b'API.stripe.com.', 443)")),
    "full width": lambda: run(asking(r"socket.getaddrinfo('\uff41\uff50\uff49.stripe.com', 443)")),
    "streams": lambda: run(asking("asyncio.run(asyncio.open_connection('api.stripe.com', 443, ssl=True))")),
    "a program's program": lambda: run(asking(f"print(subprocess.check_output({BY_URLLIB}))")),
    "a shell": lambda: run(shlex.join(BY_URLLIB), shell=True),
    "asyncio": lambda: run_async(BY_URLLIB),
}
if find_spec("uvloop"):
    WAYS["uvloop"] = lambda: run_async(BY_URLLIB, importlib.import_module("uvloop").new_event_loop)


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_a_program_is_refused_however_it_is_started():
    with stripe_sandbox():
        said = {name: way() for name, way in WAYS.items()}
    assert {name: words for name, words in said.items() if WORDS not in words} == {}


def test_a_program_that_no_sandbox_started_is_left_alone():
    numeric = asking("socket.getaddrinfo('api.stripe.com', 443, flags=socket.AI_NUMERICHOST)")
    with stripe_sandbox():
        inside = run(numeric)
    after = run(numeric)
    assert WORDS in inside
    assert after
    assert "pytest-stripe-tokens" not in after


def test_past_a_proxy_the_key_goes_no_further(monkeypatch, tmp_path):
    authority, seen = trustme.CA(), []
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("api.stripe.com").configure_cert(context)
    proxy = socket.create_server(("127.0.0.1", 0))

    def serve():
        for _ in range(2):
            peer, _ = proxy.accept()
            with peer:
                seen.append(peer.recv(4096).split()[0])
                peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                try:
                    with context.wrap_socket(peer, server_side=True) as tunnel:
                        seen.append(tunnel.recv(4096).split()[0])
                        tunnel.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with stripe_sandbox():
        words = run(BY_URLLIB)
    run(BY_URLLIB)
    thread.join(30)
    proxy.close()
    assert WORDS in words
    assert seen == [b"CONNECT", b"CONNECT", b"GET"]


def test_a_program_keeps_its_own_path_and_sitecustomize(tmp_path):
    tell = "import sys; print(sys.path, getattr(sys.modules.get('sitecustomize'), '__file__', None), sys.argv)"
    (tmp_path / "sitecustomize.py").write_text("print('its own')")
    environs = [None, {"PYTHONPATH": str(tmp_path)}, {"PYTHONPATH": ""}, {}]

    def told():
        return [run([sys.executable, *options, "-c", tell], env=env) for env in environs for options in ([], ["-I"])]

    before = told()
    with stripe_sandbox():
        assert told() == before
    assert any("its own" in text for text in before)


def test_what_is_no_python_sees_one_variable_more():
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": "mine"}
    with stripe_sandbox(), stripe_sandbox():
        lines = run(["env"], env=environ).splitlines()
    assert sorted(lines) == sorted([f"PATH={os.environ['PATH']}", f"PYTHONPATH={FOLDER}{os.pathsep}mine"])
    assert environ["PYTHONPATH"] == "mine"
