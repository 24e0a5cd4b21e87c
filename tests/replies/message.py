"""DNS messages, byte by byte (RFC 1035 section 4), for compose.py: good ones and bad ones."""

import ipaddress
import re
from typing import NamedTuple

TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "NULL": 10, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "SIG": 24,
    "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35, "DNAME": 39, "OPT": 41, "RRSIG": 46, "NSEC": 47, "NSEC3": 50,
    "HTTPS": 65, "TKEY": 249, "TSIG": 250, "ANY": 255, "CAA": 257,
}  # fmt: skip
IN, CH, HS, ANY = 1, 3, 4, 255
CLASSES = {IN: "IN", CH: "CH", HS: "HS", ANY: "ANY"}
FLAGS = {"qr": 0x8000, "aa": 0x0400, "tc": 0x0200, "rd": 0x0100, "ra": 0x0080, "z": 0x0040, "ad": 0x0020, "cd": 0x0010}
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, REFUSED = 0, 1, 2, 3, 5
COOKIE, PADDING, ERROR = 10, 12, 15


class Part(NamedTuple):
    octets: bytes
    note: str


def u16(number):
    return number.to_bytes(2, "big")


def u32(number):
    return number.to_bytes(4, "big")


def label(octets):
    assert len(octets) < 64
    return bytes([len(octets)]) + octets


def name(text):
    r"""A name from text, without compression. \DDD and \X are as in a zone file. `@` is a pointer to the name in the
    question. Bytes are used as they are."""
    if isinstance(text, bytes):
        return text
    if text == "@":
        return to(12)
    if text == ".":
        return b"\0"
    labels, here = [], bytearray()
    for decimal, escaped, dot, plain in re.findall(r"\\(\d{3})|\\(.)|(\.)|([^\\.])", text):
        if dot:
            labels.append(bytes(here))
            here.clear()
        else:
            here += bytes([int(decimal)]) if decimal else (escaped or plain).encode()
    assert not here, f"{text}: no dot at the end"
    return b"".join(map(label, labels)) + b"\0"


def to(offset):
    """A compression pointer (RFC 1035 section 4.1.4)."""
    return u16(0xC000 | offset)


def record(owner, ttl, kind, *data, klass=IN, length=None):
    """A resource record (RFC 1035 section 3.2.1). `length` replaces its true length."""
    number = TYPES.get(kind, kind)
    match kind, data:
        case (_, [bytes(octets)]):
            rdata = octets
        case ("PTR" | "CNAME" | "NS" | "DNAME", [target]):
            rdata = name(target)
        case ("A" | "AAAA", [address]):
            rdata = ipaddress.ip_address(address).packed
        case ("SOA", [zone, minimum]):
            parent = "" if zone == "." else zone
            rdata = name("ns1." + parent) + name("hostmaster." + parent)
            rdata += b"".join(map(u32, (2026010101, 7200, 3600, 1209600, minimum)))
        case ("MX", [preference, target]):
            rdata = u16(preference) + name(target)
        case ("TXT", strings):
            rdata = b"".join(bytes([len(string)]) + string.encode() for string in strings)
        case _:
            raise ValueError(kind)
    said = " ".join(item.hex() if isinstance(item, bytes) else str(item) for item in (owner, ttl))
    said = f"{said} {CLASSES.get(klass, f'CLASS{klass}')} {kind if kind in TYPES else f'TYPE{kind}'}"
    said = " ".join([said, *(item.hex() if isinstance(item, bytes) else str(item) for item in data)])
    length = len(rdata) if length is None else length
    return Part(name(owner) + u16(number) + u16(klass) + u32(ttl) + u16(length) + rdata, said)


def ptr(target, ttl=3600, owner="@", **more):
    return record(owner, ttl, "PTR", target, **more)


def cname(owner, target, ttl=3600, **more):
    return record(owner, ttl, "CNAME", target, **more)


def soa(zone="8.in-addr.arpa.", ttl=900, minimum=900, **more):
    return record(zone, ttl, "SOA", zone, minimum, **more)


def rrsig(owner, covered, ttl=3600, signer="8.in-addr.arpa."):
    """A signature (RFC 4034 section 3.1) of invented bytes."""
    fixed = u16(TYPES[covered]) + bytes([13, 6]) + u32(ttl) + u32(1767225600) + u32(1764547200) + u16(12345)
    return record(owner, ttl, "RRSIG", fixed + name(signer) + bytes(range(64)))


def option(code, data):
    return u16(code) + u16(len(data)) + data


def error(code, text=b""):
    """RFC 8914 section 2."""
    return option(ERROR, u16(code) + text)


def opt(*options, payload=1232, extended=0, version=0, flags=0, owner=".", length=None):
    """RFC 6891 section 6.1.2."""
    rdata = b"".join(options)
    ttl = extended << 24 | version << 16 | flags
    part = record(owner, ttl, "OPT", rdata, klass=payload, length=length)
    return Part(part.octets, f"OPT: {payload} bytes, TTL {ttl:08x}, {rdata.hex() or 'no options'}")


def asked(ask):
    """The name of a query, and its type."""
    kind, subject = ask.split()
    return (ipaddress.ip_address(subject).reverse_pointer + "." if kind == "PTR" else subject), kind


def question(text, kind="PTR", klass=IN):
    octets = name(text) + u16(TYPES.get(kind, kind)) + u16(klass)
    return Part(octets, f"question: {text.hex() if isinstance(text, bytes) else text} {CLASSES[klass]} {kind}")
