#!/usr/bin/env python3
"""Tests release/notices.py on small invented inputs."""

import copy
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "release" / "notices.py"

CRATES = "ipedge v0.1.0 (/somewhere)\nused v1.0.0\nalso-used v2.1.0+extra\nused v1.0.0\n"


def crate(name, version, **more):
    return {"name": name, "version": version, "bom-ref": f"registry#{name}@{version}", **more}


ABOUT = {
    "licenses": [
        {
            "name": "MIT License",
            "id": "MIT",
            "text": "Text of the MIT licence\n",
            "used_by": [{"crate": crate("used", "1.0.0")}, {"crate": crate("unused", "3.0.0")}],
        },
        {
            "name": "Zlib",
            "id": "Zlib",
            "text": "Text of Zlib",
            "used_by": [{"crate": crate("also-used", "2.1.0+extra")}],
        },
        {"name": "ISC", "id": "ISC", "text": "Text of ISC", "used_by": [{"crate": crate("unused", "3.0.0")}]},
    ]
}

SBOM = {
    "bomFormat": "CycloneDX",
    "metadata": {"component": crate("ipedge", "0.1.0", type="library", purl="pkg:cargo/ipedge@0.1.0?download_url=.")},
    "components": [crate("used", "1.0.0"), crate("also-used", "2.1.0+extra"), crate("unused", "3.0.0")],
    "dependencies": [
        {"ref": "registry#ipedge@0.1.0", "dependsOn": ["registry#used@1.0.0", "registry#unused@3.0.0"]},
        {"ref": "registry#used@1.0.0"},
        {"ref": "registry#unused@3.0.0"},
    ],
}

SOURCE = {
    "name": "Somebody",
    "package": "somebody-data",
    "version": "1.2",
    "build_date": "2026-01-01",
    "licence": "CC-BY-4.0",
    "licence_url": "https://example.com/licence",
    "attribution": "Data by Somebody",
    "licence_text": "Text for the data",
}
UNKNOWN = {**SOURCE, "name": "Custom", "version": None, "build_date": None, "licence": "", "licence_url": ""}
MANIFEST = {"databases": [{"sources": [SOURCE, UNKNOWN]}, {"sources": [SOURCE]}]}


class Notices(unittest.TestCase):
    def test_the_licence_texts(self):
        text, _ = self.notices()
        for part in ("Text of the MIT licence", "  used 1.0.0", "Text of Zlib", "  also-used 2.1.0+extra", "musl"):
            self.assertIn(part, text)
        for part in ("unused", "Text of ISC"):
            self.assertNotIn(part, text, "it is not in the component")
        self.assertEqual(text.count("Data by Somebody"), 2, "each source once, although two databases have it")
        self.assertEqual(text.count("Text for the data"), 2)

    def test_the_list(self):
        _, sbom = self.notices()
        names = [component["name"] for component in sbom["components"]]
        self.assertEqual(names, ["used", "also-used", "Somebody", "Custom"])
        itself = sbom["metadata"]["component"]
        self.assertEqual((itself["type"], itself["bom-ref"]), ("application", "pkg:cargo/ipedge@0.1.0"))
        digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4, of "abc"
        self.assertEqual(itself["components"][0]["hashes"][0]["content"], digest)
        first = sbom["dependencies"][0]
        self.assertEqual(first["ref"], "pkg:cargo/ipedge@0.1.0")
        self.assertEqual(first["dependsOn"], ["registry#used@1.0.0", "data:Somebody", "data:Custom"])
        self.assertEqual(len(sbom["dependencies"]), 2)

    def test_data_of_an_unknown_licence(self):
        _, sbom = self.notices()
        custom = sbom["components"][-1]
        self.assertEqual(set(custom), {"type", "bom-ref", "name", "copyright"}, "CycloneDX has no empty values")

    def test_no_path_of_the_machine(self):
        sbom = copy.deepcopy(SBOM)
        sbom["metadata"]["component"]["bom-ref"] = sbom["dependencies"][0]["ref"] = "path+file:///somewhere#0.1.0"
        text, written = self.notices(sbom=sbom)
        self.assertNotIn("/somewhere", text + json.dumps(written))

    def test_what_is_refused(self):
        for why, change, message in [
            ("a crate without a licence text", {"crates": CRATES + "other v1.0.0\n"}, "not in about.json: other 1.0.0"),
            ("a crate not listed", {"sbom": {**SBOM, "components": SBOM["components"][:1]}}, "not in sbom.json"),
            ("another version", {"crates": CRATES.replace("used v1.0.0", "used v1.0.1")}, "used 1.0.1"),
            ("no crates", {"crates": ""}, "not the output of cargo tree"),
            ("an error in place of crates", {"crates": "error: no such package\n"}, "not the output of cargo tree"),
            ("nothing built", {"artefacts": []}, "no artefacts"),
        ]:
            with self.subTest(why), self.assertRaisesRegex(AssertionError, message):
                self.notices(**change)

    def notices(self, crates=CRATES, sbom=SBOM, artefacts=("ipedge.wasm",)):
        with tempfile.TemporaryDirectory() as work, tempfile.TemporaryDirectory() as out:
            work, out = Path(work), Path(out)
            (work / "crates.txt").write_text(crates)
            (work / "about.json").write_text(json.dumps(ABOUT))
            (work / "sbom.json").write_text(json.dumps(sbom))
            (out / "manifest.json").write_text(json.dumps(MANIFEST))
            for artefact in artefacts:
                (out / artefact).write_text("abc")
            done = subprocess.run([sys.executable, SCRIPT, work, out], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            return (out / "licences.txt").read_text(), json.loads((out / "sbom.cdx.json").read_text())


if __name__ == "__main__":
    unittest.main()
