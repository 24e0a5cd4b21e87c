#!/usr/bin/env python3
"""Generates clients from /openapi.json, as users of the service do, and checks that the clients are complete.

- npm openapi-typescript makes types, and npm typescript checks a golden answer against them.
- PyPI openapi-python-client makes a Python client. It must not warn of any schema.
- npm @redocly/cli lints the document, warnings included.

It serves the component with the databases of the tests. The programs are installed into target/generators.
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = ROOT / "target" / "generators"
ENVIRONMENT = WORK / "venv"
GOLDEN = ROOT / "tests" / "host" / "golden" / "8.8.8.8.json"

# The only omission that openapi-python-client 0.29.1 may have: it sends no text bodies. Batches are sent as JSON.
KNOWN_WARNINGS = ["Unsupported content type text/plain"]

sys.path.insert(0, str(ROOT / "tests"))
from serving import service  # noqa: E402: it is beside this folder


def main():
    install_npm()
    document = WORK / "openapi.json"
    with service() as origin, urllib.request.urlopen(f"{origin}/openapi.json") as response:
        document.write_bytes(response.read())
    failures = [*check_lines(document), *typescript(document), *python(document), *lint(document)]
    for failure in failures:
        print(f"generators: {failure}", file=sys.stderr)
    if not failures:
        print("generators: TypeScript and Python clients are complete, and the document has no warnings")
    return 1 if failures else 0


def install_npm():
    """Runs npm ci, unless the packages of this lock file are installed."""
    installed = WORK / "installed-lock.json"
    lock = HERE / "package-lock.json"
    if installed.exists() and installed.read_bytes() == lock.read_bytes():
        return
    WORK.mkdir(parents=True, exist_ok=True)
    for file in ["package.json", "package-lock.json"]:
        shutil.copy(HERE / file, WORK)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=WORK, check=True)
    shutil.copy(lock, installed)


def check_lines(document):
    """The lines of a batch are the documents with an index before them. Generators need them as separate schemas."""
    schemas = json.loads(document.read_text())["components"]["schemas"]
    for line, base in [("ReportLine", "Report"), ("HostLine", "Host"), ("ProblemLine", "SubjectProblem")]:
        rest = {name: rule for name, rule in schemas[line]["properties"].items() if name != "index"}
        if rest != schemas[base]["properties"]:
            yield f"{line} is not {base} with an index"
        if schemas[line]["required"] != ["index", *schemas[base]["required"]]:
            yield f"{line} requires other properties than {base}"


def typescript(document):
    yield from run("openapi-typescript", [npm("openapi-typescript"), document, "--output", "api.d.ts"])
    answer = GOLDEN.read_text().strip()
    # As a literal, so that enumerations and unknown keys are checked, too.
    check = f'import type {{ components }} from "./api";\n\nexport const report: components["schemas"]["Report"] = {answer};\n'
    (WORK / "golden.ts").write_text(check)
    yield from run("tsc", [npm("tsc"), "--noEmit", "--strict", "golden.ts"])
    wrong = check.replace('"number": 15169', '"number": "15169"')
    assert wrong != check, f"{GOLDEN} has another number"
    (WORK / "wrong.ts").write_text(wrong)
    if not list(run("tsc", [npm("tsc"), "--noEmit", "--strict", "wrong.ts"])):
        yield "tsc accepts a text for a number: the check does not work"


def python(document):
    client = ENVIRONMENT / "bin" / "openapi-python-client"
    command = [client, "generate", "--path", document, "--output-path", WORK / "python", "--overwrite"]
    # It formats its output with ruff, which is installed beside it.
    path = f"{ENVIRONMENT / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, cwd=WORK, text=True, capture_output=True, env={**os.environ, "PATH": path})
    output = done.stdout + done.stderr
    if done.returncode != 0:
        yield f"openapi-python-client failed:\n{output}"
    if "Unable to process schema" in output or output.count("WARNING") != len(KNOWN_WARNINGS):
        yield f"openapi-python-client warns:\n{output}"
    for warning in KNOWN_WARNINGS:
        if warning not in output:
            yield f"openapi-python-client no longer warns {warning!r}: remove it from {Path(__file__).name}"
    program = (
        "import json, sys; from ipedge_client.models import Report; "
        "answer = json.load(open(sys.argv[1])); assert Report.from_dict(answer).to_dict() == answer"
    )
    yield from run("the Python client", [sys.executable, "-c", program, GOLDEN], WORK / "python")


def lint(document):
    yield from run("redocly", [npm("redocly"), "lint", "--max-problems", "1000", document], must_not_say="warning")


def run(name, command, folder=WORK, must_not_say=None):
    done = subprocess.run(command, cwd=folder, text=True, capture_output=True)
    output = done.stdout + done.stderr
    said = output.replace("Deprecation warning", "")  # from Node.js, not about the document
    if done.returncode != 0 or (must_not_say and must_not_say in said):
        yield f"{name} failed:\n{output}"


def npm(program):
    return WORK / "node_modules" / ".bin" / program


if __name__ == "__main__":
    if Path(sys.prefix) != ENVIRONMENT:
        python_ = ENVIRONMENT / "bin" / "python3"
        if not python_.exists():
            subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        install = [python_, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
        subprocess.run([*install, HERE / "requirements.txt"], check=True)
        os.execv(python_, [python_, __file__, *sys.argv[1:]])
    sys.exit(main())
