#!/usr/bin/env python3
"""Packed databases against their sources, in another language and with MaxMind's own reader.

Shares nothing with pack: the sources are read with the same official reader, or by hand, and every address is looked
up on both sides. Where the reader is not installed, it goes into a virtual environment below target/.
"""

import argparse
import csv
import json
import math
import os
import random
import subprocess
import sys
from bisect import bisect_right
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

try:
    import maxminddb
except ImportError:
    environment = ROOT / "target" / "other-readers"
    python = environment / "bin" / "python3"
    if Path(sys.prefix) == environment:
        sys.exit("maxminddb cannot be imported, though it has been installed")
    print(f"installing maxminddb into {environment}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    requirements = HERE / "requirements.txt"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    os.execv(python, [python, __file__, *sys.argv[1:]])

EARTH_RADIUS_KM = 6371.0088


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="random addresses to look up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "assets", help="where geo.mmdb and asn.mmdb are")
    parser.add_argument("--sources", type=Path, default=ROOT / "assets" / "node_modules")
    arguments = parser.parse_args()

    geo = maxminddb.open_database(arguments.out / "geo.mmdb")
    asn = maxminddb.open_database(arguments.out / "asn.mmdb")
    manifest = json.loads((arguments.out / "manifest.json").read_text())
    bound_km = manifest["databases"][0]["error_bound_km"] or 0.0
    packages = arguments.sources / "@ip-location-db"
    cities = {
        version: maxminddb.open_database(packages / "dbip-city-mmdb" / f"dbip-city-ipv{version}.mmdb")
        for version in (4, 6)
    }
    systems = {version: read_ranges(packages / "asn" / f"asn-ipv{version}.csv") for version in (4, 6)}

    dice = random.Random(arguments.seed)
    faults, errors = [], []
    for _ in range(arguments.count):
        address = draw(dice, systems[6])
        source = cities[address.version].get(address)
        found = geo.get(address)
        fault, error = compare_places(source, found, bound_km)
        errors.append(error)
        if fault:
            faults.append(f"{address}: {fault}: {source} and {found}")
        source, found = system_at(systems[address.version], int(address)), asn.get(address)
        if source != (found and (found["autonomous_system_number"], found.get("autonomous_system_organization"))):
            faults.append(f"{address}: system: {source} and {found}")
        if address.version == 4:
            mapped = IPv6Address(0xFFFF << 32 | int(address))
            if geo.get(mapped) != geo.get(address) or asn.get(mapped) != found:
                faults.append(f"{mapped}: not the same as {address}")

    errors.sort()
    quantiles = ", ".join(f"p{share} {errors[(len(errors) - 1) * share // 100]:.3f}" for share in (50, 90, 99, 100))
    print(f"{arguments.count} addresses, profile {manifest['profile']}, error in km: {quantiles}, bound {bound_km}")
    print(f"{len(faults)} faults")
    for fault in faults[:10]:
        print(fault)
    sys.exit(1 if faults else 0)


def draw(dice, ranges):
    """IPv4 uniformly, IPv6 uniformly by routed range: nearly all of its space is empty."""
    if dice.random() < 0.5:
        return IPv4Address(dice.getrandbits(32))
    first, last = ranges[dice.randrange(len(ranges))][:2]
    return IPv6Address(dice.randint(first, last))


def compare_places(source, found, bound_km):
    """What differs beyond the bound, and by how many km the place does."""
    if source is None or found is None:
        return ("presence" if source is not found else None), 0.0
    if source["country_code"] != found["country"]["iso_code"]:
        return "country", 0.0
    region = found["subdivisions"][0]["names"]["en"] if "subdivisions" in found else ""
    if source["state1"] != region:
        return "region", 0.0
    location = found["location"]
    error = distance_km(source["latitude"], source["longitude"], location["latitude"], location["longitude"])
    # The source has 32-bit floats: what they leave out is some metres.
    if error > bound_km + 0.01:
        return f"{error} km off", error
    city = found["city"]["names"]["en"] if "city" in found else ""
    if bound_km == 0 and source["city"] != city:
        return "city", error
    return None, error


def distance_km(latitude, longitude, other_latitude, other_longitude):
    """The haversine formula."""
    north, other_north = math.radians(latitude), math.radians(other_latitude)
    east = math.radians(other_longitude - longitude)
    half = math.sin((other_north - north) / 2) ** 2 + math.cos(north) * math.cos(other_north) * math.sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))


def read_ranges(file):
    with open(file, newline="", encoding="utf-8") as lines:
        rows = csv.reader(lines)
        return sorted((int(ip_address(row[0])), int(ip_address(row[1])), int(row[2]), row[3]) for row in rows)


def system_at(ranges, address):
    """Of the two ranges that overlap, the one that begins later is the smaller one, which holds."""
    index = bisect_right(ranges, address, key=lambda entry: entry[0]) - 1
    if index < 0 or ranges[index][1] < address:
        return None
    return ranges[index][2], ranges[index][3] or None


if __name__ == "__main__":
    main()
