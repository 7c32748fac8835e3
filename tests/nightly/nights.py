"""Nights of the example workflow: its own steps in throw-away clones, the test-mode server, and a `gh` that takes notes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "nightly"
# The server of the recording tests, which are no package.
sys.path.append(str(ROOT / "tests" / "record"))

import server as test_mode  # noqa: E402 - found through the line above

SUITE = """
def test_card(card_token):
    assert card_token.type == "card"

def test_bank(bank_token):
    assert bank_token.bank_account.last4 == "6789"
"""

# Notes what it is asked, and knows of one pull request once it was told to open it. The real one is GitHub's.
GH = """#!{python}
import json, os, pathlib, sys
state = pathlib.Path(os.environ["GH_STATE"])
with (state / "asked").open("a", encoding="utf-8") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
if not os.environ.get("GH_TOKEN"):
    sys.exit("gh: set GH_TOKEN")
if sys.argv[1:3] == ["pr", "create"]:
    (state / "open").touch()
if sys.argv[1:3] == ["pr", "list"] and (state / "open").exists():
    print("https://github.com/shop/shop/pull/1")
"""


def workflow() -> dict[Any, Any]:
    return yaml.safe_load((EXAMPLE / "stripe-cassettes.yml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Step:
    code: int
    output: str


@dataclass(frozen=True)
class Night:
    """What one night left behind."""

    record: Step
    propose: Step
    summary: str
    asked: list[list[str]]

    def error_for(self, *command: str) -> list[list[str]]:
        return [words for words in self.asked if words[: len(command)] == list(command)]


@dataclass
class Project:
    """A project on its forge: a bare repository, its pull requests and its secrets."""

    base: Path
    server: test_mode.Server
    secrets: dict[str, str] = field(default_factory=lambda: {"STRIPE_SECRET_KEY": test_mode.SECRET_KEY})
    nights: int = 0

    def found(self) -> Project:
        """Begin with a suite, the workflow and no cassettes."""
        for name in ("bin", "gh", "home"):
            (self.base / name).mkdir()
        gh = self.base / "bin" / "gh"
        gh.write_text(GH.format(python=sys.executable), encoding="utf-8")
        gh.chmod(0o755)
        self.git("init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        first = self.clone("first")
        (first / ".github" / "workflows").mkdir(parents=True)
        shutil.copy(EXAMPLE / "nightly.sh", first / ".github")
        shutil.copy(EXAMPLE / "stripe-cassettes.yml", first / ".github" / "workflows")
        (first / "test_shop.py").write_text(SUITE, encoding="utf-8")
        (first / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
        self.git("add", "--all", at=first)
        author = ("-c", "user.name=dev", "-c", "user.email=dev@shop.example")
        self.git(*author, "commit", "--quiet", "--message", "A shop", at=first)
        self.git("push", "--quiet", "origin", "HEAD:main", at=first)
        return self

    def copied(self, base: Path, server: test_mode.Server) -> Project:
        """The same project somewhere else, as it is now."""
        for name in ("bin", "gh", "home", "origin.git"):
            shutil.copytree(self.base / name, base / name)
        return Project(base, server)

    @property
    def origin(self) -> Path:
        return self.base / "origin.git"

    def environment(self, **more: str) -> dict[str, str]:
        """What a runner gives every step, and nothing of the machine's own keys or git settings."""
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}
        return {
            **kept,
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(self.base / "home"),
            "PATH": os.pathsep.join([str(self.base / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTEST_ADDOPTS": "-p stripe_tokens -p no:cacheprovider",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "STRIPE_API_BASE": self.server.url,
            **more,
        }

    def git(self, *words: str, at: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=at or self.base, env=self.environment(), check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def clone(self, name: str) -> Path:
        self.git("clone", "--quiet", self.origin.as_uri(), name)
        return self.base / name

    def branches(self) -> dict[str, str]:
        lines = self.git("for-each-ref", "--format=%(refname:short) %(objectname)", "refs/heads", at=self.origin)
        return dict(line.split() for line in lines.splitlines())

    def merge(self) -> None:
        """Merge the open pull request, as a maintainer would."""
        self.git("update-ref", "refs/heads/main", "stripe-cassettes", at=self.origin)
        self.git("branch", "--quiet", "--delete", "--force", "stripe-cassettes", at=self.origin)
        (self.base / "gh" / "open").unlink()

    def proposed(self) -> list[str]:
        """The files that the proposed branch changes."""
        return self.git("diff", "--name-only", "main", "stripe-cassettes", at=self.origin).splitlines()

    def night(self) -> Night:
        """Run the workflow's own commands in a fresh checkout, each with the secrets that the workflow gives it."""
        self.nights += 1
        checkout = self.clone(f"night-{self.nights}")
        summary = checkout / "summary"
        asked = self.base / "gh" / "asked"
        asked.unlink(missing_ok=True)
        shared = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_ACTIONS": "true", "GH_STATE": str(asked.parent)}
        job = workflow()["jobs"]["record"]
        shared |= self._evaluated(job["env"], checkout)
        steps = [step for step in job["steps"] if "nightly.sh" in step.get("run", "")]
        ran: list[Step] = []
        for step in steps:
            given = self.environment(**shared, **self._evaluated(step["env"], checkout))
            command = ["bash", "-e", "-c", step["run"]]
            done = subprocess.run(command, cwd=checkout, env=given, check=False, capture_output=True, text=True)
            ran.append(Step(done.returncode, done.stdout + done.stderr))
        lines = asked.read_text(encoding="utf-8").splitlines() if asked.exists() else []
        return Night(*ran, summary.read_text(encoding="utf-8"), [json.loads(line) for line in lines])

    def _evaluated(self, env: dict[str, str], checkout: Path) -> dict[str, str]:
        """What GitHub makes of `${{ }}`: a secret that is not set is empty."""
        known = {"github.token": "ghs_job", "github.workspace": str(checkout)}
        known |= {f"secrets.{name}": value for name, value in self.secrets.items()}
        return {
            name: re.sub(r"\$\{\{ ([\w.]+) \}\}", lambda found: known.get(found[1], ""), text)
            for name, text in env.items()
        }
