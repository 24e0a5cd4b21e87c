#!/usr/bin/env python3
"""Runs the artefacts that take their variables from the environment under `wasmtime serve`: the program of the Bytecode
Alliance, in the oldest and the newest version that is supported.

The components have the tests' databases. The resolver is the tests' own, or one of this file that answers when it is told
to. Each version of Wasmtime is installed into a virtual environment below target/, pinned by the hash of its file.
"""

import contextlib
import http.client
import json
import re
import socket
import struct
import subprocess
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
COMPONENTS = ROOT / "target" / "wasm32-wasip2" / "fixture"
# Artefacts, versions, and the options of `wasmtime serve`: those of docs/deploy.md, and once an instance of 0.2 that is
# used again.
SUPPORTED = [
    ("ipedge-wasi-wasip2", "36", []),
    ("ipedge-wasi-wasip2", "49", ["--max-instance-reuse-count", "100", "--idle-instance-timeout", "60s"]),
    ("ipedge-wasi", "46", ["--idle-instance-timeout", "60s"]),
    ("ipedge-wasi", "49", ["--idle-instance-timeout", "60s"]),
]

sys.path.insert(0, str(HERE.parent))
from serving import serving  # noqa: E402: it is in the folder above


def wasmtime(version):
    """The path of this version of the program, which is installed if it is missing or another one is pinned."""
    requirements = HERE / f"requirements-{version}.txt"
    environment = ROOT / "target" / "wasmtime" / version
    installed = environment / "requirements.txt"
    if not installed.exists() or installed.read_text() != requirements.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)
        pip = [environment / "bin" / "python3", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--require-hashes", "--only-binary", ":all:", "-r", requirements], check=True)
        installed.write_text(requirements.read_text())
    # Itself, not the script in bin/: that one would be the process to end, and some versions of pip do not make the program
    # executable.
    [program] = environment.glob("lib/python*/site-packages/wasmtime_cli/wasmtime")
    program.chmod(0o755)
    found = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout
    if not found.startswith(f"wasmtime {version}."):
        sys.exit(f"run.py: {program} is {found}")
    return program


@contextlib.contextmanager
def served(artefact, version, options, **variables):
    """Serves an artefact with these variables while the block runs. Yields the host and the port."""
    given = [f"--env=IPEDGE_{name.upper()}={value}" for name, value in variables.items()]
    command = [wasmtime(version), "serve", "-S", "cli", "--addr", "127.0.0.1:0", *options, *given]
    command.append(COMPONENTS / f"{artefact}.wasm")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        said = []
        try:
            for line in process.stderr:
                said.append(line)
                if listening := re.search(r"Serving HTTP on http://(127\.0\.0\.1:\d+)", line):
                    # Nobody reads further: a full pipe would stop the program.
                    threading.Thread(target=process.stderr.read, daemon=True).start()
                    yield listening[1]
                    return
            sys.exit(f"run.py: wasmtime {version} does not serve {artefact}: {''.join(said)}")
        finally:
            process.terminate()


def request(address, path, method="GET", body=None, **headers):
    """The status, the headers and the body of a response."""
    connection = http.client.HTTPConnection(address, timeout=60)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


class OnTheWord(BaseHTTPRequestHandler):
    """A resolver that answers, with an error, when the event `word` has happened."""

    word = threading.Event()

    def do_GET(self):
        self.word.wait(60)
        self.send_response(503)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


class Served:
    """The tests of one artefact under one version."""

    def served(self, **variables):
        return served(self.artefact, self.version, self.options, **variables)

    def test_a_report(self):
        with serving("doh") as url, self.served(doh_primary=url, doh_fallback=url) as address:
            status, headers, body = request(address, "/8.8.8.8")
            report = json.loads(body)
            self.assertEqual((status, headers["content-type"]), (200, "application/json"))
            self.assertEqual((report["asn"]["number"], report["geo"]["country_code"]), (15169, "XE"), "the tests' world")
            self.assertEqual((report["dns"]["status"], len(report["dns"]["names"])), ("ok", 1), report["dns"])
            status, headers, body = request(address, "/8.8.8.8", "HEAD")
            self.assertEqual((status, body), (200, ""))
            self.assertGreater(int(headers["content-length"]), 100)

    def test_a_dead_resolver(self):
        dead = "http://127.0.0.1:9"
        with self.served(doh_primary=dead, doh_fallback=dead) as address:
            status, _, body = request(address, "/8.8.8.8")
            report = json.loads(body)
            self.assertEqual((status, report["asn"]["number"]), (200, 15169), "the rest is complete")
            self.assertEqual(report["dns"]["status"], "unreachable")
            self.assertIn("connection refused", report["dns"]["detail"])

    @contextlib.contextmanager
    def batch_under_way(self):
        """Sends a batch whose first subject waits for `OnTheWord`. Yields the address, the connection and the response."""
        OnTheWord.word.clear()
        with ThreadingHTTPServer(("127.0.0.1", 0), OnTheWord) as resolver:
            threading.Thread(target=resolver.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{resolver.server_port}"
            with self.served(doh_primary=url, doh_fallback=url, dns_timeout_ms="30000") as address:
                connection = http.client.HTTPConnection(address, timeout=60)
                headers = {"accept": "application/x-ndjson", "content-type": "text/plain"}
                connection.request("POST", "/batch", "8.8.8.8\n10.0.0.1\n", headers)
                yield address, connection, connection.getresponse()
                connection.close()
            resolver.shutdown()

    def test_lines_leave_as_they_are_known(self):
        with self.batch_under_way() as (_, _, lines):
            first = json.loads(lines.readline())
            OnTheWord.word.set()
            second = json.loads(lines.readline())
            self.assertEqual((first["ip"], first["index"]), ("10.0.0.1", 1), "it needs no DNS")
            self.assertEqual((second["ip"], second["index"]), ("8.8.8.8", 0))
            self.assertIn("503", second["dns"]["detail"])
            self.assertEqual(lines.readline(), b"")

    def test_a_client_that_goes(self):
        with self.batch_under_way() as (address, connection, lines):
            self.assertEqual(json.loads(lines.readline())["ip"], "10.0.0.1")
            # Closed with a reset, in the middle of the response.
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            lines.close()
            connection.close()
            OnTheWord.word.set()
            for _ in range(3):
                self.assertEqual(request(address, "/8.8.8.8?dns=false")[0], 200, "others are served")

    def test_a_page(self):
        with self.served(dns_timeout_ms="1") as address:
            status, headers, body = request(address, "/8.8.8.8?dns=false", accept="text/html")
            self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
            self.assertIn("8.8.8.8", body)
            self.assertTrue(body.rstrip().endswith("</html>"), "the whole page")

    def test_the_caller(self):
        with self.served(caller_header="x-forwarded-for", trusted_proxies="1") as address:
            status, headers, body = request(address, "/me/ip", x_forwarded_for="6.6.6.6, 8.8.8.8")
            self.assertEqual((status, body, headers["ipedge-caller"]), (200, "8.8.8.8\n", "x-forwarded-for"))

    def test_no_caller_is_known_by_default(self):
        with self.served() as address:
            status, _, body = request(address, "/me/ip", spin_client_addr="6.6.6.6:53")
            self.assertEqual(status, 500, "only the client can have written this header")
            self.assertIn("caller_header", json.loads(body)["detail"])
            self.assertEqual(request(address, "/health")[0], 200, "all variables have defaults")
            resolvers = json.loads(request(address, "/about")[2])["resolvers"]
            self.assertEqual(resolvers, ["https://cloudflare-dns.com", "https://dns.google"])

    def test_a_bad_variable(self):
        with self.served(dns_timeout_ms="soon") as address:
            status, headers, body = request(address, "/health")
            problem = json.loads(body)
            self.assertEqual((status, headers["content-type"]), (500, "application/problem+json"))
            self.assertIn("variable dns_timeout_ms must be a whole number of milliseconds", problem["detail"])


def load_tests(loader, _tests, _pattern):
    suite = unittest.TestSuite()
    for artefact, version, options in SUPPORTED:
        names = {"artefact": artefact, "version": version, "options": options}
        case = type(f"{artefact}, Wasmtime {version}", (Served, unittest.TestCase), names)
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    unittest.main(verbosity=2)
