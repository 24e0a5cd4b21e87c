#!/usr/bin/env python3
"""Checks the service against its contract, /openapi.json: schemathesis sends requests that the document allows, and
requests that the document does not allow.

It serves the component with the databases and the resolver of the tests. schemathesis is installed into a virtual
environment below target/. Options are passed to `schemathesis run`, such as `--seed 2 --max-examples 1000`.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ENVIRONMENT = ROOT / "target" / "contract"

sys.path.insert(0, str(ROOT / "tests"))
from serving import service  # noqa: E402: it is beside this folder


def main():
    schemathesis = [sys.executable, "-m", "schemathesis.cli", "--config-file", HERE / "schemathesis.toml"]
    with service(caller_header="true-client-ip") as origin:
        run = [*schemathesis, "run", f"{origin}/openapi.json", *sys.argv[1:]]
        return subprocess.run(run, cwd=ROOT / "target").returncode


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
