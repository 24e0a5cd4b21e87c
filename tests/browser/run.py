#!/usr/bin/env python3
"""Runs the tests of the page in Chromium, or makes pictures of it.

usage: run.py [test.js | shots.js]

Serves the component with the tests' databases: once as usual, once with a resolver that does not answer. A third service
stands for the same one over IPv6, and a fourth, for the picture in the README, has the real databases. The origins go to
Node.js in IPEDGE_SERVICES.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent

sys.path.insert(0, str(HERE.parent))
from serving import REAL_COMPONENT, browser, service  # noqa: E402: it is in the folder above

# A test sets the address of its visitor: one header for the service, and another for the one over IPv6.
VISITOR = {"caller_header": "true-client-ip"}
VISITOR_OVER_IPV6 = {"caller_header": "x-forwarded-for", "trusted_proxies": "1"}


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "test.js"
    node = ["node", "--test", program] if program == "test.js" else ["node", program]
    chromium = browser("the tests of the page" if program == "test.js" else "the pictures of the page")
    real = contextlib.nullcontext() if program == "test.js" else service(component=REAL_COMPONENT, **VISITOR)
    with closed() as dead, service(**VISITOR_OVER_IPV6) as ipv6:
        with (
            real as real,
            service(resolver=["--page"], ipv6_origin=ipv6, dns_timeout_ms="1000", **VISITOR) as usual,
            service(doh_primary=dead, doh_fallback=dead, **VISITOR) as without_dns,
        ):
            services = {"usual": usual, "ipv6": ipv6, "withoutDns": without_dns, "real": real}
            for origin in filter(None, services.values()):
                urllib.request.urlopen(f"{origin}/health").close()  # raises where a variable is wrong
            environment = {**os.environ, "IPEDGE_SERVICES": json.dumps(services), "CHROMIUM": chromium}
            return subprocess.run(node, cwd=HERE, env=environment).returncode


class closed:
    """An origin where nothing listens: its port is taken, so that no other program can listen there."""

    def __enter__(self):
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def __exit__(self, *_):
        self.socket.close()


if __name__ == "__main__":
    sys.exit(main())
