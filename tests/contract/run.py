#!/usr/bin/env python3
"""The service against its own contract, /openapi.json: schemathesis asks what the document allows and what it does not.

Serves the component with the tests' databases, and a DNS-over-HTTPS server for it to ask. Where schemathesis is not
installed, it goes into a virtual environment below target/. Options are passed on to `schemathesis run`, such as
`--seed 2 --max-examples 1000`.
"""

import os
import select
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENVIRONMENT = ROOT / "target" / "contract"
COMPONENT = ROOT / "target" / "wasm32-wasip2" / "fixture" / "ipedge.wasm"
START_SECONDS = 600  # decides over nothing but how long a failure takes: cargo may have to build first


def main():
    schemathesis = [sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml"]
    with serving("doh", "--listen", "127.0.0.1:0") as resolver:
        origin = resolver.removesuffix("/dns-query")
        variables = [f"doh_primary={origin}", f"doh_fallback={origin}", "caller_header=true-client-ip"]
        options = [option for variable in variables for option in ("--variable", variable)]
        with serving("host", "--listen", "127.0.0.1:0", "--component", COMPONENT, *options) as service:
            run = [*schemathesis, "run", f"{service}/openapi.json", *sys.argv[1:]]
            return subprocess.run(run, cwd=ROOT / "target").returncode


@contextmanager
def serving(program, *options):
    """Runs a program of tests/host while the block runs; gives the URL that it says it serves."""
    command = ["cargo", "run", "--quiet", "--package", "host", "--bin", program, "--", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            # The line comes once the program listens. Without it the program has ended, or hangs.
            ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
            line = process.stdout.readline() if ready else ""
            if not line.startswith("Serving "):
                sys.exit(f"{program} does not serve")
            yield line.removeprefix("Serving ").strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    if Path(sys.prefix) != ENVIRONMENT:
        python = ENVIRONMENT / "bin" / "python3"
        requirements = HERE / "requirements.txt"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
        subprocess.run(install, check=True)
        os.execv(python, [python, __file__, *sys.argv[1:]])
    sys.exit(main())
