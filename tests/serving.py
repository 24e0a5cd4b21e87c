"""The programs of tests/host, for the tests that are not in Rust. `cargo build --package host --bins` builds them."""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINARIES = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
COMPONENT = ROOT / "target" / "wasm32-wasip2" / "fixture" / "ipedge.wasm"
REAL_COMPONENT = ROOT / "target" / "wasm32-wasip2" / "release" / "ipedge.wasm"


def browser(purpose):
    """The path of Chromium. Without it nothing of `purpose` can run: this says so, and ends, in CI as a failure."""
    found = shutil.which("chromium")
    if found is None:
        print(f"\n*** NOT RUN: {purpose}. There is no chromium on the PATH. ***\n", file=sys.stderr)
        sys.exit(os.environ.get("CI") == "true")
    return found


@contextlib.contextmanager
def serving(program, *options):
    """Runs a program on a free port while the block runs. Yields the URL, which the program prints once it listens."""
    command = [BINARIES / program, "--listen", "127.0.0.1:0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline()
            if not said.startswith("Serving http://"):
                sys.exit(f"{program} does not serve")
            yield said.removeprefix("Serving ").strip()
        finally:
            process.terminate()


@contextlib.contextmanager
def service(*options, component=COMPONENT, resolver=(), **variables):
    """Runs a component, that with the tests' databases, and their resolver while the block runs. Yields its origin.

    `options` are those of the host, and `resolver` those of the resolver.
    """
    with serving("doh", *resolver) as url:
        resolver = url.removesuffix("/dns-query")
        variables = {"doh_primary": resolver, "doh_fallback": resolver, **variables}
        given = [f"--variable={name}={value}" for name, value in variables.items()]
        with serving("host", "--component", component, *given, *options) as origin:
            yield origin
