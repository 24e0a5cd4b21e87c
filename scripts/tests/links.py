#!/usr/bin/env python3
"""Tests links.py, on small folders of Markdown files."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import links  # noqa: E402: it is in the folder above

FILES = {
    "README.md": "# ipedge\n\n## The caller's address\n\n## `GET /{ip}`\n\n## Twice\n\n## Twice\n",
    "docs/api.md": "# API\n\n```sh\n# no heading\n```\n\n## Größe, in km_2 ##\n\n<a id=\"old\"></a>\n",
    "docs/with blank.md": "",
    "src/lib.rs": "",
    "target/made.md": "[broken](nowhere.md)",
    "assets/node_modules/x/README.md": "[broken](nowhere.md)",
    ".venv/README.md": "[broken](nowhere.md)",
}

# A line of docs/page.md, the fault that it must have (None: none), and why the row is here.
ROWS = [
    ("[a](api.md)", None, "a file beside"),
    ("[a](../README.md)", None, "a file above"),
    ("[a](../src)", None, "a folder"),
    ("[a](../src/lib.rs)", None, "a file that is not Markdown"),
    ("[a](with%20blank.md)", None, "a blank, encoded"),
    ("[a](<with blank.md>)", None, "a blank, in angle brackets"),
    ("[a](api.md \"title\")", None, "a title"),
    ("![a](../src/lib.rs)", None, "an image"),
    ("[`a`](api.md)", None, "code as text"),
    ("[a](nowhere.md)", "no such file", "a file that does not exist"),
    ("[a](api.md) [b](nowhere.md)", "no such file", "the second link of a line"),
    ("[![a](nowhere.png)](api.md)", "no such file", "an image inside a link"),
    ("[a](../../elsewhere.md)", "outside the repository", "a path that leaves it"),
    ("[a](/README.md)", "absolute path", "its meaning depends on the site"),
    ("[a]()", "empty link", "no target"),
    ("[a](#page)", None, "an anchor of the same file"),
    ("[a](#nothing)", "no heading", "an anchor that the file does not have"),
    ("[a](../README.md#the-callers-address)", None, "punctuation is dropped"),
    ("[a](../README.md#get-ip)", None, "code in a heading"),
    ("[a](../README.md#twice-1)", None, "the second of two equal headings"),
    ("[a](../README.md#twice-2)", "no heading", "there is no third"),
    ("[a](api.md#größe-in-km_2)", None, "letters of other scripts, an underscore, closing #"),
    ("[a](api.md#gr%C3%B6%C3%9Fe-in-km_2)", None, "the same, encoded"),
    ("[a](api.md#no-heading)", "no heading", "a comment in a code block"),
    ("[a](api.md#old)", None, "an HTML anchor"),
    ("[a](../src/lib.rs#L1)", "only Markdown files", "line numbers change"),
    ("`[a](nowhere.md)`", None, "code"),
    ("``[a](nowhere.md) ` ``", None, "code with a backtick"),
    ("```\n[a](nowhere.md)\n```", None, "a block of code"),
    ("~~~\n```\n[a](nowhere.md)\n~~~", None, "a block within tildes"),
    ("````\n```\n[a](nowhere.md)\n````", None, "a block that shows the end of another"),
    ("```\n```\n[a](nowhere.md)", "no such file", "behind a block of code"),
    ("[a][b]\n\n[b]: api.md", None, "a reference"),
    ("[a][]\n\n[A]: api.md", None, "a reference by its text, in capitals"),
    ("[a][b]", "not defined", "a reference without a definition"),
    ("[a][b]\n\n[b]: nowhere.md", "no such file", "a definition without a target"),
    ("[a](https://example.com/a_(b)?c=%20#d)", None, "an external URL"),
    ("<https://example.com>", None, "an automatic link"),
    ("<https://exa mple.com>", "a character", "a blank in a URL"),
    ("[a](https://example.com/%zz)", "a %", "a bad escape"),
    ("[a](https://)", "no host name", "no host"),
    ("[a](https://example)", "no host name", "one label"),
    ("[a](https://example.com:port/)", "Port", "a bad port"),
    ("[a](htps://example.com)", "neither http", "a scheme that is mistyped"),
    ("[a](//example.com)", "neither http", "no scheme"),
    ("<mailto:a@example.com>", None, "an email address"),
    ("[a](mailto:example.com)", "not an email", "no @"),
    ("<a href=\"nowhere.md\">a</a>", "no such file", "HTML"),
    ("array[0](1)", "no such file", "looks like a link, and would be shown as one"),
]


class Links(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        for name, text in FILES.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

    def page(self, text):
        file = self.root / "docs" / "page.md"
        file.write_text(f"# Page\n\n{text}\n", encoding="utf-8")
        return file

    def test_rows(self):
        for text, expected, why in ROWS:
            with self.subTest(text, why=why):
                problems = list(links.check(self.page(text), self.root))
                if expected is None:
                    self.assertEqual(problems, [])
                else:
                    self.assertEqual(len(problems), 1, problems)
                    self.assertIn(expected, problems[0])

    def test_made_and_installed_files_are_skipped(self):
        found = [file.relative_to(self.root).as_posix() for file in links.documents(self.root)]
        self.assertEqual(found, ["README.md", "docs/api.md", "docs/with blank.md"])

    def test_the_command_names_file_and_line(self):
        self.page("[a](nowhere.md)")
        result = self.run_command()
        self.assertEqual(result.returncode, 1)
        self.assertIn("docs/page.md:3: nowhere.md: no such file\n", result.stderr)

    def test_the_command_accepts_good_links(self):
        self.page("[a](api.md)")
        self.assertEqual(self.run_command().returncode, 0)

    def test_a_folder_without_documents_is_an_error(self):
        for file in links.documents(self.root):
            file.unlink()
        self.assertEqual(self.run_command().returncode, 1)

    def run_command(self):
        return subprocess.run([sys.executable, links.__file__, self.root], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    unittest.main()
