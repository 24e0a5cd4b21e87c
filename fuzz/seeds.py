#!/usr/bin/env python3
"""Makes the seeds of the target `reply` from the replies in tests/replies, where people can read them.

usage: seeds.py FOLDER
"""

import random
import sys
from ipaddress import ip_address
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "replies"))
import compose  # noqa: E402

# Longer seeds only make the fuzzer slow.
LONGEST = 2048


def main(folder):
    compose.text()
    folder.mkdir(parents=True, exist_ok=True)
    for reply in compose.REPLIES:
        kind, subject = reply.ask.split()
        if kind == "PTR" and len(reply.octets) <= LONGEST:
            ip = ip_address(subject)
            seed = bytes([ip.version == 6]) + ip.packed + reply.octets
            (folder / reply.id.replace("/", "-")).write_bytes(seed)
    # For replies that the target composes, any bytes are good seeds.
    dice = random.Random(1)
    for number in range(40):
        seed = bytes([2 + number % 2]) + dice.randbytes(20 * (number + 1))
        (folder / f"composed-{number}").write_bytes(seed)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
