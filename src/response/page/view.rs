//! What the templates show, taken from the documents.

use super::map::{Closer, World};
use super::names::{self, Name, Names, Outcome};
use super::place::Words;
use super::records::{self, Set};
use super::special::{Explained, Inside};
use super::text::{Text, count};
use super::{Content, Context};
use crate::lookup::report::{Host as HostDocument, Report};
use crate::request::route::Options;
use crate::response::problem::Problem;

/// What is shown.
pub(super) enum View<'a> {
    Address(Box<Address<'a>>),
    Host(Box<Host<'a>>),
    Problem(&'a Problem),
}

/// An address.
pub(super) struct Address<'a> {
    pub(super) report: &'a Report<'a>,
    pub(super) is_own: bool,
    pub(super) other: Option<Other<'a>>,
    pub(super) special: Option<Explained>,
    pub(super) inside: Option<Inside>,
    pub(super) place: Option<Words<'a>>,
    pub(super) world: Option<World>,
    pub(super) closer: Option<Closer>,
    pub(super) names: Names<'a>,
    /// Where its names are verified.
    pub(super) verify: String,
    pub(super) programs: Programs,
}

/// How programs get the document.
pub(super) struct Programs {
    pub(super) curl: String,
    /// The URL of the document in a browser.
    pub(super) json: String,
}

/// Where the page finds out the caller's other address.
pub(super) struct Other<'a> {
    pub(super) version: u8,
    pub(super) origin: &'a str,
}

/// A host name.
pub(super) struct Host<'a> {
    pub(super) host: &'a HostDocument<'a>,
    pub(super) name: Text<&'a str>,
    pub(super) summary: String,
    pub(super) world: Option<World>,
    pub(super) addresses: Vec<Entry<'a>>,
    pub(super) a: Outcome<'a>,
    pub(super) aaaa: Outcome<'a>,
    pub(super) records: Option<Vec<Set>>,
    /// Where further records are looked up.
    pub(super) more: String,
    pub(super) programs: Programs,
}

/// An address of a host name.
pub(super) struct Entry<'a> {
    pub(super) report: &'a Report<'a>,
    pub(super) place: Option<Words<'a>>,
    pub(super) names: Vec<Name<'a>>,
}

impl<'a> View<'a> {
    pub(super) fn new(content: Content<'a>, context: &'a Context) -> Self {
        match content {
            Content::Address(report) => {
                let path = format!("/{}", report.ip);
                Self::Address(Box::new(Address::new(report, Names::new(report, None), &path, context)))
            }
            Content::Own(report, time) => {
                let own = Address::new(report, Names::new(report, time), "/", context);
                let (other, version) = match report.version {
                    4 => (&context.origins.ipv6, 6),
                    _ => (&context.origins.ipv4, 4),
                };
                let other = other.as_deref().map(|origin| Other { version, origin });
                Self::Address(Box::new(Address { is_own: true, other, ..own }))
            }
            Content::Host(host) => Self::Host(Box::new(Host::new(host, context))),
            Content::Problem(problem, _) => Self::Problem(problem),
        }
    }

    /// The title of the page. What differs between tabs comes first.
    pub(super) fn title(&self) -> String {
        match self {
            Self::Address(address) => {
                let ip = address.report.ip;
                let what = match (&address.special, &address.place) {
                    (Some(special), _) => format!(" · {}", special.special.name),
                    (None, Some(place)) => format!(" · {}", place.line),
                    (None, None) => String::new(),
                };
                let whose = if address.is_own { "Your address " } else { "" };
                format!("{whose}{ip}{what} · ipedge")
            }
            Self::Host(host) => format!("{} · {} · ipedge", host.name, host.summary),
            Self::Problem(problem) => format!("{} · ipedge", problem.title),
        }
    }
}

impl<'a> Address<'a> {
    /// Whether the address needs smaller letters: those of version 4 have at most 15 characters.
    pub(super) fn is_long(&self) -> bool {
        self.report.ip.to_string().len() > 20
    }

    fn new(report: &'a Report<'a>, names: Names<'a>, path: &str, context: &Context) -> Self {
        let place = report.geo.as_ref();
        let options = context.options;
        // A program gets the caller's own address from `/me`, whatever it accepts.
        let program = if path == "/" { "/me" } else { path };
        Self {
            report,
            is_own: false,
            other: None,
            special: report.special.map(Explained::new),
            inside: report.embedded.map(Inside::new),
            place: place.map(Words::new),
            world: place.and_then(|place| World::new([place])),
            closer: place.and_then(Closer::new),
            names,
            verify: format!("{path}{}", Options { verify: true, pretty: false, ..options }.query()),
            programs: Programs::new(program, context),
        }
    }
}

impl<'a> Host<'a> {
    fn new(host: &'a HostDocument<'a>, context: &Context) -> Self {
        let options = context.options;
        let path = format!("/{}", host.host);
        let of_version = |version| host.addresses.iter().filter(|report| report.version == version).count();
        let entry = |report: &'a Report<'a>| Entry {
            report,
            place: report.geo.as_ref().map(Words::new),
            names: report.dns.as_ref().map(names::listed).unwrap_or_default(),
        };
        let more = host.omitted > 0;
        let is_known = host.a.status.is_conclusive() && host.aaaa.status.is_conclusive();
        let summary = match host.addresses.len() + host.omitted {
            0 if !is_known => "addresses not known".to_owned(),
            number => count(number, "address"),
        };
        Self {
            host,
            name: Text(host.unicode.as_str()),
            summary,
            world: World::new(host.addresses.iter().filter_map(|report| report.geo.as_ref())),
            addresses: host.addresses.iter().map(entry).collect(),
            a: Outcome::new(&host.a, of_version(4), more),
            aaaa: Outcome::new(&host.aaaa, of_version(6), more),
            records: host.records.as_ref().map(records::sets),
            more: format!("{path}{}", Options { records: true, pretty: false, ..options }.query()),
            programs: Programs::new(&path, context),
        }
    }
}

impl Programs {
    fn new(path: &str, context: &Context) -> Self {
        let with = |pretty| format!("{path}{}", Options { pretty, ..context.options }.query());
        Self { curl: curl(context, &with(false)), json: with(true) }
    }
}

/// The command that gets the document of a path. People paste it into a shell, so what the client sent as its host goes in
/// only if it is one. The service does not see whether TLS ends in front of it; the script of the page knows the scheme.
fn curl(context: &Context, path: &str) -> String {
    let is_host = |text: &&str| {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
        !text.is_empty() && text.len() <= 255 && text.bytes().all(is_known)
    };
    let host = context.authority.as_deref().filter(is_host).unwrap_or("localhost");
    let is_local = ["127.", "localhost", "[::1]"].iter().any(|local| host.starts_with(local));
    let scheme = if is_local { "http" } else { "https" };
    format!("curl '{scheme}://{host}{path}'")
}
