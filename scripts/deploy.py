#!/usr/bin/env python3
"""Checks the files in deploy/: `make lint` runs it with target/lint/bin/python.

Every YAML document must fit the schema of its kind in deploy/schema, which has the parts that are used here and states
its source. A key that is not in the schema is a fault, as is a key that occurs twice. Every variable that a file sets
must be one of spin.toml, and what one file names of another must exist.

usage: scripts/deploy.py [FOLDER]
"""

import json
import re
import sys
import tomllib
from pathlib import Path

import fastjsonschema
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

ROOT = Path(__file__).resolve().parents[1]
SETTING = re.compile(r"(SPIN_VARIABLE|IPEDGE)_([A-Z0-9_]+)=(.*)")


def main():
    faults = check(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "deploy")
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    sys.exit(f"deploy.py: {len(faults)} faults" if faults else 0)


def check(folder):
    """The faults of a folder."""
    documents, faults = read(folder)
    variables = tomllib.loads((ROOT / "spin.toml").read_text())["variables"]
    valid = []
    for file, document in documents:
        found = [f"{file}: {fault}" for fault in document_faults(document, variables)]
        faults += found
        valid += [] if found else [document]
    faults += missing(valid, [document for _, document in documents])
    for file in sorted(folder.rglob("*.env")):
        faults += [f"{file.relative_to(folder)}: {fault}" for fault in setting_faults(file.read_text(), variables)]
    if not documents:
        faults.append(f"no YAML files in {folder}")
    return faults


def read(folder):
    """The documents of all YAML files with the names of their files, and the faults of files that cannot be read."""
    documents, faults = [], []
    for file in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        name = str(file.relative_to(folder))
        try:
            documents += [(name, document) for document in YAML(typ="safe", pure=True).load_all(file.read_text())]
        except YAMLError as error:
            faults.append(f"{name}: {' '.join(str(error).split())}")
    return documents, faults


def document_faults(document, variables):
    """Yields the faults of one document."""
    kind = document.get("kind", "wash") if isinstance(document, dict) else None
    schema = schemas().get(kind) if isinstance(kind, str) else None
    if schema is None:
        yield f"no schema for the kind {kind!r}; write deploy/schema/{kind}.json"
        return
    try:
        schema(document)
    except fastjsonschema.JsonSchemaValueException as error:
        yield error.message.replace("data.", "").replace("data ", f"{kind} ")
        return
    for name in spin_variables(document):
        if name not in variables:
            yield f"spin.toml has no variable {name}"
    for name in environment(document):
        if not name.startswith("IPEDGE_") or name.removeprefix("IPEDGE_").lower() not in variables:
            yield f"{name} is not IPEDGE_ and the name of a variable of spin.toml"


def schemas():
    """A function for each kind, which raises an exception if a document does not fit."""
    if not COMPILED:
        for file in (ROOT / "deploy" / "schema").glob("*.json"):
            COMPILED[file.stem] = fastjsonschema.compile(json.loads(file.read_text()))
    return COMPILED


COMPILED = {}


def spin_variables(document):
    if document.get("kind") != "SpinApp":
        return []
    return [variable["name"] for variable in document["spec"].get("variables", [])]


def environment(document):
    """The names of environment variables that a document gives to the component."""
    if document.get("kind") == "WorkloadDeployment":
        components = document["spec"]["template"]["spec"]["components"]
        resources = [component.get("localResources", {}) for component in components]
    else:
        resources = [document.get("workload", {})]
    return [name for resource in resources for name in resource.get("environment", {}).get("config", {})]


def missing(valid, documents):
    """The faults of valid documents that name one that does not exist."""
    names = set(map(identity, documents))
    return [
        f"{document['kind']}: there is no {' or '.join(kinds)} named {name}"
        for document in valid
        for kinds, name in references(document)
        if not any((kind, name) in names for kind in kinds)
    ]


def identity(document):
    """The kind and the name of a document, which may be anything."""
    fields = document if isinstance(document, dict) else {}
    metadata = fields.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return str(fields.get("kind")), str(name)


def references(document):
    """The kinds and names of what a document needs. SpinKube makes a service for each SpinApp."""
    match document.get("kind"):
        case "SpinApp":
            yield ("SpinAppExecutor",), document["spec"]["executor"]
        case "Ingress":
            for rule in document["spec"]["rules"]:
                for path in rule["http"]["paths"]:
                    yield ("SpinApp", "Service"), path["backend"]["service"]["name"]
        case "WorkloadDeployment" if "kubernetes" in document["spec"]:
            yield ("Service",), document["spec"]["kubernetes"]["service"]["name"]


def setting_faults(text, variables):
    """Yields the faults of a file of environment variables."""
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#") or line.startswith("APPLICATION="):
            continue
        setting = SETTING.fullmatch(line)
        if not setting:
            yield f"line {number}: neither a comment, APPLICATION=…, SPIN_VARIABLE_NAME=… nor IPEDGE_NAME=…"
        elif setting[2].lower() not in variables:
            yield f"line {number}: spin.toml has no variable {setting[2].lower()}"


if __name__ == "__main__":
    main()
