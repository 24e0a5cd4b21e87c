#!/usr/bin/env python3
"""Checks the links of all Markdown files, offline: `make lint` runs it.

A relative link must point to a file or folder of the repository, and its anchor to a heading of that file. An external
URL is checked for its form only. Headings get the anchors that GitHub gives them.

A small script instead of a tool, because the tools that check anchors offline bring a hundred packages or take minutes
to compile.

usage: scripts/links.py [FOLDER]
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

SKIPPED = {"target", "node_modules"}  # and hidden folders

FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
TARGET = r"<([^<>]*)>|((?:[^\s()\\]|\\.|\([^\s()]*\))*)"
TITLE = r"\"[^\"]*\"|'[^']*'|\([^()]*\)"
INLINE = re.compile(rf"\]\(\s*(?:{TARGET})(?:\s+(?:{TITLE}))?\s*\)")
REFERENCE = re.compile(r"!?\[((?:[^\[\]\\]|\\.)+)\]\[((?:[^\[\]\\]|\\.)*)\]")
DEFINITION = re.compile(r" {0,3}\[((?:[^\[\]\\]|\\.)+)\]:\s*(?:<([^<>]*)>|(\S+))")
AUTOMATIC = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^<>]*)>")
HTML_ANCHOR = re.compile(r"<a\s[^>]*?(?:id|name)=[\"']([^\"']+)[\"']")
HTML_LINK = re.compile(r"<(?:a|img)\s[^>]*?(?:href|src)=[\"']([^\"']*)[\"']")


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[1]).resolve()
    files = documents(root)
    if not files:
        sys.exit(f"links.py: no Markdown files in {root}")
    problems = [problem for file in files for problem in check(file, root)]
    print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
    sys.exit(f"links.py: {len(problems)} bad links" if problems else 0)


def documents(root):
    """The Markdown files below a folder, except those that were made or installed."""
    found = sorted(root.rglob("*.md"))
    return [file for file in found if not any(is_skipped(part) for part in file.relative_to(root).parts[:-1])]


def is_skipped(folder):
    return folder in SKIPPED or folder.startswith(".")


def check(file, root):
    """Yields a line for every link of a file without a target."""
    text = Text(file.read_text(encoding="utf-8"))
    for link in text.links():
        problem = fault(link.target, file, root)
        if problem:
            yield f"{file.relative_to(root)}:{link.line}: {link.target}: {problem}"


def fault(target, file, root):
    """What is wrong with a link in a file, or None."""
    if target is None:
        return "the reference is not defined"
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target) or target.startswith("//"):
        return external_fault(target)
    path, _, anchor = target.partition("#")
    if path.startswith("/"):
        return "absolute path; write it relative to this file"
    path = unquote(path)
    leads_to = (file.parent / path).resolve() if path else file
    if not leads_to.is_relative_to(root):
        return "outside the repository"
    if not leads_to.exists():
        return "no such file"
    if not anchor:
        return None if path else "empty link"
    if leads_to.suffix != ".md":
        return "only Markdown files have anchors"
    if unquote(anchor) not in Text(leads_to.read_text(encoding="utf-8")).anchors():
        return f"no heading with the anchor #{anchor}"
    return None


def external_fault(url):
    if re.search(r"[\s\x00-\x1f\"<>\\^`{|}]", url):
        return "a character that a URL cannot have"
    if re.search(r"%(?![0-9A-Fa-f]{2})", url):
        return "a % without two hexadecimal digits"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme == "mailto":
        return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", parts.path) else "not an email address"
    if parts.scheme not in ("http", "https"):
        return "neither http, https nor mailto"
    if not host or not re.fullmatch(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z][a-z0-9-]*[a-z0-9]", host):
        return "no host name"
    return None


class Link(NamedTuple):
    line: int
    target: str | None  # None: a reference without a definition


class Text:
    """A Markdown text. Blocks and spans of code are not part of it."""

    def __init__(self, text):
        self.lines = list(without_fences(text))
        self.prose = [(number, CODE.sub(lambda code: "`" * len(code[0]), line)) for number, line in self.lines]

    def links(self):
        definitions = {}
        for number, line in self.prose:
            if found := DEFINITION.match(line):
                target = found[2] if found[2] is not None else found[3]
                definitions[label(found[1])] = target
                yield Link(number, target)
        for number, line in self.prose:
            if DEFINITION.match(line):
                continue
            for found in INLINE.finditer(line):
                yield Link(number, found[1] if found[1] is not None else found[2])
            for found in REFERENCE.finditer(line):
                if label(found[2] or found[1]) not in definitions:
                    yield Link(number, None)
            for pattern in (AUTOMATIC, HTML_LINK):
                for found in pattern.finditer(line):
                    yield Link(number, found[1])

    def anchors(self):
        """The anchors of the headings; a heading that occurs again gets a number."""
        found = set()
        for _, line in self.lines:
            found.update(HTML_ANCHOR.findall(line))
            if heading := HEADING.match(line):
                anchor = first = slug(heading[1])
                again = 0
                while anchor in found:
                    again += 1
                    anchor = f"{first}-{again}"
                found.add(anchor)
        return found


def without_fences(text):
    """The lines outside of fenced code, with their numbers."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        mark = FENCE.match(line)
        if fence is None and mark:
            fence = mark[1]
        elif fence is None:
            yield number, line
        elif mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = None


def slug(heading):
    """A heading's anchor on GitHub: lower case, without punctuation, hyphens for spaces."""
    text = re.sub(r"!?\[([^\[\]]*)\]\([^()]*\)", r"\1", heading)
    return re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")


def label(text):
    """A reference's label: capitals and the number of blanks do not matter."""
    return " ".join(text.split()).casefold()


if __name__ == "__main__":
    main()
