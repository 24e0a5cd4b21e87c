#!/usr/bin/env python3
"""Compares how ipedge and dnspython read the replies in replies.txt.

This program shares no code with ipedge: dnspython parses the messages and follows their CNAMEs, and the rules by which a
reply counts as an answer are written here a second time. dnspython is installed into a virtual environment below
target/. The readings of ipedge come from its unit tests, which write them to the file in IPEDGE_REPLIES.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# Used even if the machine has dnspython, because another version may read replies in another way.
ENVIRONMENT = ROOT / "target" / "other-reader-dns"
if Path(sys.prefix) != ENVIRONMENT:
    python = ENVIRONMENT / "bin" / "python3"
    if not python.exists():
        print(f"installing dnspython into {ENVIRONMENT}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
    requirements = HERE / "requirements.txt"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    os.execv(python, [python, __file__, *sys.argv[1:]])

import dns.edns
import dns.exception
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype

# At least this many replies must be read alike.
ENOUGH = 200

# The records of compose.odd that cannot be read, and the reading of the good SOA record beside them.
ODD = """
ptr-empty ptr-cut ptr-loop ptr-long a-empty a-short a-long aaaa-empty aaaa-short aaaa-long ns-empty ns-label-type ns-long
mx-empty mx-no-name mx-cut txt-empty txt-cut soa-empty soa-short soa-long caa-empty caa-no-tag caa-cut
""".split()
SOA_READ = "ok, ns1.example hostmaster.example 0"

# The known differences: a reason, and for each reply the two readings (ipedge, dnspython).
DIFFERENCES = [
    (
        "ipedge follows 16 CNAMEs, dnspython 15: no RFC gives a number",
        {
            "cnames/16": ("ok, host.example, ttl 3600", "malformed"),
            "cnames/16-backwards": ("ok, host.example, ttl 3600", "malformed"),
        },
    ),
    (
        "NXDOMAIN with names contradicts itself: ipedge follows the RCODE, as it does after a CNAME (RFC 2308 section"
        " 2.1), and dnspython refuses the message",
        {
            "codes/3-with-names": ("nxdomain, ttl None", "malformed"),
            "cnames/nxdomain-with-names": ("nxdomain, ttl None", "malformed"),
            "nxdomain/names": ("nxdomain, ttl 900", "malformed"),
            **{f"odd/{word}-nxdomain": ("nxdomain, ttl None", "malformed") for word in ODD},
        },
    ),
    (
        "a name with a CNAME has no other records (RFC 2181 section 10.1): beside a PTR record, ipedge follows it and dnspython does not",
        {
            "cnames/beside-ptr": ("ok, host.example, ttl 300", "ok, a.example, ttl 3600"),
            "cnames/beside-ptr-nothing": ("nodata, ttl None", "ok, a.example, ttl 3600"),
        },
    ),
    (
        "a name has one CNAME (RFC 2181 section 10.1): of two, ipedge follows the first and dnspython the last",
        {
            "cnames/two": ("nodata, ttl None", "ok, host.example, ttl 300"),
            "cnames/two-first-leads": ("ok, host.example, ttl 300", "nodata, ttl None"),
        },
    ),
    (
        "an OPT record with an option that is cut off: ipedge keeps the options before it, dnspython none",
        {
            "errors/text-latin-1": ("servfail, ttl None, error 22", "servfail, ttl None"),
            "odd/opt-options": ("ok, a.example, ttl 3600, error 3", "ok, a.example, ttl 3600"),
        },
    ),
    (
        "an OPT record beside another, in the wrong section, or of another owner than the root: ipedge skips it, dnspython"
        " refuses the message. The same with TSIG in the wrong section",
        {
            f"{reply}": ("ok, a.example, ttl 3600", "malformed")
            for reply in (
                "edns/twice",
                "edns/twice-apart",
                "edns/owner",
                "edns/in-answer",
                "edns/in-authority",
                "others/tsig-in-answer",
            )
        },
    ),
    (
        "an owner that cannot be read: ipedge skips the record, dnspython refuses the message",
        {
            f"pointers/{reply}": ("ok, a.example, ttl 60, 1 omitted", "malformed")
            for reply in ("owner-forward", "owner-self")
        },
    ),
    (
        "a name has one SOA record (RFC 1035 section 3.3.13): of two, dnspython keeps the last",
        {
            f"odd/soa-{word}-{place}": (f"{SOA_READ}, ttl 60, 1 omitted", other)
            for word in ("empty", "short", "long")
            for place, other in (("first", f"{SOA_READ}, ttl 60"), ("last", "malformed"))
        },
    ),
    (
        "an SOA's MINIMUM over 31 bits counts as 0 in ipedge, as a TTL does (RFC 2181 section 8); dnspython uses it unchanged",
        {
            f"ttls/minimum-{minimum}": ("nodata, ttl 0", "nodata, ttl 604800")
            for minimum in (2**31, 2**31 + 300, 2**32 - 1)
        },
    ),
    (
        "TSIG is not used over HTTPS: ipedge ignores its position, dnspython does not",
        {"others/tsig-not-last": ("ok, a.example, ttl 3600", "malformed")},
    ),
    (
        "dnspython does not read names of more than 16 compression pointers; ipedge reads 255 labels and pointers",
        {
            "pointers/20-hops": ("ok, 20 values, ttl 60", "ok, 16 values, ttl 60, 4 omitted"),
            "pointers/127-hops": ("ok, 121 values, ttl 60, 6 omitted", "ok, 16 values, ttl 60, 111 omitted"),
            "pointers/128-hops": ("ok, 121 values, ttl 60, 7 omitted", "ok, 16 values, ttl 60, 112 omitted"),
            "pointers/300-bare-hops": (
                "ok, 8.8.8.8.in-addr.arpa, ttl 60, 52 omitted",
                "ok, 8.8.8.8.in-addr.arpa, ttl 60, 284 omitted",
            ),
        },
    ),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replies", type=Path, default=HERE / "replies.txt")
    parser.add_argument("--ours", type=Path, default=ROOT / "target" / "replies.jsonl")
    arguments = parser.parse_args()

    ours = {line["id"]: line["read"] for line in map(json.loads, arguments.ours.read_text().splitlines())}
    known = {id: both for _, rows in DIFFERENCES for id, both in rows.items()}
    faults, unasked, same, different = [], [], 0, 0
    for id, ask, wire in corpus(arguments.replies):
        if id not in ours:
            unasked.append(ask.split()[0])
            continue
        our, their = ours.pop(id), read(ask, wire)
        both = said(**our), said(**their)
        if id in known:
            if both != known.pop(id):
                faults.append(f"{id}: not the known difference: {both}")
            different += 1
        elif said(**our, most=None) != said(**their, most=None):
            faults.append(f"{id}: ipedge and dnspython differ: {both}")
        else:
            same += 1
    faults += [f"{id}: no such reply in the corpus" for id in (*ours, *known)]
    if same < ENOUGH:
        faults.append(f"only {same} replies are read alike")

    print(f"{same} replies are read alike, {different} differently for {len(DIFFERENCES)} reasons")
    if unasked:
        print(f"{len(unasked)} replies answer queries that ipedge does not send: {', '.join(sorted(set(unasked)))}")
    print(f"{len(faults)} faults")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


def corpus(file):
    """Identifier, query and bytes of every reply."""
    for block in file.read_text().split("\n\n")[1:]:
        fields, wire = {}, ""
        for line in block.splitlines():
            if line.startswith(" "):
                wire += line.split(";")[0].strip()
            else:
                key, value = line.split(maxsplit=1)
                fields[key] = value
        yield fields["reply"], fields["asks"], bytes.fromhex(wire)


def said(status, values=(), ttl=None, authenticated=False, detail=None, omitted=0, unreadable=0, most=3):
    """A reading in one line, with at most `most` values. A reply that is not an answer has only its status."""
    if status == "malformed":
        return status
    errors = [f"error {code}" for code in re.findall(r"extended error (\d+)", detail or "")]
    codes = [f"rcode {name}" for name in re.findall(r"RCODE \d+(?: \((\w+)\))?", detail or "")]
    if most is not None and len(values) > most:
        values = [f"{len(values)} values"]
    words = [status, *values, f"ttl {ttl}", *(["authenticated"] if authenticated else [])]
    if omitted + unreadable:
        words.append(f"{omitted + unreadable} omitted")
    return ", ".join([*words, *codes, *errors])


# The names of the registry "DNS RCODEs", for messages without TSIG.
RCODES = {
    0: "NoError", 1: "FormErr", 2: "ServFail", 3: "NXDomain", 4: "NotImp", 5: "Refused", 6: "YXDomain", 7: "YXRRSet",
    8: "NXRRSet", 9: "NotAuth", 10: "NotZone", 11: "DSOTYPENI", 16: "BADVERS", 23: "BADCOOKIE",
}  # fmt: skip

# How many bytes of records ipedge keeps, and how many a record counts beside its data.
MOST_DATA, RECORD = 16384, 12


def leniently(rdclass, rdtype, parser, origin=None):
    """Reads a record's data as dnspython does, or if that fails, as data of an unknown type."""
    start = parser.current
    try:
        rdata = STRICTLY(rdclass, rdtype, parser, origin)
        if parser.remaining() == 0:
            return rdata
    except (dns.exception.DNSException, ValueError):
        pass
    parser.seek(start)
    return dns.rdata.GenericRdata(rdclass, rdtype, parser.get_remaining())


STRICTLY, dns.rdata.from_wire_parser = dns.rdata.from_wire_parser, leniently


def unreadable(rdata):
    return isinstance(rdata, dns.rdata.GenericRdata) or (rdata.rdtype == dns.rdatatype.CAA and not rdata.tag)


def read(ask, wire):
    """dnspython's reading of a reply, by the rules for replies."""
    kind, subject = ask.split()
    qname = ip_address(subject).reverse_pointer if kind == "PTR" else subject
    qname, rdtype = dns.name.from_text(qname), dns.rdatatype.from_text(kind)
    malformed = {"status": "malformed"}
    try:
        # HTTP has the length of the message, so bytes after its end are ignored. TSIG is not used over HTTPS.
        message = dns.message.from_wire(wire, keyring=False, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return malformed
    if message.opcode() != dns.opcode.QUERY or message.id != 0:
        return malformed
    if not message.flags & dns.flags.QR or message.flags & dns.flags.TC:
        return malformed
    code = message.rcode()
    asked = [(one.name, one.rdtype, one.rdclass) for one in message.question]
    failed = code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)
    if asked != [(qname, rdtype, dns.rdataclass.IN)] and (asked or not failed):
        return malformed

    options = [] if message.opt is None or unreadable(message.opt[0]) else message.options
    errors = [f"extended error {int(option.code)}" for option in options if option.otype == dns.edns.OptionType.EDE]
    detail = "; ".join(errors) or None
    if failed:
        status = "refused" if code == dns.rcode.REFUSED else "servfail"
        if code not in (dns.rcode.REFUSED, dns.rcode.SERVFAIL):
            name = f" ({RCODES[code]})" if code in RCODES else ""
            detail = "; ".join([f"RCODE {int(code)}{name}", *errors])
        return {"status": status, "detail": detail}
    # resolve_chaining uses the first SOA that it finds.
    message.index = None
    message.authority = [one for one in message.authority if one.rdtype != dns.rdatatype.SOA or not unreadable(one[0])]
    try:
        chain = message.resolve_chaining()
    except (dns.message.ChainTooLong, dns.message.AnswerForNXDOMAIN, dns.message.NotQueryResponse):
        return malformed
    except AttributeError:
        # A CNAME that cannot be read.
        return {"status": "nxdomain"} if code == dns.rcode.NXDOMAIN else malformed

    values, ttl, omitted, bad = [], None, 0, 0
    if chain.answer is not None:
        status, ttl, size = "ok", chain.minimum_ttl, 0
        for rdata in chain.answer:
            if unreadable(rdata):
                bad += 1
                continue
            weight = len(rdata.to_wire()) + RECORD
            if size + weight > MOST_DATA:
                omitted += 1
                continue
            size += weight
            values.append(value(rdata))
        if not values and not omitted:
            return malformed
    else:
        status = "nxdomain" if code == dns.rcode.NXDOMAIN else "nodata"
        # Without an SOA the reply has no TTL (RFC 2308 section 5); dnspython would assume one.
        if any(
            rrset.rdtype == dns.rdatatype.SOA
            and rrset.rdclass == dns.rdataclass.IN
            and chain.canonical_name.is_subdomain(rrset.name)
            for rrset in message.authority
        ):
            ttl = chain.minimum_ttl
    authenticated = bool(message.flags & dns.flags.AD)
    return {
        "status": status,
        "values": values,
        "ttl": ttl,
        "authenticated": authenticated,
        "detail": detail,
        "omitted": omitted,
        "unreadable": bad,
    }


def value(rdata):
    """The text of a record, as ipedge's tests write it."""
    match rdata.rdtype.name:
        case "PTR" | "NS":
            return rdata.target.to_text(omit_final_dot=True)
        case "MX":
            return f"{rdata.preference} {rdata.exchange.to_text(omit_final_dot=True)}"
        case "TXT":
            return b"".join(rdata.strings).decode()
        case "SOA":
            names = [one.to_text(omit_final_dot=True) for one in (rdata.mname, rdata.rname)]
            return " ".join([*names, str(rdata.serial)])
        case "CAA":
            return f"{rdata.tag.decode()} {rdata.value.decode()}"
        case _:
            return rdata.address


if __name__ == "__main__":
    main()
