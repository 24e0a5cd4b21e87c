#!/usr/bin/env python3
"""What ipedge reads in the replies of replies.txt, against what dnspython reads in them.

Shares nothing with ipedge: dnspython takes the messages apart and follows their CNAMEs, and the rules by which a reply
counts as an answer stand here once more. dnspython goes into a virtual environment below target/. ipedge's own reading
is the output of its unit tests, in the file that IPEDGE_REPLIES named to them.
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

# Always there: a dnspython that came with the machine is another version, and may read otherwise.
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
import dns.rdataclass
import dns.rdatatype

# At least so many replies have to be read alike.
ENOUGH = 200

# Where the two may differ, and what each reads then: reason, and by reply (ipedge, dnspython).
DIFFERENCES = [
    (
        "ipedge follows 16 CNAMEs, dnspython 15: no RFC says how many",
        {
            "cnames/16": ("ok, host.example, ttl 3600", "malformed"),
            "cnames/16-backwards": ("ok, host.example, ttl 3600", "malformed"),
        },
    ),
    (
        "NXDOMAIN with names contradicts itself: ipedge believes the RCODE, as it does after a CNAME (RFC 2308 section"
        " 2.1), and dnspython nothing at all",
        {
            "codes/3-with-names": ("nxdomain, ttl None", "malformed"),
            "cnames/nxdomain-with-names": ("nxdomain, ttl None", "malformed"),
            "nxdomain/names": ("nxdomain, ttl 900", "malformed"),
        },
    ),
    (
        "a CNAME stands alone (RFC 2181 section 10.1): beside a PTR, ipedge follows it and dnspython does not",
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
        "an extended error is a remark: where it cannot be read, ipedge keeps the reply and dnspython does not",
        {
            "errors/text-latin-1": ("servfail, ttl None, error 22", "malformed"),
            "errors/cut": ("servfail, ttl None", "malformed"),
            "errors/empty": ("servfail, ttl None", "malformed"),
        },
    ),
    (
        "a SOA's MINIMUM over 31 bits is 0 to ipedge, as a TTL is (RFC 2181 section 8); dnspython takes it as it is",
        {
            f"ttls/minimum-{minimum}": ("nodata, ttl 0", "nodata, ttl 604800")
            for minimum in (2**31, 2**31 + 300, 2**32 - 1)
        },
    ),
    (
        "hickory-proto refuses a message for a record without data, or of a type that only questions have, or for an"
        " address of the Chaos network; dnspython passes such records over, as RFC 3597 has it",
        {
            "others/empty-unknown": ("malformed", "ok, a.example, ttl 3600"),
            "others/empty-unknown-in-additional": ("malformed", "ok, a.example, ttl 3600"),
            "others/empty-null": ("malformed", "ok, a.example, ttl 3600"),
            "others/type-0": ("malformed", "nodata, ttl None"),
            "others/type-0-and-ours": ("malformed", "ok, a.example, ttl 3600"),
            "others/type-any": ("malformed", "ok, a.example, ttl 3600"),
            "others/chaos-a": ("malformed", "ok, a.example, ttl 3600"),
        },
    ),
    (
        "nobody asks for TSIG over HTTPS: ipedge does not look at where it stands, dnspython does",
        {"others/tsig-not-last": ("ok, a.example, ttl 3600", "malformed")},
    ),
    (
        "a name of more than 16 compression pointers is none to dnspython; all of them point back, so that none loops",
        {
            "pointers/20-hops": ("ok, 20 values, ttl 60", "malformed"),
            "pointers/127-hops": ("ok, 127 values, ttl 60", "malformed"),
            "pointers/300-bare-hops": ("ok, 8.8.8.8.in-addr.arpa, ttl 60", "malformed"),
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
                faults.append(f"{id}: not the difference that is known: {both}")
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
        print(f"{len(unasked)} replies answer what ipedge does not ask: {', '.join(sorted(set(unasked)))}")
    print(f"{len(faults)} faults")
    for fault in faults:
        print(fault)
    sys.exit(1 if faults else 0)


def corpus(file):
    """Identifier, question and bytes of every reply."""
    for block in file.read_text().split("\n\n")[1:]:
        fields, wire = {}, ""
        for line in block.splitlines():
            if line.startswith(" "):
                wire += line.split(";")[0].strip()
            else:
                key, value = line.split(maxsplit=1)
                fields[key] = value
        yield fields["reply"], fields["asks"], bytes.fromhex(wire)


def said(status, values=(), ttl=None, authenticated=False, detail=None, most=3):
    """A reading in one line, with at most so many values. What is no answer is told by its status alone."""
    if status == "malformed":
        return status
    error = re.search(r"extended error (\d+)", detail or "")
    if most is not None and len(values) > most:
        values = [f"{len(values)} values"]
    words = [status, *values, f"ttl {ttl}", *(["authenticated"] if authenticated else [])]
    return ", ".join([*words, *([f"error {error[1]}"] if error else [])])


def read(ask, wire):
    """What dnspython, and the rules for replies, make of one."""
    kind, subject = ask.split()
    qname = ip_address(subject).reverse_pointer if kind == "PTR" else subject
    qname, rdtype = dns.name.from_text(qname), dns.rdatatype.from_text(kind)
    malformed = {"status": "malformed"}
    try:
        # Bytes after the end harm nobody: HTTP has said how long the message is. Nobody signs with TSIG here.
        message = dns.message.from_wire(wire, keyring=False, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        return malformed
    if message.opcode() != dns.opcode.QUERY or message.id != 0:
        return malformed
    if not message.flags & dns.flags.QR or message.flags & dns.flags.TC:
        return malformed
    if [(one.name, one.rdtype, one.rdclass) for one in message.question] != [(qname, rdtype, dns.rdataclass.IN)]:
        return malformed

    errors = [option.code for option in message.options if option.otype == dns.edns.OptionType.EDE]
    detail = f"extended error {int(errors[0])}" if errors else None
    code = message.rcode()
    if code not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return {"status": "refused" if code == dns.rcode.REFUSED else "servfail", "detail": detail}
    try:
        chain = message.resolve_chaining()
    except (dns.message.ChainTooLong, dns.message.AnswerForNXDOMAIN):
        return malformed

    values, ttl = [], None
    if chain.answer is not None:
        status, ttl = "ok", chain.minimum_ttl
        values = [
            rdata.target.to_text(omit_final_dot=True) if kind == "PTR" else rdata.address for rdata in chain.answer
        ]
    else:
        status = "nxdomain" if code == dns.rcode.NXDOMAIN else "nodata"
        # Where no SOA says for how long, nobody does (RFC 2308 section 5); dnspython would make up some seconds.
        if any(
            rrset.rdtype == dns.rdatatype.SOA
            and rrset.rdclass == dns.rdataclass.IN
            and chain.canonical_name.is_subdomain(rrset.name)
            for rrset in message.authority
        ):
            ttl = chain.minimum_ttl
    authenticated = bool(message.flags & dns.flags.AD)
    return {"status": status, "values": values, "ttl": ttl, "authenticated": authenticated, "detail": detail}


if __name__ == "__main__":
    main()
