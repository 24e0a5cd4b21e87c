#!/usr/bin/env python3
"""Tests deploy.py on copies of deploy/ with one line changed. scripts/lint.sh runs it with target/lint/bin/python."""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
import deploy  # noqa: E402: it is in the folder above

# A file, a text in it, the text in its place, what deploy.py must report (None: no fault), and why the row is here.
ROWS = [
    ("spinkube/app.yaml", "", "", None, "the files as they are"),
    ("spinkube/app.yaml", "@sha256", "", None, "a comment"),
    ("spinkube/app.yaml", ":0.1.0-wasip2", "@sha256:" + 64 * "a", None, "a digest instead of a tag"),
    ("spinkube/app.yaml", "ghcr.io/OWNER/ipedge:0.1.0-wasip2", "ghcr.io/OWNER/ipedge", "image must match",
     "no version"),
    ("spinkube/app.yaml", "replicas: 2", "replicas: two", "replicas must be integer", "a wrong type"),
    ("spinkube/app.yaml", "replicas: 2", "replica: 2", "must contain ['replicas']", "a misspelt key"),
    ("spinkube/app.yaml", "path: /health", "path: health", "path must match", "a path without its slash"),
    ("spinkube/app.yaml", "timeoutSeconds: 5", "timeout: 5", "must not contain {'timeout'}",
     "a key that does not exist"),
    ("spinkube/app.yaml", "name: trusted_proxies", "name: trusted_proxy", "no variable trusted_proxy",
     "a misspelt variable"),
    ("spinkube/app.yaml", 'value: "1"', "value: 1", "value must be string",
     "YAML reads a number where Spin wants text"),
    ("spinkube/app.yaml", "kind: SpinApp", "kind: SpinApplication", "no schema for the kind",
     "a kind that nobody checked"),
    ("spinkube/app.yaml", "kind: SpinApp", "kind: [SpinApp]", "no schema for the kind", "a kind that is a list"),
    ("spinkube/app.yaml", "replicas: 2", "replicas: 2\n  replicas: 3", "duplicate key", "a key twice"),
    ("spinkube/app.yaml", "  replicas: 2", " replicas: 2", "app.yaml:", "not YAML"),
    ("spinkube/app.yaml", "executor: containerd-shim-spin", "executor: spin", "no SpinAppExecutor named spin",
     "another name"),
    ("spinkube/executor.yaml", "installDefaultCACerts: true", "installDefaultCACerts: false",
     "same as const definition: True",
     "DNS queries would fail"),
    ("spinkube/executor.yaml", "    installDefaultCACerts: true\n", "", "must contain", "they would fail here, too"),
    ("spinkube/ingress.yaml", "name: ipedge\n                port", "name: ip\n                port",
     "no SpinApp or Service named ip", "a service that does not exist"),
    ("spinkube/ingress.yaml", "number: 80", "number: 80000", "must be smaller than or equal to 65535", "not a port"),
    ("wasmcloud/workload.yaml", "IPEDGE_TRUSTED_PROXIES", "IPEDGE_PROXIES", "IPEDGE_PROXIES is not",
     "a misspelt variable"),
    ("wasmcloud/workload.yaml", "https://dns.google", "https://dns.google/dns-query", "must match",
     "a path, which is refused"),
    ("wasmcloud/workload.yaml", "version: 0.3.0", "version: 0.3", "version must be one of", "YAML reads a number"),
    ("wasmcloud/.wash/config.yaml", 'command: "true"', "command: true", "command must be string",
     "YAML reads a boolean"),
    ("systemd/spin.env", "SPIN_VARIABLE_CALLER_HEADER", "SPIN_VARIABLE_CALLER", "no variable caller",
     "a misspelt variable"),
    ("systemd/wasmtime.env", "IPEDGE_CALLER_HEADER=", "export IPEDGE_CALLER_HEADER=", "line 4: neither",
     "systemd reads no shell"),
]


class Deploy(unittest.TestCase):
    def test_rows(self):
        for file, old, new, fault, why in ROWS:
            with self.subTest(why, file=file), tempfile.TemporaryDirectory() as folder:
                shutil.copytree(ROOT / "deploy", folder, dirs_exist_ok=True)
                text = (Path(folder) / file).read_text()
                self.assertIn(old, text, "the row changes nothing")
                (Path(folder) / file).write_text(text.replace(old, new, 1))
                faults = deploy.check(Path(folder))
                self.assertEqual(len(faults), 1 if fault else 0, faults)
                self.assertIn(fault or "", *faults or [""])

    def test_an_empty_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(deploy.check(Path(folder)), [f"no YAML files in {folder}"])


if __name__ == "__main__":
    unittest.main()
