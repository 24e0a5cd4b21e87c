#!/usr/bin/env python3
"""Writes licences.txt and sbom.cdx.json; scripts/notices.sh runs it.

usage: scripts/release/notices.py WORK OUT

WORK has what the tools found: crates.txt (`cargo tree`: the crates of the component, one a line), about.json
(cargo-about) and sbom.json (cargo-cyclonedx). The two tools see more crates, because cargo unites the features of a
workspace for them; only those of crates.txt are kept, and each of them must be in both. OUT has the artefacts and the
databases' manifest.json.
"""

import hashlib
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RULE = 80 * "-"


def main():
    work, out = map(Path, sys.argv[1:])
    crates = read_crates((work / "crates.txt").read_text())
    manifest = json.loads((out / "manifest.json").read_text())
    artefacts = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(out.glob("*.wasm"))}
    if not artefacts:
        sys.exit(f"notices.py: no artefacts in {out}")
    texts = licences(json.loads((work / "about.json").read_text()), crates, manifest)
    bom = sbom(json.loads((work / "sbom.json").read_text()), crates, manifest, artefacts)
    (out / "licences.txt").write_text(texts)
    (out / "sbom.cdx.json").write_text(json.dumps(bom, indent=2, ensure_ascii=False) + "\n")
    print(f"notices.py: {len(crates)} crates, {len(sources(manifest))} sources of data, {len(artefacts)} artefacts")


def read_crates(text):
    """The names and versions of the component's crates; the first line is the component itself."""
    lines = [re.match(r"(\S+) v(\S+)", line) for line in text.splitlines() if line]
    if not all(lines) or not lines:
        sys.exit("notices.py: crates.txt is not the output of cargo tree")
    return {(line[1], line[2]) for line in lines[1:]} - {(lines[0][1], lines[0][2])}


def licences(about, crates, manifest):
    """The licence texts of crates, toolchain and data."""
    parts = [
        "ipedge is under the Apache License 2.0. Its artefacts contain code and data of others, under these licences:\n"
        "\n1. the crates that they are made of\n2. the libraries of the toolchain\n3. the data"
    ]
    covered = set()
    for licence in about["licenses"]:
        users = sorted({identity(user["crate"]) for user in licence["used_by"]} & crates)
        if users:
            names = "\n".join(f"  {name} {version}" for name, version in users)
            parts.append(f"{licence['name']} ({licence['id']}) of\n\n{names}\n\n{licence['text'].strip()}")
            covered.update(users)
    refuse(crates - covered, "about.json")
    parts.append((HERE / "toolchain.txt").read_text().strip())
    for source in sources(manifest):
        text = source["licence_text"].strip()
        lines = [f"{source['name']}, under {source['licence']} {source['licence_url']}".strip(), source["attribution"]]
        parts.append("\n\n".join(line for line in [*lines, text] if line))
    return f"\n\n{RULE}\n".join(parts) + "\n"


def sbom(bom, crates, manifest, artefacts):
    """The list of cargo-cyclonedx with the component's crates only, and with the data and the artefacts."""
    kept = [component for component in bom["components"] if identity(component) in crates]
    refuse(crates - set(map(identity, kept)), "sbom.json")
    itself = bom["metadata"]["component"]
    refs = {component["bom-ref"] for component in kept} | {itself["bom-ref"]}
    dependencies = [
        {**one, "dependsOn": [ref for ref in one.get("dependsOn", []) if ref in refs]}
        for one in bom["dependencies"]
        if one["ref"] in refs
    ]
    data = [data_component(source) for source in sources(manifest)]
    for one in dependencies:
        if one["ref"] == itself["bom-ref"]:
            one["dependsOn"] += [component["bom-ref"] for component in data]
            one["ref"] = itself["purl"] = f"pkg:cargo/{itself['name']}@{itself['version']}"
    itself |= {"type": "application", "bom-ref": itself["purl"]}
    itself["components"] = [
        {"type": "file", "bom-ref": name, "name": name, "hashes": [{"alg": "SHA-256", "content": digest}]}
        for name, digest in artefacts.items()
    ]
    return {**bom, "components": kept + data, "dependencies": dependencies}


def data_component(source):
    """A source of the databases as a component of CycloneDX 1.5."""
    version = source["version"] or source["build_date"]
    component = {
        "type": "data",
        "bom-ref": f"data:{source['name']}",
        "name": source["name"],
        **({"version": version} if version else {}),
        "copyright": source["attribution"],
        **({"licenses": [{"license": {"id": source["licence"]}}]} if source["licence"] else {}),
    }
    if source["licence_url"]:
        component["externalReferences"] = [{"type": "license", "url": source["licence_url"]}]
    return component


def sources(manifest):
    """The sources of all databases, each once: two databases may share one."""
    found = {}
    for database in manifest["databases"]:
        for source in database["sources"]:
            found.setdefault(source["name"], source)
    return list(found.values())


def identity(crate):
    return crate["name"], crate["version"]


def refuse(crates, file):
    if crates:
        sys.exit(f"notices.py: not in {file}: {', '.join(sorted(' '.join(crate) for crate in crates))}")


if __name__ == "__main__":
    main()
