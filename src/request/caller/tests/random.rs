//! Long values, and random values, which are the same in every run.

use super::*;

/// Long values that would be slow with quadratic work: then this test would not end.
#[test]
fn long_values() {
    for piece in ["\\", "\"", "\\\"", "=\"", ",", ";", "a=b;", "a=\"", " ", "for=1,", "[", ":", "é", "for=\"\\\"\","] {
        let long = piece.repeat(256 * 1024);
        for header in ["x-forwarded-for", "forwarded"] {
            for (before, after) in [("", ""), ("for=", ""), ("for=\"", "\""), ("x", "x\"")] {
                let value = format!("{before}{long}{after}");
                assert!(source(header, 16).find(&[&value]).is_err(), "{before}{piece}…{after}");
                assert!(source(header, 16).find(&[value.as_str(), "1"]).is_err(), "{before}{piece}…{after}");
            }
        }
    }
}

/// Random headers, the same in every run.
struct Generator(fastrand::Rng);

impl Generator {
    fn below(&mut self, end: usize) -> usize {
        self.0.usize(..end)
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    /// A value that a client may send: random pieces of both grammars.
    fn junk(&mut self) -> Vec<u8> {
        const PIECES: &[&[u8]] = &[
            b"6.6.6.6",
            b"for=",
            b"For=6.6.6.6",
            b"\"",
            b"\\",
            b",",
            b", ",
            b";",
            b"=",
            b"[",
            b"]",
            b":",
            b":80",
            b"unknown",
            b"_x",
            b" ",
            b"\t",
            b"[2001:db8::6]",
            b"\xff",
            b"\0",
            b"a",
            b"proto=http",
            b"x=\"",
            b"\\\"",
            b"for=\"6.6.6.6",
            b"%",
        ];
        (0..self.below(8)).flat_map(|_| self.pick(PIECES).to_vec()).collect()
    }

    fn lines(&mut self) -> Vec<Vec<u8>> {
        (0..self.below(4)).map(|_| self.junk()).collect()
    }

    /// A well-formed element that a proxy may write into `forwarded` for `node`, in a random form.
    fn element(&mut self, node: &str) -> String {
        let mut pairs = vec![format!("{}={}", self.pick(&["for", "For", "FOR"]), self.value(node))];
        for name in ["by", "proto", "host", "x"] {
            if self.below(3) == 0 {
                let value = self.pick(&[
                    "https",
                    "a.example:443",
                    "a, for=6.6.6.6",
                    "\"",
                    "\\",
                    "a\";for=6.6.6.6, x=\"",
                    "é",
                    "",
                ]);
                let at = self.below(pairs.len() + 1);
                pairs.insert(at, format!("{name}={}", self.value(value)));
            }
        }
        pairs.join(self.pick(&[";", "; ", ";;", " ;\t"]))
    }

    /// The value as a token if it can be one, or in quotes with the necessary escapes and some others.
    fn value(&mut self, plain: &str) -> String {
        if !plain.is_empty() && plain.bytes().all(header_syntax::is_token) && self.below(2) == 0 {
            return plain.to_owned();
        }
        let mut value = "\"".to_owned();
        for char in plain.chars() {
            if matches!(char, '"' | '\\') || char.is_ascii() && self.below(8) == 0 {
                value.push('\\');
            }
            value.push(char);
        }
        value + "\""
    }
}

const NODES: [&str; 6] = ["192.0.2.1", "[2001:db8::1]", "198.51.100.7:80", "[2001:db8::2]:_p", "unknown", "_hidden"];

fn expected(node: &str) -> Result<IpAddr, Why> {
    match node {
        "192.0.2.1" => Ok("192.0.2.1".parse().unwrap()),
        "[2001:db8::1]" => Ok("2001:db8::1".parse().unwrap()),
        "198.51.100.7:80" => Ok("198.51.100.7".parse().unwrap()),
        "[2001:db8::2]:_p" => Ok("2001:db8::2".parse().unwrap()),
        _ => Err(Why::Hidden),
    }
}

const ROUNDS: usize = 20_000;

/// If the last lines are enough to decide, well-formed or not, no line before them changes the result.
#[test]
fn lines_before_change_nothing() {
    let mut random = Generator(fastrand::Rng::with_seed(1));
    for _ in 0..ROUNDS {
        let proxies = 1 + random.below(3);
        let (before, after) = (random.lines(), random.lines());
        let both = [before, after.clone()].concat();
        for source in [
            source("spin-client-addr", 0),
            source("true-client-ip", 0),
            source("x-forwarded-for", proxies),
            source("forwarded", proxies),
        ] {
            let alone = source.find(&after);
            if !matches!(alone, Err(Unknown { why: Why::Missing | Why::TooFew(_), .. })) {
                assert_eq!(source.find(&both), alone, "{source:?}: {both:?}");
            }
        }
    }
}

/// Entries before the last ones of `x-forwarded-for` do not change the result.
#[test]
fn entries_before_change_nothing() {
    let mut random = Generator(fastrand::Rng::with_seed(2));
    for _ in 0..ROUNDS {
        let (before, after) = (random.junk(), random.junk());
        let source = source("x-forwarded-for", 1 + random.below(3));
        let alone = source.find(&[&after]);
        if !matches!(alone, Err(Unknown { why: Why::TooFew(_), .. })) {
            let both = [before, after].join(&b", "[..]);
            assert_eq!(source.find(&[&both]), alone, "{source:?}: {:?}", String::from_utf8_lossy(&both));
        }
    }
}

/// A list that proxies wrote, in one line or several, is read correctly after any lines of the client.
#[test]
fn well_formed_elements_are_found() {
    let mut random = Generator(fastrand::Rng::with_seed(3));
    for _ in 0..ROUNDS {
        let nodes: Vec<&str> = (0..1 + random.below(4)).map(|_| random.pick(&NODES)).collect();
        let mut lines = random.lines();
        if random.below(2) == 0 || lines.is_empty() {
            lines.push(Vec::new());
        }
        // The first proxy appends to the client's last line, or begins a line.
        for (index, node) in nodes.iter().enumerate() {
            let element = random.element(node).into_bytes();
            match lines.last_mut() {
                Some(line) if random.below(2) == 0 && (index > 0 || !line.is_empty()) => {
                    line.extend_from_slice(random.pick(&[b"," as &[u8], b", ", b" \t,"]));
                    line.extend(element);
                }
                _ => lines.push(element),
            }
        }
        let text = || lines.iter().map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>();
        for (index, node) in nodes.iter().rev().enumerate() {
            let found = source("forwarded", index + 1).find(&lines).map_err(|unknown| unknown.why);
            assert_eq!(found, expected(node), "{} from the right of {:?}", index + 1, text());
        }
    }
}
