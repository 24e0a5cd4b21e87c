#!/usr/bin/env python3
"""Runs every block of docs/clients.md, and compares its output with the text under it.

A block runs as it stands there, except for its origin, which is that of the service under test: the component with the
tests' databases, with the tests' DNS-over-HTTPS server as its resolver. `make component-fixture` and
`cargo build --package host --bins` build both.
"""

import difflib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CLIENTS = ROOT / "docs" / "clients.md"
WORK = ROOT / "target" / "clients"

sys.path.insert(0, str(ROOT / "tests"))
from serving import service  # noqa: E402: it is in the folder above

ORIGIN = "http://127.0.0.1:3000"  # in docs/clients.md
PATIENCE = 60  # seconds that a client may take; each takes about one


def main():
    failures = 0
    with service_without_cache() as origin:
        for example in examples(blocks()):
            start = time.monotonic()
            problems = list(example.run(origin))
            failures += bool(problems)
            print(f"{'FAILED' if problems else 'ok'}  {example}  {time.monotonic() - start:.1f} s", flush=True)
            print(*problems, sep="\n", end="\n" if problems else "")
    sys.exit(f"{failures} of the clients in {CLIENTS.name} failed" if failures else 0)


# --- the examples ----------------------------------------------------------------------------------------------------


class Block(NamedTuple):
    line: int
    language: str
    text: str

    def __str__(self):
        return f"{CLIENTS.name}:{self.line}: {self.language}"


def blocks():
    """The fenced blocks of docs/clients.md."""
    text = CLIENTS.read_text()
    fences = re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, re.M | re.S)
    found = [Block(text.count("\n", 0, fence.start()) + 1, fence[1], fence[2]) for fence in fences]
    return found or sys.exit(f"{CLIENTS} has no blocks")


def examples(blocks):
    """The examples that the blocks make. A block that no example runs is an error: it would go untested."""
    manifest = None
    rest = iter(blocks)
    for block in rest:
        if block.language == "console":
            yield Console(block)
        elif block.language == "toml" and manifest is None:
            manifest = block
        elif block.language in ("js", "python", "rust"):
            output = next(rest, None)
            if output is None or output.language != "text":
                sys.exit(f"{block}: it needs a block `text` under it with its output")
            if block.language == "rust" and manifest is None:
                sys.exit(f"{block}: it needs a block `toml` above it with its dependencies")
            yield {"js": JavaScript, "python": Python, "rust": Rust}[block.language](block, output, manifest)
            manifest = manifest if block.language != "rust" else None
        else:
            sys.exit(f"{block}: no test runs it")
    if manifest:
        sys.exit(f"{manifest}: no block `rust` under it")


# --- how they run ----------------------------------------------------------------------------------------------------


class Console:
    """Commands after `$ `, continued after `> `, each with its output under it."""

    def __init__(self, block):
        self.block = block

    def __str__(self):
        return str(self.block)

    def run(self, origin):
        folder = empty("console")
        steps = re.findall(r"^\$ (.*\n(?:> .*\n)*)((?:(?!\$ ).*\n)*)", self.block.text, re.M)
        if "".join(f"$ {command}{output}" for command, output in steps) != self.block.text or not steps:
            yield "the block does not begin with `$ `"
        for command, output in steps:
            command = command.replace("\n> ", "\n").replace(ORIGIN, origin)
            yield from compare(["bash", "-euo", "pipefail", "-c", command], folder, output)


class Program:
    """A complete program, and its output."""

    def __init__(self, block, output, manifest):
        self.block, self.output, self.manifest = block, output, manifest

    def __str__(self):
        return str(self.block)

    def source(self, origin):
        return self.block.text.replace(ORIGIN, origin)


class JavaScript(Program):
    def run(self, origin):
        folder = empty("js")
        (folder / "main.mjs").write_text(self.source(origin))
        yield from compare(["node", "main.mjs"], folder, self.output.text)


class Python(Program):
    def run(self, origin):
        folder = empty("python")
        (folder / "main.py").write_text(self.source(origin))
        yield from compare([sys.executable, "-W", "error", "main.py"], folder, self.output.text)


class Rust(Program):
    """A package outside the workspace. Cargo.lock beside this file pins its dependencies."""

    def run(self, origin):
        folder = empty("rust")
        package = '[package]\nname = "client"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n'
        (folder / "Cargo.toml").write_text(package + self.manifest.text)
        shutil.copy(HERE / "Cargo.lock", folder)
        (folder / "src").mkdir()
        # Once as it stands, and once with an error for each member of the document that the types lack.
        derive = "#[derive(Debug, Deserialize)]\n"
        for change in ("", "#[serde(deny_unknown_fields)]\n"):
            source = self.source(origin).replace(derive, derive + change)
            (folder / "src" / "main.rs").write_text(source)
            build = ["cargo", "build", "--locked", "--target-dir", WORK / "rust-target"]
            built = subprocess.run(build, cwd=folder, env={**os.environ, "RUSTFLAGS": "--deny warnings"})
            if built.returncode:
                yield "cargo cannot build it"
                return
            yield from compare([WORK / "rust-target" / "debug" / "client"], folder, self.output.text)


def empty(name):
    """An empty folder to run in."""
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def compare(command, folder, expected):
    """Runs a command and yields how its output differs from the expected one."""
    # The service is on this machine, which a proxy cannot reach.
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    try:
        result = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        yield f"not finished within {PATIENCE} s: {command[-1]}"
        return
    if result.returncode:
        yield f"ended with {result.returncode}: {command[-1]}\n{result.stderr}"
    if result.stdout != expected:
        yield "".join(diff(expected, result.stdout))


def diff(expected, printed):
    return difflib.unified_diff(expected.splitlines(True), printed.splitlines(True), CLIENTS.name, "printed")


def service_without_cache():
    """A service with one instance for each request, so that none has a DNS cache."""
    return service("--instance-reuse", "1", dns_timeout_ms="30000")


if __name__ == "__main__":
    main()
