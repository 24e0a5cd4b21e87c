#!/usr/bin/env python3
"""Composes replies.txt: DNS replies, good and bad, byte by byte.

It uses no DNS library, so that neither of the two readers, ipedge and dnspython, has written the replies. No reply was
recorded: replies in the style of a public resolver have the structure of its replies and invented content.

usage: compose.py [--check]
"""

import ipaddress
import random
import sys
from pathlib import Path
from typing import NamedTuple

from message import (
    ANY,
    CH,
    COOKIE,
    ERROR,
    FLAGS,
    FORMERR,
    HS,
    NOERROR,
    NXDOMAIN,
    PADDING,
    Part,
    REFUSED,
    SERVFAIL,
    asked,
    cname,
    error,
    label,
    name,
    opt,
    option,
    ptr,
    question,
    record,
    rrsig,
    soa,
    to,
    u16,
    u32,
)

HERE = Path(__file__).resolve().parent
FILE = HERE / "replies.txt"

HEAD = """\
# DNS replies, and the queries that they claim to answer. Written by compose.py: make changes there, and run it.
#
# reply  its identifier
# asks   the query of ipedge: type, and address or name
# why    the reason for this reply
#   hex  ; the meaning of the bytes
"""

WIDTH = 120


class Reply(NamedTuple):
    id: str
    ask: str
    why: str
    parts: list

    @property
    def octets(self):
        return b"".join(part.octets for part in self.parts)

    def text(self):
        lines = [f"reply  {self.id}", f"asks   {self.ask}", f"why    {self.why}"]
        for octets, note in self.parts:
            text = octets.hex()
            whole = f"  {text}  ; {note}"
            if len(whole) <= WIDTH:
                lines.append(whole)
                continue
            lines.append(f"  ; {note}" if len(note) <= WIDTH - 4 else f"  ; {note[: WIDTH - 8]} ...")
            lines += ["  " + text[start : start + WIDTH - 4] for start in range(0, len(text), WIDTH - 4)]
        return "\n".join(lines) + "\n"


REPLIES = []


def reply(
    id,
    why,
    *answer,
    ask="PTR 8.8.8.8",
    authority=(),
    additional=(),
    rcode=NOERROR,
    flags="qr rd ra",
    number=0,
    opcode=0,
    questions=None,
    counts=None,
    tail=b"",
):
    """Adds a reply to `ask`. Every part that is not given is correct."""
    questions = [question(*asked(ask))] if questions is None else questions
    sections = [questions, answer, authority, additional]
    real = tuple(map(len, sections))
    counts = real if counts is None else counts
    word = sum(FLAGS[flag] for flag in flags.split()) | opcode << 11 | rcode
    head = u16(number) + u16(word) + b"".join(map(u16, counts))
    said = f"header: ID {number}, opcode {opcode}, {flags or 'no flags'}, RCODE {rcode}, counts {counts}"
    parts = [Part(head, said), *(part for section in sections for part in section)]
    if tail:
        parts.append(Part(tail, "after the end"))
    return add(id, ask, why, parts)


def add(id, ask, why, parts):
    assert id not in {known.id for known in REPLIES}, id
    REPLIES.append(Reply(id, ask, why, parts))
    return REPLIES[-1]


# --- names -------------------------------------------------------------------------------------------------------

OWN = "8.8.8.8.in-addr.arpa."
V6 = "PTR 2001:db8::567:89ab"


def names():
    reply("names/one", "one name, as most addresses have", ptr("dns.example."))
    reply("names/one-uncompressed", "the owner written out", ptr("dns.example.", owner=OWN))
    reply("names/two", "in the order of the reply", ptr("b.example."), ptr("a.example."))
    reply("names/three", "three names", ptr("c.example."), ptr("a.example."), ptr("b.example."))
    reply("names/twice", "one name twice", ptr("a.example."), ptr("a.example."))
    reply("names/twice-in-other-case", "names have no case (RFC 4343)", ptr("a.example."), ptr("A.Example."))
    reply("names/first-case-holds", "the same, the other way around", ptr("A.EXAMPLE."), ptr("a.example."))
    reply(
        "names/twice-apart", "one name twice, another between", ptr("a.example."), ptr("b.example."), ptr("A.example.")
    )
    reply("names/mixed-case", "case is kept", ptr("MiXeD.CaSe.Example."))
    reply("names/owner-in-upper-case", "owners have no case", ptr("a.example.", owner=OWN.upper()))
    reply(
        "names/question-in-upper-case",
        "the question has no case, either: a resolver may return another one (0x20)",
        ptr("a.example."),
        questions=[question(OWN.upper())],
    )
    reply("names/root", "the root is a name", ptr("."))
    reply("names/one-label", "one label", ptr("localhost."))
    reply("names/itself", "a PTR to its own owner", ptr("@"))
    reply("names/ipv6", "an IPv6 address", ptr("host.example."), ask=V6)
    reply("names/ipv6-two", "an IPv6 address of two names", ptr("b.example."), ptr("a.example."), ask=V6)
    reply("names/ipv6-one", "::1, which ipedge never queries", ptr("localhost."), ask="PTR ::1")
    reply("names/zero", "0.0.0.0, which ipedge never queries", ptr("a.example."), ask="PTR 0.0.0.0")
    reply(
        "names/all-ones", "255.255.255.255: three digits in every label", ptr("a.example."), ask="PTR 255.255.255.255"
    )
    reply("names/idn", "an A-label (RFC 5890)", ptr("xn--bcher-kva.example."))
    reply("names/underscores", "underscores", ptr("_a._b.example."))
    reply("names/hyphens", "hyphens where a host name has none", ptr("-a-.-.example."))
    reply("names/digits", "digits only", ptr("1.2.3.4."))
    reply("names/looks-like-an-address", "an address as text", ptr("8.8.8.8."))
    reply("names/markup", "markup, which a page has to escape", ptr(r"<script>alert\(1\)</script>.example."))
    reply("names/empty-looking", "a label that is a blank", ptr(r"\032.example."))
    reply("names/dot-in-label", "a dot inside a label", ptr(r"a\.b.example."))
    reply("names/dot-only", "a label that is a dot", ptr(r"\..example."))
    reply("names/backslash", "a backslash", ptr(r"a\\b.example."))
    reply("names/backslash-then-dot", "a label that ends with a backslash", ptr(r"a\\.b.example."))
    reply("names/quotes", "quotes", ptr(r"\"quoted\".example."))
    reply("names/zone-file-signs", "characters with a meaning in zone files", ptr(r"a\;b\(c\)d\@e\$f.example."))
    reply("names/at-alone", "a label that is @", ptr(r"\@."))
    reply("names/star", "a wildcard", ptr("*.example."))
    reply("names/nul", "a zero byte", ptr(r"a\000b.example."))
    reply("names/control", "line feeds and a bell", ptr(r"a\013\010\007b.example."))
    reply("names/delete", "the last ASCII character", ptr(r"a\127.example."))
    reply("names/utf-8", "UTF-8", ptr("b\\195\\188cher.example."))
    reply("names/utf-8-emoji", "UTF-8 of four bytes", ptr("\\240\\159\\146\\169.example."))
    reply("names/latin-1", "not UTF-8", ptr(r"b\252cher.example."))
    reply("names/all-ones-label", "bytes of ones", ptr(r"\255\255.example."))
    reply("names/case-beyond-ascii", "bytes beyond ASCII have no other case", ptr(r"\196."), ptr(r"\228."))
    reply("names/case-neighbours", "@[ and `{ are not letters", ptr(r"\@[.example."), ptr("`{.example."))
    reply("names/escaped-twice-same", "a dot in a label, and two labels", ptr(r"a\.b."), ptr("a.b."))
    for first in range(0, 256, 32):
        octets = bytes(range(first, first + 32))
        reply(
            f"names/bytes-{first}",
            f"all bytes from {first} to {first + 31}, in one label",
            ptr(label(octets) + name("example.")),
        )
    reply("names/label-63", "the longest label", ptr("a" * 63 + ".example."))
    reply("names/label-63-escaped", "the longest label as text", ptr("\\000" * 63 + ".example."))
    longest = ".".join(["a" * 63] * 3 + ["b" * 61]) + "."
    reply("names/255-bytes", "the longest name", ptr(longest))
    reply("names/255-bytes-of-one", "the most labels", ptr("a." * 127))
    reply("names/255-bytes-escaped", "the longest text of a name", ptr(("\\255" * 63 + ".") * 3 + "\\255" * 61 + "."))
    reply("names/256-bytes", "one byte too long", ptr(".".join(["a" * 63] * 3 + ["b" * 62]) + "."))
    reply("names/128-labels", "one label too many", ptr("a." * 128))
    many = [ptr(f"host-{number}.example.") for number in range(300)]
    reply("names/300", "as many as a shared host has", *many)
    same = [ptr("host.example." if number % 2 else "HOST.example.") for number in range(50)]
    reply("names/50-times-one", "fifty times one name", *same)


# --- codes and flags ---------------------------------------------------------------------------------------------


def codes():
    for code in range(16):
        reply(f"codes/{code}", f"RCODE {code}, nothing else", rcode=code)
    for code in (0, 2, 3, 5, 9):
        reply(f"codes/{code}-with-names", f"RCODE {code} with names", ptr("a.example."), rcode=code)
        reply(f"codes/{code}-with-soa", f"RCODE {code} with an SOA", authority=[soa()], rcode=code)
    for code in (16, 17, 18, 19, 22, 23, 24, 3841, 4095):
        extended = opt(extended=code >> 4)
        reply(
            f"codes/{code}", f"RCODE {code}, with its upper bits in EDNS", additional=[extended], rcode=code & 15
        )
    reply(
        "codes/16-with-names",
        "BADVERS with names: the upper bits count",
        ptr("a.example."),
        additional=[opt(extended=1)],
    )
    reply("codes/19-with-soa", "RCODE 19 is not 3", authority=[soa()], additional=[opt(extended=1)], rcode=3)


def flags():
    one = ptr("a.example.")
    for said, why in [
        ("qr rd ra ad", "validated (RFC 4035 section 3.2.3)"),
        ("qr rd ra cd", "checking disabled"),
        ("qr rd ra ad cd", "both"),
        ("qr aa rd ra", "authoritative"),
        ("qr aa", "authoritative, as a server that does not recurse"),
        ("qr", "nothing else"),
        ("qr ra", "without RD"),
        ("qr rd ra z", "the reserved bit"),
        ("qr aa rd ra z ad cd", "all but truncated"),
    ]:
        reply("flags/" + said.replace(" ", "-"), why, one, flags=said)
    reply("flags/ad-nodata", "a validated nodata", flags="qr rd ra ad", authority=[soa()])
    reply("flags/ad-nxdomain", "a validated nxdomain", flags="qr rd ra ad", rcode=NXDOMAIN, authority=[soa()])
    reply("flags/query", "our own query, echoed", flags="rd ad")
    reply("flags/query-with-names", "a query with names", one, flags="rd ra")
    reply("flags/tc", "truncated: DNS over HTTPS has no other transport for the rest", one, flags="qr tc rd ra")
    reply("flags/tc-empty", "truncated, without records", flags="qr tc rd ra")
    reply("flags/tc-nxdomain", "truncated, and no such name", flags="qr tc rd ra", rcode=NXDOMAIN, authority=[soa()])
    reply("flags/tc-servfail", "truncated, and a failure", flags="qr tc rd ra", rcode=SERVFAIL)
    for number in (1, 0x8180, 0xFFFF):
        reply(f"flags/id-{number}", "another ID", one, number=number)
    for opcode in (1, 2, 3, 4, 5, 6, 15):
        reply(f"flags/opcode-{opcode}", "another opcode", one, opcode=opcode)


# --- EDNS --------------------------------------------------------------------------------------------------------


def edns():
    one = ptr("a.example.")

    def added(id, why, *additional, **more):
        reply(f"edns/{id}", why, one, additional=additional, **more)

    added("empty", "without options", opt())
    added("small", "a payload size below 512 counts as 512 (RFC 6891 section 6.2.3)", opt(payload=0))
    added("large", "the largest payload size", opt(payload=65535))
    added("version", "a version that does not exist yet", opt(version=1))
    added("do", "DNSSEC OK", opt(flags=0x8000))
    added("all-flags", "all flags", opt(flags=0xFFFF))
    added("padding", "padded (RFC 7830)", opt(option(PADDING, bytes(300))))
    added("padding-empty", "padding of no length", opt(option(PADDING, b"")))
    added("padding-not-zero", "padding that is not zeros", opt(option(PADDING, b"\xde\xad\xbe\xef")))
    added("cookie", "a client's and a server's cookie (RFC 7873)", opt(option(COOKIE, bytes(range(24)))))
    added("nsid", "a server's name (RFC 5001)", opt(option(3, b"res1.fra")))
    added("subnet", "a client subnet (RFC 7871)", opt(option(8, bytes.fromhex("00011800080808"))))
    added("keepalive", "a TCP timeout (RFC 7828)", opt(option(11, u16(100))))
    added("unknown", "unknown options", opt(option(65001, b"?"), option(4242, b"")))
    added("same-option-twice", "padding twice", opt(option(PADDING, bytes(3)), option(PADDING, bytes(5))))
    added("twice", "two OPT records (RFC 6891 section 6.1.1)", opt(), opt())
    added("twice-apart", "two OPT records, another between", opt(), record("b.example.", 1, "A", "192.0.2.1"), opt())
    added("owner", "an OPT record that is not the root's", opt(owner="example."))
    added("after-address", "OPT is not the first", record("a.example.", 60, "A", "192.0.2.1"), opt())
    added("option-too-long", "an option longer than its record", opt(u16(PADDING) + u16(9) + b"\0\0"))
    added("option-head-cut", "an option head that is cut off", opt(u16(PADDING) + b"\0"))
    added("record-too-long", "an OPT record longer than the message", opt(length=9))
    reply("edns/in-answer", "an OPT record among the answers", one, opt())
    reply("edns/in-authority", "an OPT record in the authority section", one, authority=[opt()])

    for code in (*range(0, 31), 31, 4711, 49152, 65535):
        why = "a code without a name" if code > 30 else "a resolver's reason (RFC 8914)"
        reply(f"errors/{code}", why, rcode=SERVFAIL, additional=[opt(error(code))])
    for id, text, why in [
        ("text", b"at delegation 8.in-addr.arpa.", "with a text"),
        ("text-nul", b"at delegation\0", "with a text and a final zero, which is optional (RFC 8914 section 2)"),
        ("text-utf-8", "nicht erreichbar: Zone fällt aus".encode(), "with a text in UTF-8"),
        ("text-escape", b"\x1b[31mred\r\nX-Header: 1", "with control characters"),
        ("text-long", b"word " * 200, "with a very long text"),
        ("text-latin-1", b"f\xe4llt aus", "with a text that is not UTF-8"),
    ]:
        reply(f"errors/{id}", why, rcode=SERVFAIL, additional=[opt(error(22, text))])
    reply("errors/cut", "a code of one byte", rcode=SERVFAIL, additional=[opt(option(ERROR, b"\0"))])
    reply("errors/empty", "without a code", rcode=SERVFAIL, additional=[opt(option(ERROR, b""))])
    reply("errors/two", "two reasons", rcode=SERVFAIL, additional=[opt(error(22), error(23, b"timed out"))])
    reply("errors/stale", "a stale answer is an answer", one, additional=[opt(error(3))])
    reply("errors/stale-nxdomain", "a stale NXDOMAIN", rcode=NXDOMAIN, authority=[soa()], additional=[opt(error(19))])
    reply("errors/blocked", "blocked, as NXDOMAIN without SOA", rcode=NXDOMAIN, additional=[opt(error(15))])
    reply("errors/censored", "censored, as an empty answer", additional=[opt(error(16))])
    reply("errors/prohibited", "prohibited", rcode=REFUSED, additional=[opt(error(18, b"not for you"))])
    reply("errors/formerr", "another code, with a reason", rcode=FORMERR, additional=[opt(error(0, b"what?"))])


# --- CNAMEs ------------------------------------------------------------------------------------------------------


def chain(length, ttl=lambda step: 3600):
    """CNAMEs from the question's name through `length` - 1 others to `end.example.`."""
    steps = [OWN, *(f"c{step}.example." for step in range(1, length)), "end.example."]
    return [cname(owner, target, ttl(step)) for step, (owner, target) in enumerate(zip(steps, steps[1:]))]


def cnames():
    end = ptr("host.example.", 7200, owner="end.example.")
    child = "8.0-15.8.8.8.in-addr.arpa."
    reply("cnames/rfc-2317", "a delegation of RFC 2317", cname("@", child, 100), ptr("host.example.", 200, owner=child))
    reply(
        "cnames/rfc-2317-least-last", "the PTR record has the lesser TTL", cname("@", child, 200), ptr("h.example.", 100, owner=child)
    )
    for length in (1, 2, 3, 8, 15, 16, 17, 100):
        reply(f"cnames/{length}", f"{length} CNAMEs", *chain(length), end)
    for length in (2, 3, 8, 15, 16, 17):
        reply(
            f"cnames/{length}-backwards", "records have no order (RFC 1034 section 3.6)", end, *reversed(chain(length))
        )
    shuffled = [*chain(10), end]
    random.Random(1).shuffle(shuffled)
    reply("cnames/10-shuffled", "in no order", *shuffled)
    reply("cnames/least-in-the-middle", "the least TTL of five", *chain(5, lambda step: [9, 8, 3, 8, 9][step]), end)
    reply("cnames/ttl-0-in-the-middle", "a TTL of 0", *chain(3, lambda step: [9, 0, 9][step]), end)
    reply("cnames/ttl-top-bit", "a TTL with the top bit", *chain(2, lambda step: [9, 1 << 31][step]), end)
    reply("cnames/loop-1", "one to itself", cname("@", "@"))
    reply("cnames/loop-2", "a loop of two", cname("@", "a.example."), cname("a.example.", "@"))
    circle = [cname("@", "a.example."), cname("a.example.", "b.example."), cname("b.example.", "a.example.")]
    reply("cnames/loop-later", "a loop that does not contain the queried name", *circle)
    reply(
        "cnames/loop-in-other-case", "a loop in two cases", cname("@", "A.example."), cname("a.EXAMPLE.", OWN.upper())
    )
    reply("cnames/loop-nxdomain", "a loop with NXDOMAIN", cname("@", "@"), rcode=NXDOMAIN)
    reply("cnames/loop-servfail", "a loop with SERVFAIL: it is not followed", cname("@", "@"), rcode=SERVFAIL)
    reply(
        "cnames/loop-elsewhere",
        "a loop of other names",
        ptr("a.example."),
        cname("x.example.", "x.example."),
    )
    reply("cnames/case", "owner and target in different cases", cname("@", "End.Example."), end)
    reply("cnames/nothing", "to a name without records", cname("@", "end.example."))
    reply(
        "cnames/nothing-with-soa",
        "to a name without records, with an SOA",
        cname("@", "end.example.", 300),
        authority=[soa("example.", 60)],
    )
    reply(
        "cnames/nothing-soa-longer",
        "the CNAME has the lesser TTL",
        cname("@", "end.example.", 30),
        authority=[soa("example.", 60)],
    )
    gone = cname("@", "end.example.", 300)
    reply("cnames/nxdomain", "to a name that does not exist (RFC 2308 section 2.1)", gone, rcode=NXDOMAIN)
    reply("cnames/nxdomain-with-soa", "the same, with SOA", gone, rcode=NXDOMAIN, authority=[soa("example.", 60)])
    reply("cnames/nxdomain-of-three", "after three CNAMEs", *chain(3), rcode=NXDOMAIN, authority=[soa("example.")])
    reply("cnames/nxdomain-with-names", "NXDOMAIN with names", gone, end, rcode=NXDOMAIN)
    reply("cnames/end-in-additional", "the end in the additional section", gone, additional=[end])
    reply("cnames/end-in-authority", "the end in the authority section", gone, authority=[end])
    reply("cnames/in-authority", "the CNAME in the authority section", end, authority=[gone])
    reply("cnames/in-additional", "the CNAME in the additional section", end, additional=[gone])
    reply("cnames/of-another", "a CNAME of another name", cname("9.8.8.8.in-addr.arpa.", "end.example."), end)
    reply("cnames/beside-ptr", "beside a PTR record, which is forbidden (RFC 2181 section 10.1)", ptr("a.example."), gone, end)
    reply("cnames/beside-ptr-nothing", "beside a PTR record, to a name without records", ptr("a.example."), gone)
    reply("cnames/two", "two of one name, which is forbidden", cname("@", "a.example."), gone, end)
    reply("cnames/two-first-leads", "two of one name, of which the first leads to the end", gone, cname("@", "a.example."), end)
    reply("cnames/same-twice", "the same one twice", gone, gone, end)
    reply(
        "cnames/same-twice-two-ttls",
        "twice, with two TTLs (RFC 2181 section 5.2)",
        gone,
        cname("@", "end.example.", 7),
        end,
    )
    reply("cnames/chaos", "a CNAME of another class", cname("@", "end.example.", klass=CH), end)
    reply("cnames/end-chaos", "the end is of another class", gone, ptr("x.example.", owner="end.example.", klass=CH))
    reply("cnames/root", "to the root", cname("@", "."), ptr("a.example.", owner="."))
    reply(
        "cnames/escaped",
        "through a label with a dot",
        cname("@", r"a\.b."),
        ptr("no.example.", owner="a.b."),
        ptr("yes.example.", owner=r"a\.b."),
    )
    reply("cnames/ipv6", "IPv6", cname("@", "end.example."), end, ask=V6)
    reply(
        "cnames/300-names",
        "to a hundred names",
        gone,
        *(ptr(f"{n}.example.", owner="end.example.") for n in range(100)),
    )
    dname = record("8.8.in-addr.arpa.", 300, "DNAME", "r.example.")
    made = cname("@", "8.8.r.example.", 300)
    reply(
        "cnames/dname",
        "a DNAME, and the CNAME made of it (RFC 6672)",
        dname,
        made,
        ptr("h.example.", owner="8.8.r.example."),
    )
    reply(
        "cnames/dname-ttl-0",
        "the CNAME made of it has TTL 0",
        dname,
        cname("@", "8.8.r.example.", 0),
        ptr("h.example.", owner="8.8.r.example."),
    )
    reply(
        "cnames/dname-alone",
        "a DNAME without a CNAME: nothing to follow",
        dname,
        ptr("h.example.", owner="8.8.r.example."),
    )
    reply(
        "cnames/signed",
        "with signatures",
        gone,
        rrsig("@", "CNAME"),
        end,
        rrsig("end.example.", "PTR", signer="example."),
    )


# --- records that are not ours -----------------------------------------------------------------------------------


def others():
    one = ptr("a.example.")

    def beside(id, why, *more, **options):
        reply(f"others/{id}", why, *more, **options)

    beside("owner", "a PTR of another owner", ptr("evil.example.", owner="9.8.8.8.in-addr.arpa."))
    beside("owner-and-ours", "with one of ours", ptr("evil.example.", 1, owner="9.8.8.8.in-addr.arpa."), one)
    beside("owner-parent", "a PTR of the zone", ptr("evil.example.", owner="8.8.8.in-addr.arpa."))
    beside("owner-child", "a PTR of a name below ours", ptr("evil.example.", owner="1." + OWN))
    beside("owner-root", "a PTR of the root", ptr("evil.example.", owner="."))
    beside(
        "owner-with-dot", "an owner that looks like ours as text", ptr("evil.example.", owner=r"8\.8.8.8.in-addr.arpa.")
    )
    beside("owner-nearly", "an owner with a zero byte more", ptr("evil.example.", owner=r"8\000.8.8.8.in-addr.arpa."))
    beside("owner-ip6", "the same under ip6.arpa", ptr("evil.example.", owner="8.8.8.8.ip6.arpa."))
    for klass in (CH, HS, 2, 0, 65280):
        beside(f"class-{klass}", "a PTR of another class", ptr("evil.example.", klass=klass))
        beside(f"class-{klass}-and-ours", "with one of ours", ptr("evil.example.", 1, klass=klass), one)
    beside("in-authority", "a PTR in the authority section", authority=[one])
    beside("in-additional", "a PTR in the additional section", additional=[one])
    for kind, *data in [
        ("A", "192.0.2.1"),
        ("AAAA", "2001:db8::1"),
        ("TXT", "v=spf1 -all"),
        ("MX", 10, "mail.example."),
        ("NS", "ns1.example."),
        ("HINFO", b"\x03CPU\x02OS"),
        ("SRV", bytes(6) + name("srv.example.")),
        ("NULL", b"anything"),
        ("LOC", bytes.fromhex("0012161389170dd870be15f00098968d")),
        ("NAPTR", u16(1) + u16(2) + b"\x01u\x03E2U\x04!.!!" + name(".")),
        ("CAA", b"\x00\x05issue" + b"ca.example"),
        ("HTTPS", u16(1) + name(".")),
        ("NSEC", name("b.example.") + b"\x00\x01\x40"),
        (65280, b"private"),
        (1234, bytes(40)),
        (0, b"\0"),
    ]:
        beside(f"type-{kind}", "another type alone: the name exists and has no PTR record", record("@", 60, kind, *data))
        beside(f"type-{kind}-and-ours", "another type beside ours", record("@", 60, kind, *data), one)
    beside("rrsig", "a signature beside", one, rrsig("@", "PTR"))
    beside("rrsig-first", "a signature before, of a lesser TTL", rrsig("@", "PTR", 60), one)
    beside("rrsig-alone", "a signature without its record", rrsig("@", "PTR"))
    beside(
        "nsec-in-authority",
        "a proof that there is no record",
        authority=[
            soa(),
            rrsig("8.in-addr.arpa.", "SOA", 900),
            record(OWN, 900, "NSEC", name("9." + OWN) + b"\x00\x01\x40"),
        ],
    )
    beside(
        "nsec3-in-authority",
        "a hashed proof that there is no name",
        rcode=NXDOMAIN,
        authority=[
            soa(),
            record(
                "a" * 32 + ".8.in-addr.arpa.",
                900,
                "NSEC3",
                b"\x01\x00\x00\x00\x00\x14" + bytes(range(20)) + b"\x00\x01\x40",
            ),
        ],
    )
    beside(
        "glue",
        "servers and their addresses",
        one,
        authority=[record("8.in-addr.arpa.", 60, "NS", "ns1.example.")],
        additional=[
            record("ns1.example.", 60, "A", "192.0.2.1"),
            record("ns1.example.", 60, "AAAA", "2001:db8::1"),
            opt(),
        ],
    )
    beside(
        "unknown-in-authority", "an unknown type in the authority section", one, authority=[record("@", 1, 65280, b"x")]
    )
    beside(
        "unknown-in-additional",
        "an unknown type in the additional section",
        one,
        additional=[record("@", 1, 65280, b"x")],
    )
    beside("empty-unknown", "an unknown type without data (RFC 3597 section 4)", record("@", 60, 65280, b""), one)
    beside(
        "empty-null", "NULL without data, which may be anything (RFC 1035 section 3.3.10)", record("@", 60, "NULL", b""), one
    )
    beside("empty-unknown-in-additional", "the same in a section that is not read", one, additional=[record("@", 60, 65280, b"")])
    beside("empty-ptr", "a PTR without data", record("@", 60, "PTR", b""))
    beside("empty-txt", "a TXT without a string", record("@", 60, "TXT", b""), one)
    beside("broken-a", "an address of three bytes", record("@", 60, "A", b"\x01\x02\x03"), one)
    beside("broken-aaaa", "an address of 17 bytes", record("@", 60, "AAAA", bytes(17)), one)
    beside("broken-txt", "a string longer than its record", record("@", 60, "TXT", b"\x09abc"), one)
    beside("broken-mx", "a preference and no name", record("@", 60, "MX", b"\0\0"), one)
    beside("broken-soa", "a SOA of two names", authority=[record("8.in-addr.arpa.", 9, "SOA", name("a.") + name("b."))])
    beside(
        "chaos-a",
        "an address of the Chaos network: a name and a number",
        record("@", 60, "A", name("ch-addr.example.") + u16(0o1234), klass=CH),
        one,
    )
    beside("type-any", "a record of a type that only queries have", record("@", 60, "ANY", b"x"), one)
    beside("tsig", "signed with an unknown key", one, additional=[tsig()])
    beside("tsig-not-last", "signed, with a record after the signature", one, additional=[tsig(), opt()])
    beside("tsig-in-answer", "a signature in the wrong place", tsig(), one)


def tsig():
    """RFC 8945 section 4.2."""
    data = name("hmac-sha256.") + bytes(6) + u16(300) + u16(32) + bytes(32) + u16(0) + u16(0) + u16(0)
    return record("key.example.", 0, "TSIG", data, klass=ANY)


# --- TTLs and negative answers -----------------------------------------------------------------------------------


def ttls():
    for ttl, why in [
        (0, "must not be cached"),
        (1, "a second"),
        (86400, "a day"),
        (604800, "a week"),
        (2**31 - 1, "the largest"),
        (2**31, "the top bit alone: as 0 (RFC 2181 section 8)"),
        (2**31 + 300, "the top bit and more: as 0"),
        (2**32 - 1, "all ones: as 0"),
    ]:
        reply(f"ttls/{ttl}", why, ptr("a.example.", ttl))
        reply(f"ttls/soa-{ttl}", f"{why}; of the SOA itself", authority=[soa(ttl=ttl, minimum=2**31 - 1)])
        reply(f"ttls/minimum-{ttl}", f"{why}; the SOA's MINIMUM", authority=[soa(ttl=604800, minimum=ttl)])
        reply(
            f"ttls/cname-{ttl}",
            f"{why}; of a CNAME",
            cname("@", "a.example.", ttl),
            ptr("b.example.", 86400, owner="a.example."),
        )
    reply("ttls/least-first", "the least of two, first", ptr("a.example.", 60), ptr("b.example.", 300))
    reply("ttls/least-last", "the least of two, last", ptr("a.example.", 300), ptr("b.example.", 60))
    reply("ttls/top-bit-of-two", "one of two has the top bit", ptr("a.example.", 300), ptr("b.example.", 2**31 + 1))
    reply("ttls/twice-with-two", "one name twice, with two TTLs", ptr("a.example.", 300), ptr("a.example.", 30))
    reply(
        "ttls/other-owner-less",
        "the TTL of another owner does not count",
        ptr("a.example."),
        ptr("b.example.", 1, owner="b.example."),
    )
    reply(
        "ttls/authority-less",
        "nor does that of the authority section",
        ptr("a.example."),
        authority=[soa(ttl=1, minimum=1)],
    )


def negatives():
    for code, word in [(NOERROR, "nodata"), (NXDOMAIN, "nxdomain")]:

        def negative(id, why, *authority, **more):
            reply(f"{word}/{id}", why, authority=authority, rcode=code, **more)

        negative("no-soa", "without a TTL")
        negative("soa", "with SOA", soa())
        negative("soa-ttl-less", "the SOA's own TTL is less", soa(ttl=300, minimum=900))
        negative("minimum-less", "its MINIMUM is less (RFC 2308 section 5)", soa(ttl=900, minimum=60))
        negative("soa-of-arpa", "the SOA of a zone far above", soa("in-addr.arpa."))
        negative("soa-of-root", "the root's SOA", soa("."))
        negative("soa-of-itself", "the name is a zone", soa(OWN))
        negative("soa-in-upper-case", "the zone in another case", soa("8.IN-ADDR.ARPA."))
        negative("soa-of-another", "the SOA of another zone", soa("9.in-addr.arpa.", 7, 7))
        negative("soa-of-child", "the SOA of a zone below", soa("1." + OWN, 7, 7))
        negative("soa-nearly", "a zone that looks like a parent as text", soa(r"8\.in-addr.arpa.", 7, 7))
        negative("soa-of-another-first", "the SOA of another zone, then ours", soa("9.in-addr.arpa.", 7, 7), soa())
        negative("soa-twice", "the SOA twice", soa(), soa(ttl=60))
        negative("soa-chaos", "a SOA of another class", soa(klass=CH, ttl=7))
        negative("soa-compressed", "the zone as a pointer into the question", soa_at(to(18)))
        negative("referral", "servers without an SOA", record("8.in-addr.arpa.", 60, "NS", "ns1.example."))
        negative("soa-and-ns", "both", record("8.in-addr.arpa.", 60, "NS", "ns1.example."), soa())
        negative("soa-in-additional", "the SOA in the additional section", additional=[soa()])
        negative("ipv6", "IPv6", soa("8.b.d.0.1.0.0.2.ip6.arpa."), ask=V6)
        negative("edns", "with EDNS", soa(), additional=[opt()])
        negative("authoritative", "from the zone's own server", soa(), flags="qr aa rd")
    reply("nodata/soa-in-answer", "the SOA as an answer", soa())
    reply("nxdomain/names", "NXDOMAIN with names", ptr("a.example."), rcode=NXDOMAIN, authority=[soa()])
    reply(
        "nxdomain/names-of-another",
        "NXDOMAIN with the names of another owner",
        ptr("a.example.", owner="b."),
        rcode=NXDOMAIN,
        authority=[soa()],
    )
    reply(
        "nodata/soa-of-start",
        "after a CNAME the SOA is of the end's zone (RFC 2308 section 2.1)",
        cname("@", "end.example."),
        authority=[soa(ttl=7, minimum=7)],
    )


def soa_at(owner):
    data = name("ns1.example.") + name("hostmaster.example.") + b"".join(map(u32, (1, 2, 3, 4, 300)))
    return record(owner, 900, "SOA", data)


# --- pointers ----------------------------------------------------------------------------------------------------

# Positions in a reply to the query for 8.8.8.8. The name in the question has 22 bytes and begins at 12. The first answer
# begins at 38; if its owner is a pointer, its data begins at 50.
QUESTION, ANSWER, DATA = 12, 38, 50


def pointers():
    def pointed(id, why, target, **more):
        reply(f"pointers/{id}", why, record("@", 60, "PTR", target, **more))

    pointed("label-then-pointer", "a label, and the rest from the question", label(b"a") + to(QUESTION + 8))
    pointed("to-root", "to the zero byte that ends the question's name", to(QUESTION + 21))
    pointed("label-then-root", "a label, then to the zero byte", label(b"a") + to(QUESTION + 21))
    pointed("into-label", "to the middle of a label, where no label begins", to(QUESTION + 9))
    pointed("into-header", "to the header: zero bytes there are the root", to(0))
    pointed("into-header-flags", "to the flags, which are not a label", to(2))
    pointed("into-counts", "to the counts: a label of one byte, then zero", to(5))
    pointed("to-type", "to the question's type and class", to(QUESTION + 22))
    pointed("to-owner", "to the record's own owner, which is a pointer", to(ANSWER))
    pointed("to-own-ttl", "to the record's own TTL", to(ANSWER + 6))
    pointed("to-own-length", "to the length of its own data", to(ANSWER + 11))
    pointed("self", "to itself", to(DATA))
    pointed("self-after-label", "a label, then to that label: a loop", label(b"a") + to(DATA))
    pointed("self-second-byte", "to its own second byte", to(DATA + 1))
    pointed("forward", "to the bytes after it", to(DATA + 2))
    pointed("forward-inside", "forward inside the data", to(DATA + 2) + name("a.example."))
    pointed("beyond", "beyond the message", to(0x3FFF))
    pointed("half", "the first half of a pointer", b"\xc0")
    pointed("more-after", "data after the name", name("a.example.") + b"\0")
    pointed("pointer-then-more", "data after a pointer", to(QUESTION) + b"\0")
    pointed("label-type-01", "a label type that was an experiment (RFC 6891 section 5)", b"\x41\x00")
    pointed("label-type-10", "a label type that was never defined", b"\x80\x00")
    pointed("no-end", "a name without its end", b"\x01a")
    pointed("length-0-name-after", "data of length 0, and a name after it", name("a.example."), length=0)
    pointed("length-less", "a length that is less than the name", name("a.example."), length=5)
    pointed("length-more", "a length that is more than the name", name("a.example."), length=20)
    pointed("length-huge", "a length beyond the message", name("a.example."), length=65535)

    def two(id, why, first, owner, target):
        reply(f"pointers/{id}", why, record("@", 60, "PTR", first), record(owner, 60, "PTR", target))

    two("to-earlier-data", "to an earlier record's data", name("a.example."), "@", to(DATA))
    two("into-earlier-data", "into an earlier record's data", name("a.example."), "@", label(b"b") + to(DATA + 2))
    two("to-pointer", "to a pointer", label(b"a") + to(QUESTION + 8), "@", label(b"b") + to(DATA))
    # The first record's data is 4 bytes, so the second begins at 54, and its data at 66.
    two("circle", "two names that point to each other", label(b"a") + to(66), "@", label(b"b") + to(DATA))
    two("owner-forward", "an owner that points forward", name("a.example."), to(200), name("b.example."))
    two("owner-self", "an owner that points to itself", name("a.example."), to(DATA + 11), name("b.example."))
    two("owner-of-pointer", "an owner through two pointers", to(QUESTION), to(DATA), name("b.example."))
    hops = [record("@", 60, "PTR", label(b"a") + to(QUESTION + 21))]
    # Each record after it is 12 + 4 bytes long, so the data of number n begins at 50 + 16 n.
    hops += [record("@", 60, "PTR", label(b"%c" % (97 + n)) + to(DATA + 16 * (n - 1))) for n in range(1, 20)]
    reply("pointers/20-hops", "twenty pointers, each to the one before", *hops)
    hops = [record("@", 60, "PTR", label(b"a") + to(QUESTION + 21))]
    hops += [record("@", 60, "PTR", label(b"a") + to(DATA + 16 * (n - 1))) for n in range(1, 127)]
    reply("pointers/127-hops", "127 pointers: the longest name of one-byte labels", *hops)
    hops += [record("@", 60, "PTR", label(b"a") + to(DATA + 16 * 126))]
    reply("pointers/128-hops", "one pointer more", *hops)
    bare = [record("@", 60, "PTR", to(QUESTION))]
    bare += [record("@", 60, "PTR", to(DATA + 14 * (n - 1))) for n in range(1, 300)]
    reply("pointers/300-bare-hops", "300 pointers without a label between", *bare)
    # The first record's data is a label length, the second's begins at 63. From 50 on a label of 14 bytes reads to the
    # end of the pointer, and the OPT's owner ends the name.
    over = [record("@", 60, 65280, b"\x0e"), record("@", 60, "PTR", to(DATA))]
    reply("pointers/through-itself", "to a label that runs over the pointer itself", *over, additional=[opt()])
    reply("pointers/question-self", "the question's name is a pointer to itself", questions=[question(to(QUESTION))])
    reply("pointers/question-to-header", "the question's name is in the header", questions=[question(to(0))])
    reply(
        "pointers/question-forward",
        "the question's name comes later",
        ptr("a.example.", owner=OWN),
        questions=[question(to(18))],
    )
    far = record("@", 60, 65280, bytes(0x4000))
    reply("pointers/beyond-16-kib", "a name after the last place that a pointer reaches", far, ptr("a.example."))


# --- cuts, counts, questions -------------------------------------------------------------------------------------


def broken():
    whole = [
        Part(u16(0) + u16(0x8180) + u16(1) + u16(2) + u16(0) + u16(1), "header: counts (1, 2, 0, 1)"),
        question(OWN),
        cname("@", "a.example.", 60),
        ptr("b.example.", 60, owner="a.example."),
        opt(error(3, b"stale")),
    ]
    add("cuts/none", "PTR 8.8.8.8", "the whole reply, which is cut below", whole)
    octets = b"".join(part.octets for part in whole)
    places = [
        (0, "nothing"),
        (1, "one byte"),
        (2, "an ID"),
        (4, "an ID and flags"),
        (11, "a header without its last byte"),
        (12, "a header"),
        (13, "a length byte"),
        (20, "the middle of the question's name"),
        (33, "the question's name without its end"),
        (34, "the question's name"),
        (36, "name and type"),
        (38, "the question"),
        (39, "half a pointer"),
        (40, "an owner"),
        (42, "owner and type"),
        (44, "owner, type and class"),
        (46, "half a TTL"),
        (48, "a TTL"),
        (50, "a record's head"),
        (51, "a byte of its data"),
        (60, "its data without the end"),
        (61, "one of two answers"),
        (72, "the second owner"),
        (len(octets) - 22, "both answers, no OPT"),
        (len(octets) - 21, "the OPT's owner"),
        (len(octets) - 11, "the OPT's head"),
        (len(octets) - 9, "half an option's head"),
        (len(octets) - 5, "an extended error without its words"),
        (len(octets) - 1, "all but a byte"),
    ]
    for place, why in places:
        add(
            f"cuts/{place}",
            "PTR 8.8.8.8",
            f"cut after {why}",
            [Part(octets[:place], f"the first {place} bytes of cuts/none")],
        )

    one = ptr("a.example.")
    reply("tails/zero", "a zero byte after the end", one, tail=b"\0")
    reply("tails/garbage", "garbage after the end", one, tail=b"\xff" * 20)
    reply("tails/record", "a record after the end, not counted", one, tail=ptr("b.example.").octets)
    reply("tails/message", "a second message after the end", one, tail=b"".join(part.octets for part in whole))
    reply("tails/nothing", "garbage after an empty reply", tail=b"garbage")

    for counts, why in [
        ((1, 2, 0, 0), "two answers instead of one"),
        ((1, 0, 0, 0), "no answer instead of one"),
        ((1, 65535, 0, 0), "the greatest count of answers"),
        ((65535, 1, 0, 0), "the greatest count of questions"),
        ((1, 1, 1, 0), "a missing authority record"),
        ((1, 1, 0, 65535), "missing additional records"),
        ((0, 1, 0, 0), "no question instead of one"),
        ((0, 0, 0, 0), "all counts 0"),
        ((2, 1, 0, 0), "two questions instead of one"),
        ((1, 0, 1, 0), "the answer is counted as authority"),
        ((1, 0, 0, 1), "the answer is counted as additional"),
        ((65535, 65535, 65535, 65535), "all ones"),
    ]:
        reply("counts/" + "-".join(map(str, counts)), why, one, counts=counts)

    for id, why, *questions in [
        ("none", "no question"),
        ("two", "the question twice", question(OWN), question(OWN)),
        ("two-different", "ours and another", question(OWN), question("9.8.8.8.in-addr.arpa.")),
        ("another-name", "another name", question("9.8.8.8.in-addr.arpa.")),
        ("parent", "the zone", question("8.8.8.in-addr.arpa.")),
        ("child", "a name below", question("1." + OWN)),
        ("root", "the root", question(".")),
        ("dot-in-label", "ours as text, not as labels", question(r"8\.8.8.8.in-addr.arpa.")),
        ("ip6", "under ip6.arpa", question("8.8.8.8.ip6.arpa.")),
        ("a", "another type: A", question(OWN, "A")),
        ("any", "another type: ANY", question(OWN, "ANY")),
        ("cname", "another type: CNAME", question(OWN, "CNAME")),
        ("chaos", "another class: CH", question(OWN, klass=CH)),
        ("class-any", "another class: ANY", question(OWN, klass=ANY)),
    ]:
        owner = OWN if not questions else "@"
        reply(f"questions/{id}", why, ptr("a.example.", owner=owner), questions=questions)
    reply("questions/none-servfail", "a failure without a question", rcode=SERVFAIL, questions=[])
    reply("questions/none-formerr", "the reply of an old server", rcode=FORMERR, questions=[])
    reply("questions/none-refused", "refused, without the question", rcode=REFUSED, questions=[])

    def raw(id, why, octets):
        add(f"raw/{id}", "PTR 8.8.8.8", why, [Part(octets, why)])

    raw("zeros", "512 zero bytes", bytes(512))
    raw("ones", "512 bytes of ones", b"\xff" * 512)
    raw("page", "a captive portal's page", b"<html><body>Please log in</body></html>")
    raw(
        "json",
        "the JSON format of other DNS over HTTPS services",
        b'{"Status":0,"Answer":[{"name":"8.8.8.8.in-addr.arpa.","type":12}]}',
    )
    raw("tcp", "the two bytes of length that TCP has", u16(60) + octets)
    dice = random.Random(8)
    for number in range(4):
        raw(f"noise-{number}", "noise", dice.randbytes(64))
        raw(f"noise-after-header-{number}", "noise after a good header and question", octets[:38] + dice.randbytes(64))


# --- as public resolvers write -----------------------------------------------------------------------------------


def padded(parts, block=468):
    """Padding to a block, as RFC 8467 section 4.1 recommends for responses."""
    known = 12 + sum(len(part.octets) for part in parts) + 11 + 4
    return option(PADDING, bytes(-known % block))


def resolvers():
    """Replies with the structure of well-known resolvers' replies: sections, flags, EDNS."""
    v4, v6 = "PTR 192.0.2.53", "PTR 2001:db8:53::53"
    for ask, zone in [(v4, "2.0.192.in-addr.arpa."), (v6, "8.b.d.0.1.0.0.2.ip6.arpa.")]:
        asks = question(*asked(ask))
        family = "ipv4" if ask == v4 else "ipv6"

        def cloudflare(id, why, *answer, authority=(), options=(), ask=ask, asks=asks, family=family, **more):
            pad = padded([asks, *answer, *authority, Part(b"".join(options), "")])
            reply(
                f"cloudflare/{family}-{id}",
                why,
                *answer,
                ask=ask,
                authority=authority,
                additional=[opt(*options, pad)],
                **more,
            )

        def google(id, why, *answer, authority=(), options=(), ask=ask, asks=asks, family=family, **more):
            pad = padded([asks, *answer, *authority, Part(b"".join(options), "")])
            reply(
                f"google/{family}-{id}",
                why,
                *answer,
                ask=ask,
                authority=authority,
                additional=[opt(*options, pad, payload=512)],
                **more,
            )

        def quad9(id, why, *answer, authority=(), options=(), ask=ask, family=family, **more):
            reply(
                f"quad9/{family}-{id}", why, *answer, ask=ask, authority=authority, additional=[opt(*options)], **more
            )

        child = "53.32-63." + zone
        for style, title in [(cloudflare, "Cloudflare"), (google, "Google"), (quad9, "Quad9")]:
            style("name", f"in the style of {title}: a name", ptr("resolver.example.", 1800))
            style(
                "validated", f"in the style of {title}: validated", ptr("resolver.example.", 86400), flags="qr rd ra ad"
            )
            style(
                "delegation",
                f"in the style of {title}: a delegation",
                cname("@", child, 7200),
                ptr("resolver.example.", 300, owner=child),
            )
            style(
                "nxdomain", f"in the style of {title}: no such name", authority=[soa(zone, 1733, 3600)], rcode=NXDOMAIN
            )
            style("nodata", f"in the style of {title}: no PTR", authority=[soa(zone, 300, 300)])
            style(
                "servfail",
                f"in the style of {title}: no authority answers",
                rcode=SERVFAIL,
                options=[error(22, f"at delegation {zone}".encode()), error(23, b"192.0.2.1:53 timed out")],
            )
            style(
                "bogus",
                f"in the style of {title}: DNSSEC fails",
                rcode=SERVFAIL,
                options=[error(9, f"no SEP matching the DS found for {zone}".encode())],
            )
        google("refused", "in the style of Google: refused", rcode=REFUSED)
        quad9("blocked", "in the style of Quad9: blocked, NXDOMAIN without SOA", rcode=NXDOMAIN, flags="qr rd")


# --- addresses ---------------------------------------------------------------------------------------------------


def addresses():
    """Replies to the queries of forward confirmation and of host names."""
    for kind, first, second in [("A", "192.0.2.1", "192.0.2.2"), ("AAAA", "2001:db8::1", "2001:db8::2")]:
        other, another = ("AAAA", "2001:db8::1") if kind == "A" else ("A", "192.0.2.1")
        ask, word = f"{kind} host.example.", kind.lower()

        def addressed(id, why, *answer, ask=ask, word=word, **more):
            reply(f"{word}/{id}", why, *answer, ask=ask, **more)

        addressed("one", "one address", record("@", 300, kind, first))
        addressed("two", "two, in order", record("@", 300, kind, second), record("@", 60, kind, first))
        addressed("cname", "through a CNAME", cname("@", "cdn.example.", 60), record("cdn.example.", 300, kind, first))
        addressed("other-type", "only the other family", record("@", 300, other, another))
        addressed("both", "both families", record("@", 9, other, another), record("@", 300, kind, first))
        addressed("other-owner", "an address of another host", record("evil.example.", 300, kind, first))
        addressed("nxdomain", "no such host", rcode=NXDOMAIN, authority=[soa("example.")])
        addressed("nodata", "no address", authority=[soa("example.")])
        addressed("broken", "an address that is too short", record("@", 300, kind, b"\x7f"))
        addressed(
            "asked-other",
            "a reply to the query for the other type",
            record("@", 300, kind, first),
            questions=[question("host.example.", other)],
        )
        many = [record("@", 300, kind, str(ipaddress.ip_address(first) + number)) for number in range(100)]
        addressed("hundred", "a hundred addresses", *many)
        addressed("servfail", "a failure", rcode=SERVFAIL)


# --- odd records beside good ones ---------------------------------------------------------------------------------


def odd():
    """A record that cannot be read does not affect the others: for every type that ipedge queries, in every section."""
    soa_data = name("ns1.example.") + name("hostmaster.example.") + bytes(20)
    for kind, good, bads in [
        ("PTR", ("host.example.",), {"empty": b"", "cut": b"\x09ab", "loop": to(DATA), "long": name("a.") + b"\0"}),
        ("A", ("192.0.2.1",), {"empty": b"", "short": b"\xc0\0\2", "long": bytes(5)}),
        ("AAAA", ("2001:db8::1",), {"empty": b"", "short": bytes(15), "long": bytes(17)}),
        ("NS", ("ns1.example.",), {"empty": b"", "label-type": b"\x80", "long": name("a.") + b"\0"}),
        ("MX", (10, "mail.example."), {"empty": b"", "no-name": u16(10), "cut": u16(10) + b"\x09ab"}),
        ("TXT", ("v=spf1 -all",), {"empty": b"", "cut": b"\x09ab"}),
        ("SOA", (soa_data,), {"empty": b"", "short": soa_data[:-1], "long": soa_data + b"\0"}),
        ("CAA", (b"\0\5issueca.example",), {"empty": b"", "no-tag": b"\0\0ca.example", "cut": b"\0\x09iss"}),
    ]:
        ask = "PTR 8.8.8.8" if kind == "PTR" else f"{kind} host.example."
        fine = record("@", 600, kind, *good)
        for word, data in bads.items():
            bad = record("@", 60, kind, data)
            id = f"odd/{kind.lower()}-{word}"
            reply(f"{id}-first", f"{kind}: a record that cannot be read before a good one", bad, fine, ask=ask)
            reply(f"{id}-last", "the same after a good one", fine, bad, ask=ask)
            reply(f"{id}-alone", "alone: a record exists, so this is not nodata", bad, ask=ask)
            reply(f"{id}-of-another", "the same of another name", fine, record("x.", 60, kind, data), ask=ask)
            reply(f"{id}-of-another-alone", "the same of another name, alone", record("x.", 60, kind, data), ask=ask)
            reply(f"{id}-nxdomain", "the same with NXDOMAIN", bad, ask=ask, rcode=NXDOMAIN)
            reply(f"{id}-authority", "in the authority section", fine, authority=[bad], ask=ask)
            reply(f"{id}-additional", "in the additional section", fine, additional=[bad, opt()], ask=ask)

    one = ptr("a.example.")
    broken_cname = record("@", 60, "CNAME", b"\x09ab")
    reply("odd/cname", "a CNAME whose target cannot be read", broken_cname)
    reply("odd/cname-beside", "the same beside an answer", broken_cname, one)
    reply("odd/cname-nxdomain", "the same with NXDOMAIN", broken_cname, rcode=NXDOMAIN)
    reply("odd/opt-options", "an option longer than its record, after a good one", one,
          additional=[opt(error(3), u16(PADDING) + u16(9) + b"\0")])
    reply("odd/opt-errors", "three extended errors (RFC 8914 section 2)", rcode=SERVFAIL,
          additional=[opt(error(22), error(23, b"timed out"), error(9))])
    reply("odd/opt-errors-and-others", "extended errors with other options between", rcode=SERVFAIL,
          additional=[opt(option(PADDING, bytes(9)), error(22), option(COOKIE, bytes(24)), error(23))])
    reply("odd/badvers", "BADVERS (RFC 6895 section 2.3)", ask="PTR 5.0.0.8", additional=[opt(extended=1)])
    reply("odd/badvers-no-question", "the same without a question", questions=[], additional=[opt(extended=1)])
    reply("odd/refused-no-question", "an error reply needs no question", questions=[], rcode=REFUSED, flags="qr aa rd ra")
    for code in (FORMERR, SERVFAIL, 4, 5, 9, 11):
        reply(f"odd/rcode-{code}-no-question", "an error reply needs no question", questions=[], rcode=code)
        reply(f"odd/rcode-{code}-other-question", "but a question in it must be ours",
              questions=[question("x.")], rcode=code)
    reply("odd/nxdomain-no-question", "NXDOMAIN needs a question", questions=[], rcode=NXDOMAIN)
    reply("odd/nodata-no-question", "nodata needs a question", questions=[])

    empty_tag = record("@", 300, "CAA", b"\0\0ca.example")
    reply("odd/caa-reported", "a CAA record with an empty tag, as a resolver sent it", empty_tag,
          record("@", 300, "CAA", b"\0\5issueca.example"), ask="CAA caatag0.example.com.")
    long = [bytes([255]) + b"x" * 255] * 80
    reply("odd/txt-long", "a TXT record of 20 KiB, and a short one after it",
          record("@", 300, "TXT", b"".join(long)), record("@", 60, "TXT", "short"), ask="TXT host.example.")
    reply("odd/txt-long-alone", "a TXT record of 20 KiB alone", record("@", 300, "TXT", b"".join(long)),
          ask="TXT host.example.")


def text():
    parts = (names, codes, flags, edns, cnames, others, ttls, negatives, pointers, broken, resolvers, addresses, odd)
    for compose in parts:
        compose()
    return "\n".join([HEAD, *(one.text() for one in REPLIES)])


def main():
    if sys.argv[1:] == ["--check"]:
        if FILE.read_text() != text():
            sys.exit(f"{FILE} differs from the output of compose.py: run compose.py")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        FILE.write_text(text())
        print(f"{len(REPLIES)} replies", file=sys.stderr)


if __name__ == "__main__":
    main()
