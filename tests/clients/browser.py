#!/usr/bin/env python3
"""Runs the JavaScript of docs/clients.md in Chromium, in a page of another origin than the service's.

The page posts its results to the server that it came from: what the block prints, and what else a page can do only if
the service allows it (CORS): read headers, send a condition.
"""

import contextlib
import json
import queue
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from run import PATIENCE, JavaScript, blocks, diff, examples, service_without_cache
from serving import browser

# Records the output of the block, which runs as it stands.
PAGE = """<!doctype html>
<meta charset="utf-8">
<script>
  const printed = [];
  console.log = (...values) => printed.push(values.join(" "));
  const post = (result) => fetch("/result", { method: "POST", body: JSON.stringify(result) });
  addEventListener("error", ({ message }) => post({ error: message }));
  addEventListener("unhandledrejection", ({ reason }) => post({ error: String(reason) }));
</script>
<script type="module" src="/main.js"></script>
"""

PROBE = """
const service = "ORIGIN";
const own = await fetch(`${service}/me`);
const first = await fetch(`${service}/8.8.8.8`);
const again = await fetch(`${service}/8.8.8.8`, { headers: { "if-none-match": first.headers.get("etag") } });
const wrong = await fetch(`${service}/nonsense`);
const entries = performance.getEntriesByName(`${service}/8.8.8.8`);
await post({
  printed,
  found: {
    "the caller's header": own.headers.get("ipedge-caller"),
    "an entity tag": /^W\\/"[0-9a-f]{16}"$/.test(first.headers.get("etag")),
    "a time in server-timing": /^(asn|geo|dns).*;dur=/.test(first.headers.get("server-timing")),
    "that time where the browser keeps times": entries[0]?.serverTiming.some(({ name }) => name === "geo"),
    "a conditional request": again.status,
    "a problem document": (await wrong.json()).status,
    "an origin that no page may read": await fetch("/elsewhere").then(
      async (response) => fetch(await response.text()).then(() => "open", () => "closed")),
  },
});
"""

EXPECTED = {
    "the caller's header": "spin-client-addr",
    "an entity tag": True,
    "a time in server-timing": True,
    "that time where the browser keeps times": True,
    "a conditional request": 304,
    "a problem document": 400,
    "an origin that no page may read": "closed",  # else the browser would not have checked at all
}


def main():
    program = browser("the JavaScript of docs/clients.md in a browser")
    [example] = [example for example in examples(blocks()) if isinstance(example, JavaScript)]
    results = queue.SimpleQueue()
    with service_without_cache() as origin, pages(results) as elsewhere:
        script = example.source(origin) + "\n{" + PROBE.replace("ORIGIN", origin) + "}\n"
        with pages(results, script, elsewhere) as page, chromium(program, page):
            try:
                result = results.get(timeout=PATIENCE)
            except queue.Empty:
                sys.exit(f"no result from the page within {PATIENCE} s")
    if "error" in result:
        sys.exit(f"{example}: {result['error']}")
    printed = "".join(f"{line}\n" for line in result["printed"])
    differences = list(diff(example.output.text, printed))
    differences += [
        f"{what}: {result['found'].get(what)}, not {value}\n"
        for what, value in EXPECTED.items()
        if result["found"].get(what) != value
    ]
    print("FAILED" if differences else "ok", f" {example}, in Chromium")
    sys.exit("".join(differences) if differences else 0)


@contextlib.contextmanager
def pages(results, script="", elsewhere=""):
    """A server with the page. Puts what the page posts into `results`. Yields its origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.answer(*{
                "/": ("text/html", PAGE),
                "/main.js": ("text/javascript", script),
                "/elsewhere": ("text/plain", elsewhere),
            }.get(self.path, ("text/plain", "")))

        def do_POST(self):
            results.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.answer("text/plain", "")

        def answer(self, media_type, text):
            body = text.encode()
            self.send_response(200)
            self.send_header("content-type", f"{media_type}; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@contextlib.contextmanager
def chromium(program, page):
    """A browser that shows a page and does nothing else on the network."""
    switches = ["headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run", "no-proxy-server"]
    switches += ["disable-quic", "disable-sync", "disable-background-networking", "disable-component-update"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, *(f"--{switch}" for switch in switches), f"--user-data-dir={profile}", page]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                yield
            finally:
                process.terminate()


if __name__ == "__main__":
    main()
