"""Runs every client on other versions of Python, pytest, vcrpy and the clients, and prints a table of what passed.

    python3.11 .ci/versions.py python3.11 python3.12 python3.13     # all of it: some minutes for each Python
    python3.11 .ci/versions.py --only lowest newest -- python3.11

Each Python gets one environment with the newest of all; a set is installed beside it, and goes in front.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEEDED = ("stripe", "requests", "urllib3", "httpx", "aiohttp")
# What the package itself asks for at least, and the oldest clients that are said to be answered.
LOWEST = re.findall(
    r'^    "(?:pytest|vcrpy|PyYAML|Faker|jsonschema|filelock)>=[0-9.]+"',
    (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
    re.MULTILINE,
)
OLDEST = ("requests==2.31.0", "urllib3==1.26.20", "httpx==0.25.2", "aiohttp==3.9.5")
SETS = {
    "newest": (),
    "lowest": (*(line.strip(' "').replace(">=", "==") for line in LOWEST), *OLDEST),
    "pytest 8.0": ("pytest==8.0.0",),
    "pytest 8.4": ("pytest==8.4.*",),
    "vcrpy 9.0": ("vcrpy==9.0.0",),
    "urllib3 1.26": ("requests==2.31.0", "urllib3==1.26.20"),
    "urllib3 2.0": ("requests==2.31.0", "urllib3==2.0.7"),
    "httpx 0.25": ("httpx==0.25.2",),
    "httpx 0.27": ("httpx==0.27.2",),
    "aiohttp 3.9": ("aiohttp==3.9.5",),
    "aiohttp 3.11": ("aiohttp==3.11.18",),
}
PIP = ("-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary", ":all:")


def main() -> int:
    """Print a row for each set on each Python, as it is done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="+", help="interpreters to run on")
    parser.add_argument("--only", nargs="+", choices=SETS, default=list(SETS), help="the sets to run")
    options = parser.parse_args()
    print("| Python | set | versions | result |\n|---|---|---|---|", flush=True)
    results: list[str] = []
    with tempfile.TemporaryDirectory() as work:
        for number, python in enumerate(options.pythons):
            directory = Path(work) / str(number)
            subprocess.run([python, "-m", "venv", directory / "venv"], check=True)
            binary = directory / "venv" / "bin" / "python"
            subprocess.run([binary, *PIP, ROOT, *NEEDED], check=True)
            for name in options.only:
                row = of_set(binary, directory / name.replace(" ", "-"), name)
                print(f"| {' | '.join(row)} |", flush=True)
                results.append(row[-1])
    return any(not re.fullmatch(r"[0-9]+ passed|no wheel.*", result) for result in results)


def of_set(binary: Path, directory: Path, name: str) -> tuple[str, str, str, str]:
    """Run one set; gives Python's version, the set, the versions of what matters, and what came of it."""
    environ = {**os.environ, "PYTHONPATH": str(directory), "PYTHONDONTWRITEBYTECODE": "1"}
    tell = (
        "import importlib.metadata as m, sys; print('.'.join(map(str, sys.version_info[:3]))); "
        f"print(', '.join(f'{{n}} {{m.version(n)}}' for n in {('pytest', 'vcrpy', *NEEDED[1:])!r}))"
    )
    if SETS[name]:
        made = subprocess.run(
            [binary, *PIP, "--target", directory, *SETS[name]], check=False, capture_output=True, text=True
        )
        if made.returncode:
            said = made.stderr.strip().splitlines()[-1] if made.stderr.strip() else "pip failed"
            return platform(binary), name, "-", f"no wheel: {said}" if "No matching" in said else said
    python, versions = subprocess.run(
        [binary, "-c", tell], check=True, capture_output=True, text=True, env=environ
    ).stdout.splitlines()
    ran = subprocess.run(
        [binary, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/plugin/test_each_client.py"],
        check=False,
        capture_output=True,
        text=True,
        env=environ,
        cwd=ROOT,
    )
    lines = ran.stdout.strip().splitlines() or ran.stderr.strip().splitlines() or ["nothing"]
    result = re.sub(r" in [0-9.]+s.*| *=+ *", "", lines[-1])
    if ran.returncode:
        print(f"{ran.stdout[-6000:]}{ran.stderr[-2000:]}", file=sys.stderr)
    return python, name, versions, re.sub(r", \d+ warnings?", "", result)


def platform(binary: Path) -> str:
    """The version of a Python."""
    tell = "import platform; print(platform.python_version())"
    return subprocess.run([binary, "-c", tell], check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
