"""The library of cassettes and their files."""

from __future__ import annotations

import errno
import gzip
import json
import os
import stat
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import pytest

from pytest_stripe_tokens.api import processes
from pytest_stripe_tokens.api.messages import Request, Response
from pytest_stripe_tokens.cassettes.library import CassetteError, Library, read, render
from pytest_stripe_tokens.cassettes.player import Cassette, Interaction, Metadata, Player
from pytest_stripe_tokens.redaction.leaks import leaks

URL = "https://api.stripe.com/v1/tokens"
KEY = "sk_test_" + "51HcAnArY" * 3
ANSWER = {"id": "tok_1", "object": "token", "client_ip": "198.51.100.7", "type": "card"}


@pytest.fixture
def directory(tmp_path):
    path = tmp_path / "cassettes"
    path.mkdir()
    return path


@pytest.fixture
def library(directory):
    return Library(directory)


def files(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def cassette(path: Path, answer: object = None, **metadata: str) -> Cassette:
    request = Request(
        "POST",
        URL,
        {"authorization": f"Bearer {KEY}", "content-type": "application/x-www-form-urlencoded", "cookie": "a=canary"},
        b"card[number]=4242424242424242&card[cvc]=987",
    )
    body = json.dumps(ANSWER if answer is None else answer).encode()
    response = Response(200, {"Content-Type": "application/json", "Set-Cookie": "x", "Request-Id": "req_1"}, body)
    return Cassette(path, Metadata(**metadata), (Interaction(request, response),))


def write(path: Path, **parts: str) -> Path:
    path.write_text(yaml_of(**parts), encoding="utf-8")
    return path


def yaml_of(request: str = "{method: GET, uri: u}", response: str = "{status: {code: 200}, body: {string: ''}}") -> str:
    return f"version: 1\ninteractions:\n- request: {request}\n  response: {response}\n"


class TestNames:
    @pytest.mark.parametrize("name", ["card", "refunds/partial", "a b", "ünï", "v1.2"])
    def test_a_name_is_a_file_below_the_directory(self, library, directory, name):
        assert library.path(name) == directory / f"{name}.yaml"

    @pytest.mark.parametrize(
        "name",
        [
            "",
            ".",
            "..",
            "../x",
            "a/../../x",
            "/etc/x",
            "a//b",
            "a/",
            "C:x",
            "C:/x",
            "a\\b",
            "a\0",
            "a\nb",
            ".x",
            "a.",
            " a",
            "a?",
        ],
    )
    def test_a_name_that_leaves_the_directory_or_is_none_somewhere_is_refused(self, library, name):
        with pytest.raises(CassetteError, match="invalid cassette name"):
            library.path(name)

    def test_a_name_with_the_suffix_is_refused(self, library):
        with pytest.raises(CassetteError, match=r"leave \.yaml out"):
            library.path("card.yaml")

    def test_a_link_out_of_the_directory_is_refused(self, library, directory, tmp_path):
        (directory / "out").symlink_to(tmp_path)

        with pytest.raises(CassetteError, match="symbolic link"):
            library.path("out/x")

    def test_a_link_that_ends_nowhere_is_refused(self, library, directory):
        (directory / "loop").symlink_to(directory / "loop")

        with pytest.raises(CassetteError):
            library.find("loop/x")

    def test_a_directory_that_is_a_link_itself_is_fine(self, directory, tmp_path):
        (tmp_path / "link").symlink_to(directory)

        assert Library(tmp_path / "link").path("card") == tmp_path / "link/card.yaml"

    def test_every_cassette_is_named_in_order(self, library, directory):
        (directory / "refunds").mkdir()
        for name in ("card.yaml", "refunds/partial.yaml", "account.yaml", ".card.yaml", "note.txt"):
            (directory / name).touch()

        assert library.names() == ("account", "card", "refunds/partial")

    def test_a_directory_that_is_not_there_has_no_names(self, tmp_path):
        assert Library(tmp_path / "none").names() == ()


class TestFind:
    def test_a_cassette_that_is_not_there_is_none(self, library):
        assert library.find("card") is None

    def test_a_cassette_is_read_once(self, library, directory):
        library.write(cassette(directory / "card.yaml"))
        other = Library(directory)
        first = other.find("card")
        (directory / "card.yaml").unlink()

        assert first is not None
        assert other.find("card") is first

    def test_a_broken_cassette_is_an_error_each_time(self, library, directory):
        (directory / "card.yaml").write_text("", encoding="utf-8")

        for _ in range(2):
            with pytest.raises(CassetteError, match="is empty"):
                library.find("card")

    def test_a_cassette_written_by_another_process_is_read_once_forgotten(self, library, directory):
        library.find("card")
        Library(directory).write(cassette(directory / "card.yaml"))
        library.forget("card")

        assert library.find("card") is not None

    def test_a_directory_in_the_place_of_a_file_is_an_error(self, library, directory):
        (directory / "card.yaml").mkdir()

        with pytest.raises(CassetteError, match=r"card\.yaml: can't be read"):
            library.find("card")


class TestRead:
    def test_a_tag_that_would_run_code_runs_none(self, tmp_path):
        target = tmp_path / "target"
        path = tmp_path / "card.yaml"
        path.write_text(f"version: 1\nx: !!python/object/apply:os.mkdir [{target}]\n", encoding="utf-8")

        with pytest.raises(CassetteError):
            read(path)

        assert not target.exists()

    def test_plain_vcrpy_says_nothing_of_itself_and_was_recorded(self, tmp_path):
        path = tmp_path / "card.yaml"
        path.write_text("version: 1\ninteractions: []\n", encoding="utf-8")

        assert read(path) == Cassette(path, Metadata("recorded"), ())

    def test_what_plain_vcrpy_recorded_is_reduced_on_the_way_in(self, tmp_path):
        path = write(
            tmp_path / "card.yaml",
            request=f"{{method: post, uri: {URL}, body: 'card[cvc]=987', headers: {{Authorization: [{KEY}]}}}}",
        )

        assert read(path).interactions[0].request == Request(
            "POST", URL, {"authorization": "Bearer ***"}, b"card[cvc]=***"
        )

    @pytest.mark.parametrize("body", ["'{}'", "!!binary e30="])
    def test_a_body_is_a_text_or_binary(self, tmp_path, body):
        path = write(tmp_path / "card.yaml", response=f"{{status: {{code: 200}}, body: {{string: {body}}}}}")

        assert read(path).interactions[0].response.body == b"{}"

    @pytest.mark.parametrize("headers", ["{Content-Length: [2, 3]}", "{content-encoding: [identity], X: 1}"])
    def test_headers_of_the_transfer_are_left_out(self, tmp_path, headers):
        path = write(
            tmp_path / "card.yaml", response=f"{{status: {{code: 200}}, headers: {headers}, body: {{string: ''}}}}"
        )

        assert set(read(path).interactions[0].response.headers) <= {"X"}

    def test_a_header_that_was_sent_twice_is_joined(self, tmp_path):
        path = write(
            tmp_path / "card.yaml",
            response="{status: {code: 200}, headers: {Vary: [Origin, !!binary QQ==]}, body: {string: ''}}",
        )

        assert read(path).interactions[0].response.headers == {"Vary": "Origin, A"}

    def test_a_compressed_body_is_decoded(self, tmp_path):
        body = b64encode(gzip.compress(b'{"id": "tok_1"}')).decode()
        headers = "{Content-Encoding: gzip}"
        path = write(
            tmp_path / "card.yaml",
            response=f"{{status: {{code: 200}}, headers: {headers}, body: {{string: !!binary {body}}}}}",
        )

        assert read(path).interactions[0].response == Response(200, {}, b'{"id": "tok_1"}')

    def test_a_body_that_was_decoded_before_it_was_recorded_is_read(self, tmp_path):
        path = write(
            tmp_path / "card.yaml",
            response="{status: {code: 200}, headers: {Content-Encoding: br}, body: {string: '[1]'}}",
        )

        assert read(path).interactions[0].response.json() == [1]

    def test_a_body_in_a_coding_that_nobody_here_knows_is_an_error(self, tmp_path):
        path = write(
            tmp_path / "card.yaml", response="{status: {code: 200}, headers: {Content-Encoding: br}, body: {string: x}}"
        )

        with pytest.raises(CassetteError, match="Content-Encoding 'br'"):
            read(path)

    def test_a_date_that_is_not_quoted_is_a_text(self, tmp_path):
        path = tmp_path / "card.yaml"
        path.write_text("version: 1\nmetadata: {api_version: 2024-06-20}\ninteractions: []\n", encoding="utf-8")

        assert read(path).metadata.api_version == "2024-06-20"

    def test_a_byte_order_mark_is_no_matter(self, tmp_path):
        path = tmp_path / "card.yaml"
        path.write_bytes(b"\xef\xbb\xbfversion: 1\ninteractions: []\n")

        assert read(path).interactions == ()


class TestRender:
    def test_a_cassette_is_plain_vcrpy_with_its_metadata_first(self, tmp_path):
        data = render(
            cassette(tmp_path / "card.yaml", {"id": "tok_1"}, recorded_at="2026-11-01T00:00:00Z", token_type="card")
        )

        assert data.decode() == (
            "version: 1\n"
            "metadata:\n"
            "  origin: recorded\n"
            "  recorded_at: '2026-11-01T00:00:00Z'\n"
            "  api_version: null\n"
            "  plugin_version: null\n"
            "  token_type: card\n"
            "interactions:\n"
            "- request:\n"
            "    method: POST\n"
            "    uri: https://api.stripe.com/v1/tokens\n"
            "    body: card[cvc]=***&card[number]=****4242\n"
            "    headers:\n"
            "      Authorization:\n"
            "      - Bearer sk_test_***\n"
            "      Content-Type:\n"
            "      - application/x-www-form-urlencoded\n"
            "  response:\n"
            "    status:\n"
            "      code: 200\n"
            "      message: OK\n"
            "    headers:\n"
            "      Content-Type:\n"
            "      - application/json\n"
            "      Request-Id:\n"
            "      - req_1\n"
            "    body:\n"
            "      string: |-\n"
            "        {\n"
            '          "id": "tok_1"\n'
            "        }\n"
        )

    def test_nothing_secret_is_in_it(self, tmp_path):
        data = render(cassette(tmp_path / "card.yaml"))

        assert leaks(data, [KEY, "4242424242424242", "987", "a=canary", "198.51.100.7"]) == []

    def test_what_was_read_is_rendered_to_the_same_bytes(self, tmp_path):
        path = tmp_path / "card.yaml"
        path.write_bytes(render(cassette(path)))

        assert render(read(path)) == path.read_bytes()

    @pytest.mark.parametrize(
        "text", ["a\n b", " a\nb", "a: b\n# c", "é\t\x85\u2028", "x " * 500, "\r\n", "yes", "a\ufeff"]
    )
    def test_any_text_is_read_back_as_it_was(self, tmp_path, text):
        path = tmp_path / "card.yaml"
        request = Request("POST", URL, {}, b"")
        path.write_bytes(
            render(
                Cassette(path, Metadata(api_version=text), (Interaction(request, Response(200, {}, text.encode())),))
            )
        )
        back = read(path)

        assert (back.metadata.api_version, back.interactions[0].response.body.decode()) == (text, text)

    def test_vcrpy_alone_plays_it(self, tmp_path):
        import urllib.request

        vcr = pytest.importorskip("vcr")
        path = tmp_path / "card.yaml"
        path.write_bytes(render(cassette(path, {"id": "tok_1"})))
        with vcr.use_cassette(str(path), record_mode="none", match_on=["method", "uri"]):
            answer = json.load(urllib.request.urlopen(urllib.request.Request(URL, data=b"x")))

        assert answer == {"id": "tok_1"}


class TestWrite:
    def test_directories_are_made(self, library, directory):
        library.write(cassette(directory / "refunds/partial.yaml"))

        assert library.names() == ("refunds/partial",)

    def test_what_was_written_is_found_without_its_secrets(self, library, directory):
        library.write(cassette(directory / "card.yaml"))

        kept, found = library.find("card"), read(directory / "card.yaml")
        assert kept is not None
        assert kept.metadata == found.metadata
        assert [(item.request, item.response) for item in kept.interactions] == [
            (item.request, item.response) for item in found.interactions
        ]

    def test_nothing_else_is_left_behind(self, library, directory):
        library.write(cassette(directory / "card.yaml"))

        assert files(directory) == ["card.yaml"]

    def test_the_permissions_of_the_old_file_are_kept(self, library, directory):
        path = directory / "card.yaml"
        path.touch()
        path.chmod(0o640)
        library.write(cassette(path))

        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    def test_a_link_within_the_directory_is_written_through(self, library, directory):
        (directory / "real.yaml").touch()
        (directory / "card.yaml").symlink_to("real.yaml")
        library.write(cassette(directory / "card.yaml"))

        assert (directory / "card.yaml").is_symlink()
        assert (directory / "real.yaml").stat().st_size

    @pytest.mark.parametrize("call", ["fsync", "replace"])
    def test_a_failure_leaves_the_old_file_and_nothing_else(self, library, directory, monkeypatch, call):
        path = directory / "card.yaml"
        path.write_text("old", encoding="utf-8")

        def fail(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(*((os, "fsync") if call == "fsync" else (Path, "replace")), fail)

        with pytest.raises(CassetteError, match=r"card\.yaml: can't be written: No space left on device; .* unchanged"):
            library.write(cassette(path))
        assert (path.read_text(encoding="utf-8"), files(directory)) == ("old", ["card.yaml"])

    def test_a_directory_that_cannot_be_made_is_an_error(self, tmp_path):
        (tmp_path / "file").touch()

        with pytest.raises(CassetteError, match="can't be written"):
            Library(tmp_path).write(cassette(tmp_path / "file/card.yaml"))

    def test_a_system_that_cannot_sync_directories_is_no_matter(self, library, directory, monkeypatch):
        real = os.open

        def refuse(path, flags, *mode):
            if Path(path).is_dir():
                raise PermissionError
            return real(path, flags, *mode)

        monkeypatch.setattr(os, "open", refuse)
        library.write(cassette(directory / "card.yaml"))
        library.settle()

        assert library.find("card") is not None

    def test_what_a_killed_process_left_is_removed(self, library, directory):
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        (directory / f".card.yaml.{gone.pid}-abcd.tmp").touch()
        library.write(cassette(directory / "card.yaml"))

        assert files(directory) == ["card.yaml"]

    @pytest.mark.parametrize(
        "name",
        [f".card.yaml.{os.getpid()}-abcd.tmp", ".card.yaml.x-abcd.tmp", ".card.yaml.1-a.tmp"],
        ids=["ours", "no-number", "another"],
    )
    def test_what_a_running_process_stages_is_left_alone(self, library, directory, name):
        (directory / name).touch()
        library.write(cassette(directory / "card.yaml"))

        assert (directory / name).exists()

    @pytest.mark.parametrize("answer", [PermissionError, None])
    def test_a_process_of_another_user_is_running(self, library, directory, monkeypatch, answer):
        def kill(process: int, number: int) -> None:
            if answer:
                raise answer

        monkeypatch.setattr(os, "kill", kill)
        (directory / ".card.yaml.7-abcd.tmp").touch()
        library.write(cassette(directory / "card.yaml"))

        assert (directory / ".card.yaml.7-abcd.tmp").exists()

    def test_where_processes_cannot_be_asked_for_nothing_is_removed(self, monkeypatch):
        monkeypatch.setattr(processes.os, "name", "nt")

        assert processes.is_running(0)

    def test_a_kill_at_any_moment_leaves_the_old_file_or_the_new_one(self, directory):
        path = directory / "card.yaml"
        old = render(cassette(path, {"id": "old"}))
        new = render(cassette(path, {"id": "new", "list": list(range(2000))}))
        path.write_bytes(old)
        script = (
            "import sys; from pathlib import Path; from pytest_stripe_tokens.cassettes import library\n"
            "path, data = Path(sys.argv[1]), sys.stdin.buffer.read(); print('ready', flush=True)\n"
            "while True: library._replace(path, data)"
        )
        for delay in range(5):
            process = subprocess.Popen(
                [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            assert process.stdin
            assert process.stdout
            process.stdin.write(new if delay % 2 else old)
            process.stdin.close()
            process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(delay / 100 + 0.003)
            process.kill()
            process.wait()
            process.stdout.close()
            assert path.read_bytes() in (old, new)
        Library(directory).write(read(path))
        assert files(directory) == ["card.yaml"]


def test_a_player_is_had_from_here():
    assert Player([]).closest(Request("GET", URL)) is None
